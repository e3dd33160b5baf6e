"""Which actions may ever be asked about which resources, as far as AWS's reference is clear about it."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, partial
from typing import Final

from policies.catalog import AccessLevel, Catalog, ResourceType
from policies.remembering import remembering
from policies.validation.arn import Arn, arn_of, is_open
from policies.validation.rules.arns import LONGEST_REMEMBERED, fitting

# Actions without a resource type are asked about `*`, the reference says; but many services ask about an ARN such as
# `arn:aws:fsx:eu-west-1:111122223333:file-system/*`. These surely do not.
ASKED_ABOUT_STAR: Final = frozenset({"ec2", "s3"})


def may_act_on(catalog: Catalog, action: str, resource: str) -> bool:
    """Whether a statement with this action and this resource may be about any request.

    False only where it is sure: a wildcard, an unknown action or an open resource may be about some.
    """
    meant, kinds = kinds_meant(catalog, resource), kinds_acted_on(catalog)(action)
    return meant is None or kinds is None or not kinds.isdisjoint(meant)


def kinds_meant(catalog: Catalog, resource: str) -> frozenset[str] | None:
    """The types that an ARN may mean, by the forms of theirs; None where that is not to be told.

    An ARN that leaves the resource open means whatever its service has. Of one that fits no type at all there is a
    finding of its own.
    """
    return _kinds_meant(catalog, resource) if len(resource) <= LONGEST_REMEMBERED else None


@lru_cache(maxsize=2)
def kinds_acted_on(catalog: Catalog) -> Callable[[str], frozenset[str] | None]:
    """Answers for an action the forms of the ARNs that it acts on, and whose they are.

    None where that is not known for sure: of wildcards, of unknown actions, and of those that set tags, whose types the
    reference lists in part.
    """
    return remembering(partial(_kinds_acted_on, catalog), 16_384)


@lru_cache(maxsize=8192)
def _kinds_meant(catalog: Catalog, resource: str) -> frozenset[str] | None:
    arn = arn_of(resource)
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


def _kinds_acted_on(catalog: Catalog, text: str) -> frozenset[str] | None:
    action = catalog.action(text)
    service = catalog.service(text.partition(":")[0]) if action else None
    if action is None or service is None or action.access_level is AccessLevel.TAGGING:
        return None
    kinds = [kind for name in action.resource_types if (kind := service.resource_types.get(name))]
    if len(kinds) < len(action.resource_types):
        return None
    forms = (form for kind in kinds for form in (kind.arn, kind.arn_service))
    return frozenset((service.prefix, *forms, *(() if kinds else (f"{service.prefix}:*",))))
