"""Policies prepared for deciding, remembered by this process while the revision of their account stands.

Every write of an account draws a new revision in its own transaction. A request reads the revision with its caller,
before any policy, so what is remembered under a revision is never older than it. A write remembers what it has read
under its lock and before its first change; nothing after that, for it may be undone. What lies beyond its revision is
dropped with the next question about the account. What policies say is remembered by their content instead, and holds
at any revision.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TypeVar

from accounts.models import AccessKey, Account, Role, RootUser, User
from operations.authorization import holder_of, session_sources, sources_of
from operations.caller import Caller
from operations.everybody import everybody
from operations.holdings import Row, rows_of, sources_of_rows
from policies.engine import Holder, PolicySet, Source

# An installation of many small accounts must not fill the memory, nor one account of very many users.
MOST_ACCOUNTS = 256
MOST_CALLERS = 10_000
MOST_BEARERS = 1_000
K = TypeVar("K")
V = TypeVar("V")
Key = tuple[str, int, tuple[str, ...]]
Everybody = Sequence[tuple[RootUser | User, Holder]]


def keep(known: dict[K, V], key: K, value: V, *, most: int = MOST_BEARERS) -> V:
    """Add to what is known, and start over when that is `most` already."""
    if len(known) >= most:
        known.clear()
    known[key] = value
    return value


@dataclass
class Remembered:
    """What is known of an account at one revision. Callers who hold the same policies share one set of them."""

    revision: str
    callers: dict[Key, PolicySet] = field(default_factory=dict)
    # Users and roles by their unique ids, access keys, and the texts of session policies by their ARNs.
    bearers: dict[str, RootUser | User | Role] = field(default_factory=dict)
    keys: dict[str, Callable[[], AccessKey]] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    _everybody: Everybody | None = None

    def everybody(self, account: Account) -> Everybody:
        """All users of the account, as the engine asks about them."""
        if self._everybody is None:
            self._everybody = list(everybody(account, shared.sources))
        return self._everybody

    def policies_of(self, caller: Caller) -> PolicySet:
        holder = holder_of(caller.principal)
        if holder is None:
            return PolicySet(sources_of(caller))
        key = holder.kind, holder.pk, caller.credential.session_policies
        found = self.callers.get(key)
        if found is None:
            found = keep(self.callers, key, _set_of(holder, caller), most=MOST_CALLERS)
        return found


@dataclass
class Shared:
    """What rows say, at whichever revision: a row names its text by its hash, so that it never changes."""

    sources: dict[Row, Source] = field(default_factory=dict)
    sets: dict[tuple[tuple[Row, ...], tuple[str, ...]], PolicySet] = field(default_factory=dict)

    def forget(self) -> None:
        """As in a process that has decided nothing yet."""
        self.sources, self.sets = {}, {}


shared = Shared()


def _set_of(holder: User | Role, caller: Caller) -> PolicySet:
    """The policies that a holder has now, as one set for all who have the same."""
    key = tuple(rows_of(holder)), caller.credential.session_policies
    found = shared.sets.get(key)
    if found is None:
        if max(len(shared.sets), len(shared.sources)) >= MOST_CALLERS:
            shared.forget()
        found = PolicySet((*session_sources(caller), *sources_of_rows(key[0], shared.sources)))
        shared.sets[key] = found
    return found


class Memory:
    """What the process remembers, account by account."""

    def __init__(self) -> None:
        self._accounts: dict[str, Remembered] = {}

    def at(self, account_id: str, revision: str) -> Remembered:
        """What is remembered of an account at one revision."""
        found = self._accounts.get(account_id)
        if found is None or found.revision != revision:
            found = keep(self._accounts, account_id, Remembered(revision), most=MOST_ACCOUNTS)
        return found


_process = Memory()
_memory: ContextVar[Memory | None] = ContextVar("memory", default=None)


def policies_of_caller(caller: Caller) -> PolicySet:
    """The caller's policies, remembered where that is right."""
    memory = _memory.get()
    holder = holder_of(caller.principal)
    if holder is not None and memory is None:
        return _set_of(holder, caller)
    if memory is None or caller.account is None:
        return PolicySet(sources_of(caller))
    return memory.at(caller.account.id, caller.account.revision).policies_of(caller)


def policies_beforehand(caller: Caller) -> PolicySet | None:
    """The caller's policies for a write that has its lock, where they may be remembered; else None."""
    return policies_of_caller(caller) if _memory.get() is not None and caller.account else None


def remembered_of(account: Account) -> Remembered:
    """What is remembered of the account at the revision that it was read at."""
    return remembered_at(account.id, account.revision)


def remembered_at(account_id: str, revision: str) -> Remembered:
    """What is remembered of an account; where nothing may be, a memory that is forgotten at once."""
    memory = _memory.get()
    return Remembered(revision) if memory is None else memory.at(account_id, revision)


def everybody_of(account: Account) -> Everybody:
    """The account's users with their policies, remembered where that is right."""
    return list(everybody(account)) if _memory.get() is None else remembered_of(account).everybody(account)


@contextmanager
def remembering() -> Iterator[None]:
    """A request: its caller was resolved at the revision its account now has, or had a moment ago."""
    token = _memory.set(_process)
    try:
        yield
    finally:
        _memory.reset(token)


@contextmanager
def reading_afresh() -> Iterator[None]:
    """The changes of a write: with them nothing remembered counts, nor does the request know the revision any more."""
    before = _memory.get()
    token = _memory.set(None)
    try:
        yield
    finally:
        _memory.reset(token)
        if before is not None:
            _memory.set(Memory())
