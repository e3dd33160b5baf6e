"""The web session and the caller: what is remembered between requests, and how it becomes a caller again."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest

from accounts.models import RootUser, User
from iamconsole.clock import now
from operations.caller import Caller, Client, Credential, CredentialKind, nobody

WHOLE_SESSION = timedelta(hours=12)
HALF_SESSION = timedelta(minutes=15)
ROOT = "root"


def client_of(request: HttpRequest) -> Client:
    """Where the request came from. Forwarded headers are never read."""
    return Client(
        source_ip=request.META.get("REMOTE_ADDR", ""),
        user_agent=request.headers.get("User-Agent", ""),
        request_id=str(getattr(request, "request_id", "")),
        is_secure=request.is_secure(),
    )


def remember(request: HttpRequest, caller: Caller) -> None:
    """Begin the session of this caller under a new key: nothing of an earlier one is carried over but its messages."""
    flashes = request.session.get("flashes")
    request.session.flush()
    write(request.session, caller)
    if flashes:
        request.session["flashes"] = flashes


def refresh(request: HttpRequest, caller: Caller) -> None:
    """The same session with a fresh proof, under a new key."""
    request.session.cycle_key()
    write(request.session, caller)


def write(session: SessionBase, caller: Caller) -> None:
    """What the next request needs to know the caller again; a half session lasts minutes, a whole one 12 hours."""
    credential = caller.credential
    whole = credential.kind == CredentialKind.CONSOLE
    issued = credential.issued or now()
    session.update(
        {
            "account_id": caller.account_id,
            "principal_id": ROOT if caller.is_root else caller.principal.unique_id,
            "kind": credential.kind.value,
            "issued": issued.isoformat(),
            "epoch": credential.epoch,
            "mfa_time": _text(credential.mfa_time),
            "proof_time": _text(credential.proof_time),
        }
    )
    session.set_expiry(issued + (WHOLE_SESSION if whole else HALF_SESSION))


def caller_of(request: HttpRequest) -> Caller:
    """The caller of this session; nobody when there is none, its identity is gone, or its epoch is over."""
    session = request.session
    client = client_of(request)
    if not session.get("account_id"):
        return nobody(client)
    identity = _identity(session)
    if identity is None or identity.session_epoch != session["epoch"]:
        session.flush()
        return nobody(client)
    return Caller(identity, _credential(session), identity.account, client)


def _identity(session: SessionBase) -> User | RootUser | None:
    account_id, principal_id = session["account_id"], session["principal_id"]
    # Every page asks this. At most one row fits, and `first` would spend its time on an order.
    if principal_id == ROOT:
        roots = RootUser.objects.select_related("account").filter(account_id=account_id)
        return next(iter(roots), None)
    users = User.objects.select_related("account", "permissions_boundary")
    found = users.filter(account_id=account_id, user_id=principal_id)
    return next(iter(found), None)


def _credential(session: SessionBase) -> Credential:
    return Credential(
        kind=CredentialKind(session["kind"]),
        issued=_moment(session["issued"]),
        epoch=session["epoch"],
        mfa_time=_moment(session["mfa_time"]),
        proof_time=_moment(session["proof_time"]),
    )


def _text(moment: datetime | None) -> str:
    return moment.isoformat() if moment else ""


def _moment(text: Any) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
