"""What an explanation costs against one plain forward pass, and integrated gradients against the usual way.

    python -m benchmarks.explain [--repetitions 30]

On demo-llama with banking77 (mean pooling, 77 classes), for texts of 16 to 256 tokens, one text at a time:

(a) the contributions of the input tokens to one class and the parts of every position for all 77 classes, and (b) the
    class lens at every depth, each against the classifier's own forward pass;
(c) integrated gradients of one logit, 50 steps in batches, against one step at a time through Captum's
    LayerIntegratedGradients on the embedding layer, which is how transformers-interpret asks for them: same steps,
    same padding baseline, same values, the completeness error of both printed;
(d) how faithful contributions are on all six demo pairs, beside other methods (`benchmarks.faithfulness`).

The ways take turns, so that a drifting machine slows all alike; told are medians, of ratios within each turn.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from captum.attr import LayerIntegratedGradients
from torch import Tensor

from benchmarks import faithfulness
from core.engine.encoding import Encoded
from core.engine.engine import Engine
from core.engine.loader import LoadedPair
from core.explain.attributions.embedding_function import embed, own_weights, padding_id
from core.explain.attributions.methods import integrated_gradients
from core.explain.contributions.path_shares import path_shares
from core.explain.depth import trace
from core.explain.position_parts import position_parts
from core.explain.probe import Probe, make_probe
from core.results import Floats, Selection, TokenKind
from core.settings import Settings

PAIR = Selection("demo-llama", "banking77")
LENGTHS = (16, 64, 128, 256)
STEPS = 50
CONTRIBUTIONS, POSITION_PARTS, LENS, GRADIENTS = 3.0, 1.3, 1.5, 2.0
WORDS = "I ordered a new card two weeks ago, it still has not arrived, and nobody can tell me where it is now. "


def make_texts(probe: Probe) -> list[Encoded]:
    """Texts of exactly these lengths; the adapter's own limit is set aside, its base reads 256."""
    whole = probe.encode(WORDS).ids
    ids = whole + whole[1:] * (max(LENGTHS) // (len(whole) - 1) + 1)
    offsets = [(0, 0)] + [(i, i + 1) for i in range(max(LENGTHS))]
    own: list[TokenKind] = ["text"] * max(LENGTHS)
    kinds: tuple[TokenKind, ...] = ("special", *own)
    return [Encoded("", ids[:length], offsets[:length], length, kinds[:length]) for length in LENGTHS]


def plain(probe: Probe, text: Encoded) -> Tensor:
    """The classifier's own answer."""
    with torch.inference_mode():
        logits: Tensor = probe.model(input_ids=torch.tensor([text.ids], device=probe.device)).logits
    return logits


def ours(pair: LoadedPair, text: Encoded, target: int) -> tuple[Floats, float]:
    """Values of the tokens, and the completeness error; making the probe and merging its adapter counts."""
    probe = make_probe(pair)
    own_weights(probe)
    of = embed(probe, text, target, "padding")
    values = integrated_gradients(of, STEPS)
    with torch.no_grad():
        owed = float(of(of.point)) - float(of(of.baseline))
    return values, abs(float(values.sum()) - owed)


def theirs(probe: Probe, text: Encoded, target: int) -> tuple[Floats, float]:
    """The same from Captum's layer method, one step a pass."""
    ids = torch.tensor([text.ids], device=probe.device)
    special = torch.tensor([text.fixed], device=probe.device)
    empty = torch.where(special, ids, padding_id(probe) or 0)
    method = LayerIntegratedGradients(
        lambda rows: probe.model(input_ids=rows).logits, probe.backbone.get_input_embeddings()
    )
    found, error = method.attribute(
        ids, empty, target=target, n_steps=STEPS, internal_batch_size=1, return_convergence_delta=True
    )
    return found[0].sum(dim=-1).detach().double().numpy(), abs(float(error))


def taken(work: Callable[..., Any], *given: Any) -> tuple[float, Any]:
    """Seconds, and what came out."""
    start = time.perf_counter()
    result = work(*given)
    return time.perf_counter() - start, result


def forward_ratios(probe: Probe, text: Encoded, repetitions: int) -> tuple[float, ...]:
    """Median milliseconds of a plain pass; ratios of contributions, position parts and lens to it."""
    weights = np.eye(len(probe.labels))[0]
    turns = []
    for _ in range(repetitions + 3):
        base, _ = taken(plain, probe, text)
        shares, _ = taken(path_shares, probe, text, weights)
        split, _ = taken(lambda: position_parts(probe, probe.states(text)))
        depth, _ = taken(trace, probe, text)
        turns.append((1000 * base, shares / base, split / base, depth / base))
    return tuple(statistics.median(column) for column in zip(*turns[3:], strict=True))


def gradient_ratio(
    pair: LoadedPair, probe: Probe, text: Encoded, repetitions: int
) -> tuple[float, float, float, float]:
    """Median milliseconds of ours, the ratio of theirs to it, and both completeness errors; the values must agree."""
    target = int(plain(probe, text)[0].argmax())
    turns = []
    for _ in range(repetitions + 1):
        one, (values, error) = taken(ours, pair, text, target)
        other, (expected, their_error) = taken(theirs, probe, text, target)
        largest = float(abs(expected).max())
        assert float(abs(values - expected).max()) <= 1e-2 * largest, "the two ways give different values"
        turns.append((1000 * one, other / one, error, their_error))
    mine, ratio, error, their_error = (statistics.median(column) for column in zip(*turns[1:], strict=True))
    return mine, ratio, error, their_error


def main() -> None:
    """Print a table a question, each with its target."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repetitions", type=int, default=30)
    repetitions = parser.parse_args().repetitions
    engine = Engine(Settings(device="cpu"))
    pair = engine.pair(PAIR)
    probe = make_probe(pair)
    texts = make_texts(probe)
    print(f"{PAIR}, {len(probe.labels)} classes, float32; medians of {repetitions} turns")
    print(f"{'tokens':>6}  {'forward':>10}  {'contributions':>13}  {'position parts':>14}  {'class lens':>10}")
    for text in texts:
        base, shares, split, depth = forward_ratios(probe, text, repetitions)
        print(f"{len(text.ids):>6}  {base:>7.2f} ms  {shares:>12.2f}x  {split:>13.2f}x  {depth:>9.2f}x")
    print(f"{'target':>6}  {'':>10}  {f'<= {CONTRIBUTIONS}x':>13}  {f'<= {POSITION_PARTS}x':>14}  {f'<= {LENS}x':>10}")
    print(f"integrated gradients, {STEPS} steps; completeness error: ours, theirs")
    for text in texts:
        mine, ratio, error, their_error = gradient_ratio(pair, probe, text, max(3, repetitions // 6))
        print(f"{len(text.ids):>6}  {mine:>7.1f} ms  {ratio:>5.2f}x as fast  {error:.2e}  {their_error:.2e}")
    print(f"target  >= {GRADIENTS}x")
    faithfulness.main(engine)


if __name__ == "__main__":
    main()
