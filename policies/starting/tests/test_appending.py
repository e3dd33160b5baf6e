"""Adding statements: where they go, how they are indented, and that nothing written before is touched."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.engine import parse_policy
from policies.starting.appending import Unappendable, appended, new_text, statements_of

LIST = {"Sid": "List", "Effect": "Allow", "Action": "s3:ListBucket", "Resource": "*"}
READ = {"Sid": "Read", "Effect": "Allow", "Action": ["s3:GetObject"], "Resource": "*"}


def test_statements_follow_in_the_indentation_that_is_there() -> None:
    text = '{\n    "Version": "2012-10-17",\n    "Statement": [\n        {"Sid": "Mine"}\n    ]\n}\n'

    found = appended(text, [LIST]).text

    assert found == (
        '{\n    "Version": "2012-10-17",\n    "Statement": [\n        {"Sid": "Mine"},\n'
        '        {\n            "Sid": "List",\n            "Effect": "Allow",\n'
        '            "Action": "s3:ListBucket",\n            "Resource": "*"\n        }\n    ]\n}\n'
    )


def test_an_empty_list_is_filled_in_one_line() -> None:
    assert (
        appended('{"Id": "x", "Statement": []}', [{"Sid": "A"}]).text
        == '{"Id": "x", "Statement": [{"Sid": "A"}]}'
    )


def test_tabs_are_kept_up() -> None:
    text = '{\n\t"Id": "x",\n\t"Statement": []\n}'

    found = appended(text, [{"Sid": "A"}]).text

    assert found == '{\n\t"Id": "x",\n\t"Statement": [\n\t\t{\n\t\t\t"Sid": "A"\n\t\t}\n\t]\n}'


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"Id":"x","Statement":[]}', '{"Id":"x","Statement":[{"Sid":"A"},{"Sid":"B"}]}'),
        ('{"Statement": [ {"Sid": "C"} ]}', '{"Statement": [ {"Sid": "C"}, {"Sid": "A"}, {"Sid": "B"} ]}'),
        ('{"Statement":{"Sid":"C"}}', '{"Statement":[{"Sid":"C"},{"Sid":"A"},{"Sid":"B"}]}'),
    ],
    ids=["empty", "spaced", "one without a list"],
)
def test_a_text_in_one_line_stays_one(text: str, expected: str) -> None:
    assert appended(text, [{"Sid": "A"}, {"Sid": "B"}]).text == expected


def test_a_single_statement_gets_the_brackets_of_a_list() -> None:
    text = '{\n  "Statement": {\n    "Sid": "Mine"\n  }\n}'

    found = appended(text, [{"Sid": "A"}]).text

    assert found == '{\n  "Statement": [{\n    "Sid": "Mine"\n  }, {\n    "Sid": "A"\n  }]\n}'


def test_a_sid_that_is_taken_becomes_another() -> None:
    text = json.dumps({"Statement": [{"Sid": "List"}, {"Sid": "List2"}]})

    found = appended(text, [LIST, LIST, READ])

    assert [each["Sid"] for each in statements_of(found.text)] == ["List", "List2", "List3", "List4", "Read"]
    assert found.renamed == (("List", "List3"), ("List", "List4"))


def test_the_statement_that_a_new_policy_begins_with_gives_way() -> None:
    blank = {"Sid": "Statement1", "Effect": "Allow", "Action": [], "Resource": []}

    found = appended(json.dumps({"Version": "2012-10-17", "Statement": [blank]}), [LIST]).text
    typed = appended(json.dumps({"Id": "mine", "Statement": [blank]}), [LIST]).text

    assert found == new_text([LIST])
    assert len(statements_of(typed)) == 2


def test_a_blank_text_becomes_a_policy() -> None:
    assert appended(" \n", [LIST]).text == new_text([LIST])
    assert parse_policy(new_text([LIST, READ])).statements[1].sid == "Read"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('{"Statement": [', "no JSON yet"),
        ('{"Version": "2012-10-17"}', "no `Statement`"),
        ("[]", "no `Statement`"),
        ('{"Statement": ["s3:*"]}', "no list of statements"),
    ],
    ids=["cut off", "no statement", "no object", "texts"],
)
def test_a_text_that_nothing_can_follow_is_refused(text: str, told: str) -> None:
    with pytest.raises(Unappendable, match=told):
        appended(text, [LIST])


members = st.dictionaries(st.text(max_size=4), st.text(max_size=4), max_size=3)


def test_a_text_that_would_grow_too_long_is_refused() -> None:
    with pytest.raises(Unappendable, match="more than the 262,144"):
        appended('{"Statement": [{"Sid": "A"}]}', [{"Sid": "B", "Resource": "x" * 262_144}])


documents = st.fixed_dictionaries({"Id": st.just("x"), "Statement": st.lists(members, max_size=3)})
indents = st.sampled_from([None, 0, 1, 2, 4, "\t"])


@given(document=documents, indent=indents, more=st.lists(st.sampled_from([LIST, READ]), max_size=3))
def test_what_was_written_stays_to_the_letter(
    document: dict[str, object], indent: int | str | None, more: list[dict[str, object]]
) -> None:
    text = json.dumps(document, indent=indent, ensure_ascii=False)

    found = appended(text, more).text

    before = statements_of(text)
    assert statements_of(found)[: len(before)] == before
    assert len(statements_of(found)) == len(before) + len(more)
    end = text.rindex("}", 0, text.rindex("]")) + 1 if before else text.index("[")
    assert found.startswith(text[:end])
    assert found.endswith(text[end:].lstrip("[]\n\t "))
