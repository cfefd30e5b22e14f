"""What every test may use: tiny random checkpoints made on the spot, no network, no real user's folders."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

_BROWSER = Path(__file__).parent / "browser"
_COMPILES = {Path(__file__).parent / "engine", Path(__file__).parent / "checkpoints"}
_HOME = Path(tempfile.mkdtemp(prefix="headlight-tests-"))
atexit.register(shutil.rmtree, _HOME, ignore_errors=True)
# Before anything of Hugging Face or of ours is imported, and inherited by every process that a test starts.
os.environ.update(
    HF_HUB_OFFLINE="1",
    HF_HOME=str(_HOME / "hub"),
    HF_HUB_DISABLE_PROGRESS_BARS="1",
    HF_HUB_DISABLE_TELEMETRY="1",
    TRANSFORMERS_VERBOSITY="error",
    TOKENIZERS_PARALLELISM="false",
    HEADLIGHT_USER_CATALOGUE=str(_HOME / "candidates"),
    HEADLIGHT_DEVICE="cpu",
    # Workers, servers and browsers share the cores. A second thread for a tiny matrix waits longer than it computes:
    # a forward pass of a few milliseconds takes a quarter of a second where another process has the other core.
    OMP_NUM_THREADS="1",
)

import hypothesis  # noqa: E402
import pytest  # noqa: E402

from core.settings import Settings, settings  # noqa: E402
from tests.tiny import FAMILIES, make_tiny_tokenizer, tiny_model  # noqa: E402

# How long an example takes is no property of the code: on a busy machine any of them is slow.
hypothesis.settings.register_profile("untimed", deadline=None)
hypothesis.settings.load_profile("untimed")

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerFast


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browser files early: they are the longest, and none is left to one worker alone at the end.

    Before them what compiles the loops, which a fresh clone has not: a server would do it while a browser waits.
    """
    items.sort(key=lambda item: 0 if _COMPILES & set(item.path.parents) else 1 if _BROWSER in item.path.parents else 2)


@pytest.fixture(autouse=True)
def _no_real_user_folders() -> Iterator[None]:
    """Settings are read afresh for each test, and never point at what belongs to a person."""
    settings.cache_clear()
    real: Path = Settings.model_fields["user_catalogue"].default
    assert settings().user_catalogue != real, "a test would write into the real user's catalogue"
    settings.cache_clear()  # so that a test may set variables of its own
    yield
    settings.cache_clear()


@pytest.fixture(scope="session")
def chromium() -> str | None:
    """The browser for page tests: `HEADLIGHT_CHROMIUM`, else one on the path; None is Playwright's own."""
    named = os.environ.get("HEADLIGHT_CHROMIUM")
    found = (shutil.which(n) for n in ("chromium", "chromium-browser", "google-chrome", "chrome"))
    return named or next((path for path in found if path), None)


@pytest.fixture(scope="session")
def tiny_tokenizer() -> PreTrainedTokenizerFast:
    """A byte-level BPE of 320 tokens that begins a text with `<s>`; pads with `<pad>` (id 0) on the right."""
    return make_tiny_tokenizer()


@pytest.fixture(scope="session")
def tiny_folders(tmp_path_factory: pytest.TempPathFactory, tiny_tokenizer: PreTrainedTokenizerFast) -> dict[str, Path]:
    """A float32 checkpoint folder for each of "llama", "gemma2", "mistral", "bert": width 32, two layers, seeded.

    Decoders are saved as `...ForCausalLM` (Gemma 2 tied, the others not), BERT as `BertModel`. Gemma 2 and
    Mistral have a sliding window of 8 tokens, so that a sentence is longer than it. Read only: a test that
    changes a folder copies it first. Models of other seeds: `tests.tiny.tiny_model`.
    """
    root = tmp_path_factory.mktemp("tiny")
    folders = {}
    for family in FAMILIES:
        folders[family] = root / family
        tiny_model(family, len(tiny_tokenizer)).save_pretrained(folders[family])
        tiny_tokenizer.save_pretrained(folders[family])
    return folders
