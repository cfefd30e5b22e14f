"""Every page of the app, in the order of the navigation. A new page is one file in `pages/` and one line here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class PageEntry:
    """A page: `pages/<name>.py`, which is also its path in the URL.

    Attributes:
        answers: it asks the loaded candidate as soon as it opens, so that a load follows for certain.
    """

    name: str
    title: str
    answers: bool = False

    @property
    def file(self) -> str:
        """Where it is, from the root of the repository."""
        return f"pages/{self.name}.py"


#: By the heading of their menu; those under "" stand by themselves. `/` leads to the first.
SITE_MAP: Mapping[str, Sequence[PageEntry]] = {
    "": (
        PageEntry("classify", "Classify", answers=True),
        PageEntry("candidates", "Candidates"),
    ),
    "Why this class?": (
        PageEntry("why", "Overview", answers=True),
        PageEntry("pooling", "Pooling", answers=True),
        PageEntry("contributions", "Contributions", answers=True),
        PageEntry("depth", "Depth", answers=True),
        PageEntry("adapter", "Adapter", answers=True),
        PageEntry("mask", "Mask", answers=True),
        PageEntry("attention", "Attention", answers=True),
        PageEntry("attributions", "Attributions", answers=True),
        PageEntry("two_texts", "Two texts", answers=True),
    ),
    "Inside the weights": (
        PageEntry("weights", "Weights"),
        PageEntry("spectra", "Spectra"),
        PageEntry("update", "Adapter update"),
        PageEntry("two_adapters", "Two adapters"),
        PageEntry("head", "Head geometry"),
        PageEntry("checkpoints", "Two checkpoints"),
        PageEntry("architecture", "Architecture"),
        PageEntry("dry_run", "Dry run"),
    ),
}
PAGES = tuple(page for section in SITE_MAP.values() for page in section)
