"""What is done to every request and answer, whatever page it is about. Forwarded headers are never read."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed
from django.db import OperationalError, connection
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.http.response import HttpResponseBase
from django.middleware.csrf import REASON_BAD_ORIGIN

from iamconsole import pages
from iamconsole.logs import current_request_id
from operations.errors import ServiceError

Handler = Callable[[HttpRequest], HttpResponseBase]

METHODS = ("GET", "HEAD", "POST")
CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
# What a form may say several times: ticked boxes, and which choices it shows.
MANY_VALUED = frozenset(
    {"action", "columns", "entities", "groups", "key", "levels", "policies", "shown", "users"}
)
# Rows selected for deletion bear the name of what they are.
MANY_SELECTED = frozenset({"user_name", "group_name"})
POWERS = (
    "accelerometer",
    "camera",
    "geolocation",
    "gyroscope",
    "magnetometer",
    "microphone",
    "payment",
    "usb",
)
HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Permissions-Policy": ", ".join(f"{power}=()" for power in POWERS),
}


def identify_request(get_response: Handler) -> Handler:
    """A fresh id for each request: in its log lines, on its error page and in its answer."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        request_id = str(uuid4())
        setattr(request, "request_id", request_id)  # noqa: B010 -- HttpRequest declares no such attribute
        # Not reset afterwards: Django logs what was refused once the answer has left this function.
        current_request_id.set(request_id)
        response = get_response(request)
        response["X-Request-Id"] = request_id
        return response

    return middleware


class QueryTimer:
    """Counts the queries of one request and the time they take."""

    def __init__(self) -> None:
        self.count = 0
        self.seconds = 0.0

    def __call__(self, execute: Callable[..., Any], *arguments: Any) -> Any:
        start = time.perf_counter()
        try:
            return execute(*arguments)
        finally:
            self.count += 1
            self.seconds += time.perf_counter() - start

    def __str__(self) -> str:
        return f"db;desc={self.count};dur={self.seconds * 1000:.1f}"


def time_queries(get_response: Handler) -> Handler:
    """With SERVER_TIMING every answer says how many queries it took."""
    if not settings.SERVER_TIMING:
        raise MiddlewareNotUsed

    def middleware(request: HttpRequest) -> HttpResponseBase:
        timer = QueryTimer()
        with connection.execute_wrapper(timer):
            response = get_response(request)
        response["Server-Timing"] = str(timer)
        return response

    return middleware


def add_headers(get_response: Handler) -> Handler:
    """The browser's protections, and no copy of a page in any cache."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        for name, value in HEADERS.items():
            response[name] = value
        if not request.path.startswith((settings.STATIC_URL, "/healthz")):
            response["Cache-Control"] = "no-store"
        return response

    return middleware


def refuse_methods(get_response: Handler) -> Handler:
    """Django hands TRACE and invented methods to views that do not state theirs; here none gets so far."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        return get_response(request) if request.method in METHODS else HttpResponseNotAllowed(METHODS)

    return middleware


def refuse_other_sites(get_response: Handler) -> Handler:
    """A second lock beside the CSRF token: a browser says where a form comes from, and ours come from us."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        if request.method == "POST" and is_from_another_site(request):
            origin = request.headers.get("Origin", "")
            return pages.csrf_failure(request, reason=REASON_BAD_ORIGIN % origin)
        return get_response(request)

    return middleware


def is_from_another_site(request: HttpRequest) -> bool:
    ours = f"{request.scheme}://{request.get_host()}"
    is_fetched_from_elsewhere = request.headers.get("Sec-Fetch-Site", "same-origin") not in {
        "same-origin",
        "none",
    }
    return is_fetched_from_elsewhere or request.headers.get("Origin", ours) != ours


def refuse_doubled_fields(get_response: Handler) -> Handler:
    """A form says each thing once: two values for one field would let two readers understand it differently."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        if request.method == "POST" and (doubled := next(doubled_fields(request), None)):
            return pages.bad_request(request, message=f"The field `{doubled}` was sent twice.")
        return get_response(request)

    return middleware


def doubled_fields(request: HttpRequest) -> Iterator[str]:
    lists = MANY_VALUED | (MANY_SELECTED if request.path.endswith("-delete/") else frozenset())
    return (name for name, values in request.POST.lists() if len(values) > 1 and name not in lists)


class AnswerExceptions:
    """Refusals and an unavailable database are answers, not crashes."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if isinstance(response, HttpResponseNotAllowed):
            explained = pages.method_not_allowed(request)
            explained["Allow"] = response["Allow"]
            return explained
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, ServiceError):
            return pages.service_error(request, exception)
        if isinstance(exception, OperationalError):
            return database_unavailable(request)
        return None


def database_unavailable(request: HttpRequest) -> HttpResponse:
    """Locked, full or gone: the same request may succeed a little later."""
    response = pages.service_unavailable(request)
    response["Retry-After"] = "5"
    return response


def server_error(request: HttpRequest) -> HttpResponse:
    """The handler of status 500. It also sees what failed outside the views, such as saving the session."""
    if isinstance(sys.exception(), OperationalError):
        return database_unavailable(request)
    return pages.server_error(request)
