"""What the Hub says of a model before it is fetched: asked of a Hub on this machine by its own client."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.config.hub_name import HubName
from core.errors import CheckpointError, NotFoundError, StoppedError
from core.files.hub import fetch
from core.files.hub_entry import HubEntry, look_up, require_adapter, require_model
from tests.fake_hub import FakeHub, Repository, hub

__all__ = ["hub"]


@pytest.fixture
def model(hub: FakeHub, tiny_folders: dict[str, Path]) -> Repository:
    hub.models["org/model"] = Repository.of(tiny_folders["llama"], licence="mit")
    return hub.models["org/model"]


def entry(name: str) -> HubEntry:
    found = look_up(HubName(*name.split("@")))
    assert found is not None
    return found


def test_size_licence_and_architecture_are_known_before_a_load(model: Repository) -> None:
    found = entry("org/model@main")
    assert found.bytes == sum(len(data) for data in model.files.values())
    assert (found.licence, found.gated, found.url) == ("mit", False, "https://huggingface.co/org/model")
    assert (found.config["model_type"], found.config["hidden_size"]) == ("llama", 32)
    require_model(found)
    with pytest.raises(CheckpointError, match=r"is no adapter that can be read: it has no adapter_config\.json"):
        require_adapter(found)


def test_of_a_gated_one_no_file_is_asked_for_and_its_architecture_is_known(model: Repository) -> None:
    model.gated = True
    found = entry("org/model")
    assert (found.gated, dict(found.config)) == (True, {"model_type": "llama", "architectures": ["LlamaForCausalLM"]})


@pytest.mark.parametrize("name", ["org/other", "org/model@v9"])
def test_what_the_hub_does_not_have(model: Repository, name: str) -> None:
    with pytest.raises(NotFoundError, match=r"has no (model|revision) '"):
        entry(name)


@pytest.mark.parametrize(
    ("files", "message"),
    [
        (("config.json", "pytorch_model.bin"), "has no weights of a name that is read .* pickles"),
        (("adapter_config.json", "adapter_model.safetensors"), "is an adapter, not a base model"),
        (("README.md",), r"has no config\.json"),
    ],
)
def test_what_could_not_be_loaded_is_refused(hub: FakeHub, files: tuple[str, ...], message: str) -> None:
    hub.models["org/model"] = Repository(dict.fromkeys(files, b"{}"))
    with pytest.raises(CheckpointError, match=message):
        require_model(entry("org/model"))


def test_without_a_network_nothing_is_known() -> None:
    assert look_up(HubName("org/model")) is None  # all other tests are offline


def test_a_download_tells_its_bytes_and_goes_on_where_it_was_stopped(
    hub: FakeHub, model: Repository, tmp_path: Path
) -> None:
    told: list[tuple[int, int]] = []
    hub.go.clear()

    def stopping(done: int, total: int) -> None:
        told.append((done, total))
        if done > total // 2:
            raise StoppedError("stopped", fix="go on")
        hub.go.set()

    with pytest.raises(StoppedError):
        fetch("org/model", tmp_path, None, stopping)
    hub.asked.clear()
    folder = fetch("org/model", tmp_path, None, lambda done, total: told.append((done, total)))
    assert (folder / "model.safetensors").read_bytes() == model.files["model.safetensors"]
    done, total = told[-1]
    assert 0 < done == total <= sum(len(data) for data in model.files.values())  # what had come is not told again
