"""The words with the largest contributions, deleted one at a time: what the model really says without each."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from core.engine.encoding import Encoded
from core.explain.probe import Probe
from core.results import ContributionOptions, Contributions, Deletions, Unit, by_unit
from core.results.contributions import Deletion
from core.results.text_units import telling_numbers

#: So many words: of three, another one is now and then the strongest.
TRIED = 8


def deletions(
    probe: Probe, text: Encoded, units: Sequence[Unit], result: Contributions, options: ContributionOptions
) -> Deletions:
    """One small batch: the text and, for each word, the text without its tokens. Special tokens stay."""
    values = by_unit(result.values, tuple(units))
    order = [int(i) for i in np.argsort(-values, kind="stable") if not units[int(i)].special and values[i] > 0]
    places = [place for place in order if len(units[place].tokens) < len(text.ids)][:TRIED]
    rows = [text.ids, *([n for i, n in enumerate(text.ids) if i not in units[p].tokens] for p in places)]
    logits = probe.logits(rows)
    regression = probe.problem_type == "regression"
    scores = (logits if regression else probe.probabilities(logits))[:, probe.labels.index(options.label)].tolist()
    numbers = telling_numbers(units)
    return Deletions(
        options=options,
        score=scores[0],
        verdict=probe.verdict(logits[0]),
        is_probability=not regression,
        deletions=tuple(
            Deletion(place, units[place], float(values[place]), score, probe.verdict(row), numbers[place])
            for place, score, row in zip(places, scores[1:], logits[1:], strict=True)
        ),
    )
