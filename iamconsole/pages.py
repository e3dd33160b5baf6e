"""How a view answers: a page or its partial, a refusal that keeps what was typed, a message for later."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import partial as bind
from http import HTTPStatus
from typing import TYPE_CHECKING, Literal

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.cache import patch_vary_headers
from django_htmx.middleware import HtmxDetails

from iamconsole.preferences import appearance, preferences
from operations.caller import Caller, CredentialKind
from operations.errors import AccessDenied, FreshProofRequired, InvalidClientTokenId, ServiceError

if TYPE_CHECKING:
    from operations.authorization import Explanation

FLASHES = "flashes"
TOO_MUCH = (
    "More was sent than any form here takes. Nothing was changed; go back, and what you typed is still there."
)
FAILURE_PAGES: Mapping[int, str] = {
    HTTPStatus.BAD_REQUEST: "400.html",
    HTTPStatus.FORBIDDEN: "403.html",
    HTTPStatus.NOT_FOUND: "404.html",
    HTTPStatus.METHOD_NOT_ALLOWED: "405.html",
    HTTPStatus.INTERNAL_SERVER_ERROR: "500.html",
    HTTPStatus.SERVICE_UNAVAILABLE: "503.html",
}
Level = Literal["ok", "warn", "bad", "info"]


@dataclass(frozen=True, slots=True)
class Flash:
    """One strip above the heading, said once."""

    level: Level
    text: str
    link: str | None = None
    link_text: str | None = None


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why an act was refused: a sentence, and for a denial everything that led to it.

    It is empty when the reason stands in the form itself.
    """

    message: str = ""
    explanation: Explanation | None = None
    request_id: str = ""


def page(
    request: HttpRequest,
    template: str,
    context: Mapping[str, object],
    *,
    partial: str | None = None,
    status: int = HTTPStatus.OK,
) -> HttpResponse:
    """The whole page, or to an HTMX request only the partial that both are made of."""
    if partial is not None and _asks_for_a_part(request):
        return _part(request, partial, context, status)
    return _varying(render(request, template, dict(context), status=status))


def refused(
    request: HttpRequest,
    error: ServiceError,
    *,
    template: str,
    context: Mapping[str, object],
    partial: str | None = None,
    form: BaseForm | None = None,
) -> HttpResponse:
    """The page again, saying at the field or above the page what was wrong; a denial is explained in full.

    What was typed stays: a denied form comes back with the explanation above it, and only a denial without a
    form has a page of its own.
    """
    if isinstance(error, FreshProofRequired | InvalidClientTokenId):
        # Not about this page: the middleware leads to the proof, or back to the door.
        raise error
    refusal = _refusal(request, error, form)
    shown = "denied.html" if refusal.explanation and form is None else template
    told = {**context, "refusal": refusal}
    if partial is None and _asks_for_a_part(request):
        return _part(request, None, told, _status(error))
    return page(request, shown, told, partial=partial, status=_status(error))


def service_error(request: HttpRequest, error: ServiceError) -> HttpResponse:
    """The page for a refusal that no view has put into words: a denied read, an object that is not there."""
    if isinstance(error, AccessDenied):
        return refused(request, error, template="denied.html", context={})
    return _failure(request, error.status, error.message)


def flash(
    request: HttpRequest, level: Level, text: str, link: str | None = None, link_text: str | None = None
) -> None:
    """Say this above the next page, with a link to what it is about."""
    waiting = request.session.get(FLASHES, [])
    request.session[FLASHES] = [*waiting, asdict(Flash(level, text, link, link_text))]


def request_id(request: HttpRequest) -> str:
    return str(getattr(request, "request_id", ""))


def console(request: HttpRequest) -> dict[str, object]:
    """Context processor: what the frame around every page needs."""
    caller: Caller | None = getattr(request, "caller", None)
    is_signed_in = caller is not None and caller.credential.kind == CredentialKind.CONSOLE
    return {
        **appearance(request),
        "preferences": bind(preferences, request),
        "caller": caller,
        "is_signed_in": is_signed_in,
        "layout": "base.html" if is_signed_in else "solo_base.html",
        "flashes": bind(_take_flashes, request),
    }


def bad_request(
    request: HttpRequest, exception: Exception | None = None, *, message: str = ""
) -> HttpResponse:
    is_too_much = isinstance(exception, RequestDataTooBig | TooManyFieldsSent)
    return _failure(request, HTTPStatus.BAD_REQUEST, TOO_MUCH if is_too_much else message)


def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _failure(request, HTTPStatus.FORBIDDEN)


def page_not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _failure(request, HTTPStatus.NOT_FOUND)


def method_not_allowed(request: HttpRequest) -> HttpResponse:
    return _failure(request, HTTPStatus.METHOD_NOT_ALLOWED)


def server_error(request: HttpRequest) -> HttpResponse:
    return _failure(request, HTTPStatus.INTERNAL_SERVER_ERROR)


def service_unavailable(request: HttpRequest) -> HttpResponse:
    return _failure(request, HTTPStatus.SERVICE_UNAVAILABLE)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return _failure(request, HTTPStatus.FORBIDDEN, template="csrf_failure.html")


def _asks_for_a_part(request: HttpRequest) -> bool:
    htmx = HtmxDetails(request)
    return bool(htmx) and not htmx.boosted and not htmx.history_restore_request


def _part(
    request: HttpRequest, partial: str | None, context: Mapping[str, object], status: int
) -> HttpResponse:
    """The partial, and beside it what belongs above the page: messages and the reason of a refusal."""
    shown = render_to_string(partial, dict(context), request) if partial else ""
    above = render_to_string("_out_of_band.html", dict(context), request)
    response = _varying(HttpResponse(shown + above, status=status))
    if partial is None:
        response["HX-Reswap"] = "none"
    return response


def _varying(response: HttpResponse) -> HttpResponse:
    patch_vary_headers(response, ["HX-Request"])
    return response


def _refusal(request: HttpRequest, error: ServiceError, form: BaseForm | None) -> Refusal:
    if isinstance(error, AccessDenied):
        return Refusal(error.message, error.explanation, request_id(request))
    if form is None:
        return Refusal(error.message)
    form.add_error(error.parameter if error.parameter in form.fields else None, error.message)
    return Refusal()


def _status(error: ServiceError) -> int:
    if isinstance(error, AccessDenied):
        return HTTPStatus.FORBIDDEN
    is_ours = error.status >= HTTPStatus.INTERNAL_SERVER_ERROR
    return error.status if is_ours else HTTPStatus.UNPROCESSABLE_ENTITY


def _take_flashes(request: HttpRequest) -> list[Flash]:
    session = getattr(request, "session", None)
    waiting = session.pop(FLASHES) if session is not None and FLASHES in session else []
    return [Flash(**said) for said in waiting]


def _failure(request: HttpRequest, status: int, message: str = "", template: str = "") -> HttpResponse:
    """A page for when things went wrong: it asks neither the session nor the database for anything."""
    context = {**appearance(request), "request_id": request_id(request), "status": status, "message": message}
    if _asks_for_a_part(request):
        response = HttpResponse(render_to_string("_failure_flash.html", context), status=status)
        response["HX-Reswap"] = "none"
        return _varying(response)
    named = template or FAILURE_PAGES.get(status, "400.html")
    return _varying(HttpResponse(render_to_string(named, context), status=status))
