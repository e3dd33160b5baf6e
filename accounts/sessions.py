"""Django's database sessions, with the key stored only as a hash and the owner in columns of their own."""

from __future__ import annotations

import hashlib
from typing import Any

from django.contrib.sessions.backends.db import SessionStore as DatabaseStore

from accounts.models.signin import Session
from iamconsole.clock import now


def key_hash(session_key: str) -> str:
    """40 hexadecimal digits of the hash fit the column, and 160 bits are beyond guessing."""
    return hashlib.sha256(session_key.encode()).hexdigest()[:40]


class SessionStore(DatabaseStore):
    """Every lookup goes by the hash; only the browser ever has the key."""

    @classmethod
    def get_model_class(cls) -> type[Session]:
        return Session

    def _get_session_from_db(self) -> Session | None:
        stored = Session.objects.filter(session_key=key_hash(self.session_key or ""), expire_date__gt=now())
        # The key is unique, and `first` would put a single row in order at every request.
        session = next(iter(stored), None)
        if session is None:
            self._session_key = None
        return session

    def exists(self, session_key: str) -> bool:
        return Session.objects.filter(session_key=key_hash(session_key)).exists()

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        return Session(
            session_key=key_hash(self._get_or_create_session_key()),  # type: ignore[attr-defined]  # not in the stubs
            session_data=self.encode(data),
            expire_date=self.get_expiry_date(),
            account_id=data.get("account_id"),
            principal_id=data.get("principal_id", ""),
        )

    def delete(self, session_key: str | None = None) -> None:
        key = session_key or self.session_key
        if key is not None:
            Session.objects.filter(session_key=key_hash(key)).delete()

    @classmethod
    def clear_expired(cls) -> None:
        Session.objects.filter(expire_date__lt=now()).delete()
