"""Who asks about requests that nobody has made yet: what of them is known, and what is open."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from policies.engine.conditions import Condition
from policies.engine.document import Statement
from policies.engine.lazy import lazy
from policies.engine.reach import Certainty
from policies.engine.request import FOLDED, Principal, Request
from policies.engine.resources import ALL_RESOURCES
from policies.engine.sources import Source
from policies.engine.variables import Context

# What describes a caller is known with the caller: a key of these that the context lacks is not there.
OF_THE_CALLER: Final = (
    "aws:principal",
    "aws:username",
    "aws:userid",
    "aws:sourceidentity",
    "aws:federatedprovider",
)


@dataclass(frozen=True)
class Asker:
    """Who asks, about which resource, and what is known of the requests.

    Without a `resource` every resource of the caller's account is meant. While `is_open`, keys that the
    context does not name may turn out to have any value; otherwise they are missing, as in a request.
    A principal without an ARN is anybody of its account, and may turn out to be whoever a key describes.
    """

    principal: Principal
    context: Mapping[str, Sequence[str]] = field(default_factory=dict)
    resource: str | None = None
    resource_account: str = ""
    is_open: bool = True

    @lazy
    def known(self) -> Context:
        """What is known, under the keys as the engine compares them."""
        return {FOLDED[key]: tuple(values) for key, values in self.context.items()}

    @lazy
    def any_request(self) -> Request:
        """A request as far as it is known, its action left out."""
        resource = ALL_RESOURCES if self.resource is None else self.resource
        return Request.of(self.principal, "", resource, self.resource_account, self.known)

    def request(self, action: str) -> Request:
        """The request for one action, as far as it is known."""
        known = self.any_request
        return Request.of(self.principal, action, known.resource, known.resource_account, known.context)

    def knows(self, key: str) -> bool:
        """Whether it is settled which values a folded key has, or that it has none."""
        if not self.is_open or key in self.known:
            return True
        return bool(self.principal.arn) and key.startswith(OF_THE_CALLER)


def certainty(source: Source, statement: Statement, asker: Asker) -> Certainty:
    """How surely a statement of a policy counts, its Resource and Principal left aside.

    A policy with dates counts while the request's time is within them.
    """
    found = _of_conditions(statement, asker)
    if not source.is_dated or found is Certainty.NO:
        return found
    now = asker.any_request.time
    if now is None and asker.is_open:
        return Certainty.MAYBE
    return found if source.counts(statement.effect, now) else Certainty.NO


def open_conditions(statement: Statement, asker: Asker) -> tuple[Condition, ...]:
    """The conditions of a statement that the request, not the caller, will decide."""
    return tuple(condition for condition in statement.conditions if not all(map(asker.knows, condition.keys)))


def _of_conditions(statement: Statement, asker: Asker) -> Certainty:
    missing = statement.missing_keys(asker.known) if statement.required_keys else ()
    if any(map(asker.knows, missing)):
        return Certainty.NO
    answers = {_fulfilment(statement, condition, asker) for condition in statement.conditions}
    if Certainty.NO in answers:
        return Certainty.NO
    return Certainty.MAYBE if missing or Certainty.MAYBE in answers else Certainty.YES


def _fulfilment(statement: Statement, condition: Condition, asker: Asker) -> Certainty:
    if condition.is_known and not all(map(asker.knows, condition.keys)):
        return Certainty.MAYBE
    return Certainty.YES if statement.fulfils(condition, asker.known) else Certainty.NO
