"""Service-linked roles: made for one AWS service, which alone may assume and change them."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from accounts.models import Role
from accounts.models.role import SERVICE_LINKED_PATH
from operations.call import Call
from operations.errors import InvalidInput, NoSuchEntity
from operations.linked_services import is_service, may_have_suffix, policies_made_for, role_name_of
from operations.operation import operation
from operations.roles import DescribedRole, described, is_taken, new_role
from operations.trust import trust_of
from policies.models import Policy

SUCCEEDED: Final = "SUCCEEDED"
LONGEST_NAME: Final = 64
_TASK: Final = re.compile(rf"task({SERVICE_LINKED_PATH}[^/]+/)([^/]+)/[^/]+")


@dataclass(frozen=True, slots=True)
class DeletionStatus:
    """How far a deletion is; the reason is there when it failed."""

    status: str
    reason: Mapping[str, object] | None


@operation("iam:CreateServiceLinkedRole")
def create_service_linked_role(
    call: Call, *, aws_service_name: str, description: str | None = None, custom_suffix: str | None = None
) -> DescribedRole:
    """Make the role of a service, with the policy that AWS made for it where just one bears its name.

    Raises LimitExceeded, and InvalidInput for what is no service, for a suffix where there is none, and for a name
    that is taken.
    """
    role_name = role_name_of(aws_service_name, custom_suffix)
    path = f"{SERVICE_LINKED_PATH}{aws_service_name}/"
    arn = Role.arn_of(call.account.id, role_name, path)
    call.authorize(arn, {"iam:AWSServiceName": aws_service_name})
    _ensure_valid(call, aws_service_name, custom_suffix, role_name)
    trust = trust_of(call.account, _trust_policy(aws_service_name), "aws_service_name")
    role = new_role(call, role_name, path, trust, description=description)
    policy = _policy_made_for(call, role_name_of(aws_service_name, None))
    if policy is not None:
        role.attachments.create(account=call.account, policy=policy)
    call.undo_by("iam:DeleteServiceLinkedRole", role_name=role_name)
    return described([role])[0]


@operation("iam:DeleteServiceLinkedRole")
def delete_service_linked_role(call: Call, *, role_name: str) -> str:
    """Delete the role of a service, and answer the id of the task that does it.

    No service of this installation uses such a role, so none objects and the task is done at once. Other roles are not
    found here.
    """
    role = call.access(Role, role_name)
    if not role.is_service_linked:
        raise NoSuchEntity(Role.missing(role_name))
    task_id = f"task{role.path}{role.role_name}/{uuid.uuid4()}"
    call.account.role_deletions.create(task_id=task_id, create_date=call.now, status=SUCCEEDED)
    call.deleted(role.snapshot())
    role.delete()
    call.respond(deletionTaskId=task_id)
    return task_id


@operation("iam:GetServiceLinkedRoleDeletionStatus", reads=True)
def get_service_linked_role_deletion_status(call: Call, *, deletion_task_id: str) -> DeletionStatus:
    """How far the deletion of a service-linked role is; the right is needed on the role that the task names."""
    task = _TASK.fullmatch(deletion_task_id)
    path, name = task.groups() if task else (SERVICE_LINKED_PATH, "*")
    call.authorize(Role.arn_of(call.account.id, name, path))
    deletion = call.account.role_deletions.filter(task_id=deletion_task_id).first()
    if deletion is None:
        raise NoSuchEntity(f"Deletion Task with id {deletion_task_id} cannot be found.")
    return DeletionStatus(deletion.status, {"Reason": deletion.reason} if deletion.reason else None)


def _ensure_valid(call: Call, service: str, custom_suffix: str | None, role_name: str) -> None:
    if not is_service(service):
        raise InvalidInput(f"{service} is not a valid service principal.", parameter="aws_service_name")
    if custom_suffix and not may_have_suffix(service):
        raise InvalidInput(f"Custom suffix is not allowed for {service}", parameter="custom_suffix")
    if len(role_name) > LONGEST_NAME:
        raise InvalidInput(
            f"Service role name {role_name} has more than {LONGEST_NAME} characters.",
            parameter="custom_suffix",
        )
    if is_taken(call, role_name):
        raise InvalidInput(
            f"Service role name {role_name} has been taken in this account, please try a different suffix."
        )


def _trust_policy(service: str) -> str:
    statement = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]}, separators=(",", ":"))


def _policy_made_for(call: Call, role_name: str) -> Policy | None:
    """AWS's policy that bears the role's name, when there is just one."""
    policies = Policy.objects.visible_to(call.account.id).filter(account=None, path=SERVICE_LINKED_PATH)
    by_name = {policy.policy_name: policy for policy in policies}
    found = policies_made_for(role_name, by_name)
    return by_name[found[0]] if len(found) == 1 else None
