"""Heads of other tasks, by the classes of transformers that are saved here."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
import transformers
from transformers import PreTrainedModel

from core.errors import CheckpointError
from core.model.head_tasks import other_task, stated_class
from tests.model.conftest import as_it_is
from tests.tiny import make_tiny_tokenizer, tiny_model

OTHERS = {"TokenClassification": "token classification", "QuestionAnswering": "question answering"}
#: Families whose heads are looked at one by one.
FAMILIES = ("Bert", "DistilBert", "Llama", "Luke")


def saved(folder: Path, family: str, task: str) -> PreTrainedModel:
    config = tiny_model(family, 320).config
    config.num_labels = 3
    model: PreTrainedModel = getattr(transformers, f"AutoModelFor{task}").from_config(config)
    model.save_pretrained(folder)
    make_tiny_tokenizer().save_pretrained(folder)
    return model


@pytest.mark.parametrize(
    ("family", "task"),
    [
        *((family, "TokenClassification") for family in ("llama", "mistral", "gemma2", "bert")),
        *((family, "QuestionAnswering") for family in ("mistral", "bert")),
    ],
)
def test_the_head_of_another_task_does_not_answer(tmp_path: Path, family: str, task: str) -> None:
    model = saved(tmp_path, family, task)
    result = as_it_is(tmp_path)
    assert not result.head_is_trained
    assert (
        other_task(result.folder.config) == {"Token": "token classification", "Quest": "question answering"}[task[:5]]
    )
    theirs = getattr(model, "score", None)
    if isinstance(theirs, torch.nn.Linear):
        assert result.model.score(torch.eye(32)).shape != theirs.weight.T.shape or not torch.equal(
            next(result.model.score.parameters()), theirs.weight
        )


def test_other_names_of_another_task_are_refused_with_its_class(tmp_path: Path) -> None:
    """transformers' LlamaForQuestionAnswering keeps its backbone under `transformer.`, as no classifier does."""
    saved(tmp_path, "llama", "QuestionAnswering")
    with pytest.raises(CheckpointError, match="lacks 20 weights .* It was saved as LlamaForQuestionAnswering"):
        as_it_is(tmp_path)


@pytest.mark.parametrize("task", ["SequenceClassification", "CausalLM"])
def test_what_a_classifier_can_be_made_of_is_no_other_task(tmp_path: Path, task: str) -> None:
    saved(tmp_path, "llama", task)
    result = as_it_is(tmp_path)
    assert other_task(result.folder.config) == ""
    assert result.head_is_trained == (task == "SequenceClassification")


def test_every_head_of_transformers_is_one_or_the_other() -> None:
    classes = [
        name for name in dir(transformers) if name.startswith(("Bert", "Llama", "Luke", "DistilBert")) and "For" in name
    ]
    others = {name for name in classes if other_task({"architectures": [name]})}
    assert {"BertForTokenClassification", "BertForMultipleChoice", "BertForNextSentencePrediction"} <= others
    assert {"LukeForEntityClassification", "DistilBertForQuestionAnswering"} <= others
    answering = ("ForSequenceClassification", "ForCausalLM", "ForMaskedLM", "ForPreTraining")
    assert not any(name.endswith(answering) for name in others)


@pytest.mark.parametrize(
    ("stated", "name"), [(["A", "B"], "A"), ("A", "A"), ([], ""), (None, ""), (3, ""), ([3], ""), ({}, "")]
)
def test_whatever_stands_there_is_read(stated: object, name: str) -> None:
    assert stated_class({"architectures": stated}) == name
    assert other_task({"architectures": stated}) == ""
