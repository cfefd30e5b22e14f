"""One feature, one name in every layer: where each stands, and that nothing stands elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

#: Layer by layer, where its files are; a feature is a Python file there, or a folder.
LAYERS = {
    "page": "pages",
    "view": "pages/views",
    "results": "core/results",
    "words": "core/words",
    "figures": "core/figures",
    "command": "core/cli",
    "browser test": "tests/browser",
}
#: Rooms that hold several features, a file or folder each.
ROOMS = ("core/explain", "core/checkpoints")


@dataclass(frozen=True)
class Other:
    """Other files of a layer than the one of the feature's name, and why. No file: `names` is empty."""

    names: tuple[str, ...]
    reason: str


@dataclass(frozen=True)
class Feature:
    """Where a feature is computed, and each layer in which it has another name, a second file, or none.

    In a layer that is not told it has the one file of its name.
    """

    room: str
    layers: Mapping[str, Other]


def other(*names: str, because: str) -> Other:
    return Other(names, because)


def none(because: str) -> Other:
    return Other((), because)


EXPLAIN = other("explain", because="a verb, for all of one prediction")
NO_COMMAND = none("for people who look at a page")
TABLES = none("tables and bars of the app's own")
EACH_PAIR = other("pairs", because="one visit to all pages about a prediction, for every demo pair")

