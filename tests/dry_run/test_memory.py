"""What a dry run takes besides the model, against what it really took, in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from core.settings import ROOT
from tests.heap import ENVIRONMENT

#: The most that a dry run takes besides the loaded model, which has predicted once, and the estimate.
MEASURE = """
import json, sys
from pathlib import Path
import torch
torch.set_num_threads(1)
from core.dry_run.default_texts import TEXTS
from core.dry_run.memory import stage_bytes
from core.dry_run.run import check_pair
from core.dry_run.subject import make_subject
from core.engine.engine import Engine
from core.settings import Settings
from tests.heap import Peak

root = Path(sys.argv[1])
engine = Engine(Settings(catalogue=root / "none", user_catalogue=root / "own", device="cpu"))
selection = engine.resolve(str(root / "model"))
pair = engine.pair(selection)
engine.classify(selection, list(TEXTS))
base = engine.candidate(selection.candidate).base_model
subject = make_subject(pair, base, TEXTS, free=lambda: 2**40, loading_alone=engine.loading_alone)
estimate = stage_bytes(subject).most
del subject
with Peak() as peak:
    run = check_pair(engine, pair, TEXTS)
print(json.dumps({
    "passed": run.passed, "model": pair.info.bytes, "estimate": estimate, "taken": peak.bytes,
    "saving": next(s.detail for s in run.stages if s.name == "Save and load"),
}))
"""


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    """A model of 190 MB without an adapter: all of it is trained, and all of it is saved."""
    from transformers import LlamaConfig, LlamaForSequenceClassification

    from tests.tiny import make_tiny_tokenizer

    root = tmp_path_factory.mktemp("measured")
    tokenizer = make_tiny_tokenizer()
    sizes: dict[str, Any] = {
        "hidden_size": 768,
        "intermediate_size": 2048,
        "num_hidden_layers": 7,
        "num_attention_heads": 12,
    }
    config = LlamaConfig(**sizes, vocab_size=len(tokenizer), pad_token_id=0)
    config.num_labels = 3
    LlamaForSequenceClassification(config).save_pretrained(root / "model")
    tokenizer.save_pretrained(root / "model")
    options: dict[str, Any] = {"cwd": ROOT, "capture_output": True, "text": True, "check": True, "timeout": 600}
    result = subprocess.run([sys.executable, "-c", MEASURE, str(root)], env=ENVIRONMENT, **options)
    return json.loads(result.stdout.splitlines()[-1])  # type: ignore[no-any-return]


def test_no_second_model_and_no_more_than_was_said(measured: dict[str, int]) -> None:
    assert measured["passed"]
    assert measured["model"] > 180e6
    assert "a second copy was not loaded" in str(measured["saving"])
    assert measured["taken"] <= measured["estimate"], measured


def test_the_estimate_is_not_far_above(measured: dict[str, int]) -> None:
    assert measured["estimate"] < 3 * measured["taken"] + 2**26, measured


def test_what_is_measured_is_small(measured: dict[str, int], tmp_path: Path) -> None:
    """The gradient of all weights and a second copy would be twice the model."""
    assert measured["taken"] < 2 * measured["model"]
