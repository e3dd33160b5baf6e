"""AWS's Query protocol from the shapes of the service model: form fields to parameters, results to XML.

There is no branch here that names an operation. Readers and writers are built once for each shape and then only run.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any, Final, TypeAlias
from urllib.parse import quote
from xml.sax.saxutils import escape

from botocore import xform_name
from botocore.model import ListShape, MapShape, OperationModel, Shape, StructureShape

from api.forms import Form
from operations.errors import MalformedQueryString, ServiceError, ValidationError
from operations.shapes import service_model

# The most that any input of the model nests, with room to spare.
MOST_LEVELS: Final = 16
DOCUMENT_SHAPE: Final = "policyDocumentType"
TAGS_SHAPE: Final = "tagListType"
_MEMBER: Final = "member"
_ENTRY: Final = "entry"
_INDEX: Final = re.compile(r"[1-9][0-9]{0,5}")
# What XML 1.0 cannot say at all.
_ODD: Final = re.compile("[&<>\r\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_UNSAYABLE: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")

Node: TypeAlias = "dict[str, Node] | str"
Parameters: TypeAlias = dict[str, object]
Writer: TypeAlias = Callable[[Any], str]


def decode(operation: OperationModel, form: Form) -> Parameters:
    """The parameters of an operation by their Python names; what it does not know is ignored, as AWS does.

    Raises MalformedQueryString where names do not fit together, and ValidationError for a value of another type.
    """
    shape = operation.input_shape
    if not isinstance(shape, StructureShape):
        return {}
    tree = _tree(form)
    return {snake: _read(member, tree[wire], wire) for wire, snake, member in _members(shape) if wire in tree}


def _tree(form: Form) -> dict[str, Node]:
    """`Tags.member.1.Key=job` as a tree of its parts."""
    root: dict[str, Node] = {}
    for name, value in form.items():
        *path, last = name.split(".", MOST_LEVELS)
        node = root
        for part in path:
            inner = node.setdefault(part, {})
            if isinstance(inner, str):
                raise MalformedQueryString(f"The parameter {part[:128]} is a value and a list at once.")
            node = inner
        if last in node:
            raise MalformedQueryString(f"The parameter {last[:128]} is a value and a list at once.")
        node[last] = value
    return root


@cache
def _members(shape: StructureShape) -> tuple[tuple[str, str, Shape], ...]:
    return tuple((wire, xform_name(wire), member) for wire, member in shape.members.items())


def _read(shape: Shape, node: Node, place: str) -> object:
    if isinstance(shape, StructureShape):
        fields = _fields(node, place)
        return {
            wire: _read(inner, fields[wire], f"{place}.{wire}")
            for wire, inner in shape.members.items()
            if wire in fields
        }
    if isinstance(shape, ListShape):
        # An empty list is written as a name without a value.
        return [] if node == "" else _read_list(shape.member, _fields(node, place), place)
    if isinstance(shape, MapShape):
        return {} if node == "" else _read_map(shape, _fields(node, place), place)
    if not isinstance(node, str):
        raise MalformedQueryString(f"The parameter {place[:128]} is a single value.")
    return SCALARS[shape.type_name](node, place)


def _fields(node: Node, place: str) -> dict[str, Node]:
    if isinstance(node, str):
        raise MalformedQueryString(f"The parameter {place[:128]} is no single value.")
    return node


def _read_list(shape: Shape, fields: dict[str, Node], place: str) -> list[object]:
    numbered = _numbered(_fields(fields.get(_MEMBER, {}), place), place)
    return [_read(shape, item, f"{place}.{number}") for number, item in numbered]


def _read_map(shape: MapShape, fields: dict[str, Node], place: str) -> dict[object, object]:
    entries = [_fields(entry, place) for _, entry in _numbered(_fields(fields.get(_ENTRY, {}), place), place)]
    return {
        _read(shape.key, entry.get("key", ""), place): _read(shape.value, entry.get("value", ""), place)
        for entry in entries
    }


def _numbered(items: dict[str, Node], place: str) -> list[tuple[int, Node]]:
    if not all(map(_INDEX.fullmatch, items)):
        raise MalformedQueryString(f"The entries of {place[:128]} are numbered from 1.")
    return sorted((int(number), item) for number, item in items.items())


def _integer(text: str, place: str) -> int:
    if re.fullmatch(r"-?\d{1,18}", text, re.ASCII) is None:
        raise wrong(text, place, "Member must be a whole number")
    return int(text)


def _boolean(text: str, place: str) -> bool:
    if text not in ("true", "false"):
        raise wrong(text, place, "Member must be true or false")
    return text == "true"


def _blob(text: str, place: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise wrong(text, place, "Member must be base64") from error


def _timestamp(text: str, place: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise wrong(text, place, "Member must be a date in ISO 8601") from error
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def wrong(text: str, place: str, rule: str) -> ValidationError:
    where = place[:1].lower() + place[1:]
    return ValidationError(
        f"1 validation error detected: Value '{text[:200]}' at '{where}' failed to satisfy constraint: {rule}",
        parameter=xform_name(place.partition(".")[0]),
    )


SCALARS: Final[Mapping[str, Callable[[str, str], object]]] = {
    "string": lambda text, _: text,
    "integer": _integer,
    "long": _integer,
    "boolean": _boolean,
    "blob": _blob,
    "timestamp": _timestamp,
}


def prepare(operation: OperationModel, left_out: LeftOut) -> None:
    """Build what reads the parameters and writes the results of an operation, before it is called."""
    for shape in (operation.input_shape, operation.output_shape):
        if isinstance(shape, StructureShape):
            _members(shape)
    if isinstance(operation.output_shape, StructureShape):
        _structure(operation.output_shape, left_out)


def encode(
    operation: OperationModel, result: object, request_id: str, *, left_out: LeftOut | None = None
) -> str:
    """The XML of a result: objects are read by attribute, mappings by the names of the wire."""
    name, shape = operation.name, operation.output_shape
    body = ""
    if isinstance(shape, StructureShape):
        wrapper = shape.serialization.get("resultWrapper", f"{name}Result")
        body = f"<{wrapper}>{_structure(shape, left_out or NOTHING)(result)}</{wrapper}>"
    return (
        f'<{name}Response xmlns="{namespace(operation.service_model.service_name)}">{body}'
        f"<ResponseMetadata><RequestId>{request_id}</RequestId></ResponseMetadata></{name}Response>\n"
    )


def encode_error(service: str, error: ServiceError, request_id: str) -> str:
    """The XML of a refusal; who is to blame follows from the status."""
    blamed = "Sender" if error.status < 500 else "Receiver"  # noqa: PLR2004  the server's faults begin at 500
    return (
        f'<ErrorResponse xmlns="{namespace(service)}"><Error><Type>{blamed}</Type><Code>{error.code}</Code>'
        f"<Message>{_text(error.message)}</Message></Error><RequestId>{request_id}</RequestId></ErrorResponse>\n"
    )


@cache
def namespace(service: str) -> str:
    return str(service_model(service).metadata["xmlNamespace"])


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Members that an answer leaves out, by the name of their structure; and whether empty tags are shown."""

    members: tuple[tuple[str, frozenset[str]], ...] = ()
    shows_empty_tags: bool = False

    def of(self, shape: Shape) -> frozenset[str]:
        return dict(self.members).get(shape.name, frozenset())


