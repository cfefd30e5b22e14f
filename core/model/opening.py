"""Which class of transformers opens what we write, with equal logits; and the card of a folder that says it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml
from transformers import PreTrainedConfig
from transformers.models.auto.modeling_auto import MODEL_FOR_SEQUENCE_CLASSIFICATION_MAPPING_NAMES

from core.config.components import DEFAULT_HEAD, DEFAULT_POOLER, head_title, pooler_title
from core.files.folders import read_model_folder
from core.model.classifier import PooledClassifier
from core.model.hf_config import stored_config
from core.model.open import OpenedClassifier
from core.model.pooled_config import PREFIX, parts_of
from core.model.stock.config import to_stock
from core.model.stock.layout import stock_class_name
from core.model.stock_classifier import stock_equal
from core.results import ModelFormat, Opening
from core.words.opening import opening

#: Fields of a config that change no logit, or that a stock class is told by the number of its outputs.
_SILENT = {
    *("architectures", "id2label", "label2id", "num_labels", "problem_type", "dtype", "torch_dtype", "use_cache"),
    *("transformers_version", "name_or_path", "_name_or_path", "model_type", "finetuning_task", "summary_type"),
    *("output_attentions", "output_hidden_states", "return_dict", "pooler_dropout", "task_specific_params"),
    *("attention_dropout", "attention_probs_dropout_prob", "hidden_dropout_prob", "auto_map", "_attn_implementation"),
}


def folder_opening(folder: Path) -> Opening:
    """Of a whole classifier on disk, by its config.json."""
    stored = read_model_folder(folder)
    kind = str(stored.config.get("model_type", ""))
    name = next(iter(stored.config.get("architectures") or ()), "")
    if not kind.startswith(PREFIX) and name in MODEL_FOR_SEQUENCE_CLASSIFICATION_MAPPING_NAMES.values():
        return Opening(name)
    config = stored_config(stored)
    for field in ("pooler_type", "head_type"):
        setattr(config, field, stored.config.get(field))
    return Opening("", why_not(config))


def adapter_opening(
    opened: OpenedClassifier, model: PooledClassifier, base_name: str, max_tokens: int | None = None
) -> Opening:
    """Of an adapter that was trained on `model`, a classifier over `opened`'s folder."""
    layout = stock_equal(model)
    if layout is None:
        return Opening("", why_not(model.config), base_name)
    stated, wanted = stored_config(opened.folder).to_dict(), to_stock(model.config).to_dict()
    fields: dict[str, Any] = {"num_labels": model.config.num_labels}
    fields |= {k: v for k, v in wanted.items() if k not in _SILENT and stated.get(k) != v}
    if not all(_is_plain(value) for value in fields.values()):
        return Opening("", "its layers are set up in a way that cannot be written down here", base_name)
    written = tuple((name, f'"{v}"' if isinstance(v, str) else repr(v)) for name, v in fields.items())
    dtype = str(model.dtype).removeprefix("torch.")
    return Opening(layout.model.__name__, "", base_name, written, dtype, max_tokens)


def why_not(config: PreTrainedConfig) -> str:
    """Why no stock class answers as a classifier of this config, as the end of a sentence."""
    pooler, head = parts_of(config)
    name = stock_class_name(config)
    if not name:
        return "transformers has no sequence classifier for this architecture alone"
    if (pooler, head) == (DEFAULT_POOLER, DEFAULT_HEAD):
        return f"a text may end in the padding token, and {name} does not read that token"
    return f"{name} does not have its pooler and head ({pooler_title(pooler)}, {head_title(head)})"


def write_folder_card(
    folder: Path,
    *,
    title: str,
    base: str,
    says: Sequence[str],
    tags: Sequence[str] = (),
    model_format: ModelFormat = "transformers",
) -> None:
    """Write README.md into the folder of a whole classifier: what it is, and how it is opened.

    Args:
        folder: with its config.json; its weights are not read.
        title: its heading.
        base: the model that it was made from: a Hub id or a name, no path.
        says: paragraphs about it, Markdown.
        tags: more of the Hub's tags.
        model_format: as what it was written.
    """
    fields = {
        "base_model": base,
        "library_name": model_format,
        "pipeline_tag": "text-classification",
        "tags": ["text-classification", *tags],
    }
    how = folder_opening(folder) if model_format == "transformers" else Opening("")
    front = f"---\n{yaml.safe_dump(fields, sort_keys=True, allow_unicode=True)}---\n"
    parts = [front, f"# {title}\n", *(f"{paragraph}\n" for paragraph in says), opening(how, model_format)]
    (folder / "README.md").write_text("\n".join(parts), encoding="utf-8")


def _is_plain(value: Any) -> bool:
    """Whether an argument can be written down."""
    if isinstance(value, list | tuple):
        return all(_is_plain(v) for v in value)
    return value is None or isinstance(value, str | int | float | bool)
