"""An evaluation as one HTML file for people who were not there; printed, its first part is one page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from core.figures import evaluation_findings as findings
from core.figures.evaluation import outcomes
from core.figures.evaluation_findings import LONG, SHORT, SIGNS, Findings, Table, surest_wrong
from core.figures.markup import text
from core.figures.page import page
from core.results.classes import ClassReport
from core.results.dataset_evaluation import DatasetEvaluation
from core.results.slices import SliceReport
from core.words import evaluation as words
from core.words import slices as slice_words
from core.words.class_names import readable
from core.words.numbers import percentage


def document(found: Findings, texts: Mapping[int, str]) -> str:
    """The whole page; it runs no script and asks no server for anything. `texts` are those of `Findings.shown`."""
    result = found.result
    head = f"{text(found.name)} on {text(result.dataset.name)}"
    chances = result.outcomes(result.sure)
    first = [
        f'<p class="hl-kicker">{head} · {text(found.day)} · {result.measured:,} labelled rows</p>',
        f"<h1>Right on <b>{percentage(result.figures['accuracy'].value)}</b></h1>",
        f'<p class="hl-lead">{text(words.headline(result))}</p>',
        f'<p class="hl-note">{text(words.counted(result))}</p>',
        outcomes(chances),
        f'<p class="hl-note">{text(words.rejecting(chances, result.sure))}</p>',
        _part(
            "What to do next", f'<ol class="hl-steps">{"".join(f"<li>{text(s.said)}</li>" for s in found.steps)}</ol>'
        )
        if found.steps
        else "",
        _part("What is taken for what", _written(findings.confusions(result, SHORT))),
        _part("Labels to check first", _written(findings.errors(found, texts, SHORT)))
        if len(found.errors.places)
        else "",
        _part("Figures", _written(findings.figures(result))),
    ]
    more = [
        _part("Classes, the worst first", _classes(found.classes)),
        _part("Parts of the data", _slices(found.slices, result)),
        _part("Sure and wrong", _wrong(result, texts)),
        _part("What is taken for what, all of it", _written(findings.confusions(result, LONG))),
    ]
    body = "\n".join(first) + f'<div class="hl-more">{"".join(more)}</div>'
    return page(f"Headlight: {text(found.name)}", ("report.css", "evaluation.css"), body)


def _part(title: str, body: str) -> str:
    return f"<section><h2>{title}</h2>{body}</section>"


def _written(table: Table) -> str:
    return _table(table.head, table.rows)


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    if not rows:
        return '<p class="hl-note">None.</p>'
    above = "".join(f'<th scope="col">{name}</th>' for name in head)
    below = "".join(f"<tr>{''.join(f'<td>{text(cell)}</td>' for cell in row)}</tr>" for row in rows)
    return f'<div class="hl-scroll"><table><thead><tr>{above}</tr></thead><tbody>{below}</tbody></table></div>'


def _classes(report: ClassReport) -> str:
    there = [figures for figures in report.classes if figures.support]
    rows = [
        (
            readable(f.name, report.names),
            f"{f.support:,}",
            percentage(f.f1),
            percentage(f.precision),
            percentage(f.recall),
        )
        for f in sorted(there, key=lambda f: (f.f1, f.name))
    ]
    return _table(("Class", "Rows", "F1", "Precision", "Recall"), rows)


def _slices(report: SliceReport, result: DatasetEvaluation) -> str:
    tested = [found for found in report.slices if found.p is not None][: 2 * SHORT]
    said = f'<p class="hl-lead">{text(slice_words.lead(report, result.classes))}</p>'
    rows = [
        (
            slice_words.name(found, result.classes),
            f"{found.count:,}",
            percentage(found.accuracy),
            slice_words.interval(found),
            slice_words.p_value(found.adjusted),
        )
        for found in tested
    ]
    return said + _table(("Slice", "Rows", "Right", "95 % interval", "p adjusted"), rows)


def _wrong(result: DatasetEvaluation, texts: Mapping[int, str]) -> str:
    names = [readable(name, result.classes) for name in result.classes]
    rows = [
        (
            f"{int(result.rows[i]) + 1:,}",
            texts[i][:SIGNS],
            names[int(result.actual[i])],
            names[int(result.predicted[i])],
            percentage(float(result.probability[i])),
        )
        for i in surest_wrong(result)
    ]
    return _table(("Row", "Text", "Label", "Verdict", "Probability"), rows)
