"""Which tensors a folder should hold by its config.json: those of the model that it stands for, built without weights.

The allowances are those of loading: weights that are tied to others, keys that a class says may be missing or left
over, buffers that are not saved, names that transformers changes, and heads that a classifier does not read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, cast

import torch
import transformers
from torch import nn
from transformers import PreTrainedConfig, PreTrainedModel

from core.errors import CheckpointError
from core.files.folders import ModelFolder
from core.files.stored_quantisation import stored_quantisation
from core.model.backbone import backbone_class
from core.model.classifier import classifier_class
from core.model.head_tasks import stated_class
from core.model.hf_config import stored_config
from core.model.library_errors import told_of
from core.model.pooled_config import to_pooled
from core.model.stock.layout import POOLING_MODULES
from core.model.stored_names import Held, Shape, held_codes, held_tensors
from core.model.stored_parts import parts_in

OWN = "ForPooledClassification"
#: Ends of the names of classes whose head a classifier reads.
_CLASSIFIERS = ("ForSequenceClassification", OWN)
#: The first number that is a part of a name: a layer's.
_NUMBER = re.compile(r"(^|\.)\d+\.")


@dataclass(frozen=True)
class ExpectedTensors:
    """A folder's tensors against those of the class that its config.json names.

    Attributes:
        model: the class.
        count: how many tensors it needs.
        missing: its names, with the shapes that they should have.
        unread: also missing, but of a head that no classifier reads.
        reshaped: by the name in the file: the shape there, and the one that config.json makes it. Not of quantised
            weights, whose codes have shapes of their own.
        beyond: names in the file that belong to layers which the class does not have.
    """

    model: str
    count: int
    missing: Mapping[str, Shape]
    unread: tuple[str, ...]
    reshaped: Mapping[str, tuple[Shape, Shape]]
    beyond: tuple[str, ...]


def expected_tensors(folder: ModelFolder) -> ExpectedTensors:
    """Compare the headers of a folder with its config.json; of quantised weights, given without their scales.

    Raises:
        CheckpointError: an architecture that transformers does not have, a config that it cannot build, or tensors
            whose names are another layout's.
    """
    quantised = stored_quantisation(folder.config) is not None
    with told_of(folder.path, folder.config):
        model = _outline(folder)
        held, left = held_codes(model, folder.tensors) if quantised else held_tensors(model, folder.tensors)
        shapes = {name: tuple(tensor.shape) for name, tensor in model.state_dict().items()}
        needed = _needed(model, shapes, held)
        left = {name: left[name] for name in _adjusted(model, unexpected=left)}
    read = [name for name in needed if _is_read(model, name)]
    missing = {name: shapes[name] for name in read if name not in held}
    if len(missing) * (2 if quantised else 1) >= len(read):
        raise CheckpointError(
            f"The tensors go by other names than those of {type(model).__name__}.",
            fix="save the model again with `save_pretrained`.",
        )
    return ExpectedTensors(
        type(model).__name__,
        len(read),
        missing,
        tuple(name for name in needed if name not in held and not _is_read(model, name)),
        {
            tensor.source: (tensor.shape, shapes[name])
            for name, tensor in held.items()
            if tensor.shape is not None and tensor.shape != shapes[name] and _is_read(model, name)
        },
        tuple(source for name, source in left.items() if _NUMBER.sub(r"\g<1>0.", name, count=1) in shapes),
    )


def _outline(folder: ModelFolder) -> PreTrainedModel:
    """The class that config.json names, where it is one of this architecture; else the model without a head."""
    stored = stored_config(folder)
    stored._attn_implementation = "eager"
    title = stated_class(folder.config)
    cls = _library_class(title, stored)
    with torch.device("meta"):
        if title.endswith(OWN):
            return classifier_class(type(stored))(to_pooled(stored, **parts_in(folder, stored)))
        return cast(PreTrainedModel, (cls or backbone_class(type(stored)))(stored))


def _library_class(title: str, stored: PreTrainedConfig) -> Any:
    """transformers' class of that name; None where it has none, or of another architecture."""
    cls: Any = getattr(transformers, title, None) if title else None
    if not isinstance(cls, type) or not issubclass(cls, PreTrainedModel):
        return None
    return cls if cls.config_class is type(stored) else None


def _needed(model: PreTrainedModel, names: Iterable[str], held: Mapping[str, Held]) -> list[str]:
    """Names without those that may be missing; of tied ones that which is held, or else the one they are tied to."""
    ties: dict[str, str] = getattr(model, "all_tied_weights_keys", {})
    met = {source for target, source in ties.items() if target in held}
    return [name for name in _adjusted(model, missing=names) if name not in ties and name not in met - held.keys()]


def _adjusted(model: PreTrainedModel, *, missing: Iterable[str] = (), unexpected: Iterable[str] = ()) -> list[str]:
    """Those of either that the class does not allow for."""
    told = SimpleNamespace(missing_keys=set(missing), unexpected_keys=set(unexpected))
    model._adjust_missing_and_unexpected_keys(told)  # type: ignore[arg-type]
    return [name for name in (*missing, *unexpected) if name in told.missing_keys | told.unexpected_keys]


def _is_read(model: PreTrainedModel, name: str) -> bool:
    """Whether a classifier needs this tensor: all of the backbone, and the head where it is a classifier's."""
    if type(model).__name__.endswith(_CLASSIFIERS):
        return True
    prefix = model.base_model_prefix
    if isinstance(getattr(model, prefix, None), nn.Module):
        if not name.startswith(prefix + "."):
            return False
        name = name.removeprefix(prefix + ".")
    return name.partition(".")[0] not in POOLING_MODULES
