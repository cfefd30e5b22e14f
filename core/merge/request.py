"""What is merged into what. Importing this imports no torch."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from core.config.base_model import BaseModelConfig
from core.errors import CheckpointError
from core.files.folders import AdapterFolder, ModelFolder
from core.files.quantisation import stored_method


@dataclass(frozen=True)
class MergeRequest:
    """What is merged.

    Attributes:
        base_name, adapter_name: for people: no path.
        base: as the candidate has it.
        output: the folder that is written; not there, or empty.
        dequantise: read the codes of a quantised base out first, which PEFT's merge would round once more.
    """

    base_name: str
    adapter_name: str
    base: BaseModelConfig
    folder: ModelFolder
    adapter: AdapterFolder
    output: Path
    dequantise: bool = False


def require_whole(request: MergeRequest) -> None:
    """Refuse a quantised base, unless it is to be dequantised.

    Raises:
        CheckpointError: what to do instead.
    """
    stored, asked = stored_method(request.folder.config), request.base.quantisation
    if request.dequantise or (stored is None and not asked.is_used):
        return
    held = f"is stored quantised by {stored}" if stored else f"is quantised when it is loaded ({asked.name})"
    full = (
        "give the checkpoint that it was made from" if stored else "set quantisation to 'none' to merge into its files"
    )
    raise CheckpointError(
        f"The base '{request.base_name}' {held}: merged weights would be rounded to its codes once more.",
        fix=f"{full}, or read its codes out first, which merges into the numbers that they stand for.",
        command_fix=f"{full}, or dequantise it (`--dequantise`), which merges into the numbers that its codes stand "
        "for.",
    )
