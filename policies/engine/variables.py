"""Policy variables: `${aws:username}` becomes the caller's value, as text and never as a pattern."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Self, TypeAlias

from policies.engine.lazy import lazy
from policies.engine.patterns import WILDCARDS, Pattern, PatternToken, Wildcard, fold, wildcard_tokens

Context: TypeAlias = Mapping[str, tuple[str, ...]]
"""Condition keys of a request, folded, each with its values."""

VERSION_WITH_VARIABLES: Final = "2012-10-17"

_TOKEN: Final = re.compile(r"\$\{([^{}]*)\}|[*?]|[^*?$]+|\$")
_DEFAULT: Final = re.compile(r"\s*'([^']*)'\s*")


@dataclass(frozen=True, slots=True)
class Variable:
    """A reference to a condition key (folded), with the default written in the policy, if any."""

    key: str
    default: str | None = None

    def value(self, context: Context) -> str | None:
        """The key's only value, else the default, else None; AWS substitutes single-valued keys only."""
        values = context.get(self.key, ())
        return values[0] if len(values) == 1 else self.default


def variables_in(texts: Iterable[str], version: str) -> tuple[Variable, ...]:
    """The variables of all these texts."""
    templates = (Template.of(text, version) for text in texts if "$" in text)
    return tuple(variable for template in templates for variable in template.variables)


def required(variables: Iterable[Variable]) -> frozenset[str]:
    """The keys without which some text has no value: those of variables that carry no default."""
    return frozenset(variable.key for variable in variables if variable.default is None)


Token: TypeAlias = PatternToken | Variable


@dataclass(frozen=True)
class Template:
    """A text with wildcards and variables, split into tokens once."""

    tokens: tuple[Token, ...]

    @classmethod
    def of(cls, text: str, version: str) -> Self:
        """The template of a policy text; before version 2012-10-17 `${…}` is literal text."""
        if "$" not in text or version != VERSION_WITH_VARIABLES:
            return cls(tuple(wildcard_tokens(text)))
        return cls(tuple(map(_token, _TOKEN.finditer(text))))

    @lazy
    def fixed(self) -> Pattern | None:
        """The pattern of a template without variables, compiled once; else None."""
        plain = [token for token in self.tokens if not isinstance(token, Variable)]
        return Pattern.of(plain) if len(plain) == len(self.tokens) else None

    @property
    def literal(self) -> str | None:
        """The only text that fits, when there are neither wildcards nor variables."""
        return None if self.fixed is None else self.fixed.exact

    @property
    def has_variables(self) -> bool:
        """Whether the context of a request has a say in what fits."""
        return any(True for _ in self.variables)

    @property
    def variables(self) -> Iterator[Variable]:
        """The references to keys of the context, with and without defaults."""
        return (token for token in self.tokens if isinstance(token, Variable))

    def matches(self, text: str, context: Context) -> bool:
        """Whether the pattern fits, with the values of `context` in place; an absent value counts as empty.

        A pattern with more characters than the text is not even put together: values repeat at no cost.
        """
        tokens = [_resolved(token, context) for token in self.tokens]
        return not_longer(tokens, text) and Pattern.of(tokens).matches(text)

    def spells(self, text: str, context: Context, convert: Callable[[str], str]) -> bool:
        """Whether the text is this one with the values in place, both converted; `*` is only a character.

        `convert` keeps lengths, so texts of different lengths are told apart before one is put together.
        """
        texts = [_text(token, context) for token in self.tokens]
        return sum(map(len, texts)) == len(text) and convert("".join(texts)) == convert(text)

    def text(self, context: Context) -> str:
        """The text with the values of `context` in place, for operators to which `*` is only a character."""
        return "".join(_text(token, context) for token in self.tokens)

    def split(self, separator: str, limit: int) -> "list[Template]":
        """The templates between the first `limit` separators as written, not those inside values."""
        parts: list[list[Token]] = [[]]
        for token in self.tokens:
            pieces = [token] if isinstance(token, Variable | Wildcard) else token.split(separator, limit)
            parts[-1].append(pieces[0])
            parts.extend([piece] for piece in pieces[1:])
            limit -= len(pieces) - 1
        return [Template(tuple(part)) for part in parts]


def _token(match: re.Match[str]) -> Token:
    written, inside = match[0], match[1]
    if inside is None:
        return WILDCARDS.get(written, written)
    return inside if inside in ("*", "?", "$") else _reference(inside) or written


def _reference(inside: str) -> Variable | None:
    """The variable between the braces, or None for what is no reference and therefore stays text."""
    key, comma, rest = inside.partition(",")
    default = _DEFAULT.fullmatch(rest)
    if not key.strip() or (comma and not default):
        return None
    return Variable(fold(key.strip()), default[1] if default else None)


def _resolved(token: Token, context: Context) -> PatternToken:
    return token.value(context) or "" if isinstance(token, Variable) else token


def _text(token: Token, context: Context) -> str:
    if isinstance(token, Variable):
        return token.value(context) or ""
    return str(token.value) if isinstance(token, Wildcard) else token


def not_longer(tokens: Iterable[object], text: str) -> bool:
    """Whether no more characters are spelled than the text has."""
    return sum(len(token) for token in tokens if isinstance(token, str)) <= len(text)
