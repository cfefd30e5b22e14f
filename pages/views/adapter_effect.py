"""What the adapter and the mask change, in small cards."""

from __future__ import annotations

from pages.ui import markup


def card(heading: str, tag: str, verdict: str, label: str, message: str, *, on: bool) -> str:
    """One of two answers side by side."""
    return (
        f'<div class="hl-pooler"><h3>{markup.text(heading)}</h3>'
        f'<span class="hl-tag{" hl-on" if on else ""}">{markup.text(tag)}</span>'
        f"<p>says <strong>{markup.label(verdict)}</strong></p>"
        f'<p class="hl-told">{markup.label(label)} {markup.text(message)}</p></div>'
    )
