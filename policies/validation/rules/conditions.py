"""Condition operators, and how the keys stand under them."""

from collections.abc import Iterator
from typing import Final

from policies.engine.patterns import fold
from policies.nearest import nearest
from policies.validation.document import Document
from policies.validation.findings import Finding, quoted
from policies.validation.operators import QUALIFIERS, VALUE_TYPES, Operator, operator
from policies.validation.statements import members_of


def operators(document: Document) -> Iterator[Finding]:
    for statement in document.statements:
        for block in statement.condition_blocks:
            written = operator(block.name)
            if written.is_known:
                continue
            meant = _meant(written)
            advice = f"Did you mean `{meant}`?" if meant else "Choose one such as `StringEquals`."
            fix = document.replacement(block.key, meant) if meant else None
            details = f"There is no condition operator {quoted(block.name)}. {advice}"
            yield document.finding("INVALID_CONDITION_OPERATOR", details, block.key, fix=fix)


def _meant(written: Operator) -> str | None:
    name = nearest(written.name, VALUE_TYPES)
    qualifier = nearest(written.qualifier, QUALIFIERS) if written.qualifier else None
    if name is None or (written.qualifier and qualifier is None):
        return None
    return f"{f'{qualifier}:' if qualifier else ''}{name}{'IfExists' if written.if_exists else ''}"


def null_operators(document: Document) -> Iterator[Finding]:
    for statement in document.statements:
        for block in statement.condition_blocks:
            written = operator(block.name)
            if written.name != "Null":
                continue
            fix = document.replacement(block.key, "Null")
            if written.if_exists:
                details = (
                    "`Null` asks whether the key is there, so `IfExists` cannot be added to it; write `Null`."
                )
                yield document.finding("NULL_WITH_IF_EXISTS", details, block.key, fix=fix)
            if written.qualifier is not None:
                details = f"`Null` takes no qualifier: {quoted(block.name)} is the same as `Null`."
                yield document.finding("NULL_WITH_QUALIFIER", details, block.key, fix=fix)


def repeated_keys(document: Document) -> Iterator[Finding]:
    for statement in document.statements:
        for block in statement.condition_blocks:
            seen: dict[str, str] = {}
            for member in members_of(block.value):
                if earlier := seen.get(fold(member.name)):
                    same = f"{quoted(member.name)} is the same key as {quoted(earlier)}"
                    details = f"{same}: case does not matter. Join their values."
                    yield document.finding("DUPLICATE_KEYS_WITH_DIFFERENT_CASE", details, member.key)
                seen[fold(member.name)] = member.name


def missing_qualifiers(document: Document) -> Iterator[Finding]:
    for condition in document.known_conditions:
        key = document.catalog.condition_key(condition.key)
        is_plain = condition.operator.qualifier is None and condition.operator.name != "Null"
        if key and key.is_multivalued and is_plain:
            wanted = f"ForAnyValue:{condition.operator_node.value}"
            details = (
                f"The key {quoted(condition.key)} holds several values; "
                f"say `{wanted}` (one must fit) or `ForAllValues:` (all must fit)."
            )
            fix = document.replacement(condition.operator_node, wanted)
            yield document.finding("MISSING_QUALIFIER", details, condition.operator_node, fix=fix)


def text_operators(document: Document) -> Iterator[Finding]:
    for condition in document.known_conditions:
        written = str(condition.operator_node.value)
        key = document.catalog.condition_key(condition.key) if "Like" in condition.operator.name else None
        if key and key.value_type == "ARN" and condition.operator.value_type == "String":
            wanted = written.replace("String", "Arn")
            details = (
                f"{quoted(condition.key)} is an ARN, and {quoted(written)} lets a star reach over its colons; "
                f"`{wanted}` compares part by part."
            )
            fix = document.replacement(condition.operator_node, wanted)
            yield document.finding(
                "STRING_LIKE_OPERATOR_WITH_ARN_CONDITION_KEYS", details, condition.operator_node, fix=fix
            )


def for_all_values(document: Document) -> Iterator[Finding]:
    for condition in document.known_conditions:
        if (
            not condition.operator.for_all
            or condition.operator.name == "Null"
            or not condition.statement.allows
        ):
            continue
        key = document.catalog.condition_key(condition.key)
        if key and not key.is_multivalued:
            wanted = str(condition.operator_node.value).partition(":")[2]
            details = (
                f"{quoted(condition.key)} has one value; with `ForAllValues` the condition is also met "
                f"when the key is absent. Write `{wanted}`."
            )
            fix = document.replacement(condition.operator_node, wanted)
            yield document.finding(
                "FORALLVALUES_WITH_SINGLE_VALUED_KEY", details, condition.operator_node, fix=fix
            )


RULES: Final = (operators, null_operators, repeated_keys, missing_qualifiers, text_operators, for_all_values)
