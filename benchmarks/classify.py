"""Batch classification on a CPU: our engine against transformers' own pipeline, same weights, one run.

    python -m benchmarks.classify [--texts 2000]

A random Llama classifier of 35 million parameters labels texts of 5 to 400 tokens. The peer is
`pipeline("text-classification")`: its batch sizes 1, 8 and 32 race over the first 200 texts, and the quickest of them
meets the engine on all. Both take turns, so that a drifting machine slows both alike; every label must agree. The
matmul peak is that of the model's linear layers alone, all of them, over as many tokens as the engine gives a pass,
with one thread on each core, by the quicker of the two libraries that torch carries (MKL, which its linear layers use,
and oneDNN); it is measured right before and after each turn of the engine.
"""

from __future__ import annotations

import argparse
import os
import random
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from torch.nn import functional
from transformers import LlamaConfig, LlamaForSequenceClassification, PreTrainedTokenizerFast, pipeline

from core.engine.backends.torch.matmul import has_one_dnn, one_dnn
from core.engine.engine import Engine
from core.engine.torch_threads import single_threaded
from core.results import Selection
from core.settings import Settings

WIDTH, INNER, LAYERS, VOCABULARY, CLASSES = 512, 1408, 10, 4000, 77
BATCH_SIZES = (1, 8, 32)
RACE = 200
TURNS = 2
WORDS = [f"word{i}" for i in range(VOCABULARY - 4)]


def tokenizer() -> PreTrainedTokenizerFast:
    """One token a word: a text's length is known."""
    from tokenizers import Tokenizer, models, pre_tokenizers

    vocabulary = {"<pad>": 0, "<unk>": 1, **{word: i + 2 for i, word in enumerate(WORDS)}}
    backend = Tokenizer(models.WordLevel(vocabulary, unk_token="<unk>"))
    backend.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    return PreTrainedTokenizerFast(tokenizer_object=backend, pad_token="<pad>", unk_token="<unk>", model_max_length=512)


def write_model(folder: Path) -> None:
    """A stock classifier, so that both sides read the same files."""
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=VOCABULARY,
        hidden_size=WIDTH,
        intermediate_size=INNER,
        num_hidden_layers=LAYERS,
        num_attention_heads=8,
        num_key_value_heads=8,
        pad_token_id=0,
        initializer_range=0.05,
        id2label={i: f"class{i}" for i in range(CLASSES)},
    )
    LlamaForSequenceClassification(config).save_pretrained(folder)
    tokenizer().save_pretrained(folder)


def make_texts(count: int) -> list[str]:
    """Lengths from 5 to 400 tokens, mostly short, in random order."""
    chance = random.Random(0)
    lengths = [min(400, max(5, round(chance.lognormvariate(3.7, 0.9)))) for _ in range(count)]
    return [" ".join(chance.choices(WORDS, k=length)) for length in lengths]


def linear_flops(tokens: int) -> float:
    """Multiplications and additions in the linear layers for so many real tokens."""
    return 2.0 * tokens * LAYERS * (4 * WIDTH * WIDTH + 3 * WIDTH * INNER)


def linear_weights() -> list[torch.Tensor]:
    """Matrices (out, in) of the shapes and the number of the model's linear layers."""
    shapes = [(WIDTH, WIDTH)] * 4 + [(INNER, WIDTH)] * 2 + [(WIDTH, INNER)]
    return [torch.randn(shape) for _ in range(LAYERS) for shape in shapes]


def matmul_peak(weights: list[torch.Tensor], tokens: int) -> float:
    """FLOP/s of these matrices alone, by the quicker library."""
    libraries = [functional.linear] + ([one_dnn] if has_one_dnn() else [])
    return max(speed(linear, weights, tokens) for linear in libraries)


