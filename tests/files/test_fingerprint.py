"""A base is known by its numbers, in any dtype and sharding; another training is not."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from core.files.fingerprint import fingerprint, mismatches
from core.files.folders import read_model_folder


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16, torch.float32])
def test_a_fingerprint_knows_its_base_in_any_dtype(
    tiny_folders: dict[str, Path], tmp_path: Path, dtype: torch.dtype
) -> None:
    from transformers import AutoModelForCausalLM

    known = fingerprint(read_model_folder(tiny_folders["gemma2"]).tensors)
    model = AutoModelForCausalLM.from_pretrained(tiny_folders["gemma2"], dtype=dtype)
    model.save_pretrained(tmp_path, max_shard_size="20KB")
    assert len(list(tmp_path.glob("*.safetensors"))) > 1
    assert not mismatches(known, read_model_folder(tmp_path).tensors)
    next(model.parameters()).data.mul_(1.05)
    model.save_pretrained(tmp_path, max_shard_size="20KB")
    assert mismatches(known, read_model_folder(tmp_path).tensors)
