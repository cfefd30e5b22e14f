"""Harmless changes of a text, each a pure function of the text and a seed.

Letters are grapheme clusters (Unicode Standard Annex 29): what a reader takes for one letter is never parted.
"""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from string import whitespace
from typing import Any

from core.evaluation.contractions import cased, contracted, written_out
from core.results.robustness import Perturbation, Replacement

#: Scripts that put no space between words.
_UNSPACED = r"\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}"
#: Letters of a word with a typo, at least: with one in a shorter word it is soon another word.
_LONG = 4
_STOPS = ".!?…。！？؟۔।"
#: A sign of punctuation, but signs that are read as words, what carries a mark, and those inside of a number.
_SIGN = r"(?!(?<![\p{L}\p{M}])[.,:/'’-]\p{Nd})[\p{P}--[%‰@#&*]](?!\p{M})"
_SIGNS = rf"(?<!\s)\s*+{_SIGN}(?:\s*{_SIGN})*\s*"
_APOSTROPHES = ("'", "’")


def perturbed(text: str, perturbation: Perturbation, seed: int = 0) -> str | None:
    """The changed text; None where the change does not apply: it would change nothing, or leave no letter or digit.

    The same text and seed give the same text.
    """
    return _different(text, _CHANGES[perturbation](text, seed))


def replaced(text: str, replacement: Replacement) -> str | None:
    """The text with whole words replaced, in the case of what stood there; None where it does not have them.

    In scripts without spaces between words any part is replaced.
    """
    old, new = replacement.old, replacement.new

    def instead(found: Any) -> str:
        if found[0] == old:
            return new
        return new.lower() if found[0].islower() else cased(new, found[0])

    return _different(text, _whole_words(old).sub(instead, text))


def _different(text: str, changed: str | None) -> str | None:
    if changed is None or changed == text or not any(sign.isalnum() for sign in changed):
        return None
    return changed


# Typos


def _swapped(text: str, seed: int) -> str | None:
    """Two different neighbouring letters of a word, its first left where it is."""
    letters = _letters(text)
    inside = [i for i in _inside(letters) if _is_letter(letters[i + 1 : i + 2])]
    tried = ([*letters[:i], letters[i + 1], letters[i], *letters[i + 2 :]] for i in _drawn(inside, seed))
    return _first_intact(tried, letters)


def _left_out(text: str, seed: int) -> str | None:
    """A letter of a word, never its first."""
    letters = _letters(text)
    return _first_intact(([*letters[:i], *letters[i + 1 :]] for i in _drawn(_inside(letters), seed)), letters)


def _inside(letters: list[str]) -> list[int]:
    """Places of letters behind the first of their word, of words of `_LONG` letters or more."""
    places: list[int] = []
    word: list[int] = []
    for i in range(len(letters) + 1):
        if _is_letter(letters[i : i + 1]):
            word.append(i)
            continue
        places += word[1:] if len(word) >= _LONG else []
        word = []
    return places


def _drawn(places: list[int], seed: int) -> list[int]:
    """In an order that the seed decides."""
    return random.Random(seed).sample(places, len(places))


def _first_intact(tried: Iterable[list[str]], letters: list[str]) -> str | None:
    """The first that is another text, in which no letter has merged with its new neighbour."""
    return next(("".join(made) for made in tried if made != letters and _letters("".join(made)) == made), None)


def _letters(text: str) -> list[str]:
    """What a reader takes for one sign each."""
    return [str(cluster) for cluster in _compiled(r"\X").findall(text)]


def _is_letter(at: list[str]) -> bool:
    """Whether there is a sign, and it is a letter."""
    return bool(at) and unicodedata.category(at[0][0]).startswith("L")


# Signs


def _without_punctuation(text: str, _: int) -> str:
    """Signs inside of a number stay; one between two words leaves a space, an apostrophe inside of a word nothing."""

    def between(found: Any) -> str:
        signs, (start, end) = str(found[0]), found.span()
        if start == 0 or end == len(text):
            return ""
        if signs in _APOSTROPHES and text[start - 1].isalpha() and text[end].isalpha():
            return ""
        return next((sign for sign in signs if sign.isspace()), " ")

    return str(_compiled(_SIGNS).sub(between, text))


def _final_sign(text: str, _: int) -> str | None:
    """Without the signs at its end, or with the full stop of its script where there is none."""
    ended = text.rstrip()
    bare = ended.rstrip(_STOPS + whitespace)
    if bare != ended:
        return bare
    if not ended or unicodedata.category(ended[-1])[0] not in "LMN" or _compiled(r"[\p{Thai}\p{Lao}]$").search(ended):
        return None
    by_script = {r"[\p{Han}\p{Hiragana}\p{Katakana}]$": "。", r"\p{Devanagari}$": "।", r"\p{Arabic}$": "."}
    return ended + next((stop for script, stop in by_script.items() if _compiled(script).search(ended)), ".")


def _spaced(text: str, _: int) -> str:
    return str(_compiled(r"(?<=\S) (?=\S)").sub("  ", text))


# Phrases


def _greeted(text: str, _: int) -> str | None:
    """Before texts in Latin letters that do not greet already."""
    if not _is_latin(text) or _compiled(r"(?i)^\W*(hello|hi|hey|hiya|dear|good\s\w+|greetings)\b").search(text):
        return None
    return f"Hello, {text.lstrip()}"


def _thanking(text: str, _: int) -> str | None:
    """After texts in Latin letters that do not thank already; a sentence without an end gets one before it."""
    if not _is_latin(text) or _compiled(r"(?i)\b(thank|thanks|thx|cheers|ty)").search(text):
        return None
    ended = text.rstrip()
    return f"{ended}{'.' if ended[-1].isalnum() else ''} Thank you."


def _is_latin(text: str) -> bool:
    """Whether more than half of the letters are."""
    letters = _compiled(r"\p{L}").findall(text)
    return 2 * len(_compiled(r"\p{Latin}").findall(text)) > len(letters)


_CHANGES: Mapping[Perturbation, Callable[[str, int], str | None]] = {
    Perturbation.SWAP: _swapped,
    Perturbation.OMISSION: _left_out,
    Perturbation.LOWER: lambda text, _: text.lower(),
    Perturbation.UPPER: lambda text, _: text.upper(),
    Perturbation.NO_PUNCTUATION: _without_punctuation,
    Perturbation.FINAL_SIGN: _final_sign,
    Perturbation.CONTRACTED: lambda text, _: contracted(text),
    Perturbation.WRITTEN_OUT: lambda text, _: written_out(text),
    Perturbation.GREETING: _greeted,
    Perturbation.THANKS: _thanking,
    Perturbation.SPACES: _spaced,
}
#: All that need nothing but the text.
EVERY = tuple(_CHANGES)


@cache
def _compiled(pattern: str) -> Any:
    """By the module `regex`, which knows scripts and grapheme clusters; imported with the first change."""
    import regex

    return regex.compile(pattern, regex.VERSION1)


def _whole_words(old: str) -> Any:
    """That no letter touches, nor an apostrophe with letters behind it but 's; whatever the case."""
    import regex

    letter = rf"[\w--[{_UNSPACED}]]"
    before = rf"(?<!{letter})" if regex.match(letter, old, regex.VERSION1) else ""
    behind = rf"(?!{letter}|['’](?!s\b)\w)" if regex.search(rf"{letter}$", old, regex.VERSION1) else ""
    return regex.compile(f"{before}{regex.escape(old)}{behind}", regex.VERSION1 | regex.IGNORECASE)
