"""The tables against the engine: what they show is what some statement is about, no more and no less."""

from __future__ import annotations

import json
from collections.abc import Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policies.all_actions import all_actions
from policies.engine import Effect, Policy
from policies.engine.patterns import fold
from policies.summary_tables import Reading, action_summary, policy_summary, service_summary, unrecognized
from policies.summary_tables.tests.documents import RECEIPTS, managed, read_text

PREFIXES = ("s3", "sqs", "iam")
LARGE = (
    "AdministratorAccess",
    "ReadOnlyAccess",
    "PowerUserAccess",
    "SecurityAudit",
    "AWSSupportServiceRolePolicy",
)
actions = st.sampled_from(
    [
        "*",
        "s3:*",
        "s3:Get*",
        "S3:getobject",
        "s3:ListBucket",
        "s3:?etObject",
        "sqs:*",
        "iam:*User*",
        "iam:Nothing",
        "x:*",
    ]
)
resources = st.sampled_from(
    ["*", RECEIPTS, f"{RECEIPTS}/*", "arn:aws:iam::*:user/*", "arn:aws:sqs:*:*:*", "nonsense"]
)
statements = st.fixed_dictionaries(
    {
        "Effect": st.sampled_from(["Allow", "Deny"]),
    }
).flatmap(
    lambda base: st.builds(
        lambda action, names, resource, texts: {**base, action: names, resource: texts},
        st.sampled_from(["Action", "NotAction"]),
        st.lists(actions, min_size=1, max_size=3),
        st.sampled_from(["Resource", "NotResource"]),
        st.lists(resources, min_size=1, max_size=3),
    )
)


def shown(reading: Reading, effect: Effect, prefixes: Iterable[str]) -> set[str]:
    """The folded names of the actions that the second tables show as defined."""
    tables = [service_summary(reading, prefix, effect) for prefix in prefixes]
    return {
        fold(f"{table.prefix}:{row.name}")
        for table in tables
        if table
        for row in table.rows
        if row.is_defined
    }


def wanted(policy: Policy, effect: Effect, prefixes: Iterable[str]) -> set[str]:
    """The same, asked of each statement about each action."""
    names = [name for name in all_actions().universe.names if name.partition(":")[0] in set(prefixes)]
    speaking = [statement for statement in policy.statements if statement.effect is effect]
    return {name for name in names if any(statement.covers_action(name) for statement in speaking)}


@settings(deadline=None, max_examples=60)
@given(st.lists(statements, min_size=1, max_size=3))
def test_an_action_is_shown_exactly_when_a_statement_is_about_it(parts: list[dict[str, object]]) -> None:
    reading = read_text(json.dumps({"Version": "2012-10-17", "Statement": parts}))

    for effect in Effect:
        assert shown(reading, effect, PREFIXES) == wanted(reading.policy, effect, PREFIXES)


@settings(deadline=None, max_examples=60)
@given(st.lists(statements, min_size=1, max_size=3))
def test_a_service_is_listed_exactly_when_one_of_its_actions_is(parts: list[dict[str, object]]) -> None:
    reading = read_text(json.dumps({"Version": "2012-10-17", "Statement": parts}))
    summary = policy_summary(reading)

    for rows, effect in ((summary.allowed, Effect.ALLOW), (summary.denied, Effect.DENY)):
        for prefix in PREFIXES:
            is_listed = prefix in {row.prefix for row in rows}
            assert is_listed == bool(wanted(reading.policy, effect, [prefix]))


@settings(deadline=None, max_examples=60)
@given(st.lists(statements, min_size=1, max_size=3))
def test_rows_of_resources_are_there_exactly_for_actions_that_have_one(
    parts: list[dict[str, object]],
) -> None:
    reading = read_text(json.dumps({"Version": "2012-10-17", "Statement": parts}))

    for effect in Effect:
        table = service_summary(reading, "s3", effect)
        for row in table.rows if table else ():
            detail = action_summary(reading, f"s3:{row.name}", effect)
            assert detail
            assert bool(detail.rows) == row.has_resource
            assert bool(detail.lines) == row.is_defined


@pytest.mark.parametrize("name", [*LARGE, *sorted(managed())[::40]])
def test_a_managed_policy_is_shown_as_the_engine_reads_it(name: str) -> None:
    reading = read_text(managed()[name])
    summary = policy_summary(reading)
    some = {row.prefix for row in (*summary.allowed[:12], *summary.denied[:12])} | {"s3", "ec2"}

    for effect in Effect:
        assert shown(reading, effect, some) == wanted(reading.policy, effect, some)


def test_every_managed_policy_has_its_tables() -> None:
    for name, text in managed().items():
        reading = read_text(text)
        summary = policy_summary(reading)
        assert summary.allowed or summary.denied or unrecognized(reading), name
