"""`python -m scripts.operations_table`: writes docs/operations.md, the table of all operations, from the code."""

from __future__ import annotations

import ast
import os
import pkgutil
from collections.abc import Callable, Iterable, Iterator
from importlib import import_module
from inspect import getdoc, getsource
from itertools import groupby
from typing import TYPE_CHECKING

import django

import operations
from policies.catalog import catalog
from scripts.environment import isolated_environment
from scripts.setup import BASE_DIR

if TYPE_CHECKING:
    from operations.operation import Operation

TABLE = BASE_DIR / "docs" / "operations.md"
COMMAND = "python -m scripts.operations_table"
INTRODUCTION = f"""# The table of operations

Everything that can be done, by module of `operations/`.
`{COMMAND}` writes this page from the code, and a test fails while it is out of date.

- The name tells the service: `iam:`, `sts:` and `access-analyzer:` operations are AWS's, with AWS's parameters;
  `iamconsole:` ones are the console's own, for what a page or a command needs and AWS has no operation for.
- A write runs in a transaction and leaves an event in the trail. A read leaves none, unless it is refused.
- *Allowed by* is the action that the caller's policies must allow, with AWS's access level for it; *itself* stands for
  the action of the operation's own name. A few operations are outside policies: the credential is what allows them.

[Architecture](architecture.md) follows one operation from the form to the event.
"""
HEAD = "| operation | kind | allowed by | access level | what it does |\n| --- | --- | --- | --- | --- |"
# What `call.admit` asks for, by the name of the kind of credential.
CREDENTIALS = {
    "ACCESS_KEY": "a long-lived access key",
    "NOBODY": "being signed out",
    "HALF": "a sign-in under way",
    "CONSOLE": "a session",
    "SYSTEM": "the operator's command line",
}


def main() -> None:
    os.environ |= isolated_environment()
    django.setup()
    TABLE.write_text(table(registered()), encoding="utf-8")
    print(TABLE.relative_to(BASE_DIR))


def registered() -> list[Operation]:
    """Every operation of the package, in the order in which a reader of it meets them."""
    names = [f"operations.{module.name}" for module in pkgutil.iter_modules(operations.__path__)]
    for name in names:
        import_module(name)
    found: Iterable[Operation] = import_module("operations.operation").registry.values()
    return sorted((one for one in found if module_of(one) in names), key=place_of)


def module_of(operation: Operation) -> str:
    return operation.function.__module__


def place_of(operation: Operation) -> tuple[str, int]:
    return module_of(operation), operation.function.__code__.co_firstlineno


def table(found: Iterable[Operation]) -> str:
    return "\n".join([INTRODUCTION, *sections(found)])


def sections(found: Iterable[Operation]) -> Iterator[str]:
    for module, its_own in groupby(found, key=module_of):
        rows = "\n".join(row(operation) for operation in its_own)
        subject = first_line(import_module(module))
        yield f"## `{module.replace('.', '/')}.py`\n\n{subject}\n\n{HEAD}\n{rows}\n"


def row(operation: Operation) -> str:
    kind = "read" if operation.reads else "write"
    allowed_by, level = authority(operation)
    return f"| `{operation.name}` | {kind} | {allowed_by} | {level} | {first_line(operation.function)} |"


def authority(operation: Operation) -> tuple[str, str]:
    """What has to allow it, and AWS's access level of that; the body says which way it goes."""
    if kinds := admitted(operation.function):
        return ", or ".join(CREDENTIALS[kind] for kind in kinds), ""
    action = "itself" if operation.action == operation.name else f"`{operation.action}`"
    only_root = ", for root alone" if "root_of" in operation.function.__code__.co_names else ""
    known = catalog().action(operation.action)
    return action + only_root, str(known.access_level) if known else ""


def admitted(function: Callable[..., object]) -> list[str]:
    """The kinds of credential in `call.admit(CredentialKind.HALF)`, by their names."""
    nodes = [node for node in ast.walk(ast.parse(getsource(function))) if isinstance(node, ast.Call)]
    calls = [node for node in nodes if isinstance(node.func, ast.Attribute) and node.func.attr == "admit"]
    return [kind.attr for call in calls for kind in call.args if isinstance(kind, ast.Attribute)]


def first_line(described: object) -> str:
    return (getdoc(described) or "").partition("\n")[0].replace("|", "\\|")


if __name__ == "__main__":
    main()
