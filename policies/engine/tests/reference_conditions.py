"""The slow twin's conditions: one function for each kind of comparison."""

import base64
import ipaddress
import re
from datetime import UTC, datetime
from typing import Any

from policies.engine.tests.reference_patterns import Values, fill, glob, spell, split_outside_braces

Document = dict[str, Any]


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def all_conditions(statement: Document, version: str, context: Values) -> bool:
    results = [
        condition_holds(operator, key.lower(), [plain(value) for value in listed(values)], version, context)
        for operator, keys in statement.get("Condition", {}).items()
        for key, values in keys.items()
    ]
    unknown = statement["Effect"] == "Deny"
    return all(unknown if result is None else result for result in results)


def plain(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def condition_holds(operator: str, key: str, wanted: list[str], version: str, context: Values) -> bool | None:
    qualifier, _, name = operator.rpartition(":")
    given = context.get(key, [])
    if name == "Null":
        return ("false" if given else "true") in [value.lower() for value in wanted]
    if_exists = name.endswith("IfExists")
    base = name.removesuffix("IfExists")
    negated = "Not" in base
    positive = base.replace("Not", "")
    if positive not in COMPARISONS or qualifier not in ("", "ForAllValues", "ForAnyValue"):
        return None
    if positive.startswith(("String", "Arn", "Bool")):
        for value in wanted:
            fill(spell(value, version), context)
    if not given:
        return if_exists or qualifier == "ForAllValues" or (negated and not qualifier)
    if not qualifier and len(given) > 1:
        return False
    passed = [value_passes(positive, negated, value, wanted, (version, context)) for value in given]
    return any(passed) if qualifier == "ForAnyValue" else all(passed)


def value_passes(base: str, negated: bool, given: str, wanted: list[str], place: tuple[str, Values]) -> bool:
    results = [COMPARISONS[base](given, value, *place) for value in wanted]
    return all(result is False for result in results) if negated else any(results)


def text_of(value: str, version: str, context: Values) -> str:
    return "".join(text for _, text in fill(spell(value, version), context))


def arn_fits(given: str, value: str, version: str, context: Values) -> bool | None:
    parts = split_outside_braces(value, version)
    if len(parts) < 6 or not given.startswith("arn:") or given.count(":") < 5:
        return None
    pairs = zip(parts, given.split(":", 5), strict=True)
    return all(glob(fill(spell(part, version), context), found) for part, found in pairs)


def address_fits(given: str, value: str, _version: str, _context: Values) -> bool | None:
    try:
        return ipaddress.ip_address(given) in ipaddress.ip_network(value, strict=False)
    except ValueError:
        return None


def as_number(text: str) -> float | None:
    return float(text) if re.fullmatch(r"[+-]?\d+(\.\d+)?", text) else None


def as_date(text: str) -> float | None:
    if (number := as_number(text)) is not None:
        return number / 1000 if abs(number) >= 1e11 else number
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def same_bytes(given: str, value: str, _version: str, _context: Values) -> bool:
    return base64.b64decode(given) == base64.b64decode(value)


def order(read: Any, compare: Any) -> Any:
    def fits(given: str, value: str, _version: str, _context: Values) -> bool | None:
        left, right = read(given), read(value)
        return None if left is None or right is None else compare(left, right)

    return fits


COMPARISONS: dict[str, Any] = {
    "StringEquals": lambda given, value, *place: given == text_of(value, *place),
    "StringEqualsIgnoreCase": lambda given, value, *place: given.lower() == text_of(value, *place).lower(),
    "StringLike": lambda given, value, version, context: glob(fill(spell(value, version), context), given),
    "Bool": lambda given, value, *place: given.lower() == text_of(value, *place).lower(),
    "BinaryEquals": same_bytes,
    "ArnEquals": arn_fits,
    "ArnLike": arn_fits,
    "IpAddress": address_fits,
}
for _family, _read in (("Numeric", as_number), ("Date", as_date)):
    COMPARISONS[_family + "Equals"] = order(_read, lambda left, right: left == right)
    COMPARISONS[_family + "LessThan"] = order(_read, lambda left, right: left < right)
    COMPARISONS[_family + "LessThanEquals"] = order(_read, lambda left, right: left <= right)
    COMPARISONS[_family + "GreaterThan"] = order(_read, lambda left, right: left > right)
    COMPARISONS[_family + "GreaterThanEquals"] = order(_read, lambda left, right: left >= right)
