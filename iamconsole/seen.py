"""What a form was begun on, so that saving it never undoes in silence what came between."""

from __future__ import annotations

import hashlib
import json


def seen_of(facts: object) -> str:
    """Stands in a form, as `seen`, for the facts it was begun on: anything that JSON can spell."""
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()[:16]


def has_changed(facts: object, seen: str) -> bool:
    """Whether the facts are others than the form has seen; a form that says nothing has seen them."""
    return seen not in ("", seen_of(facts))
