"""Actions beside resources that they never act on."""

from collections.abc import Iterator
from typing import Final

from policies.catalog import Catalog
from policies.engine.text import Node
from policies.validation.acting import kinds_acted_on, kinds_meant
from policies.validation.coverage import Budget
from policies.validation.document import Document, PolicyType
from policies.validation.findings import Finding, quoted
from policies.validation.rules.arns import MOST_TYPED_ARNS
from policies.validation.statements import Statement

MOST_NAMED: Final = 5


def without_resource(document: Document) -> Iterator[Finding]:
    """Named actions alone are judged: a wildcard may mean those that fit."""
    budget, acted_on = Budget(MOST_TYPED_ARNS), kinds_acted_on(document.catalog)
    for statement in document.statements if document.policy_type is not PolicyType.TRUST else ():
        written = [text for _, text in statement.strings("Resource")]
        if not written or "*" in written or not budget.allows(len(written)):
            continue
        meant = _meant(document.catalog, written)
        if meant is None:
            continue
        strangers = [
            pair
            for pair in statement.strings("Action")
            if (kinds := acted_on(pair[1])) is not None and kinds.isdisjoint(meant)
        ]
        if strangers:
            yield _finding(document, statement, strangers)


def _meant(catalog: Catalog, written: list[str]) -> frozenset[str] | None:
    """The types of resources that may be meant by any of them; None where that is not to be told of one."""
    found: set[str] = set()
    for text in written:
        kinds = kinds_meant(catalog, text)
        if kinds is None:
            return None
        found |= kinds
    return frozenset(found)


def _finding(document: Document, statement: Statement, strangers: list[tuple[Node, str]]) -> Finding:
    shown = ", ".join(quoted(text) for _, text in strangers[:MOST_NAMED])
    more = f" and {len(strangers) - MOST_NAMED} more" if len(strangers) > MOST_NAMED else ""
    verb = "allows" if statement.allows else "denies"
    action = document.catalog.action(strangers[0][1])
    kinds = action.resource_types if action else ()
    wanted = " or ".join(f"`{kind}`" for kind in kinds[:MOST_NAMED]) if kinds else "none but `*`"
    details = (
        f"No resource of this statement is of a type that {shown}{more} acts on, so it {verb} nothing there. "
        f"The type for {quoted(strangers[0][1])} is {wanted}: give such actions a statement of their own."
    )
    return document.finding(
        "CONSOLE_ACTION_WITHOUT_RESOURCE", details, *(node for node, _ in strangers[:MOST_NAMED])
    )


RULES: Final = (without_resource,)
