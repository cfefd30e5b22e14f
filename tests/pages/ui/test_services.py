"""The services of the server: one engine, and one runner for the long work of all."""

from __future__ import annotations

import subprocess
import sys

from core.settings import ROOT
from pages.ui import services
from tests.pages.conftest import fake
from tests.pages.fake import FakeEngine

__all__ = ["fake"]


def test_all_long_work_runs_in_one_place(fake: FakeEngine) -> None:
    runners = (
        services.explainer()._sessions._tasks,
        services.weights()._tasks,
        services.spectra()._tasks,
        services.dry_runs()._tasks,
    )
    assert all(runner is services.tasks() for runner in runners)


def test_building_them_brings_no_torch() -> None:
    code = (
        "import sys; from pages.ui import services; services.explainer(); services.weights(); services.spectra(); "
        "services.dry_runs(); services.blueprints(); print({'torch', 'transformers', 'numba'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
