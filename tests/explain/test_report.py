"""A report's contents: what is quick is there, what is long only when it was found before; hashes of the files."""

from __future__ import annotations

import hashlib
from importlib.metadata import version
from pathlib import Path

import pytest

from core.engine.engine import Engine
from core.errors import NotFoundError
from core.explain.explainer import Explainer
from core.figures.report import document
from core.results import Selection
from core.settings import Settings
from core.tasks.runner import TaskRunner
from tests.engine.conftest import let_go
from tests.explain.conftest import TYPES
from tests.model.conftest import LABELS
from tests.tiny import save_tiny_classifier

TEXT = "My card has not arrived yet."


@pytest.mark.parametrize("family", TYPES)
def test_weights_are_told_by_the_hash_of_their_files(explainer: Explainer, everyone: Path, family: str) -> None:
    selection = Selection(family, "mean")
    label = explainer.reading(selection, TEXT).prediction.label
    found = explainer.report(selection, TEXT, label).origin
    base = explainer.engine.pair(selection).opened.folder.path / "model.safetensors"
    adapter = everyone / "adapters" / family / "mean" / "adapter_model.safetensors"
    assert [(f.part, f.method, f.digest, f.bytes) for f in found.files] == [
        (part, "SHA-256", hashlib.sha256(path.read_bytes()).hexdigest(), path.stat().st_size)
        for part, path in (("base", base), ("adapter", adapter))
    ]
    assert found.base == base.parent.name, "no path of this machine in a file that is handed on"
    assert found.versions["transformers"] == version("transformers")
    assert found.settings["Device"] == "cpu"
    assert found.settings["Cut at the"] == "right"
    assert "Chat template" not in found.settings


def test_long_work_is_in_it_only_when_it_was_done_before(explainer: Explainer) -> None:
    selection, text = Selection("llama", "attention"), TEXT + " Please."
    label = explainer.reading(selection, text).prediction.label
    assert explainer.report(selection, text, label).flip is None
    flip = explainer.minimal_flip(selection, text, 50).result()
    found = explainer.report(selection, text, label)
    assert found.flip is flip
    assert explainer.report(selection, TEXT, label).flip is None, "another text's search is no part of it"
    assert found.runner_up == explainer.reading(selection, text).prediction.ranked[1].label
    with pytest.raises(NotFoundError, match="no class 'nonsense'"):
        explainer.report(selection, text, "nonsense")


@pytest.mark.parametrize("problem", ["multi_label_classification", "regression", "single_label_classification"])
def test_every_problem_and_no_adapter_make_a_document(problem: str, tmp_path: Path) -> None:
    labels = ("value",) if problem == "regression" else ("a<b>", "b", "c")
    folder = save_tiny_classifier(tmp_path / "model", "llama", labels, problem)  # type: ignore[arg-type]
    engine = Engine(Settings(user_catalogue=tmp_path / "own", device="cpu"))
    selection, explainer = engine.resolve(str(folder)), Explainer(engine, TaskRunner(1))
    for text in ("card", "no </script> & no \ud800 👩\u200d👩\u200d👧"):
        found = explainer.report(selection, text, labels[0])
        html = document(found)
        assert html.count("</html>") == 1
        assert "<b>," not in html
        assert len(found.origin.files) == 1
        assert (found.runner_up is None) == (problem == "regression")
        html.encode("utf-8")
    let_go(engine)


def test_the_report_says_how_a_quantised_base_is_held(everyone: Path, tmp_path: Path) -> None:
    made = Engine(Settings(catalogue=everyone, user_catalogue=tmp_path, device="cpu"))
    selection = made.quantised(Selection("llama", "mean"), "int8")
    report = Explainer(made, TaskRunner(1)).report(selection, "one two three", LABELS[0])
    assert report.origin.settings["Data type"] == "int8, else float32"


def test_what_the_adapter_changes_is_always_in_it(explainer: Explainer) -> None:
    selection = Selection("llama", "mean")
    label = explainer.reading(selection, TEXT).prediction.label
    found = explainer.report(selection, TEXT, label).adapter
    assert found is not None
    for side, scale in zip(found, (0.0, 1.0), strict=True):
        assert side.logits == pytest.approx(explainer.at_scale(selection, TEXT, scale).logits)
