"""Batch classification on a CPU: our engine against transformers' own pipeline, same weights, one run.

    python -m benchmarks.classify [--texts 2000]

A random Llama classifier of 35 million parameters labels texts of 5 to 400 tokens. The peer is
`pipeline("text-classification")` at batch sizes 1, 8 and 32; the ratio is to the best of them. Chunks of the texts
go to each in turn, so that a drifting machine slows all alike. The matmul peak is that of the model's own layer
shapes, with one thread on each core, measured between the turns.
"""

from __future__ import annotations

import argparse
import os
import random
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import torch
from transformers import LlamaConfig, LlamaForSequenceClassification, PreTrainedTokenizerFast, pipeline

from core.inference.engine import Engine
from core.results import Selection
from core.settings import Settings

WIDTH, INNER, LAYERS, VOCABULARY, CLASSES = 512, 1408, 10, 4000, 77
TOKENS_A_PASS = 768
BATCH_SIZES = (1, 8, 32)
CHUNKS = 5
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
        vocab_size=VOCABULARY, hidden_size=WIDTH, intermediate_size=INNER, num_hidden_layers=LAYERS,
        num_attention_heads=8, num_key_value_heads=8, pad_token_id=0, initializer_range=0.05,
        id2label={i: f"class{i}" for i in range(CLASSES)},
    )  # fmt: skip
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


def matmul_peak(seconds: float = 1.0) -> float:
    """FLOP/s of the layers' shapes alone, each core multiplying for itself."""
    shapes = [(WIDTH, WIDTH)] * 4 + [(WIDTH, INNER)] * 2 + [(INNER, WIDTH)]
    work = [(torch.randn(TOKENS_A_PASS, a), torch.randn(b, a)) for a, b in shapes]

    def multiply(_: int) -> float:
        torch.set_num_threads(1)
        done, until = 0.0, time.perf_counter() + seconds
        with torch.inference_mode():
            while time.perf_counter() < until:
                for x, weight in work:
                    torch.nn.functional.linear(x, weight)
                    done += 2.0 * x.shape[0] * weight.numel()
        return done

    before, cores = torch.get_num_threads(), os.cpu_count() or 1
    with ThreadPoolExecutor(cores) as pool:
        start = time.perf_counter()
        done = sum(pool.map(multiply, range(cores)))
        taken = time.perf_counter() - start
    torch.set_num_threads(before)
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
    """Both sides over the same chunks, in turn."""
    engine = Engine(Settings(catalogue=folder / "none", user_catalogue=folder / "own", device="cpu"))
    selection: Selection = engine.resolve(str(folder))
    info = engine.load(selection)
    peer: Any = pipeline("text-classification", model=str(folder), device="cpu")
    engine.classify(selection, texts[:64])
    peer(texts[:8])
    ours: list[str] = []
    theirs: dict[int, list[str]] = {size: [] for size in BATCH_SIZES}
    seconds = dict.fromkeys(("ours", *BATCH_SIZES), 0.0)
    peaks = []
    step = -(-len(texts) // CHUNKS)
    for start in range(0, len(texts), step):
        chunk = texts[start : start + step]
        began = time.perf_counter()
        ours += [p.label for p in engine.classify(selection, chunk)]
        seconds["ours"] += time.perf_counter() - began
        peaks.append(matmul_peak())
        for size in BATCH_SIZES:
            began = time.perf_counter()
            theirs[size] += [row["label"] for row in peer(chunk, batch_size=size)]
            seconds[size] += time.perf_counter() - began
    report(info.parameters, texts, ours, theirs, seconds, peaks)


def report(
    parameters: int,
    texts: list[str],
    ours: list[str],
    theirs: dict[int, list[str]],
    seconds: dict[Any, float],
    peaks: list[float],
) -> None:
    """Everything from one run; labels must agree."""
    for size, labels in theirs.items():
        differing = sum(a != b for a, b in zip(ours, labels, strict=True))
        assert differing == 0, f"{differing} labels differ from the pipeline's at batch size {size}"
    tokens = sum(len(text.split()) for text in texts)
    print(f"{len(texts):,} texts, {tokens:,} tokens, {parameters:,} parameters, float32; all labels equal")
    print(f"{'engine':<28}{len(texts) / seconds['ours']:>8.1f} texts/s")
    for size in BATCH_SIZES:
        print(f"{f'pipeline, batch size {size}':<28}{len(texts) / seconds[size]:>8.1f} texts/s")
    best = min(seconds[size] for size in BATCH_SIZES)
    peak = sorted(peaks)[len(peaks) // 2]
    print(f"ratio to the pipeline's best: {best / seconds['ours']:.2f}x")
    print(f"share of the matmul peak ({peak / 1e9:.0f} GFLOP/s): {linear_flops(tokens) / seconds['ours'] / peak:.2f}")


if __name__ == "__main__":
    main()
