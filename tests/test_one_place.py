"""A pooler is one file and one line: who knows their names, and a new one taken through the whole house."""

from __future__ import annotations

import ast
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from core.config import AdapterConfig, AdapterEntry, BaseModelConfig, CandidateConfig
from core.config.catalogue import write_candidate
from core.config.components import HEADS, OWN_HEAD, POOLERS, VALUE_TYPE, PoolerEntry, pooler_entry
from core.config.families import FAMILIES
from core.engine.engine import Engine
from core.errors import ConfigError
from core.explain.explainer import Explainer
from core.model import poolers
from core.model.adapters.attach import load_adapter
from core.model.classifier import classifier_class
from core.results import Selection
from core.settings import Settings
from core.tasks.runner import TaskRunner
from tests.engine.conftest import let_go
from tests.model.conftest import opened, write_adapter

ROOT = Path(__file__).resolve().parent.parent
SOURCES = sorted(p for folder in ("core", "pages", "server", "tools") for p in (ROOT / folder).rglob("*.py"))


def texts(path: Path) -> set[str]:
    """Every string that stands in the code; sentences and docstrings are longer than a name."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)}


def used_as_pooler(source: str, names: set[str]) -> set[str]:
    """Names of poolers that stand where a pooler is meant; a `mean` or `max` of numbers is none.

    That is: beside something called a pooler, or a display of nothing but such names, two or more.
    """
    found: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        found |= {*strings(*beside_a_pooler(node))} & names
        match node:
            case ast.Tuple(elts=parts) | ast.List(elts=parts) | ast.Set(elts=parts) | ast.Dict(keys=parts):
                written = [*strings(*parts)]
                if len(written) == len(parts) > 1 and {*written} <= names:
                    found |= {*written}
    return found


def beside_a_pooler(node: ast.AST) -> list[ast.AST | None]:
    """What is compared with a pooler, looked up among them, handed on, set or matched as one."""
    match node:
        case ast.Compare(left=left, comparators=others) if any(means_pooler(x) for x in (left, *others)):
            return [left, *others]
        case ast.Subscript(value=value, slice=key) if means_pooler(value):
            return [key]
        case ast.Call(func=function, args=arguments) if means_pooler(function):
            return [*arguments]
        case ast.keyword(arg=str(name), value=value) if "pooler" in name:
            return [value]
        case ast.Dict(keys=keys, values=values):
            return [v for k, v in zip(keys, values, strict=True) if k is not None and means_pooler(k)]
        case ast.Match(subject=subject, cases=cases) if means_pooler(subject):
            patterns = [part for case in cases for part in ast.walk(case.pattern)]
            return [part.value for part in patterns if isinstance(part, ast.MatchValue)]
        case ast.Assign(targets=targets, value=value) if any(means_pooler(x) for x in targets):
            return [value]
        case ast.AnnAssign(target=target, value=value) if means_pooler(target):
            return [value]
        case ast.arguments(args=given, defaults=defaults):
            with_default = given[len(given) - len(defaults) :]
            return [value for name, value in zip(with_default, defaults, strict=True) if "pooler" in name.arg]
    return []


def means_pooler(node: ast.AST) -> bool:
    return "pooler" in ast.unparse(node).lower()


def strings(*nodes: ast.AST | None) -> Iterator[str]:
    """Strings that are these nodes themselves, or stand in a display that one of them is."""
    for node in nodes:
        match node:
            case ast.Constant(value=str(text)):
                yield text
            case ast.Tuple(elts=parts) | ast.List(elts=parts) | ast.Set(elts=parts):
                yield from strings(*parts)


@pytest.mark.parametrize("more", [set(), {"max"}, {"min", "sum"}], ids=["none", "one", "two"])
def test_pooler_names_stand_in_one_list_and_in_the_demos(more: set[str]) -> None:
    """Also if a pooler were called as something else is: `max` is a statistic of weights, and a limit of memory."""
    listed = {path.name for path in SOURCES if defines(path, "POOLERS")}
    demos = {path.name for path in SOURCES if defines(path, "DEMOS")}
    assert len(listed) == 1
    names = {*POOLERS} | more
    sources = {path: path.read_text("utf-8") for path in SOURCES}
    written = [path for path, source in sources.items() if any(f'"{name}"' in source for name in names)]
    assert {path.name for path in written if used_as_pooler(sources[path], names)} - demos == listed
    assert {path.name for path in SOURCES if "gem" in texts(path)} == listed | demos


@pytest.mark.parametrize(
    "source",
    [
        "if config.pooler_type == 'mean': pass",
        "if kind in ('mean', 'max') and pooler: pass",
        "if pooler_type in {'mean', 'other'}: pass",
        "title = POOLERS['mean'].title",
        "title = POOLERS.get('mean')",
        "made = build_pooler('mean', {}, 3)",
        "made = sibling(model, pooler_type='mean')",
        "fields = {'pooler_type': 'mean'}",
        "match pooling.pooler:\n    case 'mean' | 'other': pass",
        "DEFAULT_POOLER, DEFAULT_HEAD = 'mean', 'vanilla'",
        "default_pooler: str = 'mean'",
        "def f(x, pooler='mean'): pass",
        "KINDS = Literal['mean', 'max']",
        "SAYS = {'mean': 'every token', 'max': 'the largest'}",
    ],
)
def test_a_name_that_means_a_pooler_is_seen(source: str) -> None:
    assert "mean" in used_as_pooler(source, {"mean", "max"})


@pytest.mark.parametrize(
    "source",
    [
        "names = ('mean', 'std', 'min', 'max')",
        "if limit == 'max': pass",
        "row = {'mean': m.mean, 'std': m.std, 'max': m.high}",
        "words = statistic['mean']",
    ],
)
def test_the_same_string_for_something_else_is_let_be(source: str) -> None:
    assert used_as_pooler(source, {"mean", "max"}) == set()


def test_names_of_heads_stand_there_too() -> None:
    """`vanilla` is also the name of the family of all other architectures: those files name no second head."""
    trained = {*HEADS} - {OWN_HEAD, VALUE_TYPE}
    both = {path.name for path in SOURCES if trained <= texts(path)}
    assert both == {path.name for path in SOURCES if defines(path, "HEADS") or defines(path, "DEMOS")}


def test_the_switch_of_the_mask_is_named_in_one_place() -> None:
    """The string once; as a keyword or an attribute nowhere."""
    assert {path.name for path in SOURCES if "is_causal" in texts(path)} == {"families.py"}
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            assert not (isinstance(node, ast.Attribute) and node.attr == "is_causal"), path
            assert not (isinstance(node, ast.keyword) and node.arg == "is_causal"), path


def test_names_of_families_stand_in_the_table_and_in_the_demos() -> None:
    families = {*FAMILIES} - {"vanilla"}
    know_them = {path.relative_to(ROOT) for path in SOURCES if len(families & texts(path)) > 1}
    demos = {path for path in know_them if "demos" in path.parts}
    assert {path.as_posix() for path in know_them - demos} == {"core/config/families.py", "core/model/families.py"}


def defines(path: Path, name: str) -> bool:
    body = ast.parse(path.read_text(encoding="utf-8")).body
    return any(isinstance(n, ast.AnnAssign) and isinstance(n.target, ast.Name) and n.target.id == name for n in body)


def test_every_file_is_listed_and_every_name_has_its_file() -> None:
    for folder, names in (("poolers", {*POOLERS}), ("heads", {*HEADS})):
        files = {p.stem for p in (ROOT / "core" / "model" / folder).glob("*.py")} - {"__init__", "pooled"}
        assert files == names


FILE = '''
"""The middle of the first and the last real token (`ends`)."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from core.model.poolers.pooled import Pooled, Pooler


