"""Conditions on the second factor that requests with a long-term access key slip by."""

from collections.abc import Iterator
from typing import Final

from policies.engine.patterns import fold
from policies.validation.document import Condition, Document
from policies.validation.findings import Finding, Fix, quoted
from policies.validation.statements import Statement, members_of

PRESENT: Final = "aws:multifactorauthpresent"
AGE: Final = "aws:multifactorauthage"
# Of the signed-in and of temporary credentials alone: a request with an access key of a user carries neither.
KEYS: Final = frozenset({PRESENT, AGE})
IF_EXISTS: Final = "IfExists"
CODE: Final = "CONSOLE_MFA_NOT_REQUIRED"


def not_required(document: Document) -> Iterator[Finding]:
    """Denials that need a key which is absent, and allowances that are met without it."""
    if document.condition_keys.isdisjoint(KEYS):
        return
    asking = [one for one in document.known_conditions if fold(one.key) in KEYS]
    is_denied_without = any(_denies(one.statement) and _is_met_without(one) for one in asking)
    for condition in asking:
        if _denies(condition.statement):
            if _wants_none(condition) and not _is_met_without(condition) and not is_denied_without:
                yield _lets_by(document, condition)
        elif condition.statement.allows and _wants_one(condition) and _is_met_without(condition):
            yield _lets_in(document, condition)


def _denies(statement: Statement) -> bool:
    return statement.text("Effect") == "Deny"


def _is_met_without(condition: Condition) -> bool:
    """Whether the condition holds where the key is absent."""
    operator = condition.operator
    if operator.name == "Null":
        return _values(condition) == {"true"}
    return operator.if_exists or operator.for_all or "Not" in operator.name


def _wants_none(condition: Condition) -> bool:
    """Whether the condition is about sign-ins without a second factor, or with one that is long ago."""
    name = condition.operator.name
    if fold(condition.key) == AGE:
        return name.startswith("NumericGreaterThan")
    return name != "Null" and "Not" not in name and _values(condition) == {"false"}


def _wants_one(condition: Condition) -> bool:
    """Whether the condition is about sign-ins with a second factor, or with one of lately."""
    name = condition.operator.name
    if fold(condition.key) == AGE:
        return name.startswith("NumericLessThan")
    return name != "Null" and _values(condition) == {"false" if "Not" in name else "true"}


def _values(condition: Condition) -> set[str]:
    """In small letters, whether written as strings or as Booleans."""
    return {str(node.value).lower() for node in condition.values}


def _lets_by(document: Document, condition: Condition) -> Finding:
    written = f"{condition.operator_node.value}{IF_EXISTS}"
    details = (
        f"{quoted(condition.key)} is absent from requests with a user's access key, so this denial lets them by. "
        f"{quoted(written)} is met without the key, too."
    )
    return document.finding(
        CODE, details, condition.operator_node, fix=_rewritten(document, condition, written)
    )


def _lets_in(document: Document, condition: Condition) -> Finding:
    written = str(condition.operator_node.value)
    details = (
        f"{quoted(condition.key)} is absent from requests with a user's access key, and {quoted(written)} is met "
        "without it: they are allowed without a second factor. Take an operator that needs the key, such as `Bool`."
    )
    needing = written[: -len(IF_EXISTS)] if condition.operator.if_exists else ""
    fix = _rewritten(document, condition, needing) if needing else None
    return document.finding(CODE, details, condition.operator_node, fix=fix)


def _rewritten(document: Document, condition: Condition, operator: str) -> Fix | None:
    """The other operator, where it would stand over this key alone and over nothing that is there already."""
    blocks = condition.statement.condition_blocks
    here = next(block.value for block in blocks if block.key is condition.operator_node)
    is_taken = fold(operator) in {fold(block.name) for block in blocks}
    is_shared = len(members_of(here)) > 1
    return None if is_taken or is_shared else document.replacement(condition.operator_node, operator)


RULES: Final = (not_required,)
