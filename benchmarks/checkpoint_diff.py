"""Two checkpoints compared, against loading both and looping over their tensors with torch.

    python -m benchmarks.checkpoint_diff [--gigabytes 1]

Writes two random bfloat16 checkpoints of this size in shards into a temporary folder, the second a copy of which half
the layers were moved a little. Each side runs in a process of its own, with the files in the page cache: ours, which
gives for every tensor all that the page shows; and the loop with safetensors' `load_file`, `torch.equal` and, where
that says no, the norm of the difference in float32, that of the first, and the largest and mean change. Then the same
for the checkpoint and a copy of it, byte for byte. Memory is what a process holds at most (VmHWM) above the idle app.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.weights import RUNS, memory, write_checkpoint


def move(source: Path, folder: Path) -> None:
    """A copy whose layers from the middle on are moved by about a hundredth of their norm, a shard at a time."""
    import torch
    from safetensors.torch import load_file, save_file

    shutil.copytree(source, folder, dirs_exist_ok=True)
    config = json.loads((source / "config.json").read_text())
    middle = config["num_hidden_layers"] // 2
    torch.manual_seed(1)
    for file in sorted(source.glob("*.safetensors")):
        tensors = load_file(file)
        for name, tensor in tensors.items():
            if ".layers." in name and int(name.split(".layers.")[1].split(".")[0]) >= middle and tensor.dim() == 2:
                moved = tensor.float()
                tensors[name] = (moved + 0.01 * moved.std() * torch.randn_like(moved)).to(tensor.dtype)
        save_file(tensors, folder / file.name, metadata={"format": "pt"})


def ours(first: Path, second: Path) -> dict[str, float]:
    """All numbers of every tensor; the first run also compiles or loads the loops."""
    import core.engine.engine  # what an idle server has too  # noqa: F401

    before = memory("VmRSS")
    from core.checkpoints.checkpoint import open_checkpoint
    from core.checkpoints.checkpoint_diff.scan import diff_checkpoints

    seconds = []
    for _ in range(RUNS):
        began = time.perf_counter()
        found = diff_checkpoints(open_checkpoint(first), open_checkpoint(second))
        seconds.append(time.perf_counter() - began)
    norms = [t.norm for t in found.tensors if t.changed]
    return {
        "seconds": min(seconds),
        "first": seconds[0],
        "memory": memory("VmHWM") - before,
        "changed": len(norms),
        "norm": sum(norms),
        "tensors": len(found.tensors),
    }


def loop(first: Path, second: Path) -> dict[str, float]:
    """Load both, then tensor by tensor."""
    import torch
    from safetensors.torch import load_file

    def loaded(folder: Path) -> dict[str, torch.Tensor]:
        return {n: t for file in sorted(folder.glob("*.safetensors")) for n, t in load_file(file).items()}

    seconds = []
    before = memory("VmRSS")
    for _ in range(RUNS):
        began = time.perf_counter()
        one, two = loaded(first), loaded(second)
        norms = []
        for name, tensor in one.items():
            if not torch.equal(tensor, two[name]):
                a, b = tensor.float(), two[name].float()
                difference = b - a
                norms.append(float(difference.norm()))
                float(a.norm()), float(difference.abs().max()), float(difference.abs().mean())
        seconds.append(time.perf_counter() - began)
    return {"seconds": min(seconds), "memory": memory("VmHWM") - before, "changed": len(norms), "norm": sum(norms)}


SIDES = {"ours": ours, "loop": loop}


def alone(side: str, first: Path, second: Path) -> dict[str, float]:
    """A side in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.checkpoint_diff", "--side", side, "--folders", str(first), str(second)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(done.stderr)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def compare(words: str, first: Path, second: Path) -> None:
    """Both sides in turn, and their ratio."""
    alone("ours", first, second)  # warms the page cache, and compiles
    found, peer = alone("ours", first, second), alone("loop", first, second)
    assert found["changed"] == peer["changed"]
    apart = abs(found["norm"] - peer["norm"]) / max(found["norm"], 1e-30)
    print(f"{words}: {found['changed']:.0f} of {found['tensors']:.0f} tensors differ, on both sides")
    print(
        f"  {'ours':<16}{found['seconds']:>8.2f} s; first run {found['first']:.2f} s; "
        f"{found['memory']:.0f} MB above idle"
    )
    print(f"  {'load and loop':<16}{peer['seconds']:>8.2f} s; {peer['memory']:,.0f} MB above idle")
    print(
        f"  {peer['seconds'] / found['seconds']:.1f}x as fast, sums of norms {apart:.0e} apart (torch's are in float32)"
    )


def main() -> None:
    """Print seconds, memory and ratios."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gigabytes", type=float, default=1.0)
    parser.add_argument("--side", choices=SIDES, help=argparse.SUPPRESS)
    parser.add_argument("--folders", type=Path, nargs=2, help=argparse.SUPPRESS)
    parser.add_argument("--temporary", type=Path, help="where the checkpoints are written")
    wanted = parser.parse_args()
    if wanted.side:
        print(json.dumps(SIDES[wanted.side](*wanted.folders)))
        return
    with tempfile.TemporaryDirectory(dir=wanted.temporary) as name:
        first, second = Path(name, "first"), Path(name, "second")
        first.mkdir()
        write_checkpoint(first, wanted.gigabytes)
        move(first, second)
        size = sum(f.stat().st_size for f in first.glob("*.safetensors"))
        print(f"two checkpoints of {size / 2**30:.2f} GiB in bfloat16, {os.cpu_count()} cores")
        compare("half the layers moved", first, second)
        shutil.copytree(first, second, dirs_exist_ok=True)
        compare("a copy", first, second)


if __name__ == "__main__":
    main()
