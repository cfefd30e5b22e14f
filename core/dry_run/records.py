"""A dry run as one JSON document: what `check --json` prints and what the page offers as a file."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from core.results import CheckStatus, DryRun, HealthReport, LoadedModel, Stage, to_json
from core.words.dry_run import verdict


def document(model: LoadedModel, run: DryRun, health: HealthReport) -> dict[str, Any]:
    """Plain data. `passed` of a stage is false only where it failed; `status` says which were left out."""
    return {
        "candidate": model.selection.candidate,
        "adapter": model.selection.adapter,
        "passed": run.passed and health.worst is not CheckStatus.REFUSED,
        "verdict": verdict(run),
        "stages": [_stage(stage) for stage in run.stages],
        "tensors": [asdict(tensor) for tensor in run.traced],
        "texts": [asdict(text) for text in run.texts],
        "health": [asdict(check) for check in health.checks],
        "device": model.device,
        "dtype": model.dtype,
        "quantisation": model.quantisation,
        "parameters": model.parameters,
        "bytes": model.bytes,
        "labels": list(model.labels),
        "problem_type": model.problem_type,
        "pooler": model.pooler,
        "head": model.head,
        "mask": model.mask,
        "max_tokens": model.max_tokens,
        "chat_template": model.chat_template,
        "seconds": run.seconds,
    }


def exported(model: LoadedModel, run: DryRun, health: HealthReport) -> bytes:
    """The document as a file; numbers that do not exist are null."""
    return json.dumps(to_json(document(model, run, health)), indent=2, allow_nan=False).encode()


def _stage(stage: Stage) -> dict[str, Any]:
    return {"name": stage.name, "passed": stage.passed, "detail": stage.detail, **asdict(stage)}
