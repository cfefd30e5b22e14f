"""Quantised checkpoints: statistics and spectra of code times scale, equal to what the formats' owners say they are.

Oracles: bitsandbytes' and transformers' own dequantisation where they run on a CPU without extra packages; else the
formula in the format's documentation, written out here in torch.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor

from core.checkpoints.checkpoint import open_checkpoint
from core.checkpoints.spectra.scan import checkpoint_spectra
from core.checkpoints.weights import checkpoint_statistics
from core.results import WeightReport, WeightStats

NAME = "model.layers.0.mlp.up_proj.weight"
BASE = NAME.removesuffix("weight")
Tensors = dict[str, Tensor]
#: Tensors of a file, the config's quantization_config, the tensor whose codes they are, and the weight they stand for.
Stored = tuple[Tensors, dict[str, Any], str, Tensor]


def weights(*shape: int, seed: int = 0) -> Tensor:
    made = torch.randn(*shape, generator=torch.Generator().manual_seed(seed)) * 0.02
    made[..., 0, :] *= 9
    return made


def file_of(folder: Path, tensors: Tensors, method: dict[str, Any] | None = None) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    save_file({name: tensor.contiguous() for name, tensor in tensors.items()}, folder / "model.safetensors")
    config = {"model_type": "llama"} | ({"quantization_config": method} if method else {})
    (folder / "config.json").write_text(json.dumps(config))
    return folder


def statistics(folder: Path, tensors: Tensors, method: dict[str, Any] | None = None) -> WeightReport:
    return checkpoint_statistics(open_checkpoint(file_of(folder, tensors, method)))


def agree(found: WeightStats, wanted: Tensor) -> None:
    """As numpy has it of the same numbers."""
    values = wanted.double().numpy()
    assert (found.count, found.role) == (values.size, "weight")
    for name, value in {
        "mean": values.mean(),
        "std": values.std(ddof=1),
        "min": values.min(),
        "max": values.max(),
        "norm": np.linalg.norm(values),
        "q01": np.quantile(values, 0.01),
        "q50": np.quantile(values, 0.5),
    }.items():
        assert getattr(found, name) == pytest.approx(value, rel=1e-5, abs=1e-7), name
    assert found.zeros == (values == 0).sum()
    assert found.note.startswith("Dequantised from")


# Formats


def bitsandbytes_4bit(kind: str, double: bool) -> Stored:
    from bitsandbytes.functional import dequantize_4bit, quantize_4bit

    weight = weights(96, 128)
    codes, state = quantize_4bit(weight, quant_type=kind, compress_statistics=double)
    parts = {f"{NAME}.{key}": part for key, part in state.as_dict(packed=True).items()}
    method = {"quant_method": "bitsandbytes", "load_in_4bit": True}
    return {NAME: codes, **parts}, method, NAME, dequantize_4bit(codes, state)


def bitsandbytes_8bit() -> Stored:
    from bitsandbytes.functional import int8_vectorwise_dequant

    weight = weights(24, 40)
    largest = weight.abs().amax(1)
    codes = (weight / largest[:, None] * 127).round().to(torch.int8)
    tensors = {NAME: codes, f"{BASE}SCB": largest, f"{BASE}weight_format": torch.tensor(0, dtype=torch.uint8)}
    return tensors, {"quant_method": "bitsandbytes"}, NAME, int8_vectorwise_dequant(codes, largest)


def fp8_blocks(rows: int = 200, columns: int = 300, suffix: str = "_scale_inv", experts: int = 0) -> Stored:
    """DeepSeek's layout, by transformers' own dequantisation where the shapes are whole blocks, else written out."""
    shape = (experts, rows, columns) if experts else (rows, columns)
    weight = weights(*shape)
    a, b = -(-rows // 128), -(-columns // 128)
    scale = torch.rand(*shape[:-2], a, b, generator=torch.Generator().manual_seed(1)) * 1e-3 + 1e-4
    spread = scale.repeat_interleave(128, -2).repeat_interleave(128, -1)[..., :rows, :columns]
    codes = (weight / spread).clamp(-448, 448).to(torch.float8_e4m3fn)
    name = BASE.replace("up_proj.", "experts.gate_up_proj") if experts else NAME
    method = {"quant_method": "fp8", "weight_block_size": [128, 128]}
    return {name: codes, f"{name}{suffix}": scale}, method, name, codes.float() * spread


def fp8_scaled(scale_shape: tuple[int, ...], suffix: str, dtype: torch.dtype, columns: int = 48) -> Stored:
    weight = weights(32, columns)
    scale = torch.rand(scale_shape, generator=torch.Generator().manual_seed(1)) * 1e-3 + 1e-4
    spread = scale.reshape(-1, 1).expand(-1, columns) if scale.numel() > 1 else scale.reshape(1, 1)
    codes = (weight / spread).clamp(-200, 200).to(dtype)
    name = suffix if "." in suffix else f"{NAME}{suffix}"
    tensors = {NAME: codes, name: scale, f"{BASE}input_scale": torch.tensor(0.3)}
    return tensors, {"quant_method": "fbgemm_fp8"}, NAME, codes.float() * spread


def int8_with_zero_points() -> Stored:
    """compressed-tensors `int-quantized`, asymmetric: (code - zero point) x scale."""
    codes = torch.randint(-128, 127, (16, 24), dtype=torch.int8, generator=torch.Generator().manual_seed(0))
    scale, zero = torch.rand(16, 1) + 0.1, torch.randint(-9, 9, (16, 1), dtype=torch.int8)
    tensors = {NAME: codes, f"{NAME}_scale": scale, f"{NAME}_zero_point": zero}
    return tensors, {"quant_method": "compressed-tensors"}, NAME, (codes.float() - zero.float()) * scale


def packed(codes: Tensor, bits: int) -> Tensor:
    """(r, c) codes -> (r, c * bits / 32) words, as a stream of bits, the lowest first."""
    stream = (codes[..., None].long() >> torch.arange(bits)) & 1
    words = stream.reshape(len(codes), -1, 32).long() << torch.arange(32)
    total = words.sum(-1)
    return torch.where(total >= 2**31, total - 2**32, total).to(torch.int32)


def gptq(bits: int, ordered: bool = True, version: str = "gptq") -> Stored:
    """AutoGPTQ: words along the inputs; zero points less one; `g_idx` names the group of an input."""
    inputs, outputs, groups = 64, 32, 4
    source = torch.Generator().manual_seed(bits)
    codes = torch.randint(0, 2**bits, (inputs, outputs), generator=source)
    zeros = torch.randint(1, 2**bits, (groups, outputs), generator=source)
    scales = (torch.rand(groups, outputs, generator=source) * 0.01 + 0.001).half()
    index = torch.arange(inputs) // (inputs // groups)
    index = index if ordered else index[torch.randperm(inputs, generator=source)]
    weight = (codes - zeros[index]).float() * scales.float()[index]
    tensors = {
        f"{BASE}qweight": packed(codes.T, bits).T,
        f"{BASE}qzeros": packed(zeros - int(version == "gptq"), bits),
        f"{BASE}scales": scales,
        f"{BASE}g_idx": index.to(torch.int32),
    }
    method = {"quant_method": "gptq", "bits": bits, "group_size": 16, "checkpoint_format": version}
    return tensors, method, f"{BASE}qweight", weight.T


def awq() -> Stored:
    """AutoAWQ: eight outputs a word, output 0 2 4 6 1 3 5 7 from the lowest bits on."""
    inputs, outputs, group = 64, 32, 16
    source = torch.Generator().manual_seed(4)
    codes = torch.randint(0, 16, (inputs, outputs), generator=source)
    zeros = torch.randint(0, 16, (inputs // group, outputs), generator=source)
    scales = (torch.rand(inputs // group, outputs, generator=source) * 0.01 + 0.001).half()

    def words(values: Tensor) -> Tensor:
        places = torch.tensor([0, 2, 4, 6, 1, 3, 5, 7])
        return packed(values.reshape(len(values), -1, 8)[:, :, places].reshape(len(values), -1), 4)

    index = torch.arange(inputs) // group
    weight = (codes - zeros[index]).float() * scales.float()[index]
    tensors = {f"{BASE}qweight": words(codes), f"{BASE}qzeros": words(zeros), f"{BASE}scales": scales}
    return tensors, {"quant_method": "awq", "bits": 4, "version": "gemm"}, f"{BASE}qweight", weight.T


def packed_rows(symmetric: bool, bits: int = 4) -> Stored:
    """compressed-tensors `pack-quantized`: values plus half of their range, words along the inputs."""
    outputs, inputs, groups = 16, 64, 4
    half = 2 ** (bits - 1)
    source = torch.Generator().manual_seed(6)
    codes = torch.randint(-half, half, (outputs, inputs), generator=source)
    scales = torch.rand(outputs, groups, generator=source).bfloat16()
    zeros = torch.randint(-half, half, (outputs, groups), generator=source) * (not symmetric)
    each = torch.arange(inputs) // (inputs // groups)
    tensors = {
        f"{NAME}_packed": packed(codes + half, bits),
        f"{NAME}_scale": scales,
        f"{NAME}_shape": torch.tensor([outputs, inputs]),
    }
    if not symmetric:
        tensors[f"{NAME}_zero_point"] = packed((zeros + half).T, bits).T
    group = {"weights": {"num_bits": bits, "group_size": inputs // groups, "symmetric": symmetric}}
    method = {"quant_method": "compressed-tensors", "format": "pack-quantized", "config_groups": {"group_0": group}}
    return tensors, method, f"{NAME}_packed", (codes - zeros[:, each]).float() * scales.float()[:, each]


E2M1 = torch.tensor([0, 0.5, 1, 1.5, 2, 3, 4, 6, -0.0, -0.5, -1, -1.5, -2, -3, -4, -6])


def mxfp4() -> Stored:
    """gpt-oss, by transformers' own conversion."""
    from transformers.integrations.mxfp4 import convert_moe_packed_tensors

    source = torch.Generator().manual_seed(7)
    blocks = torch.randint(0, 256, (3, 8, 2, 16), dtype=torch.uint8, generator=source)
    scales = torch.randint(118, 126, (3, 8, 2), dtype=torch.uint8, generator=source)
    name = "model.layers.0.mlp.experts.gate_up_proj"
    weight = convert_moe_packed_tensors(blocks, scales, dtype=torch.float32).transpose(1, 2)
    return {f"{name}_blocks": blocks, f"{name}_scales": scales}, {"quant_method": "mxfp4"}, f"{name}_blocks", weight


