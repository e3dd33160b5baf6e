"""A whole account from a dump, into one that holds nothing yet: to look around, to learn, to simulate."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias, TypeVar

from django.db.models import Manager, Model, QuerySet

from accounts.models import Attachment, Group, InlinePolicy, InstanceProfile, Membership, Role, User
from accounts.names import IdPrefix, name_key, new_unique_id
from operations.account_dump import Dump, DumpedPolicy, DumpedRole, DumpedUser, Entity, Named, parse_dump
from operations.call import Call
from operations.caller import CredentialKind
from operations.errors import EntityAlreadyExists, ValidationError
from operations.operation import operation
from operations.trust import recorded_ids
from policies.models import Policy, PolicyText, PolicyVersion

BATCH: Final = 500
Progress: TypeAlias = Callable[[str, int, int], None]
M = TypeVar("M", bound=Model)
Holder: TypeAlias = User | Group | Role

_UNIQUE_ID: Final = re.compile(r"[A-Za-z0-9]{16,128}")
_progress: ContextVar[Progress | None] = ContextVar("progress", default=None)


@dataclass(frozen=True, slots=True)
class Imported:
    """How much came in.

    `copied` are AWS's policies that are not known here and became the account's own; of those in `differing`, the file
    has another text than this installation, whose text counts.
    """

    users: int
    groups: int
    roles: int
    policies: int
    copied: Sequence[str]
    differing: Sequence[str]


@contextmanager
def watched(progress: Progress) -> Iterator[None]:
    """What is being written, how much of it and of how much, is told to `progress` while this lasts."""
    token = _progress.set(progress)
    try:
        yield
    finally:
        _progress.reset(token)


@operation("iamconsole:ImportAccount")
def import_account(call: Call, *, authorization_details: str) -> Imported:
    """Fill an empty account with everything of a dump; all of it or nothing.

    Unique ids and dates are kept; a new id is drawn where somebody in this installation has the one of the dump, or it
    is of no form that IAM gives out. The dump's own account number becomes this account's, in ARNs, names and
    documents. No quota binds it, for the account it came from may have raised its own.

    AWS's policies are those of this installation. One that it does not know, because AWS made it later, becomes the
    account's own under the same name and path, so that whoever had it can do the same; where the dump lacks its text,
    nobody could say what it allows, and the dump is refused.

    Raises EntityAlreadyExists for an account that is not empty and ValidationError, with the place, for a dump that
    is none.
    """
    call.admit(CredentialKind.SYSTEM)
    account = call.account
    kinds = account.users, account.groups, account.roles, account.policies, account.instance_profiles
    if any(rows.exists() for rows in kinds):
        raise EntityAlreadyExists(
            "An account is imported into an empty one. This one holds something already."
        )
    dump = parse_dump(authorization_details, account.id)
    imported = _Import(call, dump, taken=_taken_ids(dump)).run()
    call.respond(
        users=imported.users, groups=imported.groups, roles=imported.roles, policies=imported.policies
    )
    return imported


def _taken_ids(dump: Dump) -> set[str]:
    """Those of the dump's unique ids that something in this installation has."""
    rows: list[tuple[QuerySet[Any], str, Iterable[Named]]] = [
        (User.objects.all(), "user_id", dump.users),
        (Group.objects.all(), "group_id", dump.groups),
        (Role.objects.all(), "role_id", dump.roles),
        (Policy.objects.all(), "policy_id", dump.policies),
        (InstanceProfile.objects.all(), "instance_profile_id", dump.profiles),
    ]
    taken: set[str] = set()
    for present, column, named in rows:
        ids = [one.unique_id for one in named]
        for start in range(0, len(ids), BATCH):
            found = present.filter(**{f"{column}__in": ids[start : start + BATCH]})
            taken.update(found.values_list(column, flat=True))
    return taken


def _ensure_room_for_copies(new: Sequence[DumpedPolicy]) -> None:
    """AWS's policy and one of the account's may share a name, but two of the account's may not."""
    own = {name_key(policy.name) for policy in new if not policy.is_aws_managed}
    for policy in new:
        if policy.is_aws_managed and name_key(policy.name) in own:
            raise ValidationError(
                f"{policy.where}: {policy.arn} is not known here, and no copy of it can be made, for the account has a "
                f"policy {policy.name} of its own."
            )


