"""The services of one process: one engine, one runner of long tasks, and every service that uses the two.

Building them reads no weights and imports no torch, which comes with the first question that needs it. A service is
imported when it is first asked for: an idle server holds none of them in memory.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from core.engine.engine import Engine
from core.engine.visitors import Visitors
from core.settings import Settings, settings
from core.tasks.runner import GRACE_SECONDS, TaskRunner

if TYPE_CHECKING:
    from core.architecture.service import ArchitectureService
    from core.checkpoints.adapter_update.service import AdapterUpdateService
    from core.checkpoints.service import CheckpointService
    from core.dry_run.service import DryRunService
    from core.evaluation.answers import Answers
    from core.evaluation.calibration_service import CalibrationService
    from core.evaluation.card_service import CardService
    from core.evaluation.correction_service import CorrectionService
    from core.evaluation.dataset_service import DatasetService
    from core.evaluation.service import EvaluationService
    from core.explain.explainer import Explainer
    from core.export.service import ExportService
    from core.merge.service import MergeService


class InProcessServices:
    """`core.services.Services` by this process alone."""

    def __init__(self, installation: Settings | None = None) -> None:
        installation = installation or settings()
        self.tasks = TaskRunner.from_settings(installation)
        self.engine = Engine(installation)
        self.visitors = Visitors()

    @cached_property
    def explainer(self) -> Explainer:
        """What is inside one prediction."""
        from core.explain.explainer import Explainer

        return Explainer(self.engine, self.tasks)

    @cached_property
    def checkpoints(self) -> CheckpointService:
        """Weights on disk."""
        from core.checkpoints.service import CheckpointService

        return CheckpointService(self.engine, self.tasks)

    @cached_property
    def adapter_updates(self) -> AdapterUpdateService:
        """What adapters add to their base."""
        from core.checkpoints.adapter_update.service import AdapterUpdateService

        return AdapterUpdateService(self.engine, self.tasks)

    @cached_property
    def architectures(self) -> ArchitectureService:
        """How candidates are put together."""
        from core.architecture.service import ArchitectureService

        return ArchitectureService(self.engine)

    @cached_property
    def dry_runs(self) -> DryRunService:
        """Is a pair set up right?"""
        from core.dry_run.service import DryRunService

        return DryRunService(self.engine, self.tasks)

    @cached_property
    def evaluations(self) -> EvaluationService:
        """A candidate on many texts."""
        from core.evaluation.service import EvaluationService

        return EvaluationService(self.engine, self.tasks)

    @cached_property
    def datasets(self) -> DatasetService:
        """Whole datasets."""
        from core.evaluation.dataset_service import DatasetService

        return DatasetService(self._answers, self.tasks)

    @cached_property
    def calibrations(self) -> CalibrationService:
        """Whether probabilities hold."""
        from core.evaluation.calibration_service import CalibrationService

        return CalibrationService(self._answers, self.tasks)

    @cached_property
    def corrections(self) -> CorrectionService:
        """What is to become of rows."""
        from core.evaluation.correction_service import CorrectionService

        return CorrectionService(self._answers, self.tasks)

    @cached_property
    def cards(self) -> CardService:
        """Results in model cards."""
        from core.evaluation.card_service import CardService

        return CardService(self._answers)

    @cached_property
    def merges(self) -> MergeService:
        """A base and an adapter as one checkpoint."""
        from core.merge.service import MergeService

        return MergeService(self.engine, self.tasks)

    @cached_property
    def exports(self) -> ExportService:
        """Candidates as folders that other programs open."""
        from core.export.service import ExportService

        return ExportService(self.engine, self.tasks)

    @cached_property
    def _answers(self) -> Answers:
        """What the services about datasets share."""
        from core.evaluation.answers import Answers

        return Answers(self.engine)

    def close(self, grace: float = GRACE_SECONDS) -> bool:
        """End long work: True when all of it ended within `grace` seconds."""
        return self.tasks.close(grace)
