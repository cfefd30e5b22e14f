"""How a folder that we wrote is opened: the section of every model card that says it.

The Python of these lines runs as it is, in the folder that it stands in, without any code of ours.
"""

from __future__ import annotations

from typing import assert_never

from core.results import ModelFormat, Opening

TEXT = "My card has not arrived"


def opening(how: Opening, model_format: ModelFormat = "transformers") -> str:
    """The section: with Headlight, and with plain transformers, PEFT or a runtime where the logits are equal."""
    match model_format:
        case "transformers":
            parts = [_headlight(how), _adapter(how) if how.base else _whole(how)]
        case "onnx":
            parts = [_runtime("ONNX Runtime", "onnxruntime", _ONNX)]
        case "openvino":
            parts = [_runtime("OpenVINO", "openvino", _OPENVINO)]
        case _:
            assert_never(model_format)
    return "\n\n".join(["## Use", *parts]) + "\n"


def _headlight(how: Opening) -> str:
    arguments = f"{how.base} --adapter FOLDER" if how.base else "FOLDER"
    return (
        f"With Headlight, in its own folder, where FOLDER is that of this file:\n\n"
        f'```sh\npython -m core classify {arguments} --text "{TEXT}"\n```'
    )


def _whole(how: Opening) -> str:
    if not how.stock_class:
        return (
            f"No class of transformers gives these logits: {how.reason}. Its auto classes and `pipeline` refuse this "
            f"folder. {_ELSEWHERE}"
        )
    limit = "" if how.max_tokens is None else f", max_length={how.max_tokens}"
    return f"""With transformers alone, whose `{how.stock_class}` gives equal logits, in this folder:

```python
from transformers import pipeline

classify = pipeline("text-classification", model=".", top_k=None)
print(classify("{TEXT}", truncation=True{limit}))
```"""


def _adapter(how: Opening) -> str:
    if not how.stock_class:
        return (
            f"No class of transformers gives these logits: {how.reason}. PEFT alone would put the adapter on another "
            f"classifier, which answers something else without a word. {_ELSEWHERE}"
        )
    changes = ", ".join(f'"{name}": {value}' for name, value in how.fields)
    limit = "" if how.max_tokens is None else f", max_length={how.max_tokens}"
    return f"""With transformers and PEFT alone, whose `{how.stock_class}` gives equal logits, in this folder:

```python
from peft import PeftModel
from transformers import AutoConfig, AutoModelForSequenceClassification, AutoTokenizer

base, config = "{how.base}", AutoConfig.from_pretrained("{how.base}")
config.update({{{changes}}})
model = AutoModelForSequenceClassification.from_pretrained(base, config=config, dtype="{how.dtype}")
model = PeftModel.from_pretrained(model, ".").eval()
inputs = AutoTokenizer.from_pretrained(base)("{TEXT}", truncation=True{limit}, return_tensors="pt")
print(model(**inputs).logits)
```

Logits stand in the order of `labels` in `classifier.json`."""


_ELSEWHERE = (
    "Open it with Headlight, or write it for another runtime: "
    "`python -m core export` with `--format onnx` or `openvino`."
)
_ONNX = """session = onnxruntime.InferenceSession("model.onnx")
print(session.run(["logits"], {name: inputs[name] for name in ("input_ids", "attention_mask")})[0])"""
_OPENVINO = """model = openvino.compile_model("openvino_model.xml", "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
print(model({name: inputs[name] for name in ("input_ids", "attention_mask")})["logits"])"""


def _runtime(title: str, module: str, lines: str) -> str:
    return f"""With {title}, in this folder (`transformers` is there for the tokenizer alone):

```python
import {module}
from transformers import AutoTokenizer

tokenizer = AutoTokenizer.from_pretrained(".")
inputs = tokenizer(["{TEXT}"], padding=True, truncation=True, return_tensors="np")
{lines}
```

Several texts at once are padded on the right. Logits stand in the order of `id2label` in `config.json`."""
