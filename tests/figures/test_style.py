"""Names in figures: whole where there is room, on two lines beside a row, escaped everywhere."""

from __future__ import annotations

from core.figures.style import LONGEST_NAME, class_in_legend, class_name, class_tick

LABELS = ("card_arrival", "transfer_not_received_by_recipient", "x" * 60, "<b>")


def test_a_class_beside_its_row_has_two_lines() -> None:
    ticks = [class_tick(label, LABELS) for label in LABELS]
    assert ticks[:2] == ["Card arrival", "Transfer not received by<br>recipient"]
    assert ticks[2].endswith("…")
    assert max(len(line) for line in ticks[2].split("<br>")) == LONGEST_NAME
    assert "<b>" not in ticks[3]


def test_a_legend_has_room_for_more() -> None:
    assert class_in_legend(LABELS[1], LABELS) == "Transfer not received by recipient"
    assert class_name(LABELS[1], LABELS).endswith("…")
