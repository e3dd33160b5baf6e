"""A policy document as the rules see it: its elements, and where each stands in the text."""

import json
import re
from bisect import bisect_right
from collections.abc import Iterable
from enum import StrEnum
from functools import lru_cache
from itertools import accumulate, islice
from operator import attrgetter
from typing import Final, NamedTuple

from policies.catalog import Catalog
from policies.engine.lazy import lazy
from policies.engine.patterns import fold
from policies.engine.text import Members, Node, position
from policies.nearest import nearest
from policies.validation.arn import Arn, arn_of
from policies.validation.directory import Directory
from policies.validation.findings import Finding, Fix, Location, PathElement, Position, Span
from policies.validation.operators import Operator, operator
from policies.validation.refusals import REFUSED_CODES
from policies.validation.statements import Statement, Written, is_list, members_of

# What follows bounds the work on hostile documents; none within IAM's quotas comes near.
# A statement that IAM would store has at least 45 characters, so that many never fit together into a quota.
MOST_STATEMENTS: Final = 1_000
MOST_RESOURCES: Final = 4_000
MOST_CONDITION_VALUES: Final = 2_000
MOST_NEAREST_SEARCHES: Final = 12
WILDCARD_SEARCHES: Final = 24
# Lines are counted for a few places; for more, where each line begins is worked out once.
MOST_COUNTED_POSITIONS: Final = 8
LONGEST_ACTION: Final = 512
# How whatever covers an action of IAM begins, in small letters.
OF_IAM: Final = ("iam:", "*")
_START: Final = attrgetter("start")
_KEY_START: Final = attrgetter("key.start")
_CHARACTER: Final = re.compile(
    r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\.|[^\\]", re.DOTALL
)


class PolicyType(StrEnum):
    IDENTITY = "identity"
    BOUNDARY = "boundary"
    RESOURCE = "resource"
    TRUST = "trust"
    SERVICE_CONTROL = "scp"
    RESOURCE_CONTROL = "rcp"

    @property
    def names_principals(self) -> bool:
        return self in (PolicyType.RESOURCE, PolicyType.TRUST, PolicyType.RESOURCE_CONTROL)


class Condition(NamedTuple):
    """One key under one operator; `values` are those looked at, `value_node` is all that was written.

    `strings` are the strings among the values, `texts` those of them that are fixed when the policy is written: no
    variables in them.
    """

    statement: "Statement"
    operator_node: Node
    operator: Operator
    key_node: Node
    key: str
    value_node: Node
    values: tuple[Node, ...]
    strings: list[Written]
    texts: list[Written]


