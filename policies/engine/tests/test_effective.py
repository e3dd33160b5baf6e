"""Sets of actions agree with single decisions, whatever is known of the request."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.engine import (
    Asker,
    Kind,
    Principal,
    Universe,
    Verdict,
    decide,
    effective,
    open_conditions,
    parse_policy,
)
from policies.engine.tests.reference import Question
from policies.engine.tests.reference_conditions import Document
from policies.engine.tests.strategies import (
    ACTIONS,
    ALICE,
    FEW,
    KEYS,
    MANY,
    SPECIAL,
    VALUES,
    attached,
    questions,
    request_of,
    source_of,
    sources_of,
)
from policies.engine.tests.test_decide import source

UNIVERSE = Universe(
    [*ACTIONS, *(action for action, _ in SPECIAL), "sts:GetCallerIdentity", "s3:ListBuckets"],
    ["s3:ListBuckets"],
)
Policies = list[tuple[str, Document]]


def asker_of(question: Question, *, is_open: bool) -> Asker:
    request = request_of(question)
    return Asker(request.principal, request.context, question.resource, question.owner, is_open=is_open)


@MANY
@given(questions(), st.lists(attached(), max_size=5))
def test_what_is_known_in_full_is_decided_as_single_requests_are(
    question: Question, policies: Policies
) -> None:
    sources = sources_of(policies)
    found = effective(asker_of(question, is_open=False), sources, UNIVERSE)

    for action in UNIVERSE.names:
        decision = decide(request_of(question._replace(action=action)), sources)
        assert found.verdict(action) is (Verdict.ALLOWED if decision.is_allowed else Verdict.DENIED)


@MANY
@given(
    questions(),
    st.lists(attached(), max_size=5),
    st.dictionaries(st.sampled_from(KEYS), st.lists(st.sampled_from(VALUES), max_size=2), max_size=4),
)
def test_what_is_sure_is_so_however_the_request_turns_out(
    question: Question, policies: Policies, turned_out: dict[str, list[str]]
) -> None:
    sources = sources_of(policies)
    found = effective(asker_of(question, is_open=True), sources, UNIVERSE)
    known = {key.lower() for key in question.context} | {"aws:username", "aws:principalaccount"}
    more = {key: values for key, values in turned_out.items() if key.lower() not in known}

    for action in UNIVERSE.names:
        asked = question._replace(action=action, context={**question.context, **more})
        decision = decide(request_of(asked), sources)
        assert found.verdict(action) is not (Verdict.DENIED if decision.is_allowed else Verdict.ALLOWED)


@FEW
@given(questions(), st.lists(attached(), max_size=4))
def test_any_resource_covers_each_resource_of_the_account(question: Question, policies: Policies) -> None:
    sources = sources_of(policies)
    request = request_of(question)
    if not request.is_in_account or request.principal.account_id == "" or "arn:aws:kms" in question.resource:
        return
    anywhere = effective(Asker(request.principal, request.context, is_open=False), sources, UNIVERSE)

    if decide(request, sources).is_allowed and question.resource != "*":
        assert anywhere.verdict(question.action) is not Verdict.DENIED


def test_the_statements_behind_a_verdict_are_told() -> None:
    allow = source(Kind.IDENTITY, action="s3:*", Condition={"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}})
    deny = source(Kind.BOUNDARY, "Deny", action="s3:Put*")

    found = effective(Asker(Principal.of(ALICE)), [allow, deny, source(Kind.BOUNDARY)], UNIVERSE)

    assert found.verdict("s3:getobject") is Verdict.CONDITIONAL
    assert [how.value for _, how in found.prospect("S3:GetObject").allows] == ["maybe", "yes"]
    assert [how.value for _, how in found.prospect("s3:PutObject").denials] == ["yes"]
    assert set(UNIVERSE.names_in(found.denied)) >= {"s3:putobject", "iam:createuser"}
    assert found.verdict("sts:GetCallerIdentity") is Verdict.ALLOWED


NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
DATED = replace(source(Kind.IDENTITY), not_before=NOON, not_after=NOON + timedelta(hours=1))


@pytest.mark.parametrize(
    ("known", "is_open", "expected"),
    [
        ({}, True, Verdict.CONDITIONAL),
        ({}, False, Verdict.DENIED),
        ({"aws:currenttime": ("2026-11-25T12:30:00Z",)}, True, Verdict.ALLOWED),
        ({"aws:currenttime": ("2026-11-25T13:00:00Z",)}, True, Verdict.DENIED),
    ],
)
def test_a_policy_with_dates_counts_within_them(
    known: dict[str, tuple[str, ...]], is_open: bool, expected: Verdict
) -> None:
    asker = Asker(Principal.of(ALICE), known, is_open=is_open)

    assert effective(asker, [DATED], UNIVERSE).verdict("s3:GetObject") is expected


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        ({}, Verdict.CONDITIONAL),
        ({"app:team": ("blue",)}, Verdict.ALLOWED),
        ({"app:team": ("red",)}, Verdict.DENIED),
        ({"app:team": ()}, Verdict.DENIED),
    ],
)
def test_a_variable_that_the_request_will_fill_in_leaves_a_named_resource_open(
    known: dict[str, tuple[str, ...]], expected: Verdict
) -> None:
    team = source(Kind.IDENTITY, Resource="arn:aws:s3:::docs/${app:team}/*")
    found = effective(Asker(Principal.of(ALICE), known, "arn:aws:s3:::docs/blue/a"), [team], UNIVERSE)

    assert found.verdict("s3:GetObject") is expected


def test_the_conditions_that_a_request_decides_are_told() -> None:
    statement = parse_policy(
        """{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:*",
            "Resource": "arn:aws:s3:::${app:bucket}/*", "Condition": {
            "StringEquals": {"aws:username": "alice", "app:team": "${app:color}"},
            "StringLike": {"aws:PrincipalTag/job": "*"}}}}"""
    ).statements[0]
    asker = Asker(Principal.of(ALICE), {"aws:username": ("alice",)})

    assert [condition.key for condition in open_conditions(statement, asker)] == ["app:team"]
    assert [variable.key for variable in statement.variables] == ["app:bucket", "app:color"]


@pytest.mark.parametrize(
    ("kind", "expected"), [(Kind.TRUST, Verdict.ALLOWED), (Kind.RESOURCE, Verdict.DENIED)]
)
def test_a_statement_without_resource_is_about_any_in_a_trust_policy_alone(
    kind: Kind, expected: Verdict
) -> None:
    silent_on_resources = source(kind, Resource=None, Principal={"AWS": ALICE})
    found = effective(Asker(Principal.of(ALICE)), [silent_on_resources], UNIVERSE)

    assert found.verdict("sts:AssumeRole") is expected


def test_an_action_without_resource_types_is_not_reached_through_a_named_resource() -> None:
    named = source(Kind.IDENTITY, action="s3:*", Resource="arn:aws:s3:::docs/*")
    found = effective(Asker(Principal.of(ALICE)), [named], UNIVERSE)

    assert found.verdict("s3:ListBuckets") is Verdict.DENIED
    assert found.verdict("s3:GetObject") is Verdict.CONDITIONAL


def test_names_outside_the_universe_are_denied() -> None:
    assert (
        effective(Asker(Principal.of(ALICE)), [source(Kind.IDENTITY)], UNIVERSE).verdict("x:y")
        is Verdict.DENIED
    )


def test_a_pattern_means_the_same_for_all_actions_as_for_one() -> None:
    for pattern in (
        "*",
        "*:*",
        "s3:*",
        "S3:GET*",
        "s3:?etObject",
        "s3:*t*j?ct",
        "s3",
        "s3:",
        "*:GetObject",
        "iam:createuser",
    ):
        document = source_of(
            "identity", {"Statement": {"Effect": "Allow", "Action": pattern, "Resource": "*"}}
        ).document
        one_by_one = [name for name in UNIVERSE.names if document.statements[0].covers_action(name)]

        assert list(UNIVERSE.names_in(UNIVERSE.covered(document)[0])) == one_by_one
