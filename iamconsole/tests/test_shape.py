"""The shape of the code: small functions, small files, and an engine without a clock."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

PACKAGES = ("accounts", "audit", "iamconsole", "operations", "policies", "scripts")
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def modules() -> Iterator[Path]:
    for package in PACKAGES:
        yield from (
            path for path in (settings.BASE_DIR / package).rglob("*.py") if "migrations" not in path.parts
        )


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return (node for node in ast.walk(tree) if isinstance(node, FUNCTIONS))


def length(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    return (function.end_lineno or function.lineno) - function.lineno + 1


def name(path: Path) -> str:
    return str(path.relative_to(settings.BASE_DIR))


def test_no_function_is_longer_than_50_lines() -> None:
    long = [
        f"{name(path)}:{found.name}" for path in modules() for found in functions(path) if length(found) > 50
    ]

    assert long == []


def test_nine_functions_of_ten_have_at_most_22_lines() -> None:
    lengths = sorted(length(function) for path in modules() for function in functions(path))

    assert lengths[int(len(lengths) * 0.9)] <= 22


@pytest.mark.parametrize(("pattern", "limit"), [("*.py", 400), ("*.html", 150)])
def test_no_file_is_too_long_to_be_read_at_once(pattern: str, limit: int) -> None:
    folders = [settings.BASE_DIR / folder for folder in (*PACKAGES, "templates")]
    paths = [path for folder in folders for path in folder.rglob(pattern) if "migrations" not in path.parts]

    long = [name(path) for path in paths if len(path.read_text(encoding="utf-8").splitlines()) > limit]

    assert long == []


def test_the_engine_asks_no_clock() -> None:
    engine = (settings.BASE_DIR / "policies" / "engine").glob("*.py")

    asking = [name(path) for path in engine if {"now", "today", "time"} & set(called(path))]

    assert asking == []


def called(path: Path) -> Iterator[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    calls = (node.func for node in ast.walk(tree) if isinstance(node, ast.Call))
    return (function.attr for function in calls if isinstance(function, ast.Attribute))
