"""The policies that a holder has, as the engine takes them: own, through groups, and the boundary."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple, TypeAlias

from django.db.models import CharField, F, Q, QuerySet, Value

from accounts.models import Attachment, Group, InlinePolicy, Role, User
from accounts.prepared_queries import PreparedRows
from policies.engine import Kind, Source, parse_policy
from policies.engine import Policy as Document
from policies.models import AWS_ACCOUNT, Policy, PolicyText, PolicyVersion

# Stored texts were accepted once; some of AWS's own are longer than what may be typed.
STORED_LENGTH = 1_000_000
INLINE = "inline"

Holder: TypeAlias = User | Group | Role
"""Whatever policies are attached to or embedded in."""


class DocumentCache:
    """Parsed documents by the hash of their text. Texts never change, so an entry never goes stale."""

    def __init__(self, size: int = 4096) -> None:
        self._size = size
        self._parsed: dict[str, Document] = {}

    def __call__(self, hashes: Iterable[str]) -> dict[str, Document]:
        wanted = set(hashes)
        missing = wanted - self._parsed.keys()
        fresh = (
            {
                text.sha256: parse_policy(text.document, maximum_length=STORED_LENGTH)
                for text in PolicyText.objects.filter(sha256__in=missing)
            }
            if missing
            else {}
        )
        found = {key: self._parsed[key] for key in wanted - missing} | fresh
        if len(self._parsed) + len(fresh) > self._size:
            self._parsed = {}
        self._parsed = self._parsed | fresh
        return found

    def forget(self) -> None:
        """As in a process that has read nothing yet."""
        self._parsed = {}


documents = DocumentCache()


class Held(NamedTuple):
    """One policy of a holder. `owner` is the account of a managed one (None is AWS), or says that it is inline."""

    group_name: str | None
    owner: str | None
    path: str
    policy_name: str
    text_hash: str


Row: TypeAlias = tuple[Kind, Held]


def name_of(holder: Holder) -> str:
    """The holder's own name, under which operations find it."""
    if isinstance(holder, Role):
        return holder.role_name
    return holder.user_name if isinstance(holder, User) else holder.group_name


def policies_of(identity: User | Role) -> tuple[Source, ...]:
    """The identity policies of a user or a role and its boundary, in one query while the documents are cached."""
    return sources_of_rows(rows_of(identity))


def sources_of_group(group: Group) -> tuple[Source, ...]:
    """The policies that everybody in the group has through it, named as they are for its users."""
    return sources_of_rows(rows_of(group))


def rows_of(holder: Holder) -> list[Row]:
    """The policies of a user, a role or a group before they are parsed, each with the hash of its text."""
    if isinstance(holder, Group):
        return _held(Q(group=holder))
    boundary = [(Kind.BOUNDARY, held) for held in _boundary(holder)]
    prepared = ROWS_OF_ROLE if isinstance(holder, Role) else ROWS_OF_USER
    return [*boundary, *_rows(prepared.all(*[holder.pk] * (2 if isinstance(holder, Role) else 4)))]


def sources_of_policies(policies: Sequence[Policy]) -> tuple[Source, ...]:
    """Managed policies as they would count once attached to a user or a role."""
    if not policies:
        return ()
    versions = PolicyVersion.objects.filter(policy__in=policies, is_default=True).select_related("policy")
    return sources_of_rows([(Kind.IDENTITY, managed(version)) for version in versions])


def _held(holder: Q) -> list[Row]:
    return _rows(_query((holder,), (holder,)))


def _query(attached_to: Sequence[Q], embedded_in: Sequence[Q]) -> QuerySet[Any, Any]:
    """Attached and inline policies of each of these: united, for a database looks through everything for an OR."""
    columns = ("holder_group", "owner", "folder", "title", "text_hash")
    attached = [attached_rows(Attachment.objects.filter(holder)) for holder in attached_to]
    inline = [inline_rows(InlinePolicy.objects.filter(holder)) for holder in embedded_in]
    first, *others = [rows.values_list(*columns) for rows in (*attached, *inline)]
    return first.union(*others, all=True)


def _rows(found: Iterable[Sequence[Any]]) -> list[Row]:
    return [
        (Kind.GROUP if group_name else Kind.IDENTITY, Held(group_name, *row)) for group_name, *row in found
    ]


def _of_user(own: int, through: int) -> tuple[Q, Q]:
    return Q(user_id=own), Q(group__memberships__user_id=through)


ROWS_OF_USER = PreparedRows(
    lambda one, two, three, four: _query(_of_user(one, two), _of_user(three, four)), int, int, int, int
)
ROWS_OF_ROLE = PreparedRows(lambda one, two: _query((Q(role_id=one),), (Q(role_id=two),)), int, int)


def attached_rows(attachments: QuerySet[Attachment]) -> QuerySet[Attachment]:
    """Attachments with the members of `Held` beside them, to be put together with inline policies."""
    return (
        attachments.filter(policy__versions__is_default=True)
        .annotate(
            holder_group=F("group__group_name"),
            owner=F("policy__account_id"),
            folder=F("policy__path"),
            title=F("policy__policy_name"),
            text_hash=F("policy__versions__text_id"),
        )
        .order_by()
    )


def inline_rows(policies: QuerySet[InlinePolicy]) -> QuerySet[InlinePolicy]:
    """The same of inline policies."""
    return policies.annotate(
        holder_group=F("group__group_name"),
        owner=Value(INLINE, CharField()),
        folder=Value("", CharField()),
        title=F("policy_name"),
        text_hash=F("text_id"),
    ).order_by()


def _boundary(identity: User | Role) -> list[Held]:
    policy = identity.permissions_boundary
    return [] if policy is None else [managed(policy.default_version)]


def managed(version: PolicyVersion) -> Held:
    policy = version.policy
    return Held(None, policy.account_id, policy.path, policy.policy_name, version.text_id)


def sources_of_rows(rows: Sequence[Row], known: dict[Row, Source] | None = None) -> tuple[Source, ...]:
    """The policies of these rows, parsed, in the same order; equal rows share one source, also with those `known`.

    Those that were not known are added to them.
    """
    sources = {} if known is None else known
    missing = [row for row in dict.fromkeys(rows) if row not in sources]
    texts = documents(held.text_hash for _, held in missing)
    sources.update((row, _source(*row, texts)) for row in missing)
    return tuple(sources[row] for row in rows)


def _source(kind: Kind, held: Held, texts: Mapping[str, Document]) -> Source:
    name, group_name = held.policy_name, held.group_name
    arn = "" if held.owner == INLINE else Policy.arn_of(held.owner or AWS_ACCOUNT, name, held.path)
    return Source(kind, named_through(name, group_name) if group_name else name, arn, texts[held.text_hash])


def named_through(policy_name: str, group_name: str) -> str:
    """What a group's policy is called where its users are asked about."""
    return f"{policy_name} (group {group_name})"