def nvfp4(owner: str) -> Stored:
    """ModelOpt multiplies with the tensor's scale, compressed-tensors divides by it."""
    source = torch.Generator().manual_seed(8)
    octets = torch.randint(0, 256, (8, 16), dtype=torch.uint8, generator=source)
    scales = (torch.rand(8, 2, generator=source) * 100 + 1).to(torch.float8_e4m3fn)
    overall = torch.tensor(0.002) if owner == "modelopt" else torch.tensor([500.0])
    codes = torch.stack((octets & 15, octets >> 4), -1).reshape(8, 32).long()
    each = (scales.float() * (overall if owner == "modelopt" else 1 / overall)).repeat_interleave(16, 1)
    weight = E2M1[codes] * each
    if owner == "modelopt":
        parts = {f"{NAME}_scale": scales, f"{NAME}_scale_2": overall, f"{BASE}input_scale": torch.tensor(0.1)}
        return {NAME: octets, **parts}, {"quant_method": "modelopt"}, NAME, weight
    parts = {f"{NAME}_scale": scales, f"{NAME}_global_scale": overall, f"{BASE}input_global_scale": torch.ones(1)}
    return {f"{NAME}_packed": octets, **parts}, {"quant_method": "compressed-tensors"}, f"{NAME}_packed", weight