FEATURES: Mapping[str, Feature] = {
    "verdict": Feature(
        "core/engine",
        {
            "page": other("classify", because="what a person does there"),
            "view": other("verdict", "verdict_head", "class_table", because="its head and table have a file each"),
            "figures": TABLES,
            "command": other("classify", because="a verb"),
            "browser test": other("classify", because="as its page"),
        },
    ),
    "pooling": Feature(
        "core/explain/pooling.py",
        {"figures": TABLES, "command": EXPLAIN, "browser test": EACH_PAIR},
    ),
    "contributions": Feature(
        "core/explain/contributions",
        {"browser test": other("overview", because="it opens with them")},
    ),
    "position_parts": Feature(
        "core/explain/position_parts.py",
        {
            "page": other("pooling", because="they say what the pooler read"),
            "view": other("pooling", because="as its page"),
            "figures": TABLES,
            "browser test": EACH_PAIR,
        },
    ),
    "depth": Feature("core/explain/depth.py", {"browser test": EACH_PAIR}),
    "adapter_effect": Feature("core/explain/adapter_effect", {"command": NO_COMMAND}),
    "attention_mask": Feature(
        "core/explain/attention_mask.py",
        {
            "figures": TABLES,
            "command": NO_COMMAND,
            "browser test": other(
                "adapter_effect", because="both change how the loaded model reads, and are one visit"
            ),
        },
    ),
    "attention": Feature(
        "core/explain/attention.py",
        {
            "view": other("attention", "attention_capture", because="what it costs is asked before it is drawn"),
            "command": NO_COMMAND,
        },
    ),
    "attributions": Feature("core/explain/attributions", {}),
    "quantisation_effect": Feature(
        "core/explain/quantisation_effect.py",
        {
            "page": other("classify", because="below its verdict, for a quantised base"),
            "figures": TABLES,
            "command": other("classify", because="a switch of it"),
            "browser test": other("classify", because="as its page"),
        },
    ),
    "two_texts": Feature(
        "core/explain/two_texts.py",
        {"view": other("two_texts", "minimal_flip", because="the second text is typed, or found by a search")},
    ),
    "weights": Feature("core/checkpoints/weights.py", {}),
    "spectra": Feature("core/checkpoints/spectra", {}),
    "checkpoint_diff": Feature("core/checkpoints/checkpoint_diff", {}),
    "adapter_update": Feature("core/checkpoints/adapter_update", {"command": NO_COMMAND}),
    "two_adapters": Feature(
        "core/checkpoints/adapter_update/two_adapters.py",
        {
            "figures": other("adapter_update", because="the same picture, a module a cell"),
            "command": NO_COMMAND,
        },
    ),
    "head_geometry": Feature("core/explain/head_geometry.py", {"command": NO_COMMAND}),
    "architecture": Feature(
        "core/architecture",
        {
            "view": other(
                "architecture", "architecture_costs", because="what training it costs has choices of its own"
            ),
            "results": other("architecture", "architecture_costs", because="as its view"),
            "command": other("summary", because="torchinfo's word for it"),
        },
    ),
    "dry_run": Feature(
        "core/dry_run",
        {"figures": TABLES, "command": other("check", because="a verb")},
    ),
    "merge": Feature(
        "core/merge",
        {
            "page": other("adapter_update", because="a form at its end"),
            "figures": none("a folder is written, and nothing drawn"),
            "browser test": other("adapter_update", because="as its page"),
        },
    ),
    "export": Feature(
        "core/export",
        {
            "page": other("candidates", because="a form below what is loaded"),
            "figures": none("a folder is written, and nothing drawn"),
            "browser test": other("candidates", because="as its page"),
        },
    ),
    "evaluation": Feature(
        "core/evaluation",
        {
            "view": other(
                *("evaluation", "dataset", "dataset_rows", "row_choice", "measured_rows", "row_cells", "evaluated"),
                "evaluation_report",
                because="what is brought, and its rows, are long; what all pages about a dataset begin with",
            ),
            "results": other(
                *("evaluation", "dataset", "dataset_evaluation", "answered_rows", "row_tags"),
                because="with and without rows, and of each; what all kinds of answers have",
            ),
            "words": other("evaluation", "dataset", "row_tags", because="as its results"),
            "figures": other(
                *("evaluation", "evaluation_findings", "evaluation_pdf", "evaluation_report"),
                because="one file for people who were not there",
            ),
            "command": other("evaluate", "evaluation_files", "further_tables", because="a verb, and what it writes"),
        },
    ),
    "label_set_evaluation": Feature(
        "core/evaluation/label_set_evaluation.py",
        {
            "page": other("evaluation", because="as the model answers, so is it measured there"),
            "figures": none("a table of the app's own"),
            "command": other("evaluate", because="as its page"),
            "browser test": other("evaluation", because="as its page"),
        },
    ),
    "value_evaluation": Feature(
        "core/evaluation/value_evaluation.py",
        {
            "page": other("evaluation", because="as the model answers, so is it measured there"),
            "command": other("evaluate", because="as its page"),
            "browser test": other("evaluation", because="as its page"),
        },
    ),
    "classes": Feature(
        "core/evaluation/classes.py",
        {"command": other("evaluate", because="figures of an evaluation")},
    ),
    "label_errors": Feature(
        "core/evaluation/label_errors.py",
        {"figures": TABLES, "command": other("evaluate", because="figures of an evaluation")},
    ),
    "text_map": Feature("core/evaluation/text_map.py", {"command": NO_COMMAND}),
    "slices": Feature(
        "core/evaluation/slices.py",
        {
            "view": other("slices", "data_checks", because="warnings about the data are a folded part of its page"),
            "results": other("slices", "data_checks", because="as its view"),
            "words": other("slices", "data_checks", because="as its view"),
            "figures": none("a table of the app's own"),
            "command": other("evaluate", because="figures of an evaluation"),
        },
    ),
    "corrections": Feature(
        "core/evaluation/corrections.py",
        {
            "page": other("next_steps", because="what to do comes before doing it"),
            "view": other(
                *("corrections", "head_refit", "next_steps"), because="what was found, what is marked, what it would do"
            ),
            "words": other("corrections", "next_steps", because="as its view"),
            "figures": TABLES,
            "command": none("marks are a person's; the list that is saved is a file"),
            "browser test": other("next_steps", because="as its page"),
        },
    ),
    "robustness": Feature(
        "core/evaluation/robustness.py",
        {"figures": none("a table of the app's own"), "command": NO_COMMAND},
    ),
    "two_models": Feature(
        "core/evaluation/two_models.py",
        {
            "view": other("two_models", "second_model", because="the second is chosen and loaded on the page"),
            "figures": none("tables of the app's own"),
            "command": NO_COMMAND,
        },
    ),
    "training_rows": Feature(
        "core/evaluation/training_rows.py",
        {
            "view": other(
                *("training_rows", "training_file", "influence"),
                because="the training file is brought on the page; one row of the test file is looked at",
            ),
            "words": other("training_rows", "training_file", "influence", because="as its view"),
            "figures": none("tables of the app's own"),
            "command": NO_COMMAND,
        },
    ),
    "calibration": Feature(
        "core/evaluation/calibration.py",
        {
            "results": other("calibration", "calibration_report", because="what is in use is part of each prediction"),
            "words": other(
                *("calibration", "calibrated", "prediction_sets"), because="of a report, its sets, and of answers"
            ),
            "command": other("evaluate", because="figures of an evaluation"),
        },
    ),
}
#: What several features share, by folder.
SHARED: Mapping[str, Mapping[str, str]] = {
    "pages": {
        "overview": "the first page about one prediction: all its features in a sentence each, and the report",
        "candidates": "what there is to be loaded",
        "ui": "what all pages are made of",
        "views": "a layer",
    },
    "pages/views": {
        "candidate_details": "of the page of candidates",
        "add_candidate": "of the page of candidates",
        "candidate_groups": "of the page of candidates",
        "removal": "of the page of candidates",
        "overview": "of the page of that name",
        "home": "of the first page: what Headlight is",
        "kept_answer": "of the first page: the verdict that stands there",
        "reason": "of the first page: contributions and deletions in one sentence",
    },
    "core/results": {
        "arrays": "read-only arrays",
        "capabilities": "which features a loaded pair has",
        "labelled_texts": "texts out of a file",
        "completeness": "of weights: which tensors should be there",
        "example": "of the pages that ask a text",
        "figure": "a number with its interval",
        "feature": "the names of features, as keys",
        "health": "of a loaded pair",
        "loading": "of a loaded pair",
        "opening": "of every folder that we write",
        "problem": "what went wrong, in words",
        "report": "several features in one document",
        "stated_results": "of a candidate or an adapter: how good it is by its own card",
        "sureness": "of a verdict: how far to believe it",
        "task": "of long work",
        "text_units": "words and tokens of one text",
        "to_json": "any result as plain data",
    },
    "core/words": {
        "class_names": "how classes are called, on every page",
        "completeness": "of weights: which tensors are missing",
        "layers": "how layers are counted, on every page and command",
        "numbers": "digits",
        "outputs": "what a head's answers are called, on every page",
        "health": "of a loaded pair, in a sentence",
        "sizes": "bytes",
        "sureness": "the limits of how far to believe a verdict",
        "model_size": "how large a model is, on every page and command",
        "durations": "seconds",
        "loading": "how far a load is, on every page",
        "waiting": "how long a large model takes, on every page",
        "untrained_head": "which pairs give no verdict, on every page and command",
        "stated_results": "how good a pair is by its own card, where it is named",
        "text_units": "what a word of a text is called, on every page and command",
        "terms": "the field's own words, explained where they stand",
        "opening": "of every folder that we write",
    },
    "core/figures": {
        "clickable_cells": "heat maps whose cells tell of a click",
        "layer_map": "modules by layers, of three features",
        "markup": "HTML that is safe",
        "page": "the HTML file around a report",
        "picture": "a matrix as a PNG",
        "positions": "an axis of tokens",
        "ranking": "classes in order",
        "report": "several features in one document",
        "strip": "tokens as coloured text",
        "style": "colours and fonts",
        "ticks": "of axes",
    },
    "core/cli": {
        "app": "all commands",
        "candidates": "what there is to be loaded",
        "explain": "the room",
        "options": "options that commands share",
        "output": "tables, JSON and errors",
        "progress": "lines about long work",
        "train": "the room of that work",
    },
    "tests/browser": {
        "capabilities": "pages that a loaded pair cannot fill",
        "candidates": "as its page",
        "first_request": "the server",
        "history": "Back, Forward and links, over all pages",
        "looks": "every page, in every size and colour",
        "overview": "as its page",
        "pairs": "every page, for every demo pair",
        "report": "several features in one document",
        "waiting": "how long a large model takes, on every page",
    },
    "core/explain": {
        "attention_hooks": "of attention",
        "capabilities": "which of them a loaded pair has",
        "explainer": "the room's service",
        "layer_states": "of depth: where a backbone's states are",
        "finite": "whether there is a verdict to explain",
        "minimal_flip": "of two texts: the second is found, not typed",
        "probe": "a copy of a loaded model that may be changed",
        "provenance": "of the report",
        "report": "several features in one document",
        "sessions": "what is remembered of one text",
        "text_units": "words and tokens of one text",
    },
    "core/checkpoints": {
        "checkpoint": "which tensors there are",
        "coded_tensors": "which of them are codes",
        "completeness": "of weights: which of them should be there",
        "counting_kernels": "compiled loops of weights",
        "dead_rows": "of weights",
        "dequantised": "of weights, of what codes stand for",
        "dtype_codes": "numbers of every type",
        "experts": "tensors that are many matrices",
        "in_memory": "of weights, for a model that is loaded",
        "moments": "of weights",
        "orientation": "which axis of a matrix holds its outputs",
        "outliers": "of weights",
        "parallel": "threads over tensors",
        "quantised": "the formats of codes",
        "reader": "blocks of tensors",
        "service": "the room's service",
        "stacks": "where each tensor is",
        "weight_records": "of weights, for files",
        "wide_dtypes": "numbers of every type",
    },
}


