"""An evaluation as one page of PDF for people who were not there."""

from __future__ import annotations

import io
from collections.abc import Mapping
from functools import cache
from typing import Any
from xml.sax.saxutils import escape

from core.figures import evaluation_findings as findings
from core.figures.evaluation import OUTCOME_COLOURS
from core.figures.evaluation_findings import SHORT, Findings, Table
from core.results.dataset_evaluation import Outcomes
from core.words import evaluation as words
from core.words.numbers import percentage

#: Millimetres: the margins, the height of the bar of outcomes, the room of its key below.
_MARGIN, _BAR, _KEY = 16, 6, 6
_INK, _MUTED, _LINE, _ACCENT = "#1c2430", "#5b6675", "#d9dee6", "#2f55d4"
#: Stands for a sign that the font lacks.
_LACKING = "\u25ca"


def pdf(found: Findings, texts: Mapping[int, str]) -> bytes:
    """One page of A4, made smaller where there is much to say. `texts` are those of `Findings.shown`."""
    from reportlab.lib.pagesizes import A4
    from reportlab.lib.units import mm
    from reportlab.platypus import Frame, KeepInFrame, PageTemplate
    from reportlab.platypus.doctemplate import BaseDocTemplate

    file = io.BytesIO()
    width, height = A4[0] - 2 * _MARGIN * mm, A4[1] - 2 * _MARGIN * mm
    made = BaseDocTemplate(file, pagesize=A4, title=f"Headlight: {found.name}", author="Headlight", lang="en")
    frame = Frame(_MARGIN * mm, _MARGIN * mm, width, height, 0, 0, 0, 0)
    made.addPageTemplates([PageTemplate(frames=[frame])])
    made.build([KeepInFrame(width, height, _story(found, texts, width), mode="shrink")])
    return file.getvalue()


def _story(found: Findings, texts: Mapping[int, str], width: float) -> list[Any]:
    result = found.result
    chances = result.outcomes(result.sure)
    kicker = f"{found.name} on {result.dataset.name} · {found.day} · {result.measured:,} labelled rows"
    story = [
        _text(kicker, "note"),
        _text(f"Right on {percentage(result.figures['accuracy'].value)}", "title"),
        _text(words.headline(result), "lead"),
        _text(words.counted(result), "note"),
        _bar(chances, width),
        _text(words.rejecting(chances, result.sure), "note"),
    ]
    if found.steps:
        story += [_text("What to do next", "head")]
        story += [_text(f"{i}. {step.said}", "body") for i, step in enumerate(found.steps, 1)]
    story += [_text("Figures", "head"), _table(findings.figures(result), width, (2, 1, 2))]
    story += [_text("What is taken for what", "head")]
    story += [_table(findings.confusions(result, SHORT), width, (2, 2, 1))]
    if len(found.errors.places):
        story += [_text("Labels to check first", "head")]
        story += [_table(findings.errors(found, texts, SHORT), width, (0.4, 3.4, 1.6, 1.6))]
    return story


def _bar(found: Outcomes, width: float) -> Any:
    """The four outcomes, as wide as their share of the rows, and below what each colour stands for."""
    from reportlab.graphics.shapes import Drawing, Rect, String
    from reportlab.lib.colors import HexColor
    from reportlab.lib.units import mm

    _signs()  # registers the font
    counts = {name: getattr(found, name) for name in words.OUTCOMES}
    drawing, at, total = Drawing(width, (_BAR + _KEY) * mm), 0.0, max(1, sum(counts.values()))
    for i, (name, count) in enumerate(counts.items()):
        colour = HexColor(OUTCOME_COLOURS["light"][name])
        plain: dict[str, Any] = {"fillColor": colour, "strokeColor": None, "strokeWidth": 0}
        drawing.add(Rect(at, _KEY * mm, width * count / total, _BAR * mm, **plain))
        at += width * count / total
        left = width * i / len(counts)
        drawing.add(Rect(left, 2 * mm, 2 * mm, 2 * mm, **plain))
        said = f"{words.OUTCOMES[name]} {count:,} ({percentage(count / total)})"
        look = {"fontName": "Vera", "fontSize": 7, "fillColor": HexColor(_MUTED)}
        drawing.add(String(left + 3.2 * mm, 2.1 * mm, said, **look))
    return drawing


def _table(table: Table, width: float, shares: tuple[float, ...]) -> Any:
    """Heads and rows, columns as wide as their shares."""
    from reportlab.lib.colors import HexColor
    from reportlab.platypus import Table as Drawn

    if not table.rows:
        return _text("None.", "note")
    rows = [[_text(cell, "cell_head") for cell in table.head]]
    rows += [[_text(cell, "cell") for cell in row] for row in table.rows]
    drawn = Drawn(rows, [width * share / sum(shares) for share in shares])
    line = ("LINEBELOW", (0, 0), (-1, -1), 0.4, HexColor(_LINE))
    drawn.setStyle([line, ("VALIGN", (0, 0), (-1, -1), "TOP"), ("LEFTPADDING", (0, 0), (0, -1), 0)])
    return drawn


def _text(said: str, style: str) -> Any:
    from reportlab.platypus import Paragraph

    known = _signs()
    shown = "".join(sign if ord(sign) in known or sign == "\u00a0" else _LACKING for sign in " ".join(said.split(" ")))
    return Paragraph(escape(shown), _styles()[style])


@cache
def _signs() -> frozenset[int]:
    """Signs that the font has; it is registered with them."""
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont

    for name, file in (("Vera", "Vera.ttf"), ("VeraBd", "VeraBd.ttf")):
        pdfmetrics.registerFont(TTFont(name, file))
    return frozenset(pdfmetrics.getFont("Vera").face.charToGlyph)


@cache
def _styles() -> dict[str, Any]:
    from reportlab.lib.colors import HexColor
    from reportlab.lib.styles import ParagraphStyle

    def style(
        name: str, size: float, colour: str = _INK, font: str = "Vera", before: float = 0, after: float = 2
    ) -> Any:
        return ParagraphStyle(
            name,
            fontName=font,
            fontSize=size,
            leading=size * 1.35,
            textColor=HexColor(colour),
            spaceBefore=before,
            spaceAfter=after,
        )

    return {
        "title": style("title", 24, _ACCENT, "VeraBd", after=6),
        "lead": style("lead", 11, after=4),
        "head": style("head", 10.5, font="VeraBd", before=9, after=3),
        "body": style("body", 9),
        "note": style("note", 8, _MUTED, after=4),
        "cell": style("cell", 8, after=0),
        "cell_head": style("cell_head", 8, _MUTED, after=0),
    }
