"""Spectra against WeightWatcher's analysis and torch's singular value decomposition.

    python -m benchmarks.spectra

A random Llama of 50 million parameters: all its matrices, by WeightWatcher 0.7 (`analyze`, its default) and by us, from
the file to alpha. Matrices of 4096 x 4096 in float32, random and with singular values that fall like k^-1/2 (as trained
weights do): all singular values, and only spectral norm and stable rank, against `torch.linalg.svdvals`. Each side runs
in a process of its own; times are the best of some runs.
"""

from __future__ import annotations

import argparse
import json
import logging
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

WIDTH = 4096
FILES = {"random": "random.safetensors", "decaying": "decaying.safetensors"}


def write(folder: Path) -> None:
    """The model, and the two square matrices."""
    import torch
    from safetensors.torch import save_file
    from transformers import LlamaConfig, LlamaForCausalLM

    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=8000,
        hidden_size=512,
        intermediate_size=1408,
        num_hidden_layers=14,
        num_attention_heads=8,
        tie_word_embeddings=True,
    )
    LlamaForCausalLM(config).save_pretrained(folder / "model")
    left, right = (torch.linalg.qr(torch.randn(WIDTH, WIDTH))[0] for _ in range(2))
    made = {
        "random": torch.randn(WIDTH, WIDTH) / WIDTH**0.5,
        "decaying": left * torch.arange(1, WIDTH + 1) ** -0.5 @ right,
    }
    for name, matrix in made.items():
        save_file({"weight": matrix.contiguous()}, folder / FILES[name])


def best(work: Callable[[], Any], runs: int = 3) -> tuple[float, Any]:
    """Seconds of the quickest run, and what came out."""
    seconds = []
    for _ in range(runs):
        began = time.perf_counter()
        found = work()
        seconds.append(time.perf_counter() - began)
    return min(seconds), found


def model(folder: Path) -> dict[str, Any]:
    """All spectra of the model, from its files."""
    from core.checkpoints.checkpoint import open_checkpoint
    from core.checkpoints.spectra.scan import checkpoint_spectra

    seconds, found = best(lambda: checkpoint_spectra(open_checkpoint(folder / "model"), "full"))
    return {
        "seconds": seconds,
        "norms": {s.name: s.spectral_norm for s in found.spectra},
        "alphas": {s.name: s.alpha for s in found.spectra},
    }


def weightwatcher(folder: Path) -> dict[str, Any]:
    """The same by WeightWatcher, on the loaded model; loading is not counted."""
    warnings.simplefilter("ignore")
    import weightwatcher as peer
    from transformers import LlamaForCausalLM

    logging.getLogger(peer.__name__).setLevel(logging.ERROR)
    loaded = LlamaForCausalLM.from_pretrained(folder / "model")
    seconds, found = best(lambda: peer.WeightWatcher(model=loaded).analyze(), runs=1)
    names = [f"{row.longname}.weight" for row in found.itertuples()]
    return {
        "seconds": seconds,
        "norms": dict(zip(names, found.sv_max, strict=True)),
        "alphas": dict(zip(names, found.alpha, strict=True)),
    }


def square(folder: Path) -> dict[str, Any]:
    """Both matrices: torch's decomposition, all singular values, the norms alone; from the file, too."""
    import torch
    from safetensors.torch import load_file

    from core.checkpoints.checkpoint import open_checkpoint
    from core.checkpoints.spectra.scan import checkpoint_spectra

    told = {}
    for name, file in FILES.items():
        checkpoint = open_checkpoint(folder / file)
        with torch.inference_mode():
            theirs, _ = best(lambda file=file: torch.linalg.svdvals(load_file(folder / file)["weight"]))  # type: ignore[misc]
            exact = torch.linalg.svdvals(load_file(folder / file)["weight"].double())
        ours, full = best(lambda checkpoint=checkpoint: checkpoint_spectra(checkpoint, "full"))  # type: ignore[misc]
        quick, norms = best(lambda checkpoint=checkpoint: checkpoint_spectra(checkpoint, "norms"), runs=5)  # type: ignore[misc]
        stable, found = float((exact / exact[0]).square().sum()), full.spectra[0]
        clear = found.singular_values > found.resolution
        told[name] = {
            "svdvals": theirs,
            "full": ours,
            "norms": quick,
            "full_error": float(abs(found.singular_values / exact.numpy() - 1)[clear].max()),
            "norm_error": float(abs(norms.spectra[0].spectral_norm / float(exact[0]) - 1)),
            "stable_error": abs(norms.spectra[0].stable_rank / stable - 1),
        }
    return told


SIDES = {"model": model, "weightwatcher": weightwatcher, "square": square}


def alone(side: str, folder: Path) -> dict[str, Any]:
    """A side in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.spectra", "--side", side, "--folder", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(done.stderr)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def compare() -> None:
    """Print seconds, errors and ratios."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write(folder)
        ours, theirs, matrices = (alone(side, folder) for side in ("model", "weightwatcher", "square"))
    shared = [k for k in theirs["norms"] if k in ours["norms"]]
    error = max(abs(ours["norms"][k] / theirs["norms"][k] - 1) for k in shared)
    equal = sum(abs(ours["alphas"][k] / theirs["alphas"][k] - 1) < 1e-6 for k in shared)
    ratio = theirs["seconds"] / ours["seconds"]
    print(f"all spectra of 50 M parameters: {ours['seconds']:.2f} s, WeightWatcher {theirs['seconds']:.2f} s")
    print(f"  {ratio:.1f}x as fast; spectral norms equal to {error:.0e}, {equal} of {len(shared)} alphas to 1e-6")
    for kind, m in matrices.items():
        print(f"4096 x 4096, {kind}: svdvals {m['svdvals']:.2f} s")
        print(
            f"  all singular values {m['full']:.2f} s: {m['svdvals'] / m['full']:.2f}x as fast, "
            f"right to {m['full_error']:.0e} where resolved"
        )
        print(
            f"  norms {m['norms']:.3f} s: {m['svdvals'] / m['norms']:.1f}x as fast, spectral norm equal to "
            f"{m['norm_error']:.0e}, stable rank to {m['stable_error']:.0e}"
        )


def main() -> None:
    """One side, or all of them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--side", choices=SIDES, help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    wanted = parser.parse_args()
    if wanted.side:
        print(json.dumps(SIDES[wanted.side](wanted.folder)))
    else:
        compare()


if __name__ == "__main__":
    main()
