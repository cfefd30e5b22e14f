"""transformers is quiet inside, and as loud as before afterwards."""

from __future__ import annotations

import logging

from transformers.utils import logging as hf_logging

from core.model.quiet import quiet_transformers


def test_its_verbosity_is_put_back() -> None:
    before = hf_logging.get_verbosity()
    with quiet_transformers():
        assert hf_logging.get_verbosity() == logging.ERROR
    assert hf_logging.get_verbosity() == before
