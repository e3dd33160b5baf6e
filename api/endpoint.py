"""IAM, STS and Access Analyzer as awscli and the SDKs speak them, answered before anything that is for browsers.

The order: method, length and content type, what the signature claims, whose key it is; only then the body is read, the
signature compared, the parameters understood, and the operation performed.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from functools import cache, partial
from typing import Final
from urllib.parse import quote
from uuid import uuid4

from botocore.loaders import Loader
from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from api import sigv4
from api.access_analyzer import REST_JSON, is_for_access_analyzer
from api.bodies import LONGEST_UNSIGNED, length_of, read_body
from api.iam_and_sts import PATHS, QUERY
from api.protocols import Protocol
from api.throttle import Throttle
from iamconsole.clock import now
from iamconsole.logs import current_request_id
from iamconsole.middleware import server_error as page_of_server_error
from operations.authorization_messages import encoded_message
from operations.caller import Asking, Client, nobody
from operations.credentials import signer_of
from operations.errors import (
    AccessDenied,
    MalformedQueryString,
    MethodNotAllowed,
    MissingAuthenticationToken,
    ServiceError,
    ServiceFailure,
    ServiceUnavailable,
    Throttling,
)
from operations.operation import perform, registered
from operations.request_scope import request_scope
from operations.trail import write_down

Handler = Callable[[HttpRequest], HttpResponseBase]

MESSAGE_HEADER: Final = "x-amzn-iamconsole-authorization-message"
# Seconds until the same request may succeed.
RETRY_AFTER: Final[Mapping[type[ServiceError], str]] = {ServiceUnavailable: "5", Throttling: "1"}


def answer_api(get_response: Handler) -> Handler:
    """No session, no CSRF token and no page stand between a signed request and its operation."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        protocol = protocol_of(request.path)
        return answer(request, protocol) if protocol else get_response(request)

    return middleware


def protocol_of(path: str) -> Protocol | None:
    """The protocol that is spoken at a path; None where pages are."""
    if path in PATHS:
        return QUERY
    return REST_JSON if is_for_access_analyzer(path) else None


def answer(request: HttpRequest, protocol: Protocol) -> HttpResponse:
    """The answer to one request; what nobody expected gets to `server_error`."""
    request_id = str(uuid4())
    current_request_id.set(request_id)
    exchange = Exchange(request, request_id, protocol)
    setattr(request, "exchange", exchange)  # noqa: B010 -- HttpRequest declares no such attribute
    try:
        with request_scope() as uses:
            response = _response(exchange, exchange.perform())
        # Django calls these once the answer is sent: nobody waits for a note.
        response._resource_closers.append(partial(write_down, uses))  # type: ignore[attr-defined]  # not in the stubs
        return response
    except ServiceError as error:
        return _refusal(exchange, error)


def server_error(request: HttpRequest) -> HttpResponse:
    """The handler of status 500: programs are answered in their protocol, browsers with a page."""
    exchange: Exchange | None = getattr(request, "exchange", None)
    if exchange is None:
        return page_of_server_error(request)
    if isinstance(sys.exception(), OperationalError):
        return _refusal(exchange, ServiceUnavailable("The service is unavailable for the moment. Try again."))
    return _refusal(
        exchange, ServiceFailure("The request processing has failed because of an unknown error.")
    )


