"""From a refusal to what would help, proved by asking the engine again."""

from hypothesis import given
from hypothesis import strategies as st

from policies.engine import Decision, Kind, Layer, Outcome, Principal, Remedy, Request, decide, remedy
from policies.engine.tests.reference import Question
from policies.engine.tests.reference_conditions import Document
from policies.engine.tests.strategies import (
    ACCOUNT,
    ALICE,
    BOB,
    MANY,
    ROOT,
    SERVICE,
    attached,
    questions,
    request_of,
    sources_of,
)
from policies.engine.tests.test_decide import BUCKET, silent, source

REQUEST = Request(Principal.of(ALICE), "s3:GetObject", BUCKET)


@MANY
@given(questions(), st.lists(attached(), max_size=5))
def test_what_is_told_to_help_helps_and_nothing_less_does(
    question: Question, policies: list[tuple[str, Document]]
) -> None:
    request, sources = request_of(question), sources_of(policies)
    found, decision = remedy(request, sources), decide(request, sources)

    assert decision.is_allowed == (found == Remedy())
    assert found.obstacle or decide(request, [*sources, *found.additions]).is_allowed
    for layer in found.layers:
        fewer = [addition for addition in found.additions if addition.kind.layer is not layer]
        assert not decide(request, [*sources, *fewer]).is_allowed


def test_the_statements_are_about_this_request_alone() -> None:
    named = Request(Principal.of(BOB), "s3:GetObject", "arn:aws:s3:::docs/why?", ACCOUNT)
    found = remedy(named, [])
    other = Request(Principal.of(BOB), "s3:GetObject", "arn:aws:s3:::docs/whyx", ACCOUNT)

    assert found.statements == {
        Layer.RESOURCE: {
            "Effect": "Allow",
            "Principal": {"AWS": BOB},
            "Action": "s3:GetObject",
            "Resource": "arn:aws:s3:::docs/why${?}",
        },
        Layer.IDENTITY: {
            "Effect": "Allow",
            "Action": "s3:GetObject",
            "Resource": "arn:aws:s3:::docs/why${?}",
        },
    }
    assert not decide(other, found.additions).is_allowed


def test_a_user_without_policies_needs_one_statement() -> None:
    found = remedy(REQUEST, [])

    assert found.layers == (Layer.IDENTITY,)
    assert found.is_for_identity_alone


def test_a_silent_boundary_and_each_level_need_one_too() -> None:
    found = remedy(REQUEST, [silent(Kind.BOUNDARY), silent(Kind.SCP)])

    assert found.layers == (Layer.SCP, Layer.IDENTITY, Layer.PERMISSIONS_BOUNDARY)
    assert not found.is_for_identity_alone


def test_nothing_helps_against_a_deny_or_a_rule_of_aws() -> None:
    denied = remedy(REQUEST, [source(Kind.BOUNDARY, "Deny")])
    assumed = remedy(Request(Principal.of(ROOT), "sts:AssumeRole", "arn:aws:iam::111122223333:role/ops"), [])

    assert denied.obstacle == decide(REQUEST, [source(Kind.BOUNDARY, "Deny")])
    assert assumed.obstacle == Decision(Outcome.IMPLICIT_DENY, Layer.RESOURCE)


def test_another_account_needs_both_sides_and_a_service_only_one() -> None:
    needed = {
        caller: remedy(Request(Principal.of(caller), "s3:GetObject", BUCKET, ACCOUNT), []).layers
        for caller in (BOB, SERVICE, "*")
    }

    assert needed == {
        BOB: (Layer.RESOURCE, Layer.IDENTITY),
        SERVICE: (Layer.RESOURCE,),
        "*": (Layer.RESOURCE,),
    }


def test_a_role_is_opened_by_its_trust_policy() -> None:
    role = Request(Principal.of(BOB), "sts:AssumeRole", "arn:aws:iam::111122223333:role/ops")

    found = remedy(role, [silent(Kind.TRUST), source(Kind.IDENTITY)])

    assert found.statements == {
        Layer.RESOURCE: {"Effect": "Allow", "Principal": {"AWS": BOB}, "Action": "sts:AssumeRole"}
    }
