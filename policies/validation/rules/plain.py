"""The plain form that nearly all policies have: a document in it needs none of the rules about form.

One look instead of thirty. What is only a little out of the ordinary is not called plain, and the rules decide.
"""

from typing import Final

from policies.engine.text import Members, Node
from policies.validation.document import Document
from policies.validation.rules.elements import CURRENT_VERSION, EFFECTS
from policies.validation.statements import Statement

TOP_ELEMENTS: Final = frozenset({"Version", "Statement"})
ELEMENTS: Final = frozenset({"Sid", "Effect", "Action", "Resource", "Condition"})


def is_plain(document: Document) -> bool:
    """Whether types, elements, Sids and lists are as they should be, without any look at what they say."""
    members = document.members
    version, statement = members.named("Version"), members.named("Statement")
    if version is None or statement is None or len(members) != len(TOP_ELEMENTS):
        return False
    if (
        version.value != CURRENT_VERSION
        or document.policy_type.names_principals
        or not document.text.isascii()
    ):
        return False
    statements = document.statements
    if not statements or len(statements) != len(statement.items):
        return False
    return all(map(_is_plain, statements)) and _are_distinct(document) and _have_plain_values(document)


def _is_plain(statement: Statement) -> bool:
    effect = statement.get("Effect")
    if effect is None or effect.value not in EFFECTS:
        return False
    sid = statement.get("Sid")
    if sid is not None and not isinstance(sid.value, str):
        return False
    return (
        statement.names <= ELEMENTS
        and _are_strings(statement, "Action")
        and _are_strings(statement, "Resource")
        and _has_plain_blocks(statement)
    )


def _are_strings(statement: Statement, name: str) -> bool:
    """Whether the element is a string, or a list of some."""
    node = statement.get(name)
    return node is not None and 0 < len(statement.strings(name)) == len(node.items)


def _has_plain_blocks(statement: Statement) -> bool:
    node = statement.get("Condition")
    if node is None:
        return True
    return _is_object(node) and all([_is_object(block.value) for block in statement.condition_blocks])  # noqa: C419


def _is_object(node: Node) -> bool:
    """Whether it is an object that holds something."""
    return isinstance(node.value, Members) and bool(node.value)


def _are_distinct(document: Document) -> bool:
    """Whether each Sid is a word of its own."""
    found = [sid for statement in document.statements if (sid := statement.text("Sid")) is not None]
    return len(set(found)) == len(found) and all([sid.isascii() and sid.isalnum() for sid in found])  # noqa: C419


def _have_plain_values(document: Document) -> bool:
    """Whether each key of a condition has some strings."""
    return all([0 < len(one.strings) == len(one.value_node.items) for one in document.conditions])  # noqa: C419
