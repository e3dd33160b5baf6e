"""Lists and objects that hold nothing, and so do nothing or less than they seem."""

from collections.abc import Iterator
from typing import Final

from policies.engine.text import Members, Node
from policies.validation.document import Condition, Document
from policies.validation.findings import Finding, quoted
from policies.validation.statements import is_list, members_of


def _is_empty_list(node: Node | None) -> bool:
    return node is not None and is_list(node) and not node.value


def _is_empty_object(node: Node | None) -> bool:
    return node is not None and isinstance(node.value, Members) and not node.value


def actions(document: Document) -> Iterator[Finding]:
    yield from _empty_elements(document, "Action", "NotAction", "EMPTY_ARRAY_ACTION")


def resources(document: Document) -> Iterator[Finding]:
    yield from _empty_elements(document, "Resource", "NotResource", "EMPTY_ARRAY_RESOURCE")


def _empty_elements(document: Document, name: str, negated: str, code: str) -> Iterator[Finding]:
    for statement in document.statements:
        for element in (name, negated):
            node = statement.get(element)
            if node is not None and not node.value and _is_empty_list(node):
                details = f"`{element}` is an empty list, so the statement means nothing; add a value."
                # Access Analyzer only suggests; IAM does not store such a statement.
                yield document.finding(code, details, node, refused=True)


def conditions(document: Document) -> Iterator[Finding]:
    for condition in document.conditions:
        if _is_empty_list(condition.value_node):
            details = (
                f"The key {quoted(condition.key)} has no value to compare with; add one or drop the key."
            )
            yield document.finding(_empty_condition_code(condition), details, condition.value_node)


def _empty_condition_code(condition: Condition) -> str:
    if condition.operator.for_all:
        return "EMPTY_ARRAY_CONDITION_FORALLVALUES"
    if condition.operator.for_any:
        return "EMPTY_ARRAY_CONDITION_FORANYVALUE"
    return "EMPTY_ARRAY_CONDITION_IFEXISTS" if condition.operator.if_exists else "EMPTY_ARRAY_CONDITION"


def condition_objects(document: Document) -> Iterator[Finding]:
    for statement in document.statements:
        node = statement.get("Condition")
        if node and _is_empty_object(node):
            details = "`Condition` is empty and restricts nothing; add a condition or drop it."
            yield document.finding("EMPTY_OBJECT_CONDITION", details, node)


def principal_objects(document: Document) -> Iterator[Finding]:
    for statement in document.statements:
        for name in ("Principal", "NotPrincipal"):
            node = statement.get(name)
            if node and _is_empty_object(node):
                yield document.finding(
                    "EMPTY_OBJECT_PRINCIPAL", f"`{name}` is empty; name a principal.", node
                )


def principal_lists(document: Document) -> Iterator[Finding]:
    for statement in document.statements:
        for name in ("Principal", "NotPrincipal"):
            node = statement.get(name)
            for member in members_of(node) if node else ():
                if _is_empty_list(member.value):
                    details = f"The list of {quoted(member.name)} is empty; name a principal."
                    yield document.finding("EMPTY_ARRAY_PRINCIPAL", details, member.value)


RULES: Final = (actions, resources, conditions, condition_objects, principal_objects, principal_lists)
