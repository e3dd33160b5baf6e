"""Ways from what one may do to more: the escalation paths of IAM that are known, each a few actions.

After the public lists of Rhino Security Labs ("AWS IAM Privilege Escalation Methods") and of Bishop Fox ("IAM
Vulnerable"), as far as they use IAM and STS alone. iam:PassRole is not among them: it needs a service that runs as the
role.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Final

from policies.engine.arns import split_arn
from policies.engine.conditions import Condition
from policies.engine.document import Effect, Policy, Statement
from policies.engine.kinds import Kind, Layer
from policies.engine.lazy import lazy
from policies.engine.request import Principal
from policies.engine.segments import SEGMENTS
from policies.engine.sources import Source
from policies.engine.variables import Context

ADMINISTRATOR: Final = "arn:aws:iam::aws:policy/AdministratorAccess"
EVERYTHING: Final = Source(
    Kind.IDENTITY,
    "AdministratorAccess",
    ADMINISTRATOR,
    Policy("2012-10-17", "", (Statement(0, Effect.ALLOW, "2012-10-17", actions=("*",), resources=("*",)),)),
)
NEW: Final = "new-identity"


@dataclass(frozen=True)
class Identity:
    """A user or a role of the account, with all that applies to it.

    `sources` are its own policies, those of its groups, and its boundary. `context` are the folded keys that describe
    it. `trust` is a role's trust policy. Whoever resets the password of a user that `has_device` has to remove the
    device as well, to sign in.
    """

    principal: Principal
    sources: tuple[Source, ...] = ()
    context: Context = field(default_factory=dict)
    groups: tuple[str, ...] = ()
    trust: Policy | None = None
    has_password: bool = False
    has_device: bool = False

    @property
    def arn(self) -> str:
        """The identity's ARN."""
        return self.principal.arn

    @property
    def is_role(self) -> bool:
        """Whether it is assumed instead of signed in as."""
        return self.principal.is_role

    @property
    def boundary(self) -> Source | None:
        """Its permissions boundary."""
        return next((source for source in self.sources if source.kind is Kind.BOUNDARY), None)

    def holding(self, sources: Iterable[Source]) -> "Identity":
        """The same with other policies."""
        return replace(self, sources=tuple(sources))

    def without(self, gone: Iterable[Source]) -> "Identity":
        """The same without these policies, told apart by identity."""
        places = set(map(id, gone))
        return self.holding(source for source in self.sources if id(source) not in places)

    def raised(self) -> "Identity":
        """The same with a policy that allows everything. Boundaries and denials stay."""
        return self if EVERYTHING in self.sources else self.holding((*self.sources, EVERYTHING))


@dataclass(frozen=True)
class Directory:
    """An account as escalation sees it: identities and groups by ARN, and the other versions of managed policies.

    The policies of a group are the very objects that its members hold.
    """

    account_id: str
    identities: Mapping[str, Identity]
    groups: Mapping[str, tuple[Source, ...]] = field(default_factory=dict)
    versions: Mapping[str, Sequence[Policy]] = field(default_factory=dict)

    @lazy
    def roles(self) -> Sequence[Identity]:
        """Those that are assumed."""
        return [identity for identity in self.identities.values() if identity.is_role]


@dataclass(frozen=True)
class Ask:
    """An action on a resource that a way needs; `told` are the keys of IAM's own that the request would carry.

    With `trust`, the role's trust policy has its say.
    """

    action: str
    resource: str
    told: Context = field(default_factory=dict)
    trust: Policy | None = None

    @property
    def context(self) -> Context:
        """The keys that this request carries, and those that it surely does not."""
        return {**_ABSENT, **self.told}


@dataclass(frozen=True)
class Way:
    """What has to be asked, and who one is afterwards."""

    asks: tuple[Ask, ...]
    to: Identity


def ways_of(identity: Identity, directory: Directory, may: Callable[[str], bool]) -> Iterator[Way]:
    """Every known way on, whether or not the identity may go it to the end.

    `may` tells of an action whether it may perform it on anything at all. Most may not, and an account may hold
    thousands of others to become.
    """
    for kind_of_way in (_raise_oneself, _rewrite, _join, _shed, _unbind, _assume, _make_another):
        yield from kind_of_way(identity, directory)
    if any(map(may, _CREDENTIALS)):
        yield from _become(identity, directory)


