"""Which device to run on, and how much memory is free there."""

from __future__ import annotations

from pathlib import Path
from typing import assert_never

import psutil

from core.errors import DeviceError
from core.settings import DeviceName


def choose_device(name: DeviceName) -> str:
    """`cpu`, `cuda` or `mps`; `auto` takes the fastest that is there.

    Raises:
        DeviceError: a device that is asked for and not there.
    """
    if name == "cpu":
        return "cpu"
    import torch

    has_cuda, has_mps = torch.cuda.is_available(), torch.backends.mps.is_available()
    match name:
        case "auto":
            return "cuda" if has_cuda else "mps" if has_mps else "cpu"
        case "cuda":
            if not has_cuda:
                raise DeviceError("The device 'cuda' is asked for, and torch sees no GPU.", fix=_FIX)
            return "cuda"
        case "mps":
            if not has_mps:
                raise DeviceError("The device 'mps' is asked for, and torch sees no Apple GPU.", fix=_FIX)
            return "mps"
        case _:
            assert_never(name)


_FIX = "set HEADLIGHT_DEVICE to auto or cpu."


def placement(device: str, peak: int) -> str | dict[str, str] | None:
    """One device, or spread over all GPUs when that peak does not fit on the first; None is the CPU."""
    if device == "cpu":
        return None
    if device == "cuda":
        import torch

        if torch.cuda.device_count() > 1 and peak > torch.cuda.mem_get_info(0)[0]:
            return "auto"
    return {"": device}


def free_memory(device: str) -> int:
    """Bytes that can be taken now: over all GPUs for cuda, else main memory within the container's limit."""
    if device == "cuda":
        import torch

        return sum(torch.cuda.mem_get_info(i)[0] for i in range(torch.cuda.device_count()))
    return min(int(psutil.virtual_memory().available), _container_memory())


def _container_memory() -> int:
    """What the control group (version 2) still allows; a huge number where there is no limit."""
    folder = Path("/sys/fs/cgroup")
    try:
        limit = (folder / "memory.max").read_text().strip()
        used = int((folder / "memory.current").read_text())
    except (OSError, ValueError):
        return 2**62
    return 2**62 if limit == "max" else max(0, int(limit) - used)
