from __future__ import annotations

from collections.abc import Callable

import pytest
from pytest_django import Settings

from audit.models import Event
from operations.attachments import (
    attach_group_policy,
    attach_role_policy,
    attach_user_policy,
    detach_group_policy,
    detach_role_policy,
    detach_user_policy,
    list_attached_group_policies,
    list_attached_role_policies,
    list_attached_user_policies,
)
from operations.boundaries import put_role_permissions_boundary, put_user_permissions_boundary
from operations.caller import Caller
from operations.errors import AccessDenied, LimitExceeded, NoSuchEntity, PolicyNotAttachable
from operations.groups import create_group
from operations.inline_policies import put_user_policy
from operations.roles import create_role
from operations.users import create_user
from tests.cast import ADMINISTRATOR, READ_ONLY

SERVICE_LINKED = "arn:aws:iam::aws:policy/aws-service-role/AccessAnalyzerServiceRolePolicy"
GHOST = "arn:aws:iam::aws:policy/Ghost"
TRUST = (
    '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},'
    '"Action":"sts:AssumeRole"}}'
)


@pytest.fixture
def shop(root: Caller) -> Caller:
    create_user(root, user_name="ana")
    create_group(root, group_name="Cashiers")
    create_role(root, role_name="Cook", assume_role_policy_document=TRUST)
    return root


NAMES = {"user": {"user_name": "ana"}, "group": {"group_name": "Cashiers"}, "role": {"role_name": "Cook"}}


def names(caller: Caller) -> list[str]:
    return [policy.policy_name for policy in list_attached_user_policies(caller, user_name="ana").items]


def test_what_is_attached_is_listed_by_name_and_path(shop: Caller) -> None:
    for arn in (READ_ONLY, ADMINISTRATOR, "arn:aws:iam::aws:policy/job-function/Billing"):
        attach_user_policy(shop, user_name="ana", policy_arn=arn)

    under = list_attached_user_policies(shop, user_name="ana", path_prefix="/job-function/").items
    assert names(shop) == ["AdministratorAccess", "Billing", "IAMReadOnlyAccess"]
    assert [policy.policy_name for policy in under] == ["Billing"]


def test_attaching_twice_changes_nothing(shop: Caller) -> None:
    for _ in range(2):
        attach_user_policy(shop, user_name="ana", policy_arn=READ_ONLY)
        attach_group_policy(shop, group_name="Cashiers", policy_arn=READ_ONLY)

    assert names(shop) == ["IAMReadOnlyAccess"]
    assert len(list_attached_group_policies(shop, group_name="Cashiers").items) == 1


@pytest.mark.parametrize("holder", ["user", "group", "role"])
def test_the_quota_of_attachments_holds(shop: Caller, settings: Settings, holder: str) -> None:
    settings.QUOTAS = {**settings.QUOTAS, f"ATTACHED_POLICIES_PER_{holder.upper()}": 1}
    kinds: dict[str, Callable[..., None]] = {
        "user": attach_user_policy,
        "group": attach_group_policy,
        "role": attach_role_policy,
    }
    attach, name = kinds[holder], NAMES[holder]
    attach(shop, **name, policy_arn=READ_ONLY)

    with pytest.raises(LimitExceeded, match=f"Cannot exceed quota for PoliciesPer{holder.title()}: 1"):
        attach(shop, **name, policy_arn=ADMINISTRATOR)


def test_policies_of_service_linked_roles_are_for_nobody_else(shop: Caller) -> None:
    with pytest.raises(PolicyNotAttachable, match="Cannot attach a Service Role Policy to a User"):
        attach_user_policy(shop, user_name="ana", policy_arn=SERVICE_LINKED)


def test_not_even_for_another_role(shop: Caller) -> None:
    with pytest.raises(PolicyNotAttachable, match="Cannot attach a Service Role Policy to a Customer Role"):
        attach_role_policy(shop, role_name="Cook", policy_arn=SERVICE_LINKED)


