"""Do this with the CLI: an operation and its parameters as the awscli command that performs it.

Pages tell commands in the words of the operations; what an option is called and how it is written, the service model
says. A secret is never filled in: a variable of the shell stands in its place.
"""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from botocore import xform_name
from botocore.model import ListShape, Shape
from django.conf import settings

from operations.paper import Item, Items
from operations.shapes import is_secret, parameters

TYPED: Final = object()
"""Stands for what somebody has yet to type."""
# A longer command goes on in further lines.
WIDEST: Final = 88
# What awscli's shorthand and the shell both take as it stands.
PLAIN: Final = re.compile(r"[A-Za-z0-9_./@+][A-Za-z0-9_./@+:-]*", re.ASCII)
# awscli would read the file, or fetch the page, in place of such a value.
FETCHED: Final = ("file://", "fileb://", "http://", "https://")
# What awscli asks for beyond the service model: it writes the secret of a device into a file, not to the screen.
FURTHER: Final = {
    "iam:CreateVirtualMFADevice": ("--outfile seed.txt", "--bootstrap-method Base32StringSeed"),
}
# The changes of a preview: a title and the operation; `{kind}` is User or Group, whichever the change names.
CHANGES: Final = {
    "joins": ("Add {UserName} to {GroupName}", "iam:AddUserToGroup"),
    "attaches": ("Attach {policy} to {holder}", "iam:Attach{kind}Policy"),
    "puts": ("Put {PolicyName} into {holder}", "iam:Put{kind}Policy"),
    "bounds": ("Make {policy} the boundary of {holder}", "iam:PutUserPermissionsBoundary"),
    "leaves": ("Remove {UserName} from {GroupName}", "iam:RemoveUserFromGroup"),
    "detaches": ("Detach {policy} from {holder}", "iam:Detach{kind}Policy"),
    "deletes": ("Delete {PolicyName} of {holder}", "iam:Delete{kind}Policy"),
    "unbounds": ("Remove the boundary of {holder}", "iam:DeleteUserPermissionsBoundary"),
}


@dataclass(frozen=True, slots=True)
class Command:
    """What a command does, the command, and the variables that somebody sets first."""

    title: str
    text: str
    variables: Sequence[str] = ()


def command(title: str, operation: str, /, **given: object) -> Command:
    """`command("See the user", "iam:GetUser", user_name="ana")`; parameters that are None or empty are left out."""
    service, _, name = operation.partition(":")
    known = parameters(operation)
    told = {known[key]: value for key, value in given.items() if value is not None and value not in ((), [])}
    fetched = {wire: value for (wire, _), value in told.items() if _is_fetched(value)}
    options = [_option(wire, shape, value) for (wire, shape), value in told.items() if wire not in fetched]
    if fetched:
        options.append(f"--cli-input-json {_json(fetched)}")
    words = [f"aws {service} {xform_name(name, '-')}", *options, *FURTHER.get(operation, ())]
    variables = [_variable(wire) for (wire, shape), value in told.items() if _is_open(wire, shape, value)]
    return Command(title, _laid_out([*words, f"--endpoint-url {_endpoint()}"]), variables)


def commands_of(changes: Mapping[str, Items]) -> list[Command]:
    """The commands for the changes of a preview: what is given before what is taken."""
    kinds = {
        **changes,
        "puts": [item for item in changes.get("inline_policies", ()) if "PolicyDocument" in item],
        "deletes": [item for item in changes.get("inline_policies", ()) if "PolicyDocument" not in item],
        "bounds": [item for item in changes.get("boundaries", ()) if "PolicyArn" in item],
        "unbounds": [item for item in changes.get("boundaries", ()) if "PolicyArn" not in item],
    }
    return [_change(kind, item) for kind in CHANGES for item in kinds.get(kind, ())]


def _change(kind: str, item: Item) -> Command:
    title, operation = CHANGES[kind]
    holding = "Group" if "GroupName" in item else "User"
    names = {"holder": item[f"{holding}Name"], "policy": item.get("PolicyArn", "").rpartition("/")[2]}
    given = {xform_name(wire): value for wire, value in item.items()}
    if kind == "bounds":
        given["permissions_boundary"] = given.pop("policy_arn")
    return command(title.format(**item, **names), operation.format(kind=holding), **given)


def _option(wire: str, shape: Shape, value: Any) -> str:
    name = xform_name(wire, "-")
    if _is_open(wire, shape, value):
        return f'--{name}="${_variable(wire)}"'
    if isinstance(value, bool):
        return f"--{name}" if value else f"--no-{name}"
    if isinstance(shape, ListShape):
        return f"--{name} {_list(value)}"
    if isinstance(value, Mapping):
        return f"--{name} {_json(value)}"
    text = str(value)
    # awscli takes neither nothing nor what looks like an option for a value of its own.
    return f"--{name}{'=' if not text or text.startswith('-') else ' '}{shlex.quote(text)}"


def _list(items: Sequence[Any]) -> str:
    """awscli's shorthand where it is sure to be understood, else JSON."""
    if all(_is_plain(item) for item in items):
        return " ".join(_shorthand(item) for item in items)
    return _json(items)


def _is_plain(item: Any) -> bool:
    values: Sequence[Any] = list(item.values()) if isinstance(item, Mapping) else [item]
    return all(
        isinstance(value, str) and PLAIN.fullmatch(value) and "://" not in value and "@=" not in value
        for value in values
    )


def _shorthand(item: Any) -> str:
    if isinstance(item, Mapping):
        return ",".join(f"{key}={value}" for key, value in item.items())
    return str(item)


def _json(value: object) -> str:
    return shlex.quote(json.dumps(value, ensure_ascii=False))


def _is_open(wire: str, shape: Shape, value: object) -> bool:
    return value is TYPED or is_secret((wire, shape))


def _is_fetched(value: object) -> bool:
    return isinstance(value, str) and value.startswith(FETCHED)


def _variable(wire: str) -> str:
    return str(xform_name(wire)).upper()


def _endpoint() -> str:
    return shlex.quote(f"{settings.SITE_URL}/api/")


def _laid_out(words: Sequence[str]) -> str:
    line = " ".join(words)
    return line if len(line) <= WIDEST and "\n" not in line else " \\\n  ".join(words)
