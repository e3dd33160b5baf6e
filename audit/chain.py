"""The HMAC chain: each event carries the hash of the one before, and a keyed head says where the chain ends.

An edit, a deletion (first, middle, last or all) and a reordering all break it; only a thief of AUDIT_KEY or a
roll-back of the whole database goes unnoticed, which is why `export_audit` exists.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Iterator
from dataclasses import dataclass

from django.conf import settings

from accounts.prepared_queries import PreparedInsert, PreparedRows
from accounts.statements import Statement
from audit.models import Event, Head

INSTALLATION = "installation"
UNHASHED = frozenset({"hash"})
HASHED = [field.attname for field in Event._meta.concrete_fields if field.attname not in UNHASHED]
HEAD = PreparedRows(
    lambda chain: (
        Head.objects.select_for_update().filter(chain=chain).order_by().values_list("events", "last_hash")
    ),
    str,
)
CANONICAL = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=True)
EVENTS = PreparedInsert()
MOVE_HEAD = Statement("UPDATE audit_head SET events = %s, last_hash = %s, mac = %s WHERE chain = %s")


def chain_of(event: Event) -> str:
    return event.account_id or INSTALLATION


def event_hash(event: Event) -> str:
    """HMAC over every column of the row but the hash itself; the previous hash is one of them."""
    row = {column: _plain(getattr(event, column)) for column in HASHED}
    return _mac(CANONICAL.encode(row))


def head_mac(chain: str, events: int, last_hash: str) -> str:
    """What only a holder of the audit key can write at the end of a chain."""
    return _mac(f"{chain}:{events}:{last_hash}")


def append(events: list[Event]) -> None:
    """Add events of one account to its chain; the caller holds the account's lock."""
    if not events:
        return
    chain = chain_of(events[0])
    sequence, last_hash = HEAD.first(chain) or _first_head(chain)
    for event in events:
        sequence += 1
        event.sequence, event.previous_hash = sequence, last_hash
        event.hash = last_hash = event_hash(event)
        EVENTS.insert(event)
    MOVE_HEAD.run([sequence, last_hash, head_mac(chain, sequence, last_hash), chain])


def _first_head(chain: str) -> tuple[int, str]:
    head, _ = Head.objects.select_for_update().get_or_create(chain=chain)
    return head.events, head.last_hash


@dataclass(frozen=True, slots=True)
class Break:
    """Where a chain does not hold, in words."""

    chain: str
    sequence: int
    text: str


def breaks() -> Iterator[Break]:
    """Every place where a chain is broken; nothing when the trail is whole."""
    heads = {head.chain: head for head in Head.objects.all()}
    accounts = set(Event.objects.order_by().values_list("account_id", flat=True).distinct())
    for chain in sorted({account or INSTALLATION for account in accounts} | set(heads)):
        yield from _breaks_of(chain, heads.get(chain))


def _breaks_of(chain: str, head: Head | None) -> Iterator[Break]:
    expected, previous = 1, ""
    account = None if chain == INSTALLATION else chain
    for event in Event.objects.filter(account_id=account).order_by("sequence").iterator(2000):
        if event.sequence != expected:
            yield Break(chain, event.sequence, f"event {expected} is missing")
        elif event.previous_hash != previous:
            yield Break(chain, event.sequence, "the event does not follow the one before it")
        if not hmac.compare_digest(event.hash, event_hash(event)):
            yield Break(chain, event.sequence, "the event was changed")
        expected, previous = event.sequence + 1, event.hash
    if head is None or not hmac.compare_digest(head.mac, head_mac(head.chain, head.events, head.last_hash)):
        yield Break(chain, expected - 1, "the head of the chain is missing or forged")
    elif (head.events, head.last_hash) != (expected - 1, previous):
        yield Break(chain, expected - 1, f"the head says {head.events} events, the trail ends otherwise")


def _mac(text: str) -> str:
    return hmac.digest(settings.AUDIT_KEY.encode(), text.encode(), "sha256").hex()


def _plain(value: object) -> object:
    return value if isinstance(value, str | int | dict | list | bool | None) else _text(value)


def _text(value: object) -> str:
    """Times to the microsecond in UTC, ids as text: alike before the row is stored and after it is read."""
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
