"""The HTML file: style, sections, figures, and the one copy of plotly.js that draws them. It loads nothing."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from plotly.offline import get_plotlyjs

from core.figures.markup import text
from core.figures.page import page
from core.figures.report import effects, inside, provenance
from core.figures.report.pieces import Drawing, Piece
from core.figures.style import Theme
from core.results import Report
from core.words import verdict as verdict_words
from core.words.untrained_head import marked

_HERE = Path(__file__).parent
#: In this order. Each gives nothing when the report does not hold its result.
SECTIONS: tuple[Callable[[Report], list[Piece]], ...] = (
    inside.verdict,
    inside.words,
    inside.depth,
    inside.pooling,
    inside.poolers,
    effects.adapter,
    effects.ablation,
    effects.masks,
    effects.rollout,
    effects.attributions,
    effects.two_texts,
    effects.flip,
    inside.classes,
    provenance.section,
)
_THEMES: tuple[Theme, ...] = ("light", "dark")


def document(result: Report) -> str:
    """A whole HTML page. Scripts run by their nonce only, and the page may not ask any server for anything."""
    pieces = [piece for section in SECTIONS for piece in section(result)]
    body: list[str] = []
    figures: dict[str, dict[Theme, Any]] = {}
    for piece in pieces:
        if isinstance(piece, Drawing):
            key = f"figure-{len(figures) + 1}"
            figures[key] = {theme: json.loads(piece.draw(theme).to_json()) for theme in _THEMES}
            body.append(f'<div class="hl-figure" id="{key}" role="img" aria-label="{piece.alt}"></div>')
        else:
            body.append(piece)
    data = _harmless(json.dumps(figures, ensure_ascii=False))
    nonce = hashlib.sha256(data.encode("utf-8", "replace")).hexdigest()[:32]
    prediction = result.reading.prediction
    says = marked(verdict_words.answer(prediction), untrained_head=prediction.untrained_head)
    title = text(f"Headlight: {result.origin.model.selection} says {says}")
    scripts = (
        f'<script type="application/json" id="figures">{data}</script>\n'
        f'<script nonce="{nonce}">{get_plotlyjs()}</script>\n'
        f'<script nonce="{nonce}">{(_HERE / "report.js").read_text(encoding="utf-8")}</script>\n'
    )
    policy = f"script-src 'nonce-{nonce}'; img-src data: blob:"
    made = page(title, ("report.css",), "\n".join(body), policy, scripts)
    return made.encode("utf-8", "replace").decode("utf-8")


def _harmless(data: str) -> str:
    """JSON that cannot end the script element that it stands in."""
    return data.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
