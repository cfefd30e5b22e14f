"""A classifier as a graph: ONNX by torch's exporter, OpenVINO by its own converter from that."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from core.errors import CheckpointError
from core.model.backbone import takes_positions
from core.model.classifier import PooledClassifier
from core.model.families import first_position, most_tokens
from core.model.stock.config import to_stock
from core.model.stock_classifier import stock_equal
from core.results import ModelFormat
from core.words.export import title

INPUTS = ("input_ids", "attention_mask")
ONNX_FILE, OPENVINO_FILE = "model.onnx", "openvino_model.xml"
#: Takes both inputs (B, T) and gives logits (B, K).
Runtime = Callable[[Mapping[str, NDArray[np.int64]]], NDArray[np.float32]]
#: Above so many bytes of weights they stand in a file beside the ONNX graph, which protobuf limits to 2 GB.
_INSIDE = 10**9


class Logits(nn.Module):
    """A classifier from ids and mask to logits; positions are counted from the mask, without looking at it."""

    def __init__(self, classifier: PooledClassifier) -> None:
        super().__init__()
        self.classifier = classifier
        self.first = first_position(classifier.backbone)
        self.counts = takes_positions(type(classifier.backbone))

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        """input_ids (B, T), attention_mask (B, T) -> logits (B, K)."""
        given: dict[str, Tensor] = {}
        if self.counts:
            given["position_ids"] = (attention_mask.cumsum(dim=1) - 1).clamp(min=0) + self.first
        return cast(Tensor, self.classifier(input_ids=input_ids, attention_mask=attention_mask, **given).logits)


def write_graph(classifier: PooledClassifier, model_format: ModelFormat, folder: Path) -> None:
    """Write the graph, its weights and config.json, which has transformers' own fields alone.

    Raises:
        CheckpointError: an architecture that the exporter cannot follow.
    """
    classifier.set_attn_implementation("eager")  # its masks are finite: a row of padding alone gives no NaN
    try:
        with _quiet():
            program = _program(classifier)
            if model_format == "onnx":
                _write_onnx(program, folder)
            else:
                _write_openvino(program, folder)
    except Exception as error:  # torch and both exporters raise many kinds, all about a graph that they cannot follow
        seen = next((line.strip() for line in str(error).splitlines() if line.strip()), type(error).__name__)
        raise CheckpointError(
            f"A '{to_stock(classifier.config).model_type}' classifier cannot be written as {title(model_format)}: "
            f"{seen[:300]}",
            fix="export it as transformers, or ask the exporter's project about this architecture.",
        ) from error
    config, layout = to_stock(classifier.config), stock_equal(classifier)
    config.architectures = None if layout is None else [layout.model.__name__]
    config.save_pretrained(folder)


def runtime(model_format: ModelFormat, folder: Path) -> Runtime:
    """The written graph in its own runtime, in float32."""
    if model_format == "onnx":
        onnxruntime = import_module("onnxruntime")
        session = onnxruntime.InferenceSession(str(folder / ONNX_FILE), providers=["CPUExecutionProvider"])
        return lambda inputs: cast(NDArray[np.float32], session.run(["logits"], dict(inputs))[0])
    openvino = import_module("openvino")
    compiled = openvino.compile_model(str(folder / OPENVINO_FILE), "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    return lambda inputs: cast(NDArray[np.float32], compiled(dict(inputs))["logits"])


def _program(classifier: PooledClassifier) -> torch.export.ExportedProgram:
    """Any number of texts of any length that the model reads."""
    count = min(getattr(classifier.config.get_text_config(), "vocab_size", None) or 100, 1000)
    ids = torch.arange(3 * 24).reshape(3, 24) % count
    mask = torch.ones_like(ids)
    mask[0, 10:] = 0
    longest = most_tokens(classifier.backbone)
    axes = {0: torch.export.Dim("texts"), 1: torch.export.Dim("tokens", max=longest)}
    model = Logits(classifier).eval()
    with torch.no_grad():
        return torch.export.export(model, (ids, mask), dynamic_shapes=(axes, axes), strict=False)


def _write_onnx(program: torch.export.ExportedProgram, folder: Path) -> None:
    result: Any = torch.onnx.export(
        program, dynamo=True, input_names=list(INPUTS), output_names=["logits"], verbose=False
    )
    size = sum(t.numel() * t.element_size() for t in program.state_dict.values())
    result.save(str(folder / ONNX_FILE), external_data=size > _INSIDE)


def _write_openvino(program: torch.export.ExportedProgram, folder: Path) -> None:
    """By way of ONNX: of a torch program OpenVINO's converter loses the sizes of some reshapes (BERT's head)."""
    openvino = import_module("openvino")
    with TemporaryDirectory(dir=folder.parent, prefix=f"{folder.name}.") as beside:
        _write_onnx(program, Path(beside))
        model = openvino.convert_model(str(Path(beside) / ONNX_FILE))
        openvino.save_model(model, str(folder / OPENVINO_FILE), compress_to_fp16=False)


@contextmanager
def _quiet() -> Iterator[None]:
    """What exporters tell their own developers is not for whoever exports."""
    logger = logging.getLogger("torch.onnx")
    before = logger.level
    logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.setLevel(before)
