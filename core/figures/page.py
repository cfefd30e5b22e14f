"""The HTML around a report: it may not ask any server for anything."""

from __future__ import annotations

from pathlib import Path

_STYLES = Path(__file__).parent / "report"


def page(title: str, styles: tuple[str, ...], body: str, policy: str = "img-src data:", scripts: str = "") -> str:
    """A whole file. What comes in is safe inside HTML.

    Args:
        title: of the browser's tab, without markup but for what `core.figures.markup.text` puts around it.
        styles: names of files in `report/`, in their order.
        body: what stands in it.
        policy: what it may do besides showing its styles, as Content-Security-Policy says it.
        scripts: at its end.
    """
    return _TEMPLATE.format(
        title=title.replace("<bdi>", "").replace("</bdi>", ""),
        style="".join((_STYLES / name).read_text(encoding="utf-8") for name in styles),
        body=body,
        policy=policy,
        scripts=scripts,
    )


_TEMPLATE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; {policy}; style-src 'unsafe-inline'; \
base-uri 'none'; form-action 'none'">
<link rel="icon" href="data:,">
<title>{title}</title>
<style>{style}</style>
</head>
<body>
<main>
{body}
</main>
{scripts}</body>
</html>
"""