class EndsPooling(Pooler):
    """share * h_first + (1 - share) * h_last, the share learnt."""

    says = "This pooler looks at both ends of the text."
    split_says = "the first and the last state count their shares"

    def __init__(self, share: float = 0.5) -> None:
        super().__init__()
        self.start = share
        self.ends = nn.Parameter(torch.tensor([share]))

    @classmethod
    def recognise(cls, shapes):
        return {} if "ends" in shapes else None

    def reset_parameters(self) -> None:
        nn.init.constant_(self.ends, self.start)

    def forward(self, hidden: Tensor, mask: Tensor) -> Pooled:
        positions = torch.arange(mask.shape[1], device=mask.device)
        first, last = mask.long().argmax(dim=1), (positions * mask).argmax(dim=1)
        one = torch.nn.functional.one_hot
        share = self.ends.clamp(0, 1)
        weights = share * one(first, mask.shape[1]) + (1 - share) * one(last, mask.shape[1])
        return Pooled((weights.to(hidden.dtype).unsqueeze(1) @ hidden).squeeze(1), weights)
'''
LINE: PoolerEntry = pooler_entry("ends", "both ends", share=(float, 0.5))


@pytest.fixture
def ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A new pooler: the file, and the line."""
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "ends.py").write_text(textwrap.dedent(FILE))
    monkeypatch.setattr(poolers, "__path__", [*poolers.__path__, str(tmp_path / "more")])
    monkeypatch.setitem(POOLERS, LINE.name, LINE)
    return LINE.name


def test_a_config_takes_it_and_still_refuses_typos(ends: str) -> None:
    base = BaseModelConfig(pretrained_model_name_or_path="x", pooler_type=ends, pooler_config={"share": 0.25})
    assert BaseModelConfig.from_yaml(base.to_yaml()) == base
    assert base.pooler.to_dict() == {"share": 0.25}
    with pytest.raises(ConfigError, match="EndsOptions has no field 'shore'.*did you mean 'share'"):
        base.with_changes(pooler_config={"shore": 1})
    with pytest.raises(ConfigError, match="pooler_type cannot be 'end'.*did you mean 'ends'"):
        base.with_changes(pooler_type="end")


def test_it_is_built_saved_and_read_again(ends: str, tiny_folders: dict[str, Path], tmp_path: Path) -> None:
    ids = torch.arange(3, 20)[None]
    base = opened(tiny_folders["llama"], pooler_type=ends, pooler_config={"share": 0.25})
    dict(base.model.pooler.named_parameters())["ends"].data.fill_(0.75)
    output = base.model(ids)
    weights = output.pooling_weights[0]
    assert weights[0].item() == 0.75
    assert weights[-1].item() == 0.25
    states = base.model.backbone(ids).last_hidden_state
    expected = base.model.score(0.75 * states[:, 0] + 0.25 * states[:, -1])
    torch.testing.assert_close(output.logits, expected)
    base.model.save_pretrained(tmp_path / "saved")
    again = classifier_class(type(base.model.config)).from_pretrained(tmp_path / "saved").eval()
    torch.testing.assert_close(again(ids).logits, output.logits, atol=1e-6, rtol=1e-6)


def test_an_adapter_classifies_with_it_and_the_view_of_poolers_shows_it(
    ends: str, tiny_folders: dict[str, Path], tmp_path: Path
) -> None:
    base = opened(tiny_folders["llama"])
    saved = write_adapter(base, tmp_path / "own", AdapterConfig(r=2), pooler_type=ends)
    catalogue = tmp_path / "catalogue"
    candidate = CandidateConfig(
        id="tiny",
        base_model=BaseModelConfig(pretrained_model_name_or_path=str(tiny_folders["llama"]), model_type="llama"),
        adapters=(AdapterEntry(id="own", path=str(tmp_path / "own")),),
    )
    write_candidate(candidate, catalogue)
    engine = Engine(Settings(catalogue=catalogue, user_catalogue=tmp_path / "none", device="cpu"))
    selection = Selection("tiny", "own")
    engine.load(selection)
    (prediction,) = engine.classify(selection, ["My card has not arrived yet"])
    ids = torch.tensor([engine.pair(selection).predictor.encoder.encode([prediction.text])[0].ids])
    with torch.no_grad():
        torch.testing.assert_close(
            torch.tensor(prediction.logits), saved(input_ids=ids).logits[0], atol=1e-5, rtol=1e-4
        )
    assert prediction.pooling_weights is not None
    assert sum(weight > 0 for weight in prediction.pooling_weights) == 2
    explainer = Explainer(engine, TaskRunner(1))
    seen = explainer.pooling(selection, prediction.text)
    assert (seen.pooler, seen.title, seen.meaning) == (ends, "both ends", "weight")
    assert seen.says == "This pooler looks at both ends of the text."
    compared = explainer.poolers(selection, prediction.text)
    assert [v.pooling.pooler for v in compared] == list(POOLERS)
    assert [v.pooling.pooler for v in compared if v.trained] == [ends]
    parts = explainer.position_parts(selection, prediction.text)
    assert parts.method.startswith("the first and the last state count their shares")
    assert abs(parts.gaps).max() < 1e-5
    let_go(engine)


def test_an_adapter_without_a_card_is_recognised_by_its_weights(
    ends: str, tiny_folders: dict[str, Path], tmp_path: Path
) -> None:
    base = opened(tiny_folders["llama"])
    write_adapter(base, tmp_path / "own", AdapterConfig(r=2), pooler_type=ends)
    (tmp_path / "own" / "classifier.json").unlink()
    loaded = load_adapter(base, tmp_path / "own")
    assert loaded.model.config.pooler_type == ends
