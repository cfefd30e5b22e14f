"""Names and fields of a quantisation: what is typed, what is refused."""

from __future__ import annotations

from typing import Any

import pytest

from core.config import BaseModelConfig
from core.config.quantisation import NAMED, Quantisation, quantisation_named, quantisation_title
from core.errors import ConfigError


@pytest.mark.parametrize("name", NAMED)
def test_every_name_reads_back_and_has_a_title(name: str) -> None:
    made = quantisation_named(name)
    assert made.name == name
    assert made.is_used == (name != "none")
    assert quantisation_title(name) != name
    base = BaseModelConfig(pretrained_model_name_or_path="x", quantisation=name)
    assert base.quantisation == made
    assert base.to_dict()["quantisation"] == name


@pytest.mark.parametrize(
    ("typed", "name"),
    [("8bit", "int8"), ("bitsandbytes-8bit", "int8"), ("4-bit", "nf4"), ("bitsandbytes", "nf4"), (" NF4 ", "nf4")],
)
def test_other_words_for_the_same(typed: str, name: str) -> None:
    assert quantisation_named(typed).name == name


@pytest.mark.parametrize("nothing", [None, False, "none", {}, {"method": "none"}])
def test_nothing_is_quantised_unless_asked(nothing: Any) -> None:
    assert BaseModelConfig(pretrained_model_name_or_path="x", quantisation=nothing).quantisation == Quantisation()


def test_fields_that_a_name_does_not_say_stay_fields() -> None:
    fields = {"method": "bitsandbytes", "bits": 4, "type": "fp4", "compute_dtype": "bfloat16"}
    base = BaseModelConfig(pretrained_model_name_or_path="x", quantisation=fields)
    written = base.to_dict()["quantisation"]
    assert written["compute_dtype"] == "bfloat16"
    assert BaseModelConfig.from_yaml(base.to_yaml()) == base


@pytest.mark.parametrize(
    ("fields", "problem", "fix"),
    [
        ("nf5", "no quantisation 'nf5'", "did you mean 'nf4'"),
        ({"method": "bitsandbytes", "bits": 5}, "bits cannot be 5", "4, 8"),
        ({"method": "bitsandbytes", "bit": 8}, "no field 'bit'", "did you mean 'bits'"),
        ({"method": "bitsandbytes", "bits": 8, "type": "fp4"}, "type has no effect with 8 bits", "remove 'type'"),
        ({"method": "bitsandbytes", "outlier_threshold": 3.0}, "no effect with 4 bits", "remove"),
        ({"bits": 8}, "no effect with method 'none'", "set method to 'bitsandbytes'"),
        ({"method": "gptq"}, "cannot be 'gptq'", "bitsandbytes"),
    ],
)
def test_what_would_do_nothing_or_is_unknown_is_refused(fields: Any, problem: str, fix: str) -> None:
    with pytest.raises(ConfigError) as error:
        BaseModelConfig(pretrained_model_name_or_path="x", quantisation=fields)
    assert problem in error.value.problem
    assert fix in error.value.fix
