"""Harmless changes of texts: what each does, to which texts it does not apply, and what it never breaks."""

from __future__ import annotations

import unicodedata
from collections import Counter

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from core.evaluation.perturbations import EVERY, perturbed, replaced
from core.results.robustness import TYPOS, Perturbation, Replacement

ENGLISH = st.text("abcdeABC '’.,!?-3£", max_size=60)
SCRIPTS = st.text("aé\u0301אבשׁمرحبا\u064bकक्षि각ᄀ\u200d\u200f👩👧日本", max_size=40)
ANY = st.one_of(st.text(max_size=60), ENGLISH, SCRIPTS)


def letters(text: str) -> list[str]:
    return [str(cluster) for cluster in regex.findall(r"\X", text)]


@pytest.mark.parametrize(
    ("perturbation", "text", "changed"),
    [
        (Perturbation.LOWER, "My PIN", "my pin"),
        (Perturbation.LOWER, "pin", None),
        (Perturbation.UPPER, "My PIN", "MY PIN"),
        (Perturbation.UPPER, "日本 12", None),
        (Perturbation.SWAP, "my pin is in it", None),
        (Perturbation.SWAP, "aaaa", None),
        (Perturbation.OMISSION, "12 345", None),
        (Perturbation.NO_PUNCTUATION, "Hi, it's £3.50!", "Hi its £3.50"),
        (Perturbation.NO_PUNCTUATION, "top-up: -5 to 10 % (at 5-6pm)", "top up -5 to 10 % at 5-6pm"),
        (Perturbation.NO_PUNCTUATION, "a - b", "a b"),
        (Perturbation.NO_PUNCTUATION, "'quoted' text", "quoted text"),
        (Perturbation.NO_PUNCTUATION, "*️⃣ ok", None),
        (Perturbation.NO_PUNCTUATION, "?!", None),
        (Perturbation.NO_PUNCTUATION, "one\n- two", "one\ntwo"),
        (Perturbation.FINAL_SIGN, "Where is it?", "Where is it"),
        (Perturbation.FINAL_SIGN, "Where is it ?!\n", "Where is it"),
        (Perturbation.FINAL_SIGN, "Where is it", "Where is it."),
        (Perturbation.FINAL_SIGN, "カードはどこ", "カードはどこ。"),
        (Perturbation.FINAL_SIGN, "कहाँ है", "कहाँ है।"),
        (Perturbation.FINAL_SIGN, "أين بطاقتي", "أين بطاقتي."),
        (Perturbation.FINAL_SIGN, "he said 'no'", None),
        (Perturbation.FINAL_SIGN, "บัตร", None),
        (Perturbation.FINAL_SIGN, "...", None),
        (Perturbation.CONTRACTED, "I am here", "I'm here"),
        (Perturbation.CONTRACTED, "here", None),
        (Perturbation.WRITTEN_OUT, "I'm here", "I am here"),
        (Perturbation.GREETING, "Where is it", "Hello, Where is it"),
        (Perturbation.GREETING, " hi where is it", None),
        (Perturbation.GREETING, "أين بطاقتي", None),
        (Perturbation.THANKS, "Where is it?", "Where is it? Thank you."),
        (Perturbation.THANKS, "where is it ", "where is it. Thank you."),
        (Perturbation.THANKS, "Thanks, where is it?", None),
        (Perturbation.SPACES, "a b  c\nd e", "a  b  c\nd  e"),
        (Perturbation.SPACES, "ab", None),
    ],
)
def test_what_each_does(perturbation: Perturbation, text: str, changed: str | None) -> None:
    assert perturbed(text, perturbation) == changed


