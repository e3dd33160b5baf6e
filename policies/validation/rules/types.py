"""JSON values of the right kind in each place of the grammar, and characters IAM stores."""

import re
from collections.abc import Iterator
from typing import Final

from policies.engine.text import Members, Node
from policies.validation.document import Document
from policies.validation.findings import Finding, quoted
from policies.validation.statements import Statement, is_list, members_of

TEXT_ELEMENTS: Final = ("Sid", "Effect")
LIST_ELEMENTS: Final = ("Action", "NotAction", "Resource", "NotResource")
# IAM's service model takes tab, line feed, carriage return and the characters of Latin-1.
_UNSUPPORTED: Final = re.compile("[^\t\n\r\u0020-\u00ff]")


def root_is_object(document: Document) -> Iterator[Finding]:
    if not isinstance(document.root.value, Members):
        yield _mismatch(document, document.root, "A policy", "an object in braces")


def top_elements(document: Document) -> Iterator[Finding]:
    for name in ("Version", "Id"):
        node = document.members.named(name)
        if node and not isinstance(node.value, str):
            yield _mismatch(document, node, f"`{name}`", "a string")


def statements(document: Document) -> Iterator[Finding]:
    node = document.members.named("Statement")
    for item in node.items if node else ():
        if not isinstance(item.value, Members):
            yield _mismatch(document, item, "A statement", "an object in braces")


def text_elements(document: Document) -> Iterator[Finding]:
    for statement in document.statements:
        for name in TEXT_ELEMENTS:
            node = statement.get(name)
            if node and not isinstance(node.value, str):
                yield _mismatch(document, node, f"`{name}`", "a string")


def list_elements(document: Document) -> Iterator[Finding]:
    for statement in document.statements:
        for name in LIST_ELEMENTS:
            node = statement.get(name)
            if node is None or len(statement.strings(name)) == len(node.items):
                continue
            for item in node.items:
                if not isinstance(item.value, str):
                    yield _mismatch(document, item, f"`{name}`", "a string or a list of strings")


def conditions(document: Document) -> Iterator[Finding]:
    for statement in document.statements:
        node = statement.get("Condition")
        if node and not isinstance(node.value, Members):
            yield _mismatch(document, node, "`Condition`", "an object of operators")
        for block in statement.condition_blocks:
            if not isinstance(block.value.value, Members):
                details = f"The operator {quoted(block.name)}"
                yield _mismatch(document, block.value, details, "an object of keys and values")


def condition_values(document: Document) -> Iterator[Finding]:
    for condition in document.conditions:
        for item in condition.value_node.items:
            if item.value is None or isinstance(item.value, tuple):
                details = f"A value of the key {quoted(condition.key)}"
                yield _mismatch(document, item, details, "a string, a number or a Boolean")


def principals(document: Document) -> Iterator[Finding]:
    for _, node in _principal_nodes(document):
        for member in members_of(node):
            for item in member.value.items:
                if not isinstance(item.value, str):
                    details = f"The principals of {quoted(member.name)}"
                    yield _mismatch(document, item, details, "a string or a list of strings")


def _principal_nodes(document: Document) -> Iterator[tuple[Statement, Node]]:
    for statement in document.statements:
        for name in ("Principal", "NotPrincipal"):
            if node := statement.get(name):
                yield statement, node


def characters(document: Document) -> Iterator[Finding]:
    # Of ASCII, what can be read as JSON holds no others.
    for match in () if document.text.isascii() else _UNSUPPORTED.finditer(document.text):
        place = Node(None, match.start(), match.end())
        details = (
            f"IAM does not store the character {quoted(match[0])} (U+{ord(match[0]):04X}). "
            "Use letters, digits and signs of Latin-1, or an escape such as `?` in a pattern."
        )
        yield document.finding("CONSOLE_UNSUPPORTED_CHARACTER", details, place)


def _mismatch(document: Document, node: Node, subject: str, wanted: str) -> Finding:
    kind = "an empty list" if is_list(node) and not node.value else f"of type {node.kind}"
    return document.finding("DATA_TYPE_MISMATCH", f"{subject} must be {wanted}, but this is {kind}.", node)


RULES: Final = (
    root_is_object,
    top_elements,
    statements,
    text_elements,
    list_elements,
    conditions,
    condition_values,
    principals,
    characters,
)
