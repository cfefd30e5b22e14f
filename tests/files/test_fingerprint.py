"""A base is known by its numbers, in any dtype and sharding; another training is not."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from core.files.fingerprint import comparable, fingerprint, mismatches
from core.files.folders import read_model_folder
from core.files.safetensors_headers import TensorEntry


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


def test_codes_are_not_compared() -> None:
    stored = {
        name: TensorEntry(name, dtype, (8, 8), Path("x"), 0, 64)
        for name, dtype in (("model.embed.weight", "BF16"), ("model.a.weight", "U8"), ("model.b.weight", "I8"))
    }
    known = {"embed.weight": [1.0], "a.weight": [2.0], "b.weight": [3.0], "absent.weight": [4.0]}
    assert comparable(known, stored) == {"embed.weight": [1.0], "absent.weight": [4.0]}
