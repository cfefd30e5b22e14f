"""Small pieces of HTML for `st.html`, and plain text for widgets that read Markdown.

Everything that comes from a person, a file or a model goes through `text` (HTML) or `plain` (Markdown):
it is shown as it was written, and loads nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from core.errors import AppError
from core.figures.markup import PICTURES
from core.figures.markup import label as label
from core.figures.markup import quoting as quoting
from core.figures.markup import text as text
from core.results import Prediction
from core.results.sureness import Sureness
from core.words import verdict as words
from core.words.terms import TERMS
from core.words.untrained_head import MARK
from pages.ui.server_paths import hidden

NO_BREAK = "\u00a0"
#: An underscore inside a word stands for itself, and a widget's name for screen readers shows every backslash.
_MARKDOWN = re.compile(r"([\\`*{}\[\]()<>#+\-.!|~$:&@/^=]|(?<![^\W_])_|_(?![^\W_]))")


def plain(value: str, limit: int = 160) -> str:
    """Text for a label that is read as Markdown: one line, every sign of Markdown taken literally."""
    line = " ".join(value.translate(PICTURES).split())
    line = line if len(line) <= limit else line[: limit - 1] + "…"
    return _MARKDOWN.sub(r"\\\1", line)


def title(heading: str, subtitle: str = "") -> str:
    """The head of a page."""
    below = f'<p class="hl-subtitle">{text(subtitle)}</p>' if subtitle else ""
    return f'<header class="hl-title"><h1>{text(heading)}</h1>{below}</header>'


def section(heading: str) -> str:
    """A heading inside a page."""
    return f'<h2 class="hl-section">{text(heading)}</h2>'


def note(message: str) -> str:
    """A quiet remark."""
    return f'<p class="hl-note">{_unbroken(message)}</p>'


def lead(message: str) -> str:
    """The sentence that a page is for."""
    return f'<p class="hl-lead">{_unbroken(message)}</p>'


def _unbroken(message: str) -> str:
    """Words in which no line ends between a number and its percent sign; paths of the server as in `problem`."""
    return text(hidden(message)).replace(" %", f"{NO_BREAK}%")


def kind(prediction: Prediction) -> str:
    """The class of a verdict's element, after others: one that is not sure never looks like a sure one."""
    if prediction.untrained_head:
        return " hl-untrained"
    return "" if prediction.sureness is None else f" hl-is-{_SURENESS[prediction.sureness][0].removeprefix('hl-')}"


def mark(prediction: Prediction) -> str:
    """The mark of a verdict by an untrained head; nothing for a trained one."""
    return f' <em class="hl-mark">{MARK}</em>' if prediction.untrained_head else ""


#: The class of a state of sureness, and its sign: told by shape as well as by colour.
_SURENESS = {
    Sureness.SURE: ("hl-sure", "●"),
    Sureness.BETWEEN_TWO: ("hl-between", "◐"),
    Sureness.NOT_SURE: ("hl-unsure", "○"),
}


def sureness(prediction: Prediction) -> str:
    """How sure a verdict is, as a mark; nothing where that has no meaning."""
    if prediction.sureness is None:
        return ""
    kind, sign = _SURENESS[prediction.sureness]
    if prediction.truncated and prediction.sureness is Sureness.SURE:
        kind = _SURENESS[Sureness.BETWEEN_TWO][0]  # no green: of the rest nothing is known
    return f'<em class="hl-sureness {kind}"><i aria-hidden="true">{sign}</i> {text(words.sureness(prediction))}</em>'


def problem(error: AppError) -> str:
    """An error for a person: what is wrong, and what to do about it; of the server's paths only what they typed."""
    return (
        f'<div class="hl-box hl-bad" role="alert"><p><strong>{text(hidden(error.problem))}</strong></p>'
        f"<p>{text(hidden(sentence(error.fix)))}</p></div>"
    )


def warning(message: str) -> str:
    """What changes how the rest is to be read."""
    return f'<div class="hl-box hl-warn"><p>{_unbroken(message)}</p></div>'


def sentence(message: str) -> str:
    """The message with a capital at the beginning: fixes are written to follow a colon."""
    return message[:1].upper() + message[1:]


def facts(rows: Iterable[tuple[str, str, str]], *, stacked: bool = False) -> str:
    """Name, value and unit, one beside the other; `stacked` puts each unit on a line of its own.

    A name that is a term of the field opens its explanation.
    """
    cells = (
        f"<div><dt>{_term(name)}</dt><dd>{text(value)}{f' <small>{text(unit)}</small>' if unit else ''}</dd></div>"
        for name, value, unit in rows
    )
    return f'<dl class="hl-facts{" hl-stacked" if stacked else ""}">{"".join(cells)}</dl>'


def _term(name: str) -> str:
    """A name; one of the field's words with its explanation behind it, for a click, a tap or a key."""
    if name not in TERMS:
        return text(name)
    return (
        f'<details class="hl-term" name="term"><summary>{text(name)}</summary><p role="note">{text(TERMS[name])}</p>'
        "</details>"
    )


def leads(verdict: str, labels: Sequence[str]) -> str:
    """A verdict in a card, as `core.words.verdict.leads` has it in a sentence."""
    named = f"<strong>{label(verdict, labels)}</strong>"
    return f"<p>{f'{named} leads' if verdict in labels else f'says {named}'}</p>"


def waiting(said: str) -> str:
    """That something is under way whose end nobody knows; it changes with the clock, and is not read out each time."""
    return f'<p class="hl-note hl-progress hl-waiting" role="timer">{text(said)}</p>'


def progress(fraction: float, stage: str, detail: str) -> str:
    """How far something is, with the name of the stage."""
    share = round(100 * min(max(fraction, 0.0), 1.0))
    more = f'<span class="hl-muted">{text(detail)}</span>' if detail else ""
    return (
        f'<div class="hl-progress"><div class="hl-progress-words"><span>{text(sentence(stage))}</span>{more}</div>'
        f'<div class="hl-meter" role="progressbar" aria-valuenow="{share}" aria-valuemin="0" aria-valuemax="100" '
        f'aria-label="Loading"><i style="width:{max(share, 2)}%"></i></div></div>'
    )
