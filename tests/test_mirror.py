"""Tests stand where the code stands: a module of the lower rooms has its test file, and a test file its module."""

from __future__ import annotations

import ast
from collections.abc import Collection
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

#: Rooms of core of which every module has its own test file.
ROOMS = ("model", "engine", "files", "data", "metrics", "tasks")
#: Tests of something that is no one module: by their path in `tests`.
OWN = {
    "cli/test_commands.py": "all commands",
    "cli/test_process.py": "all commands, as processes",
    "dry_run/test_broken.py": "all stages, on candidates with a mistake each",
    "dry_run/test_sound.py": "all stages, on candidates without one",
    "explain/test_families.py": "every view, on every family of transformers",
    "engine/test_quantised_pairs.py": "all of the engine, on quantised bases",
    "evaluation/test_sample.py": "the sample file that comes with the app",
    "explain/test_two_people.py": "two who ask at once",
    "fakes/test_answers.py": "the fakes of the tests",
    "figures/test_lines.py": "figures that are lines or bars",
    "pages/test_every_page.py": "all pages, on fakes",
    "test_architecture.py": "the whole tree",
    "test_features.py": "the whole tree",
    "test_mirror.py": "the whole tree",
    "test_one_place.py": "the whole tree",
    "test_requirements.py": "the pins",
}
#: Where tests/<folder> mirrors the root's own folder of that name; all others mirror core.
TOPS = ("pages", "server", "tools", "benchmarks")


def has_code(path: Path) -> bool:
    """Whether a file holds more than a docstring and imports."""
    body = ast.parse(path.read_text(encoding="utf-8")).body
    return not all(isinstance(n, ast.Expr | ast.Import | ast.ImportFrom) for n in body)


def mirror_of(root: Path, module: Path) -> Path:
    """`core/model/layers.py` -> `tests/model/test_layers.py`; of a folder's `__init__.py` the folder's."""
    named = module.parent if module.name == "__init__.py" else module.with_suffix("")
    return root / "tests" / named.parent.relative_to(root / "core") / f"test_{named.name}.py"


def untested(root: Path, rooms: Collection[str]) -> list[str]:
    """Modules of these rooms without their test file."""
    modules = [p for room in rooms for p in sorted((root / "core" / room).rglob("*.py"))]
    return [
        f"{path.relative_to(root)} has no {test.relative_to(root)}"
        for path in modules
        if path.name != "__init__.py" or has_code(path)
        if not (test := mirror_of(root, path)).is_file()
    ]


def strays(root: Path, own: Collection[str]) -> list[str]:
    """Test files that mirror nothing and are not said to have a subject of their own."""
    tests = root / "tests"
    found = []
    for path in sorted(tests.rglob("test_*.py")):
        place = path.relative_to(tests)
        if place.parts[0] == "browser" or place.as_posix() in own:
            continue
        mirrored = root / (place.parent if place.parts[0] in TOPS else Path("core") / place.parent)
        name = path.stem.removeprefix("test_")
        if not ((mirrored / f"{name}.py").is_file() or (mirrored / name / "__init__.py").is_file()):
            found.append(f"tests/{place.as_posix()} mirrors nothing")
    return found + [f"tests/{name} is gone: take it off the list" for name in own if not (tests / name).is_file()]


def test_every_module_of_the_lower_rooms_has_its_test_file() -> None:
    assert untested(ROOT, ROOMS) == []


def test_every_test_file_has_its_module() -> None:
    assert strays(ROOT, OWN) == []


def test_every_test_file_tests() -> None:
    """A file without a test mirrors a name and holds nothing."""
    empty = [
        str(path.relative_to(ROOT))
        for path in (ROOT / "tests").rglob("test_*.py")
        if not any(
            isinstance(n, ast.FunctionDef) and n.name.startswith("test_")
            for n in ast.parse(path.read_text(encoding="utf-8")).body
        )
    ]
    assert empty == []


# The checks can fail


@pytest.fixture
def made(tmp_path: Path) -> Path:
    files = {
        "core/model/__init__.py": '"""A room."""\n',
        "core/model/layers.py": "",
        "core/model/poolers/__init__.py": "def build(): ...\n",
        "core/model/poolers/mean.py": "",
        "tests/model/test_layers.py": "",
        "tests/model/test_poolers.py": "",
        "tests/model/poolers/test_mean.py": "",
        "server/__init__.py": "",
        "server/preload.py": "",
        "tests/server/test_preload.py": "",
        "tests/browser/test_anything.py": "",
        "tests/model/conftest.py": "",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def test_what_mirrors_is_let_be(made: Path) -> None:
    assert untested(made, ["model"]) == strays(made, []) == []


@pytest.mark.parametrize(
    ("gone", "broken"),
    [
        ("tests/model/test_layers.py", "core/model/layers.py has no tests/model/test_layers.py"),
        ("tests/model/test_poolers.py", "core/model/poolers/__init__.py has no tests/model/test_poolers.py"),
        ("tests/model/poolers/test_mean.py", "core/model/poolers/mean.py has no tests/model/poolers/test_mean.py"),
    ],
)
def test_a_missing_test_file_is_seen(made: Path, gone: str, broken: str) -> None:
    (made / gone).unlink()
    assert untested(made, ["model"]) == [broken]


@pytest.mark.parametrize("gone", ["core/model/layers", "server/preload", "core/model/poolers/mean"])
def test_a_mirror_of_nothing_is_seen(made: Path, gone: str) -> None:
    (made / f"{gone}.py").unlink()
    name = gone.removeprefix("core/").replace(gone.rsplit("/", 1)[1], f"test_{gone.rsplit('/', 1)[1]}.py")
    assert strays(made, []) == [f"tests/{name} mirrors nothing"]
    assert strays(made, [name, "test_old.py"]) == ["tests/test_old.py is gone: take it off the list"]
