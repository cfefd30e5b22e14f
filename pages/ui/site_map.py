"""Every page of the app, in the order of the navigation. A new page is one file in `pages/` and one line here."""

from __future__ import annotations

from collections.abc import Mapping

from core.results import Capability
from pages.ui.page_entry import PageEntry, Section

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
            PageEntry(
                "text_map", "Map", "Which texts are alike to it?", link="map", needs=Capability.VERDICT, tables=True
            ),
            PageEntry("slices", "Slices", "Where is it weak?", needs=Capability.VERDICT, charts=False, tables=True),
            PageEntry(
                "robustness",
                "Robustness",
                "Which harmless changes of a text change the answer?",
                needs=Capability.VERDICT,
                charts=False,
                tables=True,
            ),
            PageEntry(
                "two_models", "Two models", "Which is better?", needs=Capability.VERDICT, charts=False, tables=True
            ),
            PageEntry(
                "training_rows",
                "Training rows",
                "Which of them made an answer?",
                needs=Capability.VERDICT,
                charts=False,
                tables=True,
            ),
            PageEntry("calibration", "Calibration", "Can its probabilities be believed?", needs=Capability.VERDICT),
            PageEntry(
                "next_steps", "Next steps", "What to do now?", needs=Capability.VERDICT, charts=False, tables=True
            ),
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
