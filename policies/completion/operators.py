"""Condition operators: those that fit the keys already in the block, with the qualifiers these keys ask for."""

from collections.abc import Iterator
from itertools import islice
from typing import Final

from policies.catalog import ConditionKey
from policies.completion.places import Box, Typed
from policies.completion.questions import Question
from policies.completion.suggestions import Suggestion, fitting
from policies.validation.operators import QUALIFIERS, VALUE_TYPES, Operator

NULL: Final = "Null"
MOST_KEYS: Final = 50
# No key has several values of another type.
_TYPES_OF_MANY: Final = ("String", "ARN", "Bool")
_QUALIFIED: Final = {
    "ForAllValues": "Every value of the request must fit; also holds when there is none.",
    "ForAnyValue": "At least one value of the request must fit.",
}
_IF_EXISTS: Final = "Also holds when the request does not have the key."
_NULL_DOC: Final = (
    "Whether the request lacks the key: true when it must be absent, false when it must be there."
)


def fits(operator: Operator, key: ConditionKey) -> bool:
    """Whether the operator compares values of the key's type, and is qualified as the key asks for.

    A key of several values needs a qualifier and a key of one value takes none. Null suits them all. ARNs can be
    compared as strings, but a star in a string reaches over their colons.
    """
    if operator.name == NULL:
        return operator.qualifier is None
    if key.is_multivalued != (operator.qualifier is not None):
        return False
    is_arn_as_text = key.value_type == "ARN" and operator.name in ("StringEquals", "StringNotEquals")
    return operator.value_type == key.value_type or is_arn_as_text


def operators(question: Question) -> list[Suggestion]:
    keys, present = _keys(question), question.place.objects[-1].names
    fitted = [
        suggestion
        for suggestion in _all(_qualifiers(keys))
        if suggestion.text not in present and all(fits(Operator.of(suggestion.text), key) for key in keys)
    ]
    return fitting(fitted, question.typed)


def _keys(question: Question) -> list[ConditionKey]:
    """The known keys of the block whose operator is being typed."""
    blocks = (value for name, value in question.place.objects[-1].members if isinstance(name, Typed))
    block = next(blocks, None)
    names = block.names if isinstance(block, Box) else frozenset()
    found = (question.catalog.condition_key(name) for name in islice(sorted(names), MOST_KEYS))
    return [key for key in found if key]


def _qualifiers(keys: list[ConditionKey]) -> tuple[str, ...]:
    """Those to be offered; "" stands for none."""
    if not keys:
        return ("", *QUALIFIERS)
    return QUALIFIERS if all(key.is_multivalued for key in keys) else ("",)


def _all(qualifiers: tuple[str, ...]) -> Iterator[Suggestion]:
    """The plain ones first, then Null, then those that let a missing key pass."""
    for suffix in ("", "IfExists"):
        for qualifier in qualifiers:
            for name, value_type in VALUE_TYPES.items():
                if name != NULL and (not qualifier or value_type in _TYPES_OF_MANY):
                    yield _suggestion(qualifier, name, suffix, value_type)
        if not suffix:
            yield Suggestion(NULL, "operator", "any type", _NULL_DOC)


def _suggestion(qualifier: str, name: str, suffix: str, value_type: str) -> Suggestion:
    notes = [_QUALIFIED[qualifier]] if qualifier else []
    notes += [_IF_EXISTS] if suffix else []
    text = f"{qualifier}{':' if qualifier else ''}{name}{suffix}"
    return Suggestion(
        text, "operator", value_type, " ".join(notes) or f"Compares values of type {value_type}."
    )
