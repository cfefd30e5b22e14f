"""The services of one process: one engine, one runner of long tasks, and every service that uses the two.

Building them reads no weights and imports no torch, which comes with the first question that needs it.
"""

from __future__ import annotations

from core.architecture.service import ArchitectureService
from core.checkpoints.adapter_update.service import AdapterUpdateService
from core.checkpoints.service import CheckpointService
from core.dry_run.service import DryRunService
from core.engine.engine import Engine
from core.engine.visitors import Visitors
from core.evaluation.answers import Answers
from core.evaluation.calibration_service import CalibrationService
from core.evaluation.card_service import CardService
from core.evaluation.correction_service import CorrectionService
from core.evaluation.dataset_service import DatasetService
from core.evaluation.service import EvaluationService
from core.explain.explainer import Explainer
from core.export.service import ExportService
from core.merge.service import MergeService
from core.settings import Settings, settings
from core.tasks.runner import GRACE_SECONDS, TaskRunner


class InProcessServices:
    """`core.services.Services` by this process alone."""

    def __init__(self, installation: Settings | None = None) -> None:
        installation = installation or settings()
        self.tasks = TaskRunner.from_settings(installation)
        self.engine = Engine(installation)
        self.explainer = Explainer(self.engine, self.tasks)
        self.checkpoints = CheckpointService(self.engine, self.tasks)
        self.adapter_updates = AdapterUpdateService(self.engine, self.tasks)
        self.architectures = ArchitectureService(self.engine)
        self.dry_runs = DryRunService(self.engine, self.tasks)
        self.evaluations = EvaluationService(self.engine, self.tasks)
        answers = Answers(self.engine)
        self.datasets = DatasetService(answers, self.tasks)
        self.calibrations = CalibrationService(answers, self.tasks)
        self.corrections = CorrectionService(answers, self.tasks)
        self.cards = CardService(answers)
        self.merges = MergeService(self.engine, self.tasks)
        self.visitors = Visitors()
        self.exports = ExportService(self.engine, self.tasks)

    def close(self, grace: float = GRACE_SECONDS) -> bool:
        """End long work: True when all of it ended within `grace` seconds."""
        return self.tasks.close(grace)
