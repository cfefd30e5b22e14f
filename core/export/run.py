"""One export: merged, written beside its place, opened again and compared, and only then given its name."""

from __future__ import annotations

import copy
import gc
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import torch
from transformers.utils import logging as hf_logging

from core.engine.loader import LoadedPair
from core.errors import CheckpointError
from core.export.comparison import BOUNDS, difference, require_equal
from core.export.graph import write_graph
from core.export.merged import Merged, changed, merged, require_exportable, written_dtype
from core.export.request import TEXTS, ExportRequest, memory_needed, require_libraries, require_room
from core.files.output_folder import appearing, require_empty
from core.merge.cost import FILE_BYTES
from core.model.open import quiet_transformers
from core.model.opening import why_not, write_folder_card
from core.model.save import save_classifier
from core.model.stock_classifier import stock_equal
from core.results import Export
from core.tasks.progress import Progress
from core.words import export as words


def export(
    pair: LoadedPair,
    request: ExportRequest,
    *,
    free: Callable[[], int],
    loading_alone: Callable[[], AbstractContextManager[None]],
    on_progress: Progress,
) -> Export:
    """Write the folder. The pair itself is only read.

    Raises:
        InputError: the output is there.
        ConfigError: a library that is not installed.
        CheckpointError: no stock class answers as the pair; a quantised base; an answer that differs.
        MemoryBudgetError: too little memory or disk, with both numbers.
    """
    require_empty(request.output)
    require_libraries(request.model_format)
    require_exportable(pair)
    dtype = written_dtype(pair, request.model_format)
    weights = sum(p.numel() for p in pair.predictor.model.parameters()) * dtype.itemsize
    converted = dtype != pair.predictor.model.dtype
    needed = memory_needed(request.model_format, weights, changed(pair) * dtype.itemsize, converted=converted)
    require_room(request, weights, needed, free())
    on_progress(0.1, "merging")
    made = merged(pair, request.model_format)
    parameters = sum(p.numel() for p in made.classifier.parameters())
    rows, logits = made.rows, made.logits
    with appearing(request.output) as folder:
        on_progress(0.3, f"writing {words.title(request.model_format)}")
        stock_class = _write(pair, made, request, folder)
        del made
        gc.collect()  # modules hold each other: without it the merged weights stay beside those that are read back
        on_progress(0.7, "comparing")
        with loading_alone():
            share = difference(rows, logits, request.model_format, folder)
        require_equal(share, BOUNDS[dtype])
        result = _result(pair, request, stock_class, parameters, share, folder)
        write_folder_card(
            folder,
            title=f"{request.base}{': ' * bool(request.adapter)}{request.adapter}",
            base=request.base,
            says=(words.made_of(result), words.compared(result)),
            model_format=request.model_format,
        )
    return result


def _write(pair: LoadedPair, made: Merged, request: ExportRequest, folder: Path) -> str:
    """Weights, config and tokenizer; returns the stock class that opens them, empty for a graph.

    Raises:
        CheckpointError: no stock class gives these logits.
    """
    name = ""
    if request.model_format == "transformers":
        if stock_equal(made.classifier) is None:
            raise CheckpointError(
                f"No class of transformers gives these logits: {why_not(made.classifier.config)}.",
                fix="export it as onnx or openvino, or train it with last-token pooling and the plain head.",
            )
        hf_logging.disable_progress_bar()
        with quiet_transformers():
            name = save_classifier(made.classifier, folder, max_shard_size=FILE_BYTES)
    else:
        write_graph(made.classifier, request.model_format, folder)
    _write_tokenizer(pair, folder)
    return name


def _write_tokenizer(pair: LoadedPair, folder: Path) -> None:
    """The pair's own, with the length that it reads; it pads on the right, which absolute positions need."""
    tokenizer: Any = copy.deepcopy(pair.predictor.encoder.tokenizer)
    tokenizer.model_max_length = pair.predictor.encoder.max_tokens
    tokenizer.padding_side = "right"
    number = getattr(pair.opened.model.config.get_text_config(), "pad_token_id", None)
    if tokenizer.pad_token is None and number is not None:
        tokenizer.pad_token = tokenizer.convert_ids_to_tokens(number)
    tokenizer.save_pretrained(folder)


def _result(
    pair: LoadedPair, request: ExportRequest, stock_class: str, parameters: int, share: float, folder: Path
) -> Export:
    dtype: torch.dtype = written_dtype(pair, request.model_format)
    return Export(
        folder=str(request.output),
        model_format=request.model_format,
        base=request.base,
        adapter=request.adapter,
        dtype=str(dtype).removeprefix("torch."),
        stock_class=stock_class,
        parameters=parameters,
        labels=pair.predictor.labels,
        bytes=sum(file.stat().st_size for file in folder.iterdir()),
        texts=len(TEXTS),
        difference=share,
        bound=BOUNDS[dtype],
    )
