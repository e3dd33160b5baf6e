"""Who can do this: one question about many callers, most of whom hold the same few policies."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from policies.engine.effective import Prospect, effective
from policies.engine.hearing import Asker, Hearing
from policies.engine.request import Principal
from policies.engine.sources import Source
from policies.engine.universe import Universe
from policies.engine.variables import Context


@dataclass(frozen=True, slots=True)
class Holder:
    """A caller, the policies that apply to it, and the condition keys that describe it, folded.

    Callers who share policies should share the `Source` objects: each is then asked once, and again only for
    callers with other values under the keys it reads.
    """

    principal: Principal
    sources: Sequence[Source]
    context: Context = field(default_factory=dict)


def who_can(
    action: str, resource: str | None, holders: Iterable[Holder]
) -> Iterator[tuple[Holder, Prospect]]:
    """For each holder what may become of the action on the resource, or on any resource of the account.

    What the request itself will tell (time, address, MFA) is left open, so that an answer can be conditional.
    The same as `effective(…).prospect(action)` of each holder.
    """
    universe = Universe([action])
    hearing = Hearing(universe)
    for holder in holders:
        asker = Asker(holder.principal, holder.context, resource)
        yield holder, effective(asker, holder.sources, universe, hearing).prospect(action)
