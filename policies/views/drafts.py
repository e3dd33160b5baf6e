"""Texts between the two steps of the editor: kept in the session, each tab's under a token of its own."""

from __future__ import annotations

import secrets
from dataclasses import asdict, dataclass

from accounts.signin.middleware import ConsoleRequest

DRAFTS = "policy-drafts"
# A forgotten tab must not make every session grow.
MOST_DRAFTS = 5
LONGEST_TOKEN = 32
# As much of a text's hash as stands for the version of an inline policy, which has none.
LONGEST_BASE = 16


@dataclass(frozen=True, slots=True)
class Draft:
    """A text, and the version it was begun on; "" for a new policy."""

    document: str
    base_version_id: str = ""


def token_of(request: ConsoleRequest) -> str:
    """The token in the address, or "" when there is none of ours."""
    token = request.GET.get("draft", "")
    return token if token.isalnum() and len(token) <= LONGEST_TOKEN else ""


def fresh_token() -> str:
    return secrets.token_hex(8)


def find(request: ConsoleRequest) -> Draft | None:
    kept = request.session.get(DRAFTS, {}).get(token_of(request))
    return Draft(**kept) if kept else None


def keep(request: ConsoleRequest, draft: Draft) -> None:
    others = [
        (key, kept) for key, kept in request.session.get(DRAFTS, {}).items() if key != token_of(request)
    ]
    newest = dict(others[-(MOST_DRAFTS - 1) :])
    request.session[DRAFTS] = {**newest, token_of(request): asdict(draft)}


def drop(request: ConsoleRequest) -> None:
    kept = request.session.get(DRAFTS, {})
    request.session[DRAFTS] = {key: draft for key, draft in kept.items() if key != token_of(request)}
