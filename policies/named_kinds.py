"""Which kinds of resources a text of a Resource element can name, and so which actions can be asked about it.

Compared is field by field, a star for every placeholder and variable. Where that is too coarse the answer is yes: an
action is told to be without a resource only when no request could ever bring one that fits.
"""

from __future__ import annotations

import re
from collections import defaultdict
from functools import lru_cache
from typing import Final, NamedTuple, TypeAlias

from policies.catalog import Catalog, ResourceType
from policies.engine.arns import PARTS
from policies.engine.patterns import Pattern
from policies.engine.variables import VERSION_WITH_VARIABLES

_OPEN: Final = re.compile(r"\$\{[^{}]*\}|\?")
_PLACEHOLDER: Final = re.compile(r"\$\{[^{}]*\}|<[^<>]*>")
# What was asked is whatever people write.
MOST_TEXTS: Final = 16_384
MOST_OPEN: Final = 256
# The places of the parts of an ARN.
SERVICE, REGION, ACCOUNT, RESOURCE = range(2, 6)


class NamedKind(NamedTuple):
    """A kind of resource, with the prefix of the service that describes it."""

    prefix: str
    kind: ResourceType


# A kind, and the parts of its ARNs with a star for each placeholder.
Candidate: TypeAlias = tuple[NamedKind, list[str]]


class Kinds:
    """Every kind of resource of a catalog, found by a text that can name one."""

    def __init__(self, catalog: Catalog) -> None:
        self._of_service: dict[str, list[Candidate]] = defaultdict(list)
        for prefix in catalog.services():
            # The facts alone: a service with all its actions is read when it is asked about.
            for name, facts in catalog.facts(prefix)["resource_types"].items():
                kind = ResourceType(name, facts["arn"], tuple(facts["condition_keys"]))
                found = NamedKind(prefix, kind), _PLACEHOLDER.sub("*", kind.arn).split(":", PARTS - 1)
                self._of_service[kind.arn_service].append(found)
        self._named = lru_cache(maxsize=MOST_TEXTS)(self._named_by)
        self.of_services = lru_cache(maxsize=MOST_OPEN)(self._of_services)

    def named_by(self, written: str, version: str) -> tuple[NamedKind, ...]:
        """The kinds of which a resource fits the text, read as policies of that version are."""
        return self._named(outline(written, version))

    def _named_by(self, outlined: str) -> tuple[NamedKind, ...]:
        fields = outlined.split(":", PARTS - 1)
        if (services := self.open_services(outlined)) is not None:
            return self.of_services(services)
        candidates = self._of_service.get(fields[SERVICE], ())
        fitting = [candidate for candidate in candidates if _fits(fields, candidate[1])]
        return tuple(found for found, _ in _closest(fields, fitting))

    def open_services(self, outlined: str) -> tuple[str, ...] | None:
        """The services, as ARNs name them, of which a text can be that leaves it open; None for one that does not.

        Of those all kinds are meant: a closer look would be long and tell little.
        """
        fields = outlined.split(":", PARTS - 1)
        if len(fields) > SERVICE and "*" not in fields[SERVICE]:
            return None
        return tuple(name for name in self._of_service if _begins_with(fields, ["arn", "*", name]))

    def _of_services(self, services: tuple[str, ...]) -> tuple[NamedKind, ...]:
        return tuple(found for name in services for found, _ in self._of_service[name])


@lru_cache(maxsize=2)
def kinds_of(catalog: Catalog) -> Kinds:
    """The kinds of a catalog, gathered at the first question."""
    return Kinds(catalog)


def outline(written: str, version: str) -> str:
    """The text with a star for each variable and each `?`: what it can stand for, and perhaps more."""
    if version == VERSION_WITH_VARIABLES:
        return _OPEN.sub("*", written)
    return written.replace("?", "*")


def overlap(one: str, other: str) -> bool:
    """Whether some text fits both patterns, in which only `*` is special.

    When both have a star, everything between the ends can be put one after the other: the ends alone decide.
    """
    if "*" in (one, other):
        return True
    if "*" not in one:
        return Pattern.spelled(other).matches(one)
    if "*" not in other:
        return Pattern.spelled(one).matches(other)
    head, other_head = one[: one.index("*")], other[: other.index("*")]
    tail, other_tail = one[one.rindex("*") + 1 :], other[other.rindex("*") + 1 :]
    return _begins(head, other_head) and _begins(tail[::-1], other_tail[::-1])


def _begins_with(fields: list[str], beginning: list[str]) -> bool:
    """Whether an ARN that begins so can fit. The last part of a short text runs on."""
    last = len(fields) - 1
    if last > SERVICE:
        return all(map(overlap, fields, beginning))
    whole = [*beginning[:last], ":".join(beginning[last:]) + ":*"]
    return all(map(overlap, [*fields[:last], fields[last] + "*"], whole))


def _begins(one: str, other: str) -> bool:
    return one.startswith(other) or other.startswith(one)


def _fits(fields: list[str], template: list[str]) -> bool:
    """A text with fewer parts than an ARN is completed, or its star runs over colons: its last part is all the rest."""
    last = len(fields) - 1
    if last < RESOURCE:
        fields, template = [*fields[:last], fields[last] + "*"], [*template[:last], ":".join(template[last:])]
        return all(map(overlap, fields, template))
    return all(map(overlap, fields, template)) and not _lacks_a_name(fields, template)


def _lacks_a_name(fields: list[str], template: list[str]) -> bool:
    """Nothing is ever called "". Only AWS's own resources have no account, and those have a Region."""
    needed = (REGION, RESOURCE) if template[REGION] else (REGION, ACCOUNT, RESOURCE)
    return any(template[place] == "*" and not fields[place] for place in needed)


def _closest(fields: list[str], fitting: list[Candidate]) -> list[Candidate]:
    """Of the kinds that cover all of the text only those that say most: `receipts/*` are objects and no bucket.

    Beside them stand the kinds that go on where these end, as the objects of `receipts*`, and those of which all fits.
    """
    covering = [candidate for candidate in fitting if _covers(candidate[1], fields)]
    most = max((_said(template) for _, template in covering), default=0)
    closest = [candidate for candidate in covering if _said(candidate[1]) == most]
    if not closest:
        return fitting
    beginnings = tuple(template[RESOURCE] for _, template in closest)
    return closest + [
        candidate
        for candidate in fitting
        if candidate not in covering
        and (candidate[1][RESOURCE].startswith(beginnings) or _covers(fields, candidate[1]))
    ]


def _covers(wide: list[str], narrow: list[str]) -> bool:
    """Whether all that fits the one fits the other, too."""
    if len(narrow) < PARTS or len(wide) < PARTS:
        return False
    return all(Pattern.spelled(part).matches(field) for part, field in zip(wide, narrow, strict=True))


def _said(template: list[str]) -> int:
    return sum(len(part.replace("*", "")) for part in template)
