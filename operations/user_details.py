"""What the pages of users show, each in one read. A part that the caller may not see is withheld, and said so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import F, Q, QuerySet

from accounts.models import Attachment, Group, InlinePolicy, MFADevice, User
from accounts.names import name_key
from operations.authorization import Context, request_of, tag_context
from operations.call import Call
from operations.errors import AccessDenied, NoSuchEntity
from operations.holdings import Holder, documents
from operations.operation import operation
from policies.engine import Policy as Document
from policies.engine import decide
from policies.models import Policy

if TYPE_CHECKING:
    from typing import TypedDict

    from django_stubs_ext import WithAnnotations

    class TextFacts(TypedDict):
        text_hash: str

    AttachmentInForce = WithAnnotations[Attachment, TextFacts]

INLINE = "Customer inline"


@dataclass(frozen=True, slots=True)
class UserDetails:
    """The head of a user's page. Groups or devices are empty, too, when `withheld` holds their refusal."""

    user: User
    groups: Sequence[Group]
    devices: Sequence[MFADevice]
    withheld: Sequence[AccessDenied] = ()


@dataclass(frozen=True, slots=True)
class Holding:
    """One policy that a user has, directly or through a group; an inline one has no ARN.

    `document` is None where the caller may know that the policy is there, but not what it says.
    """

    policy_name: str
    type: str
    arn: str
    group_name: str
    document: Document | None

    @property
    def is_inline(self) -> bool:
        return not self.arn

    @property
    def key(self) -> str:
        """Tells the policies of one user apart."""
        return f"{self.group_name}/{self.arn or self.policy_name}"


@dataclass(frozen=True, slots=True)
class UserPermissions:
    details: UserDetails
    holdings: Sequence[Holding]
    withheld: Sequence[AccessDenied] = ()


@operation("iamconsole:GetUserDetails", action="iam:GetUser", reads=True)
def get_user_details(call: Call, *, user_name: str) -> UserDetails:
    """A user with its groups and MFA devices."""
    return _details(call, call.access(User, user_name))


@operation("iamconsole:GetUserPermissions", action="iam:GetUser", reads=True)
def get_user_permissions(call: Call, *, user_name: str) -> UserPermissions:
    """A user with every policy it has: attached, inline, and through its groups."""
    details, parts = _details(call, call.access(User, user_name)), _Parts(call)
    attached = call.account.attachments.filter(_holders(parts, details, "iam:ListAttached{}Policies"))
    inline = call.account.inline_policies.filter(_holders(parts, details, "iam:List{}Policies"))
    return UserPermissions(details, _holdings(call, attached, inline), parts.withheld)


@operation("iamconsole:ListUserContents", action="iam:GetUser", reads=True)
def list_user_contents(call: Call, *, user_names: Sequence[str]) -> Sequence[User]:
    """Users with all that hangs on them prefetched: what their deletion would take along."""
    related = ("groups", "mfa_devices", "attachments__policy", "inline_policies")
    users = call.account.users.filter(name_key__in=[name_key(name) for name in user_names])
    found = {user.name_key: user for user in users.prefetch_related(*related)}
    for name in user_names:
        _authorize(call, found.get(name_key(name)), User.presumed_arn(call.account, name))
    missing = [name for name in user_names if name_key(name) not in found]
    if missing:
        raise NoSuchEntity(User.missing(missing[0]))
    return list(found.values())


def _authorize(call: Call, user: User | None, presumed: str) -> None:
    """The real ARN decides and the presumed one is shown, so that a refusal tells nothing of the user."""
    if user is None:
        call.authorize(presumed)
    else:
        call.authorize(user.arn, _tag_context(user), shown=presumed)


class _Parts:
    """Decides part by part what a page may show, and keeps the first refusal of each action."""

    def __init__(self, call: Call) -> None:
        self._call = call
        self._refusals: dict[str, AccessDenied] = {}

    @property
    def withheld(self) -> tuple[AccessDenied, ...]:
        return tuple(self._refusals.values())

    def may(self, action: str, holder: User | Group) -> bool:
        try:
            self._call.authorize(holder.arn, _tag_context(holder), action=action)
        except AccessDenied as error:
            self._refusals.setdefault(action, error)
            return False
        return True


def _details(call: Call, user: User) -> UserDetails:
    parts = _Parts(call)
    groups = list(user.groups.all()) if parts.may("iam:ListGroupsForUser", user) else []
    devices = list(user.mfa_devices.all()) if parts.may("iam:ListMFADevices", user) else []
    return UserDetails(user, groups, devices, parts.withheld)


def _holders(parts: _Parts, details: UserDetails, action: str) -> Q:
    """The user and its groups, as far as the caller may list their policies."""
    readable = [group for group in details.groups if parts.may(action.format("Group"), group)]
    through_groups = Q(group__in=readable)
    is_own_readable = parts.may(action.format("User"), details.user)
    return through_groups | Q(user=details.user) if is_own_readable else through_groups


def _holdings(
    call: Call, attached: QuerySet[Attachment], inline: QuerySet[InlinePolicy]
) -> Sequence[Holding]:
    in_force = attached.filter(policy__versions__is_default=True).select_related("policy", "group")
    attachments = list(in_force.annotate(text_hash=F("policy__versions__text_id")))
    inlines = list(inline.select_related("user", "group"))
    texts = documents([row.text_hash for row in attachments] + [row.text_id for row in inlines])
    holdings = [_attached(call, row, texts[row.text_hash]) for row in attachments]
    holdings += [_embedded(call, row, texts[row.text_id]) for row in inlines]
    return sorted(holdings, key=lambda held: (held.policy_name.lower(), held.group_name.lower()))


def _attached(call: Call, row: AttachmentInForce, text: Document) -> Holding:
    policy = row.policy
    is_readable = may_read(call, "iam:GetPolicyVersion", policy)
    group_name = row.group.group_name if row.group else ""
    return Holding(policy.policy_name, policy.type, policy.arn, group_name, text if is_readable else None)


def _embedded(call: Call, row: InlinePolicy, text: Document) -> Holding:
    if row.group is not None:
        is_readable = may_read(call, "iam:GetGroupPolicy", row.group)
        return Holding(row.policy_name, INLINE, "", row.group.group_name, text if is_readable else None)
    is_readable = row.user is not None and may_read(call, "iam:GetUserPolicy", row.user)
    return Holding(row.policy_name, INLINE, "", "", text if is_readable else None)


def may_read(call: Call, action: str, holder: Holder | Policy) -> bool:
    """Decided without a word: the row itself says that its statements are not shown."""
    context = {"aws:ResourceAccount": call.caller.account_id, **_tag_context(holder)}
    request = request_of(call.caller, action, holder.arn, now=call.now, context=context)
    return decide(request, call.policies).is_allowed


def _tag_context(holder: Holder | Policy) -> Context:
    return {**tag_context("aws:ResourceTag", holder.tags), **tag_context("iam:ResourceTag", holder.tags)}
