"""How far a user can get: what it can become by escalation, over all users, groups and policies of the account."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from accounts.models import Account, User
from operations.authorization import asker_of
from operations.call import Call
from operations.everybody import Holdings, holdings_of
from operations.holdings import documents
from operations.operation import operation
from policies.all_actions import all_actions
from policies.engine import Directory, Identity, Policy, Reachable, reachable


@operation("iamconsole:ListReachable", action="iam:GetAccountAuthorizationDetails", reads=True)
def list_reachable(call: Call, *, user_name: str) -> Reachable:
    """Everything that a user can become, nearest first, with the path to it. Raises NoSuchEntity.

    The engine decides each step as it would a request, and follows what was won; where a step wants conditions that
    only a request can tell, it says so.
    """
    call.authorize("*")
    user = call.access(User, user_name, action="iam:GetUser")
    return reachable(user.arn, _directory(call.account), all_actions().universe)


def _directory(account: Account) -> Directory:
    held = holdings_of(account)
    groups = {group.pk: group.arn for group in account.groups.all()}
    with_device = set(account.mfa_devices.filter(user__isnull=False).values_list("user_id", flat=True))
    identities = (
        _identity(user, held, groups, has_device=user_id in with_device)
        for user_id, user in held.users.items()
    )
    return Directory(
        account.id,
        {identity.arn: identity for identity in identities},
        {arn: held.of_groups.get(group_id, ()) for group_id, arn in groups.items()},
        OtherVersions(account),
    )


def _identity(user: User, held: Holdings, groups: Mapping[int, str], *, has_device: bool) -> Identity:
    asker = asker_of(user)
    return Identity(
        asker.principal,
        held.of(user.pk),
        asker.known,
        groups=tuple(groups[group_id] for group_id in held.groups.get(user.pk, ())),
        has_password=user.has_console_access,
        has_device=has_device,
    )


class OtherVersions(Mapping[str, Sequence[Policy]]):
    """The versions of the account's policies that are not in force, read where a path asks for them."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self._known: dict[str, Sequence[Policy]] = {}

    def __getitem__(self, arn: str) -> Sequence[Policy]:
        if arn not in self._known:
            self._known[arn] = self._read(arn)
        return self._known[arn]

    def __iter__(self) -> Iterator[str]:
        return iter(self._known)

    def __len__(self) -> int:
        return len(self._known)

    def _read(self, arn: str) -> Sequence[Policy]:
        policies = self._account.policies.filter(policy_name=arn.rpartition("/")[2])
        others = policies.filter(versions__is_default=False)
        hashes = list(others.order_by("versions__number").values_list("versions__text_id", flat=True))
        texts = documents(hashes)
        return [texts[text_hash] for text_hash in hashes]
