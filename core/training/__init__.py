"""Training: fit a head and an adapter (or the whole model) on labelled texts, and write standard folders.

`core.training.config` says what to train and needs no torch; `core.training.fitting.fit` does it;
`python -m core.training.demos` builds the demo candidates with it.
"""

from core.training.config import DataConfig, OptimisationConfig, TrainingConfig

__all__ = ["DataConfig", "OptimisationConfig", "TrainingConfig"]
