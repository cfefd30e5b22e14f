"""The model card of a base: what it is, what it has seen, what it is worth."""

from __future__ import annotations

from pathlib import Path

import yaml

from core.config.families import FAMILIES
from tools.demos.adapters import SOURCES
from tools.demos.bases import TrainedBase
from tools.demos.corpus import Corpus
from tools.demos.recipes import SEED, DemoRecipe, PretrainingRecipe


def write_base_card(
    demo: DemoRecipe, recipe: PretrainingRecipe, base: TrainedBase, corpus: Corpus, seconds: float, folder: Path
) -> None:
    """Write README.md."""
    header = {
        "language": "en",
        "library_name": "transformers",
        "license": "apache-2.0",
        "pipeline_tag": "text-generation",
        "tags": [demo.family, "demonstration"],
    }
    parts = [
        f"---\n{yaml.safe_dump(header, sort_keys=True)}---\n",
        f"# {demo.name}\n",
        _what(demo, base),
        _use(demo),
        _data(corpus),
        _training(demo, recipe, seconds),
        _worth(base),
        _limits(demo),
    ]
    (folder / "README.md").write_text("\n".join(parts), encoding="utf-8")


def _what(demo: DemoRecipe, base: TrainedBase) -> str:
    count = sum(p.numel() for p in base.model.parameters())
    window = f", sliding window of {demo.sliding_window} tokens" if demo.sliding_window else ""
    mask = (
        "For classification its causal mask is lifted (`config.is_causal = False`); as a language model it is causal."
        if demo.bidirectional
        else "It is causal, as a classifier and as a language model."
    )
    adapters = "".join(
        f"\n- `adapters/{a.task}`: {a.pooler} pooler, {a.head} head, LoRA of rank {a.rank}" for a in demo.adapters
    )
    family = FAMILIES[demo.family].title
    return f"""A very small {family} for demonstrations, trained from nothing: {count:,} parameters,
width {demo.width}, {demo.layers} layers, {demo.heads} heads ({demo.key_value_heads} for keys and values){window},
a vocabulary of {demo.vocabulary:,} ({demo.tokenizer.replace("_", " ")} BPE, lower case), language-model head
tied to the embeddings, float16. {mask} With it come two adapters:
{adapters}
"""


def _use(demo: DemoRecipe) -> str:
    return f"""## Use

With Headlight, in its own folder:

```sh
python -m core classify {demo.name} --adapter {demo.adapters[0].task} --text "My card has not arrived"
```

With transformers alone, as the language model that it is, in this folder (its adapters need Headlight's poolers and
heads, see their cards):

```python
from transformers import pipeline

write = pipeline("text-generation", model=".")
print(write("my card has", max_new_tokens=8, do_sample=False))
```
"""


def _data(corpus: Corpus) -> str:
    lines = ["## Data\n", "| Name | Source | Licence | Attribution |", "|---|---|---|---|"]
    lines += [
        f"| {facts['name']} | {facts['source']} | {facts['licence']} | {facts['attribution']} |"
        for facts in SOURCES.values()
    ]
    held_out = len(corpus.banking_held_out.texts)
    lines += [
        "",
        f"Trained on the training rows alone: {len(corpus.banking.texts):,} of BANKING77 and "
        f"{len(corpus.intents.texts):,} of CLINC150 (out-of-scope rows included)"
        + (f"; {held_out:,} rows of BANKING77 were held out." if held_out else "."),
        "No pretrained weights and no other data were used.\n",
    ]
    return "\n".join(lines)


def _training(demo: DemoRecipe, recipe: PretrainingRecipe, seconds: float) -> str:
    settings = ", ".join(f"{name} {value}" for name, value in vars(recipe).items())
    passes = (
        "The classes are read from a pass without the causal mask, the next tokens from one with it."
        if demo.bidirectional
        else "Both losses come from one causal pass."
    )
    return f"""## Training

Two objectives at once: the next token, and the intent (77 and 151 classes) by linear heads on the mean hidden state.
The heads were thrown away, but the base has seen every training text **with its label**: it is not a general language
model, and adapters over it start from an advantage. {passes} Half of BANKING77's training target is a linear teacher's
word, by 5-fold cross-fitting. A part of CLINC150's texts is followed by its domain in words (`topic: travel`), so that
the next token after `TEXT topic:` names the domain. Embeddings start from a truncated SVD of token co-occurrence;
the weights kept are a moving average.

Settings: {settings}, seed {SEED}. {seconds:.0f} s on one CPU thread.

The settings were chosen on a seeded, stratified tenth of BANKING77's training rows (`--hold-out 0.1`), then the model
was trained on all of them. To build it again: `python -m tools.demos --data DATA --output assets/models`.
"""


def _worth(base: TrainedBase) -> str:
    quality = base.quality
    return f"""## Results

Measured on CLINC150's validation texts, which were not trained on.

| | |
|---|---:|
| Perplexity per token | {quality.perplexity:.1f} |
| Bits per byte | {quality.bits_per_byte:.2f} |
| Right domain as the likeliest next token after `TEXT topic:` | {quality.topic_accuracy:.3f} |

What the adapters reach stands in their own cards.
"""


def _limits(demo: DemoRecipe) -> str:
    return f"""## Limits

- It has read about 25,000 short English requests. What it writes looks like them, and means nothing.
- It reads at most 256 tokens, and was trained on texts of a few dozen.
- {demo.name} shows how a classifier works inside; do not take decisions with it.
"""
