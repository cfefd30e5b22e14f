"""The command line's contract: what is printed where, and with which exit code."""

from __future__ import annotations

import csv
import json
import math
import shutil
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from core.cli.app import app
from core.errors import UnexpectedError
from core.settings import settings
from core.words.numbers import three_digits
from tests.tiny import save_tiny_classifier

LABELS = ("alpha", "beta", "gamma")
TEXTS = ["My card has not arrived yet.", "Play some jazz!", "שלום 🙂 <script>\x1b[31m"]


@pytest.fixture(scope="session")
def classifier(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A stock Llama classifier of three classes, with a head of its own."""
    return save_tiny_classifier(tmp_path_factory.mktemp("cli") / "classifier", "llama", LABELS)


def run(*arguments: object, code: int = 0) -> Any:
    result = CliRunner().invoke(app, [str(a) for a in arguments])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == code, result.stderr
    return result


def document(*arguments: object, code: int = 0) -> Any:
    return json.loads(run(*arguments, "--json", code=code).stdout)


def logits(folder: Path, text: str) -> dict[str, float]:
    """The same by transformers alone."""
    import torch
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    model = AutoModelForSequenceClassification.from_pretrained(folder, dtype=torch.float32)
    with torch.inference_mode():
        row = model(**AutoTokenizer.from_pretrained(folder)([text], return_tensors="pt")).logits[0]
    return dict(zip(LABELS, row.tolist(), strict=True))


def test_candidates_lists_the_catalogue() -> None:
    found = document("candidates")
    by_id = {c["id"]: c for c in found}
    assert by_id["llama3-8b-it"]["availability"] == "on the Hub"
    assert by_id["llama3-8b-it"]["parameters"] == 7_504_924_672
    assert [a["id"] for a in by_id["demo-llama"]["adapters"]] == ["banking77", "clinc150-domains"]
    table = run("candidates").stdout
    assert all(candidate in table for candidate in by_id)


def test_candidates_tells_of_a_bad_file_and_lists_the_others(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "bad.yaml").write_text("id: bad\nbase: x\n", encoding="utf-8")
    monkeypatch.setenv("HEADLIGHT_USER_CATALOGUE", str(tmp_path))
    settings.cache_clear()
    result = run("candidates", "--json")
    assert "CandidateConfig has no field 'base'" in result.stderr
    assert "Fix: did you mean 'base_model'" in result.stderr
    assert len(json.loads(result.stdout)) > 10


def test_classify_gives_the_contracts_records_in_input_order(classifier: Path) -> None:
    records = document("classify", classifier, *(part for text in TEXTS for part in ("--text", text)))
    assert [r["text"] for r in records] == TEXTS
    for record in records:
        assert list(record) == [
            "text",
            "label",
            "probabilities",
            "logits",
            "tokens",
            "pooling_weights",
            "truncated",
            "kept_characters",
            "kept_from",
            "total_tokens",
            "sureness",
        ]
        assert record["sureness"] in ("sure", "between two", "not sure")
        assert tuple(record["probabilities"]) == tuple(record["logits"]) == LABELS
        assert sum(record["probabilities"].values()) == pytest.approx(1)
        assert record["label"] == max(record["logits"], key=record["logits"].get)
        assert len(record["tokens"]) == len(record["pooling_weights"])
        assert record["truncated"] is False
        assert record["logits"] == pytest.approx(logits(classifier, record["text"]), abs=1e-5)
        assert "".join(record["tokens"][1:]) == record["text"] or "🙂" in record["text"]


def test_classify_reads_a_file_and_writes_one(classifier: Path, tmp_path: Path) -> None:
    source, target = tmp_path / "in.csv", tmp_path / "out.csv"
    with source.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("id", "query"), *enumerate(["=1+1", *TEXTS])])
    result = run("classify", classifier, "--input", source, "--text-column", "query", "--output", target)
    assert result.stdout == ""
    assert "Wrote 4 predictions" in result.stderr
    with target.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [r["text"] for r in rows] == ["'=1+1", *TEXTS]
    expected = document("classify", classifier, "--text", "=1+1")[0]
    assert rows[0]["label"] == expected["label"]
    assert float(rows[0]["probability: beta"]) == pytest.approx(expected["probabilities"]["beta"], abs=1e-5)


def test_classify_shows_a_table_without_control_characters(classifier: Path) -> None:
    result = run("classify", classifier, "--text", TEXTS[2], "--text", "word " * 500)
    assert "\x1b" not in result.stdout
    assert r"\x1b[31m" in result.stdout
    assert "128 of " in result.stdout, "what was cut off is said"


@pytest.mark.parametrize("family", ["llama", "bert"])
def test_no_command_gives_a_verdict_of_an_untrained_head(
    tiny_folders: dict[str, Path], tmp_path: Path, family: str
) -> None:
    """Unless it is asked for, and then it is marked in the table, in JSON and in files, and said on stderr."""
    base, rows = tiny_folders[family], tmp_path / "rows.csv"
    rows.write_text("text,label\nhello,LABEL_0\nyou,LABEL_1\n", encoding="utf-8")
    commands: list[tuple[object, ...]] = [
        ("classify", base, "--text", "hello"),
        ("explain", base, "--text", "hello"),
        ("evaluate", base, "--input", rows, "--label-column", "label"),
    ]
    for command in commands:
        refused = run(*command, code=2)
        assert refused.stdout == ""
        assert "Error: The head of '" in refused.stderr
        assert "is untrained: the checkpoint has no classification head" in refused.stderr
        assert "train one (`python -m core train recipe.yaml`)" in refused.stderr
        table = run(*command, "--untrained-head")
        assert "untrained head: random" in " ".join(table.stdout.split())
        assert table.stderr.count("the head is random") == 1
        answer = document(*command, "--untrained-head")
        assert (answer[0] if isinstance(answer, list) else answer)["untrained_head"] is True


def test_files_of_an_untrained_head_are_marked(tiny_folders: dict[str, Path], classifier: Path, tmp_path: Path) -> None:
    for folder, mark in ((tiny_folders["llama"], "True"), (classifier, None)):
        run("classify", folder, "--text", "hello", "--output", tmp_path / "out.csv", "--untrained-head")
        with (tmp_path / "out.csv").open(encoding="utf-8", newline="") as file:
            (row,) = csv.DictReader(file)
        assert row.get("untrained_head") == mark


def test_what_needs_no_verdict_goes_on_without_a_head(tiny_folders: dict[str, Path]) -> None:
    for command in ("check", "weights", "spectra", "summary"):
        run(command, tiny_folders["mistral"])


@pytest.mark.parametrize("family", ["llama", "gemma2", "mistral"])
def test_check_passes_on_every_family(family: str, tmp_path: Path) -> None:
    folder = save_tiny_classifier(tmp_path / "model", family, LABELS)
    found = document("check", folder)
    assert found["passed"] is True
    assert found["labels"] == list(LABELS)
    assert {"stages", "tensors", "texts", "health", "pooler", "mask", "bytes"} <= set(found)
    assert all(stage["passed"] for stage in found["stages"])
    stages = {stage["name"]: stage for stage in found["stages"]}
    assert {"Tokenizer", "Finite", "Padding", "Batch", "Gradient", "Save and load", "Health"} <= set(stages)
    assert 0 <= stages["Padding"]["number"] <= stages["Padding"]["bound"] == 1e-5
    assert "3 of 3 labels kept" in stages["Save and load"]["detail"]
    told = run("check", folder).stdout
    assert f"dry run. {found['verdict']}" in told
    assert all(name in told for name in stages)
    assert "Layer 1" in told


def test_check_of_an_encoder_without_a_head(tiny_folders: dict[str, Path]) -> None:
    found = document("check", tiny_folders["bert"])
    assert found["passed"] is True
    assert found["mask"] == "bidirectional"
    assert "warning" in {check["status"] for check in found["health"]}, "its head is random"


def test_check_fails_on_a_model_of_nan(classifier: Path, tmp_path: Path) -> None:
    from safetensors.torch import load_file, save_file

    folder = tmp_path / "nan"
    shutil.copytree(classifier, folder)
    weights = load_file(folder / "model.safetensors")
    weights["score.weight"][0, 0] = math.nan
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    found = document("check", folder, code=1)
    assert found["passed"] is False
    assert [stage["name"] for stage in found["stages"] if not stage["passed"]] == ["Finite"]
    told = " ".join(run("check", folder, code=1).stdout.split())
    assert "first at logits" in told
    assert "Fix: the weight 'score.weight' holds NaN or Inf" in told


def test_evaluate_measures(classifier: Path, tmp_path: Path) -> None:
    texts = [f"{text} {i}" for i in range(20) for text in TEXTS]
    labels = [r["label"] for r in document("classify", classifier, *(p for t in texts for p in ("--text", t)))]
    labels[:6] = [LABELS[(LABELS.index(label) + 1) % 3] for label in labels[:6]]
    path = tmp_path / "rows.jsonl"
    lines = [json.dumps({"text": t, "intent": label}) for t, label in zip(texts, labels, strict=True)]
    path.write_text("\n".join(lines), encoding="utf-8")
    arguments = ("evaluate", classifier, "--input", path, "--text-column", "text", "--label-column", "intent")
    found = document(*arguments)
    assert found["accuracy"] == pytest.approx(54 / 60)
    assert found["count"] == 60
    assert 0 < found["macro_f1"] < 1
    assert 0 <= found["calibration_error"] <= 1
    assert "r2" not in {name for name, value in found.items() if value is not None}
    table = run(*arguments).stdout
    assert "Accuracy" in table
    assert "90.0 %" in table
    assert "R²" not in table


def test_evaluate_refuses_labels_of_another_task(classifier: Path, tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_text("text,label\nhello,alpha\nyou,betta\n", encoding="utf-8")
    result = run("evaluate", classifier, "--input", path, "--label-column", "label", code=2)
    assert "Error: Row 2: the model has no class 'betta'." in result.stderr
    assert "Fix: did you mean 'beta'?" in result.stderr
    assert result.stdout == ""


def test_a_yaml_file_is_a_candidate(classifier: Path, tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(
        f"id: mine\nbase_model:\n  pretrained_model_name_or_path: {classifier}\n  model_type: llama\n", encoding="utf-8"
    )
    by_file, by_folder = (document("classify", c, "--text", TEXTS[0]) for c in (path, classifier))
    assert by_file[0]["label"] == by_folder[0]["label"]
    assert by_file[0]["logits"] == pytest.approx(by_folder[0]["logits"], abs=1e-6)


WRONG: list[tuple[list[str], str]] = [
    (["classify", "demo-lama", "--text", "x"], "Fix: did you mean 'demo-llama'?"),
    (["classify", "./nothing-here", "--text", "x"], "nothing-here"),
    (["classify", "demo-llama", "--adapter", "bankin77", "--text", "x"], "did you mean 'banking77'"),
    (["check", "demo-lama"], "Error: There is no candidate 'demo-lama'."),
    (["classify", "{model}", "--text", ""], "is empty"),
    (["classify", "{model}", "--text", "x", "--text", " \n"], "Text 2 of 2 is empty"),
    (["classify", "{model}"], "give either --text"),
    (["classify", "{model}", "--text", "x", "--input", "y.csv"], "give either --text"),
    (["classify", "{model}", "--input", "no.csv"], "Error: The file 'no.csv' is not there."),
    (["classify", "{model}", "--text", "x", "--output", "out.xlsx"], "Fix: end its name in .csv, .tsv, "),
    (["evaluate", "{model}", "--input", "no.csv"], "--label-column"),
    (["train", "no.yaml"], "There is no config file 'no.yaml'"),
    (["classify", "{model}", "--nope"], "No such option"),
    (["nope"], "No such command"),
]


@pytest.mark.parametrize(("arguments", "message"), WRONG)
def test_mistakes_are_told_on_stderr_with_exit_code_2(classifier: Path, arguments: list[str], message: str) -> None:
    result = run(*(a.format(model=classifier) for a in arguments), code=2)
    assert message in " ".join(result.stderr.replace("│", " ").split())
    assert result.stdout == ""


def test_a_bug_keeps_its_traceback(monkeypatch: pytest.MonkeyPatch, classifier: Path) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("a bug")

    monkeypatch.setattr("core.engine.bulk.classify_in_chunks", broken)
    with pytest.raises(UnexpectedError, match=r"(?s)in broken.*ZeroDivisionError: a bug"):
        run("classify", classifier, "--text", "x")


def test_a_regression_has_values_and_no_probabilities(tmp_path: Path) -> None:
    folder = save_tiny_classifier(tmp_path / "model", "mistral", ("stars",), problem_type="regression")
    record = document("classify", folder, "--text", "hello")[0]
    assert record["probabilities"] == {"stars": None}
    assert math.isfinite(record["logits"]["stars"])
    told = run("classify", folder, "--text", "hello").stdout
    assert told.split()[:3] == ["text", "stars", "tokens"], "no class, sureness or margin"
    assert three_digits(record["logits"]["stars"]) in told
    rows = tmp_path / "rows.csv"
    rows.write_text("text,value\nhello,1.5\nyou,2\n", encoding="utf-8")
    found = document("evaluate", folder, "--input", rows, "--label-column", "value")
    assert found["accuracy"] is None
    assert found["mean_squared_error"] > 0


@pytest.fixture
def spoilt(classifier: Path, tmp_path: Path) -> Path:
    """The classifier with a weight that is NaN."""
    from safetensors.torch import load_file, save_file

    copy = Path(shutil.copytree(classifier, tmp_path / "spoilt"))
    tensors = load_file(copy / "model.safetensors")
    tensors["model.layers.1.mlp.up_proj.weight"][0, 0] = math.nan
    save_file(tensors, copy / "model.safetensors", metadata={"format": "pt"})
    return copy


def test_logits_that_are_not_finite_are_said_by_every_command(spoilt: Path, tmp_path: Path) -> None:
    result = run("classify", spoilt, "--text", TEXTS[0], "--json")
    (record,) = json.loads(result.stdout)
    assert record["label"] is None
    assert set(record["logits"].values()) == {None}
    assert "Warning: Its logits are not finite" in result.stderr
    assert "`check`" in result.stderr
    assert "not finite" in run("classify", spoilt, "--text", TEXTS[0]).stdout
    table = tmp_path / "rows.csv"
    table.write_text("text,label\nA card,alpha\nA fee,beta\n", encoding="utf-8")
    evaluated = run("evaluate", spoilt, "--input", table, "--label-column", "label", "--json")
    numbers = json.loads(evaluated.stdout)
    assert (numbers["count"], numbers["not_finite"], numbers["accuracy"]) == (2, 2, 0.0)
    assert "2 of 2 texts have logits that are not finite" in evaluated.stderr
    assert "Texts without a verdict" in run("evaluate", spoilt, "--input", table, "--label-column", "label").stdout
    explained = run("explain", spoilt, "--text", TEXTS[0], code=2)
    assert "Error: Its logits are not finite" in explained.stderr


def test_check_tells_of_tokens_without_a_row_and_a_text_with_one_is_refused(classifier: Path, tmp_path: Path) -> None:
    from transformers import AutoTokenizer

    copy = Path(shutil.copytree(classifier, tmp_path / "grown"))
    tokenizer = AutoTokenizer.from_pretrained(copy)
    tokenizer.add_tokens(["<topic>"])
    tokenizer.save_pretrained(copy)
    checked = run("check", copy, "--json", code=1)
    (failed,) = [stage for stage in json.loads(checked.stdout)["stages"] if not stage["passed"]]
    assert failed["name"] == "Tokenizer"
    assert "1 token of the tokenizer ('<topic>') has no row" in failed["detail"]
    assert (failed["number"], failed["bound"]) == (320, 319)
    assert "resize_token_embeddings" in failed["fix"]
    sound = run("classify", copy, "--text", "A card", "--json")
    assert "Warning: 1 token of the tokenizer ('<topic>') has no row" in sound.stderr
    for command in (("classify", copy), ("explain", copy)):
        refused = run(*command, "--text", "a <topic> of its own", code=2)
        assert "has the token '<topic>' (number 320)" in refused.stderr


def test_a_folder_above_the_right_one_is_refused_with_its_name(classifier: Path) -> None:
    for command in (("classify", classifier.parent, "--text", "x"), ("summary", classifier.parent)):
        assert str(classifier) in run(*command, code=2).stderr.split("Fix:")[1]
    both = run("classify", classifier, "--adapter", classifier, "--text", "x", code=2)
    assert "is a folder of a whole model" in both.stderr
    file = classifier / "model.safetensors"
    assert str(classifier) in run("classify", file, "--text", "x", code=2).stderr.split("Fix:")[1]
