"""Condition keys of a service, under actions that never set them."""

import re
from collections.abc import Iterator
from typing import Final

from policies.catalog import Service
from policies.engine.patterns import fold
from policies.validation.document import Condition, Document
from policies.validation.findings import Finding, quoted
from policies.validation.statements import Statement

MOST_NAMED: Final = 5
_OPEN: Final = re.compile(r"[*?$]")


def unsupported_actions(document: Document) -> Iterator[Finding]:
    """Named actions alone are judged: a wildcard may mean those that do set the key."""
    named: dict[int, list[str]] = {}
    for condition in filter(_is_judged, document.known_conditions):
        statement = condition.statement
        if statement.index not in named:
            written = statement.strings("Action")
            named[statement.index] = [text for _, text in written if not _OPEN.search(text)]
        yield from _judged(document, statement, condition, named[statement.index])


def _is_judged(condition: Condition) -> bool:
    """Whether it is on a key of a service's own, and needs that key to be met."""
    operator = condition.operator
    return not (condition.key.startswith("aws:") or operator.if_exists or operator.name == "Null")


def _judged(
    document: Document, statement: Statement, condition: Condition, named: list[str]
) -> Iterator[Finding]:
    prefix = fold(condition.key.partition(":")[0])
    key = document.catalog.condition_key(condition.key)
    # Of tags the catalog knows the service's own key, and the actions often only the global one.
    if prefix == "aws" or key is None or "$" in key.name or "<" in key.name:
        return
    service = document.catalog.service(prefix)
    if service is None:
        return
    own = [text for text in named if fold(text).startswith(f"{prefix}:")]
    strangers = [text for text in own if not _sets(service, text, key.name)]
    if strangers:
        shown = ", ".join(map(quoted, strangers[:MOST_NAMED]))
        more = f" and {len(strangers) - MOST_NAMED} more" if len(strangers) > MOST_NAMED else ""
        verb = "allows" if statement.allows else "denies"
        details = (
            f"{quoted(condition.key)} is never set for {shown}{more}, so the statement {verb} nothing there. "
            "Move the condition or the actions to a statement of their own."
        )
        yield document.finding("UNSUPPORTED_ACTION_FOR_CONDITION_KEY", details, condition.key_node)


def _sets(service: Service, text: str, key: str) -> bool:
    """Whether the action, or one of its resource types, knows the key; an unknown action is reported elsewhere."""
    action = service.actions.get(fold(text.partition(":")[2]))
    if action is None or key in action.condition_keys:
        return True
    kinds = (service.resource_types.get(name) for name in action.resource_types)
    return any(key in kind.condition_keys for kind in kinds if kind)


RULES: Final = (unsupported_actions,)
