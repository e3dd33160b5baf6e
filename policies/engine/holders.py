"""Who can do this: one question about many callers, most of whom hold the same few policies."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from policies.engine.asker import Asker
from policies.engine.effective import Prospect, hear, of_heard
from policies.engine.hearing import Hearing
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
    asked = list(holders)
    question = _Question(action, resource, asked)
    return ((holder, question.answer(holder)) for holder in asked)


class _Question:
    """One action, asked of many: callers with the same policies on the matter get the same answer, unless their own
    values decide.
    """

    def __init__(self, action: str, resource: str | None, holders: Iterable[Holder]) -> None:
        self._action, self._resource = action, resource
        self._universe = Universe([action])
        self._hearing = Hearing(self._universe, resource)
        # By identity: policies are compared by nothing else here, and the holders keep them alive.
        sources = {id(source): source for holder in holders for source in holder.sources}
        self._counting = {place for place, source in sources.items() if self._hearing.counts(source)}
        self._answers: dict[tuple[object, ...], Prospect] = {}

    def answer(self, holder: Holder) -> Prospect:
        asker = Asker(holder.principal, holder.context, self._resource)
        sources = [source for source in holder.sources if id(source) in self._counting]
        heard = hear(asker, sources, self._hearing)
        # All that it depends on: what was heard is the same object whenever nothing differs that decides.
        key = (holder.principal.kind, holder.principal.account_id, *map(id, heard))
        found = self._answers.get(key)
        if found is None:
            answer = of_heard(asker, heard, self._universe)
            found = self._answers[key] = answer.prospect(self._action)
        return found
