"""What is written where, and what must be there first. Importing this file imports no torch."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import assert_never

from core.errors import ConfigError, MemoryBudgetError
from core.files.output_folder import existing
from core.merge.cost import FILE_BYTES
from core.results import ModelFormat
from core.words.export import title
from core.words.sizes import gibibytes

#: Texts of several lengths, on which what was written is compared with ours.
TEXTS = (
    "No.",
    "My card has not arrived yet, where is it?",
    "The transfer to my landlord is still pending.",
    "Grüße aus Köln: what is the exchange rate between pounds and euros, and which fees will there be on Friday?",
    " ".join(["Please tell me what happened to the money that I sent to my sister in Lisbon a week ago."] * 8),
)
#: Copies of the weights that writing a graph holds at once beside the loaded pair, as measured (2.6 to 3.2 for a Llama
#: of 129 million parameters): the pair's own where they were only mapped, those that are traced, those read back.
COPIES = 3


@dataclass(frozen=True)
class ExportRequest:
    """What is exported.

    Attributes:
        base, adapter: for people, no path; `adapter` is empty where there is none.
        output: the folder that is written; not there, or empty.
    """

    base: str
    adapter: str
    output: Path
    model_format: ModelFormat


def libraries(model_format: ModelFormat) -> tuple[str, ...]:
    """What a format needs besides what the app needs."""
    match model_format:
        case "transformers":
            return ()
        case "onnx":
            return ("onnx", "onnxscript", "onnxruntime")
        case "openvino":
            return ("onnx", "onnxscript", "openvino")
        case _:
            assert_never(model_format)


def require_libraries(model_format: ModelFormat) -> None:
    """Refuse a format whose libraries are not installed.

    Raises:
        ConfigError: with the line that installs them.
    """
    missing = [name for name in libraries(model_format) if find_spec(name) is None]
    if missing:
        raise ConfigError(
            f"Writing {title(model_format)} needs {_listed(missing)} not installed.",
            fix="have the packages of requirements-export.txt installed on the machine that this runs on.",
            command_fix="`python -m pip install -r requirements-export.txt`, then try again.",
        )


def memory_needed(model_format: ModelFormat, weights: int, merged: int, *, converted: bool = False) -> int:
    """Bytes that an export takes beside the loaded pair at its highest.

    Args:
        model_format: what is written.
        weights: bytes of the weights in the type they are written in.
        merged: bytes of those among them that the adapter changes, each of which is merged into a copy.
        converted: whether that type is another than the pair's, which takes one copy more.
    """
    folder = weights + merged + min(weights, FILE_BYTES)  # it is written a file at a time, and then read again
    held = folder if model_format == "transformers" else COPIES * weights
    return int((held + converted * weights) * 1.05) + 128 * 2**20


def require_room(request: ExportRequest, weights: int, needed: int, free: int) -> None:
    """Refuse what does not fit.

    Args:
        request: what is exported.
        weights: bytes that it takes on disk.
        needed: bytes of memory, as `memory_needed` says.
        free: bytes of memory that may be taken.

    Raises:
        MemoryBudgetError: too little memory or disk, with both numbers.
    """
    if needed > free:
        raise MemoryBudgetError(
            f"Writing it as {title(request.model_format)} takes {gibibytes(needed)} of memory beside the loaded model, "
            f"and {gibibytes(free)} are free.",
            fix="unload other candidates, or export on a machine with more memory.",
        )
    place = existing(request.output)
    room = shutil.disk_usage(place).free
    if weights > room:
        raise MemoryBudgetError(
            f"The folder takes {gibibytes(weights)} of disk, and {gibibytes(room)} are free in '{place}'.",
            fix="choose a folder on another disk, or make room.",
        )


def _listed(names: Sequence[str]) -> str:
    return f"{', '.join(names)}, which {'is' if len(names) == 1 else 'are'}"
