"""What reaches a terminal."""

from __future__ import annotations

import math

import pytest

from core.cli.output import print_json, print_table, short, visible
from core.results import Selection, Token


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain", "plain"),
        ("two\nlines\tand tabs", "two lines and tabs"),
        ("\x1b[31mred\x07\x00", r"\x1b[31mred\x07\x00"),
        ("\u202eright to left", r"\u202eright to left"),
        ("שלום 👩‍🔬 naïve", "שלום 👩‍🔬 naïve"),
        ("\ud800", r"\ud800"),
    ],
)
def test_control_characters_are_shown_and_not_sent(text: str, shown: str) -> None:
    assert visible(text) == shown


def test_markup_in_a_cell_is_text(capsys: pytest.CaptureFixture[str]) -> None:
    print_table(("what", "n"), [("[bold red]x[/] :smile:", "1"), ("y", "2")], title="[b]T[/b]")
    out = capsys.readouterr().out
    assert "[bold red]x[/] :smile:" in out
    assert "[b]T[/b]" in out


def test_json_is_strict_and_ascii(capsys: pytest.CaptureFixture[str]) -> None:
    print_json({"a": [Selection("c"), Token("é\ud800", 0, 1)], "b": (math.nan, math.inf, 1.5)})
    out = capsys.readouterr().out
    assert out.isascii()
    assert '"b": [\n    null,\n    null,\n    1.5\n  ]' in out


def test_long_texts() -> None:
    assert short("one  two\nthree", 9) == "one two …"
    assert short("one", 9) == "one"
