"""One choice of chat template, in a candidate's YAML as in a selection."""

from __future__ import annotations

from typing import get_args

from core.config import candidate
from core.results.verdict import ChatTemplate


def test_a_chat_template_is_what_selections_mean_by_it() -> None:
    assert get_args(candidate.ChatTemplate) == get_args(ChatTemplate)
