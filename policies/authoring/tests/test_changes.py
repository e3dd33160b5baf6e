"""Each change does what it says, and touches nothing else: on all layouts, and in the manner of the text."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.authoring import CannotChange, WrittenCondition, blocks_of
from policies.authoring import changes as change
from policies.authoring.drafts import Draft, members_of
from policies.authoring.tests import layouts
from policies.authoring.tests.layouts import Written

NEW = {"Effect": "Deny", "Action": ["s3:DeleteObject"], "Resource": "*"}
TALL = """{
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Action": "s3:GetObject",
            "Resource": "*"
        }
    ]
}"""


def listed(value: Any) -> list[str]:
    return value if isinstance(value, list) else [value]


def element_of(statement: dict[str, Any]) -> str:
    return "NotAction" if "NotAction" in statement else "Action"


def parsed(text: str, index: int) -> dict[str, Any]:
    found = json.loads(text)["Statement"]
    statement: dict[str, Any] = (found if isinstance(found, list) else [found])[index]
    return statement


def raw_members(text: str, index: int) -> dict[str, str]:
    draft = Draft.of(text)
    return {member.name: member.value.raw(text) for member in members_of(draft.statement(index))}


def ensure_only(before: str, after: str, index: int, element: str) -> None:
    """All statements but one, and all members but one of that, are the same to the letter."""
    others = [block.source for block in blocks_of(before).blocks if block.index != index]
    assert [block.source for block in blocks_of(after).blocks if block.index != index] == others
    old, new = raw_members(before, index), raw_members(after, index)
    assert {name: raw for name, raw in old.items() if name != element} == {
        name: raw for name, raw in new.items() if name != element
    }


@given(layouts.policies(), st.sampled_from(["Allow", "Deny"]))
def test_the_effect_alone_changes(written: Written, effect: str) -> None:
    after = change.set_effect(written.text, 0, effect)

    assert parsed(after, 0) == written.statements[0] | {"Effect": effect}
    ensure_only(written.text, after, 0, "Effect")


@given(layouts.policies(), st.sampled_from(["", "Fresh", 'Odd "Sid"']))
def test_the_sid_comes_changes_and_goes(written: Written, sid: str) -> None:
    after = change.set_sid(written.text, 0, sid)

    assert parsed(after, 0).get("Sid", "") == sid
    ensure_only(written.text, after, 0, "Sid")


@given(layouts.policies(), st.lists(st.sampled_from([*layouts.ACTIONS, "ec2:RunInstances", "s3:getobject"])))
def test_actions_are_added_behind_those_that_are_there(written: Written, names: list[str]) -> None:
    index = len(written.statements) - 1
    element = element_of(written.statements[index])

    after = change.add_actions(written.text, index, names)

    present = listed(written.statements[index][element])
    folded = {name.lower() for name in present}
    added = {name.lower(): name for name in names if name.lower() not in folded}
    assert listed(parsed(after, index)[element])[: len(present)] == present
    assert {name.lower() for name in listed(parsed(after, index)[element])[len(present) :]} == set(added)
    ensure_only(written.text, after, index, element)


@given(layouts.policies(), st.sets(st.sampled_from(layouts.ACTIONS)))
def test_actions_are_taken_out(written: Written, names: set[str]) -> None:
    element = element_of(written.statements[0])

    after = change.remove_actions(written.text, 0, names)

    present = listed(written.statements[0][element])
    assert listed(parsed(after, 0)[element]) == [name for name in present if name not in names]
    ensure_only(written.text, after, 0, element)


@given(layouts.policies())
def test_added_and_taken_out_again_means_the_same(written: Written) -> None:
    fresh = ["ec2:RunInstances", "ec2:StopInstances"]
    element = element_of(written.statements[0])

    after = change.remove_actions(change.add_actions(written.text, 0, fresh), 0, fresh)

    assert listed(parsed(after, 0)[element]) == listed(written.statements[0][element])


@given(layouts.policies(), st.sets(st.sampled_from(layouts.ACTIONS)))
def test_of_a_level_exactly_what_is_chosen_is_there(written: Written, wanted: set[str]) -> None:
    level = ["s3:GetObject", "s3:PutObject", "s3:ListBucket"]
    element = element_of(written.statements[0])

    after = listed(parsed(change.set_actions(written.text, 0, wanted, among=level), 0)[element])

    covered = {"s3:GetObject"} if "s3:Get*" in after else set()
    assert set(level) & wanted <= set(after) | covered
    assert not set(after) & (set(level) - wanted)


@given(layouts.policies(), st.sampled_from(layouts.RESOURCES[1:]))
def test_a_resource_is_added_or_takes_the_place_of_the_star(written: Written, resource: str) -> None:
    after = change.add_resources(written.text, 0, [resource])

    present = listed(written.statements[0]["Resource"])
    kept = [] if present == ["*"] else present
    assert listed(parsed(after, 0)["Resource"]) == list(dict.fromkeys([*kept, resource]))
    ensure_only(written.text, after, 0, "Resource")


@given(layouts.policies(), st.sets(st.sampled_from(layouts.RESOURCES)))
def test_resources_are_taken_out_and_nothing_is_opened(written: Written, gone: set[str]) -> None:
    after = change.remove_resources(written.text, 0, gone)

    present = listed(written.statements[0]["Resource"])
    assert listed(parsed(after, 0)["Resource"]) == [text for text in present if text not in gone]
    ensure_only(written.text, after, 0, "Resource")


@given(layouts.policies(), st.sampled_from(layouts.OPERATORS), st.sampled_from(layouts.KEYS))
def test_a_condition_is_added(written: Written, operator: str, key: str) -> None:
    after = change.add_condition(written.text, 0, operator, key, ["new", "newer"])

    blocks = written.statements[0].get("Condition", {})
    had = listed(blocks[operator][key]) if key in blocks.get(operator, {}) else []
    wanted = blocks | {operator: blocks.get(operator, {}) | {key: [*had, "new", "newer"]}}
    assert parsed(after, 0)["Condition"] == wanted
    ensure_only(written.text, after, 0, "Condition")


@given(layouts.policies(), st.data())
def test_a_condition_goes_and_leaves_nothing_empty(written: Written, data: st.DataObject) -> None:
    blocks = written.statements[0].get("Condition", {})
    if not blocks:
        return
    operator = data.draw(st.sampled_from(sorted(blocks)))
    key = data.draw(st.sampled_from(sorted(blocks[operator])))

    after = change.remove_condition(written.text, 0, operator, key)

    left = {
        name: {k: v for k, v in keys.items() if (name, k) != (operator, key)} for name, keys in blocks.items()
    }
    assert parsed(after, 0).get("Condition", {}) == {name: keys for name, keys in left.items() if keys}
    ensure_only(written.text, after, 0, "Condition")


@given(layouts.policies())
def test_a_condition_added_and_removed_means_the_same(written: Written) -> None:
    added = change.add_condition(written.text, 0, "Null", "aws:SourceVpc", ["true"])
    after = change.remove_condition(added, 0, "Null", "aws:SourceVpc")

    def meaning(text: str) -> dict[str, Any]:
        return {name: value for name, value in parsed(text, 0).items() if value != {}}

    assert meaning(after) == meaning(written.text)


@given(layouts.policies())
def test_a_statement_added_is_the_last_and_goes_again(written: Written) -> None:
    after = change.add_statement(written.text, NEW)

    assert json.loads(after)["Statement"] == [*written.statements, NEW]
    without = change.remove_statement(after, len(written.statements))
    assert json.loads(without)["Statement"] == written.statements


@given(layouts.policies(), st.data())
def test_a_copy_differs_in_its_sid_alone(written: Written, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, len(written.statements) - 1))

    found = json.loads(change.duplicate_statement(written.text, index))["Statement"]

    copy = found.pop(index + 1)
    assert found == written.statements
    assert {**copy, "Sid": ""} == {**found[index], "Sid": ""} or "Sid" not in copy
    assert "Sid" not in copy or copy["Sid"] not in {statement.get("Sid") for statement in found}


@given(layouts.policies())
def test_what_is_there_already_changes_no_letter(written: Written) -> None:
    text, statement = written.text, written.statements[0]

    assert change.set_effect(text, 0, statement["Effect"]) == text
    assert change.set_sid(text, 0, statement.get("Sid", "")) == text
    assert change.add_actions(text, 0, listed(statement[element_of(statement)])) == text
    assert change.add_resources(text, 0, listed(statement["Resource"])) == text
    for operator, keys in statement.get("Condition", {}).items():
        for key, values in keys.items():
            assert change.add_condition(text, 0, operator, key, listed(values)) == text
            assert change.set_condition_values(text, 0, operator, key, listed(values)) == text


CASES: dict[str, tuple[Callable[[str], str], str, str]] = {
    "a string becomes a list with a line for each": (
        lambda text: change.add_actions(text, 0, ["s3:PutObject"]),
        '"Action": "s3:GetObject",',
        '"Action": [\n                "s3:GetObject",\n                "s3:PutObject"\n            ],',
    ),
    "an element gets a line of its own where it belongs": (
        lambda text: change.set_sid(text, 0, "Read"),
        '            "Effect"',
        '            "Sid": "Read",\n            "Effect"',
    ),
    "a condition is indented like the rest": (
        lambda text: change.add_condition(text, 0, "Bool", "aws:MultiFactorAuthPresent", ["true"]),
        '"Resource": "*"\n',
        '"Resource": "*",\n            "Condition": {\n                "Bool": {\n'
        '                    "aws:MultiFactorAuthPresent": "true"\n                }\n            }\n',
    ),
    "a statement follows the others": (
        lambda text: change.add_statement(text, {"Effect": "Deny", "Action": [], "Resource": "*"}),
        "        }\n    ]",
        '        },\n        {\n            "Effect": "Deny",\n            "Action": [],\n            "Resource": "*"\n'
        "        }\n    ]",
    ),
}


@pytest.mark.parametrize(("make", "before", "after"), CASES.values(), ids=CASES)
def test_the_manner_of_the_text_goes_on(make: Callable[[str], str], before: str, after: str) -> None:
    assert TALL.count(before) == 1
    assert make(TALL) == TALL.replace(before, after)


def test_a_text_in_one_line_stays_in_one_line() -> None:
    text = '{"Statement":{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}}'

    after = change.add_condition(change.add_actions(text, 0, ["s3:PutObject"]), 0, "Bool", "k:a", ["true"])

    assert after == (
        '{"Statement":{"Effect":"Allow","Action":["s3:GetObject","s3:PutObject"],"Resource":"*",'
        '"Condition":{"Bool":{"k:a":"true"}}}}'
    )


def test_lists_in_one_line_stay_so_in_a_tall_text() -> None:
    text = TALL.replace('"s3:GetObject"', '["s3:GetObject", "s3:GetObjectAcl"]')

    after = change.add_actions(text, 0, ["s3:PutObject"])

    assert '["s3:GetObject", "s3:GetObjectAcl", "s3:PutObject"]' in after


def test_line_ends_of_another_system_go_on() -> None:
    text = TALL.replace("\n", "\r\n")

    after = change.add_actions(text, 0, ["s3:PutObject"])

    assert after.count("\n") == after.count("\r\n") == text.count("\n") + 3


def test_a_whole_service_takes_the_place_of_its_actions_and_goes_again() -> None:
    whole = change.set_all_actions(change.add_actions(TALL, 0, ["sqs:SendMessage"]), 0, "s3")

    assert parsed(whole, 0)["Action"] == ["sqs:SendMessage", "s3:*"]


def test_operators_and_keys_are_not_doubled_in_other_capitals() -> None:
    text = change.add_condition(TALL, 0, "stringequals", "AWS:PrincipalTag/team", ["bar"])

    after = change.add_condition(text, 0, "StringEquals", "aws:PrincipalTag/team", ["kitchen"])

    assert parsed(after, 0)["Condition"] == {"stringequals": {"AWS:PrincipalTag/team": ["bar", "kitchen"]}}


def test_a_condition_becomes_another() -> None:
    text = change.add_condition(TALL, 0, "Bool", "aws:SecureTransport", ["true"])
    old = WrittenCondition("Bool", "aws:SecureTransport", ("true",))

    after = change.change_condition(
        text, 0, old, WrittenCondition("IpAddress", "aws:SourceIp", ("10.0.0.0/8",))
    )

    assert parsed(after, 0)["Condition"] == {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}


def test_one_of_several_values_goes_and_the_last_takes_the_condition_along() -> None:
    text = change.add_condition(TALL, 0, "IpAddress", "aws:SourceIp", ["10.0.0.0/8", "192.0.2.0/24"])

    one = change.remove_condition_value(text, 0, "IpAddress", "aws:SourceIp", 0)
    none = change.remove_condition_value(one, 0, "IpAddress", "aws:SourceIp", 0)

    assert parsed(one, 0)["Condition"] == {"IpAddress": {"aws:SourceIp": ["192.0.2.0/24"]}}
    assert none == TALL


@pytest.mark.parametrize("text", ["", "  \n"])
def test_an_empty_text_becomes_a_policy(text: str) -> None:
    after = json.loads(change.add_statement(text, change.new_statement(text)))

    assert after["Version"] == "2012-10-17"
    assert after["Statement"] == [{"Sid": "Statement1", "Effect": "Allow", "Action": [], "Resource": []}]


@pytest.mark.parametrize("text", ["{", "[]", '{"Statement": [1]}', '{"a": 1, "a": 2}', '{"Statement": []}'])
def test_where_no_statement_can_be_read_nothing_is_changed(text: str) -> None:
    with pytest.raises(CannotChange):
        change.set_effect(text, 0, "Deny")


def test_what_somebody_else_took_away_meanwhile_is_told() -> None:
    with pytest.raises(CannotChange, match="no condition under `Bool` any more"):
        change.remove_condition(TALL, 0, "Bool", "aws:SecureTransport")
