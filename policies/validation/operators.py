"""The condition operators: their qualifier, their suffix, and the type of value each compares."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Self

QUALIFIERS: Final = ("ForAllValues", "ForAnyValue")
_COMPARISONS: Final = (
    "Equals",
    "NotEquals",
    "LessThan",
    "LessThanEquals",
    "GreaterThan",
    "GreaterThanEquals",
)
_STRING_COMPARISONS: Final = (
    "Equals",
    "NotEquals",
    "EqualsIgnoreCase",
    "NotEqualsIgnoreCase",
    "Like",
    "NotLike",
)

VALUE_TYPES: Final = {
    **{f"String{comparison}": "String" for comparison in _STRING_COMPARISONS},
    **{f"Numeric{comparison}": "Numeric" for comparison in _COMPARISONS},
    **{f"Date{comparison}": "Date" for comparison in _COMPARISONS},
    **{f"Arn{comparison}": "ARN" for comparison in ("Equals", "NotEquals", "Like", "NotLike")},
    "Bool": "Bool",
    "BinaryEquals": "Binary",
    "IpAddress": "IPAddress",
    "NotIpAddress": "IPAddress",
    "Null": "Bool",
}
# IAM reads operators without regard to case.
_BY_FOLDED_NAME: Final = {name.lower(): name for name in VALUE_TYPES}


@dataclass(frozen=True, slots=True)
class Operator:
    """An operator as written, in its parts. `name` is the operator's own spelling, or what was written instead."""

    qualifier: str | None
    name: str
    if_exists: bool
    is_known: bool
    for_all: bool
    for_any: bool
    value_type: str | None

    @classmethod
    def of(cls, written: str) -> Self:
        before, colon, rest = written.rpartition(":")
        if_exists = rest.lower().endswith("ifexists")
        name = rest[: -len("IfExists")] if if_exists else rest
        name = _BY_FOLDED_NAME.get(name.lower(), name)
        qualifier = before if colon else None
        for_all, for_any = (before.lower() == word for word in ("forallvalues", "foranyvalue"))
        is_known = name in VALUE_TYPES and (qualifier is None or for_all or for_any)
        return cls(qualifier, name, if_exists, is_known, for_all, for_any, VALUE_TYPES.get(name))


@lru_cache(maxsize=256)
def operator(written: str) -> Operator:
    return Operator.of(written)
