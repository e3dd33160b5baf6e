"""Resource patterns: six parts, each with its own wildcards, so that `*` never reaches the next part."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Self

from policies.engine.kinds import Kind
from policies.engine.patterns import Pattern, PatternSet
from policies.engine.variables import Context, Template

PARTS: Final = 6
ALL_RESOURCES: Final = "*"


def split_arn(text: str) -> tuple[str, ...] | None:
    """The six parts of an ARN (the last keeps its colons), or None when the text is no ARN."""
    parts = tuple(text.split(":", PARTS - 1))
    return parts if len(parts) == PARTS and parts[0] == "arn" else None


@dataclass(frozen=True, slots=True)
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

    @property
    def whole(self) -> Pattern | None:
        """One pattern for the whole text, where that is the same: wildcards in the last part only."""
        *first, last = self.parts
        if (
            self.is_short
            or last.fixed is None
            or any(part.fixed is None or part.fixed.exact is None for part in first)
        ):
            return None
        separated = [token for part in first for token in (*part.tokens, ":")]
        return Pattern.of(token for token in (*separated, *last.tokens) if isinstance(token, str))

    def matches(self, parts: tuple[str, ...], context: Context) -> bool:
        """Whether the six parts of a request's ARN fit; parts missing here fit anything."""
        pairs = zip(self.parts, parts, strict=False)
        return all(wanted.pattern(context).matches(found) for wanted, found in pairs)


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
        arns = [ArnPattern.of(text, version) for text in texts if text != ALL_RESOURCES]
        whole = {arn: pattern for arn in arns if (pattern := arn.whole)}
        return cls(
            everything=ALL_RESOURCES in texts,
            whole=PatternSet.of(whole.values()),
            parted=tuple(arn for arn in arns if arn not in whole and not arn.is_short),
            short=tuple(arn for arn in arns if arn.is_short),
            required_keys=frozenset[str]().union(*(arn.required_keys for arn in arns)),
        )

    def covers(self, resource: str, context: Context, kind: Kind) -> bool:
        """Whether the element covers the request's resource; only a written `*` covers the resource `*`."""
        if self.everything:
            return True
        if (parts := split_arn(resource)) is None:
            return False
        return self.whole.matches(resource) or self._covers_parts(parts, context, kind)

    def _covers_parts(self, parts: tuple[str, ...], context: Context, kind: Kind) -> bool:
        if any(arn.matches(parts, context) for arn in self.parted):
            return True
        return any(kind.completes(arn.written) and arn.matches(parts, context) for arn in self.short)