class Exchange:
    """One request on its way; `service` is known once the signature says it."""

    def __init__(self, request: HttpRequest, request_id: str, protocol: Protocol) -> None:
        self._request = request
        self.request_id = request_id
        self.protocol = protocol
        self.service = protocol.default_service
        self.asking: Asking | None = None

    def perform(self) -> str:
        """The result as it is written; raises ServiceError."""
        _ensure_polite(self._request, self.protocol)
        received = _received(self._request)
        body = self._signed(received) if received.is_signed else self._unsigned()
        asked = self.protocol.question(self.service, received, body, is_signed=received.is_signed)
        asking = self.asking or nobody(self._client())
        result = perform(asking, f"{self.service}:{asked.operation.name}", asked.parameters)
        return self.protocol.answer(asked.operation, result, self.request_id)

    def _signed(self, received: sigv4.Received) -> bytes:
        """The body, once it is known who sends it."""
        length = length_of(self._request, self.protocol.longest)
        at = now()
        claim = sigv4.claim_of(received, services=self.protocol.services, regions=regions(), now=at)
        self.service = claim.service
        signer = signer_of(claim.access_key_id, claim.session_token, self._client(claim), now=at)
        body = read_body(self._request, length)
        sigv4.ensure_match(received, claim, body, sigv4.signing_key(signer.secret, claim))
        # Only whoever holds the key uses up its calls.
        throttle().take(claim.access_key_id)
        self.asking = signer.asking
        return body

    def _unsigned(self) -> bytes:
        if self.protocol.unsigned_service is None:
            raise MissingAuthenticationToken("Request is missing Authentication Token")
        self.service = self.protocol.unsigned_service
        return read_body(self._request, length_of(self._request, LONGEST_UNSIGNED))

    def _client(self, claim: sigv4.Claim | None = None) -> Client:
        meta = self._request.META
        # IAM is global: its own region is the one in which it is answered.
        region = claim.region if claim and claim.service != "iam" else "us-east-1"
        return Client(
            source_ip=meta.get("REMOTE_ADDR", ""),
            user_agent=meta.get("HTTP_USER_AGENT", ""),
            request_id=self.request_id,
            is_secure=self._request.is_secure(),
            region=region,
        )


def _ensure_polite(request: HttpRequest, protocol: Protocol) -> None:
    """What can be told without understanding the request."""
    if request.method not in protocol.methods:
        raise MethodNotAllowed(f"The method {request.method} is not answered here.")
    try:
        request.get_host()
    except DisallowedHost as error:
        raise MalformedQueryString("This host is not served here.") from error
    if not settings.LOOPBACK and not request.is_secure():
        raise AccessDenied("Requests are answered over HTTPS only.")
    content_type = request.META.get("CONTENT_TYPE", "").partition(";")[0].strip().lower()
    if content_type not in ("", protocol.content_type):
        raise MalformedQueryString(f"Parameters come as {protocol.content_type}.")


def _received(request: HttpRequest) -> sigv4.Received:
    meta = request.META
    headers = {
        key[5:].replace("_", "-").lower(): value for key, value in meta.items() if key.startswith("HTTP_")
    }
    for key in ("CONTENT_TYPE", "CONTENT_LENGTH"):
        if meta.get(key):
            headers[key.replace("_", "-").lower()] = meta[key]
    # The path as received; what Django knows of it is decoded already.
    raw: str = meta.get("RAW_URI", "")
    path = raw.partition("?")[0] or quote(request.path)
    return sigv4.Received(str(request.method), path, meta.get("QUERY_STRING", ""), headers)


def load() -> None:
    """Everything that the first call would load: operations, service models, and how their shapes are written."""
    registered()
    regions()
    for protocol in (QUERY, REST_JSON):
        protocol.load()


@cache
def throttle() -> Throttle:
    return Throttle(settings.API_CALLS_PER_SECOND)


@cache
def regions() -> frozenset[str]:
    """Every region that botocore knows of, in any partition."""
    partitions = Loader().load_data("endpoints")["partitions"]
    return frozenset(region for partition in partitions for region in partition["regions"])


def _response(exchange: Exchange, text: str, status: int = 200) -> HttpResponse:
    response = HttpResponse(text, status=status, content_type=exchange.protocol.media_type)
    response["x-amzn-RequestId"] = exchange.request_id
    response["Cache-Control"] = "no-store"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Length"] = str(len(response.content))
    return response


def _refusal(exchange: Exchange, error: ServiceError) -> HttpResponse:
    refusal = exchange.protocol.refusal(exchange.service, error, exchange.request_id)
    response = _response(exchange, refusal.text, refusal.status)
    for name, value in refusal.headers.items():
        response[name] = value
    if isinstance(error, AccessDenied) and error.explanation and exchange.asking:
        response[MESSAGE_HEADER] = encoded_message(error.explanation, exchange.asking.account_id)
    if isinstance(error, MethodNotAllowed):
        response["Allow"] = ", ".join(exchange.protocol.methods)
    if type(error) in RETRY_AFTER:
        response["Retry-After"] = RETRY_AFTER[type(error)]
    return response
