"""The one interface: every Protocol has its fake and its part of the process, and what crosses it is plain data."""

from __future__ import annotations

import dataclasses
import enum
import inspect
import re
import subprocess
import sys
import typing
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Literal, TypeVar, Union

import numpy as np
import pytest

from core import services
from core.config.candidate import CandidateConfig
from core.errors import AppError
from core.in_process import InProcessServices
from core.settings import ROOT, Settings
from core.tasks.task import Task

PROTOCOLS = {
    name: protocol
    for name, protocol in vars(services).items()
    if isinstance(protocol, type) and protocol.__module__ == services.__name__
}
#: What is plain, and yet no dataclass: a refused file in words, and one YAML of the catalogue.
PLAIN = (AppError, CandidateConfig)
PRIMITIVES = (str, bytes, int, float, bool, NoneType)
CONTAINERS = (list, tuple, dict, Sequence, Collection, Mapping)


def snake(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


def public(protocol: type) -> dict[str, Any]:
    """Methods and properties that a Protocol names."""
    return {name: member for name, member in vars(protocol).items() if not name.startswith("_")}


def functions(protocol: type, name: str) -> list[Callable[..., Any]]:
    """What stands under a name: one function, or all overloads of it."""
    member = public(protocol)[name]
    if isinstance(member, property):
        return [member.fget] if member.fget else []

    def overloaded() -> None: ...

    overloaded.__module__, overloaded.__qualname__ = protocol.__module__, f"{protocol.__qualname__}.{name}"
    return list(typing.get_overloads(overloaded)) or [member]


def parameters(function: Callable[..., Any]) -> list[tuple[str, object, object]]:
    """Name, kind and default of each."""
    return [(p.name, p.kind, p.default) for p in inspect.signature(function).parameters.values()]


def cases() -> list[tuple[str, str]]:
    return [(protocol, name) for protocol, kind in PROTOCOLS.items() for name in public(kind)]


def fake_of(protocol: str) -> type:
    fake: type = getattr(import_module(f"tests.fakes.{snake(protocol)}"), f"Fake{protocol}")
    return fake


def in_process() -> dict[str, object]:
    """The part of the process behind each Protocol, or its class."""
    installation = Settings(catalogue=Path("none"), user_catalogue=Path("none"))
    made = InProcessServices(installation)
    parts = {protocol: getattr(made, snake(protocol), None) for protocol in PROTOCOLS}
    return {**parts, "Services": made, "Task": Task}


REAL = in_process()


def test_the_protocols_are_those_of_services() -> None:
    assert {"Task", "Engine", "Services"} < PROTOCOLS.keys()
    assert {snake(name) for name in PROTOCOLS} - {"task", "services"} == public(services.Services).keys() - {"close"}


@pytest.mark.parametrize(("protocol", "name"), cases())
def test_every_method_has_its_fake(protocol: str, name: str) -> None:
    """With the same parameters; a default that the Protocol leaves open (`...`) is the fake's own."""
    for function in functions(PROTOCOLS[protocol], name):
        if isinstance(public(PROTOCOLS[protocol])[name], property):
            fake = fake_of(protocol)
            assert hasattr(fake, name) or hasattr(fake(), name)
            continue
        wanted, found = parameters(function), parameters(getattr(fake_of(protocol), name))
        assert [p[:2] for p in found] == [p[:2] for p in wanted]
        for (_, _, default), (_, _, own) in zip(wanted, found, strict=True):
            assert own == default or (default is ... and own is not inspect.Parameter.empty)


@pytest.mark.parametrize(("protocol", "name"), cases())
def test_every_method_stands_in_the_process(protocol: str, name: str) -> None:
    """It may be asked just as the Protocol says; what it takes besides has defaults."""
    assert hasattr(REAL[protocol], name)
    for function in functions(PROTOCOLS[protocol], name):
        if isinstance(public(PROTOCOLS[protocol])[name], property):
            continue
        real = inspect.signature(getattr(type(REAL[protocol]) if protocol != "Task" else Task, name))
        for parameter in inspect.signature(function).parameters.values():
            assert real.parameters[parameter.name].kind in (parameter.kind, inspect.Parameter.POSITIONAL_OR_KEYWORD)
        more = real.parameters.keys() - inspect.signature(function).parameters.keys()
        assert all(real.parameters[extra].default is not inspect.Parameter.empty for extra in more)


def leaves(hint: Any, seen: set[Any]) -> Iterator[Any]:
    """The classes that an annotation is made of, fields of dataclasses included."""
    if isinstance(hint, TypeVar) or hint is ... or hint in seen:
        return
    seen.add(hint)
    origin, inside = typing.get_origin(hint), typing.get_args(hint)
    if origin is Literal:
        yield from (type(value) for value in inside)
        return
    if origin not in (None, Union, UnionType):
        yield origin
    if origin is not np.ndarray:
        for part in inside:
            yield from leaves(part, seen)
    if origin is None:
        yield hint
    kind = origin or hint
    if isinstance(kind, type) and dataclasses.is_dataclass(kind):
        for field in typing.get_type_hints(kind).values():
            yield from leaves(field, seen)


def is_plain(kind: Any) -> bool:
    """Whether a value of that class is data alone, or a part of the interface itself."""
    if kind in (*PRIMITIVES, *CONTAINERS, *PLAIN, np.ndarray) or kind in PROTOCOLS.values():
        return True
    return isinstance(kind, type) and (dataclasses.is_dataclass(kind) or issubclass(kind, enum.Enum))


@pytest.mark.parametrize(("protocol", "name"), cases())
def test_what_crosses_is_plain_data(protocol: str, name: str) -> None:
    """No module, tensor, callback or Streamlit object: dataclasses, enums, numbers, text, arrays of numbers."""
    for function in functions(PROTOCOLS[protocol], name):
        hints = typing.get_type_hints(function)
        assert "return" in hints
        kinds = [kind for hint in hints.values() for kind in leaves(hint, set())]
        assert all(is_plain(kind) for kind in kinds), [kind for kind in kinds if not is_plain(kind)]
        homes = {kind.__module__.split(".")[0] for kind in kinds}
        assert not homes & {"torch", "transformers", "peft", "streamlit", "pages"}
        results = [kind for kind in kinds if dataclasses.is_dataclass(kind)]
        assert all(kind.__module__.startswith("core.results.") for kind in results)


def test_the_walk_finds_what_is_not_plain() -> None:
    @dataclasses.dataclass
    class Bad:
        work: Callable[[int], str]

    Bad.__annotations__["work"] = Callable[[int], str]
    for hint in (Callable[[], int], list[Callable[[], int]], Bad, dict[str, Path], tuple[set[int], ...]):
        assert not all(is_plain(kind) for kind in leaves(hint, set())), hint


def test_fakes_bring_no_torch() -> None:
    code = "import sys; from tests.fakes.services import FakeServices; FakeServices(); print('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
