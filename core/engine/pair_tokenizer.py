"""The tokenizer of a pair: the one that an adapter was trained with, where its folder brings one; else the base's."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from transformers import AutoTokenizer, PreTrainedTokenizerBase

from core.config.candidate import CandidateConfig
from core.engine.longest_text import longest_text, stated_limit
from core.errors import CheckpointError
from core.files.folders import ModelFolder
from core.files.tokenizer_files import SETTINGS, has_tokenizer
from core.model.families import most_tokens
from core.model.hf_config import stored_config
from core.model.open import OpenedClassifier

TEMPLATE = "chat_template.jinja"


@dataclass(frozen=True)
class PairTokenizer:
    """What a pair reads texts with.

    Attributes:
        base: the base's, to compare with, where the adapter brings one of its own; None where the base has none that
            can be read, and without an adapter's.
        own: whether the adapter brought it.
        left_out: files of settings in the adapter's folder that are not used, since no vocabulary is beside them.
    """

    tokenizer: PreTrainedTokenizerBase
    base: PreTrainedTokenizerBase | None = None
    own: bool = False
    left_out: tuple[str, ...] = ()


def pair_tokenizer(base: ModelFolder, adapter: Path | None) -> PairTokenizer:
    """The tokenizer in the adapter's folder, else the base's.

    Raises:
        CheckpointError: one that cannot be read.
    """
    if adapter is None or not has_tokenizer(adapter):
        settings = [name for name in (SETTINGS, TEMPLATE) if adapter is not None and (adapter / name).is_file()]
        return PairTokenizer(read_tokenizer(base.path), left_out=tuple(settings))
    try:
        reference = read_tokenizer(base.path)
    except CheckpointError:
        reference = None
    return PairTokenizer(read_tokenizer(adapter, like=base), reference, own=True)


def read_tokenizer(folder: Path, like: ModelFolder | None = None) -> PreTrainedTokenizerBase:
    """A tokenizer from files here, without their code.

    `like` is a model whose config.json says the kind of a tokenizer that does not say it itself.

    Raises:
        CheckpointError: missing or damaged files.
    """
    try:
        options = {} if like is None or (folder / SETTINGS).is_file() else {"config": stored_config(like)}
        return AutoTokenizer.from_pretrained(folder, local_files_only=True, trust_remote_code=False, **options)
    except Exception as error:  # the library raises many kinds for a missing or damaged tokenizer
        seen = " ".join(str(error).split())[:200]
        raise CheckpointError(
            f"The tokenizer in '{folder}' cannot be read: {seen}", fix="put the model's tokenizer.json there."
        ) from error


def token_limit(
    candidate: CandidateConfig, opened: OpenedClassifier, trained_with: int | None, tokenizer: PreTrainedTokenizerBase
) -> int:
    """How many tokens of a text are read, by `core.engine.longest_text`."""
    limit = stated_limit(getattr(tokenizer, "model_max_length", None))
    return longest_text(candidate.max_tokens, trained_with, limit, most_tokens(opened.model.backbone))
