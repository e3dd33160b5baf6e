"""The kinds of documents that the editor writes: by what rules each is checked, and how long it may be."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from operations.quotas import quota
from policies.validation import PolicyType
from policies.validation.rules.sizes import QUOTAS
from policies.validation.sizes import COUNTED_AS_TYPED, size_of

ALLOWING: Final = {"Sid": "Statement1", "Effect": "Allow", "Action": [], "Resource": []}
BEGUN: Final[Mapping[PolicyType, dict[str, Any]]] = {
    PolicyType.IDENTITY: ALLOWING,
    PolicyType.BOUNDARY: ALLOWING,
    PolicyType.RESOURCE: {**ALLOWING, "Principal": {"AWS": []}},
    PolicyType.TRUST: {"Effect": "Allow", "Principal": {"AWS": []}, "Action": "sts:AssumeRole"},
    PolicyType.SERVICE_CONTROL: {**ALLOWING, "Effect": "Deny"},
    PolicyType.RESOURCE_CONTROL: {**ALLOWING, "Effect": "Deny", "Principal": "*", "Resource": "*"},
}


@dataclass(frozen=True, slots=True)
class Kind:
    """`quota_name` is that of the account's own quotas, "" where IAM keeps no such documents."""

    policy_type: PolicyType
    title: str
    quota_name: str = ""

    @property
    def limit(self) -> int:
        return quota(self.quota_name) if self.quota_name else QUOTAS[self.policy_type][1]

    @property
    def is_held(self) -> bool:
        """Whether somebody has such policies: what they allow can be tried."""
        return self.policy_type in (PolicyType.IDENTITY, PolicyType.BOUNDARY)

    @property
    def counts_white_space(self) -> bool:
        return self.policy_type in COUNTED_AS_TYPED

    def size_of(self, text: str) -> int:
        return size_of(text, self.policy_type)

    @property
    def blank(self) -> str:
        """What a document of the kind begins with."""
        return json.dumps({"Version": "2012-10-17", "Statement": [BEGUN[self.policy_type]]}, indent=2)


MANAGED: Final = "managed"
KINDS: Final[Mapping[str, Kind]] = {
    MANAGED: Kind(PolicyType.IDENTITY, "Identity policy", "POLICY_SIZE"),
    "boundary": Kind(PolicyType.BOUNDARY, "Permissions boundary", "POLICY_SIZE"),
    "user": Kind(PolicyType.IDENTITY, "Inline policy of a user", "INLINE_USER"),
    "group": Kind(PolicyType.IDENTITY, "Inline policy of a group", "INLINE_GROUP"),
    "role": Kind(PolicyType.IDENTITY, "Inline policy of a role", "INLINE_ROLE"),
    "trust": Kind(PolicyType.TRUST, "Trust policy", "TRUST_POLICY"),
    "resource": Kind(PolicyType.RESOURCE, "Resource policy"),
    "scp": Kind(PolicyType.SERVICE_CONTROL, "Service control policy"),
    "rcp": Kind(PolicyType.RESOURCE_CONTROL, "Resource control policy"),
}


def known(kind: str) -> str:
    """The kind that a form names; a managed policy where it names none."""
    return kind if kind in KINDS else MANAGED
