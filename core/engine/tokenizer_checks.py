"""What a person should know of how a pair reads texts: whose tokenizer, in which template, with which embeddings."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from transformers import PreTrainedTokenizerBase

from core.engine.chat_template import has_template
from core.engine.pair_tokenizer import PairTokenizer
from core.model.adapters.outcomes import note, warning
from core.model.peft_wrappers import unwrap_peft
from core.results import ChatTemplate, Check

#: Texts on which two tokenizers are compared: words, cases, numbers, signs, spaces, scripts.
SAMPLE = (
    "My card has not arrived yet, where is it?",
    "PLEASE close the account no. 40-7123  now!",
    "  two   spaces\nand a line, don't",
    "Grüße aus Köln, naïve café",
    "東京 and שלום with a 🙂",
    "def f(x): return x**2 + 1e-5",
)


def tokenizer_checks(reading: PairTokenizer, chosen: ChatTemplate | None, model: Any) -> tuple[Check, ...]:
    """All of them, for a model and what it reads with; `chosen` is None where nobody said a word on the template."""
    tokenizer = reading.tokenizer
    return (
        *_whose(reading),
        *_template(tokenizer, chosen),
        *_side(tokenizer),
        *_end(tokenizer, model),
        *_rows(reading, model),
    )


def _whose(reading: PairTokenizer) -> Iterator[Check]:
    """That an adapter brings a tokenizer, and what it does otherwise than the base's."""
    if reading.left_out:
        files = " and ".join(reading.left_out)
        message = f"The adapter's folder has {files} and no vocabulary: the base's tokenizer is used as it is."
        yield warning("Tokenizer", message, "put the tokenizer.json there that the adapter was trained with.")
    if not reading.own:
        return
    if reading.base is None:
        yield note("Tokenizer", "The adapter brings its own tokenizer, which is used; the base's cannot be read.")
        return
    other = sum(_ids(reading.tokenizer, text) != _ids(reading.base, text) for text in SAMPLE)
    gained = sorted(set(reading.tokenizer.get_vocab()) - set(reading.base.get_vocab()))
    tokens = f", and has {len(gained):,} tokens more ('{gained[0]}')" if gained else ""
    if other or gained:
        words = f"splits {other} of {len(SAMPLE)} sample texts otherwise than the base's{tokens}"
        yield note("Tokenizer", f"The adapter brings its own tokenizer, which is used: it {words}.")


def _ids(tokenizer: PreTrainedTokenizerBase, text: str) -> list[int]:
    return list(tokenizer(text)["input_ids"])


def _template(tokenizer: PreTrainedTokenizerBase, chosen: ChatTemplate | None) -> Iterator[Check]:
    """That there is a template which nobody decided on."""
    if has_template(tokenizer) and chosen is None:
        message = "Raw text is scored; the tokenizer has a chat template, in which the model may have been trained."
        fix = (
            "the switch on Classify applies it; chat_template: user, or none, in the candidate's YAML says for good "
            "which is right."
        )
        command_fix = (
            "--chat-template applies it, --no-chat-template says that raw text is right; chat_template: user, or none, "
            "in the candidate's YAML says so for good."
        )
        yield warning("Chat template", message, fix, command_fix)
    elif chosen == "user":
        yield note("Chat template", "Each text is read in the tokenizer's chat template, as what a user says.")


def _end(tokenizer: PreTrainedTokenizerBase, model: Any) -> Iterator[Check]:
    """That texts end in a token that the pooler never takes: the padding token, which ends texts as well."""
    ids = _ids(tokenizer, SAMPLE[0])
    pooler: Any = getattr(unwrap_peft(model), "pooler", None)
    ignored = getattr(pooler, "ignored_token_id", None)
    if ids and ignored is not None and ids[-1] == ignored:
        name = tokenizer.convert_ids_to_tokens(ignored)
        message = (
            f"Texts end in '{name}', which is the padding token as well: the state that is pooled is that of the token "
            "before, as in transformers' own classifier."
        )
        yield note("Padding", message)


def _side(tokenizer: PreTrainedTokenizerBase) -> Iterator[Check]:
    """That long texts lose their beginning."""
    if tokenizer.truncation_side == "left":
        yield note("Long texts", "Long texts are cut at the left (truncation_side of the tokenizer): the end is read.")


def _rows(reading: PairTokenizer, model: Any) -> Iterator[Check]:
    """That there are tokens without an embedding."""
    classifier: Any = unwrap_peft(model)
    weight = getattr(classifier.backbone.get_input_embeddings(), "weight", None)
    rows = 0 if weight is None else len(weight)
    beyond = sum(number >= rows for number in reading.tokenizer.get_vocab().values()) if rows else 0
    if beyond:
        message = f"The tokenizer has {beyond:,} tokens beyond the {rows:,} rows of the embedding."
        yield warning("Tokenizer", message, "a text with one of them cannot be read: give the model's own tokenizer.")
