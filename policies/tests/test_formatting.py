"""What formatting does to a policy's text, and what it leaves alone."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.engine import JsonError
from policies.formatting import formatted
from policies.managed import managed_policies

VALUES = st.recursive(
    st.one_of(st.text(max_size=5), st.integers(), st.booleans(), st.none()),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=12,
)


@given(VALUES, st.sampled_from([None, 1, 2, 4, "\t"]))
def test_a_line_for_each_part_in_the_texts_own_indentation(value: object, indent: int | str | None) -> None:
    text = json.dumps(value, indent=indent)

    assert formatted(text) == json.dumps(value, indent=indent or 2)


def test_strings_and_numbers_stay_as_they_are_written() -> None:
    assert formatted('{"a":["\\u0041","\\/"],"b":1.50e1}') == (
        '{\n  "a": [\n    "\\u0041",\n    "\\/"\n  ],\n  "b": 1.50e1\n}'
    )


def test_a_formatted_text_stays_as_it_is() -> None:
    for policy in list(managed_policies())[::50]:
        assert formatted(formatted(policy.document)) == formatted(policy.document)


def test_what_is_no_json_is_refused_with_its_place() -> None:
    with pytest.raises(JsonError) as refusal:
        formatted('{"a" 1}')

    assert refusal.value.offset == len('{"a" ')
