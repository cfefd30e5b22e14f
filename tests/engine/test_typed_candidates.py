"""What people type is bounded, and one's own never answers for another's."""

from __future__ import annotations

from core.config import AdapterEntry, BaseModelConfig, CandidateConfig
from core.config.catalogue import Catalogue
from core.engine.typed_candidates import TypedCandidates

NONE = Catalogue(())


def candidate(name: str, folder: str = "/models/a", *adapters: str) -> CandidateConfig:
    base = BaseModelConfig(pretrained_model_name_or_path=folder, model_type="llama")
    entries = tuple(AdapterEntry(id=path.rsplit("/", 1)[-1], path=path) for path in adapters)
    return CandidateConfig(id=name, base_model=base, adapters=entries)


def test_the_oldest_are_forgotten_and_those_in_use_never() -> None:
    typed = TypedCandidates(lambda: {"m0"}, remembered=3)
    for i in range(5):
        typed.add(candidate(f"m{i}"), NONE)
    assert list(typed) == ["m0", "m3", "m4"]
    assert typed["m3"].id == "m3"  # looked at: the most recent now
    typed.add(candidate("m5"), NONE)
    assert list(typed) == ["m0", "m3", "m5"]
    typed.forget("m3")
    typed.forget("m3")
    assert list(typed) == ["m0", "m5"]


def test_two_folders_of_one_name_get_two_ids() -> None:
    typed = TypedCandidates(set)
    first, second = typed.add(candidate("m", "/a/m"), NONE), typed.add(candidate("m", "/b/m"), NONE)
    assert (first.id, second.id) == ("m", "m-2")
    assert typed["m"].base_model.pretrained_model_name_or_path == "/a/m"
    assert typed.add(candidate("m", "/b/m"), NONE) == second, "typed again it is the same"
    listed = Catalogue((candidate("m", "/listed"),))
    assert typed.add(candidate("m", "/c/m"), listed).id == "m-3", "the catalogue's is not answered for either"


def test_adapters_that_people_give_one_base_live_side_by_side() -> None:
    typed, listed = TypedCandidates(set), Catalogue((candidate("m", "/m", "/x/first"),))
    plain = listed.candidates[0]
    assert typed.add(plain, listed) == plain
    assert not typed, "what is as the catalogue has it is not remembered"
    typed.add(candidate("m", "/m", "/x/first", "/y/own"), listed)
    joined = typed.add(candidate("m", "/m", "/x/first", "/z/own"), listed)
    assert [(a.id, a.path) for a in joined.adapters] == [("first", "/x/first"), ("own", "/y/own"), ("own-2", "/z/own")]
    assert typed.add(candidate("m", "/m", "/x/first", "/z/own"), listed) == joined


def test_one_that_reads_texts_otherwise_is_another() -> None:
    typed = TypedCandidates(set)
    raw = typed.add(candidate("m"), NONE)
    templated = typed.add(candidate("m").model_copy(update={"chat_template": "user"}), NONE)
    assert (raw.id, templated.id) == ("m", "m-2")
    assert (typed["m"].chat_template, typed["m-2"].chat_template) == (None, "user")
