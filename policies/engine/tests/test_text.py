"""The parser: positions kept, everything doubtful refused at the first fault."""

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.engine.tests.strategies import FEW, PLENTY
from policies.engine.tests.timing import quickest
from policies.engine.text import MAXIMUM_LENGTH, JsonError, Members, parse_json, plain, position, read_json

NUMBERS = st.integers(-(10**30), 10**30) | st.floats(allow_nan=False, allow_infinity=False)
JSON_VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@FEW
@given(JSON_VALUES, st.booleans(), st.sampled_from([None, 2]))
def test_it_reads_what_the_standard_library_writes(
    value: object, ascii_only: bool, indent: int | None
) -> None:
    text = json.dumps(value, ensure_ascii=ascii_only, indent=indent)

    assert read_json(text) == value == plain(parse_json(text))


@PLENTY
@given(st.text('{}[]",:-+.eE019 trufalsnNI\\u\x00\n\ud800é', max_size=12) | JSON_VALUES.map(json.dumps))
def test_both_parsers_accept_and_refuse_the_same(text: str) -> None:
    try:
        expected = plain(parse_json(text))
    except JsonError as error:
        with pytest.raises(JsonError, match=re.escape(error.message)):
            read_json(text)
    else:
        assert read_json(text) == expected


@pytest.mark.parametrize("text", ['{"a": 1, "a": 2}', "9" * 65, "1e999", "NaN", '"\\ud800"', "[" * 9_000])
def test_what_pythons_parser_would_let_pass_is_refused(text: str) -> None:
    with pytest.raises(JsonError):
        read_json(text)


@pytest.mark.parametrize(
    ("text", "offset", "message"),
    [
        ("", 0, "Expected a value, but found the end of the text."),
        ("{", 1, "Expected a key in double quotes, but found the end of the text."),
        ("{a: 1}", 1, "Expected a key in double quotes, but found `a`."),
        ('{"a" 1}', 5, "Expected `:` after the key `a`, but found `1`."),
        ('{"a": 1,}', 8, "Expected another element after `,`, but found `}`."),
        ("[1 2]", 3, "Expected `,` or `]`, but found `2`."),
        ("[1], 2", 3, "Expected the end of the text, but found `,`."),
        ("NaN", 0, "Expected a value, but found `NaN`."),
        ("nul", 0, "Expected a value, but found `nul`."),
        ("-Infinity", 0, "Expected a value, but found `-`."),
        ("1e999", 0, "The number `1e999` is too large."),
        ("9" * 65, 0, f"The number `{'9' * 20}…` has more than 64 characters."),
        ("01", 1, "Expected the end of the text, but found `1`."),
        ('"a', 0, "The string that begins here has no closing quote."),
        ('"a\x00"', 2, "A string cannot hold the character `U+0000`; write it as an escape."),
        ('"\ud800"', 1, "A string cannot hold the character `U+D800`; write it as an escape."),
        ('"\\x"', 1, "`\\x` is not an escape of JSON."),
        ('"\\u12"', 1, "`\\u` needs four hexadecimal digits."),
        ('"\\ud800x"', 1, "`\\ud800` is half of a surrogate pair and no character."),
        ('"\\ud800\\u0041"', 1, "`\\ud800` is half of a surrogate pair and no character."),
        ('"\\udc00"', 1, "`\\udc00` is half of a surrogate pair and no character."),
        ('"\\ud83d\\ude00"\\ud83d', 14, "Expected the end of the text, but found `\\`."),
        ("\ufeff{}", 0, "Expected a value, but found `U+FEFF`."),
        ("[" * 33, 32, "`[` nests deeper than 32 levels."),
        (" " * (MAXIMUM_LENGTH + 1), MAXIMUM_LENGTH, "The text has 262,145 characters; at most 262,144 are read."),
    ],
)  # fmt: skip
def test_the_first_fault_is_named_with_its_place(text: str, offset: int, message: str) -> None:
    with pytest.raises(JsonError) as caught:
        parse_json(text)

    assert (caught.value.message, caught.value.offset, caught.value.code) == (message, offset, "SYNTAX")


def test_a_duplicate_key_is_refused_even_when_it_is_escaped() -> None:
    with pytest.raises(JsonError) as caught:
        parse_json('{"Action": 1, "\\u0041ction": 2}')

    assert (caught.value.code, caught.value.offset) == ("DUPLICATE_KEY", 14)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("{}", "object"),
        ("[]", "array"),
        ('""', "string"),
        ("1", "number"),
        ("true", "boolean"),
        ("null", "null"),
    ],
)
def test_a_node_tells_its_type_in_words(text: str, kind: str) -> None:
    assert parse_json(text).kind == kind


def test_a_node_covers_the_characters_it_was_read_from() -> None:
    text = ' {"Sid": "a\\n", "n": -1.50e1}'
    root = parse_json(text)
    assert isinstance(root.value, Members)

    number = root.value.named("n")

    assert [member.value.raw(text) for member in root.value] == ['"a\\n"', "-1.50e1"]
    assert root.value[0].key.raw(text) == '"Sid"'
    assert number is not None
    assert number.value == -15
    assert root.value.named("Id") is None


def test_a_position_counts_lines_from_one_and_columns_from_zero() -> None:
    text = '{\n  "a": 1\n}'

    assert [position(text, offset) for offset in (0, 4, len(text))] == [(1, 0), (2, 2), (3, 1)]


def test_the_longest_text_is_read_in_linear_time() -> None:
    short, long = ("[" + "1," * (length // 2) + "1]" for length in (30_000, 120_000))

    assert quickest(lambda: parse_json(long)) < 12 * quickest(lambda: parse_json(short))


def test_a_list_of_plain_strings_has_the_same_places_as_any_other() -> None:
    text = ' [ "s3:Get*" ,\n"s3:List*"]'

    root = parse_json(text)

    assert [item.value for item in root.items] == ["s3:Get*", "s3:List*"]
    assert [text[item.start : item.end] for item in (root, *root.items)] == [
        text[1:],
        '"s3:Get*"',
        '"s3:List*"',
    ]
