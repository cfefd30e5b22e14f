"""How far a verdict is to be believed: three states, and the thresholds between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Sureness(StrEnum):
    """What can be said of a single-label verdict."""

    SURE = "sure"
    BETWEEN_TWO = "between two"
    NOT_SURE = "not sure"


#: A text of fewer tokens, or of fewer tokens a word (runs without white space), is never called finely cut.
FEWEST_TOKENS, FINE_TOKENS_PER_WORD = 5, 1.5


@dataclass(frozen=True)
class SurenessThresholds:
    """From which values on a verdict is sure, or at least between two classes.

    Two statistics are looked at. Probabilities tell right verdicts from wrong ones: over the test rows of BANKING77
    (3 x 3,080) and CLINC150 (3 x 4,500) on the demo pairs the first class's probability does it with an AUROC of 0.90
    to 0.95 (margin 0.91 to 0.95, entropy 0.89 to 0.94, the first two together 0.87 to 0.91, largest logit 0.85 to 0.92,
    energy 0.83 to 0.91). They do not tell strange texts: one demo pair gives Arabic, whatever it says, 85 %. How finely
    the tokenizer cuts a text does: single bytes for a script that it has never seen, 1 to 2 bytes a token for nonsense
    and code, 4.2 to 4.6 (median) for the test rows. Short words make few bytes a token, too, however coarse the cut:
    "ATM" is one token of 3 bytes. So a text is finely cut only from 5 tokens and 1.5 tokens a word on. On the three
    tokenizers 23 of 23 texts of nonsense, code and other scripts, of 5 tokens or more, have that (1.57 to 20 tokens a
    word); no text of whole words has. Of the test rows of BANKING77 17 to 21 are called unlike in place of 40 to 43 of
    3,080, of CLINC150's 65 to 75 in place of 73 to 85 of 5,500; of the catalogue's examples none, before and after.
    Nonsense of 2 to 4 tokens ("qwe", "asdf") is left to its probabilities: on three of six pairs one is called sure.

    Measured before short texts were excepted, with the defaults, mean of three pairs, BANKING77 then CLINC150: 81 and
    95 % of the test rows are sure, and 97.7 and 98.3 % of those right; 4 and 3 % are between two, and one of the two is
    right in 97 and 95 %; the rest is right in 61 and 53 %. Of 42 texts of nonsense, code and other languages 4 and 15 %
    are called sure of a class that is wrong; with the demo adapters' own `bytes_per_token`, 2 and 2 %. Of CLINC150's
    1,000 out-of-scope rows, plain English, 6 and 39 % are (4 and 38 %): neither statistic sees that a text in known
    words belongs to no class. The two thresholds of probability were read off these same rows.

    Attributes:
        sure: probability of the first class, for "sure".
        two: probability of the first two together, for "between two"; what is below is "not sure".
        bytes_per_token: a text that is finely cut, into shorter tokens than this, in bytes of UTF-8 a token, is "not
            sure" whatever its probabilities: unlike what was learnt.
        calibrated_on: the texts on which a pair's own thresholds were chosen, in words; empty for the defaults.
        probabilities_on: those on which `sure` and `two` were, where it was others.
    """

    sure: float = 0.8
    two: float = 0.9
    bytes_per_token: float = 1.5
    calibrated_on: str = ""
    probabilities_on: str = ""

    def finely_cut(self, size: int, tokens: int, words: int) -> bool:
        """Whether the tokenizer cut a text of so many bytes of UTF-8 more finely than the texts that were learnt."""
        if tokens < max(FEWEST_TOKENS, FINE_TOKENS_PER_WORD * words):
            return False
        return size / tokens < self.bytes_per_token

    def state(self, probabilities: Sequence[float], *, finely_cut: bool = False) -> Sureness:
        """The state of one text: its class probabilities, (K,) in any order, and whether it is `finely_cut`."""
        if finely_cut:
            return Sureness.NOT_SURE
        first, second = (*sorted(probabilities, reverse=True)[:2], 0.0)[:2]
        if first >= self.sure:
            return Sureness.SURE
        return Sureness.BETWEEN_TWO if first + second >= self.two else Sureness.NOT_SURE


DEFAULT_THRESHOLDS = SurenessThresholds()