NOTHING: Final = LeftOut()


@cache
def _structure(shape: StructureShape, left_out: LeftOut) -> Writer:
    absent = left_out.of(shape)
    parts = [
        (wire, xform_name(wire), _element(wire, member, left_out))
        for wire, member in shape.members.items()
        if wire not in absent
    ]

    def write(value: Any) -> str:
        # A plain dict is told apart sooner than a mapping of any kind.
        if type(value) is dict or isinstance(value, Mapping):
            found = [(element, value.get(wire)) for wire, _, element in parts]
        else:
            found = [(element, getattr(value, snake, None)) for _, snake, element in parts]
        return "".join([element(inner) for element, inner in found if inner is not None])

    return write


def _element(name: str, shape: Shape, left_out: LeftOut) -> Writer:
    write = _writer(shape, left_out)
    is_hidden_when_empty = shape.name == TAGS_SHAPE and not left_out.shows_empty_tags

    def element(value: Any) -> str:
        if is_hidden_when_empty and not value:
            return ""
        return f"<{name}>{write(value)}</{name}>"

    return element


def _writer(shape: Shape, left_out: LeftOut) -> Writer:
    if isinstance(shape, StructureShape):
        return _structure(shape, left_out)
    if isinstance(shape, ListShape):
        member = _element(_MEMBER, shape.member, left_out)
        return lambda values: "".join([member(value) for value in values])
    if isinstance(shape, MapShape):
        key, value = _element("key", shape.key, left_out), _element("value", shape.value, left_out)
        return lambda entries: "".join(
            [f"<{_ENTRY}>{key(one)}{value(other)}</{_ENTRY}>" for one, other in entries.items()]
        )
    if shape.name == DOCUMENT_SHAPE:
        return lambda text: quote(str(text), safe="-_.~")
    return _WRITERS[shape.type_name]


def _text(value: object) -> str:
    text = str(value)
    # Nearly all is plain.
    return _escaped(text) if _ODD.search(text) else text


def _escaped(value: str) -> str:
    return escape(_UNSAYABLE.sub("\ufffd", value), {"\r": "&#13;"})


def _written_time(value: datetime) -> str:
    return value.astimezone(UTC).isoformat(timespec="seconds")[:19] + "Z"


_WRITERS: Final[Mapping[str, Writer]] = {
    "string": _text,
    "integer": str,
    "long": str,
    "boolean": lambda value: "true" if value else "false",
    "blob": lambda value: base64.b64encode(value).decode(),
    "timestamp": _written_time,
}
