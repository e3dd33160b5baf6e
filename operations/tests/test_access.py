"""Check access, and the live findings of the editor."""

from __future__ import annotations

from typing import Any

import pytest

from audit.models import Event
from operations.access import check_access
from operations.attachments import attach_group_policy
from operations.boundaries import put_user_permissions_boundary
from operations.caller import Caller
from operations.errors import AccessDenied, MalformedPolicyDocument, NoSuchEntity, ValidationError
from operations.findings import check_document
from operations.groups import create_group
from operations.inline_policies import put_user_policy
from operations.memberships import add_user_to_group
from operations.users import create_user
from policies.engine import Layer
from tests.cast import ADMINISTRATOR, READ_ONLY

BUCKET = "arn:aws:s3:::receipts"
STATEMENT = '{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"%s}'


def document(condition: str = "") -> str:
    return '{"Version":"2012-10-17","Statement":' + STATEMENT % condition + "}"


MFA = document(',"Condition":{"Bool":{"aws:MultiFactorAuthPresent":"true"}}')


@pytest.fixture
def shop(root: Caller) -> Caller:
    create_user(root, user_name="ana", tags=[{"Key": "job", "Value": "cashier"}])
    create_group(root, group_name="Cashiers")
    add_user_to_group(root, group_name="Cashiers", user_name="ana")
    return root


def test_a_user_without_policies_is_told_what_is_missing(shop: Caller) -> None:
    answer = check_access(shop, user_name="ana", action_name="s3:ListBucket", resource_arn=BUCKET)

    assert not answer.decision.is_allowed
    assert answer.because == "because no identity-based policy allows the s3:ListBucket action"
    assert answer.missing_statement == {"Effect": "Allow", "Action": "s3:ListBucket", "Resource": BUCKET}


def test_the_deciding_statement_is_named(shop: Caller) -> None:
    put_user_policy(shop, user_name="ana", policy_name="read", policy_document=document())

    answer = check_access(shop, user_name="ana", action_name="s3:GetObject", resource_arn=f"{BUCKET}/a")

    (match,) = answer.decision.matches
    assert (answer.decision.is_allowed, match.source.name, match.statement.index) == (True, "read", 0)


@pytest.mark.parametrize(("mfa", "is_allowed"), [(True, True), (False, False), (None, False)])
def test_mfa_is_as_asked(shop: Caller, mfa: bool | None, is_allowed: bool) -> None:
    put_user_policy(shop, user_name="ana", policy_name="read", policy_document=MFA)

    answer = check_access(shop, user_name="ana", action_name="s3:GetObject", resource_arn=BUCKET, mfa=mfa)

    assert answer.decision.is_allowed is is_allowed


def test_the_users_own_facts_count(shop: Caller) -> None:
    condition = ',"Condition":{"StringEquals":{"aws:PrincipalTag/job":"cashier","aws:username":"ana"}}'
    put_user_policy(shop, user_name="ana", policy_name="read", policy_document=document(condition))

    assert check_access(shop, user_name="ana", action_name="s3:GetObject").decision.is_allowed


def test_context_entries_overrule_what_is_assumed(shop: Caller) -> None:
    condition = ',"Condition":{"IpAddress":{"aws:SourceIp":"203.0.113.0/24"}}'
    put_user_policy(shop, user_name="ana", policy_name="read", policy_document=document(condition))
    entry = {"ContextKeyName": "aws:sourceip", "ContextKeyValues": ["203.0.113.9"]}

    here = check_access(shop, user_name="ana", action_name="s3:GetObject")
    there = check_access(shop, user_name="ana", action_name="s3:GetObject", context_entries=[entry])

    assert (here.decision.is_allowed, there.decision.is_allowed) == (False, True)


def test_a_boundary_is_part_of_the_answer(shop: Caller) -> None:
    put_user_policy(shop, user_name="ana", policy_name="read", policy_document=document())
    put_user_permissions_boundary(shop, user_name="ana", permissions_boundary=READ_ONLY)

    answer = check_access(shop, user_name="ana", action_name="s3:GetObject")

    assert answer.layer is Layer.PERMISSIONS_BOUNDARY


def test_a_group_is_asked_about_for_somebody_who_has_nothing_else(shop: Caller) -> None:
    attach_group_policy(shop, group_name="Cashiers", policy_arn=READ_ONLY)

    allowed = check_access(shop, group_name="Cashiers", action_name="iam:ListUsers")
    denied = check_access(shop, group_name="Cashiers", action_name="iam:CreateUser")

    assert (allowed.decision.is_allowed, denied.decision.is_allowed) == (True, False)
    assert allowed.principal == "Cashiers"


