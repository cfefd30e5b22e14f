"""What results mean, in plain sentences: the same on every page that shows them."""

from __future__ import annotations

from core.results import Contributions, Lens

#: What contributions are, and what they are not.
CONTRIBUTIONS = (
    "A contribution is the share of one position in the logit of a class: how the finished state at that position, "
    "pooled and multiplied with the head, adds to it. It is a split over positions after the backbone, where every "
    "state already holds what it read from others. It does not say which words caused the verdict: for that, take "
    "words away (Attributions, Two texts)."
)


def whole(found: Contributions, label: str) -> str:
    """That the parts make the logit, with the numbers; or by how much they don't."""
    k = found.labels.index(label)
    total, logit, gap = float(found.sums[k]), float(found.logits[k]), float(found.gaps[k])
    if found.exact:
        return f"Exact: the parts sum to {total:.5f}, the model's logit is {logit:.5f}, the difference {abs(gap):.1e}."
    return (
        f"A linearisation: the head is not linear, so the parts sum to {total:.3f} where the model's logit is "
        f"{logit:.3f}; the gap of {gap:+.3f} belongs to no position."
    )


def decided(found: Lens) -> str:
    """From which depth the verdict stays."""
    layers, depth, label = len(found.verdicts) - 1, found.decided_at, found.verdicts[-1]
    if depth == 0:
        return f"'{label}' leads from the embeddings on: no layer changes it."
    before = found.verdicts[depth - 1]
    if depth == layers:
        return f"'{label}' leads only after the last of {layers} layers; before it, '{before}' did."
    return f"'{label}' leads from layer {depth} of {layers} on; before that, '{before}' did."
