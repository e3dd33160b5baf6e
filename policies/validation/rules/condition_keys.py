"""Condition keys: their form, and whether anything sets them."""

from collections.abc import Iterator
from typing import Final

from policies.engine.patterns import fold
from policies.validation.document import Condition, Document
from policies.validation.findings import Finding, quoted

TAG_KEYS: Final = frozenset({"aws:requesttag", "aws:resourcetag", "aws:principaltag"})
DEPRECATED: Final = "aws:arn"


def formats(document: Document) -> Iterator[Finding]:
    for condition in document.conditions:
        prefix, colon, name = condition.key.partition(":")
        if not (prefix and colon and name):
            details = (
                f"The condition key {quoted(condition.key)} must read `service:name`, such as `aws:SourceIp`."
            )
            yield document.finding("INVALID_CONDITION_KEY_FORMAT", details, condition.key_node)


def tag_names(document: Document) -> Iterator[Finding]:
    for condition in document.conditions:
        if fold(condition.key).rstrip("/") in TAG_KEYS:
            details = f"{quoted(condition.key)} does not say which tag; write `{condition.key.rstrip('/')}/tag-name`."
            yield document.finding("MISSING_TAG_KEY_IN_CONDITION", details, condition.key_node)


def deprecated(document: Document) -> Iterator[Finding]:
    for condition in document.conditions:
        if fold(condition.key) == DEPRECATED:
            fix = document.replacement(condition.key_node, "aws:PrincipalArn")
            for code, fault in (
                ("UNSUPPORTED_GLOBAL_CONDITION_KEY", "is not supported"),
                ("DEPRECATED_GLOBAL_CONDITION_KEY", "is deprecated"),
            ):
                details = f"The key {quoted(condition.key)} {fault}; write `aws:PrincipalArn`."
                yield document.finding(code, details, condition.key_node, fix=fix)


def unknown(document: Document) -> Iterator[Finding]:
    for condition in document.conditions:
        prefix, _, name = fold(condition.key).partition(":")
        if (
            not prefix
            or not name
            or _is_reported_elsewhere(condition)
            or document.catalog.condition_key(condition.key)
        ):
            continue
        if prefix == "aws":
            yield _unknown_key(document, condition, "INVALID_GLOBAL_CONDITION_KEY", "There is no global key")
        elif document.catalog.has_service(prefix):
            yield _unknown_key(
                document, condition, "INVALID_SERVICE_CONDITION_KEY", f"`{prefix}` has no condition key"
            )
        elif not document.catalog.is_federation_prefix(prefix):
            yield _unknown_service(document, condition)


def _is_reported_elsewhere(condition: Condition) -> bool:
    folded = fold(condition.key)
    return folded == DEPRECATED or folded.rstrip("/") in TAG_KEYS or "${" in folded


def _unknown_key(document: Document, condition: Condition, code: str, fault: str) -> Finding:
    meant = document.nearest_condition_key(condition.key)
    advice = f"Did you mean `{meant}`?" if meant else "A condition on it is never met; remove or correct it."
    fix = (
        document.replacement(condition.key_node, meant)
        if meant and "$" not in meant and "<" not in meant
        else None
    )
    return document.finding(code, f"{fault} {quoted(condition.key)}. {advice}", condition.key_node, fix=fix)


def _unknown_service(document: Document, condition: Condition) -> Finding:
    prefix, _, name = condition.key.partition(":")
    meant = document.nearest_service(prefix)
    advice = f"Did you mean `{meant}:{name}`?" if meant else "Check the service's prefix."
    fix = document.replacement(condition.key_node, f"{meant}:{name}") if meant else None
    details = f"There is no service {quoted(prefix)} (in the key {quoted(condition.key)}). {advice}"
    return document.finding("INVALID_SERVICE", details, condition.key_node, fix=fix)


RULES: Final = (formats, tag_names, deprecated, unknown)
