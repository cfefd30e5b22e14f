"""Models of the Hub: a local folder for each, fetched where it is not on this machine."""

from __future__ import annotations

import errno
import io
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from core.config.hub_name import HubName
from core.errors import AppError, CheckpointError, NotFoundError, StoppedError
from core.files.contents import READ, Contents
from core.files.hub_cache import default_cache, find_snapshot
from core.files.hub_entry import no_such_model, no_such_revision

#: Configs, tokenizers and safetensors; never pickles or code.
ALLOWED = tuple(f"*{ending}" for ending in READ)

#: Told how many bytes have come, and of how many; an error that it raises ends the download.
OnBytes = Callable[[int, int], None]

#: What the system says of a cache that cannot be written.
_UNWRITABLE = (errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOSPC, errno.EDQUOT)
#: Parts of the names of the many classes in which a network fails.
_NETWORK = (
    "Connect",
    "Offline",
    "Timeout",
    "LocalEntryNotFound",
    "IncompleteSnapshot",
    "HTTP",
    "Http",
    "Proxy",
    "Protocol",
    "Network",
    "SSL",
)


def is_hub_id(name: str) -> bool:
    """Whether a name looks like `organisation/model` or `organisation/model@revision`, and not like a path."""
    return HubName.parse(name) is not None and not Path(name).exists()


def fetch(
    name: str, cache_dir: Path | None, revision: str | None = None, on_bytes: OnBytes = lambda _done, _total: None
) -> Path:
    """A local folder for a path or Hub id (also `org/name@revision`), fetched or completed if need be.

    Raises:
        StoppedError: `on_bytes` said so; what has come stays, and the next call goes on from there.
        NotFoundError: a path that is not there, or no such model or revision on the Hub.
        CheckpointError: the Hub cannot be reached, or does not let this user in; or the cache cannot be written.
    """
    path = Path(name).expanduser()
    hub = HubName.parse(name)
    if hub is None or (revision is None and path.exists()):
        if path.exists():
            return path
        raise nothing_at(name)
    hub = hub if revision is None else HubName(hub.id, revision)
    before = find_snapshot(hub, cache_dir)
    if before is not None and before.contents.ready:
        return before.path
    try:
        folder = _download(hub, cache_dir, on_bytes)
    except StoppedError:
        raise
    except AppError:
        if before is not None and before.contents.has_weights:  # what is missing may never be asked for
            return before.path
        raise
    after = find_snapshot(hub, cache_dir)
    if after is not None and after.contents.missing and not after.contents.has_weights:
        raise _unreachable(hub, after.contents)  # offline, the Hub's client hands out a partial folder
    return folder


def nothing_at(name: str, requested: str = "no folder") -> NotFoundError:
    """The error for a name that is neither a path nor a Hub id. `requested` says what is not there: "no folder"."""
    path = Path(name).expanduser()
    if path.is_symlink():
        return NotFoundError(
            f"'{name}' is a link to '{os.readlink(path)}', where there is nothing.", fix="mend the link."
        )
    base, at, revision = name.partition("@")
    if at and HubName.parse(base):
        return NotFoundError(
            f"'{revision}' in '{name}' cannot be a revision.", fix="give a branch, a tag or a commit after the @."
        )
    return NotFoundError(
        f"There is {requested} '{name}'.", fix="check the path, or give a Hub id (organisation/model)."
    )


def _download(name: HubName, cache_dir: Path | None, on_bytes: OnBytes) -> Path:
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import GatedRepoError, RepositoryNotFoundError, RevisionNotFoundError

    try:
        folder = snapshot_download(
            name.id,
            revision=name.revision,
            cache_dir=cache_dir,
            allow_patterns=list(ALLOWED),
            tqdm_class=_bar(on_bytes),
        )
        return Path(folder)
    except StoppedError:
        raise
    except GatedRepoError:
        raise CheckpointError(
            f"'{name.id}' is gated on the Hub, and this account has not been let in.",
            fix=f"accept its licence on the page of {name.id}, and have this machine signed in to the Hub.",
            command_fix=f"accept its licence on the page of {name.id}, then sign in with `hf auth login`.",
        ) from None
    except RepositoryNotFoundError:
        raise no_such_model(name) from None
    except RevisionNotFoundError:
        raise no_such_revision(name) from None
    except Exception as error:
        raise _explained(name, cache_dir, error) from error


def _bar(on_bytes: OnBytes) -> Any:
    """The class of the Hub client's progress bars: draws nothing, and tells how many bytes are there."""
    from huggingface_hub.utils.tqdm import tqdm as hub_bar

    class Told(hub_bar):
        def __init__(self, *args: Any, **options: Any) -> None:
            options = {k: v for k, v in options.items() if k not in ("name", "disable", "file")}
            super(hub_bar, self).__init__(*args, **options, file=io.StringIO(), disable=False)

        def update(self, n: float | None = 1) -> Any:
            result = super().update(n)
            # Of two bars of bytes this is the one of what is on disk; a third counts files.
            if self.unit == "B" and "Reconstruct" in str(self.desc):
                on_bytes(int(self.n), int(self.total or 0))
            return result

    return Told


def _explained(name: HubName, cache_dir: Path | None, error: Exception) -> AppError:
    """A cache that cannot be written, or a network that fails; a failure of another kind is let through as it is."""
    if isinstance(error, OSError) and error.errno in _UNWRITABLE:
        return CheckpointError(
            f"'{name}' cannot be written to '{cache_dir or default_cache()}': {error.strerror}.",
            fix="make room there and let this user write, or set HEADLIGHT_CACHE_DIR to another folder.",
        )
    chain = [type(e).__name__ for e in (error, error.__cause__, error.__context__) if e is not None]
    if not isinstance(error, OSError) and not any(part in kind for kind in chain for part in _NETWORK):
        raise error
    snapshot = find_snapshot(name, cache_dir)
    return _unreachable(name, snapshot.contents if snapshot else None)


def _unreachable(name: HubName, held: Contents | None) -> CheckpointError:
    seen = "not on this machine"
    if held is not None and held.begun:
        seen = f"only partly on this machine ({held.needed - len(held.missing)} of {held.needed} files)"
    return CheckpointError(
        f"The weights of '{name}' are {seen}, and the Hub cannot be reached.",
        fix="connect to the network and load again, or download the model elsewhere and add its folder.",
    )
