"""English contractions: I am and I'm, do not and don't; only where one reads for the other.

What a contraction may also stand for is left as it is: 'd (had, would), 's before a participle (has), and n't before a
subject, where nobody writes "why is not my card here".
"""

from __future__ import annotations

import re
from functools import cache

_BE = {
    "am": ("i",),
    "are": ("you", "we", "they"),
    "is": ("it", "he", "she", "that", "there", "here", "what", "where", "who", "how"),
}
_BE_SHORT = {"am": "'m", "are": "'re", "is": "'s"}
_PERSONS = ("i", "you", "we", "they", "he", "she", "it")
_NOT = ("do", "does", "did", "is", "are", "was", "were", "have", "has", "had", "could", "would", "should", "must")
#: Written out -> short, in lower case.
PAIRS = {
    **{f"{word} {verb}": word + _BE_SHORT[verb] for verb, words in _BE.items() for word in words},
    **{f"{word} will": f"{word}'ll" for word in _PERSONS},
    **{f"{word} have": f"{word}'ve" for word in ("i", "you", "we", "they")},
    **{f"{verb} not": f"{verb}n't" for verb in _NOT},
    "cannot": "can't",
    "will not": "won't",
}
_PARTICIPLE = r"(?:been|got|gone|had|done|made|lost|sent|paid|forgotten|taken|given|seen|\w+ed)\b"
_SUBJECT = r"(?:i|you|we|they|he|she|it|my|your|our|their|the|this|that|these|those|there|a|an|any|some)\b"
_ANY_APOSTROPHE = "['’]"


def contracted(text: str) -> str:
    """The text with every long form contracted, at which a word follows."""
    sign = "’" if "’" in text and "'" not in text else "'"

    def short(found: re.Match[str]) -> str:
        return cased(PAIRS[" ".join(found[0].lower().split())].replace("'", sign), found[0])

    return _long_forms().sub(short, text)


def written_out(text: str) -> str:
    """The text with every contraction written out that stands for one thing."""
    long_forms = {short: long for long, short in PAIRS.items()}

    def long(found: re.Match[str]) -> str:
        made = long_forms[found[0].lower().replace("’", "'")]
        if made.startswith("i "):  # the person is written with a capital, but by those who write without any
            return made if found[0][0] == "i" else "I" + (made[1:].upper() if found[0][1:].isupper() else made[1:])
        return cased(made, found[0])

    return _short_forms().sub(long, text)


def cased(made: str, like: str) -> str:
    """What stands in place of another part of a text, in its case: all capitals, or one at the beginning."""
    letters = [sign for sign in like if sign.isalpha()]
    if len(letters) > 1 and like.isupper():
        return made.upper()
    return made[:1].upper() + made[1:] if letters and letters[0].isupper() else made


@cache
def _long_forms() -> re.Pattern[str]:
    """At which a word follows: "yes, I am." has no short form. Of `have` only before a participle."""
    plain = [form for form in PAIRS if not form.endswith(" have")]
    perfect = [form for form in PAIRS if form.endswith(" have")]
    either = "|".join(form.replace(" ", r"\s") for form in sorted(plain, key=len, reverse=True))
    have = "|".join(form.replace(" ", r"\s") for form in perfect)
    return re.compile(rf"\b(?:(?:{either})(?=\s\w)|(?:{have})(?=\s{_PARTICIPLE}))", re.IGNORECASE | re.ASCII)


@cache
def _short_forms() -> re.Pattern[str]:
    def any_of(end: str) -> str:
        forms = (short for short in PAIRS.values() if short.endswith(end))
        return "|".join(form.replace("'", _ANY_APOSTROPHE) for form in forms)

    clear = "|".join(any_of(end) for end in ("'m", "'re", "'ll", "'ve"))
    is_or_has, negated = any_of("'s"), any_of("n't")
    return re.compile(
        rf"\b(?:(?:{clear})\b|(?:{is_or_has})\b(?!\s{_PARTICIPLE})|(?:{negated})\b(?!\s{_SUBJECT}))",
        re.IGNORECASE | re.ASCII,
    )
