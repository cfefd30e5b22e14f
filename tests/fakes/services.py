"""All fakes together, as one process would offer them."""

from __future__ import annotations

from core.services import Services
from tests.fakes.adapter_updates import FakeAdapterUpdates
from tests.fakes.architectures import FakeArchitectures
from tests.fakes.calibrations import FakeCalibrations
from tests.fakes.cards import FakeCards
from tests.fakes.checkpoints import FakeCheckpoints
from tests.fakes.corrections import FakeCorrections
from tests.fakes.datasets import FakeDatasets
from tests.fakes.dry_runs import FakeDryRuns
from tests.fakes.engine import FakeEngine
from tests.fakes.evaluations import FakeEvaluations
from tests.fakes.explainer import FakeExplainer
from tests.fakes.exports import FakeExports
from tests.fakes.merges import FakeMerges
from tests.fakes.task import FakeTasks
from tests.fakes.visitors import FakeVisitors


class FakeServices:
    """One engine, and one list of tasks."""

    def __init__(self) -> None:
        self.tasks = FakeTasks()
        self.engine = FakeEngine()
        self.explainer = FakeExplainer(self.engine, self.tasks)
        self.checkpoints = FakeCheckpoints(self.engine, self.tasks)
        self.adapter_updates = FakeAdapterUpdates(self.engine, self.tasks)
        self.architectures = FakeArchitectures(self.engine)
        self.dry_runs = FakeDryRuns(self.engine, self.tasks)
        self.evaluations = FakeEvaluations(self.engine, self.tasks)
        self.datasets = FakeDatasets(self.engine, self.tasks)
        self.calibrations = FakeCalibrations(self.engine, self.tasks)
        self.corrections = FakeCorrections(self.datasets, self.tasks)
        self.cards = FakeCards()
        self.merges = FakeMerges(self.engine, self.tasks)
        self.visitors = FakeVisitors()
        self.exports = FakeExports(self.engine, self.tasks)

    def close(self, grace: float = 1.0) -> bool:
        return True


def _are_services() -> Services:
    """For mypy."""
    return FakeServices()
