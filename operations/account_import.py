"""A whole account from a dump, into one that holds nothing yet: to look around, to learn, to simulate."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Final, TypeAlias, TypeVar

from django.db.models import Model

from accounts.models import Attachment, Group, InlinePolicy, InstanceProfile, Membership, Role, User
from accounts.names import IdPrefix, name_key, new_unique_id
from operations.account_dump import (
    Dump,
    DumpedPolicy,
    DumpedRole,
    DumpedUser,
    Entity,
    parse_dump,
)
from operations.call import Call
from operations.caller import CredentialKind
from operations.errors import DeleteConflict, ValidationError
from operations.operation import operation
from operations.trust import recorded_ids
from policies.models import Policy, PolicyText, PolicyVersion

BATCH: Final = 500
LONGEST_ID: Final = 128
Progress: TypeAlias = Callable[[str, int, int], None]
M = TypeVar("M", bound=Model)
Holder: TypeAlias = User | Group | Role

_progress: ContextVar[Progress | None] = ContextVar("progress", default=None)


@dataclass(frozen=True, slots=True)
class Imported:
    """How much came in. `copied` are AWS's policies that are not known here and became the account's own."""

    users: int
    groups: int
    roles: int
    policies: int
    copied: Sequence[str]


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

    Unique ids and dates are kept, unless somebody here has the id already. The dump's own account number becomes this
    account's in ARNs and documents. No quota binds it, for the account it came from may have raised its own. A policy
    of AWS that is not known here becomes the account's own when its text is in the dump. Raises DeleteConflict for an
    account that is not empty and ValidationError, with the place, for a dump that is none.
    """
    call.admit(CredentialKind.SYSTEM)
    account = call.account
    if any(rows.exists() for rows in (account.users, account.groups, account.roles, account.policies)):
        raise DeleteConflict("An account is imported into an empty one. This one holds something already.")
    dump = parse_dump(authorization_details, account.id)
    _ensure_distinct(dump)
    work = _Import(call, dump)
    copied = work.run()
    call.respond(users=len(dump.users), groups=len(dump.groups), roles=len(dump.roles))
    own = [policy for policy in dump.policies if not policy.is_aws_managed]
    return Imported(len(dump.users), len(dump.groups), len(dump.roles), len(own) + len(copied), copied)


def _ensure_distinct(dump: Dump) -> None:
    """Names differ in more than case."""
    kinds: Mapping[str, Sequence[Entity | DumpedPolicy]] = {
        "UserDetailList": dump.users,
        "GroupDetailList": dump.groups,
        "RoleDetailList": dump.roles,
        "Policies": [policy for policy in dump.policies if not policy.is_aws_managed],
    }
    for kind, entries in kinds.items():
        seen = Counter(name_key(entry.name) for entry in entries)
        if twice := next((name for name, count in seen.items() if count > 1), None):
            raise ValidationError(f"{kind}: the name {twice} is there twice.")


def _taken_ids(dump: Dump) -> frozenset[str]:
    """Those of the dump's unique ids that something in this installation has."""
    profiles = [profile.unique_id for role in dump.roles for profile in role.profiles]
    wanted: Mapping[type[Model], tuple[str, list[str]]] = {
        User: ("user_id", [user.unique_id for user in dump.users]),
        Group: ("group_id", [group.unique_id for group in dump.groups]),
        Role: ("role_id", [role.unique_id for role in dump.roles]),
        Policy: ("policy_id", [policy.unique_id for policy in dump.policies]),
        InstanceProfile: ("instance_profile_id", profiles),
    }
    found: set[str] = set()
    for model, (column, ids) in wanted.items():
        rows = model._default_manager.filter(**{f"{column}__in": ids})
        found.update(rows.values_list(column, flat=True))
    return frozenset(found)


