"""Whose policy it is: the account's own may be changed, AWS's by nobody."""

from __future__ import annotations

from operations.authorization import Context
from operations.call import Call
from operations.errors import AccessDenied
from policies.models import Policy


def own_policy(call: Call, policy_arn: str, context: Context | None = None) -> Policy:
    """A policy that the caller is about to change; AWS's are refused to everybody, as by AWS."""
    policy = call.access(Policy, policy_arn, context)
    if policy.is_aws_managed:
        raise AccessDenied(f"Policy is outside your own account: AWS manages {policy.policy_name}.")
    return policy
