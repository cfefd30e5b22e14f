"""The model card of a merged checkpoint: what it was made of, and the lines that open it."""

from __future__ import annotations

import yaml

from core.results import Merge


def card(result: Merge) -> str:
    """README.md, with the Hub's front matter; no path of the machine gets into it."""
    fields = {
        "base_model": result.base,
        "base_model_relation": "merge",
        "library_name": "transformers",
        "pipeline_tag": "text-classification",
        "tags": ["text-classification", "merge"],
    }
    front = f"---\n{yaml.safe_dump(fields, sort_keys=True)}---\n"
    parts = [front, f"# {result.base} with {result.adapter}, merged\n", _what(result), "## Use\n", _use(result)]
    return "\n".join(parts).rstrip() + "\n"


def _what(result: Merge) -> str:
    whole = f" Replaced whole by the adapter's: {', '.join(result.whole)}." if result.whole else ""
    codes = f" The base was held as {result.dequantised}; its codes were read out first." if result.dequantised else ""
    length = f" It was trained with texts of at most {result.max_tokens:,} tokens." if result.max_tokens else ""
    return (
        f"The LoRA factors of `{result.adapter}` were added to {result.modules:,} weights of `{result.base}`, in "
        f"{result.dtype}.{whole}{codes}{length} {len(result.labels):,} outputs: {', '.join(result.labels[:20])}"
        f"{' ...' if len(result.labels) > 20 else ''}.\n"
    )


def _use(result: Merge) -> str:
    """At most six lines with Headlight, and where a stock class opens it, as many with plain transformers."""
    own = '```\npython -m core classify FOLDER --text "..."\n```\n'
    if not result.stock_class:
        return own + "\nNo class of transformers computes the same; open it with Headlight.\n"
    stock = (
        "```python\nfrom transformers import pipeline\n\n"
        'classify = pipeline("text-classification", model="FOLDER", tokenizer="FOLDER")\nprint(classify("..."))\n```\n'
    )
    return own + "\n" + stock