def stands(root: Path, layer: str) -> set[str]:
    """What stands in a folder, without `.py`, and tests without `test_`."""
    folder = root / layer
    if layer.startswith("tests/"):
        return {p.stem.removeprefix("test_") for p in folder.glob("test_*.py")}
    files = {p.stem for p in folder.glob("*.py")} - {"__init__"}
    return files | {p.name for p in folder.iterdir() if p.is_dir() and (p / "__init__.py").exists()}


def expected(features: Mapping[str, Feature], layer: str) -> dict[str, set[str]]:
    """What should stand in a layer, by feature."""
    return {
        name: {*feature.layers[layer].names} if layer in feature.layers else {name}
        for name, feature in features.items()
    }


def misplaced(
    root: Path,
    features: Mapping[str, Feature],
    layers: Mapping[str, str],
    shared: Mapping[str, Mapping[str, str]],
) -> Iterator[str]:
    """What is missing, what stands where there should be nothing, and what belongs to no feature."""
    for layer, folder in layers.items():
        there, wanted, others = stands(root, folder), expected(features, layer), {*shared.get(folder, ())}
        for name, files in wanted.items():
            yield from (f"{name} has no {layer} '{file}'" for file in sorted(files - there))
            if name in there and name not in files | others:
                yield f"{name} has a {layer} of its name, and the table says otherwise"
        known = {*features}.union(others, *wanted.values())
        yield from (f"{folder}/{file} belongs to no feature" for file in sorted(there - known))
        yield from (f"{folder}/{file} is said to be shared, and is not there" for file in sorted(others - there))


