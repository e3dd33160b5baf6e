"""Parameters held against the service model."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from botocore.model import ListShape, MapShape, Shape, StructureShape
from hypothesis import given, settings
from hypothesis import strategies as st

from operations.errors import ValidationError
from operations.shapes import ensure_complete, parameters, service_model, validate

ENTRY = {"ContextKeyName": "aws:SourceIp", "ContextKeyValues": ["192.0.2.1"]}


def test_a_tag_without_its_value_is_refused() -> None:
    with pytest.raises(ValidationError) as refused:
        validate("iam:TagUser", {"tags": [{"Key": "job"}]})

    assert refused.value.message == (
        "1 validation error detected: "
        "Value null at 'tags.1.member.value' failed to satisfy constraint: Member must not be null"
    )


def test_what_a_structure_does_not_require_may_be_left_out() -> None:
    validate("iam:SimulatePrincipalPolicy", {"context_entries": [ENTRY]})


def test_a_value_outside_an_enumeration_is_refused() -> None:
    with pytest.raises(ValidationError, match=r"enum value set: \[Assigned, Unassigned, Any\]"):
        validate("iam:ListVirtualMFADevices", {"assignment_status": "Lost"})


def test_a_secret_is_not_repeated_when_it_is_refused() -> None:
    with pytest.raises(ValidationError) as refused:
        validate("iam:ChangePassword", {"old_password": "x" * 129})

    assert "xxx" not in refused.value.message


NAMES = sorted(
    f"{service}:{name}" for service in ("iam", "sts") for name in service_model(service).operation_names
)
# What fits the patterns that a row of ones does not fit.
FITTING = {
    r"((/[A-Za-z0-9\.,\+@=_-]+)*)/": "/",
    r"(\u002F)|(\u002F[\u0021-\u007E]+\u002F)": "/",
    r"\u002F[\u0021-\u007F]*": "/",
    r"\d{12}": "1" * 12,
    "^[A-Za-z][A-Za-z0-9/_-]*$": "Shop/Team",
    r"^http(s?)://[a-zA-Z0-9._/-]*(\?[a-zA-Z0-9._=&-]*)?(#[a-zA-Z0-9._/-]*)?$": "https://shop.example",
    r"^o-[0-9a-z]{10,32}\/r-[0-9a-z]{4,32}[0-9a-z-\/]*": "o-a1b2c3d4e5/r-f6g7",
    "^p-[0-9a-zA-Z_]{8,128}$": "p-12345678",
    r"v[1-9][0-9]*(\.[A-Za-z0-9-]*)?": "v1",
}
# No pattern of the model lets it through.
UNFIT = "\x01"
MISSING = "Member must not be null"
KEY = "Shop/Team"


@dataclass(frozen=True)
class Wrong:
    """One way to break one member: where it is said to be, how to get there, and what is said."""

    where: str
    path: tuple[Any, ...]
    value: Any
    said: str


def fitting(shape: Shape) -> Any:
    """A value that breaks no rule, with every member in it."""
    rules = shape.metadata
    if isinstance(shape, StructureShape):
        return {member: fitting(inner) for member, inner in shape.members.items()}
    if isinstance(shape, ListShape):
        return [fitting(shape.member)]
    if isinstance(shape, MapShape):
        return {KEY: fitting(shape.value)}
    if shape.type_name in ("boolean", "integer"):
        return max(rules.get("min", 1), 1)
    if "enum" in rules:
        return rules["enum"][0]
    return FITTING.get(rules.get("pattern", ""), "1").ljust(rules.get("min", 0), "1")


def request(name: str) -> dict[str, Any]:
    return {key: fitting(shape) for key, (_, shape) in parameters(name).items()}


def camel(name: str) -> str:
    return name[:1].lower() + name[1:]


def ways(name: str) -> list[Wrong]:
    """Every way to break one rule of one member of the operation's input, the deepest member too."""
    wanted = service_model(name[:3]).operation_model(name[4:]).input_shape
    required = set(wanted.required_members) if isinstance(wanted, StructureShape) else set()
    found: list[Wrong] = []
    for key, (wire, shape) in parameters(name).items():
        if wire in required:
            found.append(Wrong(camel(wire), (key,), None, MISSING))
        found += ways_within(camel(wire), (key,), shape)
    return found


