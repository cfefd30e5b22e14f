"""Settings of one installation, from `HEADLIGHT_*` environment variables; every one has a working default."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from core.errors import ConfigError

ROOT = Path(__file__).resolve().parent.parent

DeviceName = Literal["auto", "cpu", "cuda", "mps"]


class Settings(BaseSettings):
    """Where things are and how much may be used."""

    model_config = SettingsConfigDict(env_prefix="HEADLIGHT_", frozen=True, extra="ignore")

    catalogue: Path = ROOT / "assets" / "candidates"
    """Folder of the candidates that come with the app, one YAML each."""
    user_catalogue: Path = Path.home() / ".local" / "share" / "headlight" / "candidates"
    """Folder to which candidates added in the app are written."""
    evaluations: Path = Path.home() / ".local" / "share" / "headlight" / "evaluations"
    """Folder of the datasets that people bring, and of the answers to them."""
    cache_dir: Path | None = None
    """Where files from the Hub are kept; None is the Hub client's own place."""
    device: DeviceName = "auto"
    max_loaded: Annotated[int, Field(ge=1, le=64)] = 4
    """How many candidate-adapter pairs stay in memory; the least recently used goes first, one in use stays till its
    work ends."""
    memory_budget_gb: Annotated[float, Field(gt=0)] | None = None
    """Memory that everything loaded may take together, in GiB, what a load takes at its highest included; None is what
    the device has. A load drops what nobody uses, or is refused."""
    tokens_per_batch: Annotated[int, Field(ge=16, le=1_000_000)] = 1024
    """Budget of one forward pass in tokens, padding included."""
    workers: Annotated[int, Field(ge=1, le=64)] | None = None
    """Threads that classify a large batch on a CPU; None is one a core."""
    task_workers: Annotated[int, Field(ge=1, le=64)] | None = None
    """Long tasks (reports, searches, dry runs) that run at once, the others wait; None is one for every two cores."""
    attention_budget_mb: Annotated[float, Field(gt=0)] = 1024
    """Memory in MiB that a capture of attention may take, and that captured maps of a loaded pair may hold."""
    max_characters: Annotated[int, Field(ge=1)] = 1_000_000
    """Longest text that is accepted; longer ones are refused, not cut."""


@lru_cache(maxsize=1)
def settings() -> Settings:
    """The settings of this process, read once.

    Raises:
        ConfigError: a variable with a value that cannot be used.
    """
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        name = "HEADLIGHT_" + "_".join(str(part) for part in first["loc"]).upper()
        raise ConfigError(
            f"The environment variable {name} cannot be {first['input']!r}: {first['msg']}.",
            fix="correct or unset it.",
        ) from None
