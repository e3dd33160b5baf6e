"""The service model: botocore's description of IAM and our own in the same format. Facts are read, not copied."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import regex
from botocore import xform_name
from botocore.loaders import Loader
from botocore.model import ListShape, OperationModel, ServiceModel, Shape, StructureShape

from operations.errors import ValidationError

OWN_MODEL = Path(__file__).with_name("iamconsole.service-2.json")
HIDDEN = "HIDDEN_DUE_TO_SECURITY_REASONS"


@cache
def service_model(service: str) -> ServiceModel:
    """The model of `iam`, or of our own operations, `iamconsole`."""
    if service == "iamconsole":
        return ServiceModel(json.loads(OWN_MODEL.read_text(encoding="utf-8")), service)
    return ServiceModel(Loader().load_service_model(service, "service-2"), service)


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
    found = [
        fault for key, value in values.items() if value is not None for fault in _faults_of(name, key, value)
    ]
    if found:
        count = f"{len(found)} validation error{'s' if len(found) > 1 else ''} detected: "
        raise ValidationError(count + "; ".join(text for _, text in found), parameter=found[0][0])


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
    return is_sensitive(shape) or wire.startswith("AuthenticationCode")


def is_sensitive(shape: Shape) -> bool:
    return bool(shape.metadata.get("sensitive"))


def _faults_of(name: str, key: str, value: object) -> Iterator[tuple[str, str]]:
    wire, shape = parameters(name)[key]
    for text in _faults(_camel(wire), shape, value):
        yield key, text


def _faults(where: str, shape: Shape, value: Any) -> Iterator[str]:
    if isinstance(shape, StructureShape):
        for member, inner in shape.members.items():
            place = f"{where}.{_camel(member)}"
            if value.get(member) is not None:
                yield from _faults(place, inner, value[member])
            elif member in shape.required_members:
                yield f"Value null at '{place}' failed to satisfy constraint: Member must not be null"
    elif isinstance(shape, ListShape):
        for number, item in enumerate(value, start=1):
            yield from _faults(f"{where}.{number}.member", shape.member, item)
    else:
        yield from _scalar_faults(where, shape, value)


def _scalar_faults(where: str, shape: Shape, value: Any) -> Iterator[str]:
    shown = HIDDEN if is_sensitive(shape) else str(value)[:200]
    start = f"Value '{shown}' at '{where}' failed to satisfy constraint: "
    for fault in _broken(shape, value):
        yield start + fault


def _broken(shape: Shape, value: Any) -> Iterator[str]:
    rules = shape.metadata
    if isinstance(value, str) and "\x00" in value:
        # PostgreSQL keeps no such text, whatever a pattern would let through.
        yield "Member must not contain the null character"
    measure = len(value) if isinstance(value, str) else value
    word = "length" if isinstance(value, str) else "value"
    if not isinstance(value, bool):
        if "min" in rules and measure < rules["min"]:
            yield f"Member must have {word} greater than or equal to {rules['min']}"
        if "max" in rules and measure > rules["max"]:
            yield f"Member must have {word} less than or equal to {rules['max']}"
    if "pattern" in rules and not _pattern(rules["pattern"]).fullmatch(value):
        yield f"Member must satisfy regular expression pattern: {rules['pattern']}"
    if "enum" in rules and value not in rules["enum"]:
        yield f"Member must satisfy enum value set: [{', '.join(rules['enum'])}]"


@cache
def _pattern(text: str) -> regex.Pattern[str]:
    # The model writes \p{L}, which `re` does not know; and its \w means ASCII.
    return regex.compile(text, regex.ASCII if r"\p{" not in text else 0)


def _camel(name: str) -> str:
    return name[:1].lower() + name[1:]
