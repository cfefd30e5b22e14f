"""Sections of a report about the adapter, and those that are there when they were computed: they take longer."""

from __future__ import annotations

from core.figures.adapter_effect import curve, heat, versus
from core.figures.attention import matrix
from core.figures.attributions import agreement
from core.figures.report.pieces import Cell, Class, Number, Piece, figure, heading, note, says, table
from core.figures.two_texts import after, before, changes, struck
from core.results import Report, TwoTexts, between_units
from core.words import adapter_effect, attention_mask
from core.words import attributions as attribution_words
from core.words import two_texts as two_texts_words
from core.words.class_names import readable
from core.words.numbers import points, signed
from core.words.outputs import noun
from core.words.verdict import answer, cut_off

#: Words above which the rollout is left out: it is a figure of words times words.
MOST_WORDS = 120


def adapter(result: Report) -> list[Piece]:
    """What the adapter's update changes; and the classes over its scale."""
    pieces: list[Piece] = []
    if result.adapter is not None:
        off, on = result.adapter
        pieces = [heading("What the adapter changes"), says(adapter_effect.switched(off, on, result.label))]
    scales = result.curve
    if scales is None:
        return pieces
    return [
        *pieces,
        heading("The adapter's update, from off to twice as much"),
        says(adapter_effect.flips(scales, result.label)),
        figure(lambda theme: curve(scales, 1.0, result.label, theme), "What it says over the scale of the update"),
    ]


def ablation(result: Report) -> list[Piece]:
    """Each part of the adapter taken away."""
    parts = result.ablation
    if parts is None:
        return []
    named, measure = readable(result.label, parts.labels), adapter_effect.measured(parts)
    rows: list[tuple[Cell, ...]] = [
        (part.module, part.layer, Number(signed(part.change)), Class(part.verdict, parts.labels))
        for part in parts.parts(result.label)[:12]
    ]
    head = ["Part", "Layer", f"Change of {measure}", "Says without it"]
    if parts.is_regression:
        del head[3]
        rows = [row[:3] for row in rows]
    return [
        heading("Which parts of the adapter carry it"),
        says(adapter_effect.carried(parts, result.label)),
        note(f"{adapter_effect.carriers(parts, result.label)} {adapter_effect.flipping(parts)}".rstrip()),
        figure(lambda theme: heat(parts, result.label, theme), f"Change of {measure} of {named} without each part"),
        table(head, rows),
        note(adapter_effect.parts_about(parts)),
    ]


def masks(result: Report) -> list[Piece]:
    """Both attention masks."""
    both = result.masks
    if both is None:
        return []
    a, b = both.causal, both.bidirectional
    return [
        heading("Read causally and in both directions"),
        says(f"{attention_mask.reading_ahead(both, result.label)} Trained: {both.trained}."),
        figure(
            lambda theme: versus(
                both.labels,
                (a.logits, b.logits),
                (a.probabilities, b.probabilities),
                (a.mask, b.mask),
                result.label,
                theme,
            ),
            "What it says under both masks",
        ),
    ]


def rollout(result: Report) -> list[Piece]:
    """Attention rolled out over the layers."""
    units, rolled = result.reading.words, result.rollout
    if rolled is None:
        return []
    if len(units) > MOST_WORDS:
        return [heading("Attention rollout"), note(f"Left out: {len(units):,} words make too large a figure.")]
    values = between_units(rolled.matrix, units)
    alt = "How much of each word reaches each word after the last layer"
    return [
        heading("Attention rollout"),
        note("How much of each word (column) reaches each (row) after the last layer (Abnar and Zuidema 2020)."),
        figure(lambda theme: matrix(values, units, theme), alt),
    ]


def attributions(result: Report) -> list[Piece]:
    """Five methods and how faithful they are."""
    methods = result.attributions
    if methods is None:
        return []
    rows = [
        (m.method, m.total, float("nan") if m.error is None else m.error, *attribution_words.measured(methods, f))
        for m, f in zip(methods.methods, methods.faithfulness, strict=True)
    ]
    chance = attribution_words.by_chance(methods)
    options = methods.options
    return [
        heading(f"Attributions to '{readable(options.label, result.reading.prediction.labels)}'"),
        says(attribution_words.best(methods)),
        figure(lambda theme: agreement(methods, theme), f"Five methods by {options.by}, in the order of the text"),
        table(
            ("Method", "Sum", "Error of the sum", *attribution_words.measures(methods)),
            [*rows, ("random order", float("nan"), float("nan"), *(mean for mean, _ in chance))],
        ),
        note(f"{options.steps} steps, baseline: {options.baseline}; computed in {methods.dtype}."),
    ]


def two_texts(result: Report) -> list[Piece]:
    """The last edit that was compared."""
    pair = result.two_texts
    if pair is None:
        return []
    before_it, after_it = (answer(side.prediction) for side in (pair.a, pair.b))
    return [
        heading(f"An edit: '{before_it}' before, '{after_it}' after"),
        before(pair.edits),
        after(pair.edits),
        says(two_texts_words.changed(pair, result.label)),
        *([says(f"The text after: {cut_off(pair.b.prediction)}")] if pair.b.prediction.truncated else []),
        figure(lambda theme: changes(pair, theme), "What changes most"),
        _changes(pair),
    ]


def _changes(pair: TwoTexts) -> str:
    """The classes that change most, before and after the edit."""
    name, chosen = noun(pair.a.prediction.problem_type).capitalize(), pair.leading(8)
    rows: list[tuple[Cell, ...]] = [
        (
            Class(pair.labels[k], pair.labels),
            *(Number(two_texts_words.side(pair, i, k)) for i in (0, 1)),
            *([Number(points(float(pair.change[k])))] if pair.has_probabilities else []),
            Number(signed(float(pair.logit_change[k]))),
        )
        for k in chosen
    ]
    if not pair.has_probabilities:
        return table((name, "Before", "After", "Change"), rows)
    return table((name, "Before", "After", "Change in points", "Change of logit"), rows)


def flip(result: Report) -> list[Piece]:
    """The fewest words that the verdict cannot do without."""
    least = result.flip
    if least is None:
        return []
    sentence = says(two_texts_words.flipped(least, result.reading, least.labels))
    removals = " ".join(two_texts_words.tried(least))
    tried = note(f"{least.tried:,} texts of at most {least.budget:,} were tried. Removals tried: {removals}.")
    return [heading("Minimal flip"), *([struck(result.reading, least)] if least.found else []), sentence, tried]