def _raise_oneself(identity: Identity, _: Directory) -> Iterator[Way]:
    """More for oneself, or for a group one is in."""
    kind = "Role" if identity.is_role else "User"
    holders = [(kind, identity.arn), *(("Group", arn) for arn in identity.groups)]
    for what, arn in holders:
        limits = _limit_of(identity) if what != "Group" else {}
        yield Way((Ask(f"iam:Attach{what}Policy", arn, {**_POLICY, **limits}),), identity.raised())
        yield Way((Ask(f"iam:Put{what}Policy", arn, limits),), identity.raised())
    if not identity.is_role:
        yield from _retag(identity)


def _retag(identity: Identity) -> Iterator[Way]:
    """Other tags for oneself, or none: whatever they decide is decided as one wants it."""
    for action in ("iam:TagUser", "iam:UntagUser"):
        is_tagging = action == "iam:TagUser"
        freed = identity.holding(_freed_source(it, is_tagging=is_tagging) for it in identity.sources)
        if any(new is not old for new, old in zip(freed.sources, identity.sources, strict=True)):
            yield Way((Ask(action, identity.arn),), freed)


def _rewrite(identity: Identity, directory: Directory) -> Iterator[Way]:
    """Another text for a policy one holds: a new version, or an older one that allows more."""
    for source in identity.sources:
        if source.layer is not Layer.IDENTITY or not _is_own(source.arn, directory):
            continue
        yield Way((Ask("iam:CreatePolicyVersion", source.arn),), identity.without([source]).raised())
        for version in directory.versions.get(source.arn, ()):
            others = identity.without([source]).sources
            yield Way(
                (Ask("iam:SetDefaultPolicyVersion", source.arn),),
                identity.holding((*others, replace(source, document=version))),
            )


def _join(identity: Identity, directory: Directory) -> Iterator[Way]:
    """Into a group that has more."""
    if identity.is_role:
        return
    for arn, sources in directory.groups.items():
        if arn not in identity.groups and sources:
            joined = replace(identity, groups=(*identity.groups, arn))
            yield Way((Ask("iam:AddUserToGroup", arn),), joined.holding((*identity.sources, *sources)))


def _shed(identity: Identity, directory: Directory) -> Iterator[Way]:
    """Out of a policy that denies."""
    kind = "Role" if identity.is_role else "User"
    for source in identity.sources:
        if source.layer is not Layer.IDENTITY or not _denies(source):
            continue
        rest = identity.without([source])
        holders = [
            arn for arn in identity.groups if any(it is source for it in directory.groups.get(arn, ()))
        ]
        limits = {} if holders else _limit_of(identity)
        what, where = ("Group", holders[0]) if holders else (kind, identity.arn)
        if source.arn:
            context = {"iam:policyarn": (source.arn,), **limits}
            yield Way((Ask(f"iam:Detach{what}Policy", where, context),), rest)
        else:
            yield Way((Ask(f"iam:Delete{what}Policy", where, limits),), rest)
        if holders:
            left = replace(identity, groups=tuple(arn for arn in identity.groups if arn != holders[0]))
            yield Way(
                (Ask("iam:RemoveUserFromGroup", holders[0]),), left.without(directory.groups[holders[0]])
            )


def _unbind(identity: Identity, directory: Directory) -> Iterator[Way]:
    """Out of one's permissions boundary, or into a wider one."""
    boundary = identity.boundary
    if boundary is None:
        return
    kind, free = "Role" if identity.is_role else "User", identity.without([boundary])
    yield Way((Ask(f"iam:Delete{kind}PermissionsBoundary", identity.arn, _limit_of(identity)),), free)
    wider = {"iam:permissionsboundary": (ADMINISTRATOR,)}
    yield Way((Ask(f"iam:Put{kind}PermissionsBoundary", identity.arn, wider),), free)
    if _is_own(boundary.arn, directory):
        yield Way((Ask("iam:CreatePolicyVersion", boundary.arn),), free)


def _become(identity: Identity, directory: Directory) -> Iterator[Way]:
    """Another user, who may have more."""
    for other in directory.identities.values():
        if other.is_role or other.arn == identity.arn:
            continue
        yield Way((Ask("iam:CreateAccessKey", other.arn),), other)
        device = (Ask("iam:DeactivateMFADevice", other.arn),) if other.has_device else ()
        verb = "Update" if other.has_password else "Create"
        yield Way((Ask(f"iam:{verb}LoginProfile", other.arn), *device), other)


