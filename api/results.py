"""How the result of an operation becomes its output: one object, a page, or its members; and what AWS leaves out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache, partial
from typing import Any, Final

from botocore import xform_name
from botocore.model import ListShape, OperationModel, StructureShape

from api.query import LeftOut
from operations.paging import Page

# One operation of the model writes it small.
PAGING: Final = frozenset({"IsTruncated", "Marker", "isTruncated"})
# "IAM resource-listing operations return a subset of the available attributes for the resource" (IAM API reference).
LISTED: Final[Mapping[str, frozenset[str]]] = {
    "InstanceProfile": frozenset({"Tags"}),
    "Policy": frozenset({"Description", "Tags"}),
    "PolicyVersion": frozenset({"Document"}),
    "Role": frozenset({"PermissionsBoundary", "RoleLastUsed", "Tags"}),
    "User": frozenset({"PermissionsBoundary", "Tags"}),
    "VirtualMFADevice": frozenset({"Base32StringSeed", "QRCodePNG", "Tags"}),
}
# Other answers that say less than their shape could, as AWS documents each of them.
SUBSETS: Final[Mapping[str, Mapping[str, frozenset[str]]]] = {
    "CreatePolicy": {"Policy": frozenset({"Description"})},
    "CreatePolicyVersion": {"PolicyVersion": frozenset({"Document"})},
    "GetGroup": LISTED,
    "GetInstanceProfile": {"Role": LISTED["Role"]},
}
SHOWING_EMPTY_TAGS: Final = frozenset({"GetPolicy"})
Presenter = Callable[[Any], object]


@cache
def left_out(name: str) -> LeftOut:
    """What the operation of this name leaves out of its answer."""
    members = LISTED if name.startswith("List") else SUBSETS.get(name, {})
    return LeftOut(
        tuple(members.items()), shows_empty_tags=name in SHOWING_EMPTY_TAGS or name.endswith("Tags")
    )


@cache
def presenter(operation: OperationModel) -> Presenter:
    """What makes the result of an operation into something that has the members of its output."""
    shape = operation.output_shape
    members = shape.members if isinstance(shape, StructureShape) else {}
    own = [wire for wire in members if wire not in PAGING]
    if len(own) != 1:
        return partial(_members_of, own) if PAGING & members.keys() else lambda result: result
    (wire,) = own
    if isinstance(members[wire], ListShape):
        return lambda result: _listed(wire, result)
    attribute = xform_name(wire)
    needed = [xform_name(name) for name in members[wire].metadata.get("required", ())]
    return lambda result: (
        result if _has(result, wire, attribute) and not _is_whole(result, needed) else {wire: result}
    )


def _members_of(wires: list[str], result: Any) -> object:
    """Several lists, or a list beside other members: one of them may be a page."""
    if hasattr(result, "is_truncated"):
        return result
    found = {wire: getattr(result, xform_name(wire), None) for wire in wires}
    page = next((value for value in found.values() if isinstance(value, Page)), Page([]))
    shown = {wire: value.items if isinstance(value, Page) else value for wire, value in found.items()}
    return {**shown, "IsTruncated": page.is_truncated, "Marker": page.marker}


def _has(result: object, wire: str, attribute: str) -> bool:
    return wire in result if isinstance(result, Mapping) else hasattr(result, attribute)


def _is_whole(result: object, needed: list[str]) -> bool:
    """Whether a result is the structure itself: a new key has all that is asked of one, and its row beside."""
    return bool(needed) and all(hasattr(result, name) for name in needed)


def _listed(wire: str, result: Any) -> object:
    if isinstance(result, Page):
        is_truncated = result.is_truncated
        return {
            wire: result.items,
            "IsTruncated": is_truncated,
            "isTruncated": is_truncated,
            "Marker": result.marker,
        }
    return result if _has(result, wire, xform_name(wire)) else {wire: result}
