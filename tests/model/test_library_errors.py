"""What libraries raise becomes problem and fix; what is ours goes through."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.errors import CheckpointError, ConfigError
from core.model.library_errors import seen, told_of

BNB = {"quantization_config": {"quant_method": "bitsandbytes", "load_in_4bit": True}}


@pytest.mark.parametrize("error", [KeyError("foo"), RuntimeError("a\n  b"), AssertionError(), OSError(2, "no file")])
def test_the_words_of_a_library_are_kept(error: Exception) -> None:
    words = rf"'m' cannot be opened: {type(error).__name__}.* Fix: "
    with pytest.raises(CheckpointError, match=words) as raised, told_of(Path("m"), {}):
        raise error
    assert raised.value.__cause__ is error


def test_of_quantised_weights_the_method_is_named() -> None:
    words = r"quantised by bitsandbytes \(4 bit\), cannot be opened: ValueError: x"
    with pytest.raises(CheckpointError, match=words), told_of(Path("m"), BNB):
        raise ValueError("x")


@pytest.mark.parametrize("error", [ConfigError("ours", fix="mend"), MemoryError(), KeyboardInterrupt()])
def test_what_is_ours_or_the_systems_goes_through(error: BaseException) -> None:
    with pytest.raises(type(error)) as raised, told_of(Path("m"), {}):
        raise error
    assert raised.value is error


def test_long_words_are_cut() -> None:
    assert seen(ValueError("x" * 1000)).endswith("x ....")
    assert len(seen(ValueError("x" * 1000))) < 330
    assert seen(AssertionError()) == "AssertionError."
