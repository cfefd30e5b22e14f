"""`init_lora_weights`: how training of an adapter began, and what that means for whoever opens it."""

from __future__ import annotations

from typing import Any

from core.model.adapters.outcomes import note, passed, refused, warning
from core.results import Check

FIELD = "init_lora_weights"
#: They take their start off the base's weights, which PEFT does again when the adapter is opened.
_CHANGES_BASE_AGAIN = ("pissa", "olora")
#: They changed the base's weights by what was seen of training texts: it cannot be done again from the files.
_CHANGED_BASE = ("corda", "lora_ga")
#: Only the factors began so, and the file has the factors.
_FACTORS_ALONE = ("gaussian", "eva", "orthogonal")


def start_values(config: dict[str, Any]) -> Check:
    """Whether the factors of the file mean on this base what they meant in training."""
    value = config.get(FIELD)
    if not isinstance(value, str):
        return passed("Start", "Its factors start from PEFT's defaults, so the base is as it was.")
    kind = value.lower()
    if kind in _CHANGED_BASE:
        return refused(
            "Start",
            f"Training began with {FIELD} '{value}', which changed the base's weights by training texts: on the plain "
            "base its factors mean something else.",
            "save it as plain LoRA (PEFT's `path_initial_model_for_weight_conversion`), or merge it.",
        )
    if kind == "loftq":
        return warning(
            "Start",
            "It was trained on a base quantised by LoftQ; on this one its logits are close, not equal.",
            "quantise the base in the same way where that matters.",
        )
    if kind.startswith("pissa_niter"):
        return warning(
            "Start",
            "It started from a randomised SVD (pissa_niter), which changes the base a little differently each time.",
            "convert it to plain LoRA when saving.",
        )
    if kind in _CHANGES_BASE_AGAIN or kind in _FACTORS_ALONE:
        return note("Start", f"Training began with {FIELD} '{value}'; the factors are those of the file.")
    return warning(
        "Start",
        f"{FIELD} is '{value}', which is not known here: the factors of the file are put on the base as it is. If it "
        "changed the base's weights when training began, the logits are wrong.",
        "save it as plain LoRA.",
    )


def usable(config: dict[str, Any]) -> bool | str:
    """The value with which PEFT attaches the factors of the file: where it must change the base again, its name."""
    value = config.get(FIELD)
    return value if isinstance(value, str) and value.lower().startswith(_CHANGES_BASE_AGAIN) else True
