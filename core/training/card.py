"""The model card of a training run: README.md in Markdown with the Hub's front matter."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml

from core.config.components import head_title, pooler_title
from core.config.model_index import model_index
from core.results import Opening
from core.results.stated_results import StatedResult
from core.training.config import METRICS, TrainingConfig
from core.training.result import TrainingResult
from core.words.evaluation import measure_name
from core.words.opening import opening
from core.words.outputs import noun

LISTED_CLASSES = 200
TRAIN_COMMAND = "python -m core train CONFIG.yaml"


def write_card(config: TrainingConfig, result: TrainingResult, base_name: str, folder: Path, how: Opening) -> None:
    """Write README.md; no path of the machine and no row of the data gets into it. `how` it is opened."""
    (folder / "README.md").write_text(card_text(config, result, base_name, how), encoding="utf-8")


def card_text(config: TrainingConfig, result: TrainingResult, base_name: str, how: Opening) -> str:
    """The whole card."""
    title = config.card.title or Path(config.output).name
    parts = [
        front_matter(config, base_name, stated_results(config, result)),
        f"# {title}\n",
        _what(config, result, base_name),
        *(f"{note}\n" for note in config.card.notes),
        opening(how),
        "## Data\n",
        _data(config, result),
        "## Results\n",
        _results(config, result),
        "## Limits\n",
        _limits(config, result),
        "## Recipe\n",
        _recipe(config, result),
    ]
    return "\n".join(parts).rstrip() + "\n"


def stated_results(config: TrainingConfig, result: TrainingResult) -> list[StatedResult]:
    """What was measured on the test rows and on those of validation, as other programs read it."""
    today = datetime.now(UTC).date().isoformat()
    measured = {"test": result.test, "validation": result.validation}
    return [
        StatedResult(
            dataset=(config.data.name or "texts of its own").split(",")[0],  # what follows describes it
            split=split,
            rows=result.rows.get(split) or None,
            date=today,
            measures={name: value for name, value in values.items() if value is not None},
        )
        for split, values in measured.items()
        if values
    ]


def front_matter(config: TrainingConfig, base_name: str, results: Sequence[StatedResult] = ()) -> str:
    """The Hub's YAML header."""
    fields: dict[str, Any] = {
        "base_model": base_name,
        "library_name": "peft" if config.trains_adapter else "transformers",
        "pipeline_tag": "text-classification",
        "tags": ["text-classification", *(["lora"] if config.trains_adapter else [])],
    }
    if config.card.licence:
        fields["license"] = config.card.licence
    if results:
        fields["model-index"] = model_index(config.card.title or Path(config.output).name, results)
    return f"---\n{yaml.safe_dump(fields, sort_keys=True)}---\n"


def _what(config: TrainingConfig, result: TrainingResult, base_name: str) -> str:
    base = config.base_model
    kind = "LoRA adapter, pooler and head" if config.trains_adapter else "Whole model with pooler and head"
    mask = "bidirectional" if base.is_bidirectional else "the architecture's own"
    share = result.trained_parameters / max(1, result.parameters)
    lines = [
        f"{kind} for text classification over `{base_name}`: {base.problem.replace('_', ' ')}, "
        f"{len(result.labels)} {noun(base.problem, len(result.labels))}.\n",
        "| | |",
        "|---|---|",
        f"| Pooler | {pooler_title(base.pooler_name)} |",
        f"| Head | {head_title(base.head_name)} |",
        f"| Attention mask | {mask} |",
        f"| Trained weights | {result.trained_parameters:,} of {result.parameters:,} ({share:.1%}) |",
        f"| Stored as | {config.save_dtype or base.torch_dtype} |",
        f"| {noun(base.problem, 2).capitalize()} | {_classes(result.labels)} |",
        "",
    ]
    return "\n".join(lines)


def _classes(labels: tuple[str, ...]) -> str:
    shown = ", ".join(f"`{label}`" for label in labels[:LISTED_CLASSES])
    return shown + (f" and {len(labels) - LISTED_CLASSES} more" if len(labels) > LISTED_CLASSES else "")


def _data(config: TrainingConfig, result: TrainingResult) -> str:
    data = config.data
    facts = {"Name": data.name, "Source": data.source, "Licence": data.licence, "Attribution": data.attribution}
    lines = ["| | |", "|---|---|", *(f"| {name} | {value} |" for name, value in facts.items() if value)]
    lines += [f"| Rows: {split} | {count:,} |" for split, count in result.rows.items() if count]
    if data.validation_file is None and result.rows["validation"]:
        lines += [
            "",
            f"The validation rows are a share of {data.validation_share:g} of the training file, chosen by "
            f"class with seed {config.seed}; they are not trained on.",
        ]
    return "\n".join(lines) + "\n"


def _results(config: TrainingConfig, result: TrainingResult) -> str:
    measured = {name: values for name, values in (("validation", result.validation), ("test", result.test)) if values}
    if not measured:
        return "Nothing was measured: there were neither validation nor test rows.\n"
    lines = ["| | " + " | ".join(measured) + " |", "|---|" + "---:|" * len(measured)]
    for metric in METRICS[config.base_model.problem]:
        values = " | ".join(_measure(column[metric]) for column in measured.values())
        lines.append(f"| {measure_name(metric, config.base_model.problem)} | {values} |")
    lines += ["", f"Measured with the weights as stored. To repeat: `{config.card.command or TRAIN_COMMAND}`."]
    if result.test:
        lines.append("The test rows were read once, after training; nothing was chosen on them.")
    return "\n".join(lines) + "\n"


def _measure(value: float | None) -> str:
    return "not defined" if value is None else f"{value:.4f}"


def _limits(config: TrainingConfig, result: TrainingResult) -> str:
    sentences = list(config.card.limits)
    if config.base_model.problem == "single_label_classification":
        sentences.append("Every text gets one of the classes above, also a text that belongs to none of them.")
    error = (result.test or result.validation).get("calibration_error")
    if error is not None:
        sentences.append(f"A stated probability differs from the observed share by {error:.3f} on average.")
    return "\n".join(f"- {sentence}" for sentence in sentences) + "\n"


def _recipe(config: TrainingConfig, result: TrainingResult) -> str:
    text = yaml.safe_dump(_portable(config), sort_keys=False, allow_unicode=True)
    spent = f"{result.steps:,} steps, {result.epochs:g} epochs, {result.seconds:.0f} s."
    return f"{spent} The config, with file names in place of paths:\n\n```yaml\n{text}```\n"


def _portable(config: TrainingConfig) -> dict[str, Any]:
    """What differs from the defaults, without folders of this machine and without what the card says elsewhere."""
    data = config.model_dump(mode="json", exclude_defaults=True, exclude={"card"})
    for fields, names in (
        (data["base_model"], ("pretrained_model_name_or_path", "pretrained_adapter_path", "cache_dir")),
        (data["data"], ("train_file", "validation_file", "test_file", "soft_labels_file")),
        (data, ("output",)),
    ):
        for name in names:
            if isinstance(fields.get(name), str) and ("\\" in fields[name] or fields[name].startswith(("/", "."))):
                fields[name] = Path(fields[name]).name
    for name in ("labels", "name", "source", "licence", "attribution"):
        data["data"].pop(name, None)
    return data
