"""Thresholds of sureness out of a folder."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from core.config.sureness import SURENESS_FILE
from core.errors import AppError
from core.files.sureness import sureness_thresholds
from core.results.sureness import SurenessThresholds
from core.settings import ROOT


def test_a_folder_without_a_card_has_the_defaults(tmp_path: Path) -> None:
    assert sureness_thresholds(tmp_path) == SurenessThresholds()


def test_a_card_is_read(tmp_path: Path) -> None:
    card = {"sure": 0.7, "two": 0.8, "bytes_per_token": 2.0, "calibrated_on": "rows of mine"}
    (tmp_path / SURENESS_FILE).write_text(json.dumps(card))
    assert vars(sureness_thresholds(tmp_path)) == {**card, "probabilities_on": ""}


@pytest.mark.parametrize("content", ["{", "[]", '{"sure": 2, "calibrated_on": "x"}'])
def test_a_card_that_cannot_be_used_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / SURENESS_FILE).write_text(content)
    with pytest.raises(AppError):
        sureness_thresholds(tmp_path)


def test_each_demo_adapter_has_one_of_its_own() -> None:
    adapters = sorted((ROOT / "assets" / "models").glob("*/adapters/*"))
    assert adapters
    for adapter in adapters:
        limits = sureness_thresholds(adapter)
        assert limits.calibrated_on.startswith("the 1")
        assert limits.bytes_per_token > SurenessThresholds().bytes_per_token
