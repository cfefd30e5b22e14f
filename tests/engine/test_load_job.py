"""Who follows a load: told each stage, and none at another's expense."""

from __future__ import annotations

import logging

import pytest

from core.engine.load_job import LoadJob, load_state
from core.results import LoadStage, LoadState, Problem, Selection


def test_a_listener_that_raises_is_told_no_more_and_the_others_are(caplog: pytest.LogCaptureFixture) -> None:
    job: LoadJob[None] = LoadJob(load_state(Selection("a"), LoadStage.QUEUED))
    told: list[LoadStage] = []
    tries: list[LoadStage] = []

    def broken(state: LoadState) -> None:
        tries.append(state.stage)
        raise BrokenPipeError("nobody reads")

    job.join(broken)
    job.join(lambda state: told.append(state.stage))
    with caplog.at_level(logging.ERROR):
        job.progress(LoadStage.FILES)
        job.progress(LoadStage.MEMORY)
    assert (told, tries) == ([LoadStage.FILES, LoadStage.MEMORY], [LoadStage.FILES])
    assert "nobody reads" in caplog.text


def test_a_failed_load_keeps_words_and_its_stage() -> None:
    job: LoadJob[None] = LoadJob(load_state(Selection("a"), LoadStage.ADAPTER))
    job.fail(Problem("it does not fit.", "choose another."))
    assert (job.state.stage, job.state.error, job.state.fix) == (
        LoadStage.ADAPTER,
        "it does not fit.",
        "choose another.",
    )
    assert job.state.finished
