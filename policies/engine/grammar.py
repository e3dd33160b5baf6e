"""From JSON to `Policy`: what the grammar refuses ends here, with the place in the text."""

from collections.abc import Iterable
from typing import Final, NoReturn

from policies.engine.conditions import Condition
from policies.engine.document import Effect, Policy, Statement
from policies.engine.principals import PRINCIPAL_TYPES, PrincipalSet
from policies.engine.text import MAXIMUM_LENGTH, JsonError, Members, Node, parse_json

DEFAULT_VERSION: Final = "2008-10-17"
VERSIONS: Final = (DEFAULT_VERSION, "2012-10-17")
POLICY_ELEMENTS: Final = ("Version", "Id", "Statement")
STATEMENT_ELEMENTS: Final = (
    "Sid",
    "Effect",
    "Principal",
    "NotPrincipal",
    "Action",
    "NotAction",
    "Resource",
    "NotResource",
    "Condition",
)
_PAIRS: Final = (("Principal", "NotPrincipal"), ("Action", "NotAction"), ("Resource", "NotResource"))


class PolicyError(ValueError):
    """A refused document: `message` in plain words, and the characters it is about, `end` exclusive."""

    def __init__(self, message: str, start: int, end: int) -> None:
        super().__init__(message)
        self.message = message
        self.start = start
        self.end = end


def parse_policy(text: str, *, maximum_length: int = MAXIMUM_LENGTH) -> Policy:
    """The policy of a JSON text, compiled. Raises PolicyError, also for what is no JSON. Callers cache it.

    Lenient where real documents are: Principal in an identity policy, a bare ARN as Principal, no Version, a
    statement without Resource, unknown operators. Refused: duplicate keys, unknown elements, wrong types, an
    element together with its opposite, no Action, an Effect other than Allow and Deny, no Statement.
    """
    try:
        root = parse_json(text, maximum_length=maximum_length)
    except JsonError as error:
        raise PolicyError(error.message, error.offset, min(error.offset + 1, len(text))) from error
    return policy_from_node(root)


def policy_from_node(node: Node) -> Policy:
    """The policy of a parsed document, positions as in its nodes. Raises PolicyError as parse_policy does."""
    elements = _elements(node, POLICY_ELEMENTS, "policy")
    if "Statement" not in elements:
        _refuse("The policy has no Statement.", node)
    version = _version(elements.get("Version"))
    statements = tuple(
        _statement(item, index, version) for index, item in enumerate(elements["Statement"].items)
    )
    return Policy(version, _string(elements["Id"], "Id") if "Id" in elements else "", statements)


def _refuse(message: str, node: Node) -> NoReturn:
    raise PolicyError(message, node.start, node.end)


def _elements(node: Node, allowed: tuple[str, ...], where: str) -> dict[str, Node]:
    members = _members(node, f"A {where}")
    for member in members:
        if member.name not in allowed:
            _refuse(f"`{member.name}` is no element of a {where}.", member.key)
    return {member.name: member.value for member in members}


def _members(node: Node, what: str) -> Members:
    if not isinstance(node.value, Members):
        _refuse(f"{what} must be an object, not {_described(node)}.", node)
    return node.value


def _described(node: Node) -> str:
    return {"null": "null"}.get(node.kind, f"{'an' if node.kind in ('array', 'object') else 'a'} {node.kind}")


def _version(node: Node | None) -> str:
    if node is None:
        return DEFAULT_VERSION
    version = _string(node, "Version")
    if version not in VERSIONS:
        _refuse(f"The Version `{version}` is neither `2012-10-17` nor `2008-10-17`.", node)
    return version


def _string(node: Node, element: str) -> str:
    if not isinstance(node.value, str):
        _refuse(f"{element} must be a string, not {_described(node)}.", node)
    return node.value


def _strings(node: Node | None, element: str) -> tuple[str, ...] | None:
    return None if node is None else tuple(_string(item, element) for item in node.items)


def _statement(node: Node, index: int, version: str) -> Statement:
    elements = _elements(node, STATEMENT_ELEMENTS, "statement")
    _check_pairs(elements, node)
    return Statement(
        index=index,
        sid=_string(elements["Sid"], "Sid") if "Sid" in elements else "",
        effect=_effect(elements.get("Effect"), node),
        actions=_strings(elements.get("Action"), "Action"),
        not_actions=_strings(elements.get("NotAction"), "NotAction"),
        resources=_strings(elements.get("Resource"), "Resource"),
        not_resources=_strings(elements.get("NotResource"), "NotResource"),
        principals=_principals(elements.get("Principal"), "Principal"),
        not_principals=_principals(elements.get("NotPrincipal"), "NotPrincipal"),
        conditions=tuple(_conditions(elements.get("Condition"), version)),
        start=node.start,
        end=node.end,
        version=version,
    )


def _check_pairs(elements: dict[str, Node], node: Node) -> None:
    for element, opposite in _PAIRS:
        if element in elements and opposite in elements:
            _refuse(f"A statement cannot hold both {element} and {opposite}.", node)
    if "Action" not in elements and "NotAction" not in elements:
        _refuse("The statement has neither Action nor NotAction.", node)


def _effect(node: Node | None, statement: Node) -> Effect:
    if node is None:
        _refuse("The statement has no Effect.", statement)
    written = _string(node, "Effect")
    if written not in tuple(Effect):
        _refuse(f"The Effect `{written}` is neither `Allow` nor `Deny`.", node)
    return Effect(written)


def _principals(node: Node | None, element: str) -> PrincipalSet | None:
    """A bare text (`*`, an account, an ARN) stands for the type AWS."""
    if node is None:
        return None
    if isinstance(node.value, str):
        return PrincipalSet.of({"AWS": (node.value,)})
    members = _members(node, element)
    for member in members:
        if member.name not in PRINCIPAL_TYPES:
            _refuse(f"`{member.name}` is no type of principal.", member.key)
    return PrincipalSet.of({member.name: _strings(member.value, element) or () for member in members})


def _conditions(node: Node | None, version: str) -> Iterable[Condition]:
    if node is None:
        return
    for operator in _members(node, "Condition"):
        for key in _members(operator.value, f"The condition operator `{operator.name}`"):
            values = tuple(_scalar(item) for item in key.value.items)
            yield Condition(operator.name, key.name, values, version)


def _scalar(node: Node) -> str:
    """A condition value as text; numbers and Booleans need no quotes."""
    if isinstance(node.value, bool):
        return "true" if node.value else "false"
    if isinstance(node.value, str | int | float):
        return str(node.value)
    _refuse(f"A condition value must be a string, number or Boolean, not {_described(node)}.", node)
