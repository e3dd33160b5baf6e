from __future__ import annotations

import json

import pytest

from operations import summaries
from operations.attachments import attach_group_policy, attach_user_policy
from operations.boundaries import put_user_permissions_boundary
from operations.caller import Caller
from operations.errors import AccessDenied, InvalidInput, NoSuchEntity
from operations.groups import create_group
from operations.inline_policies import put_group_policy, put_role_policy, put_user_policy
from operations.memberships import add_user_to_group
from operations.policies import create_policy
from operations.roles import create_role
from operations.summaries import get_human_readable_summary
from operations.users import create_user
from policies.models import Policy
from tests.cast import new_user

ANA = "ana"


def document_of(*actions: str, resource: str = "*", **others: object) -> str:
    statement = {"Effect": "Allow", "Action": list(actions), "Resource": resource, **others}
    return json.dumps({"Version": "2012-10-17", "Statement": statement})


def words(caller: Caller, arn: str) -> str | None:
    found = get_human_readable_summary(caller, entity_arn=arn)
    assert (found.locale, found.summary_state) == ("en", "AVAILABLE")
    return found.summary_content


@pytest.fixture
def read(root: Caller) -> Policy:
    known = {"IpAddress": {"aws:SourceIp": "192.0.2.0/24"}}
    document = document_of("s3:GetObject", resource="arn:aws:s3:::receipts/*", Condition=known)
    return create_policy(root, policy_name="Read", policy_document=document)


@pytest.fixture
def ana(root: Caller) -> str:
    return create_user(root, user_name=ANA).arn


def who_may(root: Caller, *actions: str) -> Caller:
    policy = create_policy(root, policy_name="Only", policy_document=document_of(*actions))
    return new_user(root, "dora", policy.arn)


def test_a_policy_is_told_by_its_default_version(root: Caller, read: Policy) -> None:
    assert words(root, read.arn) == (
        "Read:\n"
        "- Statement 1 allows `s3:GetObject` on object `receipts/*` if `aws:SourceIp` is within `192.0.2.0/24`."
    )


def test_a_statement_without_effect_is_told_as_such(root: Caller) -> None:
    document = document_of("s3:GetObjekt")
    policy = create_policy(root, policy_name="Typo", policy_document=document)

    assert words(root, policy.arn) == "Typo:\n- Statement 1 allows nothing. Its only action does not exist."


def test_aws_own_policies_are_told_too(root: Caller) -> None:
    told = words(root, "arn:aws:iam::aws:policy/AdministratorAccess")

    assert told == "AdministratorAccess:\n- Statement 1 allows every action on all resources."


def test_a_user_is_told_by_own_policies_then_those_of_groups_then_the_boundary(
    root: Caller, read: Policy, ana: str
) -> None:
    create_group(root, group_name="Cooks")
    add_user_to_group(root, group_name="Cooks", user_name=ANA)
    put_group_policy(
        root, group_name="Cooks", policy_name="bake", policy_document=document_of("sqs:ListQueues")
    )
    put_user_policy(root, user_name=ANA, policy_name="own", policy_document=document_of("sns:ListTopics"))
    put_user_permissions_boundary(root, user_name=ANA, permissions_boundary=read.arn)

    told = (words(root, ana) or "").splitlines()

    assert told[0:4:2] == ["own:", "bake (group Cooks):"]
    assert told[4] == "Permissions boundary Read, the most that counts:"
    assert told[1] == "- Statement 1 allows `sns:ListTopics` on all resources."


def test_who_has_no_policies_is_allowed_nothing(root: Caller, ana: str) -> None:
    assert words(root, ana) == "There are no policies: nothing is allowed."


def test_a_group_is_told_by_its_policies(root: Caller, read: Policy) -> None:
    group = create_group(root, group_name="Cooks")
    attach_group_policy(root, group_name="Cooks", policy_arn=read.arn)

    assert (words(root, group.arn) or "").startswith("Read (group Cooks):")


def test_a_role_is_told_by_its_policies(root: Caller) -> None:
    trust = '{"Statement":{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}}'
    role = create_role(root, role_name="Cook", assume_role_policy_document=trust)
    put_role_policy(root, role_name="Cook", policy_name="bake", policy_document=document_of("sqs:ListQueues"))

    assert words(root, role.arn) == "bake:\n- Statement 1 allows `sqs:ListQueues` on all resources."


def test_other_languages_are_not_supported(root: Caller, read: Policy) -> None:
    found = get_human_readable_summary(root, entity_arn=read.arn, locale="fr-FR")

    assert (found.locale, found.summary_state, found.summary_content) == ("fr-FR", "NOT_SUPPORTED", None)


@pytest.mark.parametrize("locale", ["en-US", "en_GB", "EN"])
def test_english_is_english_wherever_it_is_spoken(root: Caller, read: Policy, locale: str) -> None:
    found = get_human_readable_summary(root, entity_arn=read.arn, locale=locale)

    assert (found.locale, found.summary_state) == (locale, "AVAILABLE")


@pytest.mark.parametrize(
    "resource",
    ["user/ghost", "group/ghost", "role/ghost", "policy/ghost", "delegation-request/ghost-0123456789"],
)
def test_what_does_not_exist_is_not_found(root: Caller, resource: str) -> None:
    with pytest.raises(NoSuchEntity, match="ghost"):
        get_human_readable_summary(root, entity_arn=f"arn:aws:iam::{root.account_id}:{resource}")


@pytest.mark.parametrize(
    "arn", ["no arn but twenty long", "arn:aws:s3:::receipts/2026", "arn:aws:iam::1:mfa/phone"]
)
def test_other_things_have_no_summary(root: Caller, arn: str) -> None:
    with pytest.raises(InvalidInput):
        get_human_readable_summary(root, entity_arn=arn)


def test_the_words_of_a_policy_need_the_right_to_read_it(root: Caller, read: Policy) -> None:
    dora = who_may(root, "iam:GetHumanReadableSummary")

    with pytest.raises(AccessDenied, match="iam:GetPolicyVersion"):
        get_human_readable_summary(dora, entity_arn=read.arn)


def test_the_words_of_a_user_need_the_right_to_read_every_policy(
    root: Caller, read: Policy, ana: str
) -> None:
    attach_user_policy(root, user_name=ANA, policy_arn=read.arn)
    put_user_policy(root, user_name=ANA, policy_name="own", policy_document=document_of("sns:ListTopics"))
    dora = who_may(root, "iam:GetHumanReadableSummary", "iam:GetPolicyVersion")

    with pytest.raises(AccessDenied, match="iam:GetUserPolicy"):
        get_human_readable_summary(dora, entity_arn=ana)


def test_the_words_of_a_groups_own_policy_need_the_right_to_read_that(root: Caller, ana: str) -> None:
    create_group(root, group_name="Cooks")
    add_user_to_group(root, group_name="Cooks", user_name=ANA)
    put_group_policy(
        root, group_name="Cooks", policy_name="bake", policy_document=document_of("sqs:ListQueues")
    )
    dora = who_may(root, "iam:GetHumanReadableSummary", "iam:GetUserPolicy")

    with pytest.raises(AccessDenied, match="iam:GetGroupPolicy"):
        get_human_readable_summary(dora, entity_arn=ana)


def test_a_long_summary_ends_with_a_line_that_says_so(
    root: Caller, read: Policy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(summaries, "LONGEST", 60)

    assert words(root, read.arn) == "Read:\nLines left out: 1."
