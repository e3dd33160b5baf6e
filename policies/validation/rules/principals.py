"""Principal and NotPrincipal: where they may stand and what they may name."""

import re
from collections.abc import Iterator
from typing import Final

from policies.engine.patterns import fold
from policies.engine.text import Members, Node
from policies.nearest import nearest
from policies.validation.document import Document, PolicyType
from policies.validation.findings import Finding, quoted
from policies.validation.principals import is_principal
from policies.validation.statements import Statement, members_of, strings

PRINCIPAL_KEYS: Final = ("AWS", "Federated", "Service", "CanonicalUser")
SOURCE_KEYS: Final = frozenset(
    {"aws:sourcearn", "aws:sourceaccount", "aws:sourceorgid", "aws:sourceorgpaths", "aws:sourceowner"}
)
# What stands for somebody, by the type of principal; of identity providers Access Analyzer has a finding.
WANTED: Final = {
    "AWS": "Write the ARN of a user or a role, the 12 digits of an account, or `*`.",
    "Service": "Write the service's principal, such as `ec2.amazonaws.com`.",
    "CanonicalUser": "A role trusts no canonical user; write the account under `AWS`.",
}
_ROLE_ID: Final = re.compile(r"AROA[A-Z0-9]{12,}")
_SESSION: Final = re.compile(r"(arn:aws[a-z-]*):sts::([0-9]{12}):assumed-role/([^/]+)/.+")
_USER_ID: Final = re.compile(r"AIDA[A-Z0-9]{12,}")


def _elements(document: Document) -> Iterator[tuple[Statement, str, Node]]:
    for statement in document.statements:
        for name in ("Principal", "NotPrincipal"):
            if node := statement.get(name):
                yield statement, name, node


def named(document: Document, *keys: str) -> Iterator[tuple[Statement, Node, str]]:
    """The principals written under these keys."""
    for statement, _, element in _elements(document):
        for member in members_of(element):
            if member.name in keys:
                yield from ((statement, node, text) for node, text in strings(member.value))


def unsupported(document: Document) -> Iterator[Finding]:
    if document.policy_type.names_principals:
        return
    is_scp = document.policy_type is PolicyType.SERVICE_CONTROL
    code = "SCP_SYNTAX_ERROR_PRINCIPAL" if is_scp else "UNSUPPORTED_PRINCIPAL"
    for _, name, node in _elements(document):
        details = (
            f"`{name}` has no place here: this policy is about whoever it is attached to. Remove the element."
        )
        yield document.finding(code, details, node)


def formats(document: Document) -> Iterator[Finding]:
    for _, name, node in _elements(document):
        if not isinstance(node.value, Members) and node.value != "*":
            written = node.raw(document.text)
            details = (
                f'`{name}` is {quoted(written)}; it must be `"*"` or an object such as `{{"AWS": "…"}}`.'
            )
            yield document.finding("INVALID_PRINCIPAL_FORMAT", details, node)


def keys(document: Document) -> Iterator[Finding]:
    for _, name, node in _elements(document):
        for member in members_of(node):
            if member.name not in PRINCIPAL_KEYS:
                meant = nearest(member.name, PRINCIPAL_KEYS)
                fix = document.replacement(member.key, meant) if meant else None
                details = f"`{name}` has no key {quoted(member.name)}; use AWS, Federated, Service or CanonicalUser."
                yield document.finding("INVALID_PRINCIPAL_KEY", details, member.key, fix=fix)


def wildcards(document: Document) -> Iterator[Finding]:
    for _, node, text in named(document, *PRINCIPAL_KEYS):
        if text != "*" and ("*" in text or "?" in text):
            details = f"{quoted(text)} holds a wildcard; a principal is named in full, or is `*` alone."
            yield document.finding("UNSUPPORTED_WILDCARD_IN_PRINCIPAL", details, node)


def deleted_identities(document: Document) -> Iterator[Finding]:
    for _, node, text in named(document, "AWS"):
        for pattern, code, kind in (
            (_ROLE_ID, "INVALID_ROLE_REFERENCE", "role"),
            (_USER_ID, "INVALID_USER_REFERENCE", "user"),
        ):
            if pattern.fullmatch(text):
                details = f"{quoted(text)} is the unique id of a {kind}, perhaps a deleted one; write the {kind}'s ARN."
                yield document.finding(code, details, node)


