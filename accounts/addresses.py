"""How a name stands in an address."""

from __future__ import annotations

from django.urls.converters import StringConverter

# Legal names, but to a browser the same folder and the one above.
STEPS = frozenset({".", ".."})
# No name holds it, so that what it marks is nobody else's.
MARK = "~"


class NameConverter(StringConverter):
    """A user's or group's name; `.` and `..` are marked, since a browser would take them out of the address."""

    def to_python(self, value: str) -> str:
        unmarked = value.removeprefix(MARK)
        return unmarked if unmarked in STEPS else value

    def to_url(self, value: str) -> str:
        return MARK + value if value in STEPS else value
