"""Actions beside resources that they never act on."""

from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from policies.catalog import AccessLevel, Catalog, ResourceType
from policies.engine.text import Node
from policies.validation.arn import Arn, arn_of, is_open
from policies.validation.coverage import Budget
from policies.validation.document import LONGEST_ACTION, Document, PolicyType
from policies.validation.findings import Finding, quoted
from policies.validation.rules.arns import LONGEST_REMEMBERED, MOST_TYPED_ARNS, fitting
from policies.validation.statements import Statement

MOST_NAMED: Final = 5


# Actions without a resource type are asked about `*`, the reference says; but many services ask about an ARN such as
# `arn:aws:fsx:eu-west-1:111122223333:file-system/*`. These surely do not.
ASKED_ABOUT_STAR: Final = frozenset({"ec2", "s3"})


def without_resource(document: Document) -> Iterator[Finding]:
    """Named actions alone are judged: a wildcard may mean those that fit."""
    budget = Budget(MOST_TYPED_ARNS)
    for statement in document.statements if document.policy_type is not PolicyType.TRUST else ():
        written = [text for _, text in statement.strings("Resource")]
        if not written or "*" in written or not budget.allows(len(written)):
            continue
        meant = _meant(document.catalog, written)
        if meant is None:
            continue
        strangers = [
            pair
            for pair in statement.strings("Action")
            if len(pair[1]) <= LONGEST_ACTION
            and (kinds := _acted_on(document.catalog, pair[1])) is not None
            and kinds.isdisjoint(meant)
        ]
        if strangers:
            yield _finding(document, statement, strangers)


def _meant(catalog: Catalog, written: list[str]) -> frozenset[str] | None:
    """The types of resources that may be meant, by the form of their ARNs; None where that is not to be told."""
    found: set[str] = set()
    for text in written:
        kinds = _kinds_of(catalog, text) if len(text) <= LONGEST_REMEMBERED else None
        if kinds is None:
            return None
        found |= kinds
    return frozenset(found)


@lru_cache(maxsize=8192)
def _kinds_of(catalog: Catalog, text: str) -> frozenset[str] | None:
    """The same of one ARN; one that leaves the resource open means whatever its service has.

    Of an ARN that fits no type at all there is another finding.
    """
    arn = arn_of(text)
    kinds = fitting(catalog, arn.service, arn.resource).kinds if arn and not is_open(arn.service) else ()
    if arn is None or not kinds:
        return None
    if arn.resource == "*":
        return frozenset({arn.service})
    lists = {f"{arn.service}:*"} if arn.resource.endswith("*") and arn.service not in ASKED_ABOUT_STAR else ()
    return frozenset((*lists, *(kind.arn for kind in kinds if _may_be(arn, kind))))


def _may_be(arn: Arn, kind: ResourceType) -> bool:
    """Whether nothing stands against it: an ARN that is a name alone, such as a bucket's, holds no slash."""
    form = kind.arn.split(":", 5)[5]
    is_bare = form.startswith("${") and form.endswith("}") and form.count("$") == 1
    return not (is_bare and "/" in arn.resource)


@lru_cache(maxsize=8192)
def _acted_on(catalog: Catalog, text: str) -> frozenset[str] | None:
    """The forms of the ARNs that an action acts on, and whose they are; None where that is not known for sure.

    So it is of wildcards, of unknown actions, and of those that set tags, whose types the reference lists in part.
    """
    action = catalog.action(text)
    service = catalog.service(text.partition(":")[0]) if action else None
    if action is None or service is None or action.access_level is AccessLevel.TAGGING:
        return None
    kinds = [kind for name in action.resource_types if (kind := service.resource_types.get(name))]
    if len(kinds) < len(action.resource_types):
        return None
    forms = (form for kind in kinds for form in (kind.arn, kind.arn_service))
    return frozenset((service.prefix, *forms, *(() if kinds else (f"{service.prefix}:*",))))


def _finding(document: Document, statement: Statement, strangers: list[tuple[Node, str]]) -> Finding:
    shown = ", ".join(quoted(text) for _, text in strangers[:MOST_NAMED])
    more = f" and {len(strangers) - MOST_NAMED} more" if len(strangers) > MOST_NAMED else ""
    verb = "allows" if statement.allows else "denies"
    action = document.catalog.action(strangers[0][1])
    kinds = action.resource_types if action else ()
    wanted = " or ".join(f"`{kind}`" for kind in kinds[:MOST_NAMED]) if kinds else "none but `*`"
    details = (
        f"No resource of this statement is of a type that {shown}{more} acts on, so it {verb} nothing there. "
        f"The type for {quoted(strangers[0][1])} is {wanted}: give such actions a statement of their own."
    )
    return document.finding(
        "CONSOLE_ACTION_WITHOUT_RESOURCE", details, *(node for node, _ in strangers[:MOST_NAMED])
    )


RULES: Final = (without_resource,)