FORMATS: dict[str, Callable[[], Stored]] = {
    **{
        f"{kind}{', double' * double}": lambda kind=kind, double=double: bitsandbytes_4bit(kind, double)  # type: ignore[misc]
        for kind in ("nf4", "fp4")
        for double in (False, True)
    },
    "int8": bitsandbytes_8bit,
    "fp8 blocks": fp8_blocks,
    "fp8 blocks, experts": lambda: fp8_blocks(130, 140, experts=3),
    "fp8, a scale": lambda: fp8_scaled((), "_scale", torch.float8_e4m3fn),
    "fp8, one inverse scale": lambda: fp8_scaled((1,), "_scale_inv", torch.float8_e5m2),
    "fp8, a row": lambda: fp8_scaled((32, 1), "_scale", torch.float8_e4m3fn),
    "fp8, a row, flat": lambda: fp8_scaled((32,), "_scale", torch.float8_e4m3fnuz),
    "fp8, beside": lambda: fp8_scaled((), f"{BASE}scale", torch.float8_e4m3fn),
    "int8, zero points": int8_with_zero_points,
    **{f"gptq {bits}": lambda bits=bits: gptq(bits) for bits in (2, 3, 4, 8)},  # type: ignore[misc]
    "gptq, reordered": lambda: gptq(4, ordered=False),
    "gptq, format 2": lambda: gptq(4, version="gptq_v2"),
    "awq": awq,
    "packed rows": lambda: packed_rows(symmetric=True),
    "packed rows, zero points": lambda: packed_rows(symmetric=False),
    "packed rows of 8": lambda: packed_rows(symmetric=True, bits=8),
    "mxfp4": mxfp4,
    "nvfp4, modelopt": lambda: nvfp4("modelopt"),
    "nvfp4, compressed-tensors": lambda: nvfp4("compressed-tensors"),
}


