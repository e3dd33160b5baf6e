"""AWS's REST-JSON protocol from the shapes of the service model: query string and JSON to parameters, results to JSON.

There is no branch here that names an operation. Kinds of members that no operation of ours has are told by `prepare`.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from functools import cache
from typing import Any, Final

from botocore import xform_name
from botocore.model import ListShape, MapShape, OperationModel, Shape, StructureShape

from api.forms import Form
from api.protocols import Refusal
from api.query import SCALARS, wrong
from operations.errors import MalformedQueryString, ServiceError, ValidationError
from operations.shapes import service_model
from policies.engine.text import distinct, kind_of, refused_constant

ERROR_HEADER: Final = "x-amzn-ErrorType"
BODY: Final = "body"
QUERY_STRING: Final = "querystring"
# What services of this protocol call the refusals that IAM has other names for.
CODES: Final[Mapping[str, str]] = {
    "AccessDenied": "AccessDeniedException",
    "ExpiredToken": "ExpiredTokenException",
    "IncompleteSignature": "IncompleteSignatureException",
    "InvalidAction": "ValidationException",
    "InvalidClientTokenId": "UnrecognizedClientException",
    "MalformedQueryString": "ValidationException",
    "MissingAuthenticationToken": "MissingAuthenticationTokenException",
    "ServiceFailure": "InternalServerException",
    "SignatureDoesNotMatch": "InvalidSignatureException",
    "Throttling": "ThrottlingException",
    "ValidationError": "ValidationException",
}
REASONS: Final[Mapping[str, str]] = {
    "InvalidAction": "unknownOperation",
    "MalformedQueryString": "cannotParse",
    "ValidationError": "fieldValidationFailed",
}
_TYPES: Final[Mapping[str, tuple[type, str]]] = {
    "string": (str, "a string"),
    "integer": (int, "a whole number"),
    "long": (int, "a whole number"),
    "boolean": (bool, "true or false"),
}
_KINDS: Final[Mapping[type[Shape], tuple[type, str]]] = {
    StructureShape: (dict, "an object"),
    MapShape: (dict, "an object"),
    ListShape: (list, "a list"),
}


def prepare(operation: OperationModel) -> None:
    """Raises NotImplementedError for a member that stands elsewhere, or is of a kind that is not read or written."""
    for shape, places in ((operation.input_shape, {BODY, QUERY_STRING}), (operation.output_shape, {BODY})):
        for name, member in _members(shape).items() if shape else ():
            if _place(member) not in places or not all(kind in _TYPES for kind in _scalars(member)):
                raise NotImplementedError(f"{operation.name}: {name}")


def _scalars(shape: Shape) -> Iterator[str]:
    """The types of the single values in a shape."""
    inner: Collection[Shape] = ()
    if isinstance(shape, StructureShape):
        inner = shape.members.values()
    elif isinstance(shape, ListShape | MapShape):
        inner = (shape.member if isinstance(shape, ListShape) else shape.value,)
    else:
        yield shape.type_name
    for one in inner:
        yield from _scalars(one)


@cache
def _members(shape: StructureShape) -> Mapping[str, Shape]:
    """The members by their names on the wire."""
    return {member.serialization.get("name", name): member for name, member in shape.members.items()}


def _place(member: Shape) -> str:
    return str(member.serialization.get("location", BODY))


def decode(operation: OperationModel, in_query: Form, body: bytes) -> dict[str, object]:
    """The parameters of an operation by their Python names; what it does not know is ignored, as AWS does.

    Raises MalformedQueryString for a body that is no JSON object, and ValidationError for a value of another type.
    """
    if operation.input_shape is None:
        return {}
    in_body = _read_object(body)
    found = {
        name: _read_text(member, in_query.get(name), name)
        if _place(member) == QUERY_STRING
        else _read(member, in_body.get(name), name)
        for name, member in _members(operation.input_shape).items()
    }
    return {xform_name(name): value for name, value in found.items() if value is not None}


def _read_object(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body.decode() or "{}", object_pairs_hook=distinct, parse_constant=refused_constant)
    except (ValueError, RecursionError) as error:
        raise MalformedQueryString(f"The body cannot be read as JSON: {error}") from error
    if not isinstance(found, dict):
        raise MalformedQueryString("The body is a JSON object.")
    return found


def _read_text(shape: Shape, text: str | None, place: str) -> object:
    return None if text is None else SCALARS[shape.type_name](text, place)


def _read(shape: Shape, value: Any, place: str) -> Any:
    """A value of the body; null stands for none."""
    if value is None:
        return None
    _ensure_kind(shape, value, place)
    if isinstance(shape, StructureShape):
        members = _members(shape).items()
        return {
            name: _read(inner, value[name], f"{place}.{name}") for name, inner in members if name in value
        }
    if isinstance(shape, ListShape):
        return [_read(shape.member, item, f"{place}.{number}") for number, item in enumerate(value, start=1)]
    if isinstance(shape, MapShape):
        return {key: _read(shape.value, item, f"{place}.{key}") for key, item in value.items()}
    return value


def _ensure_kind(shape: Shape, value: Any, place: str) -> None:
    kind, words = _KINDS.get(type(shape)) or _TYPES[shape.type_name]
    # To Python, true and false are numbers.
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise wrong(kind_of(value), place, f"Member must be {words}")
    if isinstance(value, str) and not _is_unicode(value):
        raise wrong(ascii(value), place, "Member must be Unicode text")


def _is_unicode(text: str) -> bool:
    """Whether there are no halves of characters in it, which JSON can write and nothing can keep."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def encode(operation: OperationModel, result: object) -> str:
    """The JSON of a result: objects are read by attribute, mappings by the names of the wire."""
    shape = operation.output_shape
    return json.dumps(_shown(shape, result) if shape else {}, separators=(",", ":"))


def _shown(shape: Shape, value: Any) -> Any:
    if isinstance(shape, StructureShape):
        parts = ((name, inner, _part(value, name)) for name, inner in _members(shape).items())
        return {name: _shown(inner, part) for name, inner, part in parts if part is not None}
    if isinstance(shape, ListShape):
        return [_shown(shape.member, item) for item in value]
    if isinstance(shape, MapShape):
        return {key: _shown(shape.value, item) for key, item in value.items()}
    return value


def _part(value: Any, name: str) -> Any:
    return value.get(name) if isinstance(value, Mapping) else getattr(value, xform_name(name), None)


def encode_error(service: str, error: ServiceError) -> Refusal:
    """A refusal under the name that this protocol has for it; the status is the model's where it knows the name."""
    model = service_model(service)
    code = CODES.get(error.code, error.code)
    shape = model.shape_for(code) if code in model.shape_names else None
    status = shape.metadata["error"]["httpStatusCode"] if shape else error.status
    said = dict(_said(error))
    shown = (
        {name: said[name] for name in _members(shape) if name in said}
        if shape
        else {"message": error.message}
    )
    return Refusal(json.dumps(shown), status, {ERROR_HEADER: code})


def _said(error: ServiceError) -> Iterator[tuple[str, object]]:
    """All that any error of the model can tell of this one."""
    yield "message", error.message
    yield "reason", REASONS.get(error.code, "other")
    if isinstance(error, ValidationError):
        own = [(error.parameter, error.message)] if error.parameter else []
        faults = error.faults or own
        yield "fieldList", [{"name": _wire(name), "message": text} for name, text in faults]


def _wire(parameter: str) -> str:
    """`policy_document` → `policyDocument`, as this protocol writes all its names."""
    first, *rest = parameter.split("_")
    return first + "".join(word.capitalize() for word in rest)
