"""The app as ASGI, its layers in order; and the names under which the server is started."""

from __future__ import annotations

import subprocess
import sys

import pytest

from core.settings import ROOT


@pytest.mark.parametrize("module", ["server", "pages.ui.serve"])
def test_both_names_start_the_same_server(module: str) -> None:
    done = subprocess.run([sys.executable, "-m", module, "--help"], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "python -m server" in done.stdout


def test_the_application_brings_in_neither_torch_nor_pandas() -> None:
    code = (
        "import sys; from server.application import application; app = application();"
        "print([layer.cls.__name__ for layer in app._user_middleware]);"
        "print([name for name in ('torch', 'pandas') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == [
        "['HeadStart', 'OneName', 'FirstPage', 'ContentPolicy', 'ConnectAtOnce', 'CompleteLinks', 'OneEntryAPage',"
        " 'PageStyle', 'PageScripts', 'Skeleton', 'CompressedAssets']",
        "[]",
    ]
