"""Candidates that are broken on purpose: exactly the stage that is about it fails, with its number and a fix."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file

from core.config import AdapterConfig, BaseModelConfig
from core.dry_run import round_trip
from core.engine.encoding import Encoded, Encoder
from core.engine.engine import Engine
from core.engine.loader import LoadedPair
from core.model.adapters.save import save_adapter
from core.model.peft_wrappers import unwrap_peft
from core.model.poolers import Pooled
from core.model.poolers.attention import AttentionHead
from core.model.poolers.context import LastTokenPooling
from core.model.poolers.mean import MeanPooling
from core.results import Check, CheckStatus, HealthReport, Selection, StageStatus
from core.settings import Settings
from core.words.dry_run import verdict
from tests.dry_run.trying import failed, in_training, layers, left_out, loaded, stage, tried
from tests.engine.conftest import let_go
from tests.tiny import save_tiny_classifier

LATER = ["Repeatability", "Padding", "Batch", "Loss", "Gradient", "Save and load"]
Asked = tuple[LoadedPair, BaseModelConfig]


@pytest.fixture
def engine(everyone: Path, tmp_path: Path) -> Iterator[Engine]:
    """An engine of the test's own, since its models are damaged."""
    made = Engine(Settings(catalogue=everyone, user_catalogue=tmp_path / "own", device="cpu"))
    yield made
    let_go(made)


def asked(engine: Engine, candidate: str, adapter: str | None = None) -> Asked:
    return engine.pair(Selection(candidate, adapter)), engine.candidate(candidate).base_model


@pytest.mark.parametrize("layer", [0, 1])
@pytest.mark.parametrize("family", ["llama", "gemma2", "mistral", "bert"])
def test_nan_in_a_layer_is_found_at_that_layer(engine: Engine, family: str, layer: int) -> None:
    pair, base = asked(engine, family, "mean")
    weight = next(p for n, p in layers(pair)[layer].named_parameters() if p.dim() == 2 and "lora" not in n)
    weight.data = weight.data.clone()
    weight.data[0, 0] = torch.nan
    found = tried(pair, base)
    assert failed(found) == ["Finite"]
    assert left_out(found) == LATER
    said = stage(found, "Finite")
    assert said.detail.startswith(f"first at layer {layer}: ")
    assert said.number
    assert said.bound == 0
    broken = next(n for n, p in pair.predictor.model.named_parameters() if p.isnan().any())
    assert said.fix == f"the weight '{broken}' holds NaN or Inf: load a sound copy of its file."
    assert verdict(found) == "1 of 15 stages failed: Finite. 6 left out."
    assert all("not every value of the pass is finite" in stage(found, name).detail for name in LATER)


def test_nan_in_the_head(engine: Engine) -> None:
    pair, base = asked(engine, "llama", "mean")
    pair.predictor.model.get_parameter("base_model.model.score.modules_to_save.default.weight").data[0, 0] = torch.nan
    found = tried(pair, base)
    assert failed(found) == ["Finite"]
    assert "first at logits: 2 of 8 values" in stage(found, "Finite").detail


def test_overflow_in_float16_says_which_types_help(tmp_path: Path) -> None:
    folder = save_tiny_classifier(tmp_path / "model", "llama", ("a", "b"))
    pair, base = loaded(folder, tmp_path, torch_dtype="float16")
    layers(pair)[0].mlp.down_proj.weight.data.fill_(6e4)
    said = stage(tried(pair, base), "Finite").fix
    assert "every weight is finite" in said
    assert "bfloat16 or float32, since float16 ends at 65,504" in said


def last_position(self: LastTokenPooling, hidden: torch.Tensor, mask: torch.Tensor) -> Pooled:
    """The pooler of many tutorials."""
    return Pooled(hidden[:, -1], None)


