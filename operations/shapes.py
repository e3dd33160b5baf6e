"""The service model: botocore's description of IAM, STS and Access Analyzer, ours in the same format.

Facts are read, not copied.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sized
from functools import cache
from pathlib import Path
from typing import Any, TypeAlias

import regex
from botocore import xform_name
from botocore.loaders import Loader
from botocore.model import ListShape, MapShape, OperationModel, ServiceModel, Shape, StructureShape

from operations.errors import ValidationError

OWN_MODEL = Path(__file__).with_name("iamconsole.service-2.json")
# Services that botocore files under another name than the one of their actions.
FILED_AS: Mapping[str, str] = {"access-analyzer": "accessanalyzer"}
HIDDEN = "HIDDEN_DUE_TO_SECURITY_REASONS"
# So much of a value, or of a key, is repeated when it is refused.
MOST_SHOWN = 200

Fault: TypeAlias = tuple[str, str]
"""The parameter that is to blame, and AWS's words."""


@cache
def service_model(service: str) -> ServiceModel:
    """The model of `iam`, `sts` or `access-analyzer`, or of our own operations, `iamconsole`."""
    if service == "iamconsole":
        return ServiceModel(json.loads(OWN_MODEL.read_text(encoding="utf-8")), service)
    filed_as = FILED_AS.get(service, service)
    return ServiceModel(Loader().load_service_model(filed_as, "service-2"), service)


@cache
def operation_model(name: str) -> OperationModel:
    """`iam:CreateUser` → its model."""
    service, _, operation = name.partition(":")
    return service_model(service).operation_model(operation)


@cache
def parameters(name: str) -> Mapping[str, tuple[str, Shape]]:
    """Snake-case parameter → its name on the wire and its shape, in the model's order."""
    shape = operation_model(name).input_shape
    members = shape.members if isinstance(shape, StructureShape) else {}
    return {xform_name(wire): (wire, member) for wire, member in members.items()}


def shape_of(name: str, parameter: str) -> Shape:
    return parameters(name)[parameter][1]


def validate(name: str, values: Mapping[str, object]) -> None:
    """Hold `values` against the model, as AWS does: all violations in one ValidationError."""
    given = ((key, value) for key, value in values.items() if value is not None)
    _ensure_none(fault for key, value in given for fault in _faults_of(name, key, value))


def ensure_complete(name: str, values: Mapping[str, object]) -> None:
    """The same of a request off the wire: what the model requires is there, and no list is too long or too short.

    Python itself asks for what is required; and how many tags there may be, for example, is a quota to operations,
    which an installation may raise. Parameters that the model does not know are left alone.
    """
    _ensure_none(fault for key in parameters(name) for fault in _faults_of_request(name, key, values))


def _ensure_none(faults: Iterable[Fault]) -> None:
    found = list(faults)
    if found:
        count = f"{len(found)} validation error{'s' if len(found) > 1 else ''} detected: "
        message = count + "; ".join(text for _, text in found)
        raise ValidationError(message, parameter=found[0][0], faults=found)


def on_the_wire(name: str, values: Mapping[str, object]) -> dict[str, object]:
    """The parameters as CloudTrail shows them: lower camel case, secrets hidden, what was left out left out."""
    shapes = parameters(name)
    return {
        _camel(shapes[key][0]): HIDDEN if is_secret(shapes[key]) else value
        for key, value in values.items()
        if value is not None
    }


def is_secret(parameter: tuple[str, Shape]) -> bool:
    """What the model marks as sensitive, and the codes of a device, which it does not."""
    wire, shape = parameter
    return is_sensitive(shape) or wire.startswith(("AuthenticationCode", "TokenCode"))


def is_sensitive(shape: Shape) -> bool:
    return bool(shape.metadata.get("sensitive"))


@cache
def _required(name: str) -> frozenset[str]:
    shape = operation_model(name).input_shape
    return frozenset(shape.required_members) if isinstance(shape, StructureShape) else frozenset()


def _faults_of_request(name: str, key: str, values: Mapping[str, object]) -> Iterator[Fault]:
    wire, _ = parameters(name)[key]
    if values.get(key) is not None:
        yield from _faults_of(name, key, values[key], counted=True)
    elif wire in _required(name):
        yield key, _null(_camel(wire))


def _faults_of(name: str, key: str, value: object, *, counted: bool = False) -> Iterator[Fault]:
    wire, shape = parameters(name)[key]
    for text in _faults(_camel(wire), shape, value, counted=counted):
        yield key, text


