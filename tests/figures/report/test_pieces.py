"""What a report is made of: cells with classes and numbers, and the moment it was made."""

from __future__ import annotations

from core.figures.report.pieces import Class, Number, moment, table


def test_a_class_is_named_with_its_id_on_hover_and_text_stays_text() -> None:
    html = table(
        ("Class", "Probability", "Logit"), [(Class("card_arrival", ("card_arrival",)), Number("93.4 %"), -6.111)]
    )
    assert '<span title="card_arrival"><bdi>Card arrival</bdi></span>' in html
    assert '<td class="hl-right"><bdi>93.4 %</bdi></td><td class="hl-right">-6.11</td>' in html
    assert html.count("class=hl-right") == 2, "numbers have their heads on the right"
    assert "<td><bdi>q_proj &lt;b&gt;</bdi></td>" in table(("", ""), [("q_proj <b>", "x")])


def test_a_moment_is_written_as_people_write_it() -> None:
    assert moment("2026-11-07T09:05:59+00:00") == "7 November 2026, 09:05 UTC"
