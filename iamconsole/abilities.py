"""Which buttons work for the caller, and for the others the reason: all of one page at the cost of one read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from operations.authorization import Context, explanation_of, request_of, tag_context
from operations.call import Call
from operations.caller import Caller
from policies.engine import Effect, Request


class Abilities:
    """`Abilities(request.caller, user.arn, user.tags).off(delete="iam:DeleteUser")`: nothing is recorded."""

    def __init__(self, caller: Caller, resource: str, tags: Sequence[Mapping[str, str]] = ()) -> None:
        self._call = Call(caller, "")
        self._resource = resource
        self._context = {
            "aws:ResourceAccount": caller.account_id,
            **tag_context("aws:ResourceTag", tags),
            **tag_context("iam:ResourceTag", tags),
        }

    def off(self, **actions: str) -> dict[str, str]:
        """The reason by name, for the names whose action is refused on the resource."""
        return _told({name: self.reason(action) for name, action in actions.items()})

    def off_everywhere(self, **actions: str) -> dict[str, str]:
        """The same for actions on resources yet to be named: refused when no statement allows them on anything."""
        return _told({name: self._reason_everywhere(action) for name, action in actions.items()})

    def reason(self, action: str, context: Context | None = None) -> str:
        """Why the action is refused, or an empty text."""
        request, caller = self._request(action, context), self._call.caller
        explanation = explanation_of(caller.label, request, self._call.policies, shown=self._resource)
        return f"You may not perform {action} here, {explanation.because}." if explanation.layer else ""

    def _reason_everywhere(self, action: str) -> str:
        if self._call.caller.is_root:
            return ""
        folded = self._request(action, None).folded_action
        matches = self._call.policies.about(folded).matches
        is_allowed = any(match.statement.effect is Effect.ALLOW for match in matches)
        return "" if is_allowed else f"No policy of yours allows {action}."

    def _request(self, action: str, context: Context | None) -> Request:
        return request_of(
            self._call.caller,
            action,
            self._resource,
            now=self._call.now,
            context={**self._context, **(context or {})},
        )


def _told(reasons: Mapping[str, str]) -> dict[str, str]:
    return {name: reason for name, reason in reasons.items() if reason}
