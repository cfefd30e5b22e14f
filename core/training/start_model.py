"""The model that a run begins with: base, head, adapter, tokenizer."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from torch import nn
from transformers import AutoTokenizer, PreTrainedTokenizerBase

from core.config import BaseModelConfig
from core.engine.encoding import Encoder
from core.errors import AdapterError, CheckpointError, ConfigError
from core.files.folders import read_model_folder
from core.files.hub import fetch
from core.model.adapters.attach import load_adapter
from core.model.adapters.card import read_card
from core.model.adapters.new_adapter import attach_new_adapter
from core.model.class_names import require_class_names
from core.model.classifier import PooledClassifier
from core.model.hf_config import stored_config
from core.model.layers import freeze
from core.model.open import OpenedClassifier, open_classifier
from core.model.peft_wrappers import unwrap_peft
from core.model.quantised import is_quantised
from core.model.stored_parts import stored_head
from core.training.config import TrainingConfig
from core.training.pissa import Factors, starting_factors

DEFAULT_MAX_TOKENS = 512


@dataclass(frozen=True)
class Start:
    """`model` is what is trained: the classifier itself, or a PEFT model around one.

    `initial` holds the factors that PiSSA took out of the base weights; None with any other start.
    """

    opened: OpenedClassifier
    model: nn.Module
    tokenizer: PreTrainedTokenizerBase
    encoder: Encoder
    initial: Factors | None = None

    @property
    def classifier(self) -> PooledClassifier:
        """The classifier inside."""
        classifier = unwrap_peft(self.model)
        assert isinstance(classifier, PooledClassifier)
        return classifier

    @property
    def pad_id(self) -> int:
        """What fills a batch up; masked, so any id will do where the tokenizer has none."""
        return int(self.tokenizer.pad_token_id or 0)


def begin(config: TrainingConfig, labels: tuple[str, ...]) -> Start:
    """Open the base, name its classes, freeze what is to be frozen, attach the adapter.

    Raises:
        ConfigError, CheckpointError, AdapterError: a base or an adapter that cannot be trained so.
    """
    base = _named(config.base_model, labels)
    opened = open_classifier(base, new_head=not _has_own_head(base, labels))
    if is_quantised(opened.model):
        _require_quantised_recipe(config)
    _name_classes(opened.model, labels)
    freeze(opened.model.backbone, base)
    model = _with_adapter(opened, config, labels)
    tokenizer = AutoTokenizer.from_pretrained(opened.folder.path, local_files_only=True, trust_remote_code=False)
    encoder = Encoder(tokenizer, _max_tokens(config, opened.model))
    return Start(opened, model, tokenizer, encoder, starting_factors(model, config.adapter))


def _require_quantised_recipe(config: TrainingConfig) -> None:
    """Refuse what codes cannot do: they have no gradient, and nothing is taken out of them.

    Raises:
        ConfigError: no adapter, or one whose factors start from the base's weights.
    """
    if not config.trains_adapter:
        raise ConfigError(
            "The base is quantised, and codes cannot be trained: no 'adapter' is given.",
            fix="add an 'adapter' (QLoRA), or set base_model.quantisation to 'none'.",
        )
    start = str(config.adapter.init_lora_weights) if config.adapter is not None else ""
    if start.startswith(("pissa", "loftq")):
        raise ConfigError(
            f"adapter.init_lora_weights '{start}' changes the base's weights, and they are held as codes.",
            fix="use true or 'gaussian', or set base_model.quantisation to 'none'.",
        )


def known_labels(config: TrainingConfig) -> tuple[str, ...]:
    """Class names that the run must keep, in order: the config's, else those of the adapter trained further."""
    path = config.base_model.pretrained_adapter_path
    if config.data.labels or path is None:
        return config.data.labels
    card = read_card(Path(path))
    return card.labels if card else ()


def _named(base: BaseModelConfig, labels: tuple[str, ...]) -> BaseModelConfig:
    folder = fetch(base.pretrained_model_name_or_path, base.cache_dir)
    return base.with_changes(pretrained_model_name_or_path=str(folder), num_labels=len(labels))


def _has_own_head(base: BaseModelConfig, labels: tuple[str, ...]) -> bool:
    """Whether the folder's head is for exactly these classes, and is trained further."""
    folder = read_model_folder(Path(base.pretrained_model_name_or_path))
    require_class_names(folder.config, folder.path)
    stored = folder.config.get("id2label")
    has_head = stored_head(folder, stored_config(folder)) is not None
    return has_head and isinstance(stored, dict) and tuple(stored[k] for k in sorted(stored, key=int)) == labels


def _name_classes(model: PooledClassifier, labels: tuple[str, ...]) -> None:
    model.config.id2label = dict(enumerate(labels))
    model.config.label2id = {label: i for i, label in enumerate(labels)}


def _with_adapter(opened: OpenedClassifier, config: TrainingConfig, labels: tuple[str, ...]) -> nn.Module:
    path = config.base_model.pretrained_adapter_path
    if config.adapter is not None:
        return attach_new_adapter(opened.model, config.adapter)
    if path is None:
        return opened.model
    attached = load_adapter(opened, Path(path), is_trainable=True)
    if attached.labels != labels:
        raise AdapterError(
            f"Adapter '{path}' knows {len(attached.labels)} classes, and the training data has {len(labels)} others.",
            fix="train a new adapter, or leave data.labels out to keep the adapter's classes.",
        )
    return attached.model


def _max_tokens(config: TrainingConfig, model: PooledClassifier) -> int:
    longest = getattr(model.config.get_text_config(), "max_position_embeddings", None) or DEFAULT_MAX_TOKENS
    if config.max_tokens is None:
        return min(int(longest), DEFAULT_MAX_TOKENS)
    if config.max_tokens > longest:
        raise CheckpointError(
            f"max_tokens is {config.max_tokens}, and the base reads at most {longest} tokens.", fix="lower max_tokens."
        )
    return config.max_tokens
