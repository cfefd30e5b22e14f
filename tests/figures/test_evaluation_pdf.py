"""The page of PDF as another reader reads it: one page, however much there is to say, and all of it."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from pypdf import PdfReader

from core.figures.evaluation_pdf import pdf
from core.words.next_steps import Step
from tests.figures.test_evaluation_report import findings


def read(made: bytes) -> str:
    """The words of its only page."""
    (page,) = PdfReader(io.BytesIO(made)).pages
    return " ".join(page.extract_text().split())


def test_everything_that_matters_stands_on_one_page() -> None:
    found = findings()
    said = read(pdf(found, {place: f"row <b>{place}</b> & more" for place in found.shown}))
    for words in (
        *("Right on 90.0", "demo <script>alert(1)</script> on <i>mine</i>.csv", "120 labelled rows"),
        *("What to do next", "1. Check <b>these</b>.", "Figures", "Macro-F1", "What is taken for what"),
        *("Labels to check first", "Right and kept", "& more"),
    ):
        assert words in said
    assert PdfReader(io.BytesIO(pdf(found, dict.fromkeys(found.shown, "x")))).metadata.title.startswith("Headlight")  # type: ignore[union-attr]


@pytest.mark.parametrize("times", [1, 40])
def test_much_to_say_is_made_smaller(times: int) -> None:
    found = findings()
    found = replace(found, steps=[Step(f"Step {i}: " + "read these rows again. " * 12, "x") for i in range(times)])
    said = read(pdf(found, dict.fromkeys(found.shown, "long " * 60)))
    assert f"Step {times - 1}:" in said
    assert "Labels to check first" in said


def test_signs_that_the_font_lacks_are_diamonds() -> None:
    found = findings()
    said = read(pdf(found, dict.fromkeys(found.shown, "caf\u00e9 \u00a31.75 \u201cyes\u201d \U0001f600 \u5b57")))
    assert "caf\u00e9 \u00a31.75 \u201cyes\u201d \u25ca \u25ca" in said
