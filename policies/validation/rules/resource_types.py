"""Policies of one kind of resource, when it is said which: what has a place in them."""

from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from policies.engine.patterns import fold
from policies.validation.document import Document, PolicyType
from policies.validation.findings import Finding, quoted


class Kind(NamedTuple):
    """A kind of resource in words, and the one service that its policy speaks of."""

    words: str
    service: str


# Of ValidatePolicy's `validatePolicyResourceType`; trust policies are a type of their own here.
KINDS: Final[Mapping[str, Kind]] = {
    "AWS::S3::Bucket": Kind("bucket", "s3"),
    "AWS::S3::AccessPoint": Kind("access point", "s3"),
    "AWS::S3::MultiRegionAccessPoint": Kind("multi-Region access point", "s3"),
    "AWS::S3ObjectLambda::AccessPoint": Kind("Object Lambda access point", "s3-object-lambda"),
    "AWS::DynamoDB::Table": Kind("table", "dynamodb"),
}
# What is the same for every request to one resource.
SETTLED: Final = frozenset(
    {"s3:resourceaccount", "aws:resourceaccount", "aws:resourceorgid", "aws:resourceorgpaths"}
)


def _kind(document: Document) -> Kind | None:
    is_resource = document.policy_type is PolicyType.RESOURCE
    return KINDS.get(document.resource_type or "") if is_resource else None


def foreign_resources(document: Document) -> Iterator[Finding]:
    kind = _kind(document)
    for node, text, arn in document.arns if kind else ():
        if kind and arn.service not in (kind.service, "*"):
            yield document.finding("UNSUPPORTED_RESOURCE_ARN_IN_POLICY", _foreign(kind, text), node)


def _foreign(kind: Kind, text: str) -> str:
    alone = f"The policy of a {kind.words} speaks of `{kind.service}` alone"
    return f"{alone}; {quoted(text)} has no place in it."


def foreign_actions(document: Document) -> Iterator[Finding]:
    kind = _kind(document)
    for node, text in document.actions if kind else ():
        prefix = text.partition(":")[0].lower()
        if kind and prefix not in (kind.service, "*") and document.catalog.has_service(prefix):
            yield document.finding("UNSUPPORTED_ACTION_IN_POLICY", _foreign(kind, text), node)


def settled_keys(document: Document) -> Iterator[Finding]:
    kind = _kind(document)
    for condition in document.conditions if kind else ():
        if kind and fold(condition.key) in SETTLED:
            details = (
                f"Every request to this {kind.words} has the same {quoted(condition.key)}; "
                "a condition on it decides nothing."
            )
            yield document.finding("IRRELEVANT_CONDITION_KEY_IN_POLICY", details, condition.key_node)


RULES: Final = (foreign_resources, foreign_actions, settled_keys)