def ways_within(where: str, path: tuple[Any, ...], shape: Shape) -> Iterator[Wrong]:
    for value, said in breaking(shape):
        yield Wrong(where, path, value, said)
    if isinstance(shape, StructureShape):
        for member, inner in shape.members.items():
            place = f"{where}.{camel(member)}"
            if member in shape.required_members:
                yield Wrong(place, (*path, member), None, MISSING)
            yield from ways_within(place, (*path, member), inner)
    elif isinstance(shape, ListShape):
        yield from ways_within(f"{where}.1.member", (*path, 0), shape.member)
    elif isinstance(shape, MapShape) and isinstance(shape.value, StructureShape):
        yield from ways_within(f"{where}.{KEY}.member", (*path, KEY), shape.value)


def breaking(shape: Shape) -> Iterator[tuple[Any, str]]:
    """Values that break one rule each, and the words for it."""
    if isinstance(shape, MapShape):
        yield from breaking_map(shape)
        return
    rules, whole = shape.metadata, fitting(shape)
    word = "value" if shape.type_name == "integer" else "length"
    if rules.get("min", 0) > 0:
        said = f"Member must have {word} greater than or equal to {rules['min']}"
        yield resized(whole, rules["min"] - 1), said
    if "max" in rules:
        said = f"Member must have {word} less than or equal to {rules['max']}"
        yield resized(whole, rules["max"] + 1), said
    if "pattern" in rules:
        text = UNFIT.ljust(rules.get("min", 0), UNFIT)
        yield text, f"Member must satisfy regular expression pattern: {rules['pattern']}"
    if "enum" in rules:
        yield "none of these", f"Member must satisfy enum value set: [{', '.join(rules['enum'])}]"


def breaking_map(shape: MapShape) -> Iterator[tuple[Any, str]]:
    if "max" in shape.metadata:
        most = shape.metadata["max"]
        value = {f"k{number}": fitting(shape.value) for number in range(most + 1)}
        yield value, f"Member must have length less than or equal to {most}"
    if shape.key.metadata:
        yield {"1": fitting(shape.value)}, f"Map keys must satisfy constraint: [{rules_of(shape.key)}]"
    if not isinstance(shape.value, StructureShape):
        yield {KEY: ""}, f"Map value must satisfy constraint: [{rules_of(shape.value)}]"


def rules_of(shape: Shape) -> str:
    rules = shape.metadata
    told = [
        f"Member must have length less than or equal to {rules['max']}",
        f"Member must have length greater than or equal to {rules['min']}",
    ]
    pattern = rules.get("pattern")
    return ", ".join([*told, *[f"Member must satisfy regular expression pattern: {pattern}"] * bool(pattern)])


def resized(value: Any, size: int) -> Any:
    """Of that size; what a text or a list begins with stays as it was."""
    if isinstance(value, int):
        return size
    return value[:size] if len(value) > size else value + value[-1:] * (size - len(value))


def broken(values: dict[str, Any], wrong: Wrong) -> None:
    *outer, last = wrong.path
    place: Any = values
    for step in outer:
        place = place[step]
    place[last] = wrong.value


def told(name: str, values: dict[str, Any]) -> list[str]:
    """What a refusal lists, each violation by itself."""
    with pytest.raises(ValidationError) as refused:
        ensure_complete(name, values)
    head, _, rest = refused.value.message.partition(" detected: ")
    found = re.split(r"; (?=Value )", rest)
    assert head == f"{len(found)} validation error{'s' * (len(found) > 1)}"
    return found


def is_told(wrong: Wrong, faults: list[str]) -> bool:
    end = f" at '{wrong.where}' failed to satisfy constraint: {wrong.said}"
    start = "Value null" if wrong.value is None else "Value '"
    return any(fault.startswith(start) and fault.endswith(end) for fault in faults)


WAYS = {name: found for name in NAMES if (found := ways(name))}
WITH_SEVERAL = [name for name, found in WAYS.items() if len({wrong.path[0] for wrong in found}) > 1]


@pytest.mark.parametrize("name", NAMES)
def test_a_request_that_keeps_to_the_model_is_let_through(name: str) -> None:
    ensure_complete(name, request(name))
    validate(name, request(name))


