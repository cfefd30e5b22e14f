"""Where an explanation came from: weights by their hashes, versions, settings."""

from __future__ import annotations

from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import assert_never

from core.config.candidate import AdapterEntry, CandidateConfig
from core.config.components import head_title, pooler_title
from core.config.hub_name import HubName
from core.engine.loader import LoadedPair
from core.engine.pair_identity import weight_files
from core.files.hub import is_hub_id
from core.results import ChatTemplate, LoadedModel, Origin
from core.settings import ROOT, Settings

PACKAGES = ("torch", "transformers", "peft", "tokenizers")


def origin(pair: LoadedPair, candidate: CandidateConfig, adapter: AdapterEntry | None, settings: Settings) -> Origin:
    """All of it, now; weight files are read through once."""
    base = candidate.base_model.pretrained_model_name_or_path
    return Origin(
        made=datetime.now(UTC).isoformat(timespec="seconds"),
        model=pair.info,
        base=str(HubName(base, candidate.revision)) if is_hub_id(base) else Path(base).name,
        files=tuple(weight_files(pair, candidate, adapter, settings)),
        versions={"headlight": own_version(), **{name: _version(name) for name in PACKAGES}},
        settings={
            "Device": pair.info.device,
            "Data type": _data_type(pair.info),
            "Longest text": f"{pair.info.max_tokens:,} tokens",
            "Cut at the": pair.predictor.encoder.truncation_side,
            **_template(pair.info.chat_template),
            "Tokens in a batch": f"{settings.tokens_per_batch:,}",
            "Attention mask": pair.info.mask,
            "Pooler": pooler_title(pair.info.pooler),
            "Head": head_title(pair.info.head),
        },
    )


def _template(chat_template: ChatTemplate | None) -> dict[str, str]:
    """How texts were read, where there is a choice."""
    match chat_template:
        case None:
            return {}
        case "none":
            return {"Chat template": "not applied"}
        case "user":
            return {"Chat template": "applied, each text as what a user says"}
        case _:
            assert_never(chat_template)


def own_version() -> str:
    """Headlight's version, as pyproject.toml states it."""
    import tomllib

    return str(tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"])


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"


def _data_type(model: LoadedModel) -> str:
    """The type of the weights; of a quantised base its codes, and the type of all else."""
    return model.dtype if model.quantisation == "none" else f"{model.quantisation}, else {model.dtype}"
