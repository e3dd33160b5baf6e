"""A policy from plain choices: a service, what to do there, on what, and when. Built from the catalog.

Actions go with the resources they work on; those that work on none that could be named stand in a statement of their
own on `*`. What does not fit is left out, and told.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

from policies.catalog import AccessLevel, Action, ResourceType, Service
from policies.engine.patterns import fold

_PLACEHOLDER: Final = re.compile(r"\$\{([^}]*)\}")
_NAME: Final = re.compile(r'[^\s"\\]+')
_WORD: Final = re.compile(r"[A-Z]?[a-z0-9]+|[A-Z]+(?![a-z])")
# So many actions of one first word are shortened to it.
FEWEST_SHORTENED: Final = 2
SIDS: Final = {
    AccessLevel.LIST: "List",
    AccessLevel.READ: "Read",
    AccessLevel.WRITE: "Write",
    AccessLevel.TAGGING: "Tag",
    AccessLevel.PERMISSIONS_MANAGEMENT: "Permit",
}


@dataclass(frozen=True, slots=True)
class Terms:
    """When the policy counts: with MFA, from some addresses, for resources with a tag. All that are given must hold."""

    mfa: bool = False
    ranges: Sequence[str] = ()
    tag_key: str = ""
    tag_value: str = ""

    @property
    def condition(self) -> dict[str, dict[str, Any]]:
        found: dict[str, dict[str, Any]] = {}
        if self.mfa:
            found["Bool"] = {"aws:MultiFactorAuthPresent": "true"}
        if self.ranges:
            found["IpAddress"] = {"aws:SourceIp": list(self.ranges)}
        if self.tag_key:
            found["StringEquals"] = {f"aws:ResourceTag/{self.tag_key}": self.tag_value}
        return found


@dataclass(frozen=True, slots=True)
class Resource:
    """One resource of a type, by its ARN."""

    kind: str
    arn: str


@dataclass(frozen=True)
class Choice:
    """What was chosen. Without `resources` it is about all of them. `is_short` writes `Get*` for all that begin so."""

    service: Service
    levels: frozenset[AccessLevel]
    resources: Sequence[Resource] = ()
    terms: Terms = field(default_factory=Terms)
    is_short: bool = False

    @cached_property
    def wanted(self) -> list[Action]:
        return [each for each in self.service.actions.values() if each.access_level in self.levels]

    @cached_property
    def fitting(self) -> list[Action]:
        """Those for the statement about the resources, or about all."""
        kinds = {each.kind for each in self.resources}
        fit = [each for each in self.wanted if not self.resources or kinds & set(each.resource_types)]
        return [each for each in fit if self._obeys(each)]

    @cached_property
    def without_resource(self) -> list[Action]:
        """Those that work on nothing that could be named, where resources are named; a tag cannot limit them."""
        if not self.resources or self.terms.tag_key:
            return []
        return [each for each in self.wanted if not each.resource_types]

    @property
    def left_out(self) -> list[Action]:
        kept = {*self.fitting, *self.without_resource}
        return [each for each in self.wanted if each not in kept]

    def statements(self) -> list[dict[str, Any]]:
        """At most two; none when nothing fits."""
        arns = list(dict.fromkeys(each.arn for each in self.resources))
        return [
            *self._statement(self._sid, self.fitting, arns or ["*"]),
            *self._statement(f"{self._sid}Any", self.without_resource, ["*"]),
        ]

    @property
    def _sid(self) -> str:
        verbs = "And".join(SIDS[level] for level in SIDS if level in self.levels)
        return verbs + re.sub(r"[^A-Za-z0-9]", "", self.service.prefix.title())

    def _statement(self, sid: str, actions: Sequence[Action], arns: list[str]) -> Iterator[dict[str, Any]]:
        if not actions:
            return
        names = [action.name for action in actions]
        found: dict[str, Any] = {
            "Sid": sid,
            "Effect": "Allow",
            "Action": shortened(names, self.service) if self.is_short else sorted(names),
            "Resource": arns if len(arns) > 1 else arns[0],
        }
        condition = self.terms.condition
        yield {**found, "Condition": condition} if condition else found

    def _obeys(self, action: Action) -> bool:
        """Whether the tag of a resource can limit the action at all; without a tag to ask for, every action."""
        if not self.terms.tag_key:
            return True
        named = {each.kind for each in self.resources}
        kinds = [name for name in action.resource_types if not named or name in named]
        types = [self.service.resource_types[name] for name in kinds if name in self.service.resource_types]
        return bool(types) and all(map(_tells_tags, types))


def _tells_tags(kind: ResourceType) -> bool:
    return any(fold(key).startswith("aws:resourcetag/") for key in kind.condition_keys)


def shortened(names: Sequence[str], service: Service) -> list[str]:
    """The names with `Verb*` in place of all that begin with the verb, where that covers no other action."""
    by_verb: dict[str, list[str]] = {}
    for name in names:
        by_verb.setdefault(fold(_verb(name)), []).append(name)
    chosen = {fold(name.partition(":")[2]) for name in names}
    whole = {
        verb: group
        for verb, group in by_verb.items()
        if len(group) >= FEWEST_SHORTENED
        and {name for name in service.actions if name.startswith(verb)} <= chosen
    }
    beginnings = tuple(verb for verb in whole if not verb.startswith(tuple(whole.keys() - {verb})))
    stars = [f"{service.prefix}:{_verb(min(whole[verb], key=len))}*" for verb in beginnings]
    alone = [name for name in names if not fold(name.partition(":")[2]).startswith(beginnings)]
    return sorted([*stars, *alone])


def _verb(name: str) -> str:
    rest = name.partition(":")[2]
    word = _WORD.match(rest)
    return word[0] if word else rest


def name_hint(kind: ResourceType) -> str:
    """What to write for a resource of the type: `BucketName/ObjectName`."""
    return _PLACEHOLDER.sub(r"\1", kind.arn.split(":", 5)[5].removeprefix(kind.resource_beginning))


def arn_of(kind: ResourceType, name: str, *, region: str = "", account_id: str = "") -> str:
    """The ARN of a resource by the name that follows the fixed part, or an ARN of the type as it is; "" if none.

    `menus/*` is an object of every name in the bucket menus. Regions and accounts that are not given are any. A type
    without a name in its ARNs needs none.
    """
    fields = kind.arn.split(":", 5)
    known = {"Partition": "aws", "Region": region or "*", "Account": account_id or "*"}
    beginning = ":".join(_filled(each, known) for each in fields[:5])
    if not name_hint(kind):
        return f"{beginning}:{fields[5]}"
    if not _NAME.fullmatch(name):
        return ""
    if name.startswith("arn:"):
        given = name.split(":", 5)
        is_of_kind = (
            len(given) == len(fields) and given[2] == fields[2] and kind.resource_pattern.matches(given[5])
        )
        return name if is_of_kind else ""
    resource = kind.resource_beginning + name
    return f"{beginning}:{resource}" if kind.resource_pattern.matches(resource) else ""


def _filled(text: str, known: Mapping[str, str]) -> str:
    return _PLACEHOLDER.sub(lambda found: known.get(found[1], "*"), text)


def fitting_types(service: Service, levels: frozenset[AccessLevel]) -> list[ResourceType]:
    """The types that some action of the levels works on, by their names; of no level, all."""
    actions = [each for each in service.actions.values() if not levels or each.access_level in levels]
    used = {name for action in actions for name in action.resource_types}
    return [kind for name, kind in sorted(service.resource_types.items()) if name in used and _is_whole(kind)]


def _is_whole(kind: ResourceType) -> bool:
    """The reference has a few patterns that are two in one, or lack a field: no ARN can be made of them."""
    account = kind.arn.split(":", 5)[4]
    return ", " not in kind.arn and (account in ("", "aws") or account.isdigit() or "$" in account)
