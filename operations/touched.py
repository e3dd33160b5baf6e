"""Whom a change of a policy touches: counted by the database, however many they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from accounts.models import Group
from operations.call import Call
from operations.operation import operation
from operations.user_details import may_read
from policies.models import Policy


@dataclass(frozen=True, slots=True)
class Touched:
    """Those who have a policy: users directly and through groups, each once, and roles.

    `user_count` leaves out whoever is only in one of the `unread_group_count` groups whose members the caller may
    not see. `bounded_count` users and roles have the policy as their boundary.
    """

    user_count: int = 0
    group_names: Sequence[str] = ()
    unread_group_count: int = 0
    role_count: int = 0
    bounded_count: int = 0

    @property
    def is_nobody(self) -> bool:
        return not (self.user_count or self.group_names or self.role_count or self.bounded_count)


@operation("iamconsole:CountPolicyHolders", action="iam:ListEntitiesForPolicy", reads=True)
def count_policy_holders(call: Call, *, policy_arn: str) -> Touched:
    """Who has a managed policy, in numbers. The members of a group count for whoever may call GetGroup on it."""
    policy, account = call.access(Policy, policy_arn), call.account
    groups = list(account.groups.filter(attachments__policy=policy))
    readable = [group.pk for group in groups if may_read(call, "iam:GetGroup", group)]
    attached = account.attachments.filter(policy=policy).order_by()
    direct = attached.filter(user__isnull=False).values_list("user_id", flat=True)
    through = account.memberships.filter(group__in=readable).order_by().values_list("user_id", flat=True)
    return Touched(
        user_count=direct.union(through).count(),
        group_names=[group.group_name for group in groups],
        unread_group_count=len(groups) - len(readable),
        role_count=attached.filter(role__isnull=False).count(),
        # Of this account: one of AWS's policies bounds others elsewhere.
        bounded_count=sum(
            rows.filter(permissions_boundary=policy).count() for rows in (account.users, account.roles)
        ),
    )


@operation("iamconsole:CountGroupMembers", action="iam:GetGroup", reads=True)
def count_group_members(call: Call, *, group_name: str) -> Touched:
    """Who has what is embedded in a group. Raises NoSuchEntity."""
    group = call.access(Group, group_name)
    return Touched(user_count=group.memberships.count(), group_names=[group.group_name])
