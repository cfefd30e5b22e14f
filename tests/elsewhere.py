"""The lines of our model cards, run as they are by a Python that cannot import our code."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from core.words.opening import TEXT

_PROCESS = """
import json, os, sys

class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in ("core", "pages", "server", "tests", "tools"):
            raise ImportError(f"{name} is not here")

sys.meta_path.insert(0, Refuse())
os.environ.update(HF_HUB_OFFLINE="1", TRANSFORMERS_VERBOSITY="error", HF_HUB_DISABLE_PROGRESS_BARS="1")
answers = []
for folder, code in json.load(sys.stdin):
    os.chdir(folder)
    printed = []
    try:
        exec(code, {"print": printed.append})
    except Exception as error:
        printed = [f"{type(error).__name__}: {error}"]
    answers.append([value.tolist() if hasattr(value, "tolist") else value for value in printed])
assert not any(name == "core" or name.startswith("core.") for name in sys.modules)
sys.stdout.write(json.dumps(answers))
"""


def python_lines(card: str) -> str:
    """The one block of Python of a card; empty where it has none."""
    blocks = re.findall(r"```python\n(.*?)```", card, flags=re.DOTALL)
    assert len(blocks) <= 1
    return blocks[0] if blocks else ""


def printed_elsewhere(runs: Sequence[tuple[Path, str]]) -> list[list[Any]]:
    """What each code prints in its folder, all in one process; an exception as its name and words."""
    done = subprocess.run(
        [sys.executable, "-I", "-c", _PROCESS],
        input=json.dumps([(str(folder), code) for folder, code in runs]),
        capture_output=True,
        text=True,
        cwd=runs[0][0],
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    answers: list[list[Any]] = json.loads(done.stdout)
    return answers


def opened_elsewhere(folders: Sequence[Path]) -> list[Any]:
    """What the lines of each folder's card print for `TEXT`: scores by label of a pipeline, or logits (1, K)."""
    runs = [(folder, python_lines((folder / "README.md").read_text(encoding="utf-8"))) for folder in folders]
    answers = []
    for folder, printed in zip(folders, printed_elsewhere(runs), strict=True):
        assert len(printed) == 1, (folder, printed)
        answers.append(printed[0])
    return answers


def ids_of(tokenizer: Any) -> Tensor:
    """The token ids of `TEXT`: (1, T)."""
    return torch.tensor([tokenizer(TEXT)["input_ids"]])


def assert_same_logits(answer: Any, logits: Tensor) -> None:
    """Logits (1, K) of a card's lines are those of ours."""
    seen = torch.tensor(answer)
    assert (seen - logits).abs().max() <= 1e-5 * logits.abs().max()


def assert_same_scores(answer: Any, logits: Tensor, labels: Sequence[str]) -> None:
    """Scores of a pipeline are the softmax of our logits (1, K)."""
    row = answer[0] if isinstance(answer[0], list) else answer
    seen = {entry["label"]: entry["score"] for entry in row}
    torch.testing.assert_close(torch.tensor([seen[name] for name in labels]), logits.softmax(-1)[0])
