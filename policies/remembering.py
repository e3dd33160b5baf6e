"""Answers about texts that people type, remembered without letting anybody fill the memory with long ones."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeVar

R = TypeVar("R")

# No name of an action or a condition key is as long.
LONGEST_REMEMBERED: Final = 256


class _Answers(dict[str, R]):
    """The answers so far. A look into a dict costs a fraction of the call that any other memory takes."""

    def __init__(self, answer: Callable[[str], R], most: int) -> None:
        self._answer = answer
        self._most = most

    def __missing__(self, text: str) -> R:
        found = self._answer(text)
        if len(text) <= LONGEST_REMEMBERED:
            if len(self) >= self._most:
                self.clear()
            self[text] = found
        return found


def remembering(answer: Callable[[str], R], most: int) -> Callable[[str], R]:
    """The function, with its answers kept: all of them are forgotten when they are so many, and begun anew.

    A longer text is worked out each time.
    """
    return _Answers(answer, most).__getitem__