def _faults(where: str, shape: Shape, value: Any, *, counted: bool) -> Iterator[str]:
    """What is wrong with a value and with whatever is in it; how much is in it matters only when it is `counted`."""
    if counted or not isinstance(shape, ListShape | MapShape):
        yield from (_fault(where, shape, value, broken) for broken in _broken(shape, value))
    if isinstance(shape, MapShape):
        yield from _entry_faults(where, shape, value)
    for place, inner, item, is_required in _parts(where, shape, value):
        if item is not None:
            yield from _faults(place, inner, item, counted=counted)
        elif is_required:
            yield _null(place)


def _parts(where: str, shape: Shape, value: Any) -> Iterator[tuple[str, Shape, Any, bool]]:
    """What a value is made of: the place of each part, its shape, the part, and whether it has to be there."""
    if isinstance(shape, StructureShape):
        for member, inner in shape.members.items():
            yield f"{where}.{_camel(member)}", inner, value.get(member), member in shape.required_members
    elif isinstance(shape, ListShape):
        for number, item in enumerate(value, start=1):
            yield f"{where}.{number}.member", shape.member, item, True
    elif isinstance(shape, MapShape) and not _is_scalar(shape.value):
        for key, item in value.items():
            yield f"{where}.{key[:MOST_SHOWN]}.member", shape.value, item, True


def _entry_faults(where: str, shape: MapShape, entries: Mapping[str, Any]) -> Iterator[str]:
    """AWS does not say which key or value of a map breaks the rules, but tells all rules for them."""
    parts: list[tuple[str, Shape, Iterable[Any]]] = [("keys", shape.key, entries)]
    if _is_scalar(shape.value):
        parts.append(("value", shape.value, entries.values()))
    for word, inner, items in parts:
        wrong = next((item for item in items if any(_broken(inner, item))), None)
        if wrong is not None:
            rules = ", ".join(text for text, _ in _rules(inner, wrong))
            yield _fault(where, shape, entries, f"Map {word} must satisfy constraint: [{rules}]")


def _is_scalar(shape: Shape) -> bool:
    return not isinstance(shape, StructureShape | ListShape | MapShape)


def _null(where: str) -> str:
    return f"Value null at '{where}' failed to satisfy constraint: Member must not be null"


def _fault(where: str, shape: Shape, value: Any, broken: str) -> str:
    shown = _shown(shape, value)[:MOST_SHOWN]
    return f"Value '{shown}' at '{where}' failed to satisfy constraint: {broken}"


def _shown(shape: Shape, value: Any) -> str:
    """The value as a person may see it, lists and maps as Java writes them."""
    if is_sensitive(shape):
        return HIDDEN
    if isinstance(shape, ListShape):
        return f"[{', '.join(_shown(shape.member, item) for item in value)}]"
    if isinstance(shape, MapShape):
        return f"{{{', '.join(f'{key}={_shown(shape.value, item)}' for key, item in value.items())}}}"
    if isinstance(shape, StructureShape):
        members = shape.members.items()
        given = [f"{name}={_shown(inner, value[name])}" for name, inner in members if name in value]
        return f"{{{', '.join(given)}}}"
    return str(value)


def _broken(shape: Shape, value: Any) -> Iterator[str]:
    return (text for text, holds in _rules(shape, value) if not holds)


def _rules(shape: Shape, value: Any) -> Iterator[tuple[str, bool]]:
    """Each rule of the shape in AWS's words, and whether the value obeys it."""
    rules = shape.metadata
    if isinstance(value, str) and "\x00" in value:
        # PostgreSQL keeps no such text, whatever a pattern would let through.
        yield "Member must not contain the null character", False
    measure, word = (len(value), "length") if isinstance(value, Sized) else (value, "value")
    if "max" in rules:
        yield f"Member must have {word} less than or equal to {rules['max']}", measure <= rules["max"]
    if "min" in rules:
        yield f"Member must have {word} greater than or equal to {rules['min']}", measure >= rules["min"]
    if "pattern" in rules:
        is_like_it = _pattern(rules["pattern"]).fullmatch(value) is not None
        yield f"Member must satisfy regular expression pattern: {rules['pattern']}", is_like_it
    if "enum" in rules:
        yield f"Member must satisfy enum value set: [{', '.join(rules['enum'])}]", value in rules["enum"]


@cache
def _pattern(text: str) -> regex.Pattern[str]:
    # The model writes \p{L}, which `re` does not know; and its \w means ASCII.
    return regex.compile(text, regex.ASCII if r"\p{" not in text else 0)


def _camel(name: str) -> str:
    return name[:1].lower() + name[1:]
