"""Weights in few bits: by which method a checkpoint is stored so, and which package has to be there for one.

Looked at before anything is loaded, so that what is missing is told by its name. Importing this imports no torch.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib.util import find_spec
from typing import Any

from core.config.quantisation import Quantisation
from core.errors import CheckpointError

#: What has to be importable before weights are quantised at load, by the method.
PACKAGES: Mapping[str, str] = {"bitsandbytes": "bitsandbytes"}


def stored_method(config: Mapping[str, Any]) -> str | None:
    """The method in a config.json's `quantization_config`, by transformers' name; None where weights are whole numbers.

    Old bitsandbytes folders state no `quant_method`, but `load_in_4bit` or `load_in_8bit`.
    """
    fields = config.get("quantization_config")
    if not isinstance(fields, Mapping):
        return None
    if fields.get("load_in_4bit") or fields.get("load_in_8bit"):
        return "bitsandbytes"
    return str(fields.get("quant_method") or "a method that is not stated").lower()


def missing_package(method: str) -> str | None:
    """The package that a method needs and that cannot be imported here; None where nothing is missing."""
    package = PACKAGES.get(method)
    return package if package is not None and find_spec(package) is None else None


def require_method(requested: Quantisation, name: str) -> None:
    """Refuse a quantisation that is asked for and cannot be done here; `name` says of what.

    Raises:
        CheckpointError: its package is not installed.
    """
    package = missing_package(requested.method)
    if package is not None:
        raise CheckpointError(
            f"The weights of '{name}' are to be quantised by {requested.method} ({requested.name}), and the package "
            f"{package} that does it is not installed.",
            fix=f"hold it in no fewer bits ('none'); or have {package} installed where this runs.",
            command_fix="set quantisation to 'none'; or run `pip install -r requirements-quantised.txt` "
            f"(`{package}`).",
        )
