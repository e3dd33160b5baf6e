"""How a name stands in an address."""

from __future__ import annotations

from django.urls.converters import StringConverter

# Legal names, but to a browser the same folder and the one above.
STEPS = frozenset({".", ".."})
# No name holds it, so that what it marks is nobody else's.
MARK = "~"


def marked(name: str) -> str:
    """The name as a part of an address. No other character of a name means anything there."""
    return MARK + name if name in STEPS else name


class NameConverter(StringConverter):
    """A user's or group's name; `.` and `..` are marked, since a browser would take them out of the address."""

    def to_python(self, value: str) -> str:
        unmarked = value.removeprefix(MARK)
        return unmarked if unmarked in STEPS else value

    def to_url(self, value: str) -> str:
        return marked(value)
