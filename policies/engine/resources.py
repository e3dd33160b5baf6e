"""The Resource element: patterns of ARNs, each compiled when it is first asked."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final, Self, TypeAlias

from policies.engine.arns import is_arn
from policies.engine.kinds import Kind
from policies.engine.lazy import lazy
from policies.engine.patterns import Pattern, Wildcard
from policies.engine.segments import (
    SEGMENTS,
    Bound,
    Confined,
    SegmentedPattern,
    SegmentToken,
    Within,
    bound,
    colons_in,
)
from policies.engine.variables import Context, Template, Token, Variable, not_longer, required, variables_in

ALL_RESOURCES: Final = "*"
Fits: TypeAlias = Callable[[str, Context], bool]


# What begins a wildcard or, in version 2012-10-17, a variable.
_SPECIAL: Final = re.compile(r"[*?$]")
# Most patterns: no variable, six segments, and every wildcard may stand for any text.
_FLAT: Final = re.compile(rf"(?:[^:?*$]*\*?:){{{SEGMENTS - 1}}}[^$]*")


@dataclass(frozen=True)
class ResourcePattern:
    """One text of a Resource or NotResource element, other than `*` alone."""

    written: str
    version: str

    @lazy
    def head(self) -> str:
        """The text with which every ARN begins that fits."""
        special = _SPECIAL.search(self.written)
        return self.written[: special.start()] if special else self.written

    @lazy
    def is_short(self) -> bool:
        """Whether there are fewer than six segments. Such a pattern counts only where `Kind.completes` it."""
        if "$" in self.written:
            return sum(map(colons_in, self._tokens)) < SEGMENTS - 1
        return self.written.count(":") < SEGMENTS - 1

    @property
    def is_prefix(self) -> bool:
        """Whether every ARN fits that begins with the head."""
        return self.written.endswith("*") and len(self.head) == len(self.written) - 1

    @lazy
    def fits(self) -> Fits:
        """Whether the whole of an ARN fits, with the values of a context in place; an absent value is empty.

        A value is text: it adds neither wildcards nor, before the last segment, colons. To a short pattern a
        last `*` is added where it does not fit as written.
        """
        if _FLAT.fullmatch(self.written):
            return Pattern.spelled(self.written).test
        as_written = _fits(bound(self._tokens))
        if not self.is_short:
            return as_written
        completed = _fits(bound((*self._tokens, ":", Wildcard.MANY)))
        return lambda arn, context: as_written(arn, context) or completed(arn, context)

    @lazy
    def _tokens(self) -> tuple[Token, ...]:
        return Template.of(self.written, self.version).tokens


@dataclass(frozen=True)
class ResourceSet:
    """A Resource or NotResource element. `everything`: it holds `*`, which alone covers the resource `*`."""

    everything: bool
    patterns: tuple[ResourcePattern, ...]

    @classmethod
    def of(cls, written: Iterable[str], version: str) -> Self:
        """The set of these texts."""
        texts = tuple(written)
        patterns = tuple(ResourcePattern(text, version) for text in texts if text != ALL_RESOURCES)
        return cls(len(patterns) < len(texts), patterns)

    @lazy
    def variables(self) -> tuple[Variable, ...]:
        """The variables of all patterns."""
        return tuple(
            it for pattern in self.patterns for it in variables_in([pattern.written], pattern.version)
        )

    @lazy
    def required_keys(self) -> frozenset[str]:
        """The condition keys without which some pattern has no value."""
        return required(self.variables)

    def counting(self, kind: Kind) -> Sequence[ResourcePattern]:
        """The patterns that count in a policy of that kind."""
        return [it for it in self.patterns if not it.is_short or kind.completes(it.written)]

    def covers(self, resource: str, context: Context, kind: Kind) -> bool:
        """Whether the element covers a request's resource."""
        if self.everything or not is_arn(resource):
            return self.everything
        return any(pattern.fits(resource, context) for pattern in self.counting(kind))


def _fits(tokens: Sequence[Bound]) -> Fits:
    spelled = [token for token in tokens if not isinstance(token, Variable | Confined)]
    if len(spelled) == len(tokens):
        return _test(spelled)
    is_prefix = tokens[-1] is Wildcard.MANY
    parts = tokens[:-1] if is_prefix else tokens
    if any(isinstance(token, Wildcard | Within) for token in parts):
        return partial(_fits_pattern, tokens)
    return partial(_fits_text, parts, is_prefix)


def _fits_text(parts: Iterable[Bound], is_prefix: bool, arn: str, context: Context) -> bool:
    """Whether the ARN is these texts and values one after the other, or begins so."""
    at = 0
    for part in parts:
        text = _spelled(part, context)
        if not isinstance(text, str) or not arn.startswith(text, at):
            return False
        at += len(text)
    return is_prefix or at == len(arn)


def _fits_pattern(tokens: Iterable[Bound], arn: str, context: Context) -> bool:
    """A pattern with more characters than the ARN is not even put together: values repeat at no cost."""
    spelled = [_spelled(token, context) for token in tokens]
    known = [token for token in spelled if token is not None]
    return len(known) == len(spelled) and not_longer(known, arn) and _test(known)(arn, context)


def _spelled(token: Bound, context: Context) -> SegmentToken | None:
    """The token with a variable's value; None where that would add a segment."""
    if isinstance(token, str):
        return token
    if isinstance(token, Variable):
        return token.value(context) or ""
    if isinstance(token, Confined):
        value = token.variable.value(context) or ""
        return None if ":" in value else value
    return token


def _test(tokens: Sequence[SegmentToken]) -> Fits:
    flat = [token for token in tokens if not isinstance(token, Within)]
    if len(flat) == len(tokens):
        return Pattern.of(flat).test
    pattern = SegmentedPattern(tokens)
    return lambda arn, _: pattern.matches(arn)
