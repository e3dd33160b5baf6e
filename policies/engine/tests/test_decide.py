"""Decided cases: each shows a rule of AWS's evaluation logic."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from policies.engine import (
    Decision,
    Effect,
    Kind,
    Layer,
    Outcome,
    Principal,
    Request,
    Source,
    decide,
    parse_policy,
)
from policies.engine.tests.strategies import (
    ACCOUNT,
    ALICE,
    FEDERATED_USER,
    OTHER_ACCOUNT,
    ROOT,
    SERVICE,
    SESSION,
)
from policies.engine.tests.timing import quickest

BUCKET = "arn:aws:s3:::docs/a"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/path/ops"
OFFICE = f"arn:aws:iam::{ACCOUNT}:saml-provider/office"
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
ONE_O_CLOCK = datetime(2026, 1, 1, 13, tzinfo=UTC)


def source(kind: Kind, effect: str = "Allow", action: str = "*", **elements: Any) -> Source:
    statement = {"Effect": effect, "Action": action, "Resource": "*", **elements}
    text = json.dumps(
        {"Version": "2012-10-17", "Statement": {key: item for key, item in statement.items() if item}}
    )
    return Source(kind, kind.value, "", parse_policy(text))


def ask(*sources: Source, caller: str = ALICE, issuer_arn: str = "", **question: Any) -> Decision:
    principal = Principal.of(caller, issuer_arn=issuer_arn)
    return decide(Request(principal, **{"action": "s3:GetObject", "resource": BUCKET, **question}), sources)


def silent(kind: Kind) -> Source:
    return source(kind, action="sqs:SendMessage")


def test_without_policies_the_identity_is_denied() -> None:
    assert ask() == Decision(Outcome.IMPLICIT_DENY, Layer.IDENTITY)


@pytest.mark.parametrize("kind", [Kind.IDENTITY, Kind.GROUP, Kind.GRANT])
def test_each_policy_of_the_identity_side_grants(kind: Kind) -> None:
    decision = ask(source(kind), silent(Kind.IDENTITY))

    assert decision.is_allowed
    assert [match.source.kind for match in decision.matches] == [kind]


@pytest.mark.parametrize("kind", list(Kind))
def test_a_deny_in_any_policy_wins_and_names_its_layer(kind: Kind) -> None:
    decision = ask(source(Kind.IDENTITY), source(kind, "Deny", Principal="*"))

    assert (decision.outcome, decision.denied_by) == (Outcome.EXPLICIT_DENY, kind.layer)
    assert [match.statement.effect for match in decision.matches] == [Effect.DENY]


def test_of_several_denying_layers_the_first_in_the_order_of_aws_is_named() -> None:
    decision = ask(source(Kind.IDENTITY, "Deny"), source(Kind.RCP, "Deny"), source(Kind.SCP, "Deny"))

    assert decision.denied_by is Layer.SCP
    assert len(decision.matches) == 3


@pytest.mark.parametrize("kind", [Kind.SCP, Kind.RCP, Kind.BOUNDARY, Kind.SESSION])
def test_a_silent_guardrail_stops_what_the_identity_is_granted(kind: Kind) -> None:
    assert ask(source(Kind.IDENTITY), silent(kind)) == Decision(Outcome.IMPLICIT_DENY, kind.layer)


@pytest.mark.parametrize("kind", [Kind.BOUNDARY, Kind.SESSION])
def test_policies_of_one_guardrail_add_up(kind: Kind) -> None:
    assert ask(source(Kind.IDENTITY), silent(kind), source(kind)).is_allowed


@pytest.mark.parametrize("kind", [Kind.SCP, Kind.RCP])
def test_every_level_of_an_organization_must_allow(kind: Kind) -> None:
    above, unit = source(kind), replace(silent(kind), target="unit")

    assert ask(source(Kind.IDENTITY), above, silent(kind)).is_allowed
    assert ask(source(Kind.IDENTITY), above, unit).denied_by is kind.layer
    assert ask(source(Kind.IDENTITY), above, unit, replace(above, target="unit")).is_allowed


def test_root_starts_from_allow_but_a_guardrail_of_the_organization_binds_it() -> None:
    assert ask(caller=ROOT).is_allowed
    assert ask(silent(Kind.SCP), caller=ROOT).denied_by is Layer.SCP
    assert ask(source(Kind.RESOURCE, "Deny", Principal="*"), caller=ROOT).denied_by is Layer.RESOURCE
    assert ask(caller=ROOT, resource_account=OTHER_ACCOUNT).denied_by is Layer.RESOURCE


def test_get_caller_identity_is_allowed_even_under_deny_unless_nobody_signed() -> None:
    assert ask(source(Kind.IDENTITY, "Deny"), action="STS:GetCallerIdentity", resource="*").is_allowed
    assert not ask(caller="*", action="sts:GetCallerIdentity", resource="*").is_allowed


# Who the resource's policy names, and which of identity, boundary and session that makes unnecessary.
SUFFICIENT = [
    (ALICE, "", ALICE, "identity permissions_boundary session"),
    (SESSION, "", ROLE, "identity"),
    (SESSION, "", SESSION, "identity permissions_boundary session"),
    (ROLE, "", ROLE, "identity"),
    (FEDERATED_USER, ALICE, FEDERATED_USER, "identity permissions_boundary session"),
    (FEDERATED_USER, ALICE, ALICE, "identity"),
    (ALICE, "", ACCOUNT, ""),
    (ALICE, "", ROOT, ""),
    (ALICE, "", "*", "identity permissions_boundary"),
    (SESSION, "", "*", "identity permissions_boundary"),
    (ALICE, "", f"arn:aws:iam::{ACCOUNT}:user/alice", ""),
    (SESSION, "", f"arn:aws:iam::{OTHER_ACCOUNT}:role/ops", ""),
]


@pytest.mark.parametrize(("caller", "issuer", "named", "layers"), SUFFICIENT)
@pytest.mark.parametrize("kind", [Kind.IDENTITY, Kind.BOUNDARY, Kind.SESSION])
def test_what_a_resource_policy_of_the_same_account_replaces(
    caller: str, issuer: str, named: str, layers: str, kind: Kind
) -> None:
    others = [source(other) for other in (Kind.IDENTITY, Kind.BOUNDARY, Kind.SESSION) if other is not kind]
    resource = source(Kind.RESOURCE, Principal={"AWS": named})

    decision = ask(resource, silent(kind), *others, caller=caller, issuer_arn=issuer)

    assert decision.is_allowed is (kind.layer in layers.split())


@pytest.mark.parametrize("named", [ACCOUNT, ROOT, ALICE, "*"])
def test_across_accounts_both_sides_must_allow(named: str) -> None:
    resource = source(Kind.RESOURCE, Principal={"AWS": named})

    assert ask(resource, source(Kind.IDENTITY), resource_account=OTHER_ACCOUNT).is_allowed
    assert ask(resource, resource_account=OTHER_ACCOUNT).denied_by is Layer.IDENTITY
    assert ask(source(Kind.IDENTITY), resource_account=OTHER_ACCOUNT).denied_by is Layer.RESOURCE


def test_the_owner_of_a_resource_is_read_from_its_arn() -> None:
    queue = f"arn:aws:sqs:eu-west-1:{OTHER_ACCOUNT}:queue"

    assert ask(source(Kind.IDENTITY), resource=queue).denied_by is Layer.RESOURCE
    assert ask(source(Kind.IDENTITY), resource="arn:aws:iam::aws:policy/ReadOnlyAccess").is_allowed


@pytest.mark.parametrize(
    ("caller", "principal", "allowed"),
    [
        (SERVICE, {"Service": SERVICE}, True),
        (SERVICE, {"Service": "s3.amazonaws.com"}, False),
        (SERVICE, {"AWS": ACCOUNT}, False),
        ("*", "*", True),
        ("*", {"AWS": ACCOUNT}, False),
        (OFFICE, {"Federated": OFFICE}, True),
        (ALICE, {"CanonicalUser": ALICE}, False),
        (ALICE, None, False),
    ],
)
def test_callers_without_identity_policies_need_the_resource_to_name_them(
    caller: str, principal: Any, allowed: bool
) -> None:
    resource = source(Kind.RESOURCE, Principal=principal)

    assert ask(resource, caller=caller, resource_account=ACCOUNT).is_allowed is allowed


def test_a_trust_policy_does_not_trust_its_account_by_itself() -> None:
    question = {"action": "sts:AssumeRole", "resource": ROLE}
    by_account = source(Kind.TRUST, Principal={"AWS": ACCOUNT}, Resource=None)
    by_name = source(Kind.TRUST, Principal={"AWS": ALICE}, Resource=None)

    assert ask(by_name, **question).is_allowed
    assert ask(by_account, source(Kind.IDENTITY), **question).is_allowed
    assert ask(by_account, **question).denied_by is Layer.IDENTITY
    assert ask(silent(Kind.TRUST), source(Kind.IDENTITY), **question).denied_by is Layer.RESOURCE


def test_a_federated_user_has_nothing_without_a_session_policy() -> None:
    assert ask(source(Kind.IDENTITY), caller=FEDERATED_USER).denied_by is Layer.IDENTITY
    assert ask(source(Kind.IDENTITY), source(Kind.SESSION), caller=FEDERATED_USER).is_allowed


@pytest.mark.parametrize(
    ("caller", "listed", "struck"),
    [
        (ALICE, [ALICE], True),
        (ALICE, [ACCOUNT], True),
        (ALICE, [ALICE, ACCOUNT], False),
        (SESSION, [SESSION, ROOT], False),
        (SESSION, [ROLE, ROOT], True),
        (ROOT, [ROOT], False),
        (ALICE, ["*"], False),
        ("*", [ALICE], True),
    ],
)
def test_deny_with_not_principal_spares_who_is_listed_with_the_account(
    caller: str, listed: list[str], struck: bool
) -> None:
    deny = source(Kind.RESOURCE, "Deny", NotPrincipal={"AWS": listed})

    assert (ask(deny, caller=caller).outcome is Outcome.EXPLICIT_DENY) is struck


def test_deny_with_not_principal_strikes_every_caller_with_a_boundary() -> None:
    deny = source(Kind.RESOURCE, "Deny", NotPrincipal={"AWS": [ALICE, ACCOUNT]})

    assert ask(deny, source(Kind.BOUNDARY)).outcome is Outcome.EXPLICIT_DENY


def test_principal_is_not_asked_where_the_attachment_says_it() -> None:
    assert ask(source(Kind.IDENTITY, Principal={"AWS": ROOT})).is_allowed


@pytest.mark.parametrize(
    ("elements", "resource", "allowed"),
    [
        ({"Action": None, "NotAction": "iam:*"}, BUCKET, True),
        ({"Action": None, "NotAction": "s3:get*"}, BUCKET, False),
        ({"Action": None, "NotAction": "s3: GetObject"}, BUCKET, True),
        ({"Resource": None, "NotResource": "arn:aws:s3:::other/*"}, BUCKET, True),
        ({"Resource": None, "NotResource": "arn:aws:s3:::other/*"}, "*", True),
        ({"Resource": None, "NotResource": "*"}, "*", False),
        ({"Resource": "arn:aws:s3:::*"}, "*", False),
        ({"Resource": None}, BUCKET, False),
        ({"Condition": {"StringEquals": {"aws:UserName": "alice"}}}, BUCKET, True),
        ({"Condition": {"StringEquals": {"aws:username": "bob"}}}, BUCKET, False),
        ({"Condition": {"Sounds": {"aws:username": "alice"}}}, BUCKET, False),
        ({"Resource": ["*", "arn:aws:s3:::${aws:PrincipalTag/team}/*"]}, BUCKET, False),
        ({"Resource": "arn:aws:s3:::${aws:PrincipalTag/team, 'docs'}/*"}, BUCKET, True),
    ],
)
def test_each_element_of_an_allow_must_fit(elements: dict[str, Any], resource: str, allowed: bool) -> None:
    context = {"aws:UserName": ("alice",)}

    assert ask(source(Kind.IDENTITY, **elements), resource=resource, context=context).is_allowed is allowed


@pytest.mark.parametrize(
    "elements", [{"Condition": {"Sounds": {"aws:username": "alice"}}}, {"Resource": None}]
)
def test_a_deny_that_cannot_be_understood_counts(elements: dict[str, Any]) -> None:
    deny = source(Kind.IDENTITY, "Deny", **elements)

    assert ask(source(Kind.IDENTITY), deny).outcome is Outcome.EXPLICIT_DENY


@pytest.mark.parametrize(
    ("now", "allowed"),
    [
        ("2026-01-01T11:59:59Z", False),
        ("2026-01-01T12:00:00Z", True),
        ("2026-01-01T13:00:00Z", False),
        ("soon", False),
    ],
)
def test_a_grant_counts_from_its_first_instant_to_before_its_last(now: str, allowed: bool) -> None:
    grant = Source(Kind.GRANT, "grant", "", source(Kind.GRANT).document, NOON, ONE_O_CLOCK)

    assert ask(grant, context={"aws:CurrentTime": (now,)}).is_allowed is allowed


@pytest.mark.parametrize("kind", [Kind.BOUNDARY, Kind.SESSION, Kind.SCP, Kind.RCP])
def test_a_guardrail_outside_its_dates_allows_nothing(kind: Kind) -> None:
    expired = Source(kind, "expired", "", source(kind).document, not_after=NOON)
    context = {"aws:CurrentTime": ("2026-01-01T12:00:00Z",)}

    assert ask(source(Kind.IDENTITY), expired, context=context).denied_by is kind.layer


def test_a_dated_deny_counts_when_the_request_tells_no_time() -> None:
    deny = Source(Kind.IDENTITY, "deny", "", source(Kind.IDENTITY, "Deny").document, not_before=NOON)

    assert ask(source(Kind.IDENTITY), deny).outcome is Outcome.EXPLICIT_DENY
    assert ask(source(Kind.IDENTITY), deny, context={"aws:CurrentTime": ("2026-01-01",)}).is_allowed


def test_an_arn_that_is_no_principal_is_refused() -> None:
    with pytest.raises(ValueError, match="is no principal"):
        Principal.of("arn:aws:iam::111122223333:group/staff")


def test_a_request_finds_its_values_in_any_case() -> None:
    request = Request(Principal.of(ALICE), "s3:GetObject", context={"aws:UserName": ("alice",)})

    assert (request.values("AWS:username"), request.values("aws:userid")) == (("alice",), ())


def test_a_hostile_document_is_decided_within_50_milliseconds() -> None:
    patterns = [
        "arn:aws:s3:::" + "*a" * 2000 + "b",
        "arn:*:s3:::" + "*?a" * 2000,
        "arn:aws:s3:::" + "a?" * 900 + "*b",
    ]
    hostile = source(Kind.IDENTITY, Resource=patterns, Condition={"StringLike": {"aws:Referer": "*a" * 2000}})

    def asked() -> object:
        return ask(hostile, resource="arn:aws:s3:::" + "a" * 2000, context={"aws:Referer": ("a" * 2000,)})

    assert quickest(asked) < 0.05
