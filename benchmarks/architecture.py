"""Every candidate of the catalogue put together without its weights: seconds and the peak of resident memory.

Each runs in a process of its own, as a classifier with the default LoRA adapter, with its language-model head, and
through torchinfo. `python -m benchmarks.architecture`
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time

from core.architecture.service import ArchitectureService
from core.engine.engine import Engine
from core.results import Selection, View

#: What each candidate may take.
SECONDS, MEGABYTES = 2.0, 600


def measured(candidate: str) -> dict[str, float]:
    """Seconds for each view after the imports, and the process's peak in MB."""
    import peft  # noqa: F401 - what any first look brings is not the candidate's own time
    import torchinfo  # noqa: F401

    import core.architecture.outlines  # noqa: F401

    selection, architectures = Selection(candidate), ArchitectureService(Engine())
    told: dict[str, float] = {}
    views: tuple[View, ...] = ("classifier", "causal_lm", "backbone")
    for view in views if candidate != "vanilla" else ("classifier", "backbone"):
        start = time.perf_counter()
        found = architectures.architecture(selection, view)
        told[view] = time.perf_counter() - start
        told[f"{view} parameters"] = found.parameters
    start = time.perf_counter()
    architectures.layer_summary(selection)
    told["torchinfo"] = time.perf_counter() - start
    return {**told, "MB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000}


def main() -> None:
    """One row a candidate that states its architecture numbers."""
    for summary in Engine().candidates():
        if summary.role not in ("candidate", "teacher"):
            continue
        command = [sys.executable, "-m", "benchmarks.architecture", summary.id]
        done = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
        slowest = max(done[view] for view in ("classifier", "causal_lm", "backbone", "torchinfo") if view in done)
        good = slowest < SECONDS and done["MB"] < MEGABYTES
        numbers = "  ".join(f"{key} {value:,.2f}" for key, value in done.items() if "parameters" not in key)
        print(f"{summary.id:32} {done['classifier parameters']:>16,.0f}  {numbers}  {'ok' if good else 'TOO MUCH'}")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(json.dumps(measured(sys.argv[1])))
    else:
        main()