def federated(document: Document) -> Iterator[Finding]:
    if document.policy_type is not PolicyType.RESOURCE:
        return
    for _, node, text in named(document, "Federated"):
        details = f"The identity provider {quoted(text)} can be named in a role's trust policy only."
        yield document.finding("FEDERATED_PRINCIPAL_NOT_SUPPORTED", details, node)


def allow_with_not_principal(document: Document) -> Iterator[Finding]:
    for statement in document.statements:
        node = statement.get("NotPrincipal")
        if node and statement.allows:
            details = "`Allow` with `NotPrincipal` lets in everyone who is not listed; name those meant in `Principal`."
            yield document.finding("ALLOW_WITH_NOT_PRINCIPAL", details, node)


def service_without_source(document: Document) -> Iterator[Finding]:
    if document.policy_type is not PolicyType.RESOURCE:
        return
    for statement, node, text in named(document, "Service"):
        blocks = (members_of(block.value) for block in statement.condition_blocks)
        is_limited = any(fold(member.name) in SOURCE_KEYS for block in blocks for member in block)
        if statement.allows and "Principal" in statement and not is_limited:
            details = (
                f"The service {quoted(text)} may act for anyone's resources; "
                "limit it by a condition on `aws:SourceArn` or `aws:SourceAccount`."
            )
            yield document.finding("RESTRICT_ACCESS_TO_SERVICE_PRINCIPAL", details, node)


def trust_policies(document: Document) -> Iterator[Finding]:
    if document.policy_type is not PolicyType.TRUST:
        return
    for statement in document.statements:
        if node := statement.get("NotPrincipal"):
            details = (
                "A trust policy takes no `NotPrincipal`; name those who may assume the role in `Principal`."
            )
            yield document.finding("ROLE_TRUST_POLICY_SYNTAX_ERROR_NOTPRINCIPAL", details, node)
        for name in ("Resource", "NotResource"):
            if node := statement.get(name):
                details = f"A trust policy takes no `{name}`: the role itself is meant. Remove the element."
                yield document.finding("ROLE_TRUST_POLICY_SYNTAX_ERROR_RESOURCE", details, node)


def trust_everyone(document: Document) -> Iterator[Finding]:
    if document.policy_type is not PolicyType.TRUST:
        return
    for statement in document.statements:
        node = statement.get("Principal")
        if node and node.value == "*":
            details = 'A trust policy takes no `"Principal": "*"`; name the accounts, users or services.'
            yield document.finding("ROLE_TRUST_POLICY_UNSUPPORTED_WILDCARD_IN_PRINCIPAL", details, node)


def unknown_forms(document: Document) -> Iterator[Finding]:
    """Principals that IAM would not store; of a resource policy each service judges for itself."""
    if document.policy_type is not PolicyType.TRUST:
        return
    for kind in WANTED:
        for statement, node, text in named(document, kind):
            if "Principal" in statement and not is_principal(kind, text):
                details = f"{quoted(text)} is no principal of the type `{kind}`. {WANTED[kind]}"
                yield document.finding("CONSOLE_INVALID_PRINCIPAL", details, node)


def redundant_sessions(document: Document) -> Iterator[Finding]:
    """A session of a role that may assume the role itself."""
    if document.policy_type is not PolicyType.TRUST:
        return
    trusted = list(named(document, "AWS"))
    roles = {(statement.index, text) for statement, _, text in trusted}
    for statement, node, text in trusted if len(trusted) > 1 else ():
        session = _SESSION.fullmatch(text)
        role = f"{session[1]}:iam::{session[2]}:role/{session[3]}" if session else ""
        if role and (statement.index, role) in roles:
            details = f"{quoted(text)} is a session of {quoted(role)}, which is let in already."
            yield document.finding("REDUNDANT_PRINCIPAL_IN_ROLE_TRUST_POLICY", details, node)


RULES: Final = (
    unsupported,
    formats,
    keys,
    wildcards,
    deleted_identities,
    federated,
    allow_with_not_principal,
    service_without_source,
    trust_policies,
    trust_everyone,
    unknown_forms,
    redundant_sessions,
)
