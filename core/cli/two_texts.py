"""What `explain --flip` prints: the fewest words whose removal changes the verdict."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from core.cli.output import print_table
from core.cli.progress import follow
from core.results import MinimalFlip, Reading, Selection
from core.services import Explainer
from core.words import two_texts as words

FlipOption = Annotated[
    bool, typer.Option("--flip", help="Also look for the fewest words whose removal changes the verdict.")
]
#: Texts that a search may take.
MOST_TEXTS = 1000


def flipped(explainer: Explainer, selection: Selection, text: str) -> MinimalFlip:
    """The result, with its progress on stderr."""
    return follow(explainer.minimal_flip(selection, text, MOST_TEXTS))


def tell(flip: MinimalFlip, reading: Reading) -> None:
    """In a sentence."""
    print_table(("minimal flip",), [(words.flipped(flip, reading),)])


def document(flip: MinimalFlip, reading: Reading) -> dict[str, Any]:
    """The same as plain data; no word where nothing flips the verdict."""
    return {
        "removed": [reading.words[i].text for i in flip.removed],
        "text": flip.text,
        "verdict": flip.verdict,
        "label": flip.label,
        "proven": flip.proven,
        "tried": flip.tried,
    }
