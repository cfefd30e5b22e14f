"""Where files are on the server is shown to those who typed it, and to nobody else."""

from __future__ import annotations

import re
from pathlib import Path, PurePath

import streamlit as st

_TYPED = "headlight.typed_paths"
#: In quotes a path may have spaces; elsewhere it ends at one. What follows a letter or a colon is no path: `and/or`,
#: `https://`.
_PATHS = re.compile(r"(?<=')/[^'\n]+/[^'\n]*(?=')|(?<![\w/:.'~])/[^\s'\",;:()]+/[^\s'\",;:()]*")


def typed(*paths: str) -> None:
    """This session's person wrote these themselves."""
    known: set[str] = st.session_state.setdefault(_TYPED, set())
    known.update(path.strip() for path in paths if path.strip())


def hidden(message: str) -> str:
    """The message with only the last name of each path that the person did not type: `…/my-llama`."""
    return _PATHS.sub(lambda match: _shown(match[0]), message)


def _shown(seen: str) -> str:
    path, ending = seen.removesuffix("."), "." if seen.endswith(".") else ""
    written = [value for value in st.session_state.to_dict().values() if isinstance(value, str)]
    roots = [str(Path(root).expanduser()) for root in (*st.session_state.get(_TYPED, ()), *written) if "/" in root]
    if any(path == root or path.startswith(root.rstrip("/") + "/") for root in roots):
        return seen
    return f"…/{PurePath(path).name}{ending}"
