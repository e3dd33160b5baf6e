"""Runs every rule over a document."""

from collections.abc import Iterable
from itertools import chain, islice
from typing import Final

from policies.catalog import Catalog
from policies.catalog import catalog as installed_catalog
from policies.engine.text import JsonError, Node, parse_json
from policies.validation.document import Document, PolicyType
from policies.validation.findings import Finding
from policies.validation.rules import RULES

# AWS's own managed policies reach 152,297 characters without their white space.
MAXIMUM_LENGTH: Final = 262_144
# Of one rule: a hostile document must not keep the rules after it from being heard.
MOST_FINDINGS: Final = 100


def validate(
    text: str,
    policy_type: str = "identity",
    catalog: Catalog | None = None,
    *,
    resource_type: str | None = None,
) -> list[Finding]:
    """The findings on a document in the order of the text; at most 100 of each rule.

    `policy_type` is a value of PolicyType; `resource_type`, such as `AWS::S3::Bucket`, says what a resource policy
    belongs to. Never raises for any text; a text that is no JSON has one finding.
    Raises CatalogMissing when no catalog is given and none is compiled.
    """
    catalog = catalog or installed_catalog()
    try:
        root = parse_json(text, maximum_length=MAXIMUM_LENGTH)
    except JsonError as error:
        return [_syntax_error(text, error, PolicyType(policy_type), catalog)]
    document = Document(text, root, PolicyType(policy_type), catalog, resource_type)
    findings = chain.from_iterable(islice(rule(document), MOST_FINDINGS) for rule in RULES)
    return sorted(findings, key=lambda finding: finding.offset)


def _syntax_error(text: str, error: JsonError, policy_type: PolicyType, catalog: Catalog) -> Finding:
    at = Node(None, error.offset, min(error.offset + 1, len(text)))
    document = Document(text, Node(None, 0, len(text)), policy_type, catalog)
    line = text.count("\n", 0, error.offset) + 1
    column = error.offset - (text.rfind("\n", 0, error.offset) + 1)
    return document.finding(
        "JSON_SYNTAX_ERROR",
        f"{error.message} The fault is at line {line}, column {column} (character {error.offset}).",
        at,
    )


def blocking(findings: Iterable[Finding]) -> list[Finding]:
    """The findings for which IAM would refuse to store the document.

    An unknown action is not among them: IAM stores it, so the console asks for a confirmation instead.
    """
    return [finding for finding in findings if finding.is_refused]
