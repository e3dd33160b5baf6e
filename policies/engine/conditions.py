"""Conditions: one operator, one key and its wanted values, asked about the values a request carries."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Final, Self

from policies.engine.lazy import lazy
from policies.engine.operators import OPERATORS, Operator, Test
from policies.engine.patterns import fold
from policies.engine.variables import Context, Variable, required, variables_in

_WRITTEN: Final = re.compile(r"(?:(forallvalues|foranyvalue):)?([a-z]{1,40}?)(ifexists)?")


class Qualifier(StrEnum):
    """How many of a key's values must pass; NONE wants the key to have exactly one."""

    NONE = ""
    ALL = "forallvalues"
    ANY = "foranyvalue"


@dataclass(frozen=True)
class OperatorName:
    """A written operator taken apart: `ForAnyValue:StringLikeIfExists`. AWS ignores its case."""

    qualifier: Qualifier
    base: str
    if_exists: bool

    @classmethod
    @lru_cache(maxsize=1024)
    def of(cls, written: str) -> Self:
        """The parts of a written name; a name that cannot be taken apart has an unknown base."""
        match = _WRITTEN.fullmatch(fold(written))
        if match is None:
            return cls(Qualifier.NONE, "", False)
        return cls(Qualifier(match[1] or ""), match[2], bool(match[3]))

    @lazy
    def is_null(self) -> bool:
        """Whether this is Null, which knows no IfExists."""
        return self.base == "null" and not self.if_exists

    @property
    def operator(self) -> Operator | None:
        """The operator of the table, or None for Null and for unknown names."""
        return OPERATORS.get(self.base)


@dataclass(frozen=True)
class Condition:
    """One operator on one key, as written in a policy of `version`. Unknown operators are kept.

    Several written values are alternatives; under a negated operator all must differ. Keys ignore case.
    """

    operator: str
    key: str
    values: tuple[str, ...]
    version: str

    @lazy
    def name(self) -> OperatorName:
        """The operator taken apart."""
        return OperatorName.of(self.operator)

    @lazy
    def folded_key(self) -> str:
        """The key as contexts hold it."""
        return fold(self.key)

    @lazy
    def variables(self) -> tuple[Variable, ...]:
        """The variables in the values, where the operator takes any."""
        return variables_in(self.values, self.version) if self.takes_variables else ()

    @property
    def required_keys(self) -> frozenset[str]:
        """The keys of the variables in the values that carry no default."""
        return required(self.variables)

    @lazy
    def keys(self) -> frozenset[str]:
        """All that it reads of a context: its own key, and those of its variables."""
        return frozenset([self.folded_key, *(variable.key for variable in self.variables)])

    @lazy
    def is_known(self) -> bool:
        """Whether the operator exists. An unknown one must not let anything through: see `Statement`."""
        return self.name.is_null or self.name.operator is not None

    @property
    def takes_variables(self) -> bool:
        """Whether `${…}` in the values is replaced: in String, Arn and Bool operators."""
        return self.name.operator is not None and self.name.operator.takes_variables

    def given(self, context: Context) -> tuple[str, ...]:
        """The values the request carries under the key; none when it is missing."""
        return context.get(self.folded_key, ())

    @lazy
    def holds(self) -> Callable[[Context], bool]:
        """Whether the condition, its operator being known, holds for a request's context.

        A missing key fails, except under IfExists, ForAllValues and unqualified negated operators. A key with
        several values fails under an operator without ForAllValues or ForAnyValue.
        """
        known = self.name.operator
        if known is None:
            return _presence(self.folded_key, self.values)
        test = known.make(self.values, self.version)
        make = _QUALIFIED[self.name.qualifier]
        return make(self.folded_key, test, not known.negated, self._holds_without_key(known))

    def _holds_without_key(self, known: Operator) -> bool:
        if self.name.qualifier is Qualifier.NONE:
            return self.name.if_exists or known.negated
        return self.name.if_exists or self.name.qualifier is Qualifier.ALL


def _presence(key: str, values: Iterable[str]) -> Callable[[Context], bool]:
    """Null: `true` wants the key to be absent, `false` to be there."""
    wanted = {fold(value) for value in values}
    return lambda context: ("false" if context.get(key) else "true") in wanted


def _one(key: str, test: Test, wanted: bool, without: bool) -> Callable[[Context], bool]:
    def holds(context: Context) -> bool:
        given = context.get(key)
        if not given:
            return without
        return len(given) == 1 and test(given[0], context) is wanted

    return holds


def _all(key: str, test: Test, wanted: bool, without: bool) -> Callable[[Context], bool]:
    def holds(context: Context) -> bool:
        given = context.get(key)
        return all(test(value, context) is wanted for value in given) if given else without

    return holds


def _any(key: str, test: Test, wanted: bool, without: bool) -> Callable[[Context], bool]:
    def holds(context: Context) -> bool:
        given = context.get(key)
        return any(test(value, context) is wanted for value in given) if given else without

    return holds


_QUALIFIED: Final = {Qualifier.NONE: _one, Qualifier.ALL: _all, Qualifier.ANY: _any}
