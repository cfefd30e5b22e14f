"""The same weights under the names of other versions, wrappers and layouts: what is matched, and by what."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torch import Tensor

from core.checkpoints.checkpoint import open_checkpoint
from core.checkpoints.checkpoint_diff import stored_views
from core.checkpoints.checkpoint_diff.records import records
from core.checkpoints.checkpoint_diff.scan import diff_checkpoints
from core.results import CheckpointDiff, TensorStatus
from core.words.checkpoint_diff import names, verdict
from tests.checkpoints.checkpoint_diff.test_scan import between
from tests.checkpoints.quantised.test_contents import FORMATS, file_of

Tensors = dict[str, Tensor]


def made(*shapes: tuple[str, tuple[int, ...]], seed: int = 0) -> Tensors:
    source = torch.Generator().manual_seed(seed)
    return {name: torch.randn(shape, generator=source) for name, shape in shapes}


def text(prefix: str = "model.") -> Tensors:
    return made(
        (f"{prefix}embed_tokens.weight", (9, 4)),
        *((f"{prefix}layers.{i}.self_attn.{m}.weight", (4, 4)) for i in range(3) for m in ("q_proj", "o_proj")),
        (f"{prefix}norm.weight", (4,)),
    )


def renamed(tensors: Tensors, *changes: tuple[str, str]) -> Tensors:
    result = {}
    for name, tensor in tensors.items():
        for old, new in changes:
            name = name.replace(old, new)
        result[name] = tensor
    return result


def two_stacks(vision: str, language: str) -> Tensors:
    names_ = [f"{stack}.{i}.self_attn.q_proj.weight" for stack in (vision, language) for i in range(3)]
    return made(*((name, (4, 4)) for name in names_))


NEWER = two_stacks("model.vision_tower.encoder.layers", "model.language_model.layers")
VERSIONS: dict[str, tuple[Tensors, Tensors]] = {
    "wrappers inside": (text(), renamed(text(), ("layers.1", "layers.1._orig_mod"), ("model.", "module.model."))),
    "sharded": (text(), renamed(text(), ("layers.", "layers._fsdp_wrapped_module."))),
    "checkpointed": (text(), renamed(text(), (".self_attn", "._checkpoint_wrapped_module.self_attn"))),
    "adapted": (text(), renamed(text("base_model.model.model."), ("q_proj.", "q_proj.base_layer."))),
    "vision and text": (NEWER, two_stacks("vision_tower.encoder.layers", "language_model.model.layers")),
    "text alone moved": (NEWER, two_stacks("model.vision_tower.encoder.layers", "model.layers")),
    "a model inside the tower": (
        NEWER,
        two_stacks("vision_tower.vision_model.encoder.layers", "language_model.layers"),
    ),
    "gamma and beta": (
        made(("bert.encoder.layer.0.LayerNorm.weight", (5,)), ("bert.encoder.layer.0.LayerNorm.bias", (5,))),
        made(("bert.encoder.layer.0.LayerNorm.gamma", (5,)), ("bert.encoder.layer.0.LayerNorm.beta", (5,))),
    ),
    "weight norm": (
        made(("encoder.conv.weight_g", (1, 1, 5)), ("encoder.conv.weight_v", (5, 2, 5))),
        made(
            ("encoder.conv.parametrizations.weight.original0", (1, 1, 5)),
            ("encoder.conv.parametrizations.weight.original1", (5, 2, 5)),
        ),
    ),
    "an adapter's own name": (
        made(("base_model.model.model.layers.0.q_proj.lora_A.weight", (2, 4))),
        made(("base_model.model.model.layers.0.q_proj.lora_A.default.weight", (2, 4))),
    ),
}


@pytest.mark.parametrize("name", VERSIONS)
@pytest.mark.parametrize("swapped", [False, True])
def test_versions_and_wrappers(tmp_path: Path, name: str, swapped: bool) -> None:
    first, second = VERSIONS[name][:: -1 if swapped else 1]
    found = between(tmp_path, first, second)
    assert found.counts == {TensorStatus.EQUAL: len(first)}
    assert {t.name: t.other_name for t in found.tensors} == dict(
        zip(sorted(first), _partners(first, second), strict=True)
    )
    assert {t.matched_by for t in found.tensors} <= {"name", "rule"}


def _partners(first: Tensors, second: Tensors) -> list[str]:
    by_bytes = {t.numpy().tobytes(): name for name, t in second.items()}
    return [by_bytes[first[name].numpy().tobytes()] for name in sorted(first)]


# Fused and stacked


def qkv(
    fused: str, parts: tuple[str, ...], rows: tuple[int, ...] = (8, 4, 4), ending: str = ".weight"
) -> tuple[Tensors, Tensors]:
    apart = made(
        *((f"model.layers.0.self_attn.{part}{'.weight'}", (n, 6)) for part, n in zip(parts, rows, strict=True))
    )
    return apart, {f"model.layers.0.self_attn.{fused}{ending}": torch.cat(list(apart.values()))}


def experts(count: int, ff: int = 5, width: int = 4, old: bool = False) -> tuple[Tensors, Tensors]:
    """A tensor an expert, under Mixtral's older names or today's; and the stacks of transformers 5."""
    around = "model.layers.0.block_sparse_moe" if old else "model.layers.0.mlp"
    gate, up, down = ("w1", "w3", "w2") if old else ("gate_proj", "up_proj", "down_proj")
    parts = {gate: (ff, width), up: (ff, width), down: (width, ff)}
    apart = made(
        *((f"{around}.experts.{e}.{part}.weight", shape) for e in range(count) for part, shape in parts.items()),
        (f"{around}.gate.weight", (count, width)),
    )
    both = [torch.cat([apart[f"{around}.experts.{e}.{part}.weight"] for part in (gate, up)]) for e in range(count)]
    stacked = {
        "model.layers.0.mlp.experts.gate_up_proj": torch.stack(both),
        "model.layers.0.mlp.experts.down_proj": torch.stack(
            [apart[f"{around}.experts.{e}.{down}.weight"] for e in range(count)]
        ),
        "model.layers.0.mlp.gate.weight": apart[f"{around}.gate.weight"],
    }
    return apart, stacked


def conv1d() -> tuple[Tensors, Tensors]:
    """GPT-2's fused projection, inputs by outputs with one bias, beside linear layers."""
    around = "transformer.h.0.attn"
    shapes = {"weight": (4, 4), "bias": (4,)}
    apart = made(*((f"{around}.{part}_proj.{end}", shape) for part in "qkv" for end, shape in shapes.items()))
    whole = {
        f"{around}.c_attn.weight": torch.cat([apart[f"{around}.{p}_proj.weight"].T for p in "qkv"], 1).contiguous(),
        f"{around}.c_attn.bias": torch.cat([apart[f"{around}.{p}_proj.bias"] for p in "qkv"]),
    }
    return apart, whole