@pytest.mark.parametrize(
    ("old", "new", "text", "changed"),
    [
        ("card", "account", "Card CARD card's discard cards", "Account ACCOUNT account's discard cards"),
        ("Visa", "Mastercard", "visa or Visa", "mastercard or Mastercard"),
        ("I", "we", "I pay", "we pay"),
        ("can", "could", "can't", None),
        ("pay (in)", "add", "Pay (in) 5", "Add 5"),
        ("カード", "口座", "私のカードは", "私の口座は"),
        ("carte", "puce", "la cárte", None),
        ("é", "e", "e\u0301", None),
        (".", "!", "ok.", "ok!"),
    ],
)
def test_replacements(old: str, new: str, text: str, changed: str | None) -> None:
    assert replaced(text, Replacement(old, new)) == changed


@given(ANY, st.sampled_from(EVERY), st.integers(0, 2**63))
def test_any_text_is_changed_or_left(text: str, perturbation: Perturbation, seed: int) -> None:
    """The same each time; never the text itself, never one without a letter or digit."""
    changed = perturbed(text, perturbation, seed)
    assert changed == perturbed(text, perturbation, seed)
    if changed is not None:
        assert changed != text
        assert any(sign.isalnum() for sign in changed)


@given(ANY, st.integers(0, 1000))
def test_typos_keep_what_readers_take_for_letters(text: str, seed: int) -> None:
    before = Counter(letters(text))
    if (swapped := perturbed(text, Perturbation.SWAP, seed)) is not None:
        assert Counter(letters(swapped)) == before
        assert sum(a != b for a, b in zip(letters(text), letters(swapped), strict=True)) == 2
    if (less := perturbed(text, Perturbation.OMISSION, seed)) is not None:
        ((letter, times),) = (before - Counter(letters(less))).items()
        assert (times, unicodedata.category(letter[0])[0]) == (1, "L")
        assert len(letters(less)) == len(letters(text)) - 1


@pytest.mark.parametrize("typo", TYPOS)
def test_where_a_typo_stands_depends_on_the_seed(typo: Perturbation) -> None:
    text = "Where is my new card, please?"
    made = {perturbed(text, typo, seed) for seed in range(60)}
    assert len(made) > 8
    assert None not in made
    firsts = [[word[0] for word in str(changed).split()] for changed in made]
    assert all(first == [word[0] for word in text.split()] for first in firsts)
    assert all(" is my new " in str(changed) for changed in made)


@pytest.mark.parametrize("text", ["שלום עולם", "مرحبا بالعالم", "मोबाइल कार्ड", "naïve cafe\u0301s cafe\u0301s"])
def test_typos_in_other_scripts(text: str) -> None:
    for typo in TYPOS:
        for seed in range(20):
            changed = perturbed(text, typo, seed)
            assert changed is not None
            assert Counter(letters(changed)) <= Counter(letters(text))


@given(ANY)
def test_once_is_enough(text: str) -> None:
    """What has been done is not done again: a second time changes nothing."""
    for perturbation in (
        *(Perturbation.LOWER, Perturbation.UPPER, Perturbation.NO_PUNCTUATION, Perturbation.SPACES),
        *(Perturbation.CONTRACTED, Perturbation.GREETING, Perturbation.THANKS),
    ):
        once = perturbed(text, perturbation)
        assert once is None or perturbed(once, perturbation) is None


@given(ANY)
def test_no_punctuation_takes_nothing_else(text: str) -> None:
    changed = perturbed(text, Perturbation.NO_PUNCTUATION)
    if changed is not None:
        left = [sign for sign in text if not unicodedata.category(sign).startswith("P") and not sign.isspace()]
        kept = [sign for sign in changed if not unicodedata.category(sign).startswith("P") and not sign.isspace()]
        assert kept == left


@given(st.text("abc .!", min_size=1, max_size=20))
def test_a_final_sign_comes_and_goes(text: str) -> None:
    ends = text.rstrip().endswith((".", "!"))
    changed = perturbed(text, Perturbation.FINAL_SIGN)
    assert changed is None or changed.endswith((".", "!")) != ends


@given(ANY, st.text(min_size=1, max_size=5), st.text(max_size=5))
def test_any_replacement_replaces_or_not(text: str, old: str, new: str) -> None:
    changed = replaced(text, Replacement(old, new))
    assert changed is None or changed != text
