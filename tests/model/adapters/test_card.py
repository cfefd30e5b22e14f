"""`classifier.json`: written, read, and refused where it cannot be right."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from core.errors import CheckpointError, ConfigError
from core.model.adapters.card import CARD_FILE, AdapterCard, read_card

CARD: dict[str, Any] = {
    "model_type": "llama",
    "family": "llama",
    "hidden_size": 32,
    "num_hidden_layers": 2,
    "labels": ("arrival", "fee", "größe 東京"),
}


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    card = AdapterCard(
        **CARD,
        bidirectional=True,
        pooler_type="gem",
        pooler_config={"p": 2.0},
        head_type="sequential",
        criterion="bitempered",
        criterion_config={"t1": 0.5},
        max_tokens=64,
        base_name="base",
        base_fingerprint={"layers.0.weight": [0.25, -1.0]},
    )
    card.write(tmp_path)
    assert read_card(tmp_path) == card
    assert card.pooler.to_dict() == {"p": 2.0, "eps": 1e-6, "learn_p": True}


def test_a_folder_without_one_has_none(tmp_path: Path) -> None:
    assert read_card(tmp_path) is None


def test_what_it_leaves_out_is_a_stock_classifiers() -> None:
    card = AdapterCard(**CARD)
    assert (card.pooler_type, card.head_type, card.bidirectional) == ("context", "vanilla", False)
    assert card.problem_type is None


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"labels": ()}, "labels has no label"),
        ({"labels": ("a", "b", "a")}, "labels has 'a' twice"),
        ({"pooler_type": "men"}, "pooler_type cannot be 'men'.*did you mean 'mean'"),
        ({"pooler_type": "gem", "pooler_config": {"q": 1}}, "GemOptions has no field 'q'"),
        ({"head_type": "deep"}, "head_type cannot be 'deep'"),
        ({"criterion": "mse", "problem_type": "multi_label_classification"}, "criterion 'mse' is for regression"),
        ({"family": "falcon"}, "family cannot be 'falcon'"),
        ({"hidden_size": 0}, "hidden_size cannot be 0"),
        ({"poler_type": "mean"}, "has no field 'poler_type'.*did you mean 'pooler_type'"),
    ],
)
def test_a_card_that_cannot_be_right(tmp_path: Path, change: dict[str, Any], message: str) -> None:
    (tmp_path / CARD_FILE).write_text(json.dumps({**CARD, **change}), encoding="utf-8")
    with pytest.raises(ConfigError, match=message):
        read_card(tmp_path)


def test_a_damaged_card_is_named(tmp_path: Path) -> None:
    (tmp_path / CARD_FILE).write_text("{", encoding="utf-8")
    with pytest.raises(ConfigError, match=f"{CARD_FILE}: not valid JSON"):
        read_card(tmp_path)


@pytest.mark.parametrize(
    "stated",
    [
        {},
        {"problem_type": "multi_label_classification"},
        {"model_type": None, "family": None, "hidden_size": None, "num_hidden_layers": None},
        {"pooler_type": "mean", "max_tokens": 64},
    ],
)
def test_labels_alone_are_enough_and_what_is_stated_is_known(tmp_path: Path, stated: dict[str, Any]) -> None:
    (tmp_path / CARD_FILE).write_text(json.dumps({"labels": ["no", "yes"], **stated}), encoding="utf-8")
    card = read_card(tmp_path)
    assert card is not None
    assert card.labels == ("no", "yes")
    assert (card.model_type, card.family, card.hidden_size, card.num_hidden_layers) == (None, None, None, None)
    fields = ("model_type", "family", "bidirectional", "hidden_size", "problem_type", "pooler_type", "max_tokens")
    assert [field for field in fields if card.states(field)] == [k for k in fields if stated.get(k) is not None]
    assert card.problem_type == stated.get("problem_type")


def test_a_criterion_alone_says_its_problem() -> None:
    assert AdapterCard(labels=("a", "b"), criterion="mse").problem_type == "regression"
    assert AdapterCard(labels=("a", "b"), criterion="bce").problem_type == "multi_label_classification"


def test_what_is_no_file_is_told(tmp_path: Path) -> None:
    (tmp_path / CARD_FILE).write_text("version https://git-lfs.github.com/spec/v1\noid sha256:0a\nsize 1\n")
    with pytest.raises(CheckpointError, match="pointer of git-lfs"):
        read_card(tmp_path)
    (tmp_path / CARD_FILE).unlink()
    (tmp_path / CARD_FILE).symlink_to("gone")
    with pytest.raises(CheckpointError, match="is a link to 'gone'"):
        read_card(tmp_path)
