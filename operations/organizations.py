"""Root access of an organization's member accounts: an installation is no organization, and says so."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NoReturn

from accounts.arns import root_arn
from operations.call import Call
from operations.errors import AccessDenied, NoSuchEntity, OrganizationNotFound
from operations.operation import operation
from policies.engine.arns import split_arn

NO_ORGANIZATION = "Your account is not a member of an organization: this installation has none."


@operation("iam:EnableOrganizationsRootCredentialsManagement")
def enable_organizations_root_credentials_management(call: Call) -> None:
    """Central management of root credentials; raises OrganizationNotFound, for there is no organization."""
    _refuse(call)


@operation("iam:DisableOrganizationsRootCredentialsManagement")
def disable_organizations_root_credentials_management(call: Call) -> None:
    """Its end; raises OrganizationNotFound."""
    _refuse(call)


@operation("iam:EnableOrganizationsRootSessions")
def enable_organizations_root_sessions(call: Call) -> None:
    """Privileged tasks in member accounts; raises OrganizationNotFound."""
    _refuse(call)


@operation("iam:DisableOrganizationsRootSessions")
def disable_organizations_root_sessions(call: Call) -> None:
    """Their end; raises OrganizationNotFound."""
    _refuse(call)


@operation("iam:ListOrganizationsFeatures", reads=True)
def list_organizations_features(call: Call) -> None:
    """Which of these features are on; raises OrganizationNotFound."""
    _refuse(call)


@operation("iam:GenerateOrganizationsAccessReport")
def generate_organizations_access_report(
    call: Call, *, entity_path: str, organizations_policy_id: str | None = None
) -> None:
    """A report on an organization's entity; raises OrganizationNotFound.

    The model gives this operation no error but that of too many reports; this one it gives to the others here.
    """
    policy = {"iam:OrganizationsPolicyId": organizations_policy_id} if organizations_policy_id else {}
    call.authorize(f"arn:aws:iam::{call.account.id}:access-report/{entity_path}", policy)
    raise OrganizationNotFound(NO_ORGANIZATION)


@operation("iam:GetOrganizationsAccessReport", reads=True)
def get_organizations_access_report(
    call: Call,
    *,
    job_id: str,
    max_items: int | None = None,
    marker: str | None = None,
    sort_key: str | None = None,
) -> None:
    """A report that was generated; since none can be, raises NoSuchEntity."""
    call.authorize("*")
    raise NoSuchEntity(f"The job {job_id} cannot be found. {NO_ORGANIZATION}", parameter="job_id")


@operation("sts:AssumeRoot", keeps_revision=True)
def assume_root(
    call: Call,
    *,
    target_principal: str,
    task_policy_arn: Mapping[str, str],
    duration_seconds: int | None = None,
    minimum_session_token_size: int | None = None,
) -> None:
    """A privileged session in a member account; raises AccessDenied, for there are no member accounts."""
    parts = split_arn(target_principal)
    account_id = parts[4] if parts else target_principal
    context = {"aws:ResourceAccount": account_id}
    if "arn" in task_policy_arn:
        context["sts:TaskPolicyArn"] = task_policy_arn["arn"]
    call.authorize(target_principal if parts else root_arn(account_id), context)
    raise AccessDenied(NO_ORGANIZATION)


def _refuse(call: Call) -> NoReturn:
    call.authorize("*")
    raise OrganizationNotFound(NO_ORGANIZATION)