@pytest.mark.parametrize("name", WAYS)
def test_every_rule_of_every_member_is_held_up(name: str) -> None:
    for wrong in WAYS[name]:
        values = request(name)
        broken(values, wrong)

        faults = told(name, values)

        assert is_told(wrong, faults), (wrong, faults)
        assert all(f" at '{wrong.where}" in fault for fault in faults)


@st.composite
def several_wrongs(draw: st.DrawFn) -> tuple[str, list[Wrong]]:
    """An operation, and one way to break each of some of its parameters, in the model's order."""
    name = draw(st.sampled_from(WITH_SEVERAL))
    by_parameter: dict[str, list[Wrong]] = {}
    for wrong in WAYS[name]:
        by_parameter.setdefault(wrong.path[0], []).append(wrong)
    chosen = draw(st.sets(st.sampled_from(list(by_parameter)), min_size=2))
    return name, [draw(st.sampled_from(by_parameter[key])) for key in by_parameter if key in chosen]


@given(several_wrongs())
@settings(max_examples=300, deadline=None)
def test_all_that_is_wrong_is_told_at_once_and_in_order(drawn: tuple[str, list[Wrong]]) -> None:
    name, wrongs = drawn
    values = request(name)
    for wrong in wrongs:
        broken(values, wrong)

    faults = told(name, values)

    assert all(is_told(wrong, faults) for wrong in wrongs), (wrongs, faults)
    places = [next(place for place, fault in enumerate(faults) if is_told(one, [fault])) for one in wrongs]
    assert places == sorted(places)


@given(several_wrongs())
@settings(max_examples=100, deadline=None)
def test_the_first_parameter_that_is_wrong_is_the_one_to_blame(drawn: tuple[str, list[Wrong]]) -> None:
    name, wrongs = drawn
    values = request(name)
    for wrong in wrongs:
        broken(values, wrong)

    with pytest.raises(ValidationError) as refused:
        ensure_complete(name, values)

    assert refused.value.parameter == wrongs[0].path[0]


def test_what_is_missing_is_told_beside_what_is_wrong() -> None:
    with pytest.raises(ValidationError) as refused:
        ensure_complete("iam:AddUserToGroup", {"user_name": "a b"})

    assert refused.value.message == (
        "2 validation errors detected: "
        "Value null at 'groupName' failed to satisfy constraint: Member must not be null; "
        "Value 'a b' at 'userName' failed to satisfy constraint: "
        r"Member must satisfy regular expression pattern: [\w+=,.@-]+"
    )


def test_whoever_calls_in_python_may_leave_parameters_out() -> None:
    validate("iam:AddUserToGroup", {"user_name": "ana"})


def test_lists_of_a_request_are_counted_those_of_python_are_a_matter_of_quotas() -> None:
    tags = [{"Key": f"k{number}", "Value": ""} for number in range(51)]

    validate("iam:TagUser", {"user_name": "ana", "tags": tags})
    with pytest.raises(ValidationError, match=r"at 'tags' failed .* length less than or equal to 50"):
        ensure_complete("iam:TagUser", {"user_name": "ana", "tags": tags})


def test_a_map_is_shown_as_a_whole_and_not_at_any_length() -> None:
    with pytest.raises(ValidationError) as refused:
        ensure_complete("iam:PutAccountProperties", {"properties": {"Shop/Team": "x" * 2000}})

    start = "1 validation error detected: Value '{Shop/Team=" + "x" * 189 + "' at 'properties' failed"
    assert refused.value.message.startswith(start)


def test_the_null_character_is_refused_in_the_keys_of_a_map_too() -> None:
    with pytest.raises(ValidationError, match=r"Map keys must satisfy constraint: .*null character"):
        validate("iam:AcquireRole", {"replacement_values": {"a\x00b": {"Values": ["c"]}}})


def test_secrets_are_hidden_wherever_they_are_wrong() -> None:
    values = {"saml_assertion": "abc", "role_arn": "x" * 20, "principal_arn": "x" * 20}

    with pytest.raises(ValidationError, match="Value 'HIDDEN_DUE_TO_SECURITY_REASONS' at 'sAMLAssertion'"):
        ensure_complete("sts:AssumeRoleWithSAML", values)
