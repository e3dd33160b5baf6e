"""Managed policies: the account's own, and AWS's, which everybody reads and nobody changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from django.db.models import Case, CharField, Count, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Cast, Coalesce, Concat

from accounts.models import Account, Group, Role, User
from accounts.names import IdPrefix, name_key, new_unique_id
from operations.call import Call
from operations.documents import ensure_policy_size, stored
from operations.errors import DeleteConflict, EntityAlreadyExists, ValidationError
from operations.holdings import Holder
from operations.operation import operation
from operations.paging import DEFAULT_MAX_ITEMS, Page, key_of, marker_of, page_of
from operations.quotas import ensure_room
from operations.searching import Slice, order_of, slice_of
from operations.tags import Tag, checked, tag_conditions
from policies.models import Policy

if TYPE_CHECKING:

    class ListedPolicy(Policy):
        """What the queries below add to a policy, for the type checker."""

        attachment_count: int
        permissions_boundary_usage_count: int
        default_version_id: str

        class Meta:
            proxy = True


@dataclass(frozen=True)
class PolicyEntities(Page[Holder]):
    """Who has a policy, as permissions or as a boundary: groups first, then users, then roles."""

    @property
    def policy_groups(self) -> list[Group]:
        return [one for one in self.items if isinstance(one, Group)]

    @property
    def policy_users(self) -> list[User]:
        return [one for one in self.items if isinstance(one, User)]

    @property
    def policy_roles(self) -> list[Role]:
        return [one for one in self.items if isinstance(one, Role)]


@operation("iam:CreatePolicy")
def create_policy(
    call: Call,
    *,
    policy_name: str,
    path: str | None = None,
    policy_document: str,
    description: str | None = None,
    tags: Sequence[Tag] = (),
) -> ListedPolicy:
    """Make a policy whose first version is in force; it is attached to nothing.

    Raises MalformedPolicyDocument, EntityAlreadyExists and LimitExceeded. Tags need iam:TagPolicy as well.
    """
    arn = Policy.arn_of(call.account.id, policy_name, path or "/")
    call.authorize(arn, tag_conditions(tags))
    if tags:
        call.authorize(arn, tag_conditions(tags), action="iam:TagPolicy")
    ensure_policy_size(policy_document)
    _ensure_free(call, policy_name)
    ensure_room(call.account.policies.all(), "POLICIES", "PoliciesPerAccount")
    policy = Policy.objects.create(
        account=call.account,
        policy_id=new_unique_id(IdPrefix.POLICY),
        policy_name=policy_name,
        name_key=name_key(policy_name),
        path=path or "/",
        description=description or "",
        create_date=call.now,
        update_date=call.now,
        tags=checked(tags),
    )
    policy.versions.create(number=1, text=stored(policy_document), create_date=call.now, is_default=True)
    call.respond(policyId=policy.policy_id, arn=policy.arn)
    call.undo_by("iam:DeletePolicy", policy_arn=policy.arn)
    return described(call.account).get(pk=policy.pk)


@operation("iam:GetPolicy", reads=True)
def get_policy(call: Call, *, policy_arn: str) -> ListedPolicy:
    """The policy with its `attachment_count`, `permissions_boundary_usage_count` and `default_version_id`."""
    policy = call.access(Policy, policy_arn)
    return described(call.account).get(pk=policy.pk)


@operation("iam:ListPolicies", reads=True)
def list_policies(
    call: Call,
    *,
    scope: str | None = None,
    only_attached: bool | None = None,
    path_prefix: str | None = None,
    policy_usage_filter: str | None = None,
    marker: str | None = None,
    max_items: int | None = None,
) -> Page[ListedPolicy]:
    """Policies in the order of their names: the account's, AWS's or both, narrowed by path and by use."""
    call.authorize(Policy.arn_of(call.account.id, "*", path_prefix or "/"))
    policies = described(call.account).filter(path__startswith=path_prefix or "/")
    if scope in ("AWS", "Local"):
        policies = policies.filter(account__isnull=scope == "AWS")
    if only_attached:
        policies = policies.filter(USED_AS["attached"])
    if policy_usage_filter:
        policies = policies.filter(USED_AS[policy_usage_filter])
    return page_of(policies, "listing_key", marker=marker, max_items=max_items)


@operation("iam:DeletePolicy")
def delete_policy(call: Call, *, policy_arn: str) -> None:
    """Delete a policy that nobody has and that is down to its default version; raises DeleteConflict."""
    policy = call.access(Policy, policy_arn)
    if policy.attachments.exists():
        raise DeleteConflict("Cannot delete a policy attached to entities.")
    if policy.bounded_users.exists() or policy.bounded_roles.exists():
        raise DeleteConflict("Cannot delete a policy that is used as a permissions boundary.")
    if policy.versions.count() > 1:
        raise DeleteConflict(
            "This policy has more than one version. Before you delete a policy, you must delete the policy's "
            "versions. The default version is deleted with the policy."
        )
    call.deleted(policy.snapshot())
    policy.delete()


@operation("iam:ListEntitiesForPolicy", reads=True)
def list_entities_for_policy(
    call: Call,
    *,
    policy_arn: str,
    entity_filter: str | None = None,
    path_prefix: str | None = None,
    policy_usage_filter: str | None = None,
    marker: str | None = None,
    max_items: int | None = None,
) -> PolicyEntities:
    """Who has the policy; `policy_usage_filter` asks for permissions or for boundaries only."""
    policy = call.access(Policy, policy_arn)
    account, is_bounded = call.account, policy_usage_filter == "PermissionsBoundary"
    has = Q(path__startswith=path_prefix or "/") & _has(policy, policy_usage_filter)
    groups = account.groups.filter(path__startswith=path_prefix or "/", attachments__policy=policy)
    holders: dict[str, QuerySet[Any]] = {
        "group": groups.none() if is_bounded else groups,
        "user": account.users.filter(has).distinct(),
        "role": account.roles.filter(has).distinct(),
    }
    asked = {
        kind: rows if entity_filter in (None, kind.capitalize()) else rows.none()
        for kind, rows in holders.items()
    }
    return _entities_page(asked, marker=marker, size=max_items or DEFAULT_MAX_ITEMS)


def _has(policy: Policy, usage: str | None) -> Q:
    attached, bounded = Q(attachments__policy=policy), Q(permissions_boundary=policy)
    return {"PermissionsPolicy": attached, "PermissionsBoundary": bounded}.get(
        usage or "", attached | bounded
    )


def _entities_page(holders: Mapping[str, QuerySet[Any]], *, marker: str | None, size: int) -> PolicyEntities:
    """One page over all the lists; a marker is `user <name>`, say, and the lists before that one are done."""
    kinds = list(holders)
    reached, _, key = key_of(marker).partition(" ") if marker else (kinds[0], "", "")
    if reached not in kinds:
        raise ValidationError("Invalid Marker.", parameter="marker")
    found: list[Holder] = []
    for kind in kinds[kinds.index(reached) :]:
        rows = holders[kind].filter(name_key__gt=key if kind == reached else "").order_by("name_key")
        found += rows[: size + 1 - len(found)]
    last = found[size - 1] if len(found) > size else None
    place = f"{type(last).__name__.lower()} {last.name_key}" if last else ""
    return PolicyEntities(found[:size], marker_of(place) if place else None)


SORTABLE = {"policy_name": "listing_key", "create_date": "create_date", "update_date": "update_date"}
TYPES = {
    "customer": Q(account__isnull=False),
    "aws": Q(account__isnull=True),
    "job-function": Q(account__isnull=True, path="/job-function/"),
}
ATTACHED, BOUNDING = Q(attachment_count__gt=0), Q(permissions_boundary_usage_count__gt=0)
USED_AS = {
    "attached": ATTACHED,
    "PermissionsPolicy": ATTACHED,
    "PermissionsBoundary": BOUNDING,
    "nothing": ~ATTACHED & ~BOUNDING,
}


@operation("iamconsole:SearchPolicies", action="iam:ListPolicies", reads=True)
def search_policies(
    call: Call,
    *,
    text: str | None = None,
    policy_type: str | None = None,
    used_as: str | None = None,
    sort: str | None = None,
    marker: str | None = None,
    max_items: int | None = None,
) -> Slice[ListedPolicy]:
    """The policies list. `policy_type`: customer, aws, job-function; `used_as` as in ListPolicies, or nothing."""
    call.authorize(Policy.arn_of(call.account.id, "*"))
    policies = described(call.account)
    if text:
        policies = policies.filter(Q(name_key__contains=name_key(text)) | Q(description__icontains=text))
    if policy_type:
        policies = policies.filter(TYPES[policy_type])
    if used_as:
        policies = policies.filter(USED_AS[used_as])
    order = order_of(SORTABLE, sort, tie="listing_key")
    return slice_of(policies, order, marker=marker, max_items=max_items)


@operation("iamconsole:CountPolicies", action="iam:ListPolicies", reads=True)
def count_policies(call: Call) -> int:
    """The account's own policies and AWS's together."""
    call.authorize(Policy.arn_of(call.account.id, "*"))
    return Policy.objects.visible_to(call.account.id).count()


def keyed(policies: QuerySet[Policy]) -> QuerySet[Policy]:
    """With a `listing_key` for pages: a policy of the account may bear the name of one of AWS's."""
    owner = Case(When(account__isnull=True, then=Value(" aws")), default=Value(" own"))
    return policies.annotate(listing_key=Concat("name_key", owner, output_field=CharField()))


def described(account: Account) -> QuerySet[ListedPolicy]:
    """All policies of the account and of AWS, with how often this account uses each."""
    visible = keyed(Policy.objects.visible_to(account.id)).filter(versions__is_default=True)
    described = visible.annotate(
        attachment_count=_count_by(account.attachments.all(), "policy"),
        permissions_boundary_usage_count=_count_by(account.users.all(), "permissions_boundary")
        + _count_by(account.roles.all(), "permissions_boundary"),
        default_version_id=Concat(Value("v"), Cast(F("versions__number"), CharField())),
    )
    return cast("QuerySet[ListedPolicy]", described)


def _count_by(rows: QuerySet[Any], column: str) -> Coalesce:
    """How many rows name the policy of the query around in that column."""
    counted = rows.filter(**{column: OuterRef("pk")}).order_by().values(column).annotate(total=Count("pk"))
    return Coalesce(Subquery(counted.values("total")), 0)


def _ensure_free(call: Call, policy_name: str) -> None:
    if call.account.policies.filter(name_key=name_key(policy_name)).exists():
        raise EntityAlreadyExists(
            f"A policy called {policy_name} already exists. Duplicate names are not allowed.",
            parameter="policy_name",
        )