def test_a_role_has_policies_of_its_own(shop: Caller) -> None:
    for _ in range(2):
        attach_role_policy(shop, role_name="Cook", policy_arn=READ_ONLY)
    attach_role_policy(shop, role_name="Cook", policy_arn=ADMINISTRATOR)

    detach_role_policy(shop, role_name="Cook", policy_arn=ADMINISTRATOR)

    (policy,) = list_attached_role_policies(shop, role_name="Cook").items
    assert (policy.policy_name, policy.policy_arn) == ("IAMReadOnlyAccess", READ_ONLY)
    inverse = Event.objects.latest("sequence").additional_event_data["inverse"]
    assert inverse["parameters"] == {"role_name": "Cook", "policy_arn": ADMINISTRATOR}
    with pytest.raises(NoSuchEntity, match=f"Policy {ADMINISTRATOR} was not found."):
        detach_role_policy(shop, role_name="Cook", policy_arn=ADMINISTRATOR)


def test_a_missing_policy_is_not_attached(shop: Caller) -> None:
    with pytest.raises(NoSuchEntity, match=f"Policy {GHOST} does not exist or is not attachable."):
        attach_group_policy(shop, group_name="Cashiers", policy_arn=GHOST)


@pytest.mark.parametrize("arn", [GHOST, READ_ONLY], ids=["no such policy", "not attached"])
def test_what_is_not_attached_is_not_detached(shop: Caller, arn: str) -> None:
    with pytest.raises(NoSuchEntity, match=f"Policy {arn} was not found."):
        detach_user_policy(shop, user_name="ana", policy_arn=arn)


def test_detaching_is_undone_by_attaching(shop: Caller) -> None:
    attach_group_policy(shop, group_name="Cashiers", policy_arn=READ_ONLY)

    detach_group_policy(shop, group_name="Cashiers", policy_arn=READ_ONLY)

    assert list(list_attached_group_policies(shop, group_name="Cashiers").items) == []
    inverse = Event.objects.latest("sequence").additional_event_data["inverse"]
    assert inverse["operation"] == "iam:AttachGroupPolicy"


def allow_carol(root: Caller, condition: str) -> None:
    document = (
        '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"iam:Attach*","Resource":"*",'
        f'"Condition":{condition}}}}}'
    )
    put_user_policy(root, user_name="carol", policy_name="delegate", policy_document=document)


def test_a_delegate_may_be_held_to_certain_policies(shop: Caller, carol: Caller) -> None:
    allow_carol(shop, f'{{"ArnEquals":{{"iam:PolicyARN":"{READ_ONLY}"}}}}')

    attach_user_policy(carol, user_name="ana", policy_arn=READ_ONLY)
    with pytest.raises(AccessDenied):
        attach_user_policy(carol, user_name="ana", policy_arn=ADMINISTRATOR)


def test_a_delegate_may_be_held_to_bounded_users(shop: Caller, carol: Caller) -> None:
    allow_carol(shop, f'{{"StringEquals":{{"iam:PermissionsBoundary":"{READ_ONLY}"}}}}')
    with pytest.raises(AccessDenied):
        attach_user_policy(carol, user_name="ana", policy_arn=READ_ONLY)

    put_user_permissions_boundary(shop, user_name="ana", permissions_boundary=READ_ONLY)
    attach_user_policy(carol, user_name="ana", policy_arn=READ_ONLY)


def test_or_to_bounded_roles(shop: Caller, carol: Caller) -> None:
    allow_carol(shop, f'{{"StringEquals":{{"iam:PermissionsBoundary":"{READ_ONLY}"}}}}')
    with pytest.raises(AccessDenied):
        attach_role_policy(carol, role_name="Cook", policy_arn=READ_ONLY)

    put_role_permissions_boundary(shop, role_name="Cook", permissions_boundary=READ_ONLY)
    attach_role_policy(carol, role_name="Cook", policy_arn=READ_ONLY)
