"""What a resource control policy may say: it denies, to everybody, what it names ("RCP syntax", AWS Organizations)."""

from collections.abc import Iterator
from typing import Final

from policies.validation.document import Document, PolicyType
from policies.validation.findings import Finding, quoted
from policies.validation.statements import Statement, members_of, strings


def _statements(document: Document) -> tuple[Statement, ...]:
    return document.statements if document.policy_type is PolicyType.RESOURCE_CONTROL else ()


def allows(document: Document) -> Iterator[Finding]:
    for statement in _statements(document):
        node = statement.get("Effect")
        if node and statement.allows:
            details = "A resource control policy grants nothing: its statements have the effect `Deny`."
            yield document.finding(
                "RCP_SYNTAX_ERROR_ALLOW", details, node, fix=document.replacement(node, "Deny")
            )


def principals(document: Document) -> Iterator[Finding]:
    for statement in _statements(document):
        for name in ("Principal", "NotPrincipal"):
            node = statement.get(name)
            if node is None or (name == "Principal" and _is_everybody(statement)):
                continue
            details = (
                f'These policies are about everybody: write `"Principal": "*"` in place of this `{name}`.'
            )
            yield document.finding("RCP_SYNTAX_ERROR_PRINCIPAL", details, node)


def _is_everybody(statement: Statement) -> bool:
    node = statement.get("Principal")
    if node is None or node.value == "*":
        return True
    named = [(member.name, text) for member in members_of(node) for _, text in strings(member.value)]
    return named == [("AWS", "*")]


def actions(document: Document) -> Iterator[Finding]:
    for statement in _statements(document):
        for node, text in statement.strings("Action"):
            prefix = text.partition(":")[0].lower()
            if text in ("*", "*:*"):
                details = f"{quoted(text)} is too wide here: name the services, such as `s3:*`."
                yield document.finding("RCP_SYNTAX_ERROR_ACTION", details, node)
            elif document.catalog.has_service(prefix) and not document.catalog.obeys_resource_control(prefix):
                details = f"The service of {quoted(text)} obeys no resource control policies; leave it out."
                yield document.finding("RCP_SYNTAX_ERROR_ACTION", details, node)


def not_actions(document: Document) -> Iterator[Finding]:
    for statement in _statements(document):
        if node := statement.get("NotAction"):
            details = "A resource control policy takes no `NotAction`; name what is denied in `Action`."
            yield document.finding("RCP_SYNTAX_ERROR_NOTACTION", details, node)


RULES: Final = (allows, principals, actions, not_actions)
