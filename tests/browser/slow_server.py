"""The server with a model that counts as large, and whose layers wait till a file lets them go on.

`python -m tests.browser.slow_server --port P`, with the file's path in HEADLIGHT_TEST_GATE.
"""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

from torch import nn

from core.engine import loader
from core.model.layers import look_between_layers
from pages.ui import waiting
from server.__main__ import main

GATE = Path(os.environ["HEADLIGHT_TEST_GATE"])


def wait_between_layers(backbone: nn.Module, look: Any) -> None:
    """As a model of many gigabytes: a pass takes its time, and can be stopped between two layers."""

    def wait() -> None:
        look()
        while not GATE.exists():
            time.sleep(0.01)
            look()

    look_between_layers(backbone, wait)


vars(loader)["look_between_layers"] = wait_between_layers
waiting.SMALL = 0

if __name__ == "__main__":
    main()
