"""Whom a role's trust policy lets in from outside: identity providers and their claims."""

from collections.abc import Iterator
from typing import Final

from policies.engine.patterns import fold
from policies.engine.text import Node
from policies.validation.document import Document, PolicyType
from policies.validation.findings import Finding, quoted
from policies.validation.principals import DOMAIN, PROVIDER_ARN, is_principal
from policies.validation.rules.principals import named
from policies.validation.statements import Statement

GITHUB: Final = "token.actions.githubusercontent.com"
WITH_SAML: Final = "sts:AssumeRoleWithSAML"
WITH_WEB_IDENTITY: Final = "sts:AssumeRoleWithWebIdentity"


def _federated(document: Document) -> Iterator[tuple[Statement, Node, str]]:
    """The identity providers that each statement of a trust policy names."""
    return named(document, "Federated") if document.policy_type is PolicyType.TRUST else iter(())


def _web_identity_host(text: str) -> str | None:
    """The name with which the provider's claims begin; None for SAML and for what is no provider."""
    arn = PROVIDER_ARN.fullmatch(text)
    if arn:
        return arn[2].lower() if arn[1] == "oidc" else None
    return text.lower() if DOMAIN.fullmatch(text) else None


def syntax(document: Document) -> Iterator[Finding]:
    for _, node, text in _federated(document):
        if not is_principal("Federated", text):
            details = (
                f"{quoted(text)} is no identity provider: name the ARN of a provider of the account, "
                "or a domain such as `accounts.google.com`."
            )
            yield document.finding("INVALID_FEDERATED_PRINCIPAL_SYNTAX_IN_ROLE_TRUST_POLICY", details, node)


def mismatched_actions(document: Document) -> Iterator[Finding]:
    for statement, node, text in _federated(document):
        is_saml = (arn := PROVIDER_ARN.fullmatch(text)) is not None and arn[1] == "saml"
        if not is_saml and _web_identity_host(text) is None:
            continue
        right, wrong = (WITH_SAML, WITH_WEB_IDENTITY) if is_saml else (WITH_WEB_IDENTITY, WITH_SAML)
        for action_node, action in statement.strings("Action"):
            if fold(action) == fold(wrong):
                details = f"{quoted(text)} vouches for people by `{right}`, not by {quoted(action)}."
                fix = document.replacement(action_node, right)
                yield document.finding("MISMATCHED_ACTION_FOR_PRINCIPAL", details, action_node, node, fix=fix)


def claims(document: Document) -> Iterator[Finding]:
    for statement, node, text in _federated(document):
        host = _web_identity_host(text)
        if host is None or not statement.allows:
            continue
        claimed = {key for key in document.keys_of(statement) if key.startswith(f"{host}:")}
        if not claimed:
            details = (
                f"Everybody whom {quoted(text)} knows may assume the role; "
                f"add a condition on one of its claims, such as `{host}:aud` or `{host}:sub`."
            )
            yield document.finding("MISSING_CONDITION_KEY_FOR_OIDC_PRINCIPAL", details, node)
        elif host == GITHUB and f"{GITHUB}:sub" not in claimed:
            details = (
                "Every repository on GitHub may assume the role; "
                f"add a condition on `{GITHUB}:sub`, such as `repo:owner/name:ref:refs/heads/main`."
            )
            yield document.finding("MISSING_GITHUB_REPO_CONDITION_KEY", details, node)


def github_subjects(document: Document) -> Iterator[Finding]:
    if document.policy_type is not PolicyType.TRUST:
        return
    for condition in document.conditions:
        if fold(condition.key) != f"{GITHUB}:sub" or "Like" not in condition.operator.name:
            continue
        for node, text in condition.strings:
            if "*" in text or "?" in text:
                details = (
                    f"{quoted(text)} lets in more than one branch of one repository; name them in full, "
                    "such as `repo:owner/name:ref:refs/heads/main`."
                )
                yield document.finding("SPECIFIC_GITHUB_REPO_AND_BRANCH_RECOMMENDED", details, node)


def audiences(document: Document) -> Iterator[Finding]:
    if document.policy_type is not PolicyType.TRUST:
        return
    for condition in document.conditions:
        host, _, claim = fold(condition.key).rpartition(":")
        if claim == "aud" and "." in host and condition.operator.qualifier is not None:
            details = (
                f"Some providers give {quoted(condition.key)} one value, some several; "
                "make sure that this one gives several, for with one value the qualifier lets too much in."
            )
            yield document.finding("CONFIRM_AUDIENCE_CLAIM_TYPE", details, condition.operator_node)


RULES: Final = (syntax, mismatched_actions, claims, github_subjects, audiences)
