"""Training batches of a base: texts of both sets, slightly damaged, alike in length."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from transformers import PreTrainedTokenizerFast

from tools.demos.corpus import OUT_OF_SCOPE
from tools.demos.recipes import MAX_TOKENS, PretrainingRecipe
from tools.demos.vocabulary import TokenSplitter

TOPIC = "topic:"
MIN_WORDS = 4


@dataclass(frozen=True)
class Task:
    """A labelled set with a throw-away head. `topics` are what may follow a text, or empty.

    Attributes:
        targets: (N, K) float32, what the head aims at: one-hot, or mixed with a teacher.
    """

    texts: tuple[str, ...]
    targets: Tensor
    topics: tuple[str, ...] = ()


@dataclass(frozen=True)
class Sample:
    """One text of one task, as tokens; the first `length` are the text, the rest its topic and the end."""

    task: int
    row: int
    ids: list[int]
    length: int


@dataclass(frozen=True)
class Batch:
    """ids (B, T); `real` (B, T) bool is True where there is a token, `text` (B, T) bool where it is the text's own."""

    ids: Tensor
    real: Tensor
    text: Tensor
    tasks: Tensor
    rows: Tensor


class Sampler:
    """Draws an epoch at a time; the same seed draws the same epochs."""

    def __init__(
        self, tasks: Sequence[Task], tokenizer: PreTrainedTokenizerFast, recipe: PretrainingRecipe, seed: int
    ) -> None:
        self._tasks = tasks
        self._tokenizer = tokenizer
        self._recipe = recipe
        self._words = random.Random(seed)
        self._order = np.random.default_rng(seed)
        self._splitter = TokenSplitter(tokenizer, recipe.token_split, seed)

    def epoch(self) -> list[Batch]:
        """All of the first task and a share of the others, shuffled in batches."""
        samples = [s for number, task in enumerate(self._tasks) for s in self._samples(number, task)]
        noise = self._order.random(len(samples))
        samples = [samples[i] for i in np.argsort([len(s.ids) + 2 * n for s, n in zip(samples, noise, strict=True)])]
        batches = [_pack(group) for group in _groups(samples, self._recipe.tokens_per_batch)]
        return [batches[i] for i in self._order.permutation(len(batches))]

    def _samples(self, number: int, task: Task) -> Iterator[Sample]:
        share = 1.0 if number == 0 else self._recipe.clinc_share
        rows = self._order.permutation(len(task.texts))[: round(share * len(task.texts))]
        texts = [self._damaged(task.texts[row]) for row in rows]
        topics = [self._topic(task, row) for row in rows]
        encoded = self._tokenizer.backend_tokenizer.encode_batch(texts)
        endings = self._tokenizer.backend_tokenizer.encode_batch(topics, add_special_tokens=False)
        for row, text, ending in zip(rows, encoded, endings, strict=True):
            ids = self._splitter.split(text.ids)[:MAX_TOKENS]
            yield Sample(number, int(row), [*ids, *ending.ids, int(self._tokenizer.eos_token_id)], len(ids))

    def _damaged(self, text: str) -> str:
        """The text with some words left out; short texts stay whole."""
        words = text.split()
        if len(words) < MIN_WORDS:
            return text
        retained = [word for word in words if self._words.random() >= self._recipe.word_dropout]
        return " ".join(retained or words)

    def _topic(self, task: Task, row: int) -> str:
        requested = bool(task.topics) and self._words.random() < self._recipe.topic_share
        return topic_ending(task.topics[row]) if requested else ""


def topic_ending(domain: str) -> str:
    """What follows a text when its domain is told: "topic: credit cards"."""
    return f"{TOPIC} {'other' if domain == OUT_OF_SCOPE else domain.replace('_', ' ')}"


def _groups(samples: Sequence[Sample], budget: int) -> Iterator[list[Sample]]:
    group: list[Sample] = []
    longest = 0
    for sample in samples:
        longest = max(longest, len(sample.ids))
        if group and (len(group) + 1) * longest > budget:
            yield group
            group, longest = [], len(sample.ids)
        group.append(sample)
    if group:
        yield group


def _pack(group: Sequence[Sample]) -> Batch:
    """Padded on the right with 0."""
    ids = torch.zeros(len(group), max(len(s.ids) for s in group), dtype=torch.long)
    for row, sample in enumerate(group):
        ids[row, : len(sample.ids)] = torch.tensor(sample.ids)
    places = torch.arange(ids.shape[1])
    lengths = torch.tensor([s.length for s in group])
    return Batch(
        ids=ids,
        real=places < torch.tensor([len(s.ids) for s in group])[:, None],
        text=places < lengths[:, None],
        tasks=torch.tensor([s.task for s in group]),
        rows=torch.tensor([s.row for s in group]),
    )
