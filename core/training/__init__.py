"""Training: fit a head and an adapter (or the whole model) on labelled texts, and write standard folders.

`core.training.config` says what to train and needs no torch; `core.training.fit.fit` does it;
`python -m tools.demos` builds the demo candidates with it.
"""

from core.training.config import DataConfig, OptimisationConfig, TrainingConfig

__all__ = ["DataConfig", "OptimisationConfig", "TrainingConfig"]