def test_a_policy_is_asked_about_by_arn_or_by_text(shop: Caller) -> None:
    by_arn = check_access(shop, policy_arn=ADMINISTRATOR, action_name="s3:GetObject")
    by_text = check_access(shop, policy_document=MFA, action_name="s3:GetObject", mfa=True)

    assert by_arn.decision.is_allowed
    assert by_text.decision.is_allowed


@pytest.mark.parametrize("text", ["{", '{"Version":"2012-10-17"}'], ids=["no JSON", "no statement"])
def test_a_text_that_is_no_policy_is_refused(shop: Caller, text: str) -> None:
    with pytest.raises(MalformedPolicyDocument):
        check_access(shop, policy_document=text, action_name="s3:GetObject")


@pytest.mark.parametrize(
    "subjects", [{}, {"user_name": "ana", "group_name": "Cashiers"}], ids=["none", "two"]
)
def test_one_subject_is_named(shop: Caller, subjects: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match="Name one user, one group or one policy"):
        check_access(shop, **subjects, action_name="s3:GetObject")


@pytest.mark.parametrize("action_name", ["GetObject", "s3:*", "s3:Get?bject", "s3:"])
def test_one_action_is_named(shop: Caller, action_name: str) -> None:
    with pytest.raises(ValidationError) as refused:
        check_access(shop, user_name="ana", action_name=action_name)

    assert refused.value.parameter == "action_name"


@pytest.mark.parametrize("name", ["ana", "ghost"])
def test_a_stranger_may_not_ask_about_anybody(shop: Caller, carol: Caller, name: str) -> None:
    with pytest.raises(AccessDenied, match=f"iam:SimulatePrincipalPolicy on resource: .*:user/{name} "):
        check_access(carol, user_name=name, action_name="s3:GetObject")


def test_asking_about_nobody_is_answered_to_those_who_may_know(shop: Caller) -> None:
    with pytest.raises(NoSuchEntity):
        check_access(shop, group_name="ghost", action_name="s3:GetObject")


def test_a_denied_check_of_a_text_records_only_its_hash(shop: Caller, carol: Caller) -> None:
    with pytest.raises(AccessDenied, match="iam:SimulateCustomPolicy"):
        check_access(carol, policy_document=MFA, action_name="s3:GetObject")

    assert list(Event.objects.latest("sequence").request_parameters["policyDocument"]) == ["sha256"]


def test_the_storys_sample_is_flagged_and_mended(shop: Caller) -> None:
    text = document().replace("GetObject", "ListObject")

    (finding,) = check_document(shop, policy_document=text)

    assert finding.fix is not None
    assert "s3:ListBucket" in finding.fix.applied_to(text)


@pytest.mark.parametrize("text", ["", "x" * 1_000_000, "\u0410"], ids=["empty", "a megabyte", "cyrillic"])
def test_any_text_is_answered_with_findings(shop: Caller, text: str) -> None:
    assert check_document(shop, policy_document=text)


def test_the_kind_of_policy_matters_to_the_findings(shop: Caller) -> None:
    codes = {
        finding.issue_code
        for finding in check_document(shop, policy_document=document(), policy_type="resource")
    }

    assert "MISSING_PRINCIPAL" in codes


def test_what_would_help_names_each_place(shop: Caller) -> None:
    put_user_permissions_boundary(
        shop, user_name="ana", permissions_boundary="arn:aws:iam::aws:policy/AmazonEC2ReadOnlyAccess"
    )

    answer = check_access(shop, user_name="ana", action_name="s3:GetObject")

    assert (
        answer.what_helps
        == "An Allow is missing in an identity-based policy and in the permissions boundary."
    )
    assert list(answer.missing_statements.values()) == [
        {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}
    ]


def test_what_is_aws_s_own_nothing_helps_to_change(shop: Caller) -> None:
    put_user_policy(
        shop, user_name="ana", policy_name="all", policy_document=document().replace("s3:GetObject", "*")
    )

    answer = check_access(shop, user_name="ana", action_name="iam:DeletePolicy", resource_arn=READ_ONLY)

    assert answer.what_helps == "Nothing that could be attached would help."
    assert answer.because == "because it is not an account's to do, whatever its policies say"
