"""A load while it runs, in a sentence."""

from __future__ import annotations

from core.results import LoadStage, LoadState

STAGES = {
    LoadStage.QUEUED: "getting ready",
    LoadStage.FILES: "getting ready to read its files",
    LoadStage.DOWNLOAD: "downloading its files",
    LoadStage.MEMORY: "checking that it fits in memory",
    LoadStage.WEIGHTS: "reading its weights",
    LoadStage.ADAPTER: "attaching its adapter",
    LoadStage.HEALTH: "checking that its parts fit together",
    LoadStage.READY: "ready",
}


def loading(state: LoadState, name: str) -> str:
    """What is loaded, how much of the load is done, and what it is about now."""
    done = round(100 * min(max(state.fraction, 0.0), 1.0))
    share = f", {done} %" if done else ""
    return f"Loading {name}{share}: {STAGES[state.stage]}"
