"""Condition operators: a table from AWS's names to tests that ask a given value about all the wanted ones.

A test answers whether one of the wanted values fits, or None when none does and some cannot be compared (no number,
no address): then neither the operator nor its negation holds.
"""

import operator
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import partial
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final, TypeAlias

from policies.engine.arns import ArnPattern, split_arn
from policies.engine.patterns import PatternSet, fold
from policies.engine.variables import Context, Template

Test: TypeAlias = Callable[[str, Context], bool | None]
"""Asks a given value (and the context, for variables) whether it fits one of the wanted ones."""
Maker: TypeAlias = Callable[[Sequence[str], str], Test]
"""Makes the test of the values as written in a policy of that version."""

_NUMBER: Final = re.compile(r"[+-]?[0-9]{1,64}(?:\.[0-9]{1,64})?(?:[eE][+-]?[0-9]{1,3})?")
_EPOCH: Final = re.compile(r"-?[0-9]{1,15}(?:\.[0-9]{1,9})?")
_ADDRESS_BLOCK: Final = re.compile(r"[0-9a-fA-F.:]{2,45}(?:/[0-9]{1,3})?")
# Epoch values are seconds, but many clients send milliseconds: from here on a value can only mean those.
_FIRST_MILLISECONDS: Final = Decimal(10) ** 11
_EPOCH_START: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Operator:
    """A condition operator without qualifier and suffix.

    `negated` operators (those with Not) want every written value to differ and hold when the key is missing.
    """

    name: str
    make: Maker
    negated: bool = False
    takes_variables: bool = False


def number(text: str) -> Decimal | None:
    """The number a condition value spells, or None."""
    return Decimal(text) if _NUMBER.fullmatch(text) else None


def instant(text: str) -> Decimal | None:
    """Seconds since 1970 of an ISO 8601 date or of an epoch value (in milliseconds from 10^11), or None."""
    if _EPOCH.fullmatch(text):
        value = Decimal(text)
        return value if abs(value) < _FIRST_MILLISECONDS else value / 1000
    moment = moment_of(text)
    return None if moment is None else Decimal((moment - _EPOCH_START) // timedelta(microseconds=1)) / 10**6


def moment_of(text: str) -> datetime | None:
    """The instant of an ISO 8601 text, in UTC when it names no offset, or None."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def network(text: str) -> IPv4Network | IPv6Network | None:
    """The address block a condition value spells, or None; a single address is a block of one."""
    if not _ADDRESS_BLOCK.fullmatch(text):
        return None
    try:
        return ip_network(text, strict=False)
    except ValueError:
        return None


def address(text: str) -> IPv4Address | IPv6Address | None:
    """The IP address a text spells, or None."""
    try:
        return ip_address(text)
    except ValueError:
        return None


def _text_test(convert: Callable[[str], str], values: Sequence[str], version: str) -> Test:
    templates = [Template.of(value, version) for value in values]
    wanted = frozenset(convert(it.text({})) for it in templates if not it.has_variables)
    open_ones = [it for it in templates if it.has_variables]
    if not open_ones:
        return lambda given, _: convert(given) in wanted
    return lambda given, context: (
        convert(given) in wanted or any(it.spells(given, context, convert) for it in open_ones)
    )


def _binary_test(values: Sequence[str], _version: str) -> Test:
    wanted = frozenset(values)
    return lambda given, _: given in wanted


def _pattern_test(values: Sequence[str], version: str) -> Test:
    templates = [Template.of(value, version) for value in values]
    wanted = PatternSet.of(it.fixed for it in templates if it.fixed is not None)
    open_ones = [it for it in templates if it.fixed is None]
    if not open_ones:
        return lambda given, _: wanted.matches(given)
    return lambda given, context: wanted.matches(given) or any(it.matches(given, context) for it in open_ones)


def _arn_test(values: Sequence[str], version: str) -> Test:
    written = [ArnPattern.of(value, version) for value in values]
    whole = [pattern for pattern in written if not pattern.is_short]
    without = None if len(whole) < len(written) else False

    def test(given: str, context: Context) -> bool | None:
        parts = split_arn(given)
        if parts is None:
            return None if written else False
        return any(pattern.matches(parts, context) for pattern in whole) or without

    return test


def _ordered_test(
    read: Callable[[str], Decimal | None],
    compare: Callable[[Decimal, Decimal], bool],
    values: Sequence[str],
    _version: str,
) -> Test:
    written = [read(value) for value in values]
    wanted = [value for value in written if value is not None]
    without = None if len(wanted) < len(written) else False

    def test(given: str, _: Context) -> bool | None:
        value = read(given)
        if value is None:
            return None if written else False
        return any(compare(value, it) for it in wanted) or without

    return test


def _address_test(values: Sequence[str], _version: str) -> Test:
    written = [network(value) for value in values]
    blocks = [block for block in written if block is not None]
    without = None if len(blocks) < len(written) else False

    def test(given: str, _: Context) -> bool | None:
        caller = address(given)
        if caller is None:
            return None if written else False
        return any(caller in block for block in blocks) or without

    return test


_COMPARISONS: Final[dict[str, Callable[[Decimal, Decimal], bool]]] = {
    "Equals": operator.eq,
    "NotEquals": operator.eq,
    "LessThan": operator.lt,
    "LessThanEquals": operator.le,
    "GreaterThan": operator.gt,
    "GreaterThanEquals": operator.ge,
}


def _ordered(family: str, read: Callable[[str], Decimal | None]) -> list[Operator]:
    return [
        Operator(family + name, partial(_ordered_test, read, compare), negated=name == "NotEquals")
        for name, compare in _COMPARISONS.items()
    ]


def _both(name: str, opposite: str, make: Maker, *, takes_variables: bool = True) -> list[Operator]:
    return [
        Operator(name, make, takes_variables=takes_variables),
        Operator(opposite, make, negated=True, takes_variables=takes_variables),
    ]


_exact: Final = partial(_text_test, str)
_ignoring_case: Final = partial(_text_test, fold)

OPERATORS: Final[dict[str, Operator]] = {
    fold(entry.name): entry
    for entry in (
        *_both("StringEquals", "StringNotEquals", _exact),
        *_both("StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase", _ignoring_case),
        *_both("StringLike", "StringNotLike", _pattern_test),
        *_both("ArnEquals", "ArnNotEquals", _arn_test),
        *_both("ArnLike", "ArnNotLike", _arn_test),
        *_both("IpAddress", "NotIpAddress", _address_test, takes_variables=False),
        *_ordered("Numeric", number),
        *_ordered("Date", instant),
        Operator("Bool", _ignoring_case, takes_variables=True),
        Operator("BinaryEquals", _binary_test),
    )
}
"""Every operator by its folded name, Null excepted: that one asks whether the key is there, not its value."""
