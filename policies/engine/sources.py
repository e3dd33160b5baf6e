"""A policy where it is attached: what the engine is given to decide with."""

from dataclasses import dataclass, field
from datetime import datetime

from policies.engine.document import Effect, Policy
from policies.engine.kinds import Kind, Layer

__all__ = ["Kind", "Layer", "Source"]


@dataclass(frozen=True, slots=True)
class Source:
    """One policy that applies to a request, its kind and its name; `arn` is "" for inline documents.

    `layer` is the one its kind speaks in.

    It counts from `not_before` up to, but not including, `not_after`, compared with the request's
    `aws:CurrentTime`. Outside those dates a policy that grants is as good as absent, while one that limits
    (boundary, session, scp, rcp) stays in place and allows nothing. `target` is the level an scp or rcp is
    attached to: the organization's root, a unit, the account. Policies of one target add up, and every target
    must allow. With `is_dated` the time of a request matters.
    """

    kind: Kind
    name: str
    arn: str
    document: Policy
    not_before: datetime | None = None
    not_after: datetime | None = None
    target: str = ""
    layer: Layer = field(init=False, repr=False, compare=False)
    is_dated: bool = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "layer", self.kind.layer)
        object.__setattr__(self, "is_dated", self.not_before is not None or self.not_after is not None)

    def is_active(self, now: datetime | None) -> bool:
        """Whether `now` is within the dates; without a time, only a source without dates is active."""
        if not self.is_dated:
            return True
        if now is None:
            return False
        has_begun = self.not_before is None or self.not_before <= now
        return has_begun and (self.not_after is None or now < self.not_after)

    def counts(self, effect: Effect, now: datetime | None) -> bool:
        """Whether statements of that effect count. Where the request tells no time, a Deny still does."""
        return self.is_active(now) or (now is None and effect is Effect.DENY)
