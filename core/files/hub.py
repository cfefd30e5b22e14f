"""Finding the files of a model: a local folder, the Hub's cache on this machine, or the Hub itself."""

from __future__ import annotations

import os
import re
from pathlib import Path

from core.errors import AppError, CheckpointError, NotFoundError

#: Configs, tokenizers and safetensors; never pickles or code.
ALLOWED = ("*.json", "*.safetensors", "*.model", "*.txt", "*.jinja")

_HUB_ID = re.compile(r"^[A-Za-z0-9][\w.-]{0,95}/[A-Za-z0-9][\w.-]{0,95}$")


def is_hub_id(name: str) -> bool:
    """Whether a name looks like `organisation/model` and not like a path."""
    return bool(_HUB_ID.match(name)) and not Path(name).exists()


def cached_snapshot(name: str, cache_dir: Path | None) -> Path | None:
    """The newest snapshot of a Hub id in the cache, found without importing the Hub client."""
    root = cache_dir or _default_cache()
    folder = root / f"models--{name.replace('/', '--')}" / "snapshots"
    if not folder.is_dir():
        return None
    found = [p for p in folder.iterdir() if (p / "config.json").exists() or (p / "adapter_config.json").exists()]
    return max(found, key=lambda p: p.stat().st_mtime, default=None)


def fetch(name: str, cache_dir: Path | None) -> Path:
    """A local folder for a path or Hub id, fetched if need be.

    Raises:
        NotFoundError: a path that is not there, or no such model on the Hub.
        CheckpointError: the Hub cannot be reached, or does not let this user in.
    """
    path = Path(name).expanduser()
    if path.exists():
        return path
    if not is_hub_id(name):
        raise NotFoundError(
            f"There is no folder '{name}'.", fix="check the path, or give a Hub id (organisation/model)."
        )
    snapshot = cached_snapshot(name, cache_dir)
    if snapshot is not None and _has_weights(snapshot):
        return snapshot
    return _download(name, cache_dir)


def _download(name: str, cache_dir: Path | None) -> Path:
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import GatedRepoError, RepositoryNotFoundError

    try:
        return Path(snapshot_download(name, cache_dir=cache_dir, allow_patterns=list(ALLOWED)))
    except GatedRepoError:
        raise CheckpointError(
            f"'{name}' is gated on the Hub, and this account has not been let in.",
            fix=f"accept its licence on the page of {name}, then sign in with `hf auth login`.",
        ) from None
    except RepositoryNotFoundError:
        raise NotFoundError(
            f"The Hub has no model '{name}' that this account can see.", fix="check the spelling, or sign in."
        ) from None
    except Exception as error:
        raise _network_error(name, error) from error


def _network_error(name: str, error: Exception) -> AppError:
    """Network failures come in many classes; a failure of another kind is let through as it is."""
    known = (
        "Connect",
        "Offline",
        "Timeout",
        "LocalEntryNotFound",
        "HTTP",
        "Http",
        "Proxy",
        "Protocol",
        "Network",
        "SSL",
    )
    chain = [type(e).__name__ for e in (error, error.__cause__, error.__context__) if e is not None]
    if not isinstance(error, OSError) and not any(k in kind for kind in chain for k in known):
        raise error
    return CheckpointError(
        f"The weights of '{name}' are not on this machine, and the Hub cannot be reached.",
        fix="connect to the network and load again, or download the model elsewhere and add its folder.",
    )


def _has_weights(folder: Path) -> bool:
    return any(folder.glob("*.safetensors"))


def _default_cache() -> Path:
    if cache := os.environ.get("HF_HUB_CACHE"):
        return Path(cache)
    home = os.environ.get("HF_HOME") or Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "huggingface"
    return Path(home) / "hub"
