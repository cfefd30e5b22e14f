"""The app as ASGI, for this server or another."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import streamlit as st
from starlette.middleware import Middleware
from streamlit.runtime.pages_manager import PagesManager

from core.engine import malloc
from core.settings import ROOT
from pages.ui.services import services
from pages.ui.site_map import PAGES
from server.addresses import FirstPage, OneName
from server.middleware import (
    CompleteLinks,
    CompressedAssets,
    ConnectAtOnce,
    ContentPolicy,
    OneEntryAPage,
    Skeleton,
)
from server.page_scripts import PageScripts
from server.page_style import PageStyle
from server.preload import HeadStart, import_widgets


def application() -> st.App:
    """`app.py` with what this server does to its answers and before its first one."""
    # app.py names the pages; without this a fresh server runs the first visitor's page file alone.
    PagesManager.uses_pages_directory = False
    import_widgets()
    layers = [
        Middleware(HeadStart),
        Middleware(OneName),
        Middleware(FirstPage, path=PAGES[0].path),
        Middleware(ContentPolicy),
        Middleware(ConnectAtOnce),
        Middleware(CompleteLinks),
        Middleware(OneEntryAPage),
        Middleware(PageStyle),
        Middleware(PageScripts),
        Middleware(Skeleton),
        Middleware(CompressedAssets),
    ]
    return st.App(ROOT / "app.py", lifespan=lifespan, middleware=layers)


@asynccontextmanager
async def lifespan(_app: st.App) -> AsyncIterator[dict[str, Any]]:
    """What begins with the server stands before the `yield`, what ends with it behind."""
    gc.collect()
    malloc.give_back()  # what imports have freed
    yield {}
    await asyncio.to_thread(services().close)
