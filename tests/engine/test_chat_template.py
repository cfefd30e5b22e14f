"""A text in its chat template: what transformers renders, and where the text's characters are in there."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.engine.chat_template import Templated, UserTurn, has_template
from core.errors import CheckpointError, InputError
from tests.tiny import make_tiny_tokenizer

#: As families write them: raw, trimmed, with a system prompt, joining empty lines, with conditions on the text.
TEMPLATES = {
    "raw": "{{ bos_token }}{% for m in messages %}[{{ m.role }}] {{ m.content }}{{ eos_token }}{% endfor %}",
    "trimmed": "{% for m in messages %}<|{{ m.role }}|>\n{{ m.content | trim }}<|end|>\n{% endfor %}",
    "system": "<|system|>You are user friendly.\n{% for m in messages %}user: {{ m.content }}{% endfor %}\nassistant:",
    "joined": "{% for m in messages %}User: {{ m.content.strip().replace('\n\n', '\n') }}{% endfor %}",
    "bare": "{% for m in messages %}{{ m.content }}{% endfor %}",
}
TEXTS = st.text(alphabet=st.sampled_from("abr user:[]\n é🙂"), min_size=1, max_size=30).filter(str.strip)


def tokenizer(template: str) -> Any:
    made = make_tiny_tokenizer()
    made.chat_template = template
    return made


TURNS = {name: (UserTurn(tokenizer(template)), tokenizer(template)) for name, template in TEMPLATES.items()}


@pytest.mark.parametrize("name", TEMPLATES)
@given(text=TEXTS)
@settings(max_examples=60, deadline=None)
def test_it_is_what_transformers_renders_and_the_text_is_found_in_it(name: str, text: str) -> None:
    turn, oracle = TURNS[name]
    turn.check()
    result = turn.apply(text)
    assert result.rendered == oracle.apply_chat_template([{"role": "user", "content": text}], tokenize=False)
    assert len(result.places) == len(result.rendered)
    own = [(place, sign) for place, sign in zip(result.places, result.rendered, strict=True) if place >= 0]
    assert all(text[place] == sign for place, sign in own)
    assert [place for place, _ in own] == sorted({place for place, _ in own}), "in the order of the text, each once"
    assert {place for place, _ in own} >= {i for i, sign in enumerate(text) if not sign.isspace()}


def test_words_of_the_template_are_not_taken_for_the_text() -> None:
    result = TURNS["system"][0].apply("user")
    assert result.rendered.count("user") == 3
    assert result.span(0, len(result.rendered)) == (0, 4)
    assert result.rendered.index("user: user") + 6 == result.places.index(0)


def test_spans_are_of_the_text_alone() -> None:
    result = TURNS["trimmed"][0].apply(" hi ")
    start = result.rendered.index("hi")
    assert result.span(0, start) is None
    assert result.span(start - 1, start + 2) == (1, 3)
    assert result.span(start, start) == (1, 1)
    assert result.span(start + 2, start + 2) == (3, 3)
    assert result.span(0, 0) is None
    assert Templated.plain("ab").span(1, 1) == (1, 1)


@pytest.mark.parametrize(
    ("template", "message"),
    [
        ("{{ bos_token }}hello", "writes the text 0 times"),
        ("{{ messages[0].content }}{{ messages[0].content }}", "writes the text 2 times"),
        ("{{ raise_exception('system first') }}", "cannot be applied: system first"),
        ("{% for m in messages %}", "cannot be applied"),
    ],
)
def test_a_template_without_one_place_for_a_text_is_refused(template: str, message: str) -> None:
    with pytest.raises(CheckpointError, match=message):
        UserTurn(tokenizer(template)).check()


def test_a_tokenizer_without_a_template_is_refused_with_the_way_out() -> None:
    assert not has_template(make_tiny_tokenizer())
    with pytest.raises(CheckpointError, match="the tokenizer has none.*--no-chat-template"):
        UserTurn(make_tiny_tokenizer()).check()


def test_a_text_that_the_template_changes_or_refuses_is_told() -> None:
    loud = UserTurn(tokenizer("{{ messages[0].content | replace('a', 'XY') }}"))
    loud.check()
    assert loud.apply("bcd").places == [0, 1, 2]
    with pytest.raises(InputError, match="changes the text 'abc'"):
        loud.apply("abc")
    strict = UserTurn(
        tokenizer(
            "{% if 'b' in messages[0].content %}{{ raise_exception('no b') }}{% endif %}{{ messages[0].content }}"
        )
    )
    with pytest.raises(InputError, match="refuses the text 'abc': no b"):
        strict.apply("abc")