@dataclass
class _Import:
    """The rows of a dump on their way into the account, in the order in which they need each other."""

    call: Call
    dump: Dump
    taken: set[str]
    policies: dict[str, Policy] = field(default_factory=dict)
    texts: dict[str, PolicyText] = field(default_factory=dict)

    def run(self) -> Imported:
        dump = self.dump
        known, new = self._known_and_new()
        self._store_texts()
        self._create_policies(new)
        self.policies |= known
        groups, users, roles = self._groups(), self._users(), self._roles()
        self._trusted(roles)
        self._profiles(roles)
        self._memberships(users, groups)
        self._held("user", users, dump.users)
        self._held("group", groups, dump.groups)
        self._held("role", roles, dump.roles)
        copied = [policy.arn for policy in new if policy.is_aws_managed]
        return Imported(len(users), len(groups), len(roles), len(new), copied, self._differing(known))

    def _known_and_new(self) -> tuple[Mapping[str, Policy], list[DumpedPolicy]]:
        """AWS's policies that are here, by ARN; and what is to be made: own policies, and copies of others in use."""
        named = {reference.text for reference in self.dump.references}
        dumped = {policy.arn: policy for policy in self.dump.policies}
        known = Policy.find_all(self.call.account, sorted(named | dumped.keys()))
        unknown = [policy for arn, policy in dumped.items() if arn not in known]
        new = [policy for policy in unknown if policy.arn in named or not policy.is_aws_managed]
        self._ensure_described(known.keys() | {policy.arn for policy in new})
        _ensure_room_for_copies(new)
        return known, new

    def _ensure_described(self, described: Set[str]) -> None:
        for reference in self.dump.references:
            if reference.text not in described:
                raise ValidationError(
                    f"{reference.where}: the policy {reference.text} is neither in the file nor one of AWS's that are "
                    "known here."
                )

    def _store_texts(self) -> None:
        texts = [PolicyText(sha256=PolicyText.hash_of(text), document=text) for text in self.dump.documents]
        PolicyText.objects.bulk_create(texts, batch_size=BATCH, ignore_conflicts=True)
        self.texts = {text.document: text for text in texts}

    def _create_policies(self, dumped: Sequence[DumpedPolicy]) -> None:
        made = self._create("policies", self.call.account.policies, [self._policy(one) for one in dumped])
        versions = [
            PolicyVersion(
                policy=row,
                number=version.number,
                text=self.texts[version.document],
                create_date=version.create_date,
                is_default=version.is_default,
            )
            for row, policy in zip(made, dumped, strict=True)
            for version in policy.versions
        ]
        self._create("policy versions", PolicyVersion.objects, versions)
        self.policies = {policy.arn: row for policy, row in zip(dumped, made, strict=True)}

    def _differing(self, known: Mapping[str, Policy]) -> list[str]:
        """The ARNs of AWS's policies whose text in force is another one in the dump than here."""
        dumped = {known[policy.arn].pk: policy for policy in self.dump.policies if policy.arn in known}
        in_force = PolicyVersion.objects.filter(policy__in=dumped, is_default=True).select_related("text")
        return sorted(
            dumped[version.policy_id].arn
            for version in in_force
            if json.loads(version.document) != json.loads(dumped[version.policy_id].default_document)
        )

    def _policy(self, policy: DumpedPolicy) -> Policy:
        return Policy(
            account=self.call.account,
            policy_id=self._id(policy.unique_id, IdPrefix.POLICY),
            policy_name=policy.name,
            name_key=name_key(policy.name),
            path=policy.path,
            description=policy.description,
            create_date=policy.create_date,
            update_date=policy.update_date,
            last_version=max(version.number for version in policy.versions),
        )

    def _groups(self) -> list[Group]:
        made = [
            Group(
                account=self.call.account,
                group_id=self._id(group.unique_id, IdPrefix.GROUP),
                group_name=group.name,
                name_key=name_key(group.name),
                path=group.path,
                create_date=group.create_date,
            )
            for group in self.dump.groups
        ]
        return self._create("groups", self.call.account.groups, made)

    def _users(self) -> list[User]:
        made = [
            User(
                account=self.call.account,
                user_id=self._id(user.unique_id, IdPrefix.USER),
                user_name=user.name,
                name_key=name_key(user.name),
                path=user.path,
                create_date=user.create_date,
                permissions_boundary=self._boundary(user),
                tags=user.tags,
            )
            for user in self.dump.users
        ]
        self.call.account.gain_users(len(made))
        return self._create("users", self.call.account.users, made)

    def _roles(self) -> list[Role]:
        made = [
            Role(
                account=self.call.account,
                role_id=self._id(role.unique_id, IdPrefix.ROLE),
                role_name=role.name,
                name_key=name_key(role.name),
                path=role.path,
                create_date=role.create_date,
                trust_policy=self.texts[role.trust],
                permissions_boundary=self._boundary(role),
                tags=role.tags,
                last_used_date=role.last_used,
                last_used_region=role.last_used_region,
            )
            for role in self.dump.roles
        ]
        return self._create("roles", self.call.account.roles, made)

    def _trusted(self, roles: Sequence[Role]) -> None:
        """Whom trust policies name, once everybody is there: it may be a role that came with them."""
        for role, ids in zip(roles, recorded_ids([role.trust for role in self.dump.roles]), strict=True):
            role.trusted_ids = ids
        trusting = [role for role in roles if role.trusted_ids]
        self.call.account.roles.bulk_update(trusting, ["trusted_ids"], batch_size=BATCH)

    def _profiles(self, roles: Sequence[Role]) -> None:
        made = [
            InstanceProfile(
                account=self.call.account,
                instance_profile_id=self._id(profile.unique_id, IdPrefix.INSTANCE_PROFILE),
                instance_profile_name=profile.name,
                name_key=name_key(profile.name),
                path=profile.path,
                create_date=profile.create_date,
                role=role,
                tags=profile.tags,
            )
            for role, dumped in zip(roles, self.dump.roles, strict=True)
            for profile in dumped.profiles
        ]
        self._create("instance profiles", self.call.account.instance_profiles, made)

    def _memberships(self, users: Sequence[User], groups: Sequence[Group]) -> None:
        by_name = {group.name_key: group for group in groups}
        made = [
            Membership(account=self.call.account, user=user, group=by_name[name])
            for user, dumped in zip(users, self.dump.users, strict=True)
            for name in dict.fromkeys(name_key(group.text) for group in dumped.groups)
        ]
        self._create("memberships", self.call.account.memberships, made)

    def _held(self, kind: str, made: Sequence[Holder], dumped: Sequence[Entity]) -> None:
        """Attachments and inline policies of all of one kind."""
        account = self.call.account
        attached = [
            Attachment(account=account, policy=policy, **{kind: row})
            for row, entity in zip(made, dumped, strict=True)
            for policy in dict.fromkeys(self.policies[one.text] for one in entity.held.attached)
        ]
        inline = [
            InlinePolicy(
                account=account,
                policy_name=name,
                name_key=name_key(name),
                text=self.texts[document],
                **{kind: row},
            )
            for row, entity in zip(made, dumped, strict=True)
            for name, document in entity.held.inline.items()
        ]
        self._create(f"attachments of {kind}s", account.attachments, attached)
        self._create(f"inline policies of {kind}s", account.inline_policies, inline)

    def _boundary(self, entity: DumpedUser | DumpedRole) -> Policy | None:
        return self.policies[entity.held.boundary.text] if entity.held.boundary else None

    def _id(self, wanted: str, prefix: IdPrefix) -> str:
        """The id of the dump where it can be kept, else a new one; either way nobody else gets it."""
        is_free = wanted.startswith(prefix) and _UNIQUE_ID.fullmatch(wanted) and wanted not in self.taken
        unique_id = wanted if is_free else new_unique_id(prefix)
        self.taken.add(unique_id)
        return unique_id

    def _create(self, what: str, manager: Manager[M], rows: list[M]) -> list[M]:
        progress = _progress.get()
        for start in range(0, len(rows), BATCH):
            manager.bulk_create(rows[start : start + BATCH])
            if progress is not None:
                progress(what, min(start + BATCH, len(rows)), len(rows))
        return rows
