"""From JSON to `Policy`: what the grammar refuses ends here, with the place in the text."""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final, NoReturn, TypeAlias

from policies.engine.conditions import Condition
from policies.engine.document import Effect, Policy, Statement
from policies.engine.places import Places
from policies.engine.principals import PRINCIPAL_TYPES, PrincipalSet
from policies.engine.text import MAXIMUM_LENGTH, JsonError, kind_of, read_json

DEFAULT_VERSION: Final = "2008-10-17"
VERSIONS: Final = (DEFAULT_VERSION, "2012-10-17")
POLICY_ELEMENTS: Final = ("Version", "Id", "Statement")
_PAIRS: Final = (("Principal", "NotPrincipal"), ("Action", "NotAction"), ("Resource", "NotResource"))
_EFFECTS: Final = {effect.value: effect for effect in Effect}

Path: TypeAlias = tuple[str | int, ...]
"""The way from the root of a document to one of its values: names of members, numbers in lists."""


class PolicyError(ValueError):
    """A refused document: `message` in plain words, and the characters it is about, `end` exclusive."""

    def __init__(self, message: str, start: int, end: int) -> None:
        super().__init__(message)
        self.message = message
        self.start = start
        self.end = end


class Refusal(ValueError):
    """A refused value, at its path; or `at_key`, the name under which it stands."""

    def __init__(self, message: str, path: Path, *, at_key: bool = False) -> None:
        super().__init__(message)
        self.message = message
        self.path = path
        self.at_key = at_key


def parse_policy(text: str, *, maximum_length: int = MAXIMUM_LENGTH) -> Policy:
    """The policy of a JSON text, compiled. Raises PolicyError, also for what is no JSON. Callers cache it.

    Lenient where real documents are: Principal in an identity policy, a bare ARN as Principal, no Version, a
    statement without Resource, unknown operators. Refused: duplicate keys, unknown elements, wrong types, an
    element together with its opposite, no Action, an Effect other than Allow and Deny, no Statement.
    """
    places = Places(text)
    try:
        return policy_of(read_json(text, maximum_length=maximum_length), places)
    except JsonError as error:
        raise PolicyError(error.message, error.offset, min(error.offset + 1, len(text))) from error
    except Refusal as refusal:
        start, end = places.of(refusal.path, at_key=refusal.at_key)
        raise PolicyError(refusal.message, start, end) from refusal


def policy_of(value: Any, places: Places) -> Policy:
    """The policy of a JSON value. Raises Refusal where parse_policy raises PolicyError."""
    policy = _object(value, "A policy", ())
    for name in policy:
        if name not in POLICY_ELEMENTS:
            raise Refusal(f"`{name}` is no element of a policy.", (name,), at_key=True)
    if "Statement" not in policy:
        raise Refusal("The policy has no Statement.", ())
    version = _version(policy["Version"]) if "Version" in policy else DEFAULT_VERSION
    statements = enumerate(_items(policy["Statement"]))
    return Policy(
        version,
        _string(policy["Id"], "Id", (), version) if "Id" in policy else "",
        tuple([_statement(item, index, version, places) for index, item in statements]),
    )


def _statement(value: Any, index: int, version: str, places: Places) -> Statement:
    path: Path = ("Statement", index)
    written = _object(value, "A statement", path)
    read: dict[str, Any] = {}
    for name, element in written.items():
        if name not in _ELEMENTS:
            raise Refusal(f"`{name}` is no element of a statement.", (*path, name), at_key=True)
        field, reader = _ELEMENTS[name]
        read[field] = reader(element, name, path, version)
    _check_presence(written, path)
    return Statement(index=index, version=version, places=places, **read)


def _check_presence(statement: Mapping[str, Any], path: Path) -> None:
    for element, opposite in _PAIRS:
        if element in statement and opposite in statement:
            raise Refusal(f"A statement cannot hold both {element} and {opposite}.", path)
    if "Action" not in statement and "NotAction" not in statement:
        raise Refusal("The statement has neither Action nor NotAction.", path)
    if "Effect" not in statement:
        raise Refusal("The statement has no Effect.", path)