def speed(linear: Callable[..., Any], weights: list[torch.Tensor], tokens: int, seconds: float = 1.0) -> float:
    """FLOP/s of these matrices alone, each core multiplying for itself."""

    def multiply(_: int) -> float:
        inputs = {width: torch.randn(tokens, width) for width in (WIDTH, INNER)}
        done, until = 0.0, time.perf_counter() + seconds
        with torch.inference_mode():
            while time.perf_counter() < until:
                for weight in weights:
                    linear(inputs[weight.shape[1]], weight)
                    done += 2.0 * tokens * weight.numel()
        return done

    cores = os.cpu_count() or 1
    with single_threaded(cores, "peak") as pool:
        start = time.perf_counter()
        done = sum(pool.map(multiply, range(cores)))
        taken = time.perf_counter() - start
    return done / taken


def main() -> None:
    """Print texts a second, the ratio, and the share of the matmul peak."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--texts", type=int, default=2000)
    texts = make_texts(parser.parse_args().texts)
    with tempfile.TemporaryDirectory() as folder:
        write_model(Path(folder))
        compare(Path(folder), texts)


def compare(folder: Path, texts: list[str]) -> None:
    """Both sides over the same texts, in turn."""
    engine = Engine(Settings(catalogue=folder / "none", user_catalogue=folder / "own", device="cpu"))
    selection: Selection = engine.resolve(str(folder))
    parameters = engine.load(selection).parameters
    weights, tokens_a_pass = linear_weights(), engine.settings.tokens_per_batch
    engine.classify(selection, texts[:64])
    peer = Peer(folder, texts)
    tokens, ours, theirs = sum(len(text.split()) for text in texts), 0.0, 0.0
    peaks = []
    print(f"{len(texts):,} texts, {tokens:,} tokens, {parameters:,} parameters, float32", flush=True)
    step = -(-len(texts) // TURNS)
    for start in range(0, len(texts), step):
        turn = texts[start : start + step]
        peaks.append(matmul_peak(weights, tokens_a_pass))
        predictions, spent = timed(engine.classify, selection, turn)
        peaks.append(matmul_peak(weights, tokens_a_pass))
        ours += spent
        theirs += peer.run(turn, [p.label for p in predictions])
    peak = sum(peaks) / len(peaks)
    print(f"{'engine':<28}{len(texts) / ours:>8.1f} texts/s")
    print(f"{f'pipeline, batch size {peer.best}':<28}{len(texts) / theirs:>8.1f} texts/s; all labels equal")
    print(f"ratio to the pipeline's best: {theirs / ours:.2f}x")
    print(f"share of the matmul peak ({peak / 1e9:.0f} GFLOP/s): {linear_flops(tokens) / ours / peak:.2f}")


class Peer:
    """transformers' pipeline at the batch size that wins a race over the first texts."""

    def __init__(self, folder: Path, texts: list[str]) -> None:
        self._pipeline: Any = pipeline("text-classification", model=str(folder), device="cpu")
        self._pipeline(texts[:8])
        seconds = {size: timed(self._pipeline, texts[:RACE], batch_size=size)[1] for size in BATCH_SIZES}
        for size, spent in seconds.items():
            print(f"{f'race: batch size {size}':<28}{len(texts[:RACE]) / spent:>8.1f} texts/s", flush=True)
        self.best = min(seconds, key=seconds.__getitem__)

    def run(self, texts: list[str], labels: list[str]) -> float:
        """Seconds; its labels must be these."""
        rows, spent = timed(self._pipeline, texts, batch_size=self.best)
        differing = sum(row["label"] != label for row, label in zip(rows, labels, strict=True))
        assert differing == 0, f"{differing} of {len(texts)} labels differ"
        return spent


def timed(work: Callable[..., Any], *given: Any, **options: Any) -> tuple[Any, float]:
    """What it returned, and the seconds it took."""
    began = time.perf_counter()
    returned = work(*given, **options)
    return returned, time.perf_counter() - began


if __name__ == "__main__":
    main()