@pytest.mark.parametrize("name", FORMATS)
def test_statistics_are_of_code_times_scale(tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.checkpoints.coded_tensors.NUMBERS", 500)  # many blocks, none of them whole rows of blocks
    tensors, method, codes, wanted = FORMATS[name]()
    report = statistics(tmp_path, tensors, method)
    held = {t.name: t for t in report.tensors}
    agree(held[codes], wanted)
    assert held[codes].shape == tuple(wanted.shape)
    others = [t for t in report.tensors if t.name != codes]
    assert {t.role for t in others} == {"scales"}, "what belongs to codes is no weight"
    assert report.parameters == wanted.numel()
    assert not [o for o in report.outliers if o.tensor != codes]


@pytest.mark.parametrize("name", ["nf4", "fp8 blocks", "gptq 4, no config", "awq, no config", "mxfp4", "packed rows"])
def test_names_and_shapes_are_enough(tmp_path: Path, name: str) -> None:
    tensors, _, codes, wanted = FORMATS[name.removesuffix(", no config")]()
    agree({t.name: t for t in statistics(tmp_path, tensors).tensors}[codes], wanted)


@pytest.mark.parametrize("name", FORMATS)
def test_spectra_are_of_code_times_scale(tmp_path: Path, name: str) -> None:
    tensors, method, codes, wanted = FORMATS[name]()
    report = checkpoint_spectra(open_checkpoint(file_of(tmp_path, tensors, method)), "full")
    held = [s for s in report.spectra if s.name.startswith(codes) and s.shape == tuple(wanted.shape)]
    matrices = wanted[None] if wanted.dim() == 2 else wanted
    assert len(held) == len(matrices) == len(report.spectra)
    for s, matrix in zip(held, matrices, strict=True):
        assert s.singular_values is not None
        assert (s.rows, s.columns) == tuple(matrix.shape)
        assert s.spectral_norm == pytest.approx(torch.linalg.matrix_norm(matrix, 2).item(), rel=1e-4)
        assert "dequantised from" in s.remark


def test_a_shard_that_holds_the_scales_of_another(tmp_path: Path) -> None:
    tensors, method, codes, wanted = fp8_blocks()
    file_of(tmp_path, {}, method)
    (tmp_path / "model.safetensors").unlink()
    names = {name: f"model-{i}.safetensors" for i, name in enumerate(tensors)}
    for name, tensor in tensors.items():
        save_file({name: tensor.contiguous()}, tmp_path / names[name])
    (tmp_path / "model.safetensors.index.json").write_text(json.dumps({"weight_map": names}))
    agree({t.name: t for t in checkpoint_statistics(open_checkpoint(tmp_path)).tensors}[codes], wanted)
    alone = checkpoint_statistics(open_checkpoint(tmp_path / names[codes])).tensors[0]
    assert (alone.role, math.isnan(alone.mean)) == ("codes", True)


# What is not known


def uint8(*shape: int) -> Tensor:
    return torch.randint(0, 255, shape, dtype=torch.uint8, generator=torch.Generator().manual_seed(0))


UNKNOWN: dict[str, tuple[Tensors, dict[str, Any] | None]] = {
    "nf4 whose state says nothing": (
        {
            NAME: uint8(64, 1),
            f"{NAME}.absmax": torch.rand(2),
            f"{NAME}.quant_map": torch.linspace(-1, 1, 16),
            f"{NAME}.quant_state.bitsandbytes__nf4": torch.zeros(80, dtype=torch.uint8),
        },
        None,
    ),
    "hqq": ({f"{BASE}W_q": uint8(8, 16), f"{BASE}scale": torch.rand(8, 1), f"{BASE}zero": torch.rand(8, 1)}, None),
    "bitnet": ({NAME: uint8(8, 16), f"{NAME}_scale": torch.rand(1)}, {"quant_method": "bitnet"}),
    "aqlm": (
        {f"{BASE}codes": uint8(8, 16, 2).to(torch.int16), f"{BASE}codebooks": torch.rand(2, 256, 1, 8)},
        {"quant_method": "aqlm"},
    ),
    "eetq": ({NAME: uint8(8, 16).to(torch.int8), f"{NAME}_scales": torch.rand(16)}, {"quant_method": "eetq"}),
    "a method without a name": ({NAME: uint8(8, 16)}, {"bits": 4}),
    "fp8 without its scale": ({NAME: torch.rand(8, 16).to(torch.float8_e4m3fn)}, {"quant_method": "fp8"}),
    "gptq of another size": ({f"{BASE}qweight": uint8(8, 16).to(torch.int32), f"{BASE}scales": torch.rand(3, 9)}, None),
}


@pytest.mark.parametrize("name", UNKNOWN)
def test_codes_that_stay_codes_are_counted_apart(tmp_path: Path, name: str) -> None:
    tensors, method = UNKNOWN[name]
    tensors = {key: t.clone() for key, t in tensors.items()}
    codes = next(iter(tensors))
    if tensors[codes].dtype == torch.uint8:
        tensors[codes][0] = 0  # a row of zero bytes is no dead row
    report = statistics(tmp_path, {**tensors, "model.norm.weight": torch.ones(7)}, method)
    held = {t.name: t for t in report.tensors}
    assert held[codes].role == "codes"
    assert math.isnan(held[codes].mean)
    assert "codes" in held[codes].note
    assert (report.parameters, report.outliers) == (7, ())
    assert report.packed_bytes == tensors[codes].nbytes
    spectra = checkpoint_spectra(open_checkpoint(tmp_path), "norms")
    assert codes not in [s.name for s in spectra.spectra]


def test_whole_numbers_that_are_no_codes(tmp_path: Path) -> None:
    tensors = {
        "embeddings.position_ids": torch.arange(8)[None],
        "w": torch.arange(4, dtype=torch.int8),
        "bn.num_batches_tracked": torch.tensor(3),
        "float8.weight": torch.rand(4, 4).to(torch.float8_e4m3fn),
    }
    report = statistics(tmp_path, tensors)
    assert {t.role for t in report.tensors} == {"weight"}
    assert not any(math.isnan(t.mean) for t in report.tensors)


def test_dead_outputs_behind_codes(tmp_path: Path) -> None:
    tensors, method, codes, _ = fp8_scaled((32, 1), "_scale", torch.float8_e4m3fn)
    tensors[codes][3] = 0
    tensors[codes][:, 5] = 0
    report = statistics(tmp_path, tensors, method)
    assert {o.seen for o in report.outliers} == {"1 of 32 rows are all zero", "1 of 48 columns are all zero"}
