"""Spectra in words: which matrix uses fewest directions, how well a power law fits."""

from __future__ import annotations

import math

from core.results import PowerLaw, SpectraReport, Spectrum
from core.words.durations import duration
from core.words.numbers import three_digits

#: Kolmogorov-Smirnov distances up to which a fit is called so.
GOOD, FAIR = 0.05, 0.1
ABOUT = (
    "Spectral norm: the largest singular value, by how much the matrix can stretch a vector. Stable rank: squared "
    "ratio of Frobenius to spectral norm. Effective rank: exp of the entropy of the singular values' shares (Roy and "
    "Vetterli 2007). Beyond random: singular values above the edge that random entries of this size and norm would "
    "have (Marchenko and Pastur 1967). Alpha: exponent of a power law in the tail of the squared singular values, by "
    "maximum likelihood (Clauset, Shalizi and Newman 2009); Martin and Mahoney (2021) find 2 to 6 in layers that were "
    "trained well. The distance (Kolmogorov-Smirnov, 0 to 1) says how far the tail is from that law."
)


def title(s: Spectrum) -> str:
    """A matrix in words."""
    if s.layer is None:
        return s.name
    expert = "" if s.expert is None else f", expert {s.expert}"
    return f"{s.stack} layer {s.layer}, {s.module}{expert}".lstrip()


def remark(s: Spectrum) -> str:
    """Why there are no numbers, what the matrix was made of, why it has no power law; empty where there is nothing."""
    refusal = s.power_law.refusal if s.power_law else ""
    return "; ".join(words for words in (s.note, s.remark, refusal) if words)


def rank(value: float) -> str:
    """One decimal: a rank counts directions."""
    return f"{value:,.1f}" if math.isfinite(value) else "none"


def fewest_directions(report: SpectraReport) -> str:
    """Which matrix is carried by fewest directions."""
    known = [s for s in report.spectra if math.isfinite(s.stable_rank)]
    if not known:
        return f"None of the {len(report.spectra):,} matrices has a spectrum."
    least = min(known, key=lambda s: s.stable_rank / min(s.rows, s.columns))
    said = (
        f"Of {len(report.spectra):,} matrices {title(least)} has the smallest stable rank for its size: "
        f"{rank(least.stable_rank)} of {min(least.rows, least.columns):,}"
    )
    if not math.isfinite(least.effective_rank):
        return f"{said}."
    return f"{said}. By its effective rank, in which small directions count too, it uses {rank(least.effective_rank)}."


def fit(law: PowerLaw) -> str:
    """The power law and how well it fits, or why there is none."""
    if law.refusal:
        return f"No power law: {law.refusal}."
    quality = "a good fit" if law.distance <= GOOD else "a fair fit" if law.distance <= FAIR else "a poor fit"
    return (
        f"Alpha {law.alpha:.2f} ± {law.error:.2f} from the largest {law.tail:,} of {law.values:,} values; "
        f"distance {law.distance:.3f}, {quality}."
    )


def resolved(s: Spectrum) -> str:
    """Which singular values are less certain; empty where all are known to 1 %."""
    assert s.singular_values is not None
    vague = int((s.singular_values <= s.resolution).sum())
    return f"{vague:,} below {three_digits(s.resolution)} are known to less than 1 %." if vague else ""


def cost(report: SpectraReport) -> str:
    """How many matrices there are, and what they took."""
    return (
        f"{len(report.spectra):,} matrices in {duration(report.seconds)}; {report.left_out:,} tensors are no matrices."
    )
