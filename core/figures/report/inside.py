"""Sections of a report that every text has: verdict, words, depth, pooling, classes."""

from __future__ import annotations

from core.figures.contributions import by_position
from core.figures.contributions import shares as bars_of
from core.figures.depth import lens as lens_figure
from core.figures.markup import label as name
from core.figures.markup import text
from core.figures.positions import bars
from core.figures.ranking import ranking
from core.figures.report.pieces import Piece, figure, heading, note, says, table
from core.figures.strip import legend, strip
from core.results import Prediction, Report, by_unit
from core.words import contributions, numbers, position_parts, untrained_head
from core.words import depth as depth_words
from core.words import pooling as pooling_words
from core.words import verdict as verdict_words


def verdict(result: Report) -> list[Piece]:
    """What was said of which text."""
    prediction = result.reading.prediction
    number = verdict_words.stated(prediction.top.probability, prediction.top.logit)
    if prediction.problem_type == "multi_label_classification":
        number = f"first: {number}"
    facts = [("Tokens", " ".join(verdict_words.tokens_read(prediction)))]
    if prediction.problem_type == "single_label_classification":
        facts += [
            ("Margin to the next class", f"{verdict_words.margin(prediction)} points"),
            ("Entropy", " ".join(verdict_words.entropy(prediction))),
        ]
    return [
        '<p class="hl-kicker">Headlight report · '
        f"{text(str(result.origin.model.selection))} · {result.origin.made}</p>",
        f'<h1 id="verdict"{_kind(prediction)}>{name(prediction.label)} <b>{text(number)}</b></h1>',
        *([says(verdict_words.cut_off(prediction))] if prediction.truncated else []),
        *_untrained_head(result),
        table(("", ""), facts),
    ]


def _kind(prediction: Prediction) -> str:
    return ' class="hl-untrained"' if prediction.untrained_head else ""


def _untrained_head(result: Report) -> list[Piece]:
    """The mark below a verdict that nobody trained, and what it means for the rest of the report."""
    if not result.reading.prediction.untrained_head:
        return []
    message = f"{untrained_head.because(result.origin.model)} {untrained_head.ALL_OF_IT}"
    return [f'<p class="hl-mark"><strong>{untrained_head.MARK}</strong> {text(message)}</p>']


def words(result: Report) -> list[Piece]:
    """What each word added to the class, the tested deletion, and the lead over the next class."""
    shares, units = result.contributions, result.reading.words
    told = contributions.deleted(result.deletions, shares=shares.exact)
    pieces: list[Piece] = [
        heading(contributions.title(shares, "word")),
        *([says(told)] if told else []),
        bars_of(units, shares, "word", most=8),
        strip(result.reading, units, by_unit(shares.values, units), "contribution"),
        legend("against", "for", signed=True),
        says(contributions.whole(shares)),
        *map(note, contributions.how(shares) if shares.exact else []),
        figure(lambda theme: by_position(units, shares, theme), "Contribution of each word by position"),
    ]
    lead = result.lead
    if lead is not None:
        pieces += [
            heading(f"Its lead over '{result.runner_up}': {lead.value:+.3f} in logits", 3),
            strip(result.reading, units, by_unit(lead.values, units), "lead"),
            bars_of(units, lead, "word", most=8),
            note(contributions.whole(lead)),
        ]
    return pieces


def depth(result: Report) -> list[Piece]:
    """The class lens."""
    pieces: list[Piece] = [heading("Where in depth it formed")]
    lens = result.lens
    if lens is None:
        return [*pieces, says(result.no_lens)]
    layers = len(lens.verdicts) - 1
    return [
        *pieces,
        says(depth_words.decided(lens)),
        figure(lambda theme: lens_figure(lens, theme), f"Probability of the leading classes over {layers} layers"),
        note(f"Pooler and head at every depth. {depth_words.checked(lens)}"),
    ]


def pooling(result: Report) -> list[Piece]:
    """What the pooler weighed."""
    pooled, units = result.pooling, result.reading.words
    values = by_unit(pooled.weights, units)
    return [
        heading(f"What the pooler weighed: {pooled.title}"),
        strip(result.reading, units, values, pooled.meaning),
        legend("0 %", numbers.percentage(float(values.max())), signed=False),
        says(pooling_words.weighed(pooled)),
        figure(lambda theme: bars(units, values, theme, pooled.meaning, percent=True), f"{pooled.meaning} by position"),
        *_parts(result),
    ]


def _parts(result: Report) -> list[Piece]:
    """What the state at each position adds to the logit of the class."""
    parts, units = result.position_parts, result.reading.words
    return [
        heading(f"What each position adds to the logit of '{result.label}'", 3),
        ranking(units, by_unit(parts.of(result.label), units), most=8),
        says(f"{position_parts.whole(parts, result.label)} How: {parts.method}."),
        note(position_parts.NO_CAUSES),
    ]


def poolers(result: Report) -> list[Piece]:
    """Every pooler on the same hidden states."""
    k = result.reading.prediction.labels.index(result.label)
    rows = [
        (
            p.pooling.title,
            pooling_words.training(p.trained),
            p.label,
            float(p.probabilities[k]),
            p.pooling.effective_tokens,
        )
        for p in result.poolers
    ]
    head = ("Pooler", "Pairing with the head", "Says", f"p of {result.label}", "Effective tokens")
    return [heading("All poolers on the same hidden states"), table(head, rows)]


def classes(result: Report) -> list[Piece]:
    """Every class."""
    prediction = result.reading.prediction
    rows = [(row.label, row.probability, row.logit) for row in prediction.ranked]
    listed = table(("Class", "Probability", "Logit"), rows)
    summary = f"All {len(rows)} classes" if prediction.problem_type != "regression" else "All outputs"
    return [heading(summary), f'<details id="classes" open><summary>{summary}</summary>{listed}</details>']
