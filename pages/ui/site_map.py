"""Every page of the app, in the order of the navigation. A new page is one file in `pages/` and one line here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.results import Capability


@dataclass(frozen=True)
class PageEntry:
    """A page: `pages/<name>.py`.

    Attributes:
        answers: it asks the loaded candidate as soon as it opens, so that a load follows for certain.
        link: its path in the URL, where links that people have kept know it by a name that it no longer has.
        needs: what the loaded pair has to be able to; None for a page that asks no loaded pair.
    """

    name: str
    title: str
    answers: bool = False
    link: str = ""
    needs: Capability | None = None

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
        PageEntry("classify", "Classify", answers=True, needs=Capability.VERDICT),
        PageEntry("candidates", "Candidates"),
    ),
    "Why this class?": (
        PageEntry("overview", "Overview", answers=True, link="why", needs=Capability.CONTRIBUTIONS),
        PageEntry("pooling", "Pooling", answers=True, needs=Capability.POOLING),
        PageEntry("contributions", "Contributions", answers=True, needs=Capability.CONTRIBUTIONS),
        PageEntry("depth", "Depth", answers=True, needs=Capability.DEPTH),
        PageEntry("adapter_effect", "Adapter", answers=True, link="adapter", needs=Capability.ADAPTER_EFFECT),
        PageEntry("attention_mask", "Mask", answers=True, link="mask", needs=Capability.ATTENTION_MASK),
        PageEntry("attention", "Attention", answers=True, needs=Capability.ATTENTION),
        PageEntry("attributions", "Attributions", answers=True, needs=Capability.ATTRIBUTIONS),
        PageEntry("two_texts", "Two texts", answers=True, needs=Capability.TWO_TEXTS),
    ),
    "Inside the weights": (
        PageEntry("weights", "Weights"),
        PageEntry("spectra", "Spectra"),
        PageEntry("adapter_update", "Adapter update", link="update", needs=Capability.ADAPTER_UPDATE),
        PageEntry("two_adapters", "Two adapters", needs=Capability.ADAPTER_UPDATE),
        PageEntry("head_geometry", "Head geometry", link="head", needs=Capability.HEAD_GEOMETRY),
        PageEntry("checkpoint_diff", "Two checkpoints", link="checkpoints"),
        PageEntry("architecture", "Architecture"),
        PageEntry("dry_run", "Dry run", needs=Capability.DRY_RUN),
    ),
}
PAGES = tuple(page for section in SITE_MAP.values() for page in section)
#: What each page asks of the loaded pair, by its path in the URL.
NEEDS: Mapping[str, Capability | None] = {page.path: page.needs for page in PAGES}
