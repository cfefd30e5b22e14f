"""Tables whose own download is a CSV file: no cell of it is a formula, and each is shown as it is."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest
from pandas.io.formats.style import Styler
from streamlit.testing.v1 import AppTest

from pages.ui import screen, tables
from pages.ui.tables import guarded_frame, in_three_digits, shown, without_formulas

FRAME = pd.DataFrame(
    {"Tensor": ["=1+1", "a", "'-b"], "Layer": [None, 1, 2], "Mean": [-1.0, 0.12345, float("nan")]}
).astype({"Layer": "Int64"})


def test_text_is_guarded_and_numbers_are_not() -> None:
    cells = guarded_frame(FRAME)
    assert cells["Tensor"].tolist() == ["'=1+1", "a", "''-b"]
    pd.testing.assert_frame_equal(cells.drop(columns="Tensor"), FRAME.drop(columns="Tensor"))
    assert FRAME["Tensor"].tolist() == ["=1+1", "a", "'-b"], "what was given is not changed"


def test_an_ordinary_table_stays_itself() -> None:
    ordinary = FRAME.assign(Tensor=["a", "b", "c"])
    assert guarded_frame(ordinary) is ordinary
    assert without_formulas(ordinary) is ordinary


def displayed(styler: Any) -> list[list[str]]:
    body = styler._translate(False, False)["body"]
    return [[cell["display_value"] for cell in row if cell["type"] == "td"] for row in body]


def test_cells_are_shown_as_they_were() -> None:
    assert [row[0] for row in displayed(without_formulas(FRAME))] == ["=1+1", "a", "'-b"]
    rows = displayed(guarded_frame(FRAME).style.format(shown))
    assert [row[0] for row in rows] == ["=1+1", "a", "'-b"]
    assert rows[1][2] == "0.123"


def test_many_tensors_have_three_digits_and_a_dash_for_what_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    frame = FRAME.assign(Count=[45056, 1, 2])
    assert displayed(in_three_digits(frame))[0] == ["=1+1", "–", "-1.00", "45,056"]
    assert displayed(in_three_digits(frame))[2][1:] == ["2", "–", "2"]
    monkeypatch.setattr(tables, "MOST_CELLS", 3)
    assert isinstance(in_three_digits(frame[["Count"]]), Styler)
    assert isinstance(in_three_digits(frame[["Mean", "Count"]]), pd.DataFrame), "too many cells to write one by one"


def test_the_table_of_a_page_holds_guarded_cells() -> None:
    def page() -> None:
        from pages.ui import tables

        tables.table([{"Class": "@SUM(A1)", "Logit": -2.0}], "Classes", key="t")

    frame = AppTest.from_function(page).run().dataframe[0].value
    assert frame.iloc[0].tolist() == ["'@SUM(A1)", -2.0]


def test_classes_are_shown_by_name_and_held_by_id() -> None:
    def page() -> None:
        from pages.ui import tables

        labels = ("card_arrival", "home")
        rows = [{"Ahead": "card_arrival", "p of home": 0.93456, "Change in points": -1e-4, "Logit": float("nan")}]
        columns = {
            "Ahead": tables.classes(labels),
            "p of home": tables.shares_of("home", labels),
            "Change in points": tables.POINTS,
            "Not there": tables.SHARE,
        }
        tables.table(rows, "Classes", key="t", columns=columns)

    table = AppTest.from_function(page).run().dataframe[0]
    assert table.value.iloc[0].tolist()[:2] == ["card_arrival", 0.93456]
    values = pa.ipc.open_stream(table.proto.arrow_data.styler.display_values).read_all().to_pydict()
    shown = [column[0] for name, column in values.items() if "index" not in name]
    assert shown == ["Card arrival", "93.5\u00a0%", "> -0.1", "–"]


@pytest.mark.parametrize("narrow", [False, True])
def test_a_phone_shows_first_what_answers_the_question(narrow: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    def page() -> None:
        import pandas as pd

        from pages.ui import tables

        text = "a text that is as long as two of the lines of a phone"
        frame = pd.DataFrame({"Row": [1, 2], "Text": ["=1+1", text], "Verdict": ["a", "b"], "P": [0.12345, None]})
        tables.of_rows(frame, "Rows", "t", lead=("Text", "Verdict"), forms={})

    monkeypatch.setattr(screen, "is_narrow", lambda: narrow)
    monkeypatch.setattr(screen, "is_medium", lambda: narrow)
    (drawn,) = AppTest.from_function(page).run().dataframe
    assert not narrow or list(drawn.proto.column_order) == ["Text", "Verdict", "Row", "P"]
    assert drawn.proto.row_height == (53 if narrow else 0)
    columns = json.loads(drawn.proto.columns)
    assert columns["Text"]["width"] == (190 if narrow else "large")
    assert columns["Row"]["width"] == 60
    (shown_cells,) = [pa.ipc.open_stream(drawn.proto.arrow_data.styler.display_values).read_pandas()]
    assert shown_cells["Text"].tolist()[0] == "=1+1"
    assert shown_cells["P"].tolist() == ["0.123", "–"]


@pytest.mark.parametrize(("told", "narrow"), [("390", True), ("640", True), ("641", False), ("", False), ("-1", False)])
def test_a_screen_is_narrow_when_the_browser_says_so(told: str, narrow: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pages.ui.screen.st.context", SimpleNamespace(cookies={screen.WIDTH: told}))
    assert screen.is_narrow() is narrow
