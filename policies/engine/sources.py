"""A policy where it is attached: what the engine is given to decide with."""

from dataclasses import dataclass
from datetime import datetime

from policies.engine.document import Effect, Policy
from policies.engine.kinds import Kind, Layer

__all__ = ["Kind", "Layer", "Source"]


@dataclass(frozen=True, slots=True)
class Source:
    """One policy that applies to a request, its kind and its name; `arn` is "" for inline documents.

    It counts from `not_before` up to, but not including, `not_after`, compared with the request's
    `aws:CurrentTime`. Outside those dates a policy that grants is as good as absent, while one that limits
    (boundary, session, scp, rcp) stays in place and allows nothing. Each scp and rcp is a level of its own.
    """

    kind: Kind
    name: str
    arn: str
    document: Policy
    not_before: datetime | None = None
    not_after: datetime | None = None

    def is_active(self, now: datetime | None) -> bool:
        """Whether `now` is within the dates; without a time, only a source without dates is active."""
        if self.not_before is None and self.not_after is None:
            return True
        if now is None:
            return False
        has_begun = self.not_before is None or self.not_before <= now
        return has_begun and (self.not_after is None or now < self.not_after)

    def counts(self, effect: Effect, now: datetime | None) -> bool:
        """Whether statements of that effect count. Where the request tells no time, a Deny still does."""
        return self.is_active(now) or (now is None and effect is Effect.DENY)
