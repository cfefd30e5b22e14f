"""The services of the server are built once, and are light until somebody asks."""

from __future__ import annotations

import subprocess
import sys

from core.settings import ROOT
from pages.ui import services
from tests.fakes.services import FakeServices
from tests.pages.conftest import fake

__all__ = ["fake"]


def test_there_is_one_of_each(fake: FakeServices) -> None:
    assert services.services() is services.services()
    assert services.engine() is services.services().engine


def test_building_them_brings_no_torch() -> None:
    code = (
        "import sys; from pages.ui import services; services.services(); print({'torch', 'numba'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
