"""Texts between the two steps of the editor: kept in the session, each tab's under a token of its own.

A saved draft leaves the address it led to, so that a second click or a way back ends where the first one did.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import wraps
from typing import TypeAlias

from django.http import HttpResponse

from accounts.signin.flow import see_other
from accounts.signin.middleware import ConsoleRequest
from iamconsole.pages import flash
from operations.errors import InvalidClientTokenId, NoSuchEntity
from policies.engine.text import MAXIMUM_LENGTH
from policies.views.addresses import with_draft
from policies.views.checks import visible

View: TypeAlias = Callable[[ConsoleRequest], HttpResponse]

DRAFTS = "policy-drafts"
SAVED = "saved-drafts"
LOST = "The text of this policy is no longer kept. Write it again."
OUTLIVED = (
    "The policy was deleted while you were typing. Your text is kept here: it can be saved as a new policy."
)
# A forgotten tab must not make every session grow.
MOST_DRAFTS = 5
LONGEST_TOKEN = 32
# As much of a text's hash as stands for the version of an inline policy, which has none.
LONGEST_BASE = 16


class AlreadySaved(Exception):
    """Another submit of the same draft came first."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A text, the version it was begun on and what that said; "" for a new policy."""

    document: str
    base_version_id: str = ""
    base_document: str = ""


def token_of(request: ConsoleRequest) -> str:
    """The token in the address, or "" when there is none of ours."""
    token = request.GET.get("draft", "")
    return token if token.isalnum() and len(token) <= LONGEST_TOKEN else ""


def fresh_token() -> str:
    return secrets.token_hex(8)


def find(request: ConsoleRequest) -> Draft | None:
    kept = request.session.get(DRAFTS, {}).get(token_of(request))
    return Draft(**kept) if kept else None


def typed(request: ConsoleRequest) -> Draft:
    """What a form of the editor holds, finished or not, and what it was begun on."""
    text, version_id, base = (
        visible(request.POST.get(name, "")).replace("\r\n", "\n")
        for name in ("policy_document", "base_version_id", "base_document")
    )
    return Draft(text, version_id[:LONGEST_BASE], base)


def keep(request: ConsoleRequest, draft: Draft, token: str = "") -> None:
    """Written over, a draft that was saved is one to save again. `token` is of a draft that no address names yet."""
    _put(request, SAVED, None, token)
    _put(request, DRAFTS, asdict(draft), token)


def missing(request: ConsoleRequest, editor_url: str) -> HttpResponse:
    """Where a review without its draft leads: to what was made of it, or else back to the editor."""
    if saved_at := request.session.get(SAVED, {}).get(token_of(request)):
        return see_other(saved_at)
    flash(request, "warn", LOST)
    return see_other(editor_url)


def outliving(editor_of: Callable[[ConsoleRequest], str]) -> Callable[[View], View]:
    """A page about a policy that may be deleted while somebody types: the text goes on to the editor of a new one."""

    def decorate(view: View) -> View:
        @wraps(view)
        def kept(request: ConsoleRequest) -> HttpResponse:
            try:
                return view(request)
            except NoSuchEntity:
                draft = typed(request) if "policy_document" in request.POST else find(request)
                if draft is None or not 0 < len(draft.document) <= MAXIMUM_LENGTH:
                    raise
            token = token_of(request) or fresh_token()
            keep(request, Draft(draft.document), token)
            flash(request, "warn", OUTLIVED)
            return see_other(with_draft(editor_of(request), token))

        return kept

    return decorate


def already_saved(request: ConsoleRequest) -> HttpResponse:
    """Where the first of two clicks led."""
    return see_other(request.session[SAVED][token_of(request)])


def ensure_unsaved(request: ConsoleRequest) -> None:
    """Asked under the account's lock, so that of two submits of one draft the second raises AlreadySaved."""
    stored = type(request.session)(request.session.session_key).load()
    if not stored:
        raise InvalidClientTokenId("The session ended before the form was sent.")
    request.session.update(stored)
    if token_of(request) in stored.get(SAVED, {}):
        raise AlreadySaved


def finish(request: ConsoleRequest, url: str) -> None:
    """The draft is saved, and `url` shows it. Written in the transaction of the act, so that both happen or neither."""
    _put(request, DRAFTS, None)
    _put(request, SAVED, url)
    request.session.save()


def _put(request: ConsoleRequest, kind: str, value: object, token: str = "") -> None:
    """Under the token, or that of the address; None takes away what is there."""
    token = token or token_of(request)
    others = {key: kept for key, kept in request.session.get(kind, {}).items() if key != token}
    newest = dict(list(others.items())[-(MOST_DRAFTS - 1) :])
    request.session[kind] = others if value is None else {**newest, token: value}
