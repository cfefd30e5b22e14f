"""Who imports whom in a tree of source files, and the rules that this may be held against.

A rule takes a `Tree` and gives the sentences of what breaks it, none where it holds.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

VAGUE = ("utils", "helpers", "common", "misc")
SKIP = "# fmt:" + " skip"


@dataclass(frozen=True)
class Import:
    """A dotted name that a file imports; `lazy` inside a function, or for type checkers only."""

    name: str
    lazy: bool

    @property
    def top(self) -> str:
        """The package."""
        return self.name.split(".")[0]


@dataclass(frozen=True)
class Tree:
    """Python files by their dotted name (a folder's `__init__.py` by the folder's), and what each imports."""

    root: Path
    files: Mapping[str, Path]
    imports: Mapping[str, Sequence[Import]]

    @classmethod
    def read(cls, root: Path, *names: str) -> Tree:
        """The folders and single files of these names under a root.

        Raises:
            AssertionError: a relative import, which says less than the whole name.
        """
        paths = [p for n in names for p in (sorted((root / n).rglob("*.py")) if (root / n).is_dir() else [root / n])]
        files = {dotted(path.relative_to(root)): path for path in paths}
        return cls(root, files, {name: tuple(read_imports(path)) for name, path in files.items()})

    def file_of(self, name: str) -> str | None:
        """The file behind an imported name: `core.errors.AppError` -> `core.errors`; None: not of this tree."""
        while name and name not in self.files:
            name = name.rpartition(".")[0]
        return name or None

    def arrows(self) -> dict[str, set[str]]:
        """Files of this tree that each file imports, lazily too."""
        return {
            file: {target for i in imports if (target := self.file_of(i.name)) and target != file}
            for file, imports in self.imports.items()
        }

    def within(self, place: str) -> list[str]:
        """Files in a folder or of that name."""
        return [file for file in self.files if inside(file, place)]


def inside(name: str, place: str) -> bool:
    """Whether a dotted name is this place or below it."""
    return name == place or name.startswith(place + ".")


def dotted(path: Path) -> str:
    """`core/errors.py` -> `core.errors`, `core/words/__init__.py` -> `core.words`."""
    return ".".join(path.with_suffix("").parts).removesuffix(".__init__")


def read_imports(path: Path) -> Iterator[Import]:
    """Every import of a file, wherever in it."""
    yield from _imports(ast.parse(path.read_text(encoding="utf-8")), path, lazy=False)


def _imports(node: ast.AST, path: Path, *, lazy: bool) -> Iterator[Import]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import):
            yield from (Import(alias.name, lazy) for alias in child.names)
        elif isinstance(child, ast.ImportFrom):
            assert child.level == 0, f"{path}: relative import"
            yield from (Import(f"{child.module}.{alias.name}", lazy) for alias in child.names)
        else:
            deferred = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) or _for_types(child)
            yield from _imports(child, path, lazy=lazy or deferred)


def _for_types(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"


# The rules


def upward(tree: Tree, package: str, order: Sequence[str]) -> list[str]:
    """Inside a package a room (a folder or file of it) imports only from itself and from those before it."""
    broken = []
    for file, targets in tree.arrows().items():
        if not inside(file, package) or file in (package, f"{package}.__main__"):
            continue
        room = file.split(".")[1]
        if room not in order:
            broken.append(f"{file} has no place in the order")
            continue
        allowed = order[: order.index(room) + 1]
        rooms = {t: [*t.split("."), ""][1] for t in targets if inside(t, package)}
        broken += [f"{file} imports {t}, which is above it" for t, r in rooms.items() if r not in allowed]
    return broken


def file_circles(tree: Tree) -> list[str]:
    """No file imports itself through others."""
    return circle(tree.arrows())


def folder_circles(tree: Tree, doors: Collection[str], package: str) -> list[str]:
    """No folder imports itself through others. A door, and a file right in `package`, is a node of its own."""

    def node(file: str) -> str:
        if file in doors or tree.files[file].name == "__init__.py" or "." not in file:
            return file
        folder = file.rpartition(".")[0]
        return file if folder == package else folder

    arrows: dict[str, set[str]] = {}
    for file, targets in tree.arrows().items():
        arrows.setdefault(node(file), set()).update({node(t) for t in targets} - {node(file)})
    return circle(arrows)


def circle(arrows: Mapping[str, Collection[str]]) -> list[str]:
    """One circle in words; none where there is none."""
    try:
        TopologicalSorter(arrows).prepare()
    except CycleError as error:
        return [" <- ".join(error.args[1])]
    return []


def beyond(
    tree: Tree,
    place: str,
    rooms: Collection[str],
    packages: Collection[str] = (),
    exceptions: Collection[tuple[str, str]] = (),
    but: Collection[str] = (),
) -> list[str]:
    """Files of a place, `but` these, import these rooms, these packages and Python's own library only, lazily or not.

    `exceptions` are (file, imported name).
    """
    tops = {name.split(".")[0] for name in tree.files}
    broken = []
    for file in tree.within(place):
        for i in tree.imports[file] if file not in but else ():
            known = any(inside(i.name, room) for room in rooms) or (file, i.name) in exceptions
            if not known and (i.top in tops or (i.top not in sys.stdlib_module_names and i.top not in packages)):
                broken.append(f"{file} imports {i.name}")
    return broken


def forbidden(
    tree: Tree, place: str, names: Collection[str], *, but: Collection[str] = (), lazily: bool = True
) -> list[str]:
    """Files of a place, `but` these, import nothing of these names; `lazily` False looks at a file's own level only."""
    return [
        f"{file} imports {i.name}"
        for file in tree.within(place)
        if not any(inside(file, b) for b in but)
        for i in tree.imports[file]
        if (lazily or not i.lazy) and any(inside(i.name, name) for name in names)
    ]


def pages_of_pages(tree: Tree, pages: str, shared: Collection[str]) -> list[str]:
    """A page imports no page: only the shared folders beside them."""
    return [
        f"{file} imports the page {target}"
        for file, targets in tree.arrows().items()
        if inside(file, pages)
        for target in targets
        if inside(target, pages) and target != pages and not any(inside(target, s) for s in shared)
    ]


def saying(tree: Tree, text: str, *, but: Collection[str] = ()) -> list[str]:
    """Files with this text in them, `but` these."""
    return [f for f, path in tree.files.items() if f not in but and text in path.read_text(encoding="utf-8")]


def vague(tree: Tree) -> list[str]:
    """Files and folders whose name says nothing."""
    return [f for f in tree.files if any(part in VAGUE for part in f.split("."))]


def overlong(tree: Tree, files: Collection[str], limit: int, exceptions: Collection[str]) -> list[str]:
    """Files of more lines than the limit, but the exceptions; and exceptions that are none any more."""
    lines = {f: len(tree.files[f].read_text(encoding="utf-8").splitlines()) for f in files}
    long = {f for f, n in lines.items() if n > limit}
    return [f"{f} has {lines[f]} lines, the limit is {limit}" for f in sorted(long - {*exceptions})] + [
        f"{f} is within {limit} lines or gone: take it off the list" for f in sorted({*exceptions} - long)
    ]
