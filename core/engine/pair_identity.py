"""What a loaded pair is, whatever it is called: by the bytes of its weights and by how it reads a text."""

from __future__ import annotations

import hashlib
import json

from core.config.candidate import AdapterEntry, CandidateConfig
from core.engine.loader import LoadedPair
from core.files.folders import read_adapter_folder
from core.files.hashes import base_files, hashed
from core.files.locate import fetch_adapter
from core.results import WeightFile
from core.settings import Settings


def weight_files(
    pair: LoadedPair, candidate: CandidateConfig, adapter: AdapterEntry | None, settings: Settings
) -> list[WeightFile]:
    """Each file of the base and of the adapter, which are read through; see `core.files.hashes`."""
    files = base_files(pair.opened.folder.tensors.values())
    if adapter is not None:
        held = read_adapter_folder(fetch_adapter(candidate, adapter, settings)).tensors.values()
        files += [hashed(path, "adapter") for path in sorted({entry.file for entry in held})]
    return files


def pair_identity(
    pair: LoadedPair, candidate: CandidateConfig, adapter: AdapterEntry | None, settings: Settings
) -> str:
    """A hash (hex, 32 digits) that is another one whenever answers could be others.

    It is made of the weights' hashes (a large base's fingerprint), the classes, the data type and quantisation, the
    longest text, the side at which it is cut, and the chat template. Weight files are read through once.
    """
    files = weight_files(pair, candidate, adapter, settings)
    info, encoder = pair.info, pair.predictor.encoder
    parts = (
        [(file.part, file.digest) for file in files],
        *(info.labels, info.problem_type, info.dtype, info.quantisation, info.pooler, info.head, info.mask),
        *(info.max_tokens, encoder.truncation_side, info.chat_template),
    )
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:32]
