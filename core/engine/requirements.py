"""What a load needs: sizes from headers or architecture numbers, against what is in memory and what is free."""

from __future__ import annotations

import sys
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.config.base_model import BaseModelConfig, DtypeName
from core.config.candidate import AdapterEntry, CandidateConfig
from core.engine.residency import Residency
from core.errors import NotFoundError
from core.files.folders import read_adapter_folder, read_model_folder
from core.files.locate import Place, locate_adapter, locate_candidate
from core.model.devices import choose_device
from core.model.held import Held, held_backbone, held_parameters
from core.model.memory import attached_parameters, catalogue_parameters, estimate
from core.results import Requirements, Selection
from core.settings import DeviceName, Settings


@dataclass(frozen=True)
class PairSize:
    """Parameters of a pair and how they will be held.

    Attributes:
        base: the key under which its base is shared (`base_key`); None while its files are not here.
        stored: bytes of the base's files; None while they are not here.
        held: how a quantised base is held; None where all of it is in `dtype`.
    """

    base: str | None
    base_parameters: int
    adapter_parameters: int
    dtype: DtypeName
    device: str
    stored: int | None
    held: Held | None = None


@dataclass(frozen=True)
class PairFolders:
    """Where the files of a pair are; None: not on this machine (`adapter` also where there is none)."""

    base: Path | None
    adapter: Path | None


def folders_here(candidate: CandidateConfig, adapter: AdapterEntry | None, settings: Settings) -> PairFolders:
    """The folders of a pair as far as they are on this machine and whole; nothing is fetched."""
    base = locate_candidate(candidate, settings)
    own = locate_adapter(candidate, adapter, settings) if adapter else None
    return PairFolders(_folder(base), _folder(own))


def pair_size(candidate: CandidateConfig, folders: PairFolders, device: str) -> PairSize:
    """Sizes from headers where the files are here, else from the candidate's architecture numbers.

    Raises:
        NotFoundError: neither files nor numbers.
        AppError: files that cannot be used.
    """
    base = candidate.base_model
    adapter = attached_parameters(read_adapter_folder(folders.adapter)) if folders.adapter else 0
    if folders.base is not None:
        model = read_model_folder(folders.base)
        key = base_key(base, folders.base, device)
        held = held_backbone(model, base.torch_dtype, base.quantisation)
        quantised = held if held.type != base.torch_dtype else None
        return PairSize(key, held.parameters, adapter, base.torch_dtype, device, model.stored_bytes, quantised)
    known = catalogue_parameters(candidate)
    if known is None:
        raise NotFoundError(
            f"What '{candidate.id}' needs is not known before its files are here.",
            fix="load it, or add its architecture numbers to its YAML.",
        )
    quantised = held_parameters(candidate, known) if base.quantisation.is_used else None
    return PairSize(None, known, adapter, base.torch_dtype, device, None, quantised)


def base_key(base: BaseModelConfig, folder: Path, device: str) -> str:
    """Pairs of the same key share the weights of their base."""
    return f"{device}|{folder.resolve()}|{base.to_json()}"


def requirements(
    size: PairSize, residency: Residency[Any], on_device: int, budget: int | None, keep: Collection[Selection] = ()
) -> Requirements:
    """What loading would add now: a base that is in memory is not counted, what could be dropped is told apart.

    `on_device` and `budget` are in bytes; `keep` names pairs that may not be dropped for it.
    """
    with residency.lock:
        shared = size.base is not None and residency.sharing(size.base) is not None
        parameters = size.adapter_parameters + (0 if shared else size.base_parameters)
        free = residency.free(on_device, budget)
        needs = _needs(size, parameters, free, shared=shared)
        reclaimable = residency.reclaimable(size.base, keep)
    return Requirements(**(vars(needs) | {"reclaimable": reclaimable}))


def _needs(size: PairSize, parameters: int, free: int, *, shared: bool) -> Requirements:
    """As `estimate`. On a quantised base the factors of an adapter are numbers of four bytes."""
    if size.held is None:
        return estimate(parameters, size.dtype, size.device, free, size.stored)
    weights = 4 * size.adapter_parameters + (0 if shared else size.held.bytes)
    transient = 0 if shared else size.held.largest
    return estimate(
        *(parameters, size.dtype, size.device, free, size.stored),
        weights=weights,
        transient=transient,
        held_as=size.held.type,
    )


def budget_of(settings: Settings) -> int | None:
    """Bytes that everything loaded may take together; None: what the device has."""
    budget = settings.memory_budget_gb
    return None if budget is None else int(budget * 2**30)


def device_of(name: DeviceName) -> str:
    """The device without importing torch where there can be no accelerator: a look at needs stays light."""
    accelerated = "torch" in sys.modules or sys.platform == "darwin" or Path("/dev/nvidiactl").exists()
    return choose_device(name) if accelerated or name != "auto" else "cpu"


def _folder(place: Place | None) -> Path | None:
    return place.path if place is not None and place.can_be_opened else None
