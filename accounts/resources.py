"""What objects are to the policies that speak about them."""

from __future__ import annotations

from typing import ClassVar


class WithoutResourcePolicy:
    """An object that carries no policy of its own: only the policies of identities say who may act on it."""

    resource_policy: ClassVar[str | None] = None