LAYOUTS: dict[str, Callable[[], tuple[Tensors, Tensors]]] = {
    "qkv_proj": lambda: qkv("qkv_proj", ("q_proj", "k_proj", "v_proj")),
    "qkv": lambda: qkv("qkv", ("query", "key", "value"), (4, 4, 4)),
    "in_proj_weight": lambda: qkv("in_proj_weight", ("q_proj", "k_proj", "v_proj"), (4, 4, 4), ""),
    "W_pack": lambda: qkv("W_pack", ("q_proj", "k_proj", "v_proj"), (4, 4, 4)),
    "kv_proj": lambda: qkv("kv_proj", ("k_proj", "v_proj"), (4, 4)),
    "gate_up_proj": lambda: qkv("gate_up_proj", ("gate_proj", "up_proj"), (6, 6)),
    "experts": lambda: experts(3),
    "experts, older names": lambda: experts(4, old=True),
}


@pytest.mark.parametrize("name", LAYOUTS)
@pytest.mark.parametrize("swapped", [False, True])
def test_fused_and_stacked_tensors(tmp_path: Path, name: str, swapped: bool) -> None:
    apart, whole = LAYOUTS[name]()
    first, second = (whole, apart) if swapped else (apart, whole)
    found = between(tmp_path, first, second)
    assert found.counts == {TensorStatus.EQUAL: len(apart)}
    assert sum(t.count for t in found.tensors) == sum(t.numel() for t in apart.values())
    assert len({t.name for t in found.tensors}) == len(apart), "each can be chosen"
    assert "matched by rules" in names(found)
    changed = dict(apart)
    one = sorted(apart)[-2]
    changed[one] = apart[one] + 1
    found = between(tmp_path, *((whole, changed) if swapped else (changed, whole)))
    assert found.counts == {TensorStatus.EQUAL: len(apart) - 1, TensorStatus.CHANGED: 1}


