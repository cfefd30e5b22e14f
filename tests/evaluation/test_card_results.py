"""Figures go into a card and come back out of it; nothing else in it changes, and a broken one is left alone."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from huggingface_hub import ModelCard

from core.errors import InputError
from core.evaluation.card_results import with_results, write_results
from core.files.model_card import stated_results
from core.results.stated_results import StatedResult

FIRST = StatedResult("mine", "test", 100, "2026-01-02", {"accuracy": 0.5, "macro_f1": 0.25})
CARD = """---
license: apache-2.0
# a comment
tags:
- ünïcode
model-index:
- name: other
  results:
  - task:
      type: text-classification
    dataset:
      name: theirs
      type: theirs
      split: test
    metrics:
    - type: accuracy
      value: 0.9
---

# Prose

--- with a line of dashes
---
"""


def test_a_folder_without_a_card_gets_one(tmp_path: Path) -> None:
    assert write_results(tmp_path, "demo + mine", FIRST) == tmp_path / "README.md"
    assert stated_results(tmp_path) == (FIRST,)
    assert ModelCard.load(tmp_path / "README.md").data.eval_results[0].metric_value == 0.5


def test_what_stands_in_a_card_stays_and_the_new_results_come_first(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text(CARD, encoding="utf-8")
    write_results(tmp_path, "demo", FIRST)
    assert [r.dataset for r in stated_results(tmp_path)] == ["mine", "theirs"]
    again = StatedResult("mine", "test", 120, "2026-02-03", {"accuracy": 0.75})
    write_results(tmp_path, "demo", again)
    assert [(r.dataset, r.rows) for r in stated_results(tmp_path)] == [("mine", 120), ("theirs", None)]
    text = (tmp_path / "README.md").read_text(encoding="utf-8")
    assert text.split("---\n", 2)[2] == CARD.split("---\n", 2)[2]
    matter = yaml.safe_load(text.split("---\n", 2)[1])
    assert matter["license"] == "apache-2.0"
    assert matter["tags"] == ["ünïcode"]
    assert matter["model-index"][0]["name"] == "other"


def test_prose_without_front_matter_stays() -> None:
    made = with_results("# Only prose\n", "demo", FIRST)
    assert made.endswith("---\n# Only prose\n")


@pytest.mark.parametrize("card", ["---\n: [\n---\n# x\n", "---\n- a\n---\n", "---\nlicense: x\n"])
def test_a_card_that_cannot_be_read_is_left_alone(card: str, tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text(card, encoding="utf-8")
    with pytest.raises(InputError, match="no YAML that can be read"):
        write_results(tmp_path, "demo", FIRST)
    assert (tmp_path / "README.md").read_text(encoding="utf-8") == card


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be written"):
        write_results(tmp_path / "gone", "demo", FIRST)
