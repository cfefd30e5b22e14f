"""What the adapter changes, in words."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from core.results import Ablation, AtScale, Flip, ScaleCurve
from core.words import adapter_effect

LABELS = ("card", "home")


def at(scale: float, probability: float, label: str) -> AtScale:
    return AtScale(scale, LABELS, np.array([probability, 0.0]), np.array([probability, 1 - probability]), label)


def curve(*flips: Flip) -> ScaleCurve:
    zeros = np.zeros((3, 2))
    return ScaleCurve(LABELS, np.array([0.0, 1.0, 2.0]), zeros, zeros, ("card",) * 3, flips, ())


def ablation(cells: list[list[float]], verdicts: tuple[tuple[str, ...], ...] = (("card", "card"),)) -> Ablation:
    """One layer, two kinds of modules; logits of `card` without each part, 4 with all."""
    logits = np.array([[[value, 0.0] for value in row] for row in cells])
    return Ablation(
        LABELS,
        ("layer 0",),
        ("q_proj", "v_proj"),
        np.array([4.0, 0.0]),
        np.array([1.0, 0.0]),
        logits,
        logits.min(axis=1),
        logits.min(axis=0),
        "card",
        "home",
        verdicts,
        ("card",),
        ("card", "card"),
    )


def test_off_and_on() -> None:
    assert adapter_effect.switched(at(0, 0.2, "home"), at(1, 0.9, "card"), "card") == (
        "Without the adapter's update 'Home' leads, with it 'Card' leads: 'Card' has 20.0\u00a0% without it, "
        "90.0\u00a0% with it. Pooler and head are the adapter's on both sides, or the base's where it brings none: "
        "choosing no adapter above takes them away as well."
    )
    same = adapter_effect.switched(at(0, 0.6, "card"), at(1, 0.9, "card"), "card")
    assert same.startswith("With and without the adapter's update 'Card' leads: 90.0\u00a0% with it, 60.0")


def test_of_a_regression_the_outputs_are_said() -> None:
    off, on = (AtScale(s, ("score",), np.array([v]), np.array([np.nan]), "score") for s, v in ((0, 1.0), (1, 2.0)))
    assert adapter_effect.switched(off, on, "score") == ("The adapter's update moves 'Score' from 1.00 to 2.00.")


def test_flips() -> None:
    assert adapter_effect.flips(curve(), "card") == "At every scale from 0 to 2 'Card' leads."
    two = curve(Flip(0.25, "home", "card"), Flip(1.5, "card", "home"))
    assert adapter_effect.flips(two, "card") == (
        "Going up from 0, what it says flips at 0.250 from 'Home' to 'Card'; at 1.500 from 'Card' to 'Home'."
    )
    assert "Flips are exact" in adapter_effect.scales_about(two)


def test_a_value_has_no_flips() -> None:
    scales, values, nothing = np.array([0.0, 1.0, 2.0]), np.array([[1.0], [3.0], [2.5]]), np.full((3, 1), np.nan)
    result = ScaleCurve(("score",), scales, values, nothing, ("score",) * 3, (), ("head",))
    assert adapter_effect.flips(result, "score") == "From scale 0 to 2 'Score' lies between 1.00 and 3.00."
    assert "lip" not in adapter_effect.scales_about(result)


def test_what_carries_it() -> None:
    words = adapter_effect.carried(ablation([[3.0, 1.5]]), "card")
    assert words == (
        "The adapter's update raises the logit of 'Card', from 1.00 to 4.00. Layer 0 speaks for it most: without that "
        "part of the update it changes by -2.50."
    )
    assert adapter_effect.carriers(ablation([[3.0, 1.5]]), "card") == (
        "The single part that it needs most is v_proj in layer 0 (-2.50). Of the kinds of modules it is v_proj in all "
        "layers (-2.50)."
    )
    value = replace(ablation([[3.0, 1.5]]), is_regression=True)
    assert adapter_effect.carried(value, "card").startswith("The adapter's update raises the value of 'Card'")
    assert adapter_effect.flipping(value) == ""
    nothing = ablation([[5.0, 4.5]])
    assert adapter_effect.carried(nothing, "card").endswith("No layer of it speaks for 'Card' alone.")
    assert adapter_effect.carriers(nothing, "card") == (
        "No single part speaks for it: taken away alone, none lowers the logit."
    )


def test_what_the_verdict_cannot_do_without() -> None:
    result = ablation([[3.0, 1.5]])
    assert adapter_effect.flipping(result) == (
        "None of the 2 parts changes what it says when taken away alone; no whole layer and no whole kind does."
    )
    flipping = replace(result, cell_verdicts=(("card", "home"),), layer_verdicts=("home",))
    assert adapter_effect.flipping(flipping) == (
        "1 of 2 parts change what it says when taken away alone: v_proj in layer 0; of whole layers and kinds, layer 0."
    )
