"""What each of AWS's protocols says for itself; `api/endpoint.py` does all the rest, and alike for all of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol as Interface

from botocore.model import OperationModel

from api.sigv4 import Received
from operations.errors import ServiceError


@dataclass(frozen=True, slots=True)
class Question:
    """An operation that is asked for, and its parameters by their Python names."""

    operation: OperationModel
    parameters: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Refusal:
    """A refusal as it is written."""

    text: str
    status: int
    headers: Mapping[str, str] = field(default_factory=dict)


class Protocol(Interface):
    """How requests are read and answers are written.

    `services` are those it may be signed for, `default_service` the one that answers where a request does not get so
    far as to name one. Without a signature a request is for the `unsigned_service`; None where nothing goes without.
    `content_type` is that of a body, `media_type` that of an answer, `longest` the most bytes of a signed body.
    """

    services: frozenset[str]
    default_service: str
    unsigned_service: str | None
    methods: tuple[str, ...]
    content_type: str
    media_type: str
    longest: int

    def question(self, service: str, received: Received, body: bytes, *, is_signed: bool) -> Question:
        """What is asked for; raises ServiceError for what cannot be understood."""
        ...

    def answer(self, operation: OperationModel, result: object, request_id: str) -> str: ...

    def refusal(self, service: str, error: ServiceError, request_id: str) -> Refusal: ...

    def load(self) -> None:
        """Make ready whatever the first call would make."""
        ...
