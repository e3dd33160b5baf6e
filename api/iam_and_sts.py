"""IAM and STS: which operation a request of the Query protocol asks for, and how it is read and answered."""

from __future__ import annotations

from functools import cache
from typing import Final

from botocore.model import OperationModel

from api import query, results
from api.bodies import LONGEST
from api.forms import Form, read_form
from api.protocols import Question, Refusal
from api.sigv4 import Received
from operations.errors import (
    InvalidAction,
    MalformedQueryString,
    MissingAction,
    MissingAuthenticationToken,
    ServiceError,
)
from operations.shapes import service_model

PATHS: Final = frozenset({"/api", "/api/"})
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


class QueryProtocol:
    """The parameters are a form, `Action` among them; the answer is XML."""

    services = frozenset({"iam", "sts"})
    default_service = "iam"
    # Federation brings its proof along: the answer of an identity provider.
    unsigned_service: str | None = "sts"
    methods: tuple[str, ...] = ("GET", "POST")
    content_type = "application/x-www-form-urlencoded"
    media_type = "text/xml"
    longest = LONGEST

    def question(self, service: str, received: Received, body: bytes, *, is_signed: bool) -> Question:
        form = _parameters(received, body)
        operation = _operation(service, form, is_signed=is_signed)
        return Question(operation, query.decode(operation, form))

    def answer(self, operation: OperationModel, result: object, request_id: str) -> str:
        presented = results.presenter(operation)(result)
        return query.encode(operation, presented, request_id, left_out=results.left_out(operation.name))

    def refusal(self, service: str, error: ServiceError, request_id: str) -> Refusal:
        return Refusal(query.encode_error(service, error, request_id), error.status)

    def load(self) -> None:
        for service in self.services:
            for name in _names(service):
                operation = _model(service, name)
                results.presenter(operation)
                query.prepare(operation, results.left_out(name))


QUERY: Final = QueryProtocol()


def _parameters(received: Received, body: bytes) -> Form:
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
