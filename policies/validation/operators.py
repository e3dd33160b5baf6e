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

    @classmethod
    def of(cls, written: str) -> Self:
        before, colon, rest = written.rpartition(":")
        if_exists = rest.lower().endswith("ifexists")
        name = rest[: -len("IfExists")] if if_exists else rest
        return cls(before if colon else None, _BY_FOLDED_NAME.get(name.lower(), name), if_exists)

    @property
    def is_known(self) -> bool:
        return self.name in VALUE_TYPES and (self.qualifier is None or self.for_all or self.for_any)

    @property
    def for_all(self) -> bool:
        return self.qualifier is not None and self.qualifier.lower() == "forallvalues"

    @property
    def for_any(self) -> bool:
        return self.qualifier is not None and self.qualifier.lower() == "foranyvalue"

    @property
    def value_type(self) -> str | None:
        return VALUE_TYPES.get(self.name)


@lru_cache(maxsize=256)
def operator(written: str) -> Operator:
    return Operator.of(written)
