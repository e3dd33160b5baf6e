"""Users, groups, roles and policies that are named, but are not there."""

import re
from collections.abc import Iterator
from itertools import islice
from typing import Final

from policies.engine.patterns import action_pattern
from policies.engine.text import Node
from policies.validation.document import LONGEST_ACTION, Document
from policies.validation.findings import Finding, quoted
from policies.validation.statements import Statement, members_of, strings

# No policy within IAM's quotas names more.
MOST_REFERENCES: Final = 500
_ENTITY: Final = re.compile(
    r"arn:aws[a-z-]*:iam::[0-9]{12}:(user|group|role|policy)/[\w+=,.@/-]{1,640}", re.ASCII
)


def deleted(document: Document) -> Iterator[Finding]:
    """What the directory does not know; it is asked once, and without one nothing is said."""
    if document.directory is None:
        return
    named = list(islice(_named(document), MOST_REFERENCES))
    missing = (
        frozenset(document.directory.missing(sorted({text for _, text in named}))) if named else frozenset()
    )
    for node, text in named:
        if text in missing:
            details = (
                f"{quoted(text)} does not exist, or no longer. Correct the name, or remove it: whoever is made under "
                "this name later would be meant."
            )
            yield document.finding("CONSOLE_DELETED_ENTITY", details, node)


def _named(document: Document) -> Iterator[tuple[Node, str]]:
    """ARNs of single entities. What the statement itself lets be created need not be there yet."""
    for statement in document.statements:
        for name in ("Principal", "NotPrincipal"):
            node = statement.get(name)
            members = members_of(node) if node else ()
            pairs = (pair for member in members if member.name == "AWS" for pair in strings(member.value))
            yield from (pair for pair in pairs if _ENTITY.fullmatch(pair[1]))
        for name in ("Resource", "NotResource"):
            for node, text in statement.strings(name):
                entity = _ENTITY.fullmatch(text)
                if entity and not _is_about_creating(statement, entity[1]):
                    yield node, text


def _is_about_creating(statement: Statement, kind: str) -> bool:
    creation = f"iam:create{kind}"
    return "NotAction" in statement or any(
        text in (creation, "*", "*:*") or _covers(text, creation) for _, text in statement.folded("Action")
    )


def _covers(text: str, action: str) -> bool:
    if "*" not in text or not text.startswith("iam:") or len(text) > LONGEST_ACTION:
        return False
    pattern = action_pattern(text)
    return pattern is not None and pattern.matches(action)


RULES: Final = (deleted,)
