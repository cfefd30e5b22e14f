"""The pins: everything that is imported is pinned to what is installed, and nothing is pinned in vain."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterable
from importlib.metadata import packages_distributions, version
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
#: Code of each kind: a fresh machine runs the first with requirements.txt alone.
RUN = [*(p for folder in ("core", "pages", "server") for p in (ROOT / folder).rglob("*.py")), ROOT / "app.py"]
DEVELOPMENT = [p for folder in ("tests", "benchmarks", "tools") for p in (ROOT / folder).rglob("*.py")]
OURS = {"core", "pages", "server", "tests", "benchmarks", "tools", "app"}
#: Pinned without an import of ours: whom they serve.
SERVES = {
    "accelerate": "transformers asks for it where a model is spread over devices, and its Trainer always",
    "mypy": "a command",
    "onnx": "torch writes its files with it",
    "onnxruntime": "imported by its name when a graph is asked",
    "onnxscript": "torch translates its operators with it",
    "openvino": "imported by its name when a graph is written or asked",
    "pandas-stubs": "types for mypy",
    "pytest-timeout": "a plugin of pytest",
    "pytest-xdist": "a plugin of pytest",
    "ruff": "a command",
    "types-psutil": "types for mypy",
    "types-pyyaml": "types for mypy",
}


def normal(name: str) -> str:
    """A distribution's name as package indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def pins(file: str) -> dict[str, str]:
    """The pins of a file: normal name to version."""
    lines = [line.strip() for line in (ROOT / file).read_text(encoding="utf-8").splitlines()]
    wanted = [line for line in lines if line and not line.startswith(("#", "-r "))]
    inexact = [line for line in wanted if not re.fullmatch(r"[\w.-]+==[\w.!+]+", line)]
    assert not inexact, f"{file}: not an exact pin: {inexact}"
    return {normal(name): pinned for name, pinned in (line.split("==") for line in wanted)}


def imported(files: Iterable[Path]) -> dict[str, str]:
    """Distributions that files import, wherever in them, and a file that does."""
    names: dict[str, str] = {}
    for path in files:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            modules = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            modules += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            names |= {module.split(".")[0]: str(path.relative_to(ROOT)) for module in modules}
    theirs = {name: path for name, path in names.items() if name not in OURS | set(sys.stdlib_module_names)}
    homes = packages_distributions()
    return {normal(home): path for name, path in theirs.items() for home in homes.get(name, [name])}


@pytest.fixture(scope="module")
def run_time() -> dict[str, str]:
    return pins("requirements.txt")


@pytest.fixture(scope="module")
def development() -> dict[str, str]:
    files = ("requirements-dev.txt", "requirements-quantised.txt", "requirements-export.txt")
    return {name: pin for file in files for name, pin in pins(file).items()}


def test_what_runs_is_pinned(run_time: dict[str, str]) -> None:
    missing = {name: path for name, path in imported(RUN).items() if name not in run_time}
    assert not missing, f"imported and not pinned in requirements.txt: {missing}"


def test_what_tests_is_pinned(run_time: dict[str, str], development: dict[str, str]) -> None:
    missing = {name: path for name, path in imported(DEVELOPMENT).items() if name not in run_time | development}
    assert not missing, f"imported and pinned in neither file: {missing}"
    assert not run_time.keys() & development.keys(), "a pin has one place"


def test_the_pins_are_what_is_installed(run_time: dict[str, str], development: dict[str, str]) -> None:
    for name, pinned in (run_time | development).items():
        assert version(name).split("+")[0] == pinned, f"{name} is pinned to {pinned}; {version(name)} is installed"


def test_nothing_is_pinned_in_vain(run_time: dict[str, str], development: dict[str, str]) -> None:
    for pinned, files in ((run_time, RUN), (development, DEVELOPMENT)):
        unused = pinned.keys() - imported(files).keys() - SERVES.keys()
        assert not unused, f"pinned and imported by nothing: {unused}"
    assert SERVES.keys() <= (run_time | development).keys()
