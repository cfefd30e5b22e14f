"""What a demo adapter says of strange texts: how finely the tokenizer cuts those that it was trained on."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from transformers import AutoTokenizer

from core.config.sureness import SURENESS_FILE, SurenessCard

#: Of the training texts so many are cut more finely than the threshold.
SHARE = 0.01


def write_sureness(adapter: Path, base: Path, texts: Sequence[str], corpus: str) -> Path:
    """Write `sureness.json` into an adapter's folder. No label and no test text is looked at."""
    tokenizer = AutoTokenizer.from_pretrained(base)
    lengths = [len(ids) for ids in tokenizer(list(texts), add_special_tokens=False)["input_ids"]]
    sizes = np.array([len(text.encode()) for text in texts])
    threshold = float(np.quantile(sizes / np.array(lengths), SHARE))
    calibrated_on = f"the {len(texts):,} training texts of {corpus}"
    card = SurenessCard(calibrated_on=calibrated_on, bytes_per_token=round(threshold, 2))
    path = adapter / SURENESS_FILE
    path.write_text(json.dumps(card.model_dump(exclude_unset=True), indent=2) + "\n", encoding="utf-8")
    return path
