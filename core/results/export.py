"""A classifier written for others to open."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

#: As which files a classifier is written: transformers' own class, or a graph for a runtime.
ModelFormat = Literal["transformers", "onnx", "openvino"]


@dataclass(frozen=True)
class Export:
    """What was written, and how far its answers are from ours.

    Attributes:
        folder: where it lies.
        base, adapter: for people, no path; `adapter` is empty where there was none.
        dtype: of the weights.
        stock_class: transformers' class that opens it; empty for a graph.
        bytes: of all files.
        texts: how many texts both were asked.
        difference: the largest between their logits and ours, as a share of our largest logit.
        bound: the most that it may be.
    """

    folder: str
    model_format: ModelFormat
    base: str
    adapter: str
    dtype: str
    stock_class: str
    parameters: int
    labels: tuple[str, ...]
    bytes: int
    texts: int
    difference: float
    bound: float
