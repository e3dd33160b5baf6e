"""Statements as blocks: what is shown means the same as what was written, and what is not shown says why."""

from __future__ import annotations

import json
from itertools import islice
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.authoring import Block, blocks_of
from policies.authoring import changes as change
from policies.authoring.tests import layouts
from policies.authoring.tests.layouts import Written
from policies.engine import parse_policy
from policies.engine.document import Statement
from policies.managed import ManagedPolicy, managed_policies
from policies.tests.documents import LISTING, allow, document

CHUNKS = 8


def rebuilt(block: Block, version: str) -> str:
    """A policy of this statement alone, written anew from what the block shows."""
    statement: dict[str, Any] = {
        "Sid": block.sid,
        "Effect": block.effect,
        "NotAction" if block.is_except else "Action": list(block.actions),
    }
    if block.resources is not None:
        statement["Resource"] = list(block.resources)
    conditions: dict[str, dict[str, list[str]]] = {}
    for written in block.conditions:
        conditions.setdefault(written.operator, {})[written.key] = list(written.values)
    if conditions:
        statement["Condition"] = conditions
    return json.dumps({"Version": version, "Statement": [statement]})


def meaning(statement: Statement) -> tuple[object, ...]:
    """Everything but its place in the document."""
    conditions = {(one.operator, one.key): one.values for one in statement.conditions}
    return (
        statement.sid,
        statement.effect,
        statement.actions,
        statement.not_actions,
        statement.resources,
        statement.not_resources,
        conditions,
    )


def meanings(text: str) -> list[tuple[object, ...]]:
    return [meaning(statement) for statement in parse_policy(text, maximum_length=262_144).statements]


def chunk(number: int) -> list[ManagedPolicy]:
    return list(islice(managed_policies(), number, None, CHUNKS))


@pytest.mark.parametrize("number", range(CHUNKS))
def test_what_is_shown_of_aws_managed_policies_means_the_same(number: int) -> None:
    policies = chunk(number)

    assert len(policies) > 150
    for managed in policies:
        policy, blocks = (
            parse_policy(managed.document, maximum_length=262_144),
            blocks_of(managed.document).blocks,
        )
        assert len(blocks) == len(policy.statements)
        for block, statement in zip(blocks, policy.statements, strict=True):
            if not block.reason:
                (again,) = parse_policy(rebuilt(block, policy.version), maximum_length=262_144).statements
                assert meaning(again) == meaning(statement), managed.policy_name


@pytest.mark.parametrize("number", range(CHUNKS))
def test_aws_managed_policies_are_not_rewritten(number: int) -> None:
    for managed in chunk(number):
        text = managed.document
        block = blocks_of(text).blocks[-1]
        # A copy must not make the text too long to be read.
        if block.reason or len(text) > 100_000:
            continue
        assert change.set_effect(text, block.index, block.effect) == text
        assert change.set_sid(text, block.index, block.sid) == text
        assert change.add_actions(text, block.index, block.actions) == text
        twice = change.duplicate_statement(text, block.index)
        once = change.remove_statement(twice, block.index + 1)
        assert once == text or meanings(once) == meanings(text)


def test_nearly_all_of_aws_managed_policies_can_be_shown() -> None:
    blocks = [block for managed in chunk(0) for block in blocks_of(managed.document).blocks]
    reasons = {block.reason for block in blocks if block.reason}

    assert sum(not block.reason for block in blocks) >= len(blocks) * 0.99
    assert all("NotResource" in reason for reason in reasons)


@given(layouts.policies())
def test_a_block_says_what_is_written_in_any_layout(written: Written) -> None:
    reading = blocks_of(written.text)

    for block, statement in zip(reading.blocks, written.statements, strict=True):
        assert block.source == written.text[block.start : block.end]
        assert json.loads(block.source) == statement
        assert (block.effect, block.sid) == (statement["Effect"], statement.get("Sid", ""))
        assert block.is_except == ("NotAction" in statement)


@given(st.text())
def test_any_text_has_blocks_or_a_reason(text: str) -> None:
    reading = blocks_of(text)

    assert not (reading.blocks and reading.reason)


REASONS = {
    "NotResource": (allow("s3:*", NotResource="*"), "NotResource"),
    "Principal": (allow("s3:*", Principal="*"), "whoever it is attached to"),
    "an unknown element": (allow("s3:*", Resourse="*"), "`Resourse`, which statements do not have"),
    "both elements for actions": (allow("s3:*", NotAction="s3:GetObject"), "both `Action` and `NotAction`"),
    "no effect": ({"Action": "s3:*", "Resource": "*"}, "neither `Allow` nor `Deny`"),
    "an effect in small letters": (allow("s3:*") | {"Effect": "allow"}, "neither `Allow` nor `Deny`"),
    "a number as Sid": (allow("s3:*", Sid=7), "`Sid` is no text but a number"),
    "an action that is no text": (allow(["s3:*", 7]), "`Action` holds something that is no text"),
    "a list in a list": (allow([["s3:*"]]), "`Action` holds something that is no text"),
    "a condition that is no object": (allow("s3:*", Condition=[]), "`Condition` is no object but an array"),
    "an operator without key": (allow("s3:*", Condition={"Bool": {}}), "`Bool` names no key"),
    "a null value": (allow("s3:*", Condition={"Bool": {"aws:a": None}}), "`aws:a` are neither texts"),
}


@pytest.mark.parametrize(("statement", "reason"), REASONS.values(), ids=REASONS)
def test_what_cannot_be_shown_stays_json_with_a_reason(statement: dict[str, object], reason: str) -> None:
    shown, other = blocks_of(document(allow("s3:GetObject"), statement)).blocks

    assert not shown.reason
    assert reason in other.reason
    assert json.loads(other.source) == statement


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('{"Version": ', "Line 1, column 13: Expected a value"),
        ('{"Statement": {"Sid": "a", "Sid": "b"}}', "The key `Sid` stands twice"),
        ("[]", "A policy is a JSON object"),
    ],
    ids=["cut off", "a doubled key", "a list"],
)
def test_a_text_that_is_no_policy_says_why_it_has_no_blocks(text: str, reason: str) -> None:
    assert reason in blocks_of(text).reason


def test_the_statement_under_the_cursor_is_found() -> None:
    text = document(allow("s3:GetObject"), allow("s3:PutObject"))
    reading = blocks_of(text)

    assert [reading.at(text.index(name)) for name in ("GetObject", "PutObject")] == list(reading.blocks)
    assert reading.at(0) is None


def test_services_are_told_once_and_in_small_letters() -> None:
    (block,) = blocks_of(document(allow(["S3:GetObject", "s3:Put*", "sqs:*", "*"]))).blocks

    assert block.services == ("s3", "sqs")
    assert block.is_about_everything


def test_a_sid_names_the_block() -> None:
    assert [block.name for block in blocks_of(LISTING).blocks] == ["ListReceipts"]
