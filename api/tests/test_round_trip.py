"""Every operation of IAM and STS goes through the codec and comes back as botocore wrote it, or reads it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from botocore import xform_name
from botocore.model import ListShape, MapShape, OperationModel, Shape, StructureShape
from botocore.parsers import create_parser
from botocore.serialize import create_serializer

from api.forms import read_form
from api.query import DOCUMENT_SHAPE, LeftOut, decode, encode, encode_error
from operations.errors import NoSuchEntity, ServiceFailure
from operations.shapes import service_model

OPERATIONS = [
    service_model(service).operation_model(name)
    for service in ("iam", "sts")
    for name in service_model(service).operation_names
]
NAMES = [f"{operation.service_model.service_name}:{operation.name}" for operation in OPERATIONS]
MOMENT = datetime(2026, 3, 1, 8, 30, 5, tzinfo=UTC)
REQUEST_ID = "7a62c49f-347e-4fc4-9331-6e8eEXAMPLE"
SCALARS: dict[str, Any] = {
    "integer": 3600,
    "long": 3600,
    "boolean": True,
    "blob": b"\x00\xff bytes",
    "timestamp": MOMENT,
}


def sample(shape: Shape, place: str = "") -> Any:
    """A value with everything in it that the shape can hold; each text says where it stands."""
    if isinstance(shape, StructureShape):
        return {name: sample(member, f"{place}.{name}") for name, member in shape.members.items()}
    if isinstance(shape, ListShape):
        return [sample(shape.member, f"{place}.{number}") for number in (1, 2)]
    if isinstance(shape, MapShape):
        return {key: sample(shape.value, f"{place}.{key}") for key in ("one", "two")}
    return SCALARS.get(shape.type_name, f'{place} a&b <c> "d" é +/=%25 \u2028')


def test_there_are_as_many_operations_as_botocore_knows() -> None:
    assert len(NAMES) == 191


@pytest.mark.parametrize("operation", OPERATIONS, ids=NAMES)
def test_parameters_are_read_as_botocore_writes_them(operation: OperationModel) -> None:
    shape = operation.input_shape
    given = sample(shape) if isinstance(shape, StructureShape) else {}
    written = create_serializer("query", include_validation=False).serialize_to_request(given, operation)

    form = read_form(urlencode(written["body"]))

    assert form["Action"] == operation.name
    assert decode(operation, form) == {xform_name(name): value for name, value in given.items()}


@pytest.mark.parametrize("operation", OPERATIONS, ids=NAMES)
def test_empty_lists_are_read_as_such(operation: OperationModel) -> None:
    shape = operation.input_shape
    members = shape.members if isinstance(shape, StructureShape) else {}
    given: dict[str, Any] = {name: [] for name, member in members.items() if isinstance(member, ListShape)}
    written = create_serializer("query", include_validation=False).serialize_to_request(given, operation)

    assert decode(operation, read_form(urlencode(written["body"]))) == {
        xform_name(name): [] for name in given
    }


@pytest.mark.parametrize("operation", OPERATIONS, ids=NAMES)
def test_results_are_written_as_botocore_reads_them(operation: OperationModel) -> None:
    shape = operation.output_shape
    result = sample(shape) if isinstance(shape, StructureShape) else None

    xml = encode(operation, result, REQUEST_ID, left_out=LeftOut(shows_empty_tags=True))

    read = create_parser("query").parse(answer(200, xml), shape)
    metadata = read.pop("ResponseMetadata")
    assert metadata["RequestId"] == REQUEST_ID
    assert read == (as_parsed(shape, result) if isinstance(shape, StructureShape) else {})


def answer(status: int, xml: str) -> dict[str, Any]:
    return {"status_code": status, "headers": {}, "body": xml.encode()}


def as_parsed(shape: Shape, value: Any) -> Any:
    """What the parser makes of it: policy documents come URL-encoded, and clients decode them above the parser."""
    if isinstance(shape, StructureShape):
        return {name: as_parsed(member, value[name]) for name, member in shape.members.items()}
    if isinstance(shape, ListShape):
        return [as_parsed(shape.member, item) for item in value]
    if isinstance(shape, MapShape):
        return {key: as_parsed(shape.value, item) for key, item in value.items()}
    return quote(value, safe="-_.~") if shape.name == DOCUMENT_SHAPE else value


@pytest.mark.parametrize(
    ("error", "status", "blamed"),
    [
        (NoSuchEntity("The user with name <b> & co cannot be found."), 404, "Sender"),
        (ServiceFailure("Oh."), 500, "Receiver"),
    ],
)
def test_refusals_are_written_as_botocore_reads_them(error: Any, status: int, blamed: str) -> None:
    xml = encode_error("iam", error, REQUEST_ID)

    read = create_parser("query").parse(answer(status, xml), None)

    assert read["Error"] == {"Type": blamed, "Code": error.code, "Message": error.message}
    assert read["ResponseMetadata"]["RequestId"] == REQUEST_ID
