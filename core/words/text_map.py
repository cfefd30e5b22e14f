"""A map of texts in words."""

from __future__ import annotations

from core.results.text_map import Projection, TextMap
from core.words.dataset import count
from core.words.numbers import percentage

PROJECTIONS = {Projection.PCA: "Principal components", Projection.TSNE: "Neighbourhoods (t-SNE)"}
#: What stands folded on the page.
ABOUT = (
    "Each text is one point: the vector that the head reads, after pooling. Texts that the model takes to be alike lie "
    "close together. Colours tell what is known of each: a point of one colour amid those of another is worth a look.",
    "Principal components are the two directions in which the vectors differ most, drawn to scale: the rest of the "
    "variance is not seen, so points that lie together may still differ. t-SNE (van der Maaten and Hinton 2008; "
    "perplexity 30, from 50 principal components, a fixed seed) shows who is near whom. How far apart groups lie, and "
    "how large they are, means nothing there.",
)


def lead(found: TextMap) -> str:
    """What is drawn, and how much of it can be seen."""
    drawn = count(len(found.places), "text")
    if len(found.places) < found.of:
        drawn = f"{len(found.places):,} of {count(found.of, 'text')}, drawn by chance"
    if found.explained is None:
        return f"{drawn}: what lies together is alike to the model; how far groups lie apart means nothing."
    return (
        f"{drawn}: the two directions in which they differ most hold {percentage(sum(found.explained))} of all "
        f"variance, so the rest is not seen."
    )


def axis(found: TextMap, k: int) -> str:
    """What an axis is."""
    return "" if found.explained is None else f"component {k + 1}: {percentage(found.explained[k])} of the variance"
