"""`org/name@revision` wherever a model of the Hub is written down."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.config.candidate import CandidateConfig
from core.config.hub_name import HubName, is_revision
from core.errors import ConfigError


@pytest.mark.parametrize("revision", ["main", "v1.0", "refs/pr/1", "feature/x-y_z", "abc1234", "a" * 40, "é"])
def test_branches_tags_and_commits(revision: str) -> None:
    assert HubName.parse(f"org/name@{revision}") == HubName("org/name", revision)
    assert str(HubName("org/name", revision)) == f"org/name@{revision}"


@pytest.mark.parametrize(
    "revision",
    ["", "..", "../x", "a/../b", "/a", "a/", "-a", ".a", "a/.b", "a b", "a\n", "a~1", "a:b", "a//b", "x.lock"],
)
def test_no_revision_leads_out_of_a_folder(revision: str) -> None:
    assert not is_revision(revision)
    assert HubName.parse(f"org/name@{revision}") is None


@given(st.text(max_size=20))
def test_any_text_is_parsed_or_not(text: str) -> None:
    hub = HubName.parse(f"org/name@{text}")
    assert hub is None or ".." not in text.split("/")
    assert HubName.parse("org/name") == HubName("org/name")
    assert HubName.parse("./org/name") is HubName.parse("name") is None


def test_a_candidate_says_its_revision_in_either_way() -> None:
    field = "id: a\nrevision: refs/pr/1\nbase_model: {pretrained_model_name_or_path: o/n}\n"
    typed = "id: a\nbase_model: {pretrained_model_name_or_path: o/n@refs/pr/1}\n"
    adapters = "adapters: [{id: x, path: o/x@v1}, {id: y, path: o/y, revision: v2}]"
    one, two = CandidateConfig.from_yaml(field + adapters), CandidateConfig.from_yaml(typed + adapters)
    assert one == two == CandidateConfig.from_yaml(one.to_yaml()) == CandidateConfig.from_json(one.to_json())
    assert (one.base_model.pretrained_model_name_or_path, one.revision) == ("o/n", "refs/pr/1")
    assert [(a.path, a.revision) for a in one.adapters] == [("o/x", "v1"), ("o/y", "v2")]
    made = CandidateConfig(id="a", base_model=one.base_model, revision="v1")
    assert made.revision == "v1"


@pytest.mark.parametrize(
    ("name", "revision", "message"),
    [
        ("o/n", "../x", "CandidateConfig.revision cannot be '../x'"),
        ("o/n@v1", "v2", "names two revisions: 'v1' in 'o/n@v1', and 'v2'"),
        ("./o/n", "v1", "is not a model of the Hub, which alone has revisions"),
        ("o/n", "3", "revision cannot be 3"),
    ],
)
def test_revisions_that_cannot_be(name: str, revision: str, message: str) -> None:
    text = f"id: a\nrevision: {revision}\nbase_model: {{pretrained_model_name_or_path: '{name}'}}"
    with pytest.raises(ConfigError, match=message):
        CandidateConfig.from_yaml(text)
