"""The operations that make a group with the users and policies chosen for it."""

from __future__ import annotations

from collections.abc import Sequence

from accounts.models import Group
from operations.attachments import attach_group_policy
from operations.caller import Caller
from operations.groups import create_group
from operations.memberships import add_user_to_group


def create_group_with_everything(
    caller: Caller, *, group_name: str, users: Sequence[str], policies: Sequence[str]
) -> Group:
    """A part of an act, which the caller of this function has begun."""
    group = create_group(caller, group_name=group_name)
    for user_name in users:
        add_user_to_group(caller, group_name=group_name, user_name=user_name)
    for policy_arn in policies:
        attach_group_policy(caller, group_name=group_name, policy_arn=policy_arn)
    return group
