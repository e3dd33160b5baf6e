"""The policies of a simulation as AWS names them: documents that come with the request, and those somebody has."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeAlias

from accounts.models import Group, User
from accounts.names import name_key
from operations.errors import InvalidInput
from operations.holdings import INLINE, Held, Holder, Row, name_of, rows_of, sources_of_rows
from operations.simulated_policies import fault_in
from policies.engine import Kind, Policy, PolicyError, Source, matches, parse_policy
from policies.engine.arns import split_arn
from policies.models import AWS_ACCOUNT
from policies.models import Policy as ManagedPolicy

# One of PolicyType, PolicyArn and InlinePolicyIdentifier, by its name on the wire.
PolicyIdentifier: TypeAlias = Mapping[str, Any]
Excludes: TypeAlias = Callable[[Row], bool]


class PolicyType(StrEnum):
    """Where a policy comes from, in the words of the service model."""

    USER = "user"
    GROUP = "group"
    ROLE = "role"
    AWS_MANAGED = "aws-managed"
    USER_MANAGED = "user-managed"
    RESOURCE = "resource"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class PolicyInput:
    """One policy of a simulation. Its text came with the request, or is kept under `text_hash`."""

    source: Source
    policy_type: PolicyType
    text: str = ""
    text_hash: str = ""

    @property
    def policy_id(self) -> str:
        return self.source.name


def given_policies(kind: Kind, documents: Sequence[str], parameter: str) -> tuple[PolicyInput, ...]:
    """`PolicyInputList.1` and so on; raises InvalidInput for the first that is no policy."""
    numbered = ((f"{parameter}.{number}", text) for number, text in enumerate(documents, start=1))
    return tuple(given_policy(kind, name, text) for name, text in numbered)


def given_policy(
    kind: Kind, name: str, text: str, policy_type: PolicyType = PolicyType.NONE, *, target: str = ""
) -> PolicyInput:
    """A document that is attached to nothing; raises InvalidInput, with the place, for what is no policy."""
    source = Source(kind, name, "", _document(name, text), target=target)
    return PolicyInput(source, policy_type, text)


def _document(name: str, text: str) -> Policy:
    try:
        return parse_policy(text)
    except PolicyError as error:
        raise InvalidInput(f"Syntax errors in policy {name}. {fault_in(text)}") from error


def stored_policies(holder: Holder, excluded: Sequence[PolicyIdentifier] = ()) -> tuple[PolicyInput, ...]:
    """Everything that applies to the holder, its boundary first, but for what is excluded."""
    excludes = [_excludes(holder, identifier) for identifier in excluded]
    rows = [row for row in rows_of(holder) if not any(test(row) for test in excludes)]
    return tuple(
        PolicyInput(_named(source, holder, held), _type_of(holder, held), text_hash=held.text_hash)
        for source, (_, held) in zip(sources_of_rows(rows), rows, strict=True)
    )


def _named(source: Source, holder: Holder, held: Held) -> Source:
    """AWS says the name of a managed policy; an inline one is called `user_ana_read`, after its place."""
    name = held.policy_name
    if held.owner == INLINE:
        name = f"{_type_of(holder, held)}_{held.group_name or name_of(holder)}_{name}"
    return Source(source.kind, name, source.arn, source.document)


def _type_of(holder: Holder, held: Held) -> PolicyType:
    if held.owner is None:
        return PolicyType.AWS_MANAGED
    if held.owner != INLINE:
        return PolicyType.USER_MANAGED
    if held.group_name or isinstance(holder, Group):
        return PolicyType.GROUP
    return PolicyType.USER if isinstance(holder, User) else PolicyType.ROLE


def _excludes(holder: Holder, identifier: PolicyIdentifier) -> Excludes:
    """Whether a policy is one of those that the identifier means. Guardrails are none of the holder's own."""
    if len(identifier) != 1:
        raise _invalid("Each entry names a policy by exactly one of type, ARN and inline policy.")
    if policy_type := identifier.get("PolicyType"):
        return lambda row: _kind_of(*row) == policy_type
    if arn := identifier.get("PolicyArn"):
        pattern = _arn_pattern(str(arn))
        return lambda row: row[0] is not Kind.BOUNDARY and matches(pattern, _arn_of(row[1]))
    inline: Mapping[str, str] = identifier["InlinePolicyIdentifier"]
    return lambda row: _is_inline(holder, row[1], inline)


def _kind_of(kind: Kind, held: Held) -> str:
    if kind is Kind.BOUNDARY:
        return "permission-boundary"
    if held.owner == INLINE:
        return INLINE
    return "aws-managed" if held.owner is None else "user-managed"


def _arn_of(held: Held) -> str:
    """Inline policies have none."""
    if held.owner == INLINE:
        return ""
    return ManagedPolicy.arn_of(held.owner or AWS_ACCOUNT, held.policy_name, held.path)


def _arn_pattern(arn: str) -> str:
    """Only the name may hold wildcards, and of `*` at most one."""
    parts, (place, _, name) = split_arn(arn), arn.rpartition("/")
    is_policy = parts is not None and parts[2] == "iam" and parts[5].startswith("policy/") and name
    if not is_policy or "*" in place or "?" in place or name.count("*") > 1:
        raise _invalid(f"Invalid policy ARN: {arn}")
    return arn


def _is_inline(holder: Holder, held: Held, wanted: Mapping[str, str]) -> bool:
    place = name_key(held.group_name or name_of(holder))
    return (
        held.owner == INLINE
        and _type_of(holder, held) == wanted["AttachmentType"]
        and name_key(held.policy_name) == name_key(wanted["PolicyName"])
        and matches(name_key(wanted["AttachmentName"]), place)
    )


def _invalid(message: str) -> InvalidInput:
    return InvalidInput(message, parameter="policy_exclusion_list")
