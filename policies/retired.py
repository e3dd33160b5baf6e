"""Actions of services that AWS has closed: no request names them any more, but policies still do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from policies.engine.patterns import action_pattern, fold


class RetiredActions:
    def __init__(self, by_service: Mapping[str, Mapping[str, Any]]) -> None:
        self._names = {prefix: service["name"] for prefix, service in by_service.items()}
        self._actions = {
            prefix: [fold(f"{prefix}:{name}") for name in service["actions"]]
            for prefix, service in by_service.items()
        }

    def service_of(self, text: str) -> str | None:
        """The full name of the service that had an action, or any action that a wildcard covers."""
        prefix = fold(text.partition(":")[0])
        pattern = action_pattern(text) if prefix in self._actions else None
        if pattern is None or not any(map(pattern.matches, self._actions[prefix])):
            return None
        return str(self._names[prefix])
