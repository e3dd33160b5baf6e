from __future__ import annotations

import pytest

from audit.models import Event
from operations.caller import Caller
from operations.errors import AccessDenied, NoSuchEntity, OrganizationNotFound
from operations.operation import perform
from operations.organizations import (
    assume_root,
    generate_organizations_access_report,
    get_organizations_access_report,
)
from operations.policies import create_policy
from tests.cast import new_user

FEATURES = [
    "iam:EnableOrganizationsRootCredentialsManagement",
    "iam:DisableOrganizationsRootCredentialsManagement",
    "iam:EnableOrganizationsRootSessions",
    "iam:DisableOrganizationsRootSessions",
    "iam:ListOrganizationsFeatures",
]
ENTITY = "o-a1b2c3d4e5/r-f6g7h8i9j0"
SCP, OTHER_SCP = "p-examplepolicy", "p-anotherpolicy"
AUDIT = "arn:aws:iam::aws:policy/root-task/IAMAuditRootUserCredentials"
UNLOCK = "arn:aws:iam::aws:policy/root-task/S3UnlockBucketPolicy"


def who_may(root: Caller, action: str, resource: str, key: str, value: str) -> Caller:
    """Somebody who may do one thing, on one resource, with one condition."""
    document = (
        f'{{"Version":"2012-10-17","Statement":{{"Effect":"Allow","Action":"{action}","Resource":"{resource}",'
        f'"Condition":{{"StringEquals":{{"{key}":"{value}"}}}}}}}}'
    )
    policy = create_policy(root, policy_name="Only", policy_document=document)
    return new_user(root, "dora", policy.arn)


@pytest.mark.parametrize("name", FEATURES)
def test_features_of_an_organization_are_not_there(root: Caller, name: str) -> None:
    with pytest.raises(OrganizationNotFound, match="not a member of an organization"):
        perform(root, name, {})


def test_a_refused_feature_is_recorded_as_such(root: Caller) -> None:
    with pytest.raises(OrganizationNotFound):
        perform(root, "iam:EnableOrganizationsRootSessions", {})

    newest = Event.objects.order_by("-sequence").first()
    assert newest is not None
    assert (newest.event_name, newest.error_code) == (
        "EnableOrganizationsRootSessions",
        "OrganizationNotFoundException",
    )


def test_no_report_on_an_organization_is_made(root: Caller) -> None:
    with pytest.raises(OrganizationNotFound):
        generate_organizations_access_report(root, entity_path=ENTITY)


def test_the_right_to_a_report_can_depend_on_its_entity_and_policy(root: Caller) -> None:
    report = f"arn:aws:iam::{root.account_id}:access-report/{ENTITY}"
    action = "iam:GenerateOrganizationsAccessReport"
    dora = who_may(root, action, report, "iam:OrganizationsPolicyId", SCP)

    with pytest.raises(OrganizationNotFound):
        generate_organizations_access_report(dora, entity_path=ENTITY, organizations_policy_id=SCP)
    with pytest.raises(AccessDenied):
        generate_organizations_access_report(dora, entity_path=ENTITY, organizations_policy_id=OTHER_SCP)
    with pytest.raises(AccessDenied):
        generate_organizations_access_report(dora, entity_path=ENTITY)


def test_no_report_is_found(root: Caller) -> None:
    with pytest.raises(NoSuchEntity, match="cannot be found"):
        get_organizations_access_report(root, job_id="0" * 36)


@pytest.mark.parametrize("target", ["210987654321", "arn:aws:iam::210987654321:root"])
def test_nobody_becomes_the_root_user_of_a_member_account(alice: Caller, target: str) -> None:
    with pytest.raises(AccessDenied, match="not a member of an organization"):
        assume_root(alice, target_principal=target, task_policy_arn={"arn": AUDIT})


def test_the_right_to_a_root_session_can_depend_on_its_task(root: Caller) -> None:
    target = "arn:aws:iam::210987654321:root"
    dora = who_may(root, "sts:AssumeRoot", target, "sts:TaskPolicyArn", AUDIT)

    with pytest.raises(AccessDenied, match="not a member of an organization"):
        assume_root(dora, target_principal="210987654321", task_policy_arn={"arn": AUDIT})
    with pytest.raises(AccessDenied, match="not authorized"):
        assume_root(dora, target_principal="210987654321", task_policy_arn={"arn": UNLOCK})
    with pytest.raises(AccessDenied, match="not authorized"):
        assume_root(dora, target_principal="210987654321", task_policy_arn={})
