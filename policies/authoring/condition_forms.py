"""Conditions put together from a key: which operators fit it, whether it needs a qualifier, what its values are."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from policies.authoring.blocks import Block, WrittenCondition
from policies.authoring.drafts import CannotChange
from policies.catalog import Catalog, ConditionKey
from policies.completion.condition_keys import condition_keys
from policies.completion.condition_values import condition_values
from policies.completion.operators import NULL, fits
from policies.completion.places import Box, Place, Quotes
from policies.completion.questions import Question
from policies.completion.suggestions import Suggestion
from policies.validation import PolicyType
from policies.validation.operators import QUALIFIERS, VALUE_TYPES, Operator

MFA_KEY: Final = "aws:MultiFactorAuthPresent"
SOURCE_IP_KEY: Final = "aws:SourceIp"
LONGEST_NAME: Final = 512


@dataclass(frozen=True, slots=True)
class KeyForm:
    """What can be said of one key. `qualifiers` is empty for a key of one value; one of them is demanded otherwise."""

    name: str
    key: ConditionKey
    operators: tuple[str, ...]
    qualifiers: tuple[str, ...]
    values: tuple[str, ...]


def fitting_keys(block: Block, catalog: Catalog) -> list[Suggestion]:
    """The keys that the statement's actions set, then those that every request may have."""
    return condition_keys(_question(block, catalog, ""))


def key_form(block: Block, catalog: Catalog, name: str, account_id: str = "") -> KeyForm:
    """Raises CannotChange for a key that does not exist, or that does not say which tag it is about."""
    key = _known(catalog, name)
    qualifiers = QUALIFIERS if key.is_multivalued else ()
    prefix = f"{QUALIFIERS[0]}:" if qualifiers else ""
    operators = tuple(
        base for base in VALUE_TYPES if fits(Operator.of(base if base == NULL else prefix + base), key)
    )
    usual = operators[0] if operators else NULL
    asked = _question(block, catalog, prefix + usual, name, account_id)
    values = tuple(suggestion.text for suggestion in condition_values(asked))
    return KeyForm(name, key, operators, qualifiers, values)


def _known(catalog: Catalog, name: str) -> ConditionKey:
    if not name or len(name) > LONGEST_NAME:
        raise CannotChange("Name a condition key, such as `aws:SourceIp`.")
    if name.endswith("/") or "{" in name:
        raise CannotChange(f"`{name}` does not say which tag: write its name in the place of the braces.")
    key = catalog.condition_key(name)
    if key is None:
        meant = catalog.nearest_condition_key(name)
        advice = f"Did you mean `{meant}`?" if meant else "Choose one of those offered."
        raise CannotChange(f"There is no condition key `{name}`. {advice}")
    return key


def condition(
    form: KeyForm, operator: str, values: Iterable[str], *, qualifier: str = "", if_exists: bool = False
) -> WrittenCondition:
    """Raises CannotChange where operator, qualifier or values do not fit the key."""
    is_null = operator == NULL
    if operator not in form.operators:
        raise CannotChange(
            f"`{operator}` does not compare `{form.name}`, whose type is {form.key.value_type}."
        )
    if form.qualifiers and not is_null and qualifier not in form.qualifiers:
        raise CannotChange(
            f"A request may hold several values of `{form.name}`: say whether one or all must fit."
        )
    if qualifier and not is_null and not form.qualifiers:
        raise CannotChange(f"A request holds one value of `{form.name}`, so that it takes no qualifier.")
    written = tuple(dict.fromkeys(value for value in values if value))
    if not written:
        raise CannotChange(f"Say with which value `{form.name}` is compared.")
    if is_null:
        return WrittenCondition(NULL, form.name, written)
    before, after = f"{qualifier}:" if qualifier else "", "IfExists" if if_exists else ""
    return WrittenCondition(f"{before}{operator}{after}", form.name, written)


def mfa_condition(*, is_allow: bool) -> WrittenCondition:
    """An Allow asks for a second factor; a Deny is about requests without one, or that say nothing of it."""
    operator, value = ("Bool", "true") if is_allow else ("BoolIfExists", "false")
    return WrittenCondition(operator, MFA_KEY, (value,))


def source_ip_condition(addresses: Iterable[str], *, is_allow: bool) -> WrittenCondition:
    """An Allow names where requests come from; a Deny is about those that come from elsewhere."""
    return WrittenCondition("IpAddress" if is_allow else "NotIpAddress", SOURCE_IP_KEY, tuple(addresses))


def _question(block: Block, catalog: Catalog, operator: str, key: str = "", account_id: str = "") -> Question:
    """The question that the cursor would ask inside the block's Condition."""
    element = "NotAction" if block.is_except else "Action"
    statement = Box(is_object=True)
    statement.members = [
        (element, Box(is_object=False, items=list(block.actions))),
        ("Resource", Box(is_object=False, items=list(block.resources or ()))),
    ]
    present = Box(is_object=True)
    names = ("Statement", "Condition", operator, *([key] if key else []))
    place = Place(
        objects=(Box(is_object=True), statement, Box(is_object=True), present),
        names=names,
        is_key=not key,
        box=present,
        typed="",
        start=0,
        end=0,
        quotes=Quotes.CLOSED,
        has_colon_after=True,
    )
    return Question(place, PolicyType.IDENTITY, catalog, account_id or None)
