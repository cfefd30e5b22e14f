"""Devices that are chosen, and free memory within a container's limit."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psutil
import pytest
import torch

from core.errors import DeviceError
from core.model import devices
from core.model.devices import choose_device, free_memory, placement


def here(monkeypatch: pytest.MonkeyPatch, *, cuda: bool, mps: bool) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: cuda)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: mps)


@pytest.mark.parametrize(
    ("cuda", "mps", "chosen"),
    [(True, True, "cuda"), (True, False, "cuda"), (False, True, "mps"), (False, False, "cpu")],
)
def test_auto_takes_the_fastest(monkeypatch: pytest.MonkeyPatch, cuda: bool, mps: bool, chosen: str) -> None:
    here(monkeypatch, cuda=cuda, mps=mps)
    assert choose_device("auto") == chosen
    assert choose_device("cpu") == "cpu"


@pytest.mark.parametrize("name", ["cuda", "mps"])
def test_a_device_by_name_is_there_or_refused(monkeypatch: pytest.MonkeyPatch, name: Any) -> None:
    here(monkeypatch, cuda=True, mps=True)
    assert choose_device(name) == name
    here(monkeypatch, cuda=False, mps=False)
    with pytest.raises(
        DeviceError, match=f"The device '{name}' is asked for.*Fix: set HEADLIGHT_DEVICE to auto or cpu"
    ):
        choose_device(name)


@pytest.mark.parametrize(
    ("limit", "used", "free"),
    [("1000", "400", 600), ("1000", "1200", 0), ("max", "400", 5000), ("9000", "400", 5000)],
)
def test_main_memory_ends_where_the_container_does(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, limit: str, used: str, free: int
) -> None:
    (tmp_path / "memory.max").write_text(limit + "\n")
    (tmp_path / "memory.current").write_text(used + "\n")
    monkeypatch.setattr(devices, "Path", lambda _: tmp_path)
    monkeypatch.setattr(psutil, "virtual_memory", lambda: SimpleNamespace(available=5000))
    assert free_memory("cpu") == free


def test_without_a_control_group_main_memory_is_all(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(devices, "Path", lambda _: tmp_path / "none")
    monkeypatch.setattr(psutil, "virtual_memory", lambda: SimpleNamespace(available=5000))
    assert free_memory("cpu") == 5000


def test_a_gpus_memory_is_that_of_all_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    monkeypatch.setattr(torch.cuda, "mem_get_info", lambda i: ((70, 80), (30, 80))[i])
    assert free_memory("cuda") == 100


@pytest.mark.parametrize(
    ("device", "gpus", "free", "expected"),
    [
        ("cpu", 4, 0, None),
        ("mps", 0, 0, {"": "mps"}),
        ("cuda", 1, 0, {"": "cuda"}),
        ("cuda", 2, 5000, {"": "cuda"}),
        ("cuda", 2, 4999, "auto"),
    ],
)
def test_a_model_is_spread_only_where_one_gpu_is_too_small(
    monkeypatch: pytest.MonkeyPatch, device: str, gpus: int, free: int, expected: Any
) -> None:
    monkeypatch.setattr(torch.cuda, "device_count", lambda: gpus)
    monkeypatch.setattr(torch.cuda, "mem_get_info", lambda _: (free, 10**9))
    assert placement(device, 5000) == expected
