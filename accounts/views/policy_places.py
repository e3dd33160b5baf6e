"""Where the policies behind an answer are shown, and whether the visitor may read what they say."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from django.urls import reverse
from django.utils.http import urlencode

from accounts.models import Group, User
from operations.authorization import tag_context
from operations.call import may
from operations.caller import Caller
from operations.tags import Tag
from policies.engine import Source

# As operations/holdings.py names a source; no name of a policy or a group holds a space or a bracket.
THROUGH_A_GROUP: Final = re.compile(r"(?P<policy>\S+) \(group (?P<group>\S+)\)")


class Place(NamedTuple):
    url: str
    is_readable: bool


NOWHERE: Final = Place("", is_readable=False)


@dataclass(frozen=True)
class Places:
    """`holders` are the user and its groups, as far as the visitor sees them; `tags` those of policies, by ARN."""

    caller: Caller
    holders: Sequence[User | Group]
    tags: Mapping[str, Sequence[Tag]]
    _known: dict[int, Place] = field(default_factory=dict)

    def of(self, source: Source) -> Place:
        if id(source) not in self._known:
            self._known[id(source)] = self._managed(source.arn) if source.arn else self._inline(source.name)
        return self._known[id(source)]

    def _managed(self, arn: str) -> Place:
        is_readable = self._may("iam:GetPolicyVersion", arn, self.tags.get(arn, ()))
        return Place(policy_address(arn=arn), is_readable)

    def _inline(self, name: str) -> Place:
        through = THROUGH_A_GROUP.fullmatch(name)
        for holder in self.holders:
            if through and isinstance(holder, Group) and holder.group_name == through["group"]:
                is_readable = self._may("iam:GetGroupPolicy", holder.arn, holder.tags)
                return Place(policy_address(group=holder.group_name, policy=through["policy"]), is_readable)
            if not through and isinstance(holder, User):
                is_readable = self._may("iam:GetUserPolicy", holder.arn, holder.tags)
                return Place(policy_address(user=holder.user_name, policy=name), is_readable)
        return NOWHERE

    def _may(self, action: str, arn: str, tags: Sequence[Tag]) -> bool:
        of_resource = {"aws:ResourceAccount": self.caller.account_id, **tag_context("aws:ResourceTag", tags)}
        return may(self.caller, action, arn, {**of_resource, **tag_context("iam:ResourceTag", tags)})


def policy_address(**named: str) -> str:
    """Where a policy is shown, or edited when it is inline: named by its ARN, or by its holder and its own name."""
    return f"{reverse('policy' if 'arn' in named else 'inline-policy-edit')}?{urlencode(named)}"


def summary_address(**named: str) -> str:
    """Its services, their actions and resources."""
    return f"{reverse('policy-summary')}?{urlencode(named)}"
