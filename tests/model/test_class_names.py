"""Names of classes in config.json: used where they fit, and said where they do not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import AutoModelForSequenceClassification

from core.errors import CheckpointError
from core.model.class_names import class_names, names_check, require_class_names
from core.results import CheckStatus
from tests.model.conftest import as_it_is
from tests.tiny import save_tiny_classifier

IDS = torch.arange(3, 12)[None]
NUMBERED = {0: "LABEL_0", 1: "LABEL_1", 2: "LABEL_2"}


@pytest.mark.parametrize(
    ("stated", "names", "warned"),
    [
        ({"0": "neg", "1": "neu", "2": "pos"}, {0: "neg", 1: "neu", 2: "pos"}, ""),
        ({"2": "pos", "0": "neg", "1": "neu"}, {0: "neg", 1: "neu", 2: "pos"}, ""),
        ({"0": 0, "1": None, "2": " "}, {0: "0", 1: "None", 2: "LABEL_2"}, ""),
        ({"1": "neg", "2": "neu", "3": "pos"}, NUMBERED, r"3 classes \(1, 2, 3\), and the head has 3, 0 to 2"),
        ({"0": "neg", "1": "pos"}, NUMBERED, "2 classes"),
        ({str(i): f"c{i}" for i in range(9)}, NUMBERED, r"9 classes \(0, 1, 2, 3 \.\.\.\)"),
        ({"0": "a", "00": "b", "1": "c"}, NUMBERED, "3 classes"),
        ({"0": "a", "1": "a", "2": "b"}, {0: "a (0)", 1: "a (1)", 2: "b"}, "gives 2 classes the name 'a'"),
        (None, NUMBERED, ""),
        ({}, NUMBERED, ""),
    ],
)
def test_names_are_used_where_each_class_has_one(stated: Any, names: dict[int, str], warned: str) -> None:
    require_class_names({"id2label": stated}, Path("m"))
    assert class_names(stated, 3) == names
    assert list(class_names(stated, 3)) == [0, 1, 2]
    check = names_check(stated, 3)
    if not warned:
        assert check is None
        return
    assert check is not None
    assert check.status is CheckStatus.WARNING
    assert "id2label" in check.message
    assert pytest.importorskip("re").search(warned, check.message)


@pytest.mark.parametrize("stated", [["a", "b", "c"], "abc", 3, {"a": 0, "b": 1, "c": 2}, {"0.5": "a"}])
@pytest.mark.parametrize("family", ["llama", "bert"])
def test_what_transformers_refuses_is_refused_by_name(tmp_path: Path, family: str, stated: Any) -> None:
    folder = changed(tmp_path, family, stated)
    with pytest.raises(Exception, match=r".*"):
        AutoModelForSequenceClassification.from_pretrained(folder)
    with pytest.raises(CheckpointError, match="^id2label in .* Fix: write class numbers from 0"):
        as_it_is(folder)


@pytest.mark.parametrize("first", [1, 5])
def test_other_keys_open_as_in_transformers(tmp_path: Path, first: int) -> None:
    folder = changed(tmp_path, "llama", {str(first + i): name for i, name in enumerate("abc")})
    theirs = AutoModelForSequenceClassification.from_pretrained(folder)
    ours = as_it_is(folder).model
    with torch.inference_mode():
        torch.testing.assert_close(ours(IDS).logits, theirs(IDS).logits, rtol=1e-5, atol=1e-5)
    assert ours.config.id2label == NUMBERED


def changed(folder: Path, family: str, stated: Any) -> Path:
    save_tiny_classifier(folder, family, ("x", "y", "z"))
    path = folder / "config.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "id2label": stated}))
    return folder
