"""What is said of two checkpoints."""

from __future__ import annotations

from pathlib import Path

import torch

from core.words.checkpoint_diff import names, related, verdict, where
from tests.checkpoints.checkpoint_diff.test_scan import Tensors, between

MODULES = ("q", "v")


def model(layers: int = 4) -> Tensors:
    torch.manual_seed(5)
    tensors = {f"model.layers.{i}.{m}.weight": torch.randn(8, 8) for i in range(layers) for m in MODULES}
    return {"model.embed_tokens.weight": torch.randn(9, 8), **tensors, "model.norm.weight": torch.ones(8)}


def test_the_same(tmp_path: Path) -> None:
    found = between(tmp_path, model(), model())
    assert verdict(found) == "The same: all 10 tensors are equal, byte for byte."
    assert where(found) == related(found) == names(found) == ""
    one = between(tmp_path, {"w": torch.ones(2)}, {"w": torch.ones(2)})
    assert verdict(one) == "The same: the only tensor is equal, byte for byte."


def test_the_same_in_another_precision(tmp_path: Path) -> None:
    half = {name: tensor.half() for name, tensor in model().items()}
    assert verdict(between(tmp_path, model(), half)) == (
        "The same but for rounding: all 10 tensors are equal once rounded, stored as float32 in the first and as "
        "float16 in the second."
    )
    back = {name: tensor.float() for name, tensor in half.items()}
    assert verdict(between(tmp_path, half, back)) == (
        "The same values: all 10 tensors are equal, stored as float16 in the first and as float32 in the second."
    )


def test_a_few_layers_fine_tuned_and_a_head_added(tmp_path: Path) -> None:
    second = model()
    second["model.layers.2.v.weight"] *= 1.041
    second["model.layers.3.q.weight"] *= 1.02
    second["score.weight"] = torch.ones(2, 8)
    found = between(tmp_path, model(), second)
    assert verdict(found) == (
        "2 of 11 tensors changed, most layer 2 v, by 4.1 % of its norm; 8 are equal, 1 only in the second."
    )
    assert where(found) == "Changed: layers 2–3. Untouched: layers 0–1."
    assert related(found) == ""
    del second["score.weight"]
    second["model.norm.weight"] = torch.full((8,), 2.0)
    found = between(tmp_path, model(), second)
    assert where(found) == "Changed: layers 2–3 and weights outside the layers. Untouched: layers 0–1."
    assert "most model.norm, by 100 %" in verdict(found)


def test_other_models(tmp_path: Path) -> None:
    first = {name: torch.randn(40, 50) for name in model()}
    found = between(tmp_path, first, {name: torch.randn(40, 50) for name in first})
    assert where(found) == "Changed: every layer and weights outside the layers."
    assert related(found).startswith("They look unrelated: the cosine between the two is")
    strangers = between(tmp_path, {"a": torch.ones(1)}, {"b": torch.ones(1)})
    assert verdict(strangers) == "No tensor is in both: there is nothing to compare."


def test_what_cannot_be_put_into_a_ratio(tmp_path: Path) -> None:
    zero = between(tmp_path, {"w": torch.zeros(2), "v": torch.ones(2)}, {"w": torch.ones(2), "v": torch.ones(2)})
    assert verdict(zero) == "1 of 2 tensors changed, most w, which is zero in the first; 1 is equal."
    nan = between(tmp_path, {"w": torch.full((2,), torch.nan)}, {"w": torch.ones(2)})
    assert verdict(nan) == "1 of 1 tensors changed."
    one = between(tmp_path, {"w": torch.ones(2)}, {"w": torch.tensor([torch.nan, 1.0])})
    assert verdict(one) == "1 of 1 tensors changed, as w, only where a value is NaN or infinite."
    shapes = between(tmp_path, {"w": torch.ones(2)}, {"w": torch.ones(3)})
    assert verdict(shapes) == "Of 1 tensors none changed; 1 of another shape."


def test_a_prefix_is_said(tmp_path: Path) -> None:
    found = between(tmp_path, model(), {n.removeprefix("model."): t for n, t in model().items()})
    assert names(found) == "To match them, 'model.' was taken off the names of the first."
    assert verdict(found).startswith("The same")
