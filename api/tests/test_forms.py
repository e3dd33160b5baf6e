"""Forms are read once and strictly."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.forms import MOST_FIELDS, read_form
from operations.errors import MalformedQueryString

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


@given(st.dictionaries(TEXT.filter(bool), TEXT, max_size=8))
def test_what_was_encoded_is_read_back(form: dict[str, str]) -> None:
    assert read_form(urlencode(form)) == form
    assert read_form(urlencode(form).encode()) == form


@pytest.mark.parametrize(
    "text",
    [
        "a=1&a=2",
        "a=1&%61=2",
        "a=%",
        "a=%4",
        "a=%zz",
        "a=%ff",
        "%ff=a",
        "=a",
        "a=1&&b=2",
        "a=é",
        "&".join(f"a{number}=" for number in range(MOST_FIELDS + 1)),
    ],
)
def test_what_could_be_read_in_two_ways_is_refused(text: str) -> None:
    with pytest.raises(MalformedQueryString):
        read_form(text)
    with pytest.raises(MalformedQueryString):
        read_form(text.encode())


@given(st.binary(max_size=60))
def test_no_bytes_do_more_than_be_refused(body: bytes) -> None:
    try:
        read_form(body)
    except MalformedQueryString:
        return


def test_a_name_without_a_value_has_an_empty_one() -> None:
    assert read_form("Tags=&Flag") == {"Tags": "", "Flag": ""}
    assert read_form("") == {}
