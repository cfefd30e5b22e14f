"""Weights by the hash of their bytes, large ones by their fingerprint."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from core.files import hashes
from core.files.folders import read_model_folder


def test_each_file_is_told_by_the_hash_of_its_bytes(tiny_folders: dict[str, Path]) -> None:
    (found,) = hashes.base_files(read_model_folder(tiny_folders["llama"]).tensors.values())
    content = (tiny_folders["llama"] / found.name).read_bytes()
    assert (found.method, found.digest) == ("SHA-256", hashlib.sha256(content).hexdigest())
    assert found.bytes == len(content)


def test_a_large_base_is_told_by_its_fingerprint(
    tiny_folders: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hashes, "HASHED_BYTES", 10)
    tensors = [read_model_folder(tiny_folders[family]).tensors for family in ("llama", "bert")]
    first, second = (hashes.base_files(held.values()) for held in tensors)
    assert [f.method for f in first] == ["fingerprint"]
    assert first[0].digest != second[0].digest
    assert first == hashes.base_files(tensors[0].values())
