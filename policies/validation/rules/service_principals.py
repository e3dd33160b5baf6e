"""Conditions on service principals: keys that say nothing of a service, and keys that say less than others."""

from collections.abc import Iterator
from typing import Final

from policies.engine.patterns import fold
from policies.validation.document import Document, PolicyType
from policies.validation.findings import Finding, quoted
from policies.validation.statements import Statement, members_of

# Of the caller as a principal of an account, which a service is not.
OF_PRINCIPALS: Final = frozenset(
    {
        "aws:federatedprovider",
        "aws:multifactorauthage",
        "aws:multifactorauthpresent",
        "aws:principalaccount",
        "aws:principalarn",
        "aws:principalorgid",
        "aws:principalorgmasteraccountid",
        "aws:principalorgpaths",
        "aws:principaltype",
        "aws:tokenissuetime",
        "aws:userid",
        "aws:username",
    }
)
PRINCIPAL_TAG: Final = "aws:principaltag/"
BETTER: Final = frozenset({"aws:sourcearn", "aws:sourceaccount", "aws:sourceorgid", "aws:sourceorgpaths"})
WORSE: Final = "aws:sourceowner"


def _of_services_alone(document: Document) -> Iterator[Statement]:
    if document.policy_type not in (PolicyType.RESOURCE, PolicyType.TRUST):
        return
    for statement in document.statements:
        element = statement.get("Principal")
        names = [member.name for member in members_of(element)] if element else []
        if names == ["Service"] and statement.condition_blocks:
            yield statement


def unsupported_keys(document: Document) -> Iterator[Finding]:
    for statement in _of_services_alone(document):
        for condition in document.conditions_of(statement):
            key = fold(condition.key)
            if key in OF_PRINCIPALS or key.startswith(PRINCIPAL_TAG):
                details = (
                    f"A service is no principal of an account, so it has no {quoted(condition.key)}; "
                    "limit it by `aws:SourceArn` or `aws:SourceAccount`."
                )
                yield document.finding(
                    "UNSUPPORTED_CONDITION_KEY_FOR_SERVICE_PRINCIPAL", details, condition.key_node
                )


def better_keys(document: Document) -> Iterator[Finding]:
    for statement in _of_services_alone(document):
        keys = document.keys_of(statement)
        if statement.allows and WORSE in keys and not BETTER & keys.keys():
            written = keys[WORSE]
            details = (
                f"{quoted(written.key)} is known to few services; "
                "`aws:SourceArn` or `aws:SourceAccount` says for whom the service acts with all of them."
            )
            yield document.finding(
                "RECOMMENDED_CONDITION_KEY_FOR_SERVICE_PRINCIPAL", details, written.key_node
            )


RULES: Final = (unsupported_keys, better_keys)
