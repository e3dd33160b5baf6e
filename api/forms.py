"""Form-encoded text, read once and strictly: what could be understood in two ways is refused."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final, TypeAlias
from urllib.parse import unquote_to_bytes

from operations.errors import MalformedQueryString

Form: TypeAlias = Mapping[str, str]

MOST_FIELDS: Final = 10_000
_BAD_ESCAPE: Final = re.compile(r"%(?![0-9A-Fa-f]{2})")


def read_form(text: str | bytes) -> Form:
    """Names and values of `a=b&c=d`.

    Raises MalformedQueryString for a name that comes twice, for broken escapes, for anything but UTF-8 behind them, and
    for more fields than any request needs.
    """
    written = _as_text(text)
    if not written:
        return {}
    if written.count("&") >= MOST_FIELDS:
        raise MalformedQueryString(f"A request has at most {MOST_FIELDS:,} parameters.")
    if _BAD_ESCAPE.search(written):
        raise MalformedQueryString("The parameters hold a broken percent-encoding.")
    form: dict[str, str] = {}
    for pair in written.replace("+", " ").split("&"):
        name, equals, value = pair.partition("=")
        if not name:
            raise MalformedQueryString("A parameter has no name.")
        name = _unescaped(name)
        if name in form:
            raise MalformedQueryString(f"The parameter {name[:128]} was given twice.")
        form[name] = _unescaped(value) if equals else ""
    return form


def _as_text(text: str | bytes) -> str:
    if isinstance(text, str):
        if not text.isascii():
            raise MalformedQueryString("Parameters are percent-encoded UTF-8.")
        return text
    try:
        return text.decode("ascii")
    except UnicodeDecodeError as error:
        raise MalformedQueryString("Parameters are percent-encoded UTF-8.") from error


def _unescaped(text: str) -> str:
    if "%" not in text:
        return text
    try:
        return unquote_to_bytes(text).decode()
    except UnicodeDecodeError as error:
        raise MalformedQueryString("Parameters are percent-encoded UTF-8.") from error