@pytest.mark.parametrize("swapped", [False, True])
def test_a_fused_projection_that_is_stored_transposed(tmp_path: Path, swapped: bool) -> None:
    apart, whole = conv1d()
    found = between(tmp_path, *((whole, apart) if swapped else (apart, whole)))
    assert found.counts == {TensorStatus.EQUAL: 3, TensorStatus.SAME_VALUES: 3}
    changed = apart | {"transformer.h.0.attn.k_proj.weight": torch.ones(4, 4)}
    found = between(tmp_path, *((whole, changed) if swapped else (changed, whole)))
    assert found.counts == {TensorStatus.EQUAL: 3, TensorStatus.SAME_VALUES: 2, TensorStatus.CHANGED: 1}


def test_parts_that_do_not_add_up_are_no_parts(tmp_path: Path) -> None:
    apart, whole = qkv("qkv_proj", ("q_proj", "k_proj", "v_proj"))
    apart["model.layers.0.self_attn.v_proj.weight"] = torch.ones(3, 6)
    found = between(tmp_path, apart, whole)
    assert found.counts == {TensorStatus.ONLY_FIRST: 3, TensorStatus.ONLY_SECOND: 1}


def test_two_names_that_a_rule_makes_one_are_left_alone(tmp_path: Path) -> None:
    first = made(("model.layers.0.w", (3,)), ("module.layers.0.w", (3,)))
    found = between(tmp_path, first, made(("language_model.layers.0.w", (3,)), seed=1))
    assert found.counts == {TensorStatus.ONLY_FIRST: 2, TensorStatus.ONLY_SECOND: 1}


# Content


def test_equal_bytes_under_other_names(tmp_path: Path) -> None:
    first = made(("a.first", (4, 4)), ("a.second", (4, 4)), ("b", (3,)))
    first |= {"norm.one": torch.ones(4), "norm.two": torch.ones(4)}
    new = ["x", "y", "z", "n1", "n2"]
    found = between(tmp_path, first, dict(zip(new, first.values(), strict=True)))
    assert found.counts == {TensorStatus.EQUAL: 5}
    assert {t.matched_by for t in found.tensors} == {"content"}
    assert names(found) == "5 tensors were matched by content: equal bytes under another name."
    assert {row["matched_by"] for row in records(found)} == {"content"}


def test_tensors_of_one_value_are_no_evidence(tmp_path: Path) -> None:
    found = between(tmp_path, {"norm": torch.ones(4)}, {"scale": torch.ones(4)})
    assert found.counts == {TensorStatus.ONLY_FIRST: 1, TensorStatus.ONLY_SECOND: 1}
    many = {f"a{i}": torch.ones(4) for i in range(3)} | made(("w", (4, 4)))
    few = {f"b{i}": torch.ones(4) for i in range(2)} | {"v": many["w"]}
    found = between(tmp_path, many, few)
    assert found.counts == {TensorStatus.EQUAL: 1, TensorStatus.ONLY_FIRST: 3, TensorStatus.ONLY_SECOND: 2}


# Quantised


def compared(
    folder: Path, first: tuple[Tensors, dict[str, object] | None], second: tuple[Tensors, dict[str, object] | None]
) -> CheckpointDiff:
    one, two = file_of(folder / "1", *first), file_of(folder / "2", *second)
    return diff_checkpoints(open_checkpoint(one), open_checkpoint(two))


@pytest.mark.parametrize("name", FORMATS)
def test_codes_are_compared_as_numbers(tmp_path: Path, name: str) -> None:
    tensors, method, codes, wanted = FORMATS[name]()
    same = compared(tmp_path / "same", (tensors, method), (tensors, method))
    assert same.counts == {TensorStatus.EQUAL: len(tensors)}, "byte for byte"
    other = {key: t.clone() for key, t in tensors.items()}
    octets = other[codes].contiguous().view(torch.uint8)
    octets[..., 0] = octets[..., 0] ^ 1
    other[codes] = octets.view(tensors[codes].dtype)
    changed = next(
        t for t in compared(tmp_path / "other", (tensors, method), (other, method)).tensors if t.name == codes
    )
    assert changed.status is TensorStatus.CHANGED
    assert changed.count == wanted.numel()
    assert changed.norms[0] == pytest.approx(wanted.double().norm().item(), rel=1e-3)
    assert changed.shapes == (tuple(wanted.shape), tuple(wanted.shape))


@pytest.mark.parametrize("name", ["nf4", "fp8 blocks", "int8", "nvfp4, modelopt"])
def test_codes_against_the_weights_that_they_stand_for(tmp_path: Path, name: str) -> None:
    tensors, method, codes, wanted = FORMATS[name]()
    found = compared(tmp_path, (tensors, method), ({codes: wanted}, None))
    pair = next(t for t in found.tensors if t.name == codes)
    assert pair.relative < 1e-6
    assert "Compared as numbers: the first dequantised from" in pair.note


