"""What was it trained on? The kind of adapter, its base's architecture and attention mask, and the very weights.

From files and numbers alone: `core.model.adapters.header_checks` asks the same before anything is opened. Importing
this file imports neither torch nor PEFT.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from core.config.families import PREFIX, family_named
from core.errors import AppError
from core.files.fingerprint import Fingerprint, comparable, fingerprint, mismatches
from core.files.folders import AdapterFolder, ModelFolder, read_model_folder
from core.files.quantisation import stored_method
from core.model.adapters.card import AdapterCard
from core.model.adapters.outcomes import note, passed, refused, warning
from core.results import Check

#: PEFT's names of tasks whose heads say something else of a text than its class.
_OTHER_TASKS = ("TOKEN_CLS", "QUESTION_ANS", "SEQ_2_SEQ_LM")
#: Written by PEFT or by trainers beside the fields, for people and tools.
_WITHOUT_EFFECT = frozenset({"peft_version", "transformers_version", "_name_or_path", "library_name"})


def kind(folder: AdapterFolder) -> Check:
    """LoRA, and started in a way that this base can repeat."""
    stated = folder.config.get("peft_type")
    if stated is None:
        return refused("Kind", "Its adapter_config.json does not say its peft_type.", "write the type that it has.")
    if stated != "LORA":
        return refused("Kind", f"It is a PEFT adapter of type {stated!r}.", "choose a LoRA adapter.")
    task = folder.config.get("task_type")
    if task in _OTHER_TASKS:
        return refused(
            "Kind",
            f"It was trained for another task ({task}): its head does not classify texts.",
            "choose an adapter for sequence classification (SEQ_CLS).",
        )
    if folder.config.get("task_type") == "CAUSAL_LM":
        return note("Kind", "A LoRA adapter for text generation (CAUSAL_LM); attached as it is.")
    return passed("Kind", "A LoRA adapter.")


def fields(folder: AdapterFolder) -> Check:
    """Fields of adapter_config.json that this PEFT does not know: of another version, or of another library.

    One that is switched off (null, false, zero, empty) changes nothing, whatever it means.
    """
    import peft

    known = {field.name for field in dataclasses.fields(peft.LoraConfig)} | _WITHOUT_EFFECT
    unknown = sorted(name for name, value in folder.config.items() if name not in known and value)
    if not unknown:
        return passed("Fields", "Every field of adapter_config.json that is switched on is known.")
    names = ", ".join(f"'{name}'" for name in unknown)
    what = "field" if len(unknown) == 1 else "fields"
    return warning(
        "Fields",
        f"adapter_config.json has the {what} {names}, which PEFT {peft.__version__} does not know and does not apply.",
        "find out what it was trained with; the adapter may mean more than is run.",
    )


def family(base: ModelFolder, folder: AdapterFolder, card: AdapterCard | None) -> Check:
    """The base's architecture: other families have weights of the same shapes."""
    here = str(base.config.get("model_type", "")).removeprefix(PREFIX)
    stated = card.model_type if card else None
    there = stated.removeprefix(PREFIX) if stated else _stated_base(folder, "model_type")
    if there and there != here:
        return refused(
            "Architecture",
            f"It was trained on a '{there}' model; this base is '{here}'. The shapes may agree, the meaning does not.",
            f"choose a '{there}' candidate.",
        )
    if not there:
        return note("Architecture", f"The adapter does not say its architecture; assumed '{here}'.")
    return passed("Architecture", f"Trained on '{there}', as this base is.")


def numbers(sizes: Mapping[str, int | None], card: AdapterCard | None) -> Check:
    """The sizes of its base, where its card states them; `sizes` are this one's, None where they are not known."""
    stated = {field: getattr(card, field, None) for field in ("hidden_size", "num_hidden_layers")}
    for field, number in stated.items():
        if number is not None and sizes[field] not in (None, number):
            return refused(
                "Stated sizes",
                f"It was trained on a base of {field} {number}; this one has {sizes[field]}.",
                "choose the base that it was trained on.",
            )
    seen = ", ".join(f"{field} {number}" for field, number in stated.items() if number is not None)
    return passed("Stated sizes", f"As its card states: {seen}." if seen else "Its card states none, or it has none.")


def mask(kind: str, here: bool, card: AdapterCard | None) -> Check:
    """The attention mask that it was trained with, against that of a base of this kind: `here` says it is lifted."""
    words = {True: "bidirectional", False: "the family's own (causal for decoders)"}
    if card is None or not (card.states("bidirectional") or card.states("model_type")):
        return note("Mask", f"The adapter does not say its attention mask; here: {words[here]}.")
    if card.bidirectional != here:
        name = (card.family or family_named(kind)) + ("-bidirectional" if card.bidirectional else "")
        return refused(
            "Mask",
            f"It was trained with the mask {words[card.bidirectional]}; here it is {words[here]}.",
            f"set the candidate's model_type to '{name}'.",
        )
    return passed("Mask", f"Trained with the mask it has here: {words[here]}.")


def base(base: ModelFolder, folder: AdapterFolder, card: AdapterCard | None) -> Check:
    """Is it the same checkpoint? By fingerprint; else by the folder that the adapter names; else by name alone."""
    name = (card.base_name if card else "") or str(folder.config.get("base_model_name_or_path") or "")
    known = _known_fingerprint(folder, card)
    if known is not None and stored_method(base.config) is not None:
        known = comparable(known, base.tensors) or None
    if known is None:
        return _base_by_name(name, base.path.name)
    wrong = mismatches(known, base.tensors)
    if wrong:
        return refused(
            "Base",
            f"It was trained on other weights: {len(wrong)} of {len(known)} sampled matrices differ, "
            f"'{wrong[0]}' among them.",
            f"choose its base{f' ({name})' if name else ''}.",
        )
    return passed("Base", f"The base is the one it was trained on ({len(known)} sampled matrices agree).")


def _known_fingerprint(folder: AdapterFolder, card: AdapterCard | None) -> Fingerprint | None:
    """That of the base it was trained on, by its card or by the folder that it names; None where there is neither."""
    if card and card.base_fingerprint:
        return card.base_fingerprint
    stated = _stated_folder(folder)
    return None if stated is None else fingerprint(stated.tensors)


def _base_by_name(name: str, here: str) -> Check:
    """All that is left without a fingerprint: the name that it states, and the folder's."""
    if not name:
        return warning(
            "Base",
            "It does not say which base it was trained on: a wrong one would go unnoticed.",
            "make sure of it yourself.",
        )
    if name.rstrip("/").rsplit("/", 1)[-1].lower() == here.lower():
        return note("Base", f"It names the base '{name}', as here; without a fingerprint to prove it.")
    return warning(
        "Base",
        f"It names the base '{name}', and this one is '{here}'; it has no fingerprint to compare.",
        "make sure that they are the same weights.",
    )


def _stated_folder(folder: AdapterFolder) -> Any:
    """The base that adapter_config.json names, when it is a readable local folder."""
    name = folder.config.get("base_model_name_or_path")
    if not isinstance(name, str) or not name or not Path(name).is_dir():
        return None
    try:
        return read_model_folder(Path(name))
    except AppError:
        return None


def _stated_base(folder: AdapterFolder, field: str) -> str:
    stated = _stated_folder(folder)
    return "" if stated is None else str(stated.config.get(field, "")).removeprefix(PREFIX)
