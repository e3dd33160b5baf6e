"""What the simulator shows: policies to tick and to reword, and the answer for one action with its texts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Self, cast

from django.utils.html import format_html_join

from iamconsole.templatetags.console import document
from operations.authorization import Explanation
from operations.simulated_policies import SimulatedPolicy
from operations.simulation import Result
from policies.engine import Kind, Source, Statement
from policies.views.access import NearMiss, near_misses

# Longer texts, AWS's own mostly, are left out or kept, but not reworded in a page.
LONGEST_TEXT = 20_000
# A line in pieces, and whether each belongs to what is pointed out.
Line = Sequence[tuple[str, bool]]


@dataclass(frozen=True, slots=True)
class PolicyField:
    """One policy of whoever is asked about, as the form shows it."""

    policy: SimulatedPolicy
    text: str
    fault: str

    @classmethod
    def of(cls, policy: SimulatedPolicy, drafts: Mapping[str, str], faults: Mapping[str, str]) -> Self:
        text = drafts.get(policy.key) or (policy.text or "").replace("\r\n", "\n")
        return cls(policy, text, faults.get(policy.key, ""))

    @property
    def is_boundary(self) -> bool:
        return self.policy.source.kind is Kind.BOUNDARY

    @property
    def is_readable(self) -> bool:
        return self.policy.text is not None

    @property
    def is_too_long(self) -> bool:
        return len(self.text) > LONGEST_TEXT


@dataclass(frozen=True, slots=True)
class Deciding:
    """A policy with the statements in it that decided; no lines where the caller may not read it."""

    source: Source
    statements: Sequence[Statement]
    lines: Sequence[Line]

    @property
    def is_allow(self) -> bool:
        return self.statements[0].effect == "Allow"

    @property
    def names(self) -> str:
        """The statements by Sid or number."""
        return ", ".join(statement.sid or str(statement.index + 1) for statement in self.statements)


class Answer:
    """The whole story of one result. `trials` are the texts that stand in the form alone, by kind of policy."""

    def __init__(
        self, result: Result, policies: Sequence[SimulatedPolicy], trials: Mapping[Kind, str]
    ) -> None:
        self.result = result
        self.explanation: Explanation = result.explanation
        self._policies = policies
        self._trials = trials

    @property
    def deciding(self) -> list[Deciding]:
        found: dict[int, tuple[Source, list[Statement]]] = {}
        for match in self.result.decision.matches:
            found.setdefault(id(match.source), (match.source, []))[1].append(match.statement)
        return [self._deciding(source, statements) for source, statements in found.values()]

    @property
    def near_misses(self) -> list[NearMiss]:
        """Those in policies that the caller may read: a near miss tells what its statement says."""
        hidden = {policy.source.name for policy in self._policies if policy.text is None}
        return [miss for miss in near_misses(self.explanation) if miss.source_name not in hidden]

    def _deciding(self, source: Source, statements: Sequence[Statement]) -> Deciding:
        text = self._text(source)
        return Deciding(source, statements, marked_lines(text, statements) if text else ())

    def _text(self, source: Source) -> str:
        own = (policy.wording for policy in self._policies if policy.source is source)
        return next(own, self._trials.get(source.kind, ""))


def marked_lines(text: str, statements: Sequence[Statement]) -> list[Line]:
    """The lines of a policy's text, of which the characters of these statements are pointed out."""
    lines: list[list[tuple[str, bool]]] = [[]]
    for piece, is_marked in _pieces(text, sorted((each.start, each.end) for each in statements)):
        first, *rest = piece.split("\n")
        lines[-1].append((first, is_marked))
        lines.extend(
            [[(indent, False), (line[len(indent) :], is_marked)] for indent, line in map(_indented, rest)]
        )
    return [[(_coloured(part), is_marked) for part, is_marked in line if part] for line in lines]


def _indented(line: str) -> tuple[str, str]:
    """A line with its indentation, which stays outside of the mark."""
    return line[: len(line) - len(line.lstrip())], line


def _pieces(text: str, spans: Sequence[tuple[int, int]]) -> Iterator[tuple[str, bool]]:
    done = 0
    for start, end in spans:
        yield text[done:start], False
        yield text[start:end], True
        done = end
    yield text[done:], False


def _coloured(piece: str) -> str:
    parts = cast("list[str]", document(piece, "")["lines"])
    return format_html_join("", "{}", ((part,) for part in parts))
