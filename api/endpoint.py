"""`/api/`: IAM and STS as awscli and the SDKs speak them, answered before anything that is for browsers.

The order: method, length and content type, what the signature claims, whose key it is; only then the body is read, the
signature compared, the parameters understood, and the operation performed.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import cache, partial
from typing import Final
from urllib.parse import quote
from uuid import uuid4

from botocore.loaders import Loader
from botocore.model import OperationModel
from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from api import query, results, sigv4
from api.bodies import LONGEST, LONGEST_UNSIGNED, length_of, read_body
from api.forms import Form, read_form
from api.throttle import Throttle
from iamconsole.clock import now
from iamconsole.logs import current_request_id
from iamconsole.middleware import server_error as page_of_server_error
from operations.authorization_messages import encoded_message
from operations.caller import Asking, Client, nobody
from operations.credentials import signer_of
from operations.errors import (
    AccessDenied,
    InvalidAction,
    MalformedQueryString,
    MethodNotAllowed,
    MissingAction,
    MissingAuthenticationToken,
    ServiceError,
    ServiceFailure,
    ServiceUnavailable,
)
from operations.operation import perform, registered
from operations.request_scope import request_scope
from operations.shapes import service_model
from operations.trail import write_down

Handler = Callable[[HttpRequest], HttpResponseBase]

PATHS: Final = frozenset({"/api", "/api/"})
SERVICES: Final = frozenset({"iam", "sts"})
METHODS: Final = ("GET", "POST")
FORM: Final = "application/x-www-form-urlencoded"
MESSAGE_HEADER: Final = "x-amzn-iamconsole-authorization-message"
SIGNING: Final = frozenset(
    {
        "X-Amz-Algorithm",
        "X-Amz-Credential",
        "X-Amz-Date",
        "X-Amz-Expires",
        "X-Amz-Security-Token",
        "X-Amz-Signature",
        "X-Amz-SignedHeaders",
    }
)
# The service that answers where a request does not get so far as to name one.
DEFAULT_SERVICE: Final = "iam"


def answer_api(get_response: Handler) -> Handler:
    """No session, no CSRF token and no page stand between a signed request and its operation."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        return answer(request) if request.path in PATHS else get_response(request)

    return middleware


def answer(request: HttpRequest) -> HttpResponse:
    """The answer to one request; what nobody expected gets to `server_error`."""
    request_id = str(uuid4())
    current_request_id.set(request_id)
    exchange = Exchange(request, request_id)
    setattr(request, "exchange", exchange)  # noqa: B010 -- HttpRequest declares no such attribute
    try:
        with request_scope() as uses:
            response = _response(request_id, exchange.perform())
        # Django calls these once the answer is sent: nobody waits for a note.
        response._resource_closers.append(partial(write_down, uses))  # type: ignore[attr-defined]  # not in the stubs
        return response
    except ServiceError as error:
        return _refusal(exchange, error)


def server_error(request: HttpRequest) -> HttpResponse:
    """The handler of status 500: programs are answered in XML, browsers with a page."""
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

    def __init__(self, request: HttpRequest, request_id: str) -> None:
        self._request = request
        self.request_id = request_id
        self.service = DEFAULT_SERVICE
        self.asking: Asking | None = None

    def perform(self) -> str:
        """The XML of the result; raises ServiceError."""
        _ensure_polite(self._request)
        received = _received(self._request)
        if received.is_signed:
            self.asking, form = self._signed(received)
        else:
            form = self._unsigned(received)
        operation = _operation(self.service, form, is_signed=received.is_signed)
        parameters = query.decode(operation, form)
        asking = self.asking or nobody(self._client())
        result = perform(asking, f"{self.service}:{operation.name}", parameters)
        presented = results.presenter(operation)(result)
        return query.encode(operation, presented, self.request_id, left_out=results.left_out(operation.name))

    def _signed(self, received: sigv4.Received) -> tuple[Asking, Form]:
        length = length_of(self._request, LONGEST)
        at = now()
        claim = sigv4.claim_of(received, services=SERVICES, regions=regions(), now=at)
        self.service = claim.service
        signer = signer_of(claim.access_key_id, claim.session_token, self._client(claim), now=at)
        body = read_body(self._request, length)
        sigv4.ensure_match(received, claim, body, sigv4.signing_key(signer.secret, claim))
        # Only whoever holds the key uses up its calls.
        throttle().take(claim.access_key_id)
        return signer.asking, _parameters(received, body)

    def _unsigned(self, received: sigv4.Received) -> Form:
        self.service = "sts"
        form = _parameters(received, read_body(self._request, length_of(self._request, LONGEST_UNSIGNED)))
        if not form:
            raise MissingAuthenticationToken("Request is missing Authentication Token")
        return form

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


