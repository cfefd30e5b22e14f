"""The last section of a report: where all of it came from."""

from __future__ import annotations

from core.figures.markup import text
from core.figures.report.pieces import Piece, heading, moment, table
from core.results import Report


def section(result: Report) -> list[Piece]:
    """Candidate, adapter, base, hashes, versions, settings."""
    origin = result.origin
    selection = origin.model.selection
    facts = [
        ("Candidate", selection.candidate),
        ("Adapter", selection.adapter or "none"),
        ("Base model", origin.base),
        ("Numbers in memory", f"{origin.model.parameters:,}"),
        ("Made", moment(origin.made)),
        *origin.settings.items(),
        *origin.versions.items(),
    ]
    files = "".join(
        f"<tr><td>{text(f.part)}</td><td>{text(f.name)}</td><td>{f.bytes:,}</td><td>{text(f.method)}</td>"
        f'<td class="hl-digest">{text(f.digest)}</td></tr>'
        for f in origin.files
    )
    head = "".join(f'<th scope="col">{name}</th>' for name in ("Part", "File", "Bytes", "Method", "Digest"))
    return [
        heading("Where it came from"),
        table(("", ""), facts),
        f'<div class="hl-scroll"><table><thead><tr>{head}</tr></thead><tbody>{files}</tbody></table></div>',
    ]
