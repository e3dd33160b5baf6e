"""The ARNs of Resource and NotResource, field by field and against the service's resource types."""

from collections.abc import Iterator
from functools import lru_cache
from itertools import islice
from typing import Final, NamedTuple

from policies.catalog import Catalog, ResourceType
from policies.engine.text import Node
from policies.nearest import nearest
from policies.validation.arn import Arn, beginning, is_open
from policies.validation.document import Document
from policies.validation.findings import Finding, Fix, quoted
from policies.validation.refusals import PARTITIONS, refuses_region, refuses_resource, refuses_short_arn

ACCOUNT_DIGITS: Final = 12
OTHER_ACCOUNTS: Final = frozenset({"", "aws", "cloudfront"})
# Some of their resources are AWS's own, for everybody, and those have no account.
WITH_PUBLIC_RESOURCES: Final = frozenset({"ssm", "ec2", "imagebuilder"})
# Each is compared with all resource types of its service; no policy within the quotas holds more.
# Longer ones are worked out each time, so that nobody fills the memory with texts.
LONGEST_REMEMBERED: Final = 2_048
MOST_TYPED_ARNS: Final = 250


def shapes(document: Document) -> Iterator[Finding]:
    for node, text, arn in document.resources:
        if not text.startswith("arn:"):
            details = f'The resource {quoted(text)} is no ARN; it must begin with `arn:`, or be `"*"`.'
            yield document.finding("INVALID_ARN_PREFIX", details, node)
        elif arn is None:
            form = "`arn:partition:service:region:account:resource`"
            details = f"The ARN {quoted(text)} lacks fields; its form is {form}."
            yield document.finding("MISSING_ARN_FIELD", details, node, refused=refuses_short_arn(text))


def partitions(document: Document) -> Iterator[Finding]:
    for node, text, arn in document.arns:
        if not is_open(arn.partition) and arn.partition not in PARTITIONS:
            details = (
                f"There is no partition {quoted(arn.partition)} (in {quoted(text)}); the usual one is `aws`."
            )
            yield document.finding(
                "INVALID_PARTITION", details, node, fix=_with_field(document, node, text, 1, "aws")
            )


def _with_field(document: Document, node: Node, text: str, place: int, value: str) -> Fix | None:
    """The edit of one field; where a variable's colon may be in the way there is none."""
    fields = text.split(":")
    mended = ":".join([*fields[:place], value, *fields[place + 1 :]])
    return None if "${" in text else document.replacement(node, mended)


def services(document: Document) -> Iterator[Finding]:
    for node, text, arn in document.arns:
        if is_open(arn.service):
            if arn.service != "*":
                yield _wildcard_service(document, node, arn)
        elif not document.catalog.has_arn_service(arn.service):
            yield _unknown_service(document, node, text, arn)


def _wildcard_service(document: Document, node: Node, arn: Arn) -> Finding:
    details = f"The service field {quoted(arn.service)} holds a wildcard; name the service."
    return document.finding("WILDCARD_IN_SERVICE_NAME", details, node)


def _unknown_service(document: Document, node: Node, text: str, arn: Arn) -> Finding:
    lower = arn.service.lower()
    if document.catalog.has_arn_service(lower):
        details = f"The service {quoted(arn.service)} must be written in small letters: `{lower}`."
        fix = _with_field(document, node, text, 2, lower)
        return document.finding("INVALID_ARN_SERVICE_CASE", details, node, fix=fix)
    meant = document.nearest_service(arn.service) if arn.service else None
    advice = f"Did you mean `{meant}`?" if meant else "Check the service's name."
    details = f"There is no service {quoted(arn.service)} (in {quoted(text)}). {advice}"
    fix = _with_field(document, node, text, 2, meant) if meant else None
    return document.finding("INVALID_SERVICE", details, node, fix=fix, refused=not arn.service)


def regions(document: Document) -> Iterator[Finding]:
    known = document.catalog.regions
    for node, text, arn in document.arns:
        if arn.region and not is_open(arn.region) and arn.region not in known:
            meant = nearest(arn.region, known)
            advice = f"Did you mean `{meant}`?" if meant else "Name one such as `eu-west-1`, or `*`."
            fix = _with_field(document, node, text, 3, meant) if meant else None
            details = f"There is no region {quoted(arn.region)} (in {quoted(text)}). {advice}"
            yield document.finding("INVALID_ARN_REGION", details, node, fix=fix)