def homeless(
    root: Path, features: Mapping[str, Feature], rooms: tuple[str, ...], shared: Mapping[str, Mapping[str, str]]
) -> Iterator[str]:
    """Features whose room is not there, or has another name than they, and what else stands in a room of several."""
    for name, feature in features.items():
        path = root / feature.room
        if not (path.is_file() or (path / "__init__.py").is_file()):
            yield f"{name}: there is no {feature.room}"
        elif path.stem != name and name != "verdict":
            yield f"{name} is computed under another name, in {feature.room}"
    for room in rooms:
        own = {f.room.removeprefix(room + "/").split("/")[0].removesuffix(".py") for f in features.values()}
        there, others = stands(root, room), {*shared.get(room, ())}
        yield from (f"{room}/{file} belongs to no feature" for file in sorted(there - own - others))
        yield from (f"{room}/{file} is said to be shared, and is not there" for file in sorted(others - there))


def test_each_feature_has_its_name_in_every_layer() -> None:
    assert list(misplaced(ROOT, FEATURES, LAYERS, SHARED)) == []


def test_each_feature_has_its_room() -> None:
    assert list(homeless(ROOT, FEATURES, ROOMS, SHARED)) == []


def test_the_table_says_nothing_twice_and_why_of_everything() -> None:
    for name, feature in FEATURES.items():
        for layer, cell in feature.layers.items():
            assert layer in LAYERS, f"{name}: there is no layer '{layer}'"
            assert cell.reason
            assert cell.names != (name,), f"{name}, {layer}: this goes without saying"
    for folder, files in SHARED.items():
        assert all(files.values()), folder


