"""Every page of the app, in the order of the navigation. A new page is one file in `pages/` and one line here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class PageEntry:
    """A page: `pages/<name>.py`.

    Attributes:
        answers: it asks the loaded candidate as soon as it opens, so that a load follows for certain.
        link: its path in the URL, where links that people have kept know it by a name that it no longer has.
    """

    name: str
    title: str
    answers: bool = False
    link: str = ""

    @property
    def file(self) -> str:
        """Where it is, from the root of the repository."""
        return f"pages/{self.name}.py"

    @property
    def path(self) -> str:
        """Its path in the URL, without the slash."""
        return self.link or self.name


#: By the heading of their menu; those under "" stand by themselves. `/` leads to the first.
SITE_MAP: Mapping[str, Sequence[PageEntry]] = {
    "": (
        PageEntry("classify", "Classify", answers=True),
        PageEntry("candidates", "Candidates"),
    ),
    "Why this class?": (
        PageEntry("overview", "Overview", answers=True, link="why"),
        PageEntry("pooling", "Pooling", answers=True),
        PageEntry("contributions", "Contributions", answers=True),
        PageEntry("depth", "Depth", answers=True),
        PageEntry("adapter_effect", "Adapter", answers=True, link="adapter"),
        PageEntry("attention_mask", "Mask", answers=True, link="mask"),
        PageEntry("attention", "Attention", answers=True),
        PageEntry("attributions", "Attributions", answers=True),
        PageEntry("two_texts", "Two texts", answers=True),
    ),
    "Inside the weights": (
        PageEntry("weights", "Weights"),
        PageEntry("spectra", "Spectra"),
        PageEntry("adapter_update", "Adapter update", link="update"),
        PageEntry("two_adapters", "Two adapters"),
        PageEntry("head_geometry", "Head geometry", link="head"),
        PageEntry("checkpoint_diff", "Two checkpoints", link="checkpoints"),
        PageEntry("architecture", "Architecture"),
        PageEntry("dry_run", "Dry run"),
    ),
}
PAGES = tuple(page for section in SITE_MAP.values() for page in section)