def accounts(document: Document) -> Iterator[Finding]:
    for node, text, arn in document.arns:
        if not is_open(arn.account) and not _is_account(arn.account):
            details = f"The account {quoted(arn.account)} (in {quoted(text)}) must have 12 digits, or be `*`."
            yield document.finding("INVALID_ARN_ACCOUNT", details, node)


def _is_account(account: str) -> bool:
    return account in OTHER_ACCOUNTS or (
        len(account) == ACCOUNT_DIGITS and account.isdigit() and account.isascii()
    )


def resource_types(document: Document) -> Iterator[Finding]:
    """What the service's own ARN patterns say about region, account and resource."""
    for node, text, arn in islice(document.arns, MOST_TYPED_ARNS):
        find = fitting if len(text) <= LONGEST_REMEMBERED else fitting.__wrapped__
        found = find(document.catalog, arn.service, arn.resource)
        if found.kinds:
            if not found.takes(arn):
                yield from _region_and_account(document, node, arn, found)
        elif known := document.catalog.resource_types(arn.service):
            form = document.nearest_of(text, [kind.arn for kind in known]) or known[0].arn
            details = f"{quoted(text)} fits no resource of `{arn.service}`; the nearest form is `{form}`."
            refused = refuses_resource(arn.service, arn.resource)
            yield document.finding("INVALID_ARN_RESOURCE", details, node, refused=refused)


class Fitting(NamedTuple):
    """The types of resources that an ARN may name, and whether theirs have a region and an account.

    Where the types differ in that, it is neither needed nor refused.
    """

    kinds: tuple[ResourceType, ...]
    needs_region: bool
    refuses_region: bool
    needs_account: bool
    refuses_account: bool

    def takes(self, arn: Arn) -> bool:
        """Whether nothing is to be said of region and account, as of nearly all."""
        return not (
            (self.refuses_region if arn.region else self.needs_region)
            or (self.refuses_account if arn.account else self.needs_account)
        )


@lru_cache(maxsize=8192)
def fitting(catalog: Catalog, service: str, resource: str) -> Fitting:
    """The service's types that may name the resource: the same few are asked for again and again."""
    kinds = tuple(kind for kind in catalog.resource_types(service) if _may_name(resource, kind))
    regional = {kind.has_region for kind in kinds}
    owned = {kind.has_account for kind in kinds}
    return Fitting(kinds, regional == {True}, regional == {False}, owned == {True}, owned == {False})


def _may_name(resource: str, kind: ResourceType) -> bool:
    """Whether some resource of the type may fit; where both hold wildcards, their literal beginnings decide."""
    if not is_open(resource):
        return kind.resource_pattern.matches(resource)
    ours, theirs = kind.resource_beginning, beginning(resource)
    return ours.startswith(theirs) or theirs.startswith(ours)


def _region_and_account(document: Document, node: Node, arn: Arn, found: Fitting) -> Iterator[Finding]:
    refused = refuses_region(arn.service, arn.region, arn.resource)
    if found.refuses_region and arn.region and (refused or not is_open(arn.region)):
        details = f"ARNs of this resource of `{arn.service}` have no region; leave {quoted(arn.region)} out."
        yield document.finding("ARN_REGION_NOT_ALLOWED", details, node, refused=refused)
    if found.needs_region and not arn.region:
        details = f"ARNs of this resource of `{arn.service}` name a region; add one, or `*`."
        yield document.finding("MISSING_ARN_REGION", details, node)
    if found.needs_account and not arn.account and arn.service not in WITH_PUBLIC_RESOURCES:
        details = f"ARNs of this resource of `{arn.service}` name an account; add its 12 digits, or `*`."
        yield document.finding("MISSING_ARN_ACCOUNT", details, node)
    if found.refuses_account and arn.account and not is_open(arn.account):
        details = (
            f"ARNs of this resource of `{arn.service}` have no account; leave {quoted(arn.account)} out."
        )
        yield document.finding("ARN_ACCOUNT_NOT_ALLOWED", details, node)


RULES: Final = (shapes, partitions, services, regions, accounts, resource_types)
