"""An export in words."""

from __future__ import annotations

from typing import assert_never

from core.results import Export, ModelFormat
from core.words.numbers import significant
from core.words.sizes import size

#: Of a pair whose pooler or head no class of transformers has.
NO_STOCK_CLASS = (
    "No class of transformers has the pooler and head of this pair, so that format is refused. A graph holds them."
)
ABOUT = (
    "The classifier, an adapter merged where there is one, as one folder that other programs open: transformers' own "
    "class, or a graph for ONNX Runtime or OpenVINO. What was written is opened again, and its logits compared with "
    "ours."
)


def title(model_format: ModelFormat) -> str:
    """The format's name."""
    match model_format:
        case "transformers":
            return "transformers"
        case "onnx":
            return "ONNX"
        case "openvino":
            return "OpenVINO"
        case _:
            assert_never(model_format)


def written(result: Export) -> str:
    """What lies where."""
    opened = f", opened by `{result.stock_class}`" if result.stock_class else ""
    return f"Written to {result.folder} as {title(result.model_format)}{opened}: {size(result.bytes)}."


def compared(result: Export) -> str:
    """How far its answers are from ours."""
    return (
        f"Opened again and compared with Headlight on {result.texts} texts of several lengths: the largest difference "
        f"of a logit is {significant(result.difference)} of the largest logit ({significant(result.bound)} is allowed "
        f"in {result.dtype})."
    )


def made_of(result: Export) -> str:
    """What was merged, for its card."""
    what = f"`{result.base}` with the adapter `{result.adapter}` merged" if result.adapter else f"`{result.base}`"
    shown = ", ".join(f"`{label}`" for label in result.labels[:200])
    more = f" and {len(result.labels) - 200:,} more" if len(result.labels) > 200 else ""
    return (
        f"{what}, written as {title(result.model_format)} in {result.dtype}: {result.parameters:,} parameters, "
        f"{len(result.labels):,} outputs: {shown}{more}."
    )
