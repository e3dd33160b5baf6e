"""What a session is asked for with: how long, limited by which policies, with which tags and whose code."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Final

from accounts.models import Account
from operations import mfa_devices
from operations.call import Call
from operations.caller import CredentialKind
from operations.documents import parsed_document
from operations.errors import (
    AccessDenied,
    InvalidInput,
    MalformedPolicyDocument,
    NoSuchEntity,
    PackedPolicyTooLarge,
    ValidationError,
)
from operations.principals import AssumedRole
from operations.tags import Tag, checked
from policies.models import Policy

CHAINED: Final = timedelta(hours=1)
LONGEST_OF_ROOT: Final = timedelta(hours=1)
# Characters of an inline session policy, as typed ("Request parameters", AssumeRole).
LONGEST_POLICY: Final = 2_048
MOST_POLICIES: Final = 10
# Bytes that policies and tags may take together once they are packed.
PACKED: Final = 4_096


def ensure_short_policy(policy: str | None) -> tuple[str, ...]:
    """The inline session policy; raises MalformedPolicyDocument and PackedPolicyTooLarge."""
    if policy is None:
        return ()
    if len(policy) > LONGEST_POLICY:
        raise PackedPolicyTooLarge(
            f"A session policy has at most {LONGEST_POLICY:,} characters.", parameter="policy"
        )
    document = parsed_document(policy)
    if any(statement.principals or statement.not_principals for statement in document.statements):
        raise MalformedPolicyDocument("Policy document should not specify a principal.", parameter="policy")
    return (policy,)


def ensure_policies(account: Account, policy_arns: Sequence[Mapping[str, str]]) -> tuple[str, ...]:
    """The ARNs of managed session policies: of the account that the session is in, or AWS's own.

    Raises NoSuchEntity and PackedPolicyTooLarge.
    """
    arns = tuple(entry["arn"] for entry in policy_arns if "arn" in entry)
    if not arns:
        return ()
    if len(arns) > MOST_POLICIES:
        raise PackedPolicyTooLarge(f"A session has at most {MOST_POLICIES} managed policies.")
    found = Policy.find_all(account, arns)
    for arn in arns:
        if arn not in found:
            raise NoSuchEntity(f"Policy {arn} does not exist.", parameter="policy_arns")
    return arns


def session_tags(
    call: Call, tags: Sequence[Tag], transitive: Sequence[str]
) -> tuple[list[dict[str, str]], tuple[str, ...]]:
    """The tags of the session and those of them that go further with it.

    What an earlier session made transitive cannot be set anew ("Session tags", IAM user guide). Raises InvalidInput.
    """
    caller = call.caller
    held = caller.principal.session_tags if isinstance(caller.principal, AssumedRole) else ()
    going_on = {key.lower() for key in caller.credential.transitive_tag_keys}
    inherited = [dict(tag) for tag in held if tag["Key"].lower() in going_on]
    taken = {tag["Key"].lower() for tag in inherited}
    for tag in tags:
        if tag["Key"].lower() in taken:
            raise InvalidInput(
                "One of the specified transitive tag keys can't be set because it conflicts with a transitive tag "
                "key from the calling session.",
                parameter="tags",
            )
    known = {tag["Key"].lower() for tag in tags}
    for key in transitive:
        if key.lower() not in known:
            raise ValidationError(
                "The specified transitive tag key must be included in the requested tags.",
                parameter="transitive_tag_keys",
            )
    return checked([*inherited, *tags]), (*(tag["Key"] for tag in inherited), *transitive)


def packed_size(policies: Sequence[str], tags: Sequence[Tag]) -> int:
    """Percent of what fits into a session; raises PackedPolicyTooLarge."""
    said = "\n".join([*policies, *(f"{tag['Key']}={tag['Value']}" for tag in tags)])
    if not said:
        return 0
    percent = -(-len(zlib.compress(said.encode(), 9)) * 100 // PACKED)
    if percent > 100:  # noqa: PLR2004  percent
        raise PackedPolicyTooLarge(
            f"The policies and tags of the session take {percent}% of the allowed size."
        )
    return percent


def ensure_lasting(call: Call, what: str) -> None:
    """Some tokens are given for long-lived keys alone; raises AccessDenied."""
    if call.caller.credential.kind != CredentialKind.ACCESS_KEY:
        raise AccessDenied(f"Cannot call {what} with session credentials")


def duration_of_user(call: Call, seconds: int | None) -> timedelta:
    """12 hours unless asked otherwise; of the root user never more than one."""
    wanted = timedelta(seconds=seconds) if seconds else timedelta(hours=12)
    return min(wanted, LONGEST_OF_ROOT) if call.caller.is_root else wanted


def prove_code(call: Call, serial_number: str | None, token_code: str | None) -> bool:
    """Whether a code of a device of the caller came along, and was right; raises AccessDenied for a wrong one.

    Both parameters come together or not at all.
    """
    if serial_number is None and token_code is None:
        return False
    if serial_number is None or token_code is None:
        raise ValidationError("SerialNumber and TokenCode come together.", parameter="token_code")
    mfa_devices.spend_code_of(call, serial_number, token_code)
    return True
