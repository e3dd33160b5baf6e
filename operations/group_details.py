"""What the pages of groups and the wizards show of permissions, each in one read, however many rows there are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypedDict

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from accounts.models import Attachment, Group, User
from accounts.names import name_key
from operations.authorization import tag_context
from operations.call import Call
from operations.errors import AccessDenied
from operations.holdings import documents
from operations.operation import operation
from operations.searching import Slice, order_of, slice_of
from operations.users import SORTABLE
from policies.engine import Policy as Document
from policies.models import Policy

if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations

    class TextInForce(TypedDict):
        text_hash: str

    AttachmentInForce = WithAnnotations[Attachment, TextInForce]
    PolicyInForce = WithAnnotations[Policy, TextInForce]

INLINE = "Customer inline"


@dataclass(frozen=True, slots=True)
class Granted:
    """One policy of a group or user, or one on its own. Inline policies have no ARN."""

    policy_name: str
    type: str
    arn: str
    # None where the caller may not read the text.
    document: Document | None

    @property
    def is_inline(self) -> bool:
        return not self.arn


@dataclass(frozen=True, slots=True)
class GroupDetails:
    group: Group
    user_count: int
    attached_count: int
    inline_count: int

    @property
    def policy_count(self) -> int:
        return self.attached_count + self.inline_count


@operation("iamconsole:GetGroupDetails", action="iam:GetGroup", reads=True)
def get_group_details(call: Call, *, group_name: str) -> GroupDetails:
    """A group, and how much is in it."""
    return _details(call, [call.access(Group, group_name)])[0]


@operation("iamconsole:ListGroupDetails", action="iam:GetGroup", reads=True)
def list_group_details(call: Call, *, group_names: Sequence[str]) -> Sequence[GroupDetails]:
    """The same of several groups, in their order. Raises NoSuchEntity for the first that does not exist."""
    return _details(call, call.access_all(Group, group_names))


def _details(call: Call, groups: Sequence[Group]) -> list[GroupDetails]:
    counts = call.account.groups.filter(pk__in=[group.pk for group in groups]).values_list(
        "pk",
        _count_in(call.account.memberships.all()),
        _count_in(call.account.attachments.all()),
        _count_in(call.account.inline_policies.all()),
    )
    found = {key: how_many for key, *how_many in counts}
    return [GroupDetails(group, *found[group.pk]) for group in groups]


def _count_in(rows: QuerySet[Any]) -> Coalesce:
    """How many rows belong to the group of the query around."""
    counted = rows.filter(group=OuterRef("pk")).order_by().values("group").annotate(total=Count("pk"))
    return Coalesce(Subquery(counted.values("total")), 0)


@operation("iamconsole:SearchGroupUsers", action="iam:GetGroup", reads=True)
def search_group_users(
    call: Call,
    *,
    group_name: str,
    text: str | None = None,
    sort: str | None = None,
    marker: str | None = None,
    max_items: int | None = None,
) -> Slice[User]:
    """The users of a group, narrowed to names that hold `text`, with their groups prefetched."""
    users = call.access(Group, group_name).users.prefetch_related("groups")
    if text:
        users = users.filter(name_key__contains=name_key(text))
    return slice_of(users, order_of(SORTABLE, sort), marker=marker, max_items=max_items)


@operation("iamconsole:ListPermissionsOfGroups", action="iam:ListAttachedGroupPolicies", reads=True)
def list_permissions_of_groups(call: Call, *, group_names: Sequence[str]) -> Mapping[str, Sequence[Granted]]:
    """The policies of several groups by group name; a name that does not exist is left out."""
    found = call.account.groups.filter(name_key__in=[name_key(name) for name in group_names])
    groups = {group.name_key: group for group in found}
    for name in group_names:
        _authorize(call, groups.get(name_key(name)), Group.presumed_arn(call.account, name))
    granted = _granted(call, list(groups.values()), "Group")
    return {group.group_name: granted[group.pk] for group in groups.values()}


@operation("iamconsole:ListPermissionsOfUsers", action="iam:ListAttachedUserPolicies", reads=True)
def list_permissions_of_users(call: Call, *, user_names: Sequence[str]) -> Mapping[str, Sequence[Granted]]:
    """The policies that several users have directly, not those through groups, by user name."""
    found = call.account.users.filter(name_key__in=[name_key(name) for name in user_names])
    users = {user.name_key: user for user in found}
    for name in user_names:
        _authorize(call, users.get(name_key(name)), User.presumed_arn(call.account, name))
    granted = _granted(call, list(users.values()), "User")
    return {user.user_name: granted[user.pk] for user in users.values()}


@operation("iamconsole:ReadPolicies", action="iam:GetPolicyVersion", reads=True)
def read_policies(call: Call, *, policy_arns: Sequence[str]) -> Mapping[str, Granted]:
    """Managed policies with the texts in force, by ARN; one that does not exist is left out."""
    for arn in policy_arns:
        call.authorize(arn)
    names = [name_key(arn.rpartition("/")[2]) for arn in policy_arns]
    named = Policy.objects.visible_to(call.account.id).filter(name_key__in=names, versions__is_default=True)
    policies = [policy for policy in _in_force(named) if policy.arn in policy_arns]
    texts = documents(policy.text_hash for policy in policies)
    return {row.arn: Granted(row.policy_name, row.type, row.arn, texts[row.text_hash]) for row in policies}


def _in_force(policies: QuerySet[Policy]) -> QuerySet[PolicyInForce]:
    return policies.annotate(text_hash=F("versions__text_id"))


def _authorize(call: Call, holder: User | Group | None, presumed: str) -> None:
    """The real ARN decides and the presumed one is shown, so that a refusal tells nothing of the holder."""
    if holder is None:
        call.authorize(presumed)
    else:
        call.authorize(holder.arn, tag_context("aws:ResourceTag", holder.tags), shown=presumed)


def _granted(
    call: Call, holders: Sequence[User] | Sequence[Group], kind: str
) -> Mapping[int, Sequence[Granted]]:
    """The policies of each holder, in the order of names; inline ones where they may be listed."""
    column = kind.lower()
    listed = [holder for holder in holders if _may(call, f"iam:List{kind}Policies", holder.arn)]
    attached = call.account.attachments.filter(
        Q(**{f"{column}__in": holders}), policy__versions__is_default=True
    )
    attachments: list[AttachmentInForce] = list(
        attached.select_related("policy").annotate(text_hash=F("policy__versions__text_id"))
    )
    inline = list(call.account.inline_policies.filter(Q(**{f"{column}__in": listed})).select_related(column))
    texts = documents([row.text_hash for row in attachments] + [row.text_id for row in inline])
    granted: dict[int, list[Granted]] = {holder.pk: [] for holder in holders}
    for row in attachments:
        granted[getattr(row, f"{column}_id")].append(_attached(call, row.policy, texts[row.text_hash]))
    for embedded in inline:
        holder = getattr(embedded, column)
        document = texts[embedded.text_id] if _may(call, f"iam:Get{kind}Policy", holder.arn) else None
        granted[holder.pk].append(Granted(embedded.policy_name, INLINE, "", document))
    return {pk: sorted(rows, key=lambda one: one.policy_name.lower()) for pk, rows in granted.items()}


def _attached(call: Call, policy: Policy, text: Document) -> Granted:
    document = text if _may(call, "iam:GetPolicyVersion", policy.arn) else None
    return Granted(policy.policy_name, policy.type, policy.arn, document)


def _may(call: Call, action: str, resource: str) -> bool:
    """Whether a part is shown; a page without it is no refusal of the page."""
    try:
        call.authorize(resource, action=action)
    except AccessDenied:
        return False
    return True
