"""The one place where long work runs, whoever asked for it, beside the predictions and with bounded threads."""

from __future__ import annotations

import atexit
import itertools
import os
import threading
import time
import weakref
from collections import OrderedDict, deque
from collections.abc import Hashable
from typing import Any

from core.results import TaskState, TaskStatus
from core.settings import Settings
from core.tasks.record import Key, Record, Work

#: Bytes that the results of ended tasks may hold together; the latest one is kept whatever its size.
RESULT_BYTES = 128 * 2**20
#: How long `close` waits for running work to stop, in seconds.
GRACE_SECONDS = 1.0


class TaskRunner:
    """Runs work in at most `workers` threads, in the order in which it was asked for. Thread safe.

    Work that belongs to an owner (a loaded pair) is known by that owner and a key, other work by its key. It ends when
    its owner is gone. Threads end with the work, and never hold the end of the process.
    """

    def __init__(self, workers: int, max_bytes: int = RESULT_BYTES) -> None:
        self._workers = workers
        self._max_bytes = max_bytes
        self._lock = threading.Lock()
        self._records: OrderedDict[Key, Record] = OrderedDict()
        self._queue: deque[Record] = deque()
        self._running: set[Record] = set()
        self._threads: set[threading.Thread] = set()
        self._owners: weakref.WeakKeyDictionary[Any, int] = weakref.WeakKeyDictionary()
        self._numbers = itertools.count(1)
        self._closed = False
        _RUNNERS.add(self)

    @classmethod
    def from_settings(cls, settings: Settings) -> TaskRunner:
        """With as many threads as the setting `task_workers` says, or one for every two cores."""
        return cls(settings.task_workers or max(1, (os.cpu_count() or 1) // 2))

    def number(self, owner: object | None) -> int:
        """A number for an owner, never used again; 0 for none."""
        if owner is None:
            return 0
        with self._lock:
            if owner not in self._owners:
                self._owners[owner] = next(self._numbers)
            return self._owners[owner]

    def start(self, key: Key, work: Work, owner: weakref.ref[Any] | None = None, *, anew: bool = False) -> Record:
        """Begin, unless it is under way or done; one that failed or was cancelled begins anew.

        `anew` begins again what is done, too. After `close` nothing begins: it is cancelled at once.
        """
        with self._lock:
            known = self._records.get(key)
            if known is not None and known.joinable and not (anew and known.state.ended):
                return known
            record = self._records[key] = Record(key, work, owner)
            self._records.move_to_end(key)
            if self._closed:
                record.end_cancelled()
                return record
            self._queue.append(record)
            self._forget()
            if len(self._threads) < self._workers:
                thread = threading.Thread(target=self._serve, name="task", daemon=True)
                self._threads.add(thread)
                thread.start()
            return record

    def state(self, key: Key, wait: float = 0.0) -> TaskState[Any] | None:
        """Where it stands; None when it never began or was forgotten. Waits up to `wait` seconds for its end."""
        with self._lock:
            record = self._records.get(key)
            if record is None:
                return None
            self._records.move_to_end(key)
        if wait:
            record.over.wait(wait)
        return record.state

    def cancel(self, key: Key) -> None:
        """End it now when it waits, else at its next report of progress; nothing happens when it has ended."""
        with self._lock:
            record = self._records.get(key)
            if record is None:
                return
            record.stop()
            if record in self._queue:
                self._queue.remove(record)
                record.end_cancelled()

    def results(self, owner: object) -> dict[Hashable, Any]:
        """Results of an owner's tasks by their keys, the latest that somebody looked at last."""
        number = self.number(owner)
        with self._lock:
            records = [record for (owned_by, _), record in self._records.items() if owned_by == number]
        states = ((record.key, record.state) for record in records)
        return {key[1]: state.result for key, state in states if state.status is TaskStatus.DONE}

    def close(self, grace: float = GRACE_SECONDS) -> bool:
        """Cancel what waits, ask what runs to stop, begin nothing more; True when all ended within `grace` seconds."""
        with self._lock:
            self._closed = True
            for record in self._queue:
                record.end_cancelled()
            self._queue.clear()
            for record in self._running:
                record.stop()
            threads = list(self._threads)
        deadline = time.monotonic() + grace
        for thread in threads:
            thread.join(max(0.0, deadline - time.monotonic()))
        return not any(thread.is_alive() for thread in threads)

    # Inside

    def _serve(self) -> None:
        """One thread, until there is nothing to do."""
        while self._run_next():
            pass

    def _run_next(self) -> bool:
        """A function of its own, so that a thread which waits holds no record."""
        with self._lock:
            if not self._queue:
                self._threads.discard(threading.current_thread())
                return False
            record = self._queue.popleft()
            self._running.add(record)
        record.run()
        with self._lock:
            self._running.discard(record)
            self._forget()
        return True

    def _forget(self) -> None:
        """Drop what ended and belongs to nobody any more, then the longest unseen, but for the latest."""
        ended = [(key, record) for key, record in self._records.items() if record.state.ended]
        total = sum(record.nbytes for _, record in ended)
        for key, record in ended:
            if record.orphaned or (total > self._max_bytes and record is not ended[-1][1]):
                total -= record.nbytes
                del self._records[key]


_RUNNERS: weakref.WeakSet[TaskRunner] = weakref.WeakSet()


@atexit.register
def _close_all() -> None:
    """An interpreter that ends should meet no running work."""
    for runner in list(_RUNNERS):
        runner.close()
