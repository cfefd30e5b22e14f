"""Class vectors against scikit-learn's cosines and scipy's distances."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy.spatial.distance import cdist
from sklearn.metrics.pairwise import cosine_similarity

from core.engine.engine import Engine
from core.errors import CheckpointError
from core.explain.explainer import Explainer
from core.results import Selection
from core.settings import Settings, settings
from core.tasks.runner import TaskRunner
from tests.tiny import save_tiny_classifier


@pytest.mark.parametrize(
    ("selection", "key"),
    [
        (Selection("demo-llama", "banking77"), "score"),
        (Selection("demo-gemma2", "banking77"), "score"),
        (Selection("demo-mistral", "clinc150-domains"), "score"),
    ],
    ids=str,
)
def test_every_number_is_that_of_the_vectors_in_the_file(selection: Selection, key: str) -> None:
    from safetensors.numpy import load_file

    engine = Engine(settings())
    found = Explainer(engine, TaskRunner(1)).head_geometry(selection)
    folder = Path(next(a.path for a in engine.candidate(selection.candidate).adapters if a.id == selection.adapter))
    tensors = load_file(folder / "adapter_model.safetensors")
    names = sorted(name for name in tensors if f".{key}." in name and tensors[name].ndim == 2)
    vectors = tensors[names[-1]].astype(np.float64)
    assert found.hidden == (len(names) > 1)
    assert len(found.labels) == len(vectors)
    np.testing.assert_allclose(found.cosines, cosine_similarity(vectors), atol=1e-12)
    np.testing.assert_allclose(found.apart, cosine_similarity(vectors - vectors.mean(axis=0)), atol=1e-12)
    np.testing.assert_allclose(found.distances, cdist(vectors, vectors), atol=1e-12)
    np.testing.assert_allclose(found.norms, np.linalg.norm(vectors, axis=1))
    assert sorted(found.order) == list(range(len(vectors)))
    first, second = found.pairs(shared=False)[0]
    rest = found.apart - 3 * np.eye(len(vectors))
    assert rest.max() == found.apart[first, second]
    assert found.nearest(first, shared=False)[0] == second


def test_one_output_has_nothing_to_compare(tmp_path: Path) -> None:
    folder = save_tiny_classifier(tmp_path / "one", "llama", ["score"], "multi_label_classification")
    engine = Engine(Settings(catalogue=tmp_path / "none", user_catalogue=tmp_path / "own", device="cpu"))
    with pytest.raises(CheckpointError, match="one output"):
        Explainer(engine, TaskRunner(1)).head_geometry(engine.resolve(str(folder)))


def test_a_regression_has_no_classes(tmp_path: Path) -> None:
    folder = save_tiny_classifier(tmp_path / "values", "llama", ["warmth", "length"], "regression")
    engine = Engine(Settings(catalogue=tmp_path / "none", user_catalogue=tmp_path / "own", device="cpu"))
    with pytest.raises(CheckpointError, match="no classes to compare"):
        Explainer(engine, TaskRunner(1)).head_geometry(engine.resolve(str(folder)))


def test_two_classes(tmp_path: Path) -> None:
    folder = save_tiny_classifier(tmp_path / "two", "bert", ["no", "yes"])
    engine = Engine(Settings(catalogue=tmp_path / "none", user_catalogue=tmp_path / "own", device="cpu"))
    found = Explainer(engine, TaskRunner(1)).head_geometry(engine.resolve(str(folder)))
    assert found.order == (0, 1)
    assert found.apart[0, 1] == pytest.approx(-1)
