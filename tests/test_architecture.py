"""The arrows of the architecture: who may import whom, and that every file has its place."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

#: Inside core, a name imports only from those before it.
ORDER = (
    *("errors", "settings", "results", "config", "services", "tasks", "words", "files", "data", "metrics"),
    *("model", "engine", "explain", "checkpoints", "architecture", "dry_run"),
    *("evaluation", "training", "figures", "in_process", "cli"),
)
HEAVY = {"torch", "transformers", "plotly", "peft"}
SOURCES = sorted(p for folder in ("core", "pages", "server", "benchmarks") for p in (ROOT / folder).rglob("*.py"))


def imports(path: Path) -> set[str]:
    """Dotted names of everything a file imports, wherever in it."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            found.update(f"{node.module}.{alias.name}" for alias in node.names)
    return found


def place(path: Path) -> str:
    """The place of a file of core in the order, or its own name at the top."""
    parts = path.relative_to(ROOT / "core").parts
    return parts[0].removesuffix(".py")


@pytest.mark.parametrize("path", [p for p in SOURCES if "core" in p.relative_to(ROOT).parts[:1]], ids=str)
def test_core_imports_downwards_and_never_the_user_interface(path: Path) -> None:
    here = place(path)
    assert here in (*ORDER, "__init__", "__main__"), f"{path} has no place; see ORDER"
    allowed = ORDER if here == "__main__" else ORDER[: ORDER.index(here) + 1] if here in ORDER else ()
    for name in imports(path):
        top, *rest = name.split(".")
        assert top not in ("streamlit", "pages", "app"), f"{path} imports {name}"
        if top == "core" and rest:
            assert rest[0] in allowed, f"{path} imports {name}, which is above it"


@pytest.mark.parametrize("path", [p for p in SOURCES if "pages" in p.relative_to(ROOT).parts[:1]], ids=str)
def test_pages_import_core_and_their_widgets_only(path: Path) -> None:
    is_widget = path.parent.name in ("ui", "views")
    for name in imports(path):
        top, *rest = name.split(".")
        assert top not in HEAVY, f"{path} imports {name}"
        if top == "pages" and rest and path.name != "__init__.py":
            assert rest[0] in ("ui", "views"), f"{path} imports the page {name}"
    assert is_widget or path.parent == ROOT / "pages"


def test_every_file_has_a_place() -> None:
    tops = {"core", "pages", "server", "tools", "assets", "tests", "benchmarks", ".ci", ".streamlit"}
    folders = {p.name for p in ROOT.iterdir() if p.is_dir() and any(p.rglob("*.py"))}
    assert folders - tops <= {".venv", "node_modules", "runs", ".git"}
    assert [p.name for p in ROOT.glob("*.py")] == ["app.py"]
    assert not [p for p in SOURCES if p.stem in ("utils", "helpers", "common", "misc")]


def test_only_one_place_caches_the_engine() -> None:
    using = [p.name for p in SOURCES if "cache_resource(" in p.read_text(encoding="utf-8")]
    assert using == ["services.py"]
