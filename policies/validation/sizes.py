"""The size of a document as AWS counts it."""

from typing import Final

WHITE_SPACE: Final = b" \t\n\r"
# The types of policies of which AWS Organizations counts what its API is given, white space too.
COUNTED_AS_TYPED: Final = ("scp", "rcp")


def size_of(text: str, policy_type: str) -> int:
    """The characters of a policy that count against the quota of its type."""
    return len(text) if policy_type in COUNTED_AS_TYPED else size_without_white_space(text)


def size_without_white_space(text: str) -> int:
    # Counted in bytes, of which one call finds all four; in UTF-8 none of them is a part of another character.
    written = text.encode(errors="surrogatepass")
    return len(text) - len(written) + len(written.translate(None, WHITE_SPACE))
