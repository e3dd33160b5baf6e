"""Condition values: of the type the operator compares, and in the form the key takes."""

import base64
import binascii
import ipaddress
import re
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Final

from policies.engine.patterns import fold
from policies.engine.text import Node
from policies.nearest import nearest
from policies.validation.arn import VARIABLE
from policies.validation.document import Condition, Document
from policies.validation.findings import Finding, quoted

# Strings and ARNs are compared with each other's operators in practice; the other types are not.
TEXT_TYPES: Final = frozenset({"String", "ARN"})
SERVICE_PRINCIPAL_KEYS: Final = frozenset(
    {
        "iam:passedtoservice",
        "aws:principalservicename",
        "aws:calledvia",
        "aws:calledviafirst",
        "aws:calledvialast",
    }
)
_EPOCH: Final = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_DATE: Final = re.compile(r"[0-9]{4}(-[0-9]{2}(-[0-9]{2}(T.*)?)?)?")
_IDS: Final = {
    "aws:sourcevpc": ("vpc", "INVALID_VPC_FORMAT"),
    "aws:ec2instancesourcevpc": ("vpc", "INVALID_VPC_FORMAT"),
    "aws:sourcevpce": ("vpce", "INVALID_VPCE_FORMAT"),
}


def key_types(document: Document) -> Iterator[Finding]:
    for condition in document.known_conditions:
        key = document.catalog.condition_key(condition.key)
        if (
            key is None
            or condition.operator.name == "Null"
            or _fits(condition.operator.value_type, key.value_type)
        ):
            continue
        operator = quoted(condition.operator_node.value)
        details = (
            f"The key {quoted(condition.key)} is of type {key.value_type}, which {operator} does not compare."
        )
        yield document.finding("TYPE_MISMATCH", details, condition.operator_node)


def _fits(operator_type: str | None, key_type: str) -> bool:
    return (
        operator_type == key_type
        or {operator_type, key_type} <= TEXT_TYPES
        or (operator_type, key_type) in (("Numeric", "Date"), ("Binary", "String"))
    )


def _is_boolean(text: str) -> bool:
    return text.lower() in ("true", "false")


def _is_number(text: str) -> bool:
    return bool(re.fullmatch(r"[+-]?[0-9]+(\.[0-9]+)?", text))


def _is_date(text: str) -> bool:
    if not _DATE.fullmatch(text):
        return False
    try:
        datetime.fromisoformat(f"{text}-01-01"[:10] if len(text) < len("2026-01-01") else text)
    except ValueError:
        return False
    return True


def _is_date_or_epoch(text: str) -> bool:
    return bool(_EPOCH.fullmatch(text)) or _is_date(text)


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_network(text, strict=False)
    except ValueError:
        return False
    return True


def _is_base64(text: str) -> bool:
    try:
        base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return False
    return True


TYPE_TESTS: Final[dict[str, tuple[Callable[[str], bool], str, str]]] = {
    "Bool": (_is_boolean, "TYPE_MISMATCH_BOOLEAN", "`true` or `false`"),
    "Numeric": (_is_number, "TYPE_MISMATCH_NUMBER", "a number"),
    "Date": (_is_date_or_epoch, "TYPE_MISMATCH_DATE", "a date such as `2026-01-31T08:00:00Z`"),
    "IPAddress": (_is_address, "TYPE_MISMATCH_IP_RANGE", "an address or a range such as `203.0.113.0/24`"),
    "Binary": (_is_base64, "TYPE_MISMATCH_STRING", "text in base64"),
}


def value_types(document: Document) -> Iterator[Finding]:
    for condition in document.known_conditions:
        if condition.operator.value_type not in TYPE_TESTS:
            continue
        is_right, code, wanted = TYPE_TESTS[condition.operator.value_type]
        for node, text in scalars(condition):
            if not is_right(text):
                operator = quoted(condition.operator_node.value)
                yield document.finding(
                    code, f"{operator} compares with {wanted}; {quoted(text)} is none.", node
                )


def scalars(condition: Condition) -> Iterator[tuple[Node, str]]:
    """Values as text: IAM reads JSON's numbers and Booleans as if they stood in quotes."""
    yield from condition.texts
    for node in condition.values:
        if isinstance(node.value, bool):
            yield node, str(node.value).lower()
        elif isinstance(node.value, int | float):
            yield node, str(node.value)


