"""What the templates of the event history need beyond the console's own tags."""

from __future__ import annotations

from collections.abc import Mapping

from django import template

register = template.Library()

KINDS = {"Root": "root", "Anonymous": "not signed in", "AWSService": "manage.py"}


@register.filter
def actor(identity: Mapping[str, object]) -> str:
    """Who acted, as people call them."""
    name = identity.get("userName")
    return str(name) if name else KINDS.get(str(identity.get("type")), "–")
