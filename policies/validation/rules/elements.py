"""The elements of a policy and of a statement: known, present, not at odds, with the values they may have."""

from collections.abc import Iterator, Sequence
from typing import Final

from policies.engine.text import Member
from policies.nearest import nearest
from policies.validation.document import Document, PolicyType
from policies.validation.findings import Finding, Fix, quoted
from policies.validation.statements import is_list

TOP_ELEMENTS: Final = ("Version", "Id", "Statement")
STATEMENT_ELEMENTS: Final = (
    "Sid",
    "Principal",
    "NotPrincipal",
    "Effect",
    "Action",
    "NotAction",
    "Resource",
    "NotResource",
    "Condition",
)
EFFECTS: Final = ("Allow", "Deny")
CURRENT_VERSION: Final = "2012-10-17"
OLD_VERSION: Final = "2008-10-17"
STORED_AS_MANAGED_POLICY: Final = (PolicyType.IDENTITY, PolicyType.BOUNDARY)
TWINS: Final = (("Action", "NotAction"), ("Resource", "NotResource"), ("Principal", "NotPrincipal"))


def unknown_top_elements(document: Document) -> Iterator[Finding]:
    for member in document.members:
        if member.name in TOP_ELEMENTS:
            continue
        if member.name in STATEMENT_ELEMENTS:
            details = f"The element {quoted(member.name)} belongs inside a statement, not beside `Statement`."
            yield document.finding("INVALID_POLICY_ELEMENT", details, member.key)
        else:
            yield _unknown(document, member, TOP_ELEMENTS, "A policy")


def unknown_statement_elements(document: Document) -> Iterator[Finding]:
    for statement in document.statements:
        unknown = [member for member in statement.members if member.key.value not in STATEMENT_ELEMENTS]
        for member in unknown:
            yield _unknown(document, member, STATEMENT_ELEMENTS, "A statement")


def _unknown(document: Document, member: Member, known: Sequence[str], owner: str) -> Finding:
    meant = nearest(member.name, known)
    advice = f"Did you mean `{meant}`?" if meant else f"It has {', '.join(f'`{name}`' for name in known)}."
    details = f"{owner} has no element {quoted(member.name)}. {advice}"
    fix = document.replacement(member.key, meant) if meant else None
    return document.finding("INVALID_POLICY_ELEMENT", details, member.key, fix=fix)


def missing_statement(document: Document) -> Iterator[Finding]:
    if not document.members:
        return
    node = document.members.named("Statement")
    if node is None:
        details = "The policy has no `Statement`; add one that says what is allowed or denied."
        yield document.finding("MISSING_STATEMENT", details, document.root)
    elif is_list(node) and not node.value:
        yield document.finding(
            "MISSING_STATEMENT", "`Statement` is an empty list; add at least one statement.", node
        )


def empty_policy(document: Document) -> Iterator[Finding]:
    if document.root.kind == "object" and not document.members:
        details = "The policy is empty; it needs a `Version` and a `Statement`."
        yield document.finding("MISSING_STATEMENT", details, document.root)


def versions(document: Document) -> Iterator[Finding]:
    node = document.members.named("Version")
    if node is None or not isinstance(node.value, str) or node.value == CURRENT_VERSION:
        return
    fix = document.replacement(node, CURRENT_VERSION)
    if node.value != OLD_VERSION:
        details = f"There is no policy language version {quoted(node.value)}; write `{CURRENT_VERSION}`."
        yield document.finding("INVALID_VERSION", details, node, fix=fix)
    elif document.policy_type in STORED_AS_MANAGED_POLICY:
        details = f"IAM no longer stores policies of version `{OLD_VERSION}`; write `{CURRENT_VERSION}`."
        yield document.finding("CONSOLE_OLD_VERSION", details, node, fix=fix)


def missing_version(document: Document) -> Iterator[Finding]:
    if not document.members or "Version" in {member.name for member in document.members}:
        return
    first = document.members[0].key.start
    white_space = document.text[document.root.start + 1 : first]
    fix = Fix("Add `Version`", first, first, f'"Version": "{CURRENT_VERSION}",{white_space or " "}')
    details = (
        f"Without `Version` the policy counts as `{OLD_VERSION}`, without variables. Add `{CURRENT_VERSION}`."
    )
    refused = document.policy_type in STORED_AS_MANAGED_POLICY
    yield document.finding("MISSING_VERSION", details, document.root, fix=fix, refused=refused)


def missing_effect(document: Document) -> Iterator[Finding]:
    for statement in document.statements:
        if statement.get("Effect") is None:
            details = "The statement has no `Effect`; add `Allow` or `Deny`."
            yield document.finding("MISSING_EFFECT", details, statement.node)


def missing_action(document: Document) -> Iterator[Finding]:
    for statement in document.statements:
        if statement.get("Action") is None and statement.get("NotAction") is None:
            details = "The statement names no actions; add `Action` (or `NotAction`)."
            yield document.finding("MISSING_ACTION", details, statement.node)


def missing_resource(document: Document) -> Iterator[Finding]:
    if document.policy_type.names_principals:
        return
    for statement in document.statements:
        if statement.get("Resource") is None and statement.get("NotResource") is None:
            details = (
                'The statement names no resources; add `Resource`, or `"*"` where the actions know none.'
            )
            yield document.finding("MISSING_RESOURCE", details, statement.node)


def missing_principal(document: Document) -> Iterator[Finding]:
    if not document.policy_type.names_principals:
        return
    for statement in document.statements:
        if "Principal" not in statement and "NotPrincipal" not in statement:
            details = "The statement does not say whom it is about; add `Principal`."
            yield document.finding("MISSING_PRINCIPAL", details, statement.node)


def twins(document: Document) -> Iterator[Finding]:
    for statement in document.statements:
        for name, negated in TWINS:
            if statement.get(negated) is not None and name in statement:
                nodes = [member.key for member in statement.members if member.name in (name, negated)]
                details = f"A statement cannot hold both `{name}` and `{negated}`; keep one, or make two statements."
                yield document.finding("UNSUPPORTED_ELEMENT_COMBINATION", details, *nodes)


def effects(document: Document) -> Iterator[Finding]:
    for statement in document.statements:
        node = statement.get("Effect")
        if node and isinstance(node.value, str) and node.value not in EFFECTS:
            meant = nearest(node.value, EFFECTS)
            details = f"{quoted(node.value)} is no effect; write `Allow` or `Deny`, with these capitals."
            fix = document.replacement(node, meant) if meant else None
            yield document.finding("INVALID_EFFECT", details, node, fix=fix)


RULES: Final = (
    unknown_top_elements,
    unknown_statement_elements,
    missing_statement,
    empty_policy,
    versions,
    missing_version,
    missing_effect,
    missing_action,
    missing_resource,
    missing_principal,
    twins,
    effects,
)
