"""Weight statistics against reading the bytes, and against loading the model and looping over its modules.

    python -m benchmarks.weights [--gigabytes 2]
    python -m benchmarks.weights --gigabytes 16 --no-loop

Writes a bfloat16 checkpoint in shards, random, into a temporary folder. Each side runs in a process of its own, with
the files in the page cache: the engine's exact statistics of everything; the bytes read once by as many threads; and
the loop over modules with torch (mean, std, min, max, norm, zeros, near zeros, count) after `from_pretrained`. The
memory of a process is what it holds at most (VmHWM) above what the idle app holds as well: Python, numpy, the engine.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from benchmarks import spectra

WIDTH, INNER, VOCABULARY = 2048, 5632, 32000
SHARD = 500_000_000
READ = 1 << 20
RUNS = 3


def write_checkpoint(folder: Path, gigabytes: float) -> None:
    """A random Llama of about this size in bfloat16, a shard in memory at a time."""
    import torch
    from safetensors.torch import save_file
    from transformers import LlamaConfig, LlamaForCausalLM

    layer = 4 * WIDTH * WIDTH + 3 * WIDTH * INNER
    layers = max(1, round((gigabytes * 2**30 / 2 - VOCABULARY * WIDTH) / layer))
    config = LlamaConfig(
        vocab_size=VOCABULARY,
        hidden_size=WIDTH,
        intermediate_size=INNER,
        num_hidden_layers=layers,
        num_attention_heads=16,
        num_key_value_heads=16,
        tie_word_embeddings=True,
        dtype="bfloat16",
    )
    with torch.device("meta"):
        shapes = {name: p.shape for name, p in LlamaForCausalLM(config).named_parameters()}
    config.save_pretrained(folder)
    torch.manual_seed(0)
    places: dict[str, str] = {}
    while shapes:
        shard: dict[str, torch.Tensor] = {}
        file = f"model-{len(set(places.values())):05d}.safetensors"
        while shapes and sum(t.nbytes for t in shard.values()) < SHARD:
            name = next(iter(shapes))
            shard[name] = torch.randn(shapes.pop(name)).mul_(0.02).bfloat16()
            places[name] = file
        save_file(shard, folder / file, metadata={"format": "pt"})
    index = {"metadata": {}, "weight_map": places}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index))


def memory(field: str) -> float:
    """MB of this process: `VmRSS` now, `VmHWM` at most."""
    line = next(row for row in Path("/proc/self/status").read_text().splitlines() if row.startswith(field))
    return int(line.split()[1]) / 1024


def ours(folder: Path) -> dict[str, float]:
    """Exact statistics of every tensor; the first run also compiles or loads the loops."""
    import core.engine.engine  # what an idle server has too  # noqa: F401

    before = memory("VmRSS")
    from core.checkpoints.checkpoint import open_checkpoint
    from core.checkpoints.weights import checkpoint_statistics

    seconds = []
    for _ in range(RUNS):
        began = time.perf_counter()
        report = checkpoint_statistics(open_checkpoint(folder))
        seconds.append(time.perf_counter() - began)
    return {
        "seconds": min(seconds),
        "first": seconds[0],
        "memory": memory("VmHWM") - before,
        "parameters": report.parameters,
    }


def reading(folder: Path) -> dict[str, float]:
    """All bytes once, by one thread a core."""
    files = sorted(folder.glob("*.safetensors"))
    spans = [(f, at) for f in files for at in range(0, f.stat().st_size, 64 * READ)]

    def read(span: tuple[Path, int]) -> None:
        buffer, (path, at) = memoryview(bytearray(READ)), span
        descriptor = os.open(path, os.O_RDONLY)
        for place in range(at, at + 64 * READ, READ):
            os.preadv(descriptor, [buffer], place)
        os.close(descriptor)

    seconds = []
    for _ in range(RUNS):
        began = time.perf_counter()
        with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
            list(pool.map(read, spans))
        seconds.append(time.perf_counter() - began)
    return {"seconds": min(seconds)}


def loop(folder: Path) -> dict[str, float]:
    """Load the model, then eight reductions a parameter of each module."""
    import torch
    from transformers import AutoModelForCausalLM

    before = memory("VmRSS")
    began = time.perf_counter()
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.bfloat16)
    with torch.no_grad():
        for module in model.modules():
            for parameter in module.parameters(recurse=False):
                values = parameter.float()
                found: list[Any] = [values.mean(), values.std(), values.min(), values.max(), values.norm()]
                found += [(values == 0).sum(), (values.abs() < 1e-5).sum(), values.numel()]
                [float(value) for value in found]
    return {"seconds": time.perf_counter() - began, "memory": memory("VmHWM") - before}


def update(_folder: Path) -> dict[str, float]:
    """Singular values of a LoRA update, 4096 x 4096 of rank 16: from the factors, and of the dense product."""
    import torch

    from core.checkpoints.adapter_update.low_rank import low_rank_singular_values

    torch.manual_seed(0)
    b, a = torch.randn(4096, 16), torch.randn(16, 4096)
    with torch.inference_mode():
        seconds = []
        for _ in range(RUNS * 3):
            began = time.perf_counter()
            found = low_rank_singular_values(b, a)
            seconds.append(time.perf_counter() - began)
        began = time.perf_counter()
        dense = torch.linalg.svdvals(b @ a)
        spent = time.perf_counter() - began
    error = float((found - dense[:16]).abs().max() / dense[0])
    return {"seconds": min(seconds), "dense": spent, "error": error}


SIDES = {"update": update, "ours": ours, "reading": reading, "loop": loop}


def alone(side: str, folder: Path) -> dict[str, float]:
    """A side in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.weights", "--side", side, "--folder", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(done.stderr)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def main() -> None:
    """Print seconds, memory and ratios."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gigabytes", type=float, default=2.0)
    parser.add_argument("--side", choices=SIDES, help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--temporary", type=Path, help="where the checkpoint is written")
    parser.add_argument("--no-loop", action="store_true", help="leave out what needs the model in memory, and spectra")
    wanted = parser.parse_args()
    if wanted.side:
        print(json.dumps(SIDES[wanted.side](wanted.folder)))
        return
    with tempfile.TemporaryDirectory(dir=wanted.temporary) as name:
        write_checkpoint(Path(name), wanted.gigabytes)
        compare(Path(name), loops=not wanted.no_loop)
    if not wanted.no_loop:
        spectra.compare()


def compare(folder: Path, *, loops: bool) -> None:
    """Read once to warm the page cache, then each side."""
    size = sum(f.stat().st_size for f in folder.glob("*.safetensors"))
    alone("reading", folder)
    bytes_read, found = alone("reading", folder), alone("ours", folder)
    print(f"{size / 2**30:.2f} GiB in bfloat16, {found['parameters']:,.0f} parameters, {os.cpu_count()} cores")
    print(f"{'reading the bytes':<26}{bytes_read['seconds']:>8.2f} s")
    print(
        f"{'exact statistics':<26}{found['seconds']:>8.2f} s; first run {found['first']:.2f} s; "
        f"{found['memory']:.0f} MB above idle"
    )
    print(f"against reading: {found['seconds'] / bytes_read['seconds']:.2f}x")
    if not loops:
        return
    peer, lora = alone("loop", folder), alone("update", folder)
    print(f"{'load and loop':<26}{peer['seconds']:>8.2f} s; {peer['memory']:.0f} MB above idle")
    print(f"against load and loop: {peer['seconds'] / found['seconds']:.1f}x as fast")
    print(
        f"LoRA's singular values, 4096 x 4096, r = 16: {1e3 * lora['seconds']:.2f} ms, dense {lora['dense']:.2f} s, "
        f"{lora['dense'] / lora['seconds']:,.0f}x as fast, equal to {lora['error']:.0e}"
    )


if __name__ == "__main__":
    main()