def _items(value: Any) -> Sequence[Any]:
    """The items of a list; any other value counts as a list of one, as policies write it."""
    return value if isinstance(value, list | tuple) else (value,)


def _object(value: Any, what: str, path: Path) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        _mistyped(value, f"{what} must be an object", path)
    return value


def _mistyped(value: Any, wanted: str, path: Path) -> NoReturn:
    kind = kind_of(value)
    article = {"null": "", "array": "an ", "object": "an "}.get(kind, "a ")
    raise Refusal(f"{wanted}, not {article}{kind}.", path)


def _version(value: Any) -> str:
    version = _string(value, "Version", (), "")
    if version not in VERSIONS:
        raise Refusal(f"The Version `{version}` is neither `2012-10-17` nor `2008-10-17`.", ("Version",))
    return version


def _string(value: Any, element: str, path: Path, _version: str) -> str:
    if not isinstance(value, str):
        _mistyped(value, f"{element} must be a string", (*path, element))
    return value


def _strings(value: Any, element: str, path: Path, _version: str) -> tuple[str, ...]:
    if isinstance(value, str):
        return (value,)
    items = _items(value)
    for number, item in enumerate(items):
        if not isinstance(item, str):
            _mistyped(item, f"{element} must be a string", (*path, element, number))
    return tuple(items)


def _effect(value: Any, element: str, path: Path, version: str) -> Effect:
    written = _string(value, element, path, version)
    if written not in _EFFECTS:
        raise Refusal(f"The Effect `{written}` is neither `Allow` nor `Deny`.", (*path, element))
    return _EFFECTS[written]


def _principals(value: Any, element: str, path: Path, version: str) -> PrincipalSet:
    """A bare text (`*`, an account, an ARN) stands for the type AWS."""
    if isinstance(value, str):
        return PrincipalSet.of({"AWS": (value,)})
    path = (*path, element)
    types = _object(value, element, path)
    for name in types:
        if name not in PRINCIPAL_TYPES:
            raise Refusal(f"`{name}` is no type of principal.", (*path, name), at_key=True)
    return PrincipalSet.of({name: _strings(texts, name, path, version) for name, texts in types.items()})


def _conditions(value: Any, element: str, path: Path, version: str) -> tuple[Condition, ...]:
    path = (*path, element)
    return tuple(
        [
            Condition(operator, key, _scalars(values, (*path, operator, key)), version)
            for operator, keys in _object(value, element, path).items()
            for key, values in _keys(keys, operator, path)
        ]
    )


def _keys(keys: Any, operator: str, path: Path) -> Iterable[tuple[str, Any]]:
    return _object(keys, f"The condition operator `{operator}`", (*path, operator)).items()


def _scalars(value: Any, path: Path) -> tuple[str, ...]:
    """Condition values as texts; numbers and Booleans need no quotes."""
    if isinstance(value, str):
        return (value,)
    return tuple([_scalar(item, path, number) for number, item in enumerate(_items(value))])


def _scalar(value: Any, path: Path, number: int) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if not isinstance(value, int | float):
        _mistyped(value, "A condition value must be a string, number or Boolean", (*path, number))
    if not math.isfinite(value):
        raise Refusal(f"`{value}` is no number of JSON.", (*path, number))
    return str(value)


Reader: TypeAlias = Callable[[Any, str, Path, str], Any]
"""Reads an element: its value, its name, the path of its statement, the version of the policy. Raises Refusal."""

# The elements of a statement, each with its field and how it is read.
_ELEMENTS: Final[dict[str, tuple[str, Reader]]] = {
    "Sid": ("sid", _string),
    "Effect": ("effect", _effect),
    "Principal": ("principals", _principals),
    "NotPrincipal": ("not_principals", _principals),
    "Action": ("actions", _strings),
    "NotAction": ("not_actions", _strings),
    "Resource": ("resources", _strings),
    "NotResource": ("not_resources", _strings),
    "Condition": ("conditions", _conditions),
}
STATEMENT_ELEMENTS: Final = tuple(_ELEMENTS)