def _assume(identity: Identity, directory: Directory) -> Iterator[Way]:
    """A role, as it is or with more."""
    for role in directory.roles:
        if role.arn == identity.arn:
            continue
        assume = Ask("sts:AssumeRole", role.arn, trust=role.trust)
        yield Way((assume,), role)
        # Who writes the trust policy names oneself in it, which is enough in one account.
        yield Way((Ask("iam:UpdateAssumeRolePolicy", role.arn),), role)
        for verb, context in (("Attach", {**_POLICY, **_limit_of(role)}), ("Put", _limit_of(role))):
            yield Way((Ask(f"iam:{verb}RolePolicy", role.arn, context), assume), role.raised())


def _make_another(identity: Identity, directory: Directory) -> Iterator[Way]:
    """A new identity that may do everything, without a boundary."""
    for user in _new_arns(identity, directory, "user"):
        for verb, context in _GRANTS:
            allowed = Ask(f"iam:{verb}UserPolicy", user, context)
            for credential in ("iam:CreateAccessKey", "iam:CreateLoginProfile"):
                asks = (Ask("iam:CreateUser", user), allowed, Ask(credential, user))
                yield Way(asks, Identity(Principal.of(user)).raised())
    for role in _new_arns(identity, directory, "role"):
        for verb, context in _GRANTS:
            granted = Ask(f"iam:{verb}RolePolicy", role, context)
            created = Ask("iam:CreateRole", role)
            yield Way((created, granted), Identity(Principal.of(role)).raised())


def _new_arns(identity: Identity, directory: Directory, kind: str) -> Iterator[str]:
    """Names to try for somebody new: any, and such as the policies that allow the creation have in mind."""
    yield f"arn:aws:iam::{directory.account_id}:{kind}/{NEW}"
    action = f"iam:create{kind}"
    statements = (statement for source in identity.sources for statement in source.document.about(action))
    texts = (text for statement in statements for text in statement.resources or ())
    fitting = (text for text in texts if text.count(":") >= SEGMENTS - 1 and "$" not in text)
    names = dict.fromkeys(text.split(":", SEGMENTS - 1)[-1] for text in fitting)
    for name in names:
        if name.startswith(f"{kind}/") and "*" in name:
            spelled = name.replace("*", NEW).replace("?", "x")
            yield f"arn:aws:iam::{directory.account_id}:{spelled}"


_CREDENTIALS: Final = ("iam:CreateAccessKey", "iam:CreateLoginProfile", "iam:UpdateLoginProfile")
_ABSENT: Final[Context] = {"iam:permissionsboundary": (), "iam:policyarn": ()}
_POLICY: Final[Context] = {"iam:policyarn": (ADMINISTRATOR,)}
_GRANTS: Final[tuple[tuple[str, Context], ...]] = (("Attach", _POLICY), ("Put", {}))


def _limit_of(identity: Identity) -> Context:
    """The boundary that requests about the identity tell of; none is told as none."""
    boundary = identity.boundary
    return {"iam:permissionsboundary": (boundary.arn,)} if boundary else {}


def _is_own(arn: str, directory: Directory) -> bool:
    parts = split_arn(arn)
    return parts is not None and parts[4] == directory.account_id


def _denies(source: Source) -> bool:
    return any(statement.effect is Effect.DENY for statement in source.document.statements)


def _freed_source(source: Source, *, is_tagging: bool) -> Source:
    conditions = (condition for statement in source.document.statements for condition in statement.conditions)
    if not any(map(_is_about_own_tags, conditions)):
        return source
    freed = _freed_document(source.document, is_tagging=is_tagging)
    return source if freed == source.document else replace(source, document=freed)


@lru_cache(maxsize=256)
def _freed_document(document: Policy, *, is_tagging: bool) -> Policy:
    """The same object each time: states of identities are told apart by their documents."""
    freed = (_freed(statement, is_tagging=is_tagging) for statement in document.statements)
    return Policy(document.version, document.id, tuple(statement for statement in freed if statement))


def _freed(statement: Statement, *, is_tagging: bool) -> Statement | None:
    """The statement without its conditions on tags of the caller; a Deny with one never counts.

    Taking tags away gets rid of denials; an Allow wants a tag to be there.
    """
    others = tuple(condition for condition in statement.conditions if not _is_about_own_tags(condition))
    if len(others) == len(statement.conditions):
        return statement
    if statement.effect is Effect.DENY:
        return None
    return replace(statement, conditions=others) if is_tagging else statement


def _is_about_own_tags(condition: Condition) -> bool:
    return all(key.startswith("aws:principaltag/") for key in condition.keys)
