"""Pages made of several reads: a refused one leaves a gap that names its action, and the rest is shown."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from operations.errors import AccessDenied

T = TypeVar("T")


def attempt(read: Callable[[], T]) -> tuple[T | None, AccessDenied | None]:
    """What was read, or why it may not be; every other error is the caller's to handle.

    `groups, refused = attempt(lambda: list_groups_for_user(request.caller, user_name=user_name))`
    """
    try:
        return read(), None
    except AccessDenied as error:
        return None, error
