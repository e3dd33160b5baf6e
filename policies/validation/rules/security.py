"""Allowing iam:PassRole or iam:CreateServiceLinkedRole without saying for what."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from policies.engine.patterns import action_pattern, fold
from policies.engine.text import Node
from policies.validation.document import LONGEST_ACTION, Document, PolicyType
from policies.validation.findings import Finding
from policies.validation.rules.actions import EVERYTHING
from policies.validation.statements import Statement, Written, members_of


@dataclass(frozen=True, slots=True)
class Passing:
    """A sensitive action, the beginning of its codes, and the key that confines it."""

    action: str
    code: str
    confining_key: str
    danger: str


PASSINGS: Final = (
    Passing(
        "iam:PassRole",
        "PASS_ROLE",
        "iam:PassedToService",
        "any role can be handed to a service, the strongest too",
    ),
    Passing(
        "iam:CreateServiceLinkedRole",
        "CREATE_SLR",
        "iam:AWSServiceName",
        "roles can be made for services not in use",
    ),
)


def passing(document: Document) -> Iterator[Finding]:
    if document.policy_type not in (PolicyType.IDENTITY, PolicyType.BOUNDARY):
        return
    if not document.may_speak_of_iam:
        return
    for statement in document.statements:
        resource = _resource_element(statement) if statement.allows else None
        if resource is None:
            continue
        near = document.of_iam.get(statement.index, [])
        if near or "NotAction" in statement:
            for sensitive in PASSINGS:
                yield from _passing(document, statement, sensitive, near, resource)


def _passing(
    document: Document,
    statement: Statement,
    sensitive: Passing,
    near: list[Written],
    resource: tuple[str, Node],
) -> Iterator[Finding]:
    action = _action_element(statement, near, fold(sensitive.action))
    if action is None or _is_confined(statement, sensitive.confining_key):
        return
    code = f"{sensitive.code}_WITH_{_suffix(action[0], resource[0])}"
    details = (
        f"The statement allows `{sensitive.action}` without limit: {sensitive.danger}. "
        f"Name the resources, or add a condition on `{sensitive.confining_key}`."
    )
    yield document.finding(code, details, action[1], resource[1])


def _is_confined(statement: Statement, key: str) -> bool:
    blocks = (members_of(block.value) for block in statement.condition_blocks)
    return any(fold(member.name) == fold(key) for block in blocks for member in block)


def _suffix(action: str, resource: str) -> str:
    """The end of Access Analyzer's code for how action and resource are written."""
    if action == "NOT_ACTION":
        return (
            "NOT_ACTION_AND_NOT_RESOURCE" if resource == "NOT_RESOURCE" else "STAR_IN_RESOURCE_AND_NOT_ACTION"
        )
    if action == "STAR_IN_ACTION":
        return (
            "STAR_IN_ACTION_AND_NOT_RESOURCE" if resource == "NOT_RESOURCE" else "STAR_IN_ACTION_AND_RESOURCE"
        )
    return resource


def _action_element(statement: Statement, near: list[Written], action: str) -> tuple[str, Node] | None:
    """How the statement covers the action, and where: by name, by a wildcard, or by leaving it out of NotAction."""
    for node, text in near:
        if text == action:
            return "NAME", node
    for node, text in near:
        if _covers(text, action):
            return "STAR_IN_ACTION", node
    excluded = statement.get("NotAction")
    if excluded and not any(_covers(text, action) for _, text in statement.folded("NotAction")):
        return "NOT_ACTION", excluded
    return None


def _covers(pattern: str, action: str) -> bool:
    if pattern in EVERYTHING or pattern == action:
        return True
    if len(pattern) > LONGEST_ACTION or "*" not in pattern or not pattern.startswith("iam:"):
        return False
    compiled = action_pattern(pattern)
    return compiled is not None and compiled.matches(action)


def _resource_element(statement: Statement) -> tuple[str, Node] | None:
    if excluded := statement.get("NotResource"):
        return "NOT_RESOURCE", excluded
    for node, text in statement.strings("Resource"):
        if text == "*":
            return "STAR_IN_RESOURCE", node
    return None


RULES: Final = (passing,)
