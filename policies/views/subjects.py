"""What a text in the editor is to be: a managed policy, one embedded in a holder, or none that is there yet.

Each is found again from the query of an address, so that the panels beside the text can ask about it by themselves.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Protocol

from accounts.signin.middleware import ConsoleRequest
from operations.caller import Caller
from operations.holdings import named_through
from operations.policy_versions import get_policy_version
from operations.roles import get_role
from operations.touched import Touched, count_group_members, count_policy_holders
from policies.engine import Source
from policies.views.addresses import address
from policies.views.details import policy_at
from policies.views.holders import OPERATIONS, Holder, holder_of

# What a text without versions is called.
PRESENT_TEXT: Final = "the present text"


@dataclass(frozen=True, slots=True)
class InForce:
    """The text that counts at this moment, and what it is called: `version 4`. Both are "" where there is none."""

    text: str = ""
    name: str = ""


class Subject(Protocol):
    """What is written. `query` finds it again; `url` shows each of those who have it, "" where nothing does.

    `is_stored` finds the text in force among the policies of somebody.
    """

    @property
    def query(self) -> dict[str, str]: ...
    @property
    def url(self) -> str: ...
    @property
    def is_trust(self) -> bool: ...
    def in_force(self, caller: Caller) -> InForce: ...
    def touched(self, caller: Caller) -> Touched: ...
    def is_stored(self, source: Source) -> bool: ...


@dataclass(frozen=True, slots=True)
class NewPolicy:
    """A managed policy that nobody has yet."""

    @property
    def query(self) -> dict[str, str]:
        return {}

    @property
    def url(self) -> str:
        return ""

    @property
    def is_trust(self) -> bool:
        return False

    def in_force(self, caller: Caller) -> InForce:
        return InForce()

    def touched(self, caller: Caller) -> Touched:
        return Touched()

    def is_stored(self, source: Source) -> bool:
        return False


@dataclass(frozen=True, slots=True)
class ManagedPolicy:
    """A managed policy by its ARN."""

    arn: str

    @property
    def query(self) -> dict[str, str]:
        return {"arn": self.arn}

    @property
    def url(self) -> str:
        return address("policy-entities", arn=self.arn)

    @property
    def is_trust(self) -> bool:
        return False

    def in_force(self, caller: Caller) -> InForce:
        version_id = policy_at(caller, self.arn).default_version_id
        version = get_policy_version(caller, policy_arn=self.arn, version_id=version_id)
        return InForce(version.document, f"version {version.number}")

    def touched(self, caller: Caller) -> Touched:
        return count_policy_holders(caller, policy_arn=self.arn)

    def is_stored(self, source: Source) -> bool:
        return source.arn == self.arn


@dataclass(frozen=True, slots=True)
class InlinePolicy:
    """A policy embedded in a user, a group or a role; without a name it is not there yet."""

    holder: Holder
    policy_name: str = ""

    @property
    def query(self) -> dict[str, str]:
        return {self.holder.kind: self.holder.name, "policy": self.policy_name}

    @property
    def url(self) -> str:
        return self.holder.url if self.holder.kind != "role" else ""

    @property
    def is_trust(self) -> bool:
        return False

    def in_force(self, caller: Caller) -> InForce:
        if not self.policy_name:
            return InForce()
        return InForce(self.holder.get(caller, self.policy_name).text.document, PRESENT_TEXT)

    def touched(self, caller: Caller) -> Touched:
        if self.holder.kind == "group":
            return count_group_members(caller, group_name=self.holder.name)
        return Touched(user_count=1) if self.holder.kind == "user" else Touched(role_count=1)

    def is_stored(self, source: Source) -> bool:
        is_group = self.holder.kind == "group"
        name = named_through(self.policy_name, self.holder.name) if is_group else self.policy_name
        return not source.arn and source.name == name


@dataclass(frozen=True, slots=True)
class TrustPolicy:
    """The trust policy of a role: it gives nobody permissions, but says who may have those of the role."""

    role_name: str

    @property
    def query(self) -> dict[str, str]:
        return {"trust": self.role_name}

    @property
    def url(self) -> str:
        return ""

    @property
    def is_trust(self) -> bool:
        return True

    def in_force(self, caller: Caller) -> InForce:
        role = get_role(caller, role_name=self.role_name)
        return InForce(role.assume_role_policy_document, PRESENT_TEXT)

    def touched(self, caller: Caller) -> Touched:
        return Touched()

    def is_stored(self, source: Source) -> bool:
        return False


def subject_of(request: ConsoleRequest) -> Subject:
    """What the query of the address is about; without any of its words it is a new managed policy."""
    if arn := request.GET.get("arn"):
        return ManagedPolicy(arn)
    if role_name := request.GET.get("trust"):
        return TrustPolicy(role_name)
    if any(request.GET.get(kind) for kind in OPERATIONS):
        return InlinePolicy(holder_of(request), request.GET.get("policy", ""))
    return NewPolicy()
