"""Every page of the app, in the order of the navigation. A new page is one file in `pages/` and one line here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from core.results import Capability


@dataclass(frozen=True)
class PageEntry:
    """A page: `pages/<name>.py`.

    Attributes:
        question: what it answers, in a line.
        answers: it asks the loaded candidate as soon as it opens, so that a load follows for certain.
        link: its path in the URL, where links that people have kept know it by a name that it no longer has.
        charts, tables: whether it draws one as soon as it has answered.
        needs: what the loaded pair has to be able to; None for a page that asks no loaded pair.
    """

    name: str
    title: str
    question: str
    answers: bool = False
    link: str = ""
    needs: Capability | None = None
    charts: bool = True
    tables: bool = False

    @property
    def file(self) -> str:
        """Where it is, from the root of the repository."""
        return f"pages/{self.name}.py"

    @property
    def path(self) -> str:
        """Its path in the URL, without the slash."""
        return self.link or self.name


@dataclass(frozen=True)
class Section:
    """One of the tasks in the top bar; its link leads to the first of its pages.

    Attributes:
        question: what it answers, as the second line of its entry.
    """

    title: str
    question: str
    pages: tuple[PageEntry, ...]


#: The tasks, in the order of the top bar. `/` is the first page of the first.
SITE_MAP: tuple[Section, ...] = (
    Section(
        "Classify",
        "What does it say to a text?",
        (
            PageEntry(
                "classify",
                "Classify",
                "What does it say to a text?",
                answers=True,
                needs=Capability.VERDICT,
                charts=False,
                tables=True,
            ),
        ),
    ),
    Section(
        "Evaluate",
        "How good is it?",
        (
            PageEntry(
                "evaluation",
                "Evaluate",
                "How good is it on a whole dataset, and where does it fail?",
                link="evaluate",
                needs=Capability.VERDICT,
                charts=False,
                tables=True,
            ),
            PageEntry("classes", "Classes", "Which does it get wrong?", needs=Capability.VERDICT, tables=True),
            PageEntry("label_errors", "Label errors", "Which are likely wrong?", needs=Capability.VERDICT, tables=True),
            PageEntry("slices", "Slices", "Where is it weak?", needs=Capability.VERDICT, charts=False, tables=True),
            PageEntry("calibration", "Calibration", "Can its probabilities be believed?", needs=Capability.VERDICT),
        ),
    ),
    Section(
        "Explain",
        "Why this answer?",
        (
            PageEntry(
                "overview",
                "Overview",
                "What did each word add, and where in depth did it form?",
                answers=True,
                link="why",
                needs=Capability.CONTRIBUTIONS,
            ),
            PageEntry(
                "contributions",
                "Contributions",
                "What does each word add to an answer?",
                answers=True,
                needs=Capability.CONTRIBUTIONS,
                charts=False,
            ),
            PageEntry(
                "attributions",
                "Attributions",
                "What do other methods say, and which of them is faithful?",
                answers=True,
                needs=Capability.ATTRIBUTIONS,
            ),
            PageEntry(
                "two_texts",
                "Two texts",
                "What does an edit change, and which words flip the verdict?",
                answers=True,
                needs=Capability.TWO_TEXTS,
                charts=False,
            ),
            PageEntry(
                "adapter_effect",
                "Adapter effect",
                "What does the adapter change in this answer?",
                answers=True,
                link="adapter",
                needs=Capability.ADAPTER_EFFECT,
            ),
            PageEntry("depth", "Depth", "What would it say after each layer?", answers=True, needs=Capability.DEPTH),
            PageEntry(
                "pooling", "Pooling", "Which tokens does the pooler weigh?", answers=True, needs=Capability.POOLING
            ),
            PageEntry(
                "attention_mask",
                "Mask",
                "What do later words add?",
                answers=True,
                link="mask",
                needs=Capability.ATTENTION_MASK,
            ),
            PageEntry("attention", "Attention", "Where does each head look?", answers=True, needs=Capability.ATTENTION),
        ),
    ),
    Section(
        "Inspect",
        "What is in the weights?",
        (
            PageEntry("weights", "Weights", "Are the files intact? How are the values spread? What stands out?"),
            PageEntry("spectra", "Spectra", "How many directions does each matrix use?"),
            PageEntry(
                "adapter_update",
                "Adapter update",
                "How much does the adapter change each weight?",
                link="update",
                needs=Capability.ADAPTER_UPDATE,
            ),
            PageEntry(
                "two_adapters",
                "Two adapters",
                "Do two adapters of one base change the same?",
                needs=Capability.ADAPTER_UPDATE,
            ),
            PageEntry(
                "head_geometry",
                "Head geometry",
                "Which classes lie close to each other in the head?",
                link="head",
                needs=Capability.HEAD_GEOMETRY,
                tables=True,
            ),
            PageEntry(
                "checkpoint_diff",
                "Two checkpoints",
                "What differs? Is this download intact?",
                link="checkpoints",
            ),
            PageEntry("architecture", "Architecture", "What is it made of, and what does it cost?"),
        ),
    ),
    Section(
        "Models",
        "What is here?",
        (
            PageEntry("candidates", "Candidates", "Which models are here, and what does each need?", charts=False),
            PageEntry("dry_run", "Dry run", "Is it set up right?", needs=Capability.DRY_RUN, charts=False),
        ),
    ),
)
#: The pages about one answer.
EXPLAIN = next(section for section in SITE_MAP if section.title == "Explain")
PAGES = tuple(page for section in SITE_MAP for page in section.pages)
#: What each page asks of the loaded pair, by its path in the URL.
NEEDS: Mapping[str, Capability | None] = {page.path: page.needs for page in PAGES}