def test_codes_of_an_unknown_layout_are_compared_by_their_bytes(tmp_path: Path) -> None:
    codes = torch.arange(64, dtype=torch.uint8).reshape(8, 8)
    sides = {f"layers.0.up{'.W_q'}": codes}
    method: dict[str, object] = {"quant_method": "hqq"}
    assert compared(tmp_path / "a", (sides, method), (sides, method)).counts == {TensorStatus.EQUAL: 1}
    found = compared(tmp_path / "b", (sides, method), ({"layers.0.up.W_q": codes + 1}, method))
    assert (found.tensors[0].status, found.tensors[0].changed) == (TensorStatus.CHANGED, 0)
    assert "bytes were compared" in found.tensors[0].note
    plain = compared(tmp_path / "c", (sides, method), ({"layers.0.up.W_q": torch.rand(8, 8)}, None))
    assert plain.counts == {TensorStatus.NOT_COMPARED: 1}
    assert "1 of a type that is not known" in verdict(plain)


# Axes exchanged


def with_biases(linear: bool, square: bool = False) -> Tensors:
    """A layer of GPT-2 as `Conv1D` keeps it, or as `nn.Linear` would."""
    shapes = (("c_attn", 8, 24), ("c_proj", 8, 8), *(() if square else (("c_fc", 8, 32),)))
    made_ = made(*((f"h.0.{name}.weight", (into, out)) for name, into, out in shapes))
    biases = made(*((f"h.0.{name}.bias", (out,)) for name, _, out in shapes))
    return {name: (w.T.contiguous() if linear else w) for name, w in made_.items()} | biases


@pytest.mark.parametrize("swapped", [False, True])
def test_conv1d_against_linear(tmp_path: Path, swapped: bool) -> None:
    """The square one has equal shapes on both sides: the layers beside it say which axis is which."""
    first, second = with_biases(linear=swapped), with_biases(linear=not swapped)
    found = between(tmp_path, first, second)
    assert found.counts == {TensorStatus.EQUAL: 3, TensorStatus.SAME_VALUES: 3}
    told = next(t for t in found.tensors if t.name == "h.0.c_proj.weight")
    assert "stored as (in, out)" in told.note
    second["h.0.c_fc.weight"] += 1
    (changed,) = (t for t in between(tmp_path, first, second).tensors if t.status is TensorStatus.CHANGED)
    assert changed.name == "h.0.c_fc.weight"
    assert changed.largest == pytest.approx(1, abs=1e-5)
    assert between(tmp_path, first, first).counts == {TensorStatus.EQUAL: 6}


def test_axes_lie_alike_where_a_file_does_not_say_how(tmp_path: Path) -> None:
    """Weights without their biases and without a config.json, beside those of the whole checkpoint."""
    whole = with_biases(linear=False)
    weights = {name: tensor for name, tensor in whole.items() if name.endswith(".weight")}
    assert between(tmp_path, whole, weights).counts == {TensorStatus.EQUAL: 3, TensorStatus.ONLY_FIRST: 3}


@pytest.mark.parametrize("slab", [1, 100, 1 << 22])
@pytest.mark.parametrize("swapped", [False, True])
@pytest.mark.parametrize("name", ["gptq 4", "gptq, reordered", "awq", "packed rows"])
def test_codes_of_inputs_against_plain_outputs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, swapped: bool, slab: int
) -> None:
    """GPTQ and AWQ store rows of inputs; whole weights are compared with what the codes stand for, and said how."""
    monkeypatch.setattr(stored_views, "SLAB", slab)
    tensors, method, codes, weight = FORMATS[name]()
    base = codes.removesuffix("qweight").removesuffix("weight_packed")
    both = [(tensors, method), ({f"{base}weight": weight}, None)]
    found = compared(tmp_path, *(both[::-1] if swapped else both))
    told = next(t for t in found.tensors if t.matched_by == "rule")
    assert told.status is TensorStatus.SAME_VALUES, told
    assert told.count == weight.numel()
    assert "dequantised from" in told.note
    assert ("stored as (in, out)" in told.note) == codes.endswith("qweight")
    assert not any(t.status is TensorStatus.NOT_COMPARED for t in found.tensors)
    moved = weight.clone()
    moved[3, 5] += 1
    both[1] = ({f"{base}weight": moved}, None)
    found = compared(tmp_path, *(both[::-1] if swapped else both))
    told = next(t for t in found.tensors if t.matched_by == "rule")
    assert told.changed == 1
    assert told.largest == pytest.approx(1, abs=1e-6)


