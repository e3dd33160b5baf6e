"""The whole account on a few pages: every user, group, role and policy, with what it holds."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from django.db.models import Q, QuerySet

from accounts.models import Account, Group, Role, User
from operations.call import Call
from operations.errors import ValidationError
from operations.operation import operation
from operations.paging import DEFAULT_MAX_ITEMS, key_of, marker_of
from operations.policies import described
from operations.roles import RoleLastUsed
from operations.trust import shown_trust_policies
from policies.models import AWS_ACCOUNT, Policy, PolicyVersion

Detail: TypeAlias = Mapping[str, Any]
Rows: TypeAlias = "dict[int | None, list[Any]]"


@dataclass(frozen=True, slots=True)
class AuthorizationDetails:
    """One page over all kinds, in the order of its lists."""

    user_detail_list: Sequence[Detail]
    group_detail_list: Sequence[Detail]
    role_detail_list: Sequence[Detail]
    policies: Sequence[Detail]
    is_truncated: bool
    marker: str | None


@operation("iam:GetAccountAuthorizationDetails", reads=True)
def get_account_authorization_details(
    call: Call, *, filter: Sequence[str] = (), max_items: int | None = None, marker: str | None = None
) -> AuthorizationDetails:
    """Everything that decides what anybody in the account may do; of AWS's policies, those in use.

    A constant number of queries for each kind on a page, however many objects it holds.
    """
    call.authorize("*")
    kinds = [kind for kind in KINDS if not filter or kind in filter]
    found, ending = _page(call.account, kinds, marker, max_items or DEFAULT_MAX_ITEMS)
    shown = {kind: KINDS[kind].details(call.account, rows) for kind, rows in found.items() if rows}
    return AuthorizationDetails(
        shown.get("User", []),
        shown.get("Group", []),
        shown.get("Role", []),
        [*shown.get("LocalManagedPolicy", []), *shown.get("AWSManagedPolicy", [])],
        is_truncated=ending is not None,
        marker=marker_of(ending) if ending else None,
    )


def _page(
    account: Account, kinds: Sequence[str], marker: str | None, size: int
) -> tuple[dict[str, list[Any]], str | None]:
    """The rows of one page by kind, and the place of the last one when there are more."""
    start, after = _place(marker, kinds)
    found: dict[str, list[Any]] = {}
    room, ending = size, None
    for kind in kinds[kinds.index(start) :]:
        rows, key = KINDS[kind].rows(account), KINDS[kind].key
        if kind == start and after:
            rows = rows.filter(**{f"{key}__gt": after})
        # One more than there is room for tells whether this is all.
        listed = list(rows.order_by(key)[: room + 1])
        if len(listed) > room:
            return found | {
                kind: listed[:room]
            }, ending if room == 0 else f"{kind} {getattr(listed[room - 1], key)}"
        found[kind], room = listed, room - len(listed)
        if listed:
            ending = f"{kind} {getattr(listed[-1], key)}"
    return found, None


def _place(marker: str | None, kinds: Sequence[str]) -> tuple[str, str]:
    """The kind to begin with, and the key after which; raises ValidationError for a marker of another list."""
    if marker is None:
        return kinds[0], ""
    kind, _, key = key_of(marker).partition(" ")
    if kind not in kinds:
        raise ValidationError("Invalid Marker.", parameter="marker")
    return kind, key


def user_details(account: Account, users: Sequence[User]) -> list[Detail]:
    held = _held(account, "user", users)
    names: Rows = defaultdict(list)
    memberships = account.memberships.filter(user__in=[user.pk for user in users]).order_by("group__name_key")
    for user_id, name in memberships.values_list("user_id", "group__group_name"):
        names[user_id].append(name)
    return [
        {
            "Path": user.path,
            "UserName": user.user_name,
            "UserId": user.user_id,
            "Arn": user.arn,
            "CreateDate": user.create_date,
            "UserPolicyList": held.inline[user.pk],
            "GroupList": names[user.pk],
            "AttachedManagedPolicies": held.attached[user.pk],
            "PermissionsBoundary": user.permissions_boundary,
            "Tags": user.tags,
        }
        for user in users
    ]


def group_details(account: Account, groups: Sequence[Group]) -> list[Detail]:
    held = _held(account, "group", groups)
    return [
        {
            "Path": group.path,
            "GroupName": group.group_name,
            "GroupId": group.group_id,
            "Arn": group.arn,
            "CreateDate": group.create_date,
            "GroupPolicyList": held.inline[group.pk],
            "AttachedManagedPolicies": held.attached[group.pk],
        }
        for group in groups
    ]


def role_details(account: Account, roles: Sequence[Role]) -> list[Detail]:
    held, trust = _held(account, "role", roles), shown_trust_policies(roles)
    profiles: Rows = defaultdict(list)
    for profile in account.instance_profiles.filter(role__in=[role.pk for role in roles]):
        profiles[profile.role_id].append(profile)
    return [
        {
            "Path": role.path,
            "RoleName": role.role_name,
            "RoleId": role.role_id,
            "Arn": role.arn,
            "CreateDate": role.create_date,
            "AssumeRolePolicyDocument": trust[role.pk],
            "InstanceProfileList": [_profile(one, role) for one in profiles[role.pk]],
            "RolePolicyList": held.inline[role.pk],
            "AttachedManagedPolicies": held.attached[role.pk],
            "PermissionsBoundary": role.permissions_boundary,
            "Tags": role.tags,
            "RoleLastUsed": RoleLastUsed(role.last_used_date, role.last_used_region or None),
        }
        for role in roles
    ]


def _profile(profile: Any, role: Role) -> Detail:
    return {
        "Path": profile.path,
        "InstanceProfileName": profile.instance_profile_name,
        "InstanceProfileId": profile.instance_profile_id,
        "Arn": profile.arn,
        "CreateDate": profile.create_date,
        "Roles": [
            {
                "Path": role.path,
                "RoleName": role.role_name,
                "RoleId": role.role_id,
                "Arn": role.arn,
                "CreateDate": role.create_date,
            }
        ],
        "Tags": profile.tags,
    }


def policy_details(_: Account, policies: Sequence[Any]) -> list[Detail]:
    versions: Rows = defaultdict(list)
    stored = (
        PolicyVersion.objects.filter(policy__in=[policy.pk for policy in policies])
        .select_related("text")
        .order_by("-number")
    )
    for version in stored:
        versions[version.policy_id].append(version)
    return [
        {
            "PolicyName": policy.policy_name,
            "PolicyId": policy.policy_id,
            "Arn": policy.arn,
            "Path": policy.path,
            "DefaultVersionId": policy.default_version_id,
            "AttachmentCount": policy.attachment_count,
            "PermissionsBoundaryUsageCount": policy.permissions_boundary_usage_count,
            "IsAttachable": True,
            "Description": policy.description or None,
            "CreateDate": policy.create_date,
            "UpdateDate": policy.update_date,
            "PolicyVersionList": versions[policy.pk],
        }
        for policy in policies
    ]


@dataclass(frozen=True, slots=True)
class Held:
    """The policies of many holders of one kind, by their keys."""

    attached: Rows
    inline: Rows


def _held(account: Account, kind: str, holders: Sequence[User | Group | Role]) -> Held:
    attached: Rows = defaultdict(list)
    inline: Rows = defaultdict(list)
    mine = {f"{kind}__in": [holder.pk for holder in holders]}
    policies = account.attachments.filter(**mine).order_by("policy__name_key", "policy__account_id")
    columns = ("policy__account_id", "policy__path", "policy__policy_name")
    for key, owner, path, name in policies.values_list(f"{kind}_id", *columns):
        arn = Policy.arn_of(owner or AWS_ACCOUNT, name, path)
        attached[key].append({"PolicyName": name, "PolicyArn": arn})
    embedded = account.inline_policies.filter(**mine).order_by("name_key")
    for key, name, document in embedded.values_list(f"{kind}_id", "policy_name", "text__document"):
        inline[key].append({"PolicyName": name, "PolicyDocument": document})
    return Held(attached, inline)


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of what an account holds: its rows, what orders them, and how they are told in full."""

    rows: Callable[[Account], QuerySet[Any]]
    key: str
    details: Callable[[Account, Any], list[Detail]]


def _in_use(account: Account) -> QuerySet[Any]:
    """Of AWS's policies, those that somebody in the account has."""
    used = Q(attachment_count__gt=0) | Q(permissions_boundary_usage_count__gt=0)
    return described(account).filter(used, account__isnull=True)


KINDS: Final[Mapping[str, Kind]] = {
    "User": Kind(lambda it: it.users.select_related("permissions_boundary"), "name_key", user_details),
    "Group": Kind(lambda it: it.groups.all(), "name_key", group_details),
    "Role": Kind(
        lambda it: it.roles.select_related("permissions_boundary", "trust_policy"), "name_key", role_details
    ),
    "LocalManagedPolicy": Kind(
        lambda it: described(it).filter(account__isnull=False), "name_key", policy_details
    ),
    "AWSManagedPolicy": Kind(_in_use, "name_key", policy_details),
}
