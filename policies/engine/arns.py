"""ARNs: six parts between colons, and the patterns of Arn conditions, which compare part by part."""

from dataclasses import dataclass
from typing import Final, Self

from policies.engine.lazy import lazy
from policies.engine.patterns import ANYTHING, Pattern
from policies.engine.variables import Context, Template

PARTS: Final = 6


def split_arn(text: str) -> tuple[str, ...] | None:
    """The six parts of an ARN (the last keeps its colons), or None when the text is no ARN."""
    parts = tuple(text.split(":", PARTS - 1))
    return parts if len(parts) == PARTS and parts[0] == "arn" else None


def is_arn(text: str) -> bool:
    """Whether the text has the parts of an ARN."""
    return text.startswith("arn:") and text.count(":") >= PARTS - 1


@dataclass(frozen=True)
class ArnPattern:
    """A written ARN pattern, split before any value is put in: a value cannot add parts or wildcards.

    "Each of the six colon-delimited components of the ARN is checked separately" (Arn condition operators), so that
    here no `*` runs over a colon, as it may in a Resource.
    """

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

    def matches(self, parts: tuple[str, ...], context: Context) -> bool:
        """Whether the six parts of a request's ARN fit."""
        for place, text in self._literals:
            if parts[place] != text:
                return False
        for place, pattern in self._patterns:
            if not pattern.matches(parts[place]):
                return False
        return all(template.matches(parts[place], context) for place, template in self._templates)

    @lazy
    def _literals(self) -> tuple[tuple[int, str], ...]:
        """The parts without wildcards and variables, which are the quickest to tell apart."""
        texts = ((place, part.literal) for place, part in enumerate(self.parts))
        return tuple((place, text) for place, text in texts if text is not None)

    @lazy
    def _patterns(self) -> tuple[tuple[int, Pattern], ...]:
        """The parts with wildcards but no variables, without those that anything fits."""
        fixed = ((place, part.fixed) for place, part in enumerate(self.parts) if part.literal is None)
        return tuple((place, pattern) for place, pattern in fixed if pattern and pattern != ANYTHING)

    @lazy
    def _templates(self) -> tuple[tuple[int, Template], ...]:
        """The parts with variables."""
        return tuple((place, part) for place, part in enumerate(self.parts) if part.fixed is None)