def test_a_pooler_that_takes_the_last_position(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(LastTokenPooling, "forward", last_position)
    found = tried(*asked(engine, "llama", "context"))
    assert failed(found) == ["Padding"]
    said = stage(found, "Padding")
    assert said.number is not None
    assert said.number > 0.01 > (said.bound or 0)
    assert said.unit == "of the largest logit"
    assert "`[:, -1]`" in said.fix
    assert "(right)" in said.detail
    assert "several lengths were left out" in stage(found, "Batch").detail


def test_a_pooler_that_ignores_the_mask(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    real = AttentionHead.forward
    monkeypatch.setattr(AttentionHead, "forward", lambda self, h, m: real(self, h, torch.ones_like(m)))
    found = tried(*asked(engine, "llama", "attention"))
    assert failed(found) == ["Pooling weights", "Padding"]
    assert (stage(found, "Pooling weights").number or 0) > 0.001


def test_pooling_weights_that_do_not_sum_to_one(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    real = MeanPooling.forward

    def halved(self: MeanPooling, hidden: torch.Tensor, mask: torch.Tensor) -> Pooled:
        vectors, weights = real(self, hidden, mask)
        assert weights is not None
        return Pooled(vectors, weights / 2)

    monkeypatch.setattr(MeanPooling, "forward", halved)
    found = tried(*asked(engine, "llama", "mean"))
    assert failed(found) == ["Pooling weights"]
    assert stage(found, "Pooling weights").number == pytest.approx(0.5)


@pytest.mark.parametrize("family", ["gemma2", "bert"])
def test_a_backbone_that_ignores_the_mask(engine: Engine, family: str) -> None:
    pair, base = asked(engine, family, "mean")
    model: Any = pair.predictor.model

    def blind(_module: object, args: Any, options: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
        return args, {**options, "attention_mask": None}

    model.get_base_model().backbone.register_forward_pre_hook(blind, with_kwargs=True)
    assert failed(tried(pair, base)) == ["Padding"]


def test_a_layer_that_mixes_the_batch(engine: Engine) -> None:
    pair, base = asked(engine, "llama", "mean")
    layers(pair)[1].register_forward_hook(lambda _m, _a, out: out + out.mean(dim=0, keepdim=True))
    found = tried(pair, base)
    assert failed(found) == ["Batch"]
    assert (stage(found, "Batch").number or 0) > 0.01


def test_dropout_that_is_on(engine: Engine) -> None:
    pair, base = asked(engine, "llama", "mean-sequential")
    pair.predictor.model.train()
    found = tried(pair, base)
    assert failed(found) == ["Repeatability"]
    modules = sum(1 for _ in unwrap_peft(pair.predictor.model).modules())
    assert f"{modules:,} of {modules:,} modules are in training mode" in stage(found, "Repeatability").detail


def test_a_fresh_adapter_passes_though_half_its_gradients_are_zero(engine: Engine) -> None:
    """B starts at zero, so that A has no gradient yet, and that is right."""
    pair, base = asked(engine, "llama")
    found = tried(in_training(pair), base)
    assert failed(found) == []
    assert stage(found, "Gradient").number == 0


@pytest.mark.parametrize("bias", ["none", "all", "lora_only"])
def test_biases_that_are_trained_with_the_adapter(engine: Engine, bias: str) -> None:
    pair, base = asked(engine, "bert")
    config = AdapterConfig(r=2, target_modules=("query", "value"), bias=bias)
    trained = in_training(pair, config)
    said = stage(tried(trained, base), "Gradient")
    assert said.passed, said.detail
    expected = sum(p.requires_grad for n, p in trained.predictor.model.named_parameters() if n.endswith("bias"))
    assert (f"backbone {expected} of {expected}" in said.detail) == (bias != "none")


@pytest.mark.parametrize(
    ("frozen", "part", "missed"), [(".score.", "head", 1), (".lora_", "adapter", 20), ("lora_B", "adapter", 10)]
)
def test_a_part_that_is_frozen(engine: Engine, frozen: str, part: str, missed: int) -> None:
    pair, base = asked(engine, "llama")
    pair = in_training(pair)
    for name, parameter in pair.predictor.model.named_parameters():
        if frozen in name:
            parameter.requires_grad_(False)
    found = tried(pair, base)
    assert failed(found) == ["Gradient"]
    said = stage(found, "Gradient")
    assert said.number == missed
    assert f"let the {part} require a gradient" in said.fix


def test_a_base_that_is_not_frozen(engine: Engine) -> None:
    pair, base = asked(engine, "llama")
    pair = in_training(pair)
    pair.predictor.model.get_parameter("base_model.model.model.embed_tokens.weight").requires_grad_(True)
    found = tried(pair, base)
    assert failed(found) == ["Gradient"]
    assert "embed_tokens.weight' is frozen and reached" in stage(found, "Gradient").detail


@pytest.mark.parametrize("family", ["llama", "bert"])
def test_a_layer_that_detaches(engine: Engine, family: str) -> None:
    pair, base = asked(engine, family, "mean")
    layers(pair)[1].register_forward_hook(lambda _m, _a, out: out.detach())
    found = tried(pair, base)
    assert failed(found) == ["Gradient"]
    assert stage(found, "Gradient").number == 8
    assert "adapter 0 of 8" in stage(found, "Gradient").detail


def test_an_adapted_module_that_is_passed_by(engine: Engine) -> None:
    pair, base = asked(engine, "llama", "mean")
    layers(pair)[0].self_attn.v_proj.register_forward_hook(lambda _m, _a, out: out * 0)
    said = stage(tried(pair, base), "Gradient")
    assert said.status is StageStatus.FAILED
    assert "has a gradient of zeros" in said.detail
    assert "takes part in the forward pass" in said.fix


def test_a_whole_model_that_detaches(tmp_path: Path) -> None:
    pair, base = loaded(save_tiny_classifier(tmp_path / "model", "llama", ("a", "b")), tmp_path)
    layers(pair)[0].register_forward_hook(lambda _m, _a, out: out.detach())
    found = tried(pair, base)
    assert failed(found) == ["Gradient"]
    assert "layers.0." in stage(found, "Gradient").detail


def test_a_criterion_without_sense(engine: Engine) -> None:
    pair, base = asked(engine, "llama", "mean")
    model: Any = pair.predictor.model
    model.get_base_model().criterion.register_forward_hook(lambda _m, _a, losses: losses * torch.inf)
    found = tried(pair, base)
    assert failed(found)[0] == "Loss"
    assert "0 of 2 losses are finite" in stage(found, "Loss").detail


def test_a_save_that_loses_a_tensor(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    real = save_adapter

    def lossy(model: Any, folder: Path, card: Any) -> None:
        real(model, folder, card)
        file = folder / "adapter_model.safetensors"
        tensors = load_file(file)
        save_file({k: tensors[k].clone() for k in sorted(tensors)[1:]}, file, metadata={"format": "pt"})

    monkeypatch.setattr(round_trip, "save_adapter", lossy)
    found = tried(*asked(engine, "llama", "mean"))
    assert failed(found) == ["Save and load"]
    assert "1 of 9 weights are missing from the file" in stage(found, "Save and load").detail
    assert stage(found, "Save and load").fix == "save the adapter again, whole."


def test_a_save_that_changes_a_value_or_a_label(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    real = save_adapter

    def changed(model: Any, folder: Path, card: Any) -> None:
        real(model, folder, card.model_copy(update={"labels": ("other", *card.labels[1:])}))
        file = folder / "adapter_model.safetensors"
        save_file({k: t * 1.01 for k, t in load_file(file).items()}, file, metadata={"format": "pt"})

    monkeypatch.setattr(round_trip, "save_adapter", changed)
    found = tried(*asked(engine, "llama", "mean"))
    assert failed(found) == ["Save and load"]
    said = stage(found, "Save and load")
    assert 1e-4 < (said.number or 0) < 0.5
    assert "3 of 4 labels kept" in said.detail


def test_a_whole_model_that_is_saved_wrongly(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pair, base = loaded(save_tiny_classifier(tmp_path / "model", "llama", ("a", "b")), tmp_path)
    real = type(pair.opened.model).save_pretrained

    def wrongly(self: Any, folder: Path) -> None:
        self.config.id2label = {0: "a", 1: "c"}
        self.score.weight.data = self.score.weight.data + 0.1
        real(self, folder)
        self.score.weight.data = self.score.weight.data - 0.1

    monkeypatch.setattr(type(pair.opened.model), "save_pretrained", wrongly)
    found = tried(pair, base)
    assert failed(found) == ["Save and load"]
    said = stage(found, "Save and load")
    assert (said.number or 0) > (said.bound or 0)
    assert "1 of 2 labels kept" in said.detail
    assert pair.info.labels == ("a", "b")


def test_a_copy_that_does_not_fit_is_left_out_in_words(engine: Engine) -> None:
    found = tried(*asked(engine, "llama"), free=lambda: 2**20)
    assert left_out(found) == ["Memory", "Gradient", "Save and load"]
    assert stage(found, "Save and load").detail == "it takes 48 MiB on cpu, and 1 MiB are free"
    assert stage(found, "Gradient").detail == "it takes 49 MiB, and 1 MiB are free"
    assert "1.00 MiB are free: too little for one pass and gradient and save and load" in stage(found, "Memory").detail
    assert found.passed
    assert verdict(found) == (
        "12 of 15 stages passed. Left out: Memory, Gradient, Save and load. 1 warning: No adapter, and the checkpoint "
        "has no classification head: the head is random, and so are the verdicts."
    )


def test_a_full_disk_is_left_out_in_words(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda _path: SimpleNamespace(free=2**10))
    found = tried(*asked(engine, "llama", "mean"))
    assert "of disk, and 1.00 KiB are free in" in stage(found, "Save and load").detail


def test_a_disk_that_fails_is_left_out_in_words(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(round_trip, "save_adapter", full)
    found = tried(*asked(engine, "llama", "mean"))
    assert left_out(found) == ["Save and load"]
    assert "No space left on device" in stage(found, "Save and load").detail


def test_tokens_without_an_embedding(engine: Engine) -> None:
    pair, base = asked(engine, "llama", "mean")

    class Foreign:
        max_tokens = 64

        def encode(self, texts: Any) -> list[Encoded]:
            return [Encoded(text, [1, 5000], [(0, 0), (0, 3)], 2) for text in texts]

        def tokens_beyond(self, _rows: int) -> dict[str, int]:
            return {}

    predictor = replace(pair.predictor, encoder=Foreign())  # type: ignore[arg-type]
    found = tried(replace(pair, predictor=predictor), base)
    assert failed(found) == ["Tokenizer"]
    assert stage(found, "Tokenizer").number == 5000
    assert stage(found, "Tokenizer").bound == 319
    assert left_out(found) == LATER
    assert found.traced == ()


@pytest.mark.parametrize(("layer", "last"), [(0, "Embeddings"), (1, "Layer 0")])
def test_a_layer_that_raises(engine: Engine, layer: int, last: str) -> None:
    pair, base = asked(engine, "llama", "mean")

    def raises(*_: object) -> None:
        raise RuntimeError("mat1 and mat2 shapes cannot be multiplied")

    layers(pair)[layer].mlp.register_forward_hook(raises)
    found = tried(pair, base)
    assert failed(found) == ["Layers"]
    said = stage(found, "Layers").detail
    assert f"the last that was seen is: {last}. RuntimeError: mat1 and mat2" in said
    assert left_out(found) == ["Pooler", "Pooling weights", "Logits", "Finite", *LATER]


def test_a_pooler_of_another_width(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    real = MeanPooling.forward
    monkeypatch.setattr(MeanPooling, "forward", lambda self, h, m: Pooled(real(self, h, m).vectors[:, :-1], None))
    found = tried(*asked(engine, "llama", "mean"))
    assert failed(found) == ["Pooler"]
    assert stage(found, "Pooler").detail == "Pooler: (2, 31) float32, expected (B, D) = (2, 32) float32"


def test_logits_of_another_number(engine: Engine) -> None:
    pair, base = asked(engine, "llama", "mean")
    pair = replace(pair, info=replace(pair.info, labels=pair.info.labels[:-1]))
    found = tried(pair, base)
    assert failed(found) == ["Logits"]
    assert left_out(found) == LATER
    assert "expected (B, K) = (2, 3)" in stage(found, "Logits").detail


def test_health_that_refuses_fails_and_a_warning_does_not(engine: Engine) -> None:
    pair, base = asked(engine, "llama", "mean")
    warned = Check("Labels", CheckStatus.WARNING, "No names.", "name them.")
    refused = Check("Base", CheckStatus.REFUSED, "Another base.", "choose its own.")
    for checks, wrong in (((warned,), []), ((warned, refused), ["Health"])):
        found = tried(replace(pair, info=replace(pair.info, health=HealthReport(checks))), base)
        assert failed(found) == wrong
        assert "warning: Labels" in stage(found, "Health").detail
    assert stage(found, "Health").fix == "choose its own."


@pytest.mark.parametrize(("most", "read", "gap"), [(128, 112, 16), (3, 2, 1), (2, 1, 1)])
def test_one_text_is_enough_and_is_cut_to_leave_room_for_padding(
    engine: Engine, most: int, read: int, gap: int
) -> None:
    pair, base = asked(engine, "bert", "mean")
    encoder = Encoder(pair.predictor.encoder._tokenizer, most)
    found = tried(replace(pair, predictor=replace(pair.predictor, encoder=encoder)), base, ("word " * 500,))
    assert failed(found) == []
    assert (found.texts[0].read, found.texts[0].total) == (read, 1502)
    assert f"cut to {read} here" in stage(found, "Tokenizer").detail
    assert stage(found, "Padding").detail.startswith(f"{gap} tokens of padding")


@pytest.mark.parametrize("pooler", ["context", "attention", "gem"])
@pytest.mark.parametrize("family", ["llama", "bert"])
def test_a_text_of_one_token(engine: Engine, family: str, pooler: str) -> None:
    """Over a single key attention has no gradient, which must not be held against the adapter."""
    pair, base = asked(engine, family, pooler)
    encoder = pair.predictor.encoder
    short = [replace(e, ids=e.ids[:1], total=1) for e in encoder.encode(["a"])]

    class OneToken:
        max_tokens = encoder.max_tokens

        def encode(self, _texts: Any) -> list[Encoded]:
            return short

        def tokens_beyond(self, _rows: int) -> dict[str, int]:
            return {}

    predictor = replace(pair.predictor, encoder=OneToken())  # type: ignore[arg-type]
    assert failed(tried(replace(pair, predictor=predictor), base, ("a",))) == []