def _ensure_polite(request: HttpRequest) -> None:
    """What can be told without understanding the request."""
    if request.method not in METHODS:
        raise MethodNotAllowed(f"The method {request.method} is not answered here.")
    try:
        request.get_host()
    except DisallowedHost as error:
        raise MalformedQueryString("This host is not served here.") from error
    if not settings.LOOPBACK and not request.is_secure():
        raise AccessDenied("Requests are answered over HTTPS only.")
    content_type = request.META.get("CONTENT_TYPE", "").partition(";")[0].strip().lower()
    if content_type not in ("", FORM):
        raise MalformedQueryString(f"Parameters come as {FORM}.")


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


def _parameters(received: sigv4.Received, body: bytes) -> Form:
    """The parameters of the body or of the query string, never of both."""
    in_query = {name: value for name, value in received.parameters.items() if name not in SIGNING}
    in_body = read_form(body)
    if in_query and in_body:
        raise MalformedQueryString("Parameters come in the query string or in the body, not in both.")
    if in_query and received.method == "POST" and not received.is_signed_in_query:
        raise MalformedQueryString("The parameters of a POST come in its body.")
    return in_body or in_query


def _operation(service: str, form: Form, *, is_signed: bool) -> OperationModel:
    """The operation that is asked for; without a signature, one of the few that take none."""
    name, version = form.get("Action"), form.get("Version")
    if not is_signed and not (name and _takes_no_signature(service, name)):
        raise MissingAuthenticationToken("Request is missing Authentication Token")
    if not name:
        raise MissingAction("The request must contain the parameter Action.")
    model = service_model(service)
    if name not in _names(service) or version not in (None, model.api_version):
        shown = version or model.api_version
        raise InvalidAction(f"Could not find operation {name[:128]} for version {shown[:32]}")
    return _model(service, name)


@cache
def _names(service: str) -> frozenset[str]:
    return frozenset(service_model(service).operation_names)


@cache
def _model(service: str, name: str) -> OperationModel:
    return service_model(service).operation_model(name)


def _takes_no_signature(service: str, name: str) -> bool:
    return name in _names(service) and _model(service, name).auth_type == "none"


def load() -> None:
    """Everything that the first call would load: operations, service models, and how their shapes are written."""
    registered()
    regions()
    for service in SERVICES:
        for name in _names(service):
            operation = _model(service, name)
            results.presenter(operation)
            query.prepare(operation, results.left_out(name))


@cache
def throttle() -> Throttle:
    return Throttle(settings.API_CALLS_PER_SECOND)


@cache
def regions() -> frozenset[str]:
    """Every region that botocore knows of, in any partition."""
    partitions = Loader().load_data("endpoints")["partitions"]
    return frozenset(region for partition in partitions for region in partition["regions"])


def _response(request_id: str, xml: str, status: int = 200) -> HttpResponse:
    response = HttpResponse(xml, status=status, content_type="text/xml")
    response["x-amzn-RequestId"] = request_id
    response["Cache-Control"] = "no-store"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Length"] = str(len(response.content))
    return response


def _refusal(exchange: Exchange, error: ServiceError) -> HttpResponse:
    xml = query.encode_error(exchange.service, error, exchange.request_id)
    response = _response(exchange.request_id, xml, error.status)
    if isinstance(error, AccessDenied) and error.explanation and exchange.asking:
        response[MESSAGE_HEADER] = encoded_message(error.explanation, exchange.asking.account_id)
    if isinstance(error, MethodNotAllowed):
        response["Allow"] = ", ".join(METHODS)
    if isinstance(error, ServiceUnavailable):
        response["Retry-After"] = "5"
    return response
