"""Temporary credentials: everything about a session is sealed in its token, and nothing of it is stored.

A token opens with one of CONSOLE_KEYS, so it is valid in every server process and through a restart; whom it stands for
is read from the directory at each call, so deleting a user or a role ends it. The secret key travels inside its token,
where only the server can read it.
"""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock
from typing import Any, Final

from accounts.sealing import SealBroken, seal_packed, unseal_packed
from operations.errors import InvalidClientTokenId

PURPOSE: Final = "session-token"
# A token of more characters could not be one of ours: policies and tags in it are bounded.
LONGEST_TOKEN: Final = 16_384
MOST_REMEMBERED: Final = 4_096


@dataclass(frozen=True)
class Session:
    """What a token says. Times are ISO texts in UTC; `principal` is the unique id of a role, a user, or the account.

    `kind` is `role`, `user` or `federated`; `name` is the session's or the federated user's.
    """

    access_key_id: str
    secret: str
    account_id: str
    kind: str
    principal: str
    issued: str
    expiration: str
    name: str = ""
    mfa_time: str | None = None
    source_identity: str = ""
    policies: tuple[str, ...] = ()
    policy_arns: tuple[str, ...] = ()
    tags: Sequence[Mapping[str, str]] = ()
    transitive_tag_keys: tuple[str, ...] = ()
    federation: Mapping[str, str] = field(default_factory=dict)

    def is_over(self, now: datetime) -> bool:
        return now >= datetime.fromisoformat(self.expiration)


def token_of(session: Session) -> str:
    """The token that says all this."""
    # Not `asdict`, which copies all that is inside.
    return seal_packed(json.dumps(vars(session), separators=(",", ":")), context=PURPOSE)


def session_of(token: str) -> Session:
    """What a token says, whether or not it is over; raises InvalidClientTokenId for one that is not ours."""
    found = _remembered.get(token)
    if found is None:
        found = _opened(token)
        _remembered.put(token, found)
    return found


def _opened(token: str) -> Session:
    try:
        if len(token) > LONGEST_TOKEN:
            raise SealBroken("Too long.")
        said: dict[str, Any] = json.loads(unseal_packed(token, context=PURPOSE))
    except SealBroken as error:
        raise InvalidClientTokenId from error
    lists = ("policies", "policy_arns", "transitive_tag_keys")
    return Session(**{**said, **{name: tuple(said[name]) for name in lists}})


class _Remembered:
    """Tokens opened lately. What a token says never changes."""

    def __init__(self) -> None:
        self._sessions: OrderedDict[str, Session] = OrderedDict()
        self._lock = Lock()

    def get(self, token: str) -> Session | None:
        return self._sessions.get(token)

    def put(self, token: str, session: Session) -> None:
        with self._lock:
            self._sessions[token] = session
            while len(self._sessions) > MOST_REMEMBERED:
                self._sessions.popitem(last=False)


_remembered: Final = _Remembered()