def epoch_dates(document: Document) -> Iterator[Finding]:
    for condition in document.known_conditions:
        if condition.operator.value_type == "Date" and fold(condition.key) != "aws:epochtime":
            for node, text in scalars(condition):
                if _EPOCH.fullmatch(text) and not _is_date(text):
                    details = f"{quoted(text)} counts seconds; a date such as `2026-01-31T08:00:00Z` is easier to read."
                    yield document.finding("INVALID_DATE_VALUE", details, node)


def mixed_types(document: Document) -> Iterator[Finding]:
    for condition in document.known_conditions:
        kinds = {node.kind for node in condition.values}
        if len(kinds) > 1:
            mixture = " and ".join(sorted(kinds))
            details = f"The values of {quoted(condition.key)} are of mixed types ({mixture}); use one type."
            yield document.finding("INVALID_CONDITION_DATA_TYPE", details, condition.value_node)


def several_booleans(document: Document) -> Iterator[Finding]:
    for condition in document.known_conditions:
        is_single = condition.operator.value_type == "Bool" and condition.operator.qualifier is None
        if is_single and len(condition.values) > 1:
            details = f"{quoted(condition.key)} has one value, so it is compared with one Boolean; keep one of them."
            yield document.finding("INVALID_CONDITION_MULTIPLE_BOOLEAN", details, condition.value_node)


def literal_wildcards(document: Document) -> Iterator[Finding]:
    for condition in document.known_conditions:
        if condition.operator.name not in ("StringEquals", "StringNotEquals"):
            continue
        for node, text in condition.texts:
            bare = VARIABLE.sub("", text)
            if "*" in bare or "?" in bare:
                written = str(condition.operator_node.value)
                wanted = written.replace("Equals", "Like")
                details = f"`*` and `?` are plain characters under {quoted(written)}; use `{wanted}`."
                fix = document.replacement(condition.operator_node, wanted)
                yield document.finding("WILDCARD_WITHOUT_LIKE_OPERATOR", details, node, fix=fix)


def regions(document: Document) -> Iterator[Finding]:
    for condition in document.known_conditions:
        is_exact = condition.operator.name.startswith("String") and "Like" not in condition.operator.name
        if not is_exact or fold(condition.key) != "aws:requestedregion":
            continue
        for node, text in condition.texts:
            if text.lower() not in document.catalog.regions and not set(text) & set("*?"):
                meant = nearest(text, document.catalog.regions)
                fix = document.replacement(node, meant) if meant else None
                details = f"There is no region {quoted(text)}.{f' Did you mean `{meant}`?' if meant else ''}"
                yield document.finding("INVALID_REGION", details, node, fix=fix)


def network_ids(document: Document) -> Iterator[Finding]:
    for condition in document.known_conditions:
        prefix, code = _IDS.get(fold(condition.key), ("", ""))
        if not prefix or condition.operator.value_type != "String":
            continue
        pattern = re.compile(rf"{prefix}-([0-9a-f]{{8}}|[0-9a-f]{{17}})")
        for node, text in condition.texts:
            if not pattern.fullmatch(text) and not set(text) & set("*?"):
                details = f"{quoted(text)} is no id of this kind: `{prefix}-` and 8 or 17 characters of 0–9 and a–f."
                yield document.finding(code, details, node)


def service_principals(document: Document) -> Iterator[Finding]:
    for condition in document.known_conditions:
        if fold(condition.key) not in SERVICE_PRINCIPAL_KEYS or condition.operator.value_type != "String":
            continue
        for node, text in condition.texts:
            if "." not in text and "*" not in text:
                wanted = f"{text.lower()}.amazonaws.com"
                details = f"{quoted(text)} is no service principal; it would be `{wanted}`."
                fix = document.replacement(node, wanted)
                yield document.finding("INVALID_SERVICE_PRINCIPAL_FORMAT", details, node, fix=fix)


RULES: Final = (
    key_types,
    value_types,
    epoch_dates,
    mixed_types,
    several_booleans,
    literal_wildcards,
    regions,
    network_ids,
    service_principals,
)
