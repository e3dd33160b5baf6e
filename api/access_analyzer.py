"""Access Analyzer: which operation a request of the REST-JSON protocol asks for, by its address."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Final

from botocore.model import OperationModel

from api import rest_json
from api.protocols import Question, Refusal
from api.sigv4 import Received
from operations.errors import InvalidAction, ServiceError
from operations.operation import registered
from operations.shapes import service_model

SERVICE: Final = "access-analyzer"
OWN_PREFIX: Final = f"/{SERVICE}"
# Whatever `--endpoint-url` says: the console itself, its address for IAM and STS, or a path of the service's own.
PREFIXES: Final = ("", "/api", OWN_PREFIX)
FOR_PROGRAMS: Final = ("/api/", f"{OWN_PREFIX}/")


class RestJsonProtocol:
    """The parameters stand in the query string and in a JSON body; the answer is JSON."""

    services = frozenset({SERVICE})
    default_service = SERVICE
    unsigned_service: str | None = None
    methods: tuple[str, ...] = ("POST",)
    content_type = "application/json"
    media_type = "application/json"
    # The longest document that is looked at, eight bytes to a character.
    longest = 2_097_152

    def question(self, service: str, received: Received, body: bytes, *, is_signed: bool) -> Question:
        operation = routes().get((received.method, received.path))
        if operation is None:
            raise InvalidAction(f"There is no operation {received.method} {received.path[:128]} here.")
        return Question(operation, rest_json.decode(operation, received.parameters, body))

    def answer(self, operation: OperationModel, result: object, request_id: str) -> str:
        return rest_json.encode(operation, result)

    def refusal(self, service: str, error: ServiceError, request_id: str) -> Refusal:
        return rest_json.encode_error(service, error)

    def load(self) -> None:
        for operation in routes().values():
            rest_json.prepare(operation)


REST_JSON: Final = RestJsonProtocol()


@cache
def routes() -> Mapping[tuple[str, str], OperationModel]:
    """The operations that exist here, by method and path."""
    names = [name.partition(":")[2] for name in registered() if name.startswith(f"{SERVICE}:")]
    models = [service_model(SERVICE).operation_model(name) for name in names]
    return {
        (model.http["method"], prefix + model.http["requestUri"]): model
        for model in models
        for prefix in PREFIXES
    }


@cache
def paths() -> frozenset[str]:
    return frozenset(path for _, path in routes())


def is_for_access_analyzer(path: str) -> bool:
    """Whether a request is answered here; below the addresses that only programs use all are, known or not."""
    return path in paths() or path.startswith(FOR_PROGRAMS)
