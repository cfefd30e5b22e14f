"""Work that takes long enough to be watched and stopped; it goes on when the person who asked looks elsewhere."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from core.errors import AppError
from core.results import JobState

#: Called with the share that is done (0 to 1) and what is being done; raises `CancelledError` when it shall stop.
Progress = Callable[[float, str], None]
Work = Callable[[Progress], Any]

#: Finished jobs that are remembered, with their results.
KEPT = 32
WORKERS = 2


class CancelledError(Exception):
    """Somebody asked the job to stop."""


@dataclass
class _Job:
    state: JobState = field(default_factory=JobState)
    stop: threading.Event = field(default_factory=threading.Event)
    over: threading.Event = field(default_factory=threading.Event)
    failure: BaseException | None = None


class Jobs:
    """Jobs by key: whoever asks for the same thing meanwhile, or afterwards, meets the same job. Thread safe."""

    def __init__(self) -> None:
        self._jobs: OrderedDict[Hashable, _Job] = OrderedDict()
        self._lock = threading.Lock()
        self._pool = ThreadPoolExecutor(WORKERS, "inspect")

    def start(self, key: Hashable, work: Work) -> JobState:
        """Begin, unless it is under way or done; one that failed or was stopped begins anew."""
        with self._lock:
            known = self._jobs.get(key)
            if known is not None and not known.state.ended_badly:
                return known.state
            job = self._jobs[key] = _Job()
            self._jobs.move_to_end(key)
            self._forget()
        self._pool.submit(self._run, job, work)
        return job.state

    def asked(self, key: Hashable, work: Work, *, start: bool, stop: bool, wait: float) -> JobState | None:
        """Stop it, begin it, both or neither; then where it stands, as `state` says it."""
        if stop:
            self.cancel(key)
        if start:
            self.start(key, work)
        return self.state(key, wait)

    def state(self, key: Hashable, wait: float = 0.0) -> JobState | None:
        """Where it stands; None when it was never asked for, or was forgotten. Waits that many seconds for its end.

        Raises:
            Exception: what a bug raised in the job, with its traceback.
        """
        with self._lock:
            job = self._jobs.get(key)
        if job is None:
            return None
        if wait:
            job.over.wait(wait)
        if job.failure is not None:
            raise job.failure
        return job.state

    def results(self, *beginning: Hashable) -> dict[Hashable, Any]:
        """Results of the jobs that ended well and whose keys begin so, the latest last."""
        with self._lock:
            jobs = list(self._jobs.items())
        return {
            key: job.state.result
            for key, job in jobs
            if isinstance(key, tuple) and key[: len(beginning)] == beginning and job.state.stage == "done"
        }

    def cancel(self, key: Hashable) -> None:
        """Ask it to stop at its next step; nothing happens when it has ended."""
        with self._lock:
            job = self._jobs.get(key)
        if job is not None:
            job.stop.set()

    def _run(self, job: _Job, work: Work) -> None:
        def tell(fraction: float, stage: str) -> None:
            if job.stop.is_set():
                raise CancelledError
            job.state = JobState(fraction, stage)

        try:
            tell(0.0, "starting")
            result = work(tell)
            job.state = JobState(1.0, "done", result=result)
        except CancelledError:
            job.state = JobState(job.state.fraction, "stopped", cancelled=True)
        except AppError as error:
            job.state = JobState(job.state.fraction, "failed", error=error)
        except BaseException as error:
            job.failure = error
            job.state = JobState(job.state.fraction, "failed")
        finally:
            job.over.set()

    def _forget(self) -> None:
        """Drop the oldest that have ended."""
        ended = [key for key, job in self._jobs.items() if job.state.ended]
        for key in ended[: max(0, len(self._jobs) - KEPT)]:
            del self._jobs[key]
