"""Files of weights by the hash of their bytes; of a large base by its fingerprint."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from core.files.fingerprint import fingerprint
from core.files.safetensors_headers import TensorEntry

if TYPE_CHECKING:
    from core.results import WeightFile

#: Bases of more bytes are told by their fingerprint: hashing a gigabyte takes about a second.
HASHED_BYTES = 2 * 2**30


def base_files(tensors: Iterable[TensorEntry]) -> list[WeightFile]:
    """Each file of the base; above `HASHED_BYTES` in all, with the base's fingerprint in place of a hash."""
    from core.results import WeightFile  # numpy comes with it

    entries = {entry.name: entry for entry in tensors}
    paths = sorted({entry.file for entry in entries.values()})
    if sum(path.stat().st_size for path in paths) <= HASHED_BYTES:
        return [hashed(path, "base") for path in paths]
    numbers = json.dumps(fingerprint(entries), sort_keys=True).encode()
    digest = hashlib.sha256(numbers).hexdigest()
    return [WeightFile("base", path.name, path.stat().st_size, "fingerprint", digest) for path in paths]


def hashed(path: Path, part: str) -> WeightFile:
    """A file and the SHA-256 of its bytes."""
    from core.results import WeightFile

    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return WeightFile(part, path.name, path.stat().st_size, "SHA-256", digest)
