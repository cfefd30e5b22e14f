"""Sections of a report that every text has: verdict, words, depth, pooling, classes."""

from __future__ import annotations

from core.figures.contributions import by_position
from core.figures.contributions import shares as bars_of
from core.figures.depth import lens as lens_figure
from core.figures.markup import label as name
from core.figures.markup import text
from core.figures.positions import bars
from core.figures.ranking import ranking
from core.figures.report.pieces import Cell, Class, Number, Piece, figure, heading, moment, note, says, table
from core.figures.strip import legend, strip
from core.results import Prediction, Report, by_unit
from core.results.sureness import Sureness
from core.words import contributions, numbers, outputs, position_parts, untrained_head
from core.words import depth as depth_words
from core.words import pooling as pooling_words
from core.words import verdict as verdict_words
from core.words.class_names import readable
from core.words.layers import COUNTED

#: Characters of the text that stand below the answer; all of it follows, tinted.
ASKED = 400


def verdict(result: Report) -> list[Piece]:
    """What was said of which text."""
    prediction = result.reading.prediction
    facts = [("Tokens", " ".join(verdict_words.tokens_read(prediction)))]
    if prediction.problem_type == "multi_label_classification":
        facts = [("Labels", verdict_words.chosen(prediction)), *facts]
    if prediction.problem_type == "single_label_classification":
        facts += [
            *([("How sure", verdict_words.how_sure(prediction))] if prediction.sureness else []),
            ("Margin to the next class", f"{verdict_words.margin(prediction)} points"),
            ("Entropy", " ".join(verdict_words.entropy(prediction))),
        ]
    return [
        '<p class="hl-kicker">Headlight report · '
        f"{text(str(result.origin.model.selection))} · {moment(result.origin.made)}</p>",
        f'<h1 id="verdict"{_kind(prediction)}>{_answer(prediction)}</h1>',
        f'<p class="hl-note" dir="auto">{text(prediction.text[:ASKED])}</p>',
        *([says(verdict_words.cut_off(prediction))] if prediction.truncated else []),
        *_untrained_head(result),
        table(("", ""), facts),
    ]


def _answer(prediction: Prediction) -> str:
    """The class or the labels with the number behind them, none behind two; of several outputs each with its value."""
    if prediction.problem_type == "regression" and len(prediction.labels) > 1:
        return text(verdict_words.answer(prediction))
    lead = "Closest class: " if prediction.sureness is Sureness.NOT_SURE else ""
    two = [row.label for row in prediction.ranked[:2]] if prediction.sureness is Sureness.BETWEEN_TWO else []
    classes = " or ".join(name(label, prediction.labels) for label in two or [prediction.label])
    number = "" if two else f" <b>{text(verdict_words.number(prediction))}</b>"
    return f"{lead}{classes}{number}"


def _kind(prediction: Prediction) -> str:
    if prediction.untrained_head:
        return ' class="hl-untrained"'
    return ' class="hl-unsure"' if prediction.sureness in (Sureness.NOT_SURE, Sureness.BETWEEN_TWO) else ""


def _untrained_head(result: Report) -> list[Piece]:
    """The mark below a verdict that nobody trained, and what it means for the rest of the report."""
    if not result.reading.prediction.untrained_head:
        return []
    message = f"{untrained_head.because(result.origin.model)} {untrained_head.ALL_OF_IT}"
    return [f'<p class="hl-mark"><strong>{untrained_head.MARK}</strong> {text(message)}</p>']


def words(result: Report) -> list[Piece]:
    """What each word added to the class, the tested deletion, and the lead over the next class."""
    shares, units = result.contributions, result.reading.words
    labels = result.reading.prediction.labels
    told = contributions.deleted(result.deletions, labels, shares=shares.exact)
    pieces: list[Piece] = [
        heading(contributions.title(shares, "word", labels)),
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
            heading(
                f"Its lead over '{readable(result.runner_up or '', labels)}': {numbers.signed(lead.value)} in logits", 3
            ),
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
    return [
        *pieces,
        says(depth_words.decided(lens, result.label)),
        figure(lambda theme: lens_figure(lens, theme), depth_words.drawn(lens)),
        note(f"Pooler and head at every depth. {depth_words.checked(lens)} {COUNTED}"),
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
    parts, units, prediction = result.position_parts, result.reading.words, result.reading.prediction
    measure, named = outputs.measure(prediction.problem_type), readable(result.label, prediction.labels)
    return [
        heading(f"What each position adds to the {measure} of '{named}'", 3),
        ranking(units, by_unit(parts.of(result.label), units), most=8),
        says(f"{position_parts.whole(parts, result.label, measure)} How: {parts.method}."),
        note(position_parts.NO_CAUSES),
    ]


def poolers(result: Report) -> list[Piece]:
    """Every pooler on the same hidden states."""
    prediction = result.reading.prediction
    labels, k = prediction.labels, prediction.labels.index(result.label)
    rows: list[tuple[Cell, ...]] = [
        (
            p.pooling.title,
            pooling_words.training(p.trained),
            *([] if prediction.problem_type == "regression" else [Class(p.label, labels)]),
            Number(verdict_words.stated(float(p.probabilities[k]), float(p.logits[k]))),
            p.pooling.effective_tokens,
        )
        for p in result.poolers
    ]
    says = () if prediction.problem_type == "regression" else ("Says",)
    head = ("Pooler", "Pairing with the head", *says, readable(result.label, labels), "Effective tokens")
    return [heading("All poolers on the same hidden states"), table(head, rows)]


def classes(result: Report) -> list[Piece]:
    """Every class."""
    prediction = result.reading.prediction
    name, measure = (form(prediction.problem_type) for form in (outputs.noun, outputs.measure))
    rows: list[tuple[Cell, ...]] = [
        (Class(row.label, prediction.labels), Number(numbers.percentage(row.probability)), row.logit)
        for row in prediction.ranked
    ]
    head = [name.capitalize(), "Probability", measure.capitalize()]
    if prediction.problem_type == "regression":
        del head[1]
        rows = [(row[0], row[2]) for row in rows]
    listed = table(head, rows)
    summary = outputs.all_of(prediction)
    return [heading(summary), f'<details id="classes" open><summary>{summary}</summary>{listed}</details>']