# The checks can fail

LAYER = {"words": "core/words", "browser test": "tests/browser"}
HERE = {"weights": Feature("core/rooms/weights.py", {}), "spectra": Feature("core/rooms/spectra", {"words": none("x")})}
FILES = ("core/words/weights.py", "core/rooms/weights.py", "core/rooms/spectra/__init__.py")
BROWSER = ("tests/browser/test_weights.py", "tests/browser/test_spectra.py", "tests/browser/conftest.py")


def made(root: Path, *files: str) -> Path:
    for name in files:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).touch()
    return root


@pytest.mark.parametrize(
    ("more", "less", "broken"),
    [
        ((), "", []),
        ((), "core/words/weights.py", ["weights has no words 'weights'"]),
        ((), "tests/browser/test_spectra.py", ["spectra has no browser test 'spectra'"]),
        (("core/words/spectra.py",), "", ["spectra has a words of its name, and the table says otherwise"]),
        (("core/words/weighing.py",), "", ["core/words/weighing belongs to no feature"]),
        (("core/words/more/__init__.py",), "", ["core/words/more belongs to no feature"]),
        (("tests/browser/test_weighing.py",), "", ["tests/browser/weighing belongs to no feature"]),
    ],
)
def test_what_is_misplaced_is_seen(tmp_path: Path, more: tuple[str, ...], less: str, broken: list[str]) -> None:
    made(tmp_path, *FILES, *BROWSER, *more)
    if less:
        (tmp_path / less).unlink()
    assert list(misplaced(tmp_path, HERE, LAYER, {})) == broken


def test_shared_files_are_there(tmp_path: Path) -> None:
    made(tmp_path, *FILES, *BROWSER, "core/words/numbers.py")
    shared = {"core/words": {"numbers": "digits", "sizes": "bytes"}}
    assert list(misplaced(tmp_path, HERE, LAYER, shared)) == ["core/words/sizes is said to be shared, and is not there"]


@pytest.mark.parametrize(
    ("features", "more", "broken"),
    [
        (HERE, (), []),
        (HERE, ("core/rooms/odd.py",), ["core/rooms/odd belongs to no feature"]),
        (HERE | {"depth": Feature("core/rooms/depth.py", {})}, (), ["depth: there is no core/rooms/depth.py"]),
        (
            HERE | {"depth": Feature("core/rooms/lens.py", {})},
            ("core/rooms/lens.py",),
            ["depth is computed under another name, in core/rooms/lens.py"],
        ),
    ],
)
def test_what_is_homeless_is_seen(
    tmp_path: Path, features: Mapping[str, Feature], more: tuple[str, ...], broken: list[str]
) -> None:
    made(tmp_path, *FILES, *more)
    assert list(homeless(tmp_path, features, ("core/rooms",), {})) == broken
