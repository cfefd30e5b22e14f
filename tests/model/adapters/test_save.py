"""What is written beside the tensors, and in which type they are."""

from __future__ import annotations

import json
from pathlib import Path

import torch
from peft import PeftModel
from safetensors.torch import load_file

from core.config import AdapterConfig
from core.model.adapters.card import read_card
from core.model.adapters.new_adapter import attach_new_adapter
from core.model.adapters.save import card_for, save_adapter
from core.model.share import sibling
from tests.model.conftest import LABELS, opened


def test_a_folder_that_peft_opens_with_our_card_beside_it(tiny_folders: dict[str, Path], tmp_path: Path) -> None:
    base = opened(tiny_folders["llama"])
    model = sibling(base.model, pooler_type="mean", num_labels=len(LABELS))
    adapted = attach_new_adapter(model, AdapterConfig(r=2, task_type="CAUSAL_LM"))
    save_adapter(adapted, tmp_path, card_for(base, model, LABELS, base_name="its/base", max_tokens=64), "bfloat16")
    config = json.loads((tmp_path / "adapter_config.json").read_text())
    assert (config["task_type"], config["base_model_name_or_path"]) == ("SEQ_CLS", "its/base")
    assert {t.dtype for t in load_file(tmp_path / "adapter_model.safetensors").values()} == {torch.bfloat16}
    card = read_card(tmp_path)
    assert card is not None
    assert (card.labels, card.pooler_type, card.max_tokens, card.model_type) == (LABELS, "mean", 64, "llama")
    fresh = sibling(base.model, pooler_type="mean", num_labels=len(LABELS))
    assert PeftModel.from_pretrained(fresh, tmp_path).peft_config["default"].task_type == "SEQ_CLS"
