"""From a text and a cursor to what can be typed there."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeAlias

from policies.catalog import Catalog
from policies.completion.actions import actions
from policies.completion.condition_keys import condition_keys
from policies.completion.condition_values import condition_values
from policies.completion.elements import effects, of_policy, of_statement, versions
from policies.completion.operators import operators
from policies.completion.places import Place, place_of
from policies.completion.principals import everybody, principal_keys, principals
from policies.completion.questions import Question
from policies.completion.resources import resources
from policies.completion.suggestions import Item, Suggestion, cut, item, replaced
from policies.validation import PolicyType

MOST_SUGGESTIONS: Final = 50
# Nothing that could be completed is longer.
LONGEST_TYPED: Final = 2_048
_Maker: TypeAlias = Callable[[Question], list[Suggestion]]

# By the way to the cursor: element names, then `*` for whatever an operator, a key or a principal is called.
_KEYS: Final[dict[tuple[str, ...], _Maker]] = {
    (): of_policy,
    ("Statement",): of_statement,
    ("Statement", "Principal"): principal_keys,
    ("Statement", "NotPrincipal"): principal_keys,
    ("Statement", "Condition"): operators,
    ("Statement", "Condition", "*"): condition_keys,
}
_VALUES: Final[dict[tuple[str, ...], _Maker]] = {
    ("Version",): versions,
    ("Statement", "Effect"): effects,
    ("Statement", "Action"): actions,
    ("Statement", "NotAction"): actions,
    ("Statement", "Resource"): resources,
    ("Statement", "NotResource"): resources,
    ("Statement", "Principal"): everybody,
    ("Statement", "NotPrincipal"): everybody,
    ("Statement", "Principal", "*"): principals,
    ("Statement", "NotPrincipal", "*"): principals,
    ("Statement", "Condition", "*", "*"): condition_values,
}
_NAMED: Final = 2


@dataclass(frozen=True, slots=True)
class Completion:
    """The range to be replaced, in characters; how many suggestions fit; the first of them."""

    start: int
    end: int
    total: int
    items: tuple[Item, ...]


def complete(
    text: str, offset: int, policy_type: str = "identity", *, catalog: Catalog, account_id: str | None = None
) -> Completion:
    """What can stand at the offset, which may be any number; the text may be any text.

    `account_id` is the account that ARNs are completed with. Raises ValueError for an unknown policy type.
    """
    offset = min(max(offset, 0), len(text))
    place = place_of(text, offset)
    if place is None or len(place.typed) > LONGEST_TYPED:
        return Completion(offset, offset, 0, ())
    question = Question(place, PolicyType(policy_type), catalog, account_id)
    found = _suggestions(question)
    if not found:
        return Completion(offset, offset, 0, ())
    items = tuple(item(suggestion, place) for suggestion in cut(found, MOST_SUGGESTIONS))
    return Completion(*replaced(place), len(found), items)


def _suggestions(question: Question) -> list[Suggestion]:
    make = (_KEYS if question.place.is_key else _VALUES).get(_address(question.place))
    return make(question) if make else []


def _address(place: Place) -> tuple[str, ...]:
    names = place.names
    return (*names[:_NAMED], *("*" for _ in names[_NAMED:]))
