"""Runs every rule over a document."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final

from policies.catalog import Catalog
from policies.catalog import catalog as installed_catalog
from policies.engine.text import JsonError, Node, parse_json
from policies.validation.directory import Directory
from policies.validation.document import Document, PolicyType
from policies.validation.findings import Finding, Location
from policies.validation.recovery import Mended, fix_of, mended
from policies.validation.rules import rules_for

# AWS's own managed policies reach 152,297 characters without their white space.
MAXIMUM_LENGTH: Final = 262_144
# Of one rule: a hostile document must not keep the rules after it from being heard.
MOST_FINDINGS: Final = 100
# Whoever has not come to the end of a text knows that there is more to write.
OF_WHAT_IS_MISSING: Final = ("MISSING_", "EMPTY_")


def validate(
    text: str,
    policy_type: str = "identity",
    catalog: Catalog | None = None,
    *,
    resource_type: str | None = None,
    directory: Directory | None = None,
) -> list[Finding]:
    """The findings on a document in the order of the text; at most 100 of each rule.

    `policy_type` is a value of PolicyType; `resource_type`, such as `AWS::S3::Bucket`, says what a resource policy
    belongs to. The `directory` is asked once for the entities that the document names; without one they are believed to
    exist. Never raises for any text; of one that is no JSON the first fault is told, and what can still be said of the
    rest.
    Raises CatalogMissing when no catalog is given and none is compiled.
    """
    catalog = catalog or installed_catalog()
    kind = PolicyType(policy_type)
    try:
        root = parse_json(text, maximum_length=MAXIMUM_LENGTH)
    except JsonError as error:
        written = Document(text, Node(None, 0, len(text)), kind, catalog, resource_type, directory=directory)
        findings = [_syntax_error(written, error), *_of_the_rest(written, error)]
    else:
        findings = _found(Document(text, root, kind, catalog, resource_type, directory=directory))
    return sorted(findings, key=lambda finding: finding.offset)


def _found(document: Document) -> list[Finding]:
    found: list[Finding] = []
    for rule in rules_for(document):
        most = len(found) + MOST_FINDINGS
        for finding in rule(document):
            found.append(finding)
            if len(found) == most:
                break
    return found


def _syntax_error(written: Document, error: JsonError) -> Finding:
    at = Node(None, error.offset, min(error.offset + 1, len(written.text)))
    return written.finding("JSON_SYNTAX_ERROR", error.message, at, fix=fix_of(written.text, error))


def _of_the_rest(written: Document, error: JsonError) -> Iterator[Finding]:
    """What can still be said of a text whose fault is clear enough to read on."""
    found = mended(written.text, error)
    if found is None:
        return
    document = Document(
        found.text,
        found.root,
        written.policy_type,
        written.catalog,
        written.resource_type,
        directory=written.directory,
    )
    for finding in _found(document):
        if found.is_unfinished and finding.issue_code.startswith(OF_WHAT_IS_MISSING):
            continue
        yield replace(
            finding,
            locations=tuple(_written_at(written, found, location) for location in finding.locations),
            fix=found.written(finding.fix, written.text) if finding.fix else None,
        )


def _written_at(written: Document, found: Mended, location: Location) -> Location:
    start, end = (found.original(it.offset) for it in (location.span.start, location.span.end))
    return Location(location.path, written.location(start, end).span)


def blocking(findings: Iterable[Finding]) -> list[Finding]:
    """The findings for which IAM would refuse to store the document.

    An unknown action is not among them: IAM stores it, so the console asks for a confirmation instead.
    """
    return [finding for finding in findings if finding.is_refused]
