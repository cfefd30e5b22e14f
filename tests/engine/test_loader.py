"""From folders to a pair: stages, what is told of it, and what is refused."""

from __future__ import annotations

import gc
import shutil
from pathlib import Path
from typing import Any

import pytest

from core.config import AdapterEntry, BaseModelConfig, CandidateConfig
from core.config.families import ModelType
from core.engine import loader as module
from core.engine.loader import LoadedPair, Loader, release
from core.engine.requirements import PairFolders
from core.errors import CheckpointError
from core.model.open import OpenedClassifier
from core.results import CheckStatus, LoadStage, Requirements
from core.settings import Settings
from tests.model.conftest import LABELS, llama_adapter
from tests.tiny import save_tiny_classifier

__all__ = ["llama_adapter"]

NEEDS = Requirements("cpu", "float32", 1000, 4000, 5000, 10**9)
TEXT = "My card has not arrived yet."


class Load:
    """Loads, and writes down the stages."""

    def __init__(self) -> None:
        self.stages: list[LoadStage] = []
        self.shares: list[float] = []
        self.loader = Loader(Settings(device="cpu"))

    def __call__(
        self,
        folder: Path,
        adapter: Path | None = None,
        *,
        kind: ModelType = "llama",
        opened: OpenedClassifier | None = None,
        **fields: Any,
    ) -> LoadedPair:
        base = BaseModelConfig(pretrained_model_name_or_path="named/elsewhere", model_type=kind)
        candidate = CandidateConfig(id="a", base_model=base, **fields)
        entry = AdapterEntry(id="own", path="elsewhere") if adapter else None
        return self.loader.load(candidate, entry, PairFolders(folder, adapter), NEEDS, opened, self.told)

    def told(self, stage: LoadStage, detail: str, share: float) -> None:
        if stage not in self.stages:
            self.stages.append(stage)
        self.shares.append(share)


@pytest.fixture
def load() -> Load:
    return Load()


def test_a_pair_is_read_from_its_folders_whatever_their_names(
    load: Load, tiny_folders: dict[str, Path], llama_adapter: Path
) -> None:
    pair = load(tiny_folders["llama"], llama_adapter)
    assert load.stages == [LoadStage.WEIGHTS, LoadStage.ADAPTER, LoadStage.HEALTH]
    info, model = pair.info, pair.predictor.model
    assert (info.selection.candidate, info.selection.adapter) == ("a", "own")
    assert (info.labels, info.pooler, info.head, info.mask) == (LABELS, "attention", "vanilla", "causal")
    assert info.health.worst is CheckStatus.PASSED
    assert info.parameters == sum(p.numel() for p in model.parameters())
    assert info.bytes == 4 * info.parameters
    backbone = sum(p.numel() for p in pair.opened.model.backbone.parameters())
    assert info.own_bytes == info.bytes - 4 * backbone
    assert not any(p.requires_grad for p in model.parameters())
    assert not model.training


def test_a_base_that_is_in_memory_is_not_read_again(
    load: Load, tiny_folders: dict[str, Path], llama_adapter: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = load(tiny_folders["llama"], llama_adapter)
    monkeypatch.setattr(module, "open_classifier", lambda *_, **__: pytest.fail("it was read again"))
    second = load(tiny_folders["llama"], llama_adapter, opened=first.opened)
    assert second.opened is first.opened
    pointers = [
        {
            name: p.data_ptr()
            for name, p in pair.predictor.model.named_parameters()
            if "lora" not in name and ".mlp." in name
        }
        for pair in (first, second)
    ]
    assert pointers[0] == pointers[1]
    assert second.predictor.lock is not first.predictor.lock
    assert second.predictor.predict([TEXT])[0].logits == pytest.approx(first.predictor.predict([TEXT])[0].logits)


@pytest.mark.parametrize(("stated", "expected"), [(None, 128), (40, 40), (4000, 128)])
def test_the_shortest_limit_of_tokens_holds(
    load: Load, tiny_folders: dict[str, Path], stated: int | None, expected: int
) -> None:
    """Of the model's positions (128), the candidate's own number and our most."""
    pair = load(tiny_folders["llama"], max_tokens=stated)
    assert pair.info.max_tokens == pair.predictor.encoder.max_tokens == expected


def test_a_head_of_the_checkpoints_own_is_trained_and_another_is_not(
    load: Load, tiny_folders: dict[str, Path], tmp_path: Path
) -> None:
    stock = save_tiny_classifier(tmp_path / "stock", "llama", ("yes", "no", "maybe"))
    own = load(stock)
    assert own.info.labels == ("yes", "no", "maybe")
    assert [(c.status, c.message) for c in own.info.health.checks] == [
        (CheckStatus.PASSED, "The checkpoint brings its own trained head.")
    ]
    (check,) = load(tiny_folders["llama"]).info.health.checks
    assert check.status is CheckStatus.WARNING
    assert "the checkpoint has no classification head: the head is random" in check.message
    assert LoadStage.ADAPTER not in load.stages


@pytest.mark.parametrize(
    ("problem", "labels"),
    [
        ("multi_label_classification", ("a", "b")),
        ("regression", ("score",)),
        ("single_label_classification", ("a", "b")),
    ],
)
def test_what_is_predicted_is_what_the_config_says(
    load: Load, tmp_path: Path, problem: Any, labels: tuple[str, ...]
) -> None:
    pair = load(save_tiny_classifier(tmp_path / problem, "llama", labels, problem))
    assert (pair.info.problem_type, pair.predictor.problem_type, pair.info.labels) == (problem, problem, labels)


@pytest.mark.parametrize("damage", ["missing", "no json"])
def test_a_tokenizer_that_cannot_be_read_is_told(
    load: Load, tiny_folders: dict[str, Path], tmp_path: Path, damage: str
) -> None:
    folder = Path(shutil.copytree(tiny_folders["llama"], tmp_path / "model"))
    for name in ("tokenizer.json", "tokenizer_config.json"):
        (folder / name).unlink() if damage == "missing" else (folder / name).write_text("{")
    with pytest.raises(
        CheckpointError, match=r"The tokenizer in '.*' cannot be read: .*put the model's tokenizer\.json"
    ):
        load(folder)


def test_what_is_loaded_is_left_out_of_later_collections(
    load: Load, tiny_folders: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = gc.get_freeze_count()
    load(tiny_folders["llama"])
    assert gc.get_freeze_count() > before
    order: list[str] = []
    for name in ("unfreeze", "collect", "freeze"):
        monkeypatch.setattr(gc, name, lambda name=name: order.append(name))
    monkeypatch.setattr("core.engine.malloc.give_back", lambda: order.append("give back"))
    release()
    assert order == ["unfreeze", "collect", "freeze", "give back"]
