"""Answers about texts that people type, remembered without letting anybody fill the memory with long ones."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Final, TypeVar

R = TypeVar("R")

# No name of an action or a condition key is as long.
LONGEST_REMEMBERED: Final = 256


def remembering(answer: Callable[[str], R], maxsize: int) -> Callable[[str], R]:
    """The function, with the answers about the latest texts kept; a longer text is worked out each time."""
    known = lru_cache(maxsize=maxsize)(answer)

    def remembered(text: str) -> R:
        return known(text) if len(text) <= LONGEST_REMEMBERED else answer(text)

    return remembered
