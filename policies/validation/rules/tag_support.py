"""Conditions on the tags of resources, with services whose resources tell no tags."""

from collections.abc import Iterator
from typing import Final

from policies.engine.patterns import fold
from policies.validation.document import Condition, Document
from policies.validation.findings import Finding, quoted
from policies.validation.statements import Statement

RESOURCE_TAG: Final = "aws:resourcetag/"
MOST_NAMED: Final = 5


def unsupported(document: Document) -> Iterator[Finding]:
    for statement in document.statements:
        condition = next(filter(_needs_the_tag, document.conditions_of(statement)), None)
        if condition is None:
            continue
        if "NotAction" in statement:
            yield _with_not_action(document, statement, condition)
        elif blind := _blind_services(document, statement):
            yield _with_action(document, statement, condition, blind)


def _needs_the_tag(condition: Condition) -> bool:
    """Whether the condition is not met where the key is absent: negated ones and those with IfExists are."""
    operator = condition.operator
    is_met_without = (
        operator.if_exists or operator.for_all or "Not" in operator.name or operator.name == "Null"
    )
    return operator.is_known and not is_met_without and fold(condition.key).startswith(RESOURCE_TAG)


def _blind_services(document: Document, statement: Statement) -> list[str]:
    """The services named in Action that support no such condition, each once, in the order of the text."""
    prefixes = dict.fromkeys(
        text.partition(":")[0].lower() for _, text in statement.strings("Action") if ":" in text
    )
    return [prefix for prefix in prefixes if document.catalog.ignores_resource_tags(prefix)]


def _with_action(document: Document, statement: Statement, condition: Condition, blind: list[str]) -> Finding:
    names = ", ".join(f"`{name}`" for name in blind[:MOST_NAMED])
    more = f" and {len(blind) - MOST_NAMED} more" if len(blind) > MOST_NAMED else ""
    code = "WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE"
    verb = "ALLOW" if statement.allows else "DENY"
    effect = "allows nothing of them" if statement.allows else "denies nothing of them"
    details = (
        f"Requests to {names}{more} never carry {quoted(condition.key)}, so the statement {effect}. "
        "Speak of these services in a statement of their own."
    )
    return document.finding(f"{verb}_{code}", details, condition.key_node)


def _with_not_action(document: Document, statement: Statement, condition: Condition) -> Finding:
    code = "NOTACTION_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE"
    verb = "ALLOW" if statement.allows else "DENY"
    effect = "allows less than it seems to" if statement.allows else "leaves many actions open"
    details = (
        f"`NotAction` covers services whose requests never carry {quoted(condition.key)}: "
        f"with it the statement {effect}. Name the actions in `Action`."
    )
    return document.finding(f"{verb}_{code}", details, condition.key_node)


RULES: Final = (unsupported,)
