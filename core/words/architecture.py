"""How a model is put together, in plain sentences."""

from __future__ import annotations

from core.results import Architecture
from core.results.architecture import NEW_ADAPTER
from core.words import model_size
from core.words.numbers import count, percent

_AS = {"classifier": "As a classifier", "causal_lm": "With its language-model head", "backbone": "As a backbone alone"}
SOURCES = {
    "memory": "Read from the model in memory.",
    "folder": "It is not loaded for this: its modules come from its folder's config, and no weight was read.",
    "numbers": "Its weights are not on this machine. Its modules come from the architecture numbers in its YAML: a "
    "model without weights, which takes no memory for them.",
}
_AS_BERT = " The numbers name no architecture: this is BERT's, which has just the parameters that the YAML states."

#: Why torchinfo's numbers are not those of the page.
TORCHINFO = (
    "As torchinfo counts: of a model in memory the modules as they answer, so nothing is trainable; tied weights twice."
)


def size(result: Architecture) -> str:
    """As what it is seen, how large it is, and how much of it is trained."""
    new = result.tuning.startswith(NEW_ADAPTER)
    has = "would have" if new else "has"
    whole = f"{_AS[result.view]} it {has} {model_size.whole(result)} in {result.sizes.layers} layers"
    if not result.tuning:
        return whole + "."
    if result.trained == result.used:
        return whole + ", and all of them are trained."
    share = percent(result.trained / result.used)
    return f"{whole}; {result.tuning} {'would train' if new else 'trains'} {count(result.trained)} of them ({share} %)."


def source(result: Architecture, model_type: str) -> str:
    """Where that was read."""
    return SOURCES[result.source] + (_AS_BERT if (result.source, model_type) == ("numbers", "vanilla") else "")


def ties(result: Architecture) -> str:
    """Which names stand for one tensor."""
    if not result.tied:
        return "No two names stand for one tensor: no weights are tied."
    return " ".join(
        f"{' and '.join(tied.names)} are one tensor, tied: it counts once, which saves {tied.saved:,} parameters."
        for tied in result.tied
    )


def copies(result: Architecture) -> str:
    """What PEFT keeps beside the parts that an adapter trains whole; empty without any."""
    retained = result.parameters - result.base_parameters - result.factors
    return (
        f"In memory PEFT keeps the parts that the adapter replaced, unused: {retained:,} numbers more."
        if retained
        else ""
    )
