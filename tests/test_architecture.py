"""The arrows of the architecture over the whole tree, each rule on this tree and on a made-up one that breaks it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.import_graph import (
    SKIP,
    Tree,
    beyond,
    file_circles,
    folder_circles,
    forbidden,
    inside,
    overlong,
    pages_of_pages,
    saying,
    upward,
    vague,
)

ROOT = Path(__file__).resolve().parent.parent
TREE = Tree.read(ROOT, "core", "pages", "server", "tools", "benchmarks", "app.py")
TESTS = Tree.read(ROOT, "tests")

#: Inside core a room imports only from itself and from those before it.
ORDER = (
    *("errors", "settings", "results", "config", "services", "tasks", "words", "files", "data", "metrics"),
    *("model", "engine", "explain", "checkpoints", "architecture", "dry_run", "merge", "evaluation", "export"),
    "training",
    *("figures",),
    *("in_process", "cli"),
)
#: Files of a folder that import its sub-folders, which import the rest of it; and the older name of `server`.
DOORS = {"core.explain.explainer", "core.explain.capabilities", "core.checkpoints.service", "pages.ui.serve"}
#: What computes and runs for many seconds, or takes hundreds of megabytes, before it does anything.
HEAVY = ("torch", "transformers", "peft", "captum")
#: Where torch may be imported as soon as a file is.
TORCH_ROOMS = (
    *("core.model", "core.engine.backends.torch", "core.engine.loader", "core.engine.predictor"),
    *("core.engine.pair_tokenizer", "core.engine.tokenizer_checks"),
    *("core.engine.torch_threads", "core.explain", "core.architecture", "core.dry_run", "core.training"),
    *("core.merge",),
    *("core.export",),
    *("core.checkpoints.adapter_update", "core.checkpoints.spectra", "core.checkpoints.in_memory"),
    *("tools.demos", "benchmarks"),
)
#: Files of those rooms through which others come in, and which bring torch only with the first question.
LIGHT = (
    *("core.explain.explainer", "core.explain.sessions", "core.explain.quantisation_effect"),
    *("core.merge.service", "core.merge.cost", "core.merge.request"),
    *("core.export.service", "core.export.request"),
    *("core.checkpoints.spectra.service", "core.architecture.service", "core.architecture.costs"),
    *("core.dry_run.service", "core.dry_run.records", "core.dry_run.default_texts", "core.training.config"),
)
#: Rooms that never need torch, also later.
TORCHLESS = (
    *("errors", "settings", "results", "config", "services", "tasks", "words", "files", "data", "metrics"),
    *("evaluation", "figures", "cli"),
)
#: What pages take besides services: pure functions on results, which tables and downloads are made of.
FOR_PAGES = (
    *("core.errors", "core.settings", "core.results", "core.config", "core.services", "core.words", "core.figures"),
    *("core.tasks.task", "core.tasks.stopping", "core.data.export", "core.architecture.costs"),
    *("core.dry_run.default_texts",),
    *("core.dry_run.records", "core.checkpoints.weight_records"),
    *("core.checkpoints.checkpoint_diff.records", "core.checkpoints.spectra.records"),
)
#: Longer than a file should be; none is added, and what becomes shorter is taken off.
LONG_FILES = (
    *("core.services", "core.engine.engine", "core.explain.explainer", "core.engine.loaded_pairs"),
    *("core.engine.backends.torch.packed_kernels", "core.model.classifier"),
)
LONG_PAGES: tuple[str, ...] = ()
SHARED = ("pages.ui", "pages.views")
FILE_LINES, PAGE_LINES = 200, 100


# What a file may import


def test_rooms_of_core_import_downwards() -> None:
    assert upward(TREE, "core", ORDER) == []


def test_no_file_imports_itself_through_others() -> None:
    assert file_circles(TREE) == []


def test_no_folder_imports_itself_through_others() -> None:
    assert {*TREE.files} >= DOORS
    assert folder_circles(TREE, DOORS, "core") == []


@pytest.mark.parametrize("door", sorted(DOORS))
def test_a_door_is_needed(door: str) -> None:
    assert folder_circles(TREE, DOORS - {door}, "core"), f"{door} is none any more: take it off the list"


def test_figures_are_pure() -> None:
    # Plotly looks at pandas as soon as another thread has begun to import it.
    exceptions = {("core.figures.style", "pandas")}
    rooms = ("core.results", "core.words", "core.figures")
    assert beyond(TREE, "core.figures", rooms, ("numpy", "plotly", "reportlab"), exceptions) == []


def test_words_are_pure() -> None:
    rooms = ("core.results", "core.config", "core.errors", "core.settings", "core.words")
    assert beyond(TREE, "core.words", rooms, ("numpy",)) == []


def test_core_knows_no_user_interface() -> None:
    assert forbidden(TREE, "core", ("streamlit", "pages", "server", "app", "tools", "benchmarks")) == []


def test_the_product_knows_no_test() -> None:
    assert [line for top in tops(TREE) for line in forbidden(TREE, top, ("tests",))] == []


def test_pages_import_no_page_and_nothing_heavy() -> None:
    assert pages_of_pages(TREE, "pages", SHARED) == []
    assert forbidden(TREE, "pages", (*HEAVY, "plotly", "numba")) == []


def test_pages_come_to_services_through_one_file() -> None:
    packages = ("streamlit", "pandas", "numpy")
    but = ("pages.ui.services", "pages.ui.serve")
    assert beyond(TREE, "pages", (*FOR_PAGES, "pages"), packages, but=but) == []


def test_one_file_caches_services() -> None:
    assert saying(TREE, "cache_resource(") == ["pages.ui.services"]


# Torch comes through one lazy door


def test_torch_is_imported_early_in_stated_rooms_only() -> None:
    heavy = [line for top in tops(TREE) for line in forbidden(TREE, top, HEAVY, but=TORCH_ROOMS, lazily=False)]
    assert heavy == []
    assert [line for file in LIGHT for line in forbidden(TREE, file, HEAVY, lazily=False)] == []


@pytest.mark.parametrize("room", TORCHLESS)
def test_these_rooms_need_no_torch_also_later(room: str) -> None:
    assert forbidden(TREE, f"core.{room}", HEAVY) == []


def test_importing_services_commands_and_pages_brings_no_torch() -> None:
    """One process for all, in this order; whoever brings it is named."""
    services = ("core.services", "core.in_process", "core.engine.engine", "core.cli.app", "core.evaluation.run", *LIGHT)
    light_doors = DOORS - {"core.explain.capabilities"}  # asked of a loaded pair alone
    doors = [name for name in (*services, *light_doors) if name in TREE.files and not inside(name, "pages")]
    shown = [f for f in TREE.files if any(inside(f, s) for s in SHARED) or inside(f, "server")]
    assert brings(doors, (*HEAVY, "plotly", "streamlit", "pandas", "numba")) == {}
    assert brings(shown, (*HEAVY, "numba")) == {}


def brings(modules: list[str], names: tuple[str, ...], root: Path = ROOT) -> dict[str, list[str]]:
    """Which of these packages are there after which import, all in one fresh process."""
    code = (
        "import importlib, json, sys\n"
        "modules, names = json.loads(sys.argv[1])\n"
        "brought, seen = {}, set()\n"
        "for module in modules:\n"
        "    importlib.import_module(module)\n"
        "    if new := [n for n in names if n in sys.modules and n not in seen]:\n"
        "        brought[module] = new\n"
        "        seen.update(new)\n"
        "print(json.dumps(brought))\n"
    )
    arguments = [sys.executable, "-c", code, json.dumps([modules, names])]
    done = subprocess.run(arguments, cwd=root, capture_output=True, text=True, check=True)
    result: dict[str, list[str]] = json.loads(done.stdout.splitlines()[-1])
    return result


# Names and sizes


def test_every_folder_has_a_place() -> None:
    known = {"core", "pages", "server", "tools", "assets", "tests", "benchmarks", ".ci", ".streamlit"}
    folders = {p.name for p in ROOT.iterdir() if p.is_dir() and any(p.rglob("*.py"))}
    assert folders - known <= {".venv", "node_modules", "runs", ".git"}
    assert [p.name for p in ROOT.glob("*.py")] == ["app.py"]


def test_names_say_what_is_inside() -> None:
    assert vague(TREE) == vague(TESTS) == []


def test_the_formatter_decides() -> None:
    assert saying(TREE, SKIP) == saying(TESTS, SKIP) == []


def test_files_are_short() -> None:
    """The exceptions: `pytest -s tests/test_architecture.py -k short`."""
    pages = [f for f in TREE.within("pages") if not any(inside(f, s) for s in SHARED)]
    others = [f for f in TREE.files if f not in pages and not inside(f, "benchmarks")]
    print("\nlonger than a file should be:", *LONG_FILES, *LONG_PAGES, sep="\n  ")
    assert overlong(TREE, others, FILE_LINES, LONG_FILES) + overlong(TREE, pages, PAGE_LINES, LONG_PAGES) == []


# Each rule can fail: made-up trees that break one of them


def tops(tree: Tree) -> set[str]:
    return {file.split(".")[0] for file in tree.files}


Rule = Callable[[Tree], list[str]]


def made(root: Path, files: dict[str, str]) -> Tree:
    """A tree of these files, by path; packages get an empty `__init__.py`."""
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        for folder in path.relative_to(root).parents:
            if folder.name and not (root / folder / "__init__.py").exists():
                (root / folder / "__init__.py").write_text("")
    return Tree.read(root, *sorted({name.split("/")[0] for name in files}))


def lazily(statement: str) -> str:
    return f"def work():\n    {statement}\n"


FOR_TYPES = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import {}\n"
A_AND_B = {"core/low/a.py": "", "core/high/b.py": "import core.low.a"}
LONG = "x = 1\n" * 201


@pytest.mark.parametrize(
    ("files", "rule", "broken"),
    [
        (A_AND_B, lambda t: upward(t, "core", ("low", "high")), []),
        (A_AND_B, lambda t: upward(t, "core", ("high", "low")), ["core.high.b imports core.low.a, which is above it"]),
        (
            {"core/low/a.py": lazily("from core.high import b"), "core/high/b.py": ""},
            lambda t: upward(t, "core", ("low", "high")),
            ["core.low.a imports core.high.b, which is above it"],
        ),
        ({"core/new.py": ""}, lambda t: upward(t, "core", ()), ["core.new has no place in the order"]),
        (
            {"core/a.py": "import core.b", "core/b.py": lazily("from core.a import x")},
            file_circles,
            ["core.a <- core.b <- core.a"],
        ),
        (
            {"core/a.py": "import core.b", "core/b.py": FOR_TYPES.format("core.a")},
            file_circles,
            ["core.a <- core.b <- core.a"],
        ),
        (
            {
                "core/r/a.py": "import core.r.sub.b",
                "core/r/sub/b.py": "",
                "core/r/sub/c.py": "import core.r.d",
                "core/r/d.py": "",
            },
            lambda t: folder_circles(t, (), "core"),
            ["core.r <- core.r.sub <- core.r"],
        ),
        (
            {
                "core/r/a.py": "import core.r.sub.b",
                "core/r/sub/b.py": "",
                "core/r/sub/c.py": "import core.r.d",
                "core/r/d.py": "",
            },
            lambda t: folder_circles(t, ("core.r.a",), "core"),
            [],
        ),
        (
            {"core/errors.py": "", "core/r/a.py": "import core.errors", "core/__main__.py": "import core.r.a"},
            lambda t: folder_circles(t, (), "core"),
            [],
        ),
        (
            {"core/figures/a.py": lazily("import torch"), "core/engine.py": ""},
            lambda t: beyond(t, "core.figures", ("core.results",), ("numpy",)),
            ["core.figures.a imports torch"],
        ),
        (
            {"core/figures/a.py": "import json, numpy\nfrom core.engine import x", "core/engine.py": ""},
            lambda t: beyond(t, "core.figures", ("core.results",), ("numpy",)),
            ["core.figures.a imports core.engine.x"],
        ),
        (
            {"core/a.py": "import streamlit as st"},
            lambda t: forbidden(t, "core", ("streamlit",)),
            ["core.a imports streamlit"],
        ),
        (
            {"core/a.py": lazily("import torch.nn")},
            lambda t: forbidden(t, "core", ("torch",)),
            ["core.a imports torch.nn"],
        ),
        ({"core/a.py": lazily("import torch")}, lambda t: forbidden(t, "core", ("torch",), lazily=False), []),
        ({"core/a.py": FOR_TYPES.format("torch")}, lambda t: forbidden(t, "core", ("torch",), lazily=False), []),
        (
            {"core/a.py": "class A:\n    import torch\n"},
            lambda t: forbidden(t, "core", ("torch",), lazily=False),
            ["core.a imports torch"],
        ),
        ({"core/model/a.py": "import torch"}, lambda t: forbidden(t, "core", ("torch",), but=("core.model",)), []),
        (
            {"pages/a.py": "from pages import b", "pages/b.py": "import pages.ui.c", "pages/ui/c.py": ""},
            lambda t: pages_of_pages(t, "pages", ("pages.ui",)),
            ["pages.a imports the page pages.b"],
        ),
        (
            {"pages/a.py": "@st.cache_resource()\ndef engine(): ...\n"},
            lambda t: saying(t, "cache_resource(", but=("pages.ui.services",)),
            ["pages.a"],
        ),
        ({"core/a.py": f"x = [1,2]  {SKIP}"}, lambda t: saying(t, SKIP), ["core.a"]),
        ({"core/helpers/a.py": "", "core/misc.py": ""}, vague, ["core.helpers", "core.helpers.a", "core.misc"]),
        ({"core/a.py": LONG}, lambda t: overlong(t, t.files, 200, ()), ["core.a has 201 lines, the limit is 200"]),
        (
            {"core/a.py": ""},
            lambda t: overlong(t, t.files, 200, ("core.a",)),
            ["core.a is within 200 lines or gone: take it off the list"],
        ),
    ],
)
def test_a_rule_sees_what_breaks_it(tmp_path: Path, files: dict[str, str], rule: Rule, broken: list[str]) -> None:
    assert sorted(rule(made(tmp_path, files))) == broken


def test_a_relative_import_is_refused(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="relative import"):
        made(tmp_path, {"core/a.py": "from . import b"})


def test_a_package_that_comes_through_others_is_seen(tmp_path: Path) -> None:
    made(tmp_path, {"house/a.py": "import house.b", "house/b.py": "import colorsys", "house/c.py": ""})
    assert brings(["house.c", "house.a"], ("colorsys",), tmp_path) == {"house.a": ["colorsys"]}
