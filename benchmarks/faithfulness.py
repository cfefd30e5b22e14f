"""How faithful the contributions are on the demo pairs, beside other methods: comprehensiveness and sufficiency.

Part of `python -m benchmarks.explain`. Per text each method orders the words, and the probability of the verdict is
measured without the first words and with these alone, as `core.explain.attributions.faithfulness` defines it; told are
means over texts in points of probability, with bootstrap intervals of 95 %. The adapter is merged, in float32.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from core.engine.encoding import Encoded
from core.engine.engine import Engine
from core.explain.attributions.embedding_function import embed, own_weights
from core.explain.attributions.faithfulness import by_value, measure, random_orders
from core.explain.attributions.methods import gradient_x_input, integrated_gradients, occlusion
from core.explain.contributions.run import contributions, own_logits
from core.explain.position_parts import position_parts
from core.explain.probe import Probe, make_probe
from core.explain.text_units import read
from core.results import Baseline, ContributionOptions, Faithfulness, Floats, Selection, Target, Unit, by_unit

Measure = Literal["comprehensiveness", "sufficiency"]
BASES, ADAPTERS = ("demo-llama", "demo-mistral", "demo-gemma2"), ("banking77", "clinc150-domains")
PAIRS = tuple(Selection(base, adapter) for base in BASES for adapter in ADAPTERS)
TEXTS: Mapping[str, tuple[str, ...]] = {
    "banking77": (
        "I ordered a new card nine days ago and it still has not arrived in the post",
        "Which rate will you use if I swap my pounds for Swiss francs tonight?",
        "The cash machine at the station swallowed my card ten minutes ago",
        "Would you let a fifteen year old run an account of their own?",
        "My phone was stolen on the bus, please block everything",
        "Please close my account, I am moving to another bank",
        "Why was I charged a fee when I took out cash abroad?",
        "How do I change the PIN of my card?",
        "The top up with my other card failed twice this morning",
        "I would like a second card for my daughter",
    ),
    "clinc150-domains": (
        "Find me a gluten free lasagne recipe that feeds six people",
        "Put oat milk and light bulbs on my shopping list",
        "How long will the drive to the airport take if I leave at five?",
        "How many holiday days can I still take before the end of March?",
        "Is there a cap on what I may spend with my gold card each month?",
        "Book me a hotel in Lisbon for the second week of May",
        "What does my calendar say for tomorrow afternoon?",
        "Tell me a joke about cats",
        "When does my car need its next oil change?",
        "Wake me up at six and turn on the lights",
    ),
}


@dataclass(frozen=True)
class Asked:
    """One text of a pair, and the class that was said."""

    probe: Probe
    text: Encoded
    units: tuple[Unit, ...]
    label: str
    rival: str

    @property
    def place(self) -> int:
        """Of the class among the labels."""
        return self.probe.labels.index(self.label)

    def shares(self, target: Target) -> Floats:
        """(U,) contributions of the words."""
        states, mask = self.probe.states(self.text), self.probe.read_mask(self.text)
        options = ContributionOptions(self.label, target, self.rival if target == "lead" else "")
        logits = own_logits(self.probe, states, mask)
        result = contributions(self.probe, self.text, self.units, options, logits)
        assert result.exact, result.why_not
        return by_unit(result.values, self.units)

    def parts(self) -> Floats:
        """(U,) parts at the pooler."""
        states, mask = self.probe.states(self.text), self.probe.read_mask(self.text)
        return by_unit(position_parts(self.probe, states, mask).of(self.label), self.units)

    def gradients(self, steps: int, baseline: Baseline) -> Floats:
        """(U,) integrated gradients; of no step gradient x input."""
        function = embed(self.probe, self.text, self.place, baseline)
        values = integrated_gradients(function, steps) if steps else gradient_x_input(function)
        return by_unit(values, self.units)

    def occluded(self, baseline: Baseline) -> Floats:
        """(U,) falls of the logit."""
        return occlusion(embed(self.probe, self.text, self.place, baseline), self.units)

    def deleted(self) -> Floats:
        """(U,) falls of the probability when one word is deleted."""
        rows = [self.text.ids, *([n for i, n in enumerate(self.text.ids) if i not in u.tokens] for u in self.units)]
        scores = self.probe.probabilities(self.probe.logits(rows))[:, self.place].double().numpy()
        return np.asarray(scores[0] - scores[1:])


Method = Callable[[Asked], Floats]
HEADLINE = "contributions, log-odds"
QUICK: Mapping[str, Method] = {
    HEADLINE: lambda asked: asked.shares("log-odds"),
    "position parts": Asked.parts,
    "gradient x input": lambda asked: asked.gradients(0, "zero"),
}
ALL: Mapping[str, Method] = {
    **QUICK,
    "contributions, logit": lambda asked: asked.shares("logit"),
    "contributions, lead": lambda asked: asked.shares("lead"),
    "integrated gradients, padding": lambda asked: asked.gradients(50, "padding"),
    "integrated gradients, zero": lambda asked: asked.gradients(50, "zero"),
    "occlusion, padding": lambda asked: asked.occluded("padding"),
    "occlusion, zero": lambda asked: asked.occluded("zero"),
    "deletion one by one": Asked.deleted,
}
RANDOM = "random order"


def measured(engine: Engine, selection: Selection, methods: Mapping[str, Method]) -> dict[str, list[Faithfulness]]:
    """By method one result a text; of random order ten a text."""
    probe = make_probe(engine.pair(selection))
    own_weights(probe)
    result: dict[str, list[Faithfulness]] = {name: [] for name in (*methods, RANDOM)}
    for prediction in engine.classify(selection, TEXTS[selection.adapter or ""]):
        units = read(prediction).words
        label, rival = (row.label for row in prediction.ranked[:2])
        asked = Asked(probe, probe.encode(prediction.text), units, label, rival)
        orders = [(name, by_value(units, method(asked))) for name, method in methods.items()]
        orders += [(RANDOM, order) for order in random_orders(units)]
        for one in measure(probe, asked.text, units, orders, asked.place):
            result[one.name].append(one)
    return result


def points(results: Sequence[Faithfulness], which: Measure, texts: int) -> Floats:
    """(N,) one number a text, in points: the mean of its orders."""
    values = np.array([100 * getattr(one, which) for one in results])
    return np.asarray(values.reshape(texts, -1).mean(axis=1))


def interval(values: Floats, draws: int = 2000) -> tuple[float, float, float]:
    """Mean, and the bootstrap interval of 95 % around it."""
    chance = np.random.default_rng(0)
    means = values[chance.integers(0, len(values), (draws, len(values)))].mean(axis=1)
    low, high = np.quantile(means, (0.025, 0.975))
    return float(values.mean()), float(low), float(high)


def main(engine: Engine) -> None:
    """Print the table: a line a method, its means by pair and over all texts."""
    tables = {pair: measured(engine, pair, ALL) for pair in PAIRS}
    count = {pair: len(TEXTS[pair.adapter or ""]) for pair in PAIRS}
    print("faithfulness: comprehensiveness (large is good) / sufficiency (small is good), points of probability")
    print(f"{'':<30}", *(f"{pair!s:>28}" for pair in PAIRS), f"{'all texts, interval of 95 %':>42}")
    for name in (*ALL, RANDOM):
        cells, whole = [], []
        for which in ("comprehensiveness", "sufficiency"):
            by_pair = [points(tables[pair][name], which, count[pair]) for pair in PAIRS]
            cells.append([values.mean() for values in by_pair])
            mean, low, high = interval(np.concatenate(by_pair))
            whole.append(f"{mean:.1f} [{low:.1f}, {high:.1f}]")
        means = (f"{a:>19.1f} / {b:>6.1f}" for a, b in zip(*cells, strict=True))
        print(f"{name:<30}", *means, f"{' / '.join(whole):>42}")
