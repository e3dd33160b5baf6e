"""Resource patterns: six parts, each with its own wildcards, so that `*` never reaches the next part."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Final, Self

from policies.engine.kinds import Kind
from policies.engine.patterns import ANYTHING, Pattern, PatternSet
from policies.engine.variables import Context, Template

PARTS: Final = 6
ALL_RESOURCES: Final = "*"


def split_arn(text: str) -> tuple[str, ...] | None:
    """The six parts of an ARN (the last keeps its colons), or None when the text is no ARN."""
    parts = tuple(text.split(":", PARTS - 1))
    return parts if len(parts) == PARTS and parts[0] == "arn" else None


@dataclass(frozen=True)
class ArnPattern:
    """A written ARN pattern, split before any value is put in: a value cannot add parts or wildcards."""

    written: str
    parts: tuple[Template, ...]

    @classmethod
    def of(cls, written: str, version: str) -> Self:
        """The pattern of a text with wildcards and, in version 2012-10-17, variables."""
        return cls(written, tuple(Template.of(written, version).split(":", PARTS - 1)))

    @property
    def is_short(self) -> bool:
        """Whether parts are missing at the end."""
        return len(self.parts) < PARTS

    @property
    def required_keys(self) -> frozenset[str]:
        """The condition keys without which the pattern has no value."""
        return frozenset[str]().union(*(part.required_keys for part in self.parts))

    def matches(self, parts: tuple[str, ...], context: Context) -> bool:
        """Whether the six parts of a request's ARN fit; parts missing here fit anything."""
        for place, text in self._literals:
            if parts[place] != text:
                return False
        for place, pattern in self._patterns:
            if not pattern.matches(parts[place]):
                return False
        return all(template.matches(parts[place], context) for place, template in self._templates)

    @cached_property
    def _literals(self) -> tuple[tuple[int, str], ...]:
        """The parts without wildcards and variables, which are the quickest to tell apart."""
        texts = ((place, part.literal) for place, part in enumerate(self.parts))
        return tuple((place, text) for place, text in texts if text is not None)

    @cached_property
    def _patterns(self) -> tuple[tuple[int, Pattern], ...]:
        """The parts with wildcards but no variables, without those that anything fits."""
        fixed = ((place, part.fixed) for place, part in enumerate(self.parts) if part.literal is None)
        return tuple((place, pattern) for place, pattern in fixed if pattern and pattern != ANYTHING)

    @cached_property
    def _templates(self) -> tuple[tuple[int, Template], ...]:
        """The parts with variables."""
        return tuple((place, part) for place, part in enumerate(self.parts) if part.fixed is None)


def _is_whole(text: str) -> bool:
    """Whether one pattern for the whole text means the same: six parts, wildcards in the last one only.

    What a `$` begins may be a variable, and is left to the parts.
    """
    *first, last = text.split(":", PARTS - 1)
    head = "".join(first)
    is_literal = "$" not in text and "*" not in head and "?" not in head
    return is_literal and len(first) == PARTS - 1 and first[0] == "arn" and bool(last)


@dataclass(frozen=True, slots=True)
class ResourceSet:
    """The compiled Resource or NotResource element of one statement."""

    everything: bool
    whole: PatternSet
    parted: tuple[ArnPattern, ...]
    short: tuple[ArnPattern, ...]
    required_keys: frozenset[str]

    @classmethod
    def of(cls, written: Iterable[str], version: str) -> Self:
        """The set of these texts; `*` alone is not an ARN pattern but stands for every resource."""
        texts = tuple(written)
        whole = [text for text in texts if _is_whole(text)]
        arns = [
            ArnPattern.of(text, version) for text in texts if text != ALL_RESOURCES and not _is_whole(text)
        ]
        return cls(
            everything=ALL_RESOURCES in texts,
            whole=PatternSet.of(map(Pattern.spelled, whole)),
            parted=tuple(arn for arn in arns if not arn.is_short),
            short=tuple(arn for arn in arns if arn.is_short),
            required_keys=frozenset[str]().union(*(arn.required_keys for arn in arns)),
        )

    def covers(self, resource: str, context: Context, kind: Kind) -> bool:
        """Whether the element covers the request's resource; only a written `*` covers the resource `*`."""
        if self.everything:
            return True
        if self.whole.matches(resource):
            return True
        if not (self.parted or self.short) or (parts := split_arn(resource)) is None:
            return False
        return self._covers_parts(parts, context, kind)

    def _covers_parts(self, parts: tuple[str, ...], context: Context, kind: Kind) -> bool:
        for arn in self.parted:
            if arn.matches(parts, context):
                return True
        return any(kind.completes(arn.written) and arn.matches(parts, context) for arn in self.short)
