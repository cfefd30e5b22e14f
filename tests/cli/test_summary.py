"""`summary`: totals, ties, costs and torchinfo's table, of candidates that are here and of those that are not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from core.architecture.costs import costs
from core.architecture.service import ArchitectureService
from core.cli.app import app
from core.engine.engine import Engine
from core.results import Selection
from core.settings import settings


def run(*arguments: object, code: int = 0) -> Any:
    result = CliRunner().invoke(app, ["summary", *map(str, arguments)])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == code, result.stderr
    return result


def document(*arguments: object) -> Any:
    return json.loads(run(*arguments, "--json").stdout)


def test_json_of_a_pair_that_is_here() -> None:
    found = document("demo-llama", "--adapter", "banking77", "--tokens", 100)
    expected = ArchitectureService(Engine(settings())).architecture(Selection("demo-llama", "banking77"))
    assert (found["candidate"], found["adapter"], found["source"]) == ("demo-llama", "banking77", "folder")
    assert (found["parameters"], found["trained"]) == (expected.parameters, expected.trained)
    assert list(found["named_modules"]) == [n.path for n in expected.nodes]
    assert found["last_module_name"] == expected.last_module_name
    assert len(found["freeze_map"]) == len(expected.cells)
    spent = costs(expected, 100)
    assert found["costs"]["flops"] == spent.flops
    assert found["costs"]["memory"][0]["lora"] == spent.memory[0].lora
    assert f"Total params: {expected.parameters:,}" in found["torchinfo"]


def test_an_absent_candidate_with_its_language_model_head() -> None:
    found = document("gemma2-9b-it", "--as", "causal_lm", "--depth", 2)
    assert (found["source"], found["parameters"], found["trained"]) == ("numbers", 9_241_705_984, 0)
    assert found["tied"][0]["names"] == ["model.embed_tokens.weight", "lm_head.weight"]
    done = run("gemma2-9b-it", "--as", "causal_lm", "--depth", 2)
    assert "9,241,705,984" in done.stdout
    assert "917,504,000" in done.stdout
    assert "Gemma2ForCausalLM" in done.stdout
    assert "672 MiB" in done.stdout, "the cache of 2,048 tokens"
    assert "Its weights are not on this machine." in done.stderr
    assert "torchinfo counts model.embed_tokens.weight and lm_head.weight" in done.stderr


def test_tables_of_a_folder(tiny_folders: dict[str, Path]) -> None:
    done = run(tiny_folders["mistral"], "--depth", 1)
    assert "a new LoRA adapter of rank 32" in done.stdout or "all linear" in done.stdout
    assert "full fine-tuning" in done.stdout
    assert "FLOPs a token" in done.stdout
    assert "no weight was read" in done.stderr
    encoder = run(tiny_folders["bert"])
    assert "–" in next(line for line in encoder.stdout.splitlines() if "KV cache" in line)


@pytest.mark.parametrize(
    ("arguments", "seen"),
    [
        (("demo-lama",), "did you mean 'demo-llama'?"),
        (("demo-llama", "--adapter", "bankin77"), "did you mean 'banking77'"),
        (("vanilla", "--as", "causal_lm"), "predicts no next token"),
        (("demo-llama", "--as", "tree"), "not one of"),
        (("demo-llama", "--tokens", "0"), "--tokens"),
        (("nobody/nothing",), "its YAML has no architecture numbers"),
    ],
)
def test_refusals(arguments: tuple[str, ...], seen: str) -> None:
    done = run(*arguments, code=2)
    assert seen in " ".join(done.stderr.replace("│", " ").split())
    assert done.stdout == ""
