"""The services of the server: one engine, and one runner for the long work of all."""

from __future__ import annotations

import subprocess
import sys

from core.settings import ROOT
from pages.ui import engine
from tests.pages.conftest import fake
from tests.pages.fake import FakeEngine

__all__ = ["fake"]


def test_all_long_work_runs_in_one_place(fake: FakeEngine) -> None:
    runners = (
        engine.explainer()._shelves._tasks, engine.weights()._tasks, engine.spectra()._tasks, engine.dry_runs()._tasks,
    )  # fmt: skip
    assert all(runner is engine.tasks() for runner in runners)


def test_building_them_brings_no_torch() -> None:
    code = (
        "import sys; from pages.ui import engine; engine.explainer(); engine.weights(); engine.spectra(); "
        "engine.dry_runs(); engine.blueprints(); print({'torch', 'transformers', 'numba'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
