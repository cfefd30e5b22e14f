"""Tokenizers of the demos: BPE on the training texts, lower case, and nothing is ever unknown.

Two styles, as the families have them: byte-level (Llama 3) and word marks with byte fallback (Gemma, Mistral).
"""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from typing import Any, Literal, assert_never

from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers
from transformers import PreTrainedTokenizerFast

PAD, BOS, EOS = "<pad>", "<s>", "</s>"
SPECIALS = [PAD, BOS, EOS]
BYTES = [f"<0x{number:02X}>" for number in range(256)]

TokenizerStyle = Literal["byte_level", "byte_fallback"]


def train_tokenizer(style: TokenizerStyle, texts: Sequence[str], size: int, max_length: int) -> PreTrainedTokenizerFast:
    """A fast tokenizer of `size` tokens; a text begins with `<s>`. Ids 0, 1, 2 are `<pad>`, `<s>`, `</s>`."""
    match style:
        case "byte_level":
            tokenizer = _byte_level(texts, size)
        case "byte_fallback":
            tokenizer = _byte_fallback(texts, size)
        case _:
            assert_never(style)
    tokenizer.post_processor = processors.TemplateProcessing(single=f"{BOS} $A", special_tokens=[(BOS, 1)])
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        pad_token=PAD,
        bos_token=BOS,
        eos_token=EOS,
        model_max_length=max_length,
        padding_side="right",
        clean_up_tokenization_spaces=False,
    )


def _normalizer() -> normalizers.Normalizer:
    return normalizers.Sequence([normalizers.NFKC(), normalizers.Lowercase()])


def _byte_level(texts: Sequence[str], size: int) -> Tokenizer:
    tokenizer = Tokenizer(models.BPE())
    tokenizer.normalizer = _normalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=True)
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(
        vocab_size=size, special_tokens=SPECIALS, initial_alphabet=alphabet, show_progress=False
    )
    tokenizer.train_from_iterator(texts, trainer)
    return tokenizer


def _byte_fallback(texts: Sequence[str], size: int) -> Tokenizer:
    """Trained on characters, then given the 256 bytes behind the special tokens, for characters it never saw."""
    learner = Tokenizer(models.BPE())
    learner.normalizer = _normalizer()
    learner.pre_tokenizer = pre_tokenizers.Metaspace()
    trainer = trainers.BpeTrainer(vocab_size=size - len(BYTES), special_tokens=SPECIALS, show_progress=False)
    learner.train_from_iterator(texts, trainer)
    learnt = json.loads(learner.to_str())["model"]
    names = [*SPECIALS, *BYTES, *(n for n in sorted(learnt["vocab"], key=learnt["vocab"].get) if n not in SPECIALS)]
    vocabulary = {name: i for i, name in enumerate(names)}
    merges = [tuple(pair) for pair in learnt["merges"]]
    tokenizer = Tokenizer(models.BPE(vocab=vocabulary, merges=merges, byte_fallback=True))
    tokenizer.add_special_tokens(SPECIALS)
    tokenizer.normalizer = _normalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.decoder = decoders.Sequence(
        [decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)]
    )
    return tokenizer


class TokenSplitter:
    """Takes tokens apart at random into the two they were merged from, and those again.

    A seeded kin of BPE dropout (Provilkov et al. 2020): the model meets many spellings of one word.
    """

    def __init__(self, tokenizer: PreTrainedTokenizerFast, share: float, seed: int) -> None:
        model: dict[str, Any] = json.loads(tokenizer.backend_tokenizer.to_str())["model"]
        ids = model["vocab"]
        self._parents: dict[int, tuple[int, int]] = {}
        for left, right in model["merges"]:
            self._parents.setdefault(ids[left + right], (ids[left], ids[right]))
        self._share = share
        self._random = random.Random(seed)

    def split(self, ids: Sequence[int]) -> list[int]:
        """The same text in more tokens."""
        result = []
        pending = list(reversed(ids))
        while pending:
            token = pending.pop()
            parents = self._parents.get(token)
            if parents is not None and self._random.random() < self._share:
                pending += reversed(parents)
            else:
                result.append(token)
        return result
