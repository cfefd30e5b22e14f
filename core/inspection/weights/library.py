"""Reports on checkpoints for pages: made once for each state of the files, watched, stopped, remembered.

Importing this file imports neither numba nor torch.
"""

from __future__ import annotations

from pathlib import Path

from core.errors import NotFoundError
from core.inference.engine import Engine
from core.inspection.jobs import Jobs, Progress
from core.model.hub import cached_snapshot
from core.results import JobState, WeightReport


def source_of(source: str, engine: Engine) -> Path:
    """The folder or file behind what a person types: a path as it is, or a candidate's weights where they are here.

    Raises:
        NotFoundError: neither a path nor a candidate; or a candidate whose weights are not on this machine.
    """
    path = Path(source).expanduser()
    if path.exists():
        return path
    config = engine.candidate(engine.resolve(source).candidate)
    name = config.base_model.pretrained_model_name_or_path
    cached = cached_snapshot(name, config.base_model.cache_dir or engine.settings.cache_dir)
    place = Path(name) if Path(name).is_dir() else cached
    if place is None:
        raise NotFoundError(
            f"The weights of '{source}' ({name}) are not on this machine.",
            fix="load the candidate once, which fetches them, or give a folder or file of your own.",
        )
    return place


class WeightLibrary:
    """Statistics by path. Thread safe; one for a whole process."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._jobs = Jobs()

    def statistics(self, source: str, *, start: bool = False, stop: bool = False, wait: float = 0.0) -> JobState | None:
        """Begin a report, stop it, or look where it stands; None when it was not begun for these files as they are.

        Its result is a `WeightReport`. `wait` is in seconds.

        Raises:
            AppError: no checkpoint there, or one that cannot be read.
        """
        from core.inspection.weights.checkpoint import open_checkpoint

        checkpoint = open_checkpoint(source_of(source, self._engine))
        key = ("statistics", str(checkpoint.path), checkpoint.signature)

        def work(told: Progress) -> WeightReport:
            from core.inspection.weights.statistics import checkpoint_statistics

            return checkpoint_statistics(checkpoint, lambda done, total, name: told(done / max(total, 1), name))

        if stop:
            self._jobs.cancel(key)
        if start:
            self._jobs.start(key, work)
        return self._jobs.state(key, wait)