def gpt_oss(ff: int, width: int) -> tuple[Tensors, Tensors, Tensors]:
    """Experts one by one; as transformers stacks them for gpt-oss; and as a list of modules a projection."""
    apart, _ = experts(3, ff, width)
    around = "model.layers.0.mlp"
    each = [
        {own: apart[f"{around}.experts.{e}.{own}.weight"] for own in ("gate_proj", "up_proj", "down_proj")}
        for e in range(3)
    ]
    bias = made(*((f"{around}.experts.{e}.{own}.bias", (n,)) for e in range(3) for own, n in biases(ff, width)), seed=1)

    def in_turns(gate: Tensor, up: Tensor) -> Tensor:
        return torch.stack([gate, up], 1).flatten(0, 1)

    fused = [in_turns(one["gate_proj"], one["up_proj"]) for one in each]
    fused_bias = [
        in_turns(*(bias[f"{around}.experts.{e}.{own}.bias"] for own in ("gate_proj", "up_proj"))) for e in range(3)
    ]
    stacked = {
        f"{around}.experts.gate_up_proj": torch.stack(fused).mT.contiguous(),
        f"{around}.experts.gate_up_proj_bias": torch.stack(fused_bias),
        f"{around}.experts.down_proj": torch.stack([one["down_proj"] for one in each]).mT.contiguous(),
        f"{around}.experts.down_proj_bias": torch.stack(
            [bias[f"{around}.experts.{e}.down_proj.bias"] for e in range(3)]
        ),
        f"{around}.gate.weight": apart[f"{around}.gate.weight"],
    }
    lists = {f"{around}.experts.gate_up_projs.{e}.weight": fused[e] for e in range(3)}
    lists |= {f"{around}.experts.gate_up_projs.{e}.bias": fused_bias[e] for e in range(3)}
    lists |= {f"{around}.experts.down_projs.{e}.weight": each[e]["down_proj"] for e in range(3)}
    lists |= {f"{around}.experts.down_projs.{e}.bias": bias[f"{around}.experts.{e}.down_proj.bias"] for e in range(3)}
    return apart | bias, stacked, lists | {f"{around}.gate.weight": apart[f"{around}.gate.weight"]}


def biases(ff: int, width: int) -> tuple[tuple[str, int], ...]:
    return ("gate_proj", ff), ("up_proj", ff), ("down_proj", width)


@pytest.mark.parametrize("sizes", [(5, 4), (4, 4)])
@pytest.mark.parametrize("swapped", [False, True])
def test_stacks_of_gpt_oss_against_single_experts(tmp_path: Path, sizes: tuple[int, int], swapped: bool) -> None:
    apart, stacked, lists = gpt_oss(*sizes)
    for singles in (apart, lists):
        found = between(tmp_path, *((stacked, singles) if swapped else (singles, stacked)))
        assert set(found.counts) <= {TensorStatus.EQUAL, TensorStatus.SAME_VALUES}, found.counts
        assert len(found.tensors) == len(singles)
        assert sum(t.count for t in found.tensors) == sum(t.numel() for t in singles.values())
    one = "model.layers.0.mlp.experts.1.up_proj.weight"
    apart[one] = apart[one] + 1
    found = between(tmp_path, *((stacked, apart) if swapped else (apart, stacked)))
    (changed,) = (t for t in found.tensors if t.status is TensorStatus.CHANGED)
    assert "experts.gate_up_proj, one row of 2" in changed.note
    assert changed.mean == pytest.approx(1, abs=1e-6)


def test_microscaled_stacks_against_what_they_stand_for(tmp_path: Path) -> None:
    """gpt-oss as it is published (MXFP4) against its stacks in whole numbers, whose axes are the other way round."""
    tensors, method, codes, weight = FORMATS["mxfp4"]()
    stem = codes.removesuffix("_blocks")
    bias = {f"{stem}_bias": torch.zeros(weight.shape[:2])}
    plain = {stem: weight.mT.contiguous()} | bias
    found = compared(tmp_path, (tensors | bias, method), (plain, None))
    told = next(t for t in found.tensors if t.name == codes)
    assert (told.status, told.count) == (TensorStatus.SAME_VALUES, weight.numel())
    assert "MXFP4" in told.note
    apart = {
        f"{stem.removesuffix('gate_up_proj')}{e}.{own}.weight": weight[e, place::2]
        for e in range(len(weight))
        for place, own in enumerate(("gate_proj", "up_proj"))
    }
    found = compared(tmp_path, (tensors | bias, method), (apart, None))
    assert found.counts[TensorStatus.SAME_VALUES] == len(apart)
