"""`explain`: the contract, and numbers that other commands and transformers confirm."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.cli.test_commands import LABELS, classifier, document, logits, run

__all__ = ["classifier"]

TEXT = "My card has not arrived, my card 🙂."


def test_the_json_document(classifier: Path) -> None:
    found = document("explain", classifier, "--text", TEXT)
    classified = document("classify", classifier, "--text", TEXT)[0]
    wanted = logits(classifier, TEXT)
    top = max(wanted, key=wanted.__getitem__)
    assert (found["text"], found["label"], found["class"], found["exact"]) == (TEXT, top, top, True)
    assert found["logit"] == pytest.approx(wanted[top], abs=1e-5)
    assert sum(found["contributions"]) == pytest.approx(wanted[top], abs=1e-4)
    assert found["sum"] == pytest.approx(sum(found["contributions"]))
    assert [t["text"] for t in found["tokens"]] == classified["tokens"]
    assert all(t["start"] == t["end"] or TEXT[t["start"] : t["end"]] == t["text"] for t in found["tokens"])
    assert found["pooling_weights"] == classified["pooling_weights"]
    assert len(found["contributions"]) == len(found["tokens"]) == len(found["pooling_weights"])
    assert [row["layer"] for row in found["lens"]] == [0, 1, 2]
    last = found["lens"][-1]["probabilities"]
    np.testing.assert_allclose([last[x] for x in LABELS], [classified["probabilities"][x] for x in LABELS], atol=1e-5)


def test_another_class(classifier: Path) -> None:
    wanted = logits(classifier, TEXT)
    for label in LABELS:
        found = document("explain", classifier, "--text", TEXT, "--class", label)
        assert found["class"] == label
        assert sum(found["contributions"]) == pytest.approx(wanted[label], abs=1e-4)


def test_a_sequential_head_is_not_called_exact() -> None:
    found = document("explain", "demo-mistral", "--adapter", "banking77", "--text", "My card has not arrived")
    assert found["exact"] is False
    assert found["pooling_weights"] is None
    assert found["pooling_shares"]["meaning"] == "gradient share"
    assert sum(found["pooling_shares"]["values"]) == pytest.approx(1)


def test_the_table_names_words_and_layers(classifier: Path) -> None:
    told = run("explain", classifier, "--text", TEXT).stdout
    for part in ("arrived,", "embeddings", "layer 2", "exact", "<s>"):
        assert part in told


def test_bad_input_is_a_problem_and_a_fix(classifier: Path) -> None:
    failed = run("explain", classifier, "--text", TEXT, "--class", "alpa", code=2)
    assert "no class 'alpa'" in failed.stderr
    assert "did you mean 'alpha'?" in failed.stderr
    assert "is empty" in run("explain", classifier, "--text", "  ", code=2).stderr
