"""A head start for the first answer of a fresh server: imports begin while the browser fetches scripts."""

from __future__ import annotations

import gc
import importlib
import threading

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from pages.ui.site_map import PAGES

#: Paths of the pages that answer on opening; `/` leads to the first page, which does.
_ANSWERING = frozenset({"/", *(f"/{page.path}" for page in PAGES if page.answers)})
#: What the first pages draw with; the others' widgets bring Plotly, and come with them.
_WIDGETS = (
    *("pages.ui.frame", "pages.ui.question"),
    *("pages.views.add_candidate", "pages.views.candidate_details", "pages.views.class_table", "pages.views.verdict"),
)
_NEEDED = ("core.engine.loader", "core.model.adapters.attach", "core.explain.explainer")
#: What those import and costs an idle server little: 30 MB of memory for 0.8 s of the first answer. It has no torch.
_SMALL = ("transformers",)


def import_widgets() -> None:
    """Import what the first pages use, and the small part of what a load needs, before anybody waits for it."""
    for name in (*_WIDGETS, *_SMALL):
        importlib.import_module(name)


class HeadStart:
    """ASGI: the first browser that opens a page which answers at once starts the imports of a load.

    Only a person's navigation counts. Programs that look whether the server is up leave it small.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self._begun = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on; the first that counts sets a thread going."""
        if not self._begun and _is_visit(scope):
            self._begun = True
            threading.Thread(target=_import_needed, name="head start", daemon=True).start()
        await self.app(scope, receive, send)


def _is_visit(scope: Scope) -> bool:
    return (
        scope["type"] == "http"
        and scope["path"] in _ANSWERING
        and Headers(scope=scope).get("sec-fetch-mode") == "navigate"
    )


def _import_needed() -> None:
    """Without garbage collection imports are a fifth quicker: they make many objects, and all stay.

    Frozen, they need not be looked through when the load that follows collects its own.
    """
    gc.disable()
    try:
        for name in _NEEDED:
            importlib.import_module(name)
        gc.freeze()
    finally:
        gc.enable()
