"""How far a user can get: what it can become by escalation, over all identities and policies of the account."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from accounts.models import Account, Role, User
from accounts.models.role import SERVICE_LINKED_PATH
from operations.authorization import asker_of, facts_of_principal
from operations.call import Call
from operations.everybody import Holdings, Sources, holdings_of, roles_holding
from operations.holdings import Row, documents
from operations.operation import operation
from operations.principals import AssumedRole
from operations.trust import shown_trust_policies
from policies.all_actions import all_actions
from policies.engine import Directory, Identity, Policy, Principal, Reachable, Source, parse_policy, reachable
from policies.engine.patterns import fold

# Whoever assumes a role says how the session is called.
ANY_SESSION = "session"


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
    # Users and roles with the same policy share it, so that the engine hears it once.
    known: dict[Row, Source] = {}
    held = holdings_of(account, known=known)
    groups = {group.pk: group.arn for group in account.groups.all()}
    with_device = set(account.mfa_devices.filter(user__isnull=False).values_list("user_id", flat=True))
    users = (
        _identity(user, held, groups, has_device=user_id in with_device)
        for user_id, user in held.users.items()
    )
    return Directory(
        account.id,
        {identity.arn: identity for identity in (*users, *_roles(account, known))},
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


def _roles(account: Account, known: dict[Row, Source]) -> Iterator[Identity]:
    """The roles that people can take on or change, each with those whom it trusts now."""
    roles = account.roles.exclude(path__startswith=SERVICE_LINKED_PATH)
    held = roles_holding(account, roles, known)
    trusting = shown_trust_policies([role for role, _ in held])
    parsed = {text: parse_policy(text) for text in set(trusting.values())}
    for role, sources in held:
        yield _role(role, sources, parsed[trusting[role.pk]])


def _role(role: Role, sources: Sources, trust: Policy) -> Identity:
    facts = facts_of_principal(AssumedRole(role, ANY_SESSION), role.account_id)
    context = {fold(key): (value,) for key, value in facts.items()}
    return Identity(Principal.of(role.arn), sources, context, trust=trust)


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
