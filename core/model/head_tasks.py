"""The task that a checkpoint's own head was trained for, by the class that its config.json names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

#: Ends of the names of transformers' classes whose head answers another question than a classifier's.
_OTHER_TASKS = {
    "ForTokenClassification": "token classification",
    "ForQuestionAnswering": "question answering",
    "ForQuestionAnsweringSimple": "question answering",
    "ForMultipleChoice": "multiple choice",
    "ForNextSentencePrediction": "next-sentence prediction",
    "ForImageClassification": "image classification",
    "ForAudioClassification": "audio classification",
    "ForAudioFrameClassification": "audio-frame classification",
    "ForVideoClassification": "video classification",
    "ForSemanticSegmentation": "semantic segmentation",
    "ForObjectDetection": "object detection",
    "ForEntityClassification": "entity classification",
    "ForEntityPairClassification": "entity-pair classification",
    "ForEntitySpanClassification": "entity-span classification",
}


def stated_class(config: Mapping[str, Any]) -> str:
    """The class that a checkpoint was saved as, `LlamaForTokenClassification`; empty where config.json does not say."""
    stated = config.get("architectures")
    first = stated[0] if isinstance(stated, list | tuple) and stated else stated
    return first if isinstance(first, str) else ""


def other_task(config: Mapping[str, Any]) -> str:
    """The task in words, where a checkpoint's head is that of another task than classifying a text; else empty.

    Such a head may have the names and shapes of a classifier's and must not answer as one.
    """
    name = stated_class(config)
    return next((task for end, task in _OTHER_TASKS.items() if name.endswith(end)), "")
