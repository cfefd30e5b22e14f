"""One process's services: one engine and one runner for all of them."""

from __future__ import annotations

from pathlib import Path

from core.in_process import InProcessServices
from core.services import Services
from core.settings import Settings


def test_all_share_one_engine_and_one_runner(tmp_path: Path) -> None:
    services = InProcessServices(Settings(catalogue=tmp_path, user_catalogue=tmp_path))
    offered: Services = services
    assert offered.close(grace=0)
    for service in (services.checkpoints, services.adapter_updates, services.dry_runs, services.evaluations):
        assert service._tasks is services.tasks
        assert service._engine is services.engine
    assert services.explainer._sessions._tasks is services.tasks
    assert services.explainer.engine is services.engine
    assert services.architectures._engine is services.engine