@dataclass
class _Import:
    """The rows of a dump on their way into the account, in the order in which they need each other."""

    call: Call
    dump: Dump
    policies: dict[str, Policy] = field(default_factory=dict)
    texts: dict[str, PolicyText] = field(default_factory=dict)
    taken: frozenset[str] = frozenset()

    def run(self) -> list[str]:
        self.taken = _taken_ids(self.dump)
        self._store_texts()
        copied = self._policies()
        groups = self._groups()
        users = self._users()
        roles = self._roles()
        self._memberships(users, groups)
        for what, made, dumped in (
            ("user", users, self.dump.users),
            ("group", groups, self.dump.groups),
            ("role", roles, self.dump.roles),
        ):
            self._held(what, made, dumped)
        return copied

    def _store_texts(self) -> None:
        documents = {
            *(version.document for policy in self.dump.policies for version in policy.versions),
            *(document for entity in self._entities() for document in entity.held.inline.values()),
            *(role.trust for role in self.dump.roles),
        }
        texts = [PolicyText(sha256=PolicyText.hash_of(text), document=text) for text in documents]
        PolicyText.objects.bulk_create(texts, batch_size=BATCH, ignore_conflicts=True)
        self.texts = {text.document: text for text in texts}

    def _entities(self) -> Iterator[Entity]:
        yield from (*self.dump.users, *self.dump.groups, *self.dump.roles)

    def _policies(self) -> list[str]:
        """The account's own policies, and copies of those of AWS that are not known; all named ones are found."""
        named = {
            arn for entity in self._entities() for arn in (*entity.held.attached, entity.held.boundary) if arn
        }
        aws = {policy.arn for policy in self.dump.policies if policy.is_aws_managed} | named
        known = Policy.find_all(self.call.account, sorted(aws)) if aws else {}
        wanted = [policy for policy in self.dump.policies if policy.arn not in known]
        made = [self._policy(policy) for policy in wanted]
        self._create("policies", Policy, made)
        versions = [
            PolicyVersion(
                policy=row,
                number=version.number,
                text=self.texts[version.document],
                create_date=version.create_date,
                is_default=version.is_default,
            )
            for row, policy in zip(made, wanted, strict=True)
            for version in policy.versions
        ]
        self._create("policy versions", PolicyVersion, versions)
        self.policies = {**known, **{policy.arn: row for policy, row in zip(wanted, made, strict=True)}}
        self._ensure_all_known()
        return [policy.arn for policy in wanted if policy.is_aws_managed]

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

    def _ensure_all_known(self) -> None:
        for kind, entities in (
            ("User", self.dump.users),
            ("Group", self.dump.groups),
            ("Role", self.dump.roles),
        ):
            for number, entity in enumerate(entities):
                for arn in (*entity.held.attached, entity.held.boundary):
                    if arn and arn not in self.policies:
                        raise ValidationError(
                            f"{kind}DetailList[{number}]: the policy {arn} is neither in the file nor one of AWS's "
                            "that is known here."
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
        return self._create("groups", Group, made)

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
        return self._create("users", User, made)

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
        roles = self._create("roles", Role, made)
        # Whom a trust policy names may be a role that came with it.
        for role, ids in zip(roles, recorded_ids([role.trust for role in self.dump.roles]), strict=True):
            role.trusted_ids = ids
        Role.objects.bulk_update(
            [role for role in roles if role.trusted_ids], ["trusted_ids"], batch_size=BATCH
        )
        self._profiles(roles)
        return roles

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
        self._create("instance profiles", InstanceProfile, made)

    def _memberships(self, users: Sequence[User], groups: Sequence[Group]) -> None:
        by_name = {group.name_key: group for group in groups}
        made = []
        for number, (user, dumped) in enumerate(zip(users, self.dump.users, strict=True)):
            for name in dict.fromkeys(map(name_key, dumped.groups)):
                if name not in by_name:
                    raise ValidationError(f"UserDetailList[{number}].GroupList: there is no group {name}.")
                made.append(Membership(account=self.call.account, user=user, group=by_name[name]))
        self._create("memberships", Membership, made)

    def _held(self, kind: str, made: Sequence[Holder], dumped: Sequence[Entity]) -> None:
        """Attachments and inline policies of all of one kind."""
        account = self.call.account
        attached = [
            Attachment(account=account, policy=self.policies[arn], **{kind: row})
            for row, entity in zip(made, dumped, strict=True)
            for arn in dict.fromkeys(entity.held.attached)
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
        self._create(f"attachments of {kind}s", Attachment, attached)
        self._create(f"inline policies of {kind}s", InlinePolicy, inline)

    def _boundary(self, entity: DumpedUser | DumpedRole) -> Policy | None:
        return self.policies[entity.held.boundary] if entity.held.boundary else None

    def _id(self, wanted: str, prefix: IdPrefix) -> str:
        """The id of the dump, unless it is of no such form or somebody in this installation has it."""
        has_form = wanted.startswith(prefix) and wanted.isalnum() and len(wanted) <= LONGEST_ID
        return wanted if has_form and wanted not in self.taken else new_unique_id(prefix)

    def _create(self, what: str, model: type[M], rows: list[M]) -> list[M]:
        progress = _progress.get()
        for start in range(0, len(rows), BATCH):
            model._default_manager.bulk_create(rows[start : start + BATCH])
            if progress is not None:
                progress(what, min(start + BATCH, len(rows)), len(rows))
        return rows
