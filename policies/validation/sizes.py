"""The size of a document as IAM counts it."""

from typing import Final

WHITE_SPACE: Final = " \t\n\r"


def size_without_white_space(text: str) -> int:
    return len(text) - sum(text.count(space) for space in WHITE_SPACE)
