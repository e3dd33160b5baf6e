"""Changes of who holds what, on paper: who is concerned, and what everybody would hold."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from django.db.models import Q, QuerySet

from accounts.models import Group, User
from accounts.names import name_key
from operations.call import Call
from operations.documents import parsed_document
from operations.errors import ValidationError
from operations.everybody import Holdings, Sources
from operations.holdings import named_through, sources_of_policies
from policies.engine import Kind, Source
from policies.engine import Policy as Document
from policies.models import Policy

Item: TypeAlias = Mapping[str, str]
"""One change in the words of the wire: UserName, GroupName, PolicyArn, PolicyName, PolicyDocument."""
Items: TypeAlias = Sequence[Item]
Change: TypeAlias = Callable[[Sources], Sources]


@dataclass(frozen=True)
class Changes:
    """What is to be changed; see `preview_changes`."""

    joins: Items = ()
    leaves: Items = ()
    attaches: Items = ()
    detaches: Items = ()
    boundaries: Items = ()
    inline_policies: Items = ()
    policy_documents: Items = ()
    deleted_groups: Items = ()

    @property
    def of_holders(self) -> Items:
        """Those that change the policies of a user or a group."""
        return (*self.attaches, *self.detaches, *self.inline_policies)

    @property
    def of_users(self) -> Items:
        """Those that change something of a user alone."""
        return (*self.joins, *self.leaves, *self.boundaries)

    @property
    def are_any(self) -> bool:
        """Whether anything is to be changed."""
        return bool(self.of_holders or self.of_users or self.policy_documents or self.deleted_groups)

    def ensure_complete(self) -> None:
        """Raises ValidationError for a policy that nobody is to have or to lose."""
        if any("UserName" not in item and "GroupName" not in item for item in self.of_holders):
            raise ValidationError("Name the user or the group whose policies change.", parameter="user_name")

    @property
    def is_about_many(self) -> bool:
        """Whether users are concerned whom nobody named."""
        is_wide = bool(self.policy_documents or self.deleted_groups)
        return is_wide or any("GroupName" in item for item in self.of_holders)

    def named(self, key: str) -> list[str]:
        """All names under a key, each once."""
        items = (*self.of_users, *self.of_holders, *self.policy_documents, *self.deleted_groups)
        return list(dict.fromkeys(item[key] for item in items if key in item))


class Paper:
    """The changes with all that they name, found and allowed to be read."""

    def __init__(self, call: Call, changes: Changes) -> None:
        self._changes = changes
        names, groups, arns = (changes.named(key) for key in ("UserName", "GroupName", "PolicyArn"))
        self._users = dict(zip(names, call.access_all(User, names, action="iam:GetUser"), strict=True))
        self._groups = dict(zip(groups, call.access_all(Group, groups, action="iam:GetGroup"), strict=True))
        policies = call.access_all(Policy, arns, action="iam:GetPolicyVersion")
        self._policies = dict(zip(arns, policies, strict=True))
        given = {
            item["PolicyArn"] for item in (*changes.attaches, *changes.boundaries) if "PolicyArn" in item
        }
        held = sources_of_policies([self._policies[arn] for arn in given])
        self._sources = {source.arn: source for source in held}
        for item in changes.inline_policies:
            if "UserName" in item:
                call.authorize(self._users[item["UserName"]].arn, action="iam:GetUserPolicy")

    def concerned(self, users: QuerySet[User]) -> QuerySet[User]:
        """Everybody for whom something could change."""
        changed = (*self._changes.of_holders, *self._changes.deleted_groups)
        groups = [self._groups[item["GroupName"]] for item in changed if "GroupName" in item]
        policies = [self._policies[item["PolicyArn"]] for item in self._changes.policy_documents]
        holding = Q(attachments__policy__in=policies) | Q(groups__attachments__policy__in=policies)
        bounded = Q(permissions_boundary__in=policies)
        named = Q(pk__in=[user.pk for user in self._users.values()])
        found = users.filter(named | Q(memberships__group__in=groups) | holding | bounded)
        return users.filter(pk__in=found.values("pk"))

    def joined(self, groups: QuerySet[Group]) -> QuerySet[Group] | None:
        """The groups that somebody would join."""
        joined = [self._groups[item["GroupName"]].pk for item in self._changes.joins]
        return groups.filter(pk__in=joined) if joined else None

    def changed(self, before: Holdings) -> Holdings:
        """What everybody would hold after the changes."""
        after = before.copied()
        for item in self._changes.joins:
            self._regroup(after, item, lambda ids, group_id: (*ids, *({group_id} - {*ids})))
        for item in self._changes.leaves:
            self._regroup(after, item, lambda ids, group_id: tuple(it for it in ids if it != group_id))
        for item in self._changes.attaches:
            self._change(after, item, self._attached(item))
        for item in self._changes.detaches:
            self._change(after, item, _without_arn(self._policies[item["PolicyArn"]].arn))
        for item in self._changes.inline_policies:
            self._change(after, item, self._embedded(item))
        for item in self._changes.boundaries:
            self._bound(after, item)
        for item in self._changes.deleted_groups:
            after.of_groups.pop(self._groups[item["GroupName"]].pk, None)
        self._rewrite(after)
        return after

    def _regroup(
        self, after: Holdings, item: Item, change: Callable[[tuple[int, ...], int], tuple[int, ...]]
    ) -> None:
        user, group = self._users[item["UserName"]], self._groups[item["GroupName"]]
        after.groups[user.pk] = change(after.groups.get(user.pk, ()), group.pk)

    def _change(self, after: Holdings, item: Item, change: Change) -> None:
        if "GroupName" in item:
            held, holder = after.of_groups, self._groups[item["GroupName"]].pk
        else:
            held, holder = after.own, self._users[item["UserName"]].pk
        held[holder] = change(held.get(holder, ()))

    def _attached(self, item: Item) -> Change:
        source = self._held(item, self._given(item))
        return lambda held: held if any(it.arn == source.arn for it in held) else (*held, source)

    def _embedded(self, item: Item) -> Change:
        document = item.get("PolicyDocument")
        written = Document("", "", ()) if document is None else parsed_document(document)
        source = self._held(item, Source(Kind.IDENTITY, item["PolicyName"], "", written))
        added = () if document is None else (source,)

        def change(held: Sources) -> Sources:
            kept = (it for it in held if it.arn or name_key(it.name) != name_key(source.name))
            return (*kept, *added)

        return change

    def _held(self, item: Item, source: Source) -> Source:
        """The policy as it is held: through a group it is named with it."""
        if "GroupName" not in item:
            return source
        group_name = self._groups[item["GroupName"]].group_name
        return replace(source, kind=Kind.GROUP, name=named_through(source.name, group_name))

    def _bound(self, after: Holdings, item: Item) -> None:
        user = self._users[item["UserName"]]
        after.boundaries.pop(user.pk, None)
        if "PolicyArn" in item:
            after.boundaries[user.pk] = replace(self._given(item), kind=Kind.BOUNDARY)

    def _given(self, item: Item) -> Source:
        return self._sources[self._policies[item["PolicyArn"]].arn]

    def _rewrite(self, after: Holdings) -> None:
        """Another text wherever the policy is held; without a text it is held no more."""
        texts = {
            self._policies[item["PolicyArn"]].arn: item.get("PolicyDocument")
            for item in self._changes.policy_documents
        }
        if not texts:
            return
        rewritten = _rewriting(
            {arn: None if text is None else parsed_document(text) for arn, text in texts.items()}
        )
        for held in (after.own, after.of_groups):
            for holder, sources in held.items():
                held[holder] = tuple(it for it in map(rewritten, sources) if it is not None)
        for user_id, source in after.boundaries.items():
            # A policy does not go while it is somebody's boundary.
            after.boundaries[user_id] = rewritten(source) or source


def _rewriting(documents: Mapping[str, Document | None]) -> Callable[[Source], Source | None]:
    """Policies with other texts, or gone. One that many share stays one that they share."""
    known: dict[int, Source] = {}

    def rewritten(source: Source) -> Source | None:
        document = documents.get(source.arn, source.document)
        if document is None or document is source.document:
            return source if document else None
        return known.setdefault(id(source), replace(source, document=document))

    return rewritten


def _without_arn(arn: str) -> Change:
    return lambda held: tuple(source for source in held if source.arn != arn)
