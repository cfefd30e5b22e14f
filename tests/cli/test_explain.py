"""`explain`: the contract, and numbers that other commands and transformers confirm."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from transformers import AutoModelForSequenceClassification, AutoTokenizer

from core.in_process import InProcessServices
from core.results import AttributionOptions
from core.words.numbers import significant
from tests.cli.test_commands import LABELS, classifier, document, logits, run
from tests.tiny import save_tiny_classifier

__all__ = ["classifier"]

TEXT = "My card has not arrived, my card 🙂."


def test_the_json_document(classifier: Path) -> None:
    found = document("explain", classifier, "--text", TEXT)
    classified = document("classify", classifier, "--text", TEXT)[0]
    wanted = logits(classifier, TEXT)
    top = max(wanted, key=wanted.__getitem__)
    assert (found["text"], found["label"], found["class"], found["exact"]) == (TEXT, top, top, True)
    assert found["logit"] == pytest.approx(wanted[top], abs=1e-5)
    assert found["at"] == "input"
    assert sum(found["contributions"]) + found["bias"] == pytest.approx(wanted[top], abs=1e-4)
    assert found["sum"] == pytest.approx(sum(found["contributions"]) + found["bias"])
    odds = found["log_odds"]
    probability = classified["probabilities"][top]
    assert odds["value"] == pytest.approx(np.log(probability / (1 - probability)), abs=1e-4)
    assert sum(odds["contributions"]) + odds["bias"] + odds["others"] == pytest.approx(odds["value"], abs=1e-4)
    assert found["deletions"]["score"] == pytest.approx(probability, abs=1e-5)
    assert 0 < len(found["deletions"]["words"]) <= 8
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
        assert sum(found["contributions"]) + found["bias"] == pytest.approx(wanted[label], abs=1e-4)
        pooled = document("explain", classifier, "--text", TEXT, "--class", label, "--at", "pooler")
        assert pooled["at"] == "pooler"
        assert sum(pooled["contributions"]) == pytest.approx(wanted[label], abs=1e-4)
        assert np.count_nonzero(pooled["contributions"]) == 1 < np.count_nonzero(found["contributions"])


def test_a_sequential_head_is_linearised_at_the_pooler_and_exact_at_the_input() -> None:
    options = ("explain", "demo-mistral", "--adapter", "banking77", "--text", "My card has not arrived")
    found = document(*options)
    assert document(*options, "--at", "pooler")["exact"] is False
    assert found["exact"] is True
    assert sum(found["contributions"]) + found["bias"] == pytest.approx(found["logit"], abs=1e-4)
    assert found["pooling_weights"] is None
    assert found["pooling_shares"]["meaning"] == "gradient share"
    assert sum(found["pooling_shares"]["values"]) == pytest.approx(1)


def test_the_table_names_words_and_layers(classifier: Path) -> None:
    told = run("explain", classifier, "--text", TEXT).stdout
    for part in (
        "arrived,",
        "embeddings",
        "after layer 1",
        "shares that add up",
        "(the other classes together)",
        "<s>",
    ):
        assert part in told


def test_bad_input_is_a_problem_and_a_fix(classifier: Path) -> None:
    failed = run("explain", classifier, "--text", TEXT, "--class", "alpa", code=2)
    assert "no class 'alpa'" in failed.stderr
    assert "did you mean 'alpha'?" in failed.stderr
    assert "is empty" in run("explain", classifier, "--text", "  ", code=2).stderr


# What was read


def shown_words(result: Any) -> list[str]:
    """First column of the rows that have a number with its sign, or 0, behind it."""
    return re.findall(r"^ *(?![+-]\d)(\S+) +(?:[+-]\d[\d.,e-]*|0)(?= |$)", result.stdout, re.MULTILINE)


def test_a_text_that_was_cut_is_told_in_table_json_and_on_stderr(classifier: Path) -> None:
    long = TEXT * 10
    told = run("explain", classifier, "--text", long)
    found = document("explain", classifier, "--text", long)
    assert found["truncated"] is True
    assert (found["kept_from"], len(found["tokens"])) == (0, 128)
    assert found["total_tokens"] > 128
    assert f"128 of {found['total_tokens']}" in told.stdout
    assert f"read only the first {found['kept_characters']} of {len(long)} characters" in told.stderr


def test_a_text_that_is_cut_at_the_left_is_explained_by_its_end(classifier: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(classifier, tmp_path / "left"))
    edited(folder, truncation_side="left", model_max_length=24)
    found = document("explain", folder, "--text", TEXT * 3)
    assert found["kept_from"] + found["kept_characters"] == len(TEXT * 3)
    assert len(found["tokens"]) == 24
    assert all(t["start"] >= found["kept_from"] for t in found["tokens"] if t["kind"] == "text")
    classified = document("classify", folder, "--text", TEXT * 3)[0]
    ids = AutoTokenizer.from_pretrained(folder)(TEXT * 3, truncation=True, return_tensors="pt")
    model = AutoModelForSequenceClassification.from_pretrained(folder, dtype=torch.float32)
    with torch.inference_mode():
        expected = model(**ids).logits[0].tolist()
    assert list(classified["logits"].values()) == pytest.approx(expected, abs=1e-5)
    assert found["logit"] == pytest.approx(max(expected), abs=1e-5)


CHAT = "{{ bos_token }}{% for m in messages %}[{{ m.role }}] {{ m.content | trim }}{{ eos_token }}{% endfor %}"


def edited(folder: Path, **fields: Any) -> None:
    path = folder / "tokenizer_config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | fields))


@pytest.fixture
def chatty(classifier: Path, tmp_path: Path) -> Path:
    folder = Path(shutil.copytree(classifier, tmp_path / "chatty"))
    edited(folder, chat_template=CHAT)
    return folder


@pytest.mark.parametrize("command", ["classify", "explain"])
def test_the_chat_template_is_told_applied_or_declined(chatty: Path, command: str) -> None:
    told = "Raw text is scored; the tokenizer has a chat template"
    assert told in run(command, chatty, "--text", TEXT).stderr
    for flag in ("--chat-template", "--no-chat-template"):
        assert told not in run(command, chatty, "--text", TEXT, flag).stderr
    refused = run(command, "demo-llama", "--text", TEXT, "--chat-template", code=2)
    assert "the tokenizer has none" in refused.stderr
    assert "Fix: leave it out" in refused.stderr


def test_in_the_template_logits_are_transformers_and_words_are_the_texts(chatty: Path) -> None:
    text = "  user: my card has not arrived "
    found = document("explain", chatty, "--text", text, "--chat-template")
    tokenizer = AutoTokenizer.from_pretrained(chatty)
    turn = [{"role": "user", "content": text}]
    ids = tokenizer.apply_chat_template(turn, tokenize=True, return_dict=False)
    model = AutoModelForSequenceClassification.from_pretrained(chatty, dtype=torch.float32)
    with torch.inference_mode():
        expected = model(input_ids=torch.tensor([ids])).logits[0].tolist()
    assert found["logit"] == pytest.approx(max(expected), abs=1e-5)
    assert len(found["tokens"]) == len(ids)
    assert "".join(t["text"] for t in found["tokens"] if t["kind"] == "text") == text.strip()
    raw = document("explain", chatty, "--text", text, "--no-chat-template")
    assert raw["logit"] == pytest.approx(max(logits(chatty, text).values()), abs=1e-5)


def test_check_and_evaluate_read_in_the_template_too(chatty: Path, tmp_path: Path) -> None:
    assert document("check", chatty, "--chat-template")["chat_template"] == "user"
    assert any("chat template" in h["message"] for h in document("check", chatty)["health"])
    source = tmp_path / "in.csv"
    source.write_text(f'text,label\n"{TEXT}",alpha\n')
    options = ("--input", source, "--label-column", "label", "--chat-template")
    assert document("evaluate", chatty, *options)["chat_template"] == "user"


def test_a_candidates_yaml_says_it_for_good(chatty: Path, tmp_path: Path) -> None:
    expected = document("explain", chatty, "--text", TEXT, "--chat-template")["logit"]
    file = tmp_path / "own.yaml"
    file.write_text(f"id: own\nchat_template: user\nbase_model:\n  pretrained_model_name_or_path: {chatty}\n")
    assert document("explain", file, "--text", TEXT)["logit"] == expected
    assert document("explain", file, "--text", TEXT, "--no-chat-template")["logit"] != expected
    file.write_text(file.read_text().replace("chat_template: user", "chat_template: usr"))
    assert "chat_template" in run("explain", file, "--text", TEXT, code=2).stderr


# Other methods


def test_a_regression_shows_its_value(tmp_path: Path) -> None:
    folder = save_tiny_classifier(tmp_path / "model", "llama", ("warmth",), "regression")
    result = run("explain", folder, "--text", TEXT)
    value = document("classify", folder, "--text", TEXT)[0]["logits"]["warmth"]
    assert re.search(rf"warmth\s+{re.escape(significant(value))}", result.stdout)
    assert "probability" not in result.stdout
    assert "–" not in result.stdout
    assert "no verdict that could flip" in run("explain", folder, "--text", TEXT, "--flip", code=2).stderr


@pytest.mark.parametrize("method", ["integrated-gradients", "gradient-x-input", "occlusion"])
def test_each_method_of_the_page_is_there(classifier: Path, method: str) -> None:
    """The same numbers as the page's, which are held against Captum."""
    found = document("explain", classifier, "--text", TEXT, "--method", method, "--steps", "8", "--baseline", "zero")
    services = InProcessServices()
    selection = services.engine.resolve(str(classifier))
    name: Any = method.replace("-", " ")
    options = AttributionOptions(found["class"], steps=8, baseline="zero")
    page = next(
        m for m in services.explainer.attributions(selection, TEXT, options).result().methods if m.method == name
    )
    own = found["attributions"]
    assert (own["method"], own["steps"], own["baseline"]) == (name, 8, "zero")
    assert [row["value"] for row in own["words"]] == pytest.approx(page.values.tolist(), abs=1e-5)
    assert (own["sum"], own["completeness_error"]) == (
        pytest.approx(page.total, abs=1e-5),
        None if page.error is None else pytest.approx(page.error, abs=1e-5),
    )
    told = run("explain", classifier, "--text", TEXT, "--method", method, "--baseline", "zero")
    assert name in told.stdout
    assert "completeness error" in told.stdout
    assert shown_words(told) == [row["text"] for row in own["words"]]
    services.close()


def test_where_the_split_gives_nothing_to_all_but_one_the_input_is_named(classifier: Path) -> None:
    assert "--at input" in run("explain", classifier, "--text", TEXT, "--at", "pooler").stderr
    assert "--at" not in run("explain", classifier, "--text", TEXT).stderr


def test_the_fewest_words_that_flip_it(classifier: Path) -> None:
    found = document("explain", classifier, "--text", TEXT, "--flip")["flip"]
    services = InProcessServices()
    flip = services.explainer.minimal_flip(services.engine.resolve(str(classifier)), TEXT, 1000).result()
    assert (found["text"], found["label"], len(found["removed"])) == (flip.text, flip.label, len(flip.removed))
    assert "minimal flip" in run("explain", classifier, "--text", TEXT, "--flip").stdout
    assert document("explain", classifier, "--text", TEXT)["flip"] is None
    services.close()
