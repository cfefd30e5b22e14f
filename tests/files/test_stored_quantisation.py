"""What transformers needs to open quantised weights, with transformers' own table and checks as the oracle."""

from __future__ import annotations

from typing import Any

import pytest
from transformers.quantizers.auto import AUTO_QUANTIZER_MAPPING

from core.errors import CheckpointError
from core.files import stored_quantisation as subject
from core.files.stored_quantisation import PACKAGES, require_codes, require_packages, stored_quantisation


def stated(method: str, **fields: Any) -> dict[str, Any]:
    return {"quantization_config": {"quant_method": method, **fields}}


def test_every_method_of_transformers_is_known_and_no_other() -> None:
    assert {*PACKAGES} == {*AUTO_QUANTIZER_MAPPING, "bitsandbytes"}


@pytest.mark.parametrize("config", [{}, {"quantization_config": None}, {"quantization_config": {}}])
def test_what_is_not_quantised(config: dict[str, Any]) -> None:
    assert stored_quantisation(config) is None
    assert require_packages(config, "m") is None


@pytest.mark.parametrize(
    ("config", "title", "packages"),
    [
        (stated("bitsandbytes", load_in_4bit=True), r"bitsandbytes \(4 bit\)", "bitsandbytes"),
        ({"quantization_config": {"load_in_8bit": True}}, r"bitsandbytes \(8 bit\)", "bitsandbytes"),
        ({"text_config": stated("bitsandbytes")}, "bitsandbytes", "bitsandbytes"),
        (stated("gptq", bits=4), "GPTQ", "optimum gptqmodel"),
        (stated("awq", bits=4), "AWQ", "gptqmodel"),
        (stated("hqq"), "HQQ", "hqq"),
        (stated("compressed-tensors"), "compressed-tensors", "compressed-tensors"),
        (stated("quanto"), "quanto", "optimum-quanto"),
        (stated("torchao"), "torchao", "torchao"),
        (stated("aqlm"), "AQLM", "aqlm"),
        (stated("vptq"), "VPTQ", "vptq"),
    ],
)
def test_a_missing_package_is_named_with_what_to_give_instead(
    monkeypatch: pytest.MonkeyPatch, config: dict[str, Any], title: str, packages: str
) -> None:
    monkeypatch.setattr(subject, "_is_installed", lambda _package: False)
    expected = f"'m' are quantised by {title}, and the package .* Fix: give the checkpoint .* `pip install {packages}`"
    with pytest.raises(CheckpointError, match=expected):
        require_packages(config, "m")
    monkeypatch.setattr(subject, "_is_installed", lambda _package: True)
    assert require_packages(config, "m") is not None


@pytest.mark.parametrize("method", ["fp8", "mxfp4", "bitnet"])
def test_what_transformers_opens_alone_needs_accelerate(method: str) -> None:
    stored = require_packages(stated(method), "m")
    assert stored is not None
    assert (stored.packages, stored.missing) == (("accelerate",), ())


@pytest.mark.parametrize("method", ["exl2", "mlx", "modelopt"])
def test_a_method_that_transformers_does_not_know_is_refused(method: str) -> None:
    with pytest.raises(CheckpointError, match=f"quantised by {method}, which transformers cannot open"):
        require_packages(stated(method), "m")


@pytest.mark.parametrize("config", [{"bits": 4}, "gptq", {"quant_method": ["gptq"]}, {"quant_method": None}])
def test_a_config_that_names_no_method(config: object) -> None:
    with pytest.raises(CheckpointError, match="names no method"):
        stored_quantisation({"quantization_config": config})


def test_packages_inside_packages_that_are_not_there() -> None:
    assert not subject._is_installed("no_such_package.inner")
    assert subject._is_installed("importlib.util")


def test_plain_numbers_are_no_codes() -> None:
    stored = stored_quantisation(stated("bitsandbytes", load_in_4bit=True))
    assert stored is not None
    with pytest.raises(CheckpointError, match="hold no codes, only BF16, F32. Fix: remove quantization_config"):
        require_codes(stored, {"F32", "BF16"}, "m")
    require_codes(stored, {"F32", "U8"}, "m")
    dense = stored_quantisation(stated("compressed-tensors"))
    assert dense is not None
    require_codes(dense, {"BF16"}, "m")  # may be stored as plain numbers