class Document:
    def __init__(
        self,
        text: str,
        root: Node,
        policy_type: PolicyType,
        catalog: Catalog,
        resource_type: str | None = None,
        *,
        directory: Directory | None = None,
    ) -> None:
        self.text = text
        self.directory = directory
        self.resource_type = resource_type
        self.root = root
        self.policy_type = policy_type
        self.catalog = catalog
        self._nearest_searches = MOST_NEAREST_SEARCHES
        self._wildcard_searches = WILDCARD_SEARCHES
        self._counted_positions = 0

    @lazy
    def members(self) -> Members:
        return members_of(self.root)

    @lazy
    def statements(self) -> tuple[Statement, ...]:
        node = self.members.named("Statement")
        nodes = node.items[:MOST_STATEMENTS] if node else ()
        return tuple(
            Statement(index, item, item.value)
            for index, item in enumerate(nodes)
            if isinstance(item.value, Members)
        )

    @lazy
    def conditions(self) -> tuple[Condition, ...]:
        """All conditions of all statements."""
        conditions, left = [], MOST_CONDITION_VALUES
        for statement in self.statements:
            for block in statement.condition_blocks:
                for key, value in members_of(block.value):
                    values = value.items[:left]
                    left -= len(values)
                    conditions.append(self._condition(statement, block.key, key, value, values))
        return tuple(conditions)

    def _condition(
        self, statement: Statement, operator_node: Node, key: Node, value: Node, values: tuple[Node, ...]
    ) -> Condition:
        written, name = operator(str(operator_node.value)), str(key.value)
        strings = [(node, node.value) for node in values if isinstance(node.value, str)]
        texts = [pair for pair in strings if "${" not in pair[1]] if self.may_hold_variables else strings
        return Condition(statement, operator_node, written, key, name, value, values, strings, texts)

    @lazy
    def known_conditions(self) -> list[Condition]:
        """Those under an operator that there is."""
        return [condition for condition in self.conditions if condition.operator.is_known]

    @lazy
    def condition_keys(self) -> frozenset[str]:
        """The keys of all conditions in small letters: a quick answer for rules about some keys."""
        return frozenset([fold(condition.key) for condition in self.conditions])

    @lazy
    def sids(self) -> list[Written]:
        return [pair for statement in self.statements for pair in statement.strings("Sid")]

    @lazy
    def _conditions_by_statement(self) -> dict[int, list[Condition]]:
        found: dict[int, list[Condition]] = {}
        for condition in self.conditions:
            found.setdefault(condition.statement.index, []).append(condition)
        return found

    def conditions_of(self, statement: Statement) -> list[Condition]:
        return self._conditions_by_statement.get(statement.index, [])

    def keys_of(self, statement: Statement) -> dict[str, Condition]:
        """The statement's condition keys in small letters, each with its first condition."""
        found: dict[str, Condition] = {}
        for condition in self.conditions_of(statement):
            found.setdefault(fold(condition.key), condition)
        return found

    @lazy
    def resources(self) -> list[tuple[Node, str, Arn | None]]:
        """What Resource and NotResource hold besides a lone star."""
        written = (
            pair
            for statement in self.statements
            for name in ("Resource", "NotResource")
            for pair in statement.strings(name)
        )
        named = ((node, text, arn_of(text)) for node, text in written if text != "*")
        return list(islice(named, MOST_RESOURCES))

    @lazy
    def arns(self) -> list[tuple[Node, str, Arn]]:
        return [(node, text, arn) for node, text, arn in self.resources if arn]

    @lazy
    def actions(self) -> list[tuple[Node, str]]:
        """What Action and NotAction hold."""
        return [
            pair
            for statement in self.statements
            for name in ("Action", "NotAction")
            for pair in statement.strings(name)
        ]

    @lazy
    def with_variables(self) -> list[Written]:
        """The strings with variables in them, of those in which IAM replaces any."""
        if not self.may_hold_variables:
            return []
        written = [(node, text) for node, text, _ in self.resources]
        written += [pair for condition in self.conditions for pair in condition.strings]
        return [pair for pair in written if "${" in pair[1]]

    @lazy
    def may_hold_variables(self) -> bool:
        """Whether a variable may stand anywhere, perhaps with its dollar as an escape."""
        return "${" in self.text or "\\u0024" in self.text

    @lazy
    def of_iam(self) -> dict[int, list[Written]]:
        """What Action holds of IAM, or of every service, in small letters: by the index of each statement that has any.

        A quick answer for rules about IAM, of which most policies do not speak.
        """
        near = {
            one.index: [pair for pair in one.folded("Action") if pair[1].startswith(OF_IAM)]
            for one in self.statements
        }
        return {index: pairs for index, pairs in near.items() if pairs}

    @property
    def has_conditions(self) -> bool:
        """Whether any statement has a Condition, be it empty."""
        return any(["Condition" in statement for statement in self.statements])  # noqa: C419 (a list is quicker)

    @property
    def has_principals(self) -> bool:
        """Whether any statement has Principal or NotPrincipal."""
        return any(["Principal" in one or "NotPrincipal" in one for one in self.statements])  # noqa: C419

    @lazy
    def has_exceptions(self) -> bool:
        """Whether any statement has NotAction, and so is about nearly every service."""
        return any(["NotAction" in statement for statement in self.statements])  # noqa: C419 (a list is quicker)

    @property
    def may_speak_of_iam(self) -> bool:
        """Whether any action of IAM may be meant."""
        return bool(self.of_iam) or self.has_exceptions

    @lazy
    def supports_variables(self) -> bool:
        version = self.members.named("Version")
        return version is not None and version.value == "2012-10-17"

    def finding(
        self, code: str, details: str, *nodes: Node, fix: Fix | None = None, refused: bool = False
    ) -> Finding:
        """A finding about these nodes; IAM's refusal follows from the code unless it is said here."""
        locations = tuple(self.location(node.start, node.end) for node in nodes)
        return Finding(code, details, locations, fix, refused or code in REFUSED_CODES)

    def inside(self, code: str, details: str, node: Node, start: int, length: int) -> Finding:
        """A finding about a part of a string, counted in the characters of its value."""
        offsets = self._offsets(node)
        span = self._span(offsets[start], offsets[start + length])
        path = (*self._path(node.start, node.end), {"substring": {"start": start, "length": length}})
        return Finding(code, details, (Location(path, span),), None, code in REFUSED_CODES)

    def location(self, start: int, end: int) -> Location:
        return Location(self._path(start, end), self._span(start, end))

    def _offsets(self, node: Node) -> list[int]:
        """Where each character of a string's value is written, and at last where its closing quote is."""
        raw = self.text[node.start + 1 : node.end - 1]
        return list(accumulate(map(len, _CHARACTER.findall(raw)), initial=node.start + 1))

    def _span(self, start: int, end: int) -> Span:
        return Span(self._position(start), self._position(end))

    def _position(self, offset: int) -> Position:
        if self._counted_positions < MOST_COUNTED_POSITIONS:
            self._counted_positions += 1
            return Position(*position(self.text, offset), offset)
        line = bisect_right(self._line_starts, offset)
        return Position(line, offset - self._line_starts[line - 1], offset)

    @lazy
    def _line_starts(self) -> list[int]:
        return list(accumulate([len(line) + 1 for line in self.text.split("\n")], initial=0))

    def _path(self, start: int, end: int) -> tuple[PathElement, ...]:
        """The way from the root to the key or value at these offsets, found without walking the whole tree."""
        path: list[PathElement] = []
        node = self.root
        while (node.start, node.end) != (start, end):
            step = _step(node, start, end)
            if step is None:
                return tuple(path)
            element, node = step
            path.append(element)
        return tuple(path)

    def nearest_action(self, name: str) -> str | None:
        return self.catalog.nearest_action(name) if self._may_search() else None

    def action_named(self, name: str) -> str | None:
        """The action meant by a name without its service."""
        return next(iter(self.catalog.actions_named(name)), None) if self._may_search() else None

    def nearest_service(self, prefix: str) -> str | None:
        return self.catalog.nearest_service(prefix) if self._may_search() else None

    def nearest_condition_key(self, name: str) -> str | None:
        return self.catalog.nearest_condition_key(name) if self._may_search() else None

    def nearest_of(self, word: str, candidates: Iterable[str]) -> str | None:
        """The most alike of the candidates, however unlike."""
        return _nearest_of(word, tuple(candidates)) if self._may_search() else None

    def _may_search(self) -> bool:
        self._nearest_searches -= 1
        return self._nearest_searches >= 0

    def names_an_action(self, pattern: str) -> bool:
        """Whether any action fits. A document with too many slow wildcards is believed, and an absurd length too."""
        self._wildcard_searches -= wildcard_cost(pattern)
        if self._wildcard_searches < 0 or len(pattern) > LONGEST_ACTION:
            return True
        return self.catalog.has_action(pattern)

    def replacement(self, node: Node, value: str) -> Fix:
        return Fix(f"Replace with `{value}`", node.start, node.end, json.dumps(value))

    def removal(self, container: Node, node: Node) -> Fix | None:
        """The edit that takes an element out of a list, with one of the commas around it."""
        nodes = container.items
        if len(nodes) < 2 or container is node:  # noqa: PLR2004 (a list must keep one)
            return None
        index = bisect_right(nodes, node.start, key=_START) - 1
        last = index == len(nodes) - 1
        start, end = (nodes[index - 1].end, node.end) if last else (node.start, nodes[index + 1].start)
        return Fix(f"Remove `{node.value}`", start, end, "")


@lru_cache(maxsize=1024)
def _nearest_of(word: str, candidates: tuple[str, ...]) -> str | None:
    return nearest(word, candidates, closeness=0)


def _step(node: Node, start: int, end: int) -> tuple[PathElement, Node] | None:
    if isinstance(node.value, Members):
        return _member_step(node.value, start, end)
    nodes = node.items
    if not is_list(node) or not nodes:
        return None
    index = max(0, bisect_right(nodes, start, key=_START) - 1)
    return ({"index": index}, nodes[index]) if end <= nodes[index].end else None


def _member_step(members: Members, start: int, end: int) -> tuple[PathElement, Node] | None:
    index = bisect_right(members, start, key=_KEY_START) - 1
    if index < 0:
        return None
    member = members[index]
    if end <= member.key.end:
        return {"key": member.name}, member.key
    return (
        ({"value": member.name}, member.value)
        if member.value.start <= start and end <= member.value.end
        else None
    )


def wildcard_cost(pattern: str) -> int:
    """A name or `Prefix*` is found at once; other stars are compared with every name, `?` letter by letter."""
    if "?" in pattern:
        return 6
    return 1 if "*" in pattern[:-1] else 0
