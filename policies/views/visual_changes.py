"""What the buttons of the Visual view ask for: each is one change of the policy's text, or of what is shown of it.

A button's value reads `act:block:argument`, as in `add-action:0:s3:GetObject`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from policies.authoring import Block, CannotChange, WrittenCondition, blocks_of
from policies.authoring import changes as change
from policies.authoring.arn_patterns import kind_of, patterns_of, prefilled
from policies.authoring.choices import LevelChoice, ServiceChoice, service_choice
from policies.authoring.condition_forms import condition, key_form, mfa_condition, source_ip_condition
from policies.authoring.soundness import ensure_sound
from policies.catalog import Catalog, ResourceType
from policies.validation.operators import Operator
from policies.views.visual_fields import Fields

OF_CONDITION: Final = ("key", "operator", "qualifier", "if_exists", "value", "editing")
LONGEST_ARGUMENT: Final = 4_096


@dataclass(frozen=True)
class Asked:
    """A change asked for: the text as it is, the block, and the rest of the button's value."""

    text: str
    index: int
    argument: str
    fields: Fields
    catalog: Catalog
    account_id: str

    @cached_property
    def block(self) -> Block:
        """Raises CannotChange for a block that stays JSON."""
        blocks = blocks_of(self.text).blocks
        if not 0 <= self.index < len(blocks):
            raise CannotChange(f"The policy has no statement {self.index + 1} any more.")
        if blocks[self.index].reason:
            raise CannotChange(blocks[self.index].reason)
        return blocks[self.index]

    def service(self, prefix: str) -> ServiceChoice:
        found = service_choice(self.block, prefix, self.catalog)
        if found is None:
            raise CannotChange(f"There is no service `{prefix[:60]}`.")
        return found

    @property
    def level(self) -> LevelChoice:
        prefix, _, slug = self.argument.partition("/")
        levels = [level for level in self.service(prefix).levels if level.slug == slug]
        if not levels:
            raise CannotChange("There is no such access level.")
        return levels[0]

    @property
    def kind(self) -> ResourceType:
        prefix, _, name = self.argument.partition("/")
        kind = self.service(prefix).service.resource_types.get(name)
        if kind is None:
            raise CannotChange("There is no such type of resource.")
        return kind

    @property
    def written_condition(self) -> WrittenCondition:
        return self._condition_at(self.argument.partition("/")[0])

    @property
    def edited_condition(self) -> WrittenCondition:
        return self._condition_at(self.fields.of("editing", self.index))

    def _condition_at(self, place: str) -> WrittenCondition:
        conditions = self.block.conditions
        if not is_number(place) or int(place) >= len(conditions):
            raise CannotChange("The statement has no such condition any more.")
        return conditions[int(place)]


@dataclass(frozen=True, slots=True)
class Outcome:
    """The text after a change, the fields to be shown with it, and what is to be said: a success or a refusal."""

    text: str
    fields: Fields
    index: int | None = None
    told: str = ""
    refusal: str = ""


@dataclass(frozen=True, slots=True)
class Act:
    """`consumes` are the fields whose content stands in the policy after it."""

    make: Callable[[Asked], str]
    told: str
    consumes: tuple[str, ...] = ()


def service_named(catalog: Catalog, typed: str) -> str:
    """The prefix of a service given by its prefix or its name. Raises CannotChange when there is none."""
    if catalog.has_service(typed):
        return typed.lower()
    names = {name.casefold(): prefix for prefix, name in catalog.services().items()}
    if typed.casefold() in names:
        return names[typed.casefold()]
    meant = catalog.nearest_service(typed) if typed else None
    advice = f"Did you mean `{meant}`?" if meant else "Choose one from the list, such as `s3`."
    raise CannotChange(f"There is no service `{typed[:60]}`. {advice}" if typed else advice)


def _effect(asked: Asked) -> str:
    if asked.argument not in ("Allow", "Deny"):
        raise CannotChange("A statement either allows or denies.")
    return change.set_effect(asked.text, asked.index, asked.argument)


def _typed_actions(asked: Asked) -> str:
    names = asked.fields.lines("typed", asked.index)
    if not names:
        raise CannotChange("Type an action, such as `s3:Get*`.")
    prefixes = list(dict.fromkeys([*asked.block.services, *_hinted(asked)]))
    only = f"{prefixes[0]}:" if len(prefixes) == 1 else ""
    whole = [name if ":" in name or name == "*" else only + name for name in names]
    return change.add_actions(asked.text, asked.index, whole)


def _hinted(asked: Asked) -> list[str]:
    typed = asked.fields.of("service", asked.index)
    return [typed.lower()] if asked.catalog.has_service(typed) else []


def _add_action(asked: Asked) -> str:
    return change.add_actions(asked.text, asked.index, [asked.argument])


def _remove_action(asked: Asked) -> str:
    return change.remove_actions(asked.text, asked.index, [asked.argument])


def _names(level: LevelChoice) -> list[str]:
    return [choice.action.name for choice in level.choices]


def _whole_level(asked: Asked) -> str:
    names = _names(asked.level)
    return change.set_actions(asked.text, asked.index, names, among=names)


def _no_level(asked: Asked) -> str:
    return change.set_actions(asked.text, asked.index, [], among=_names(asked.level))


def _whole_service(asked: Asked) -> str:
    return change.set_all_actions(asked.text, asked.index, asked.service(asked.argument).prefix)


def _typed_resources(asked: Asked) -> str:
    arns = asked.fields.of("resource", asked.index).split()
    if not arns:
        raise CannotChange("Type an ARN, or fill in the fields of a type above.")
    return change.add_resources(asked.text, asked.index, arns)


def _built_arn(asked: Asked) -> str:
    pattern = patterns_of(asked.kind)[0]
    known = prefilled(pattern, asked.account_id, asked.block.resources or (), asked.catalog)
    values = arn_values(asked.fields, asked.index, asked.argument, known)
    arn = pattern.joined(["*" if is_any else value for value, is_any in values])
    return change.add_resources(asked.text, asked.index, [arn])


def arn_values(fields: Fields, index: int, spot: str, known: Sequence[str]) -> list[tuple[str, bool]]:
    """What the fields of an ARN hold, and whether Any is ticked; before anything is typed, what is known."""
    slug = spot.replace("/", "-")
    if not fields.has("arn", index, slug, 0):
        return [("", True) if value == "*" else (value, False) for value in known]
    return [
        (fields.of("arn", index, slug, place), fields.has("any", index, slug, place))
        for place in range(len(known))
    ]


def _remove_resource(asked: Asked) -> str:
    return change.remove_resources(asked.text, asked.index, [asked.argument])


def _typed_condition(asked: Asked) -> str:
    fields, index = asked.fields, asked.index
    form = key_form(asked.block, asked.catalog, fields.of("key", index), asked.account_id)
    one = condition(
        form,
        fields.of("operator", index),
        _values(fields, index),
        qualifier=fields.of("qualifier", index),
        if_exists=fields.has("if_exists", index),
    )
    if fields.of("editing", index):
        return change.change_condition(asked.text, index, asked.edited_condition, one)
    return change.add_condition(asked.text, index, one.operator, one.key, one.values)


def _values(fields: Fields, index: int) -> list[str]:
    """One value in each line; a value may hold spaces and commas."""
    return [line.strip() for line in fields.of("value", index).splitlines()]


def _remove_condition(asked: Asked) -> str:
    written = asked.written_condition
    return change.remove_condition(asked.text, asked.index, written.operator, written.key)


def _remove_value(asked: Asked) -> str:
    written, place = asked.written_condition, asked.argument.partition("/")[2]
    number = int(place) if is_number(place) else -1
    return change.remove_condition_value(asked.text, asked.index, written.operator, written.key, number)


def _mfa(asked: Asked) -> str:
    one = mfa_condition(is_allow=asked.block.is_allow)
    return change.add_condition(asked.text, asked.index, one.operator, one.key, one.values)


def _source_ip(asked: Asked) -> str:
    addresses = asked.fields.lines("ip", asked.index)
    if not addresses:
        raise CannotChange("Type an address or a range, such as `203.0.113.0/24`.")
    one = source_ip_condition(addresses, is_allow=asked.block.is_allow)
    return change.add_condition(asked.text, asked.index, one.operator, one.key, one.values)


def _sid(asked: Asked) -> str:
    return change.set_sid(asked.text, asked.index, asked.fields.of("sid", asked.index))


ACTS: Final[Mapping[str, Act]] = {
    "effect": Act(_effect, "The effect was switched."),
    "sid": Act(_sid, "The statement has another name.", ("sid",)),
    "add-typed": Act(_typed_actions, "The actions were added.", ("typed",)),
    "add-action": Act(_add_action, "The action was added."),
    "remove-action": Act(_remove_action, "The action was removed."),
    "level": Act(_whole_level, "All actions of the level were added."),
    "no-level": Act(_no_level, "The actions of the level were removed."),
    "service": Act(_whole_service, "All actions of the service are named by one wildcard."),
    "all-resources": Act(
        lambda asked: change.set_all_resources(asked.text, asked.index), "It is about all resources."
    ),
    "add-resource": Act(_typed_resources, "The resource was added.", ("resource",)),
    "add-arn": Act(_built_arn, "The resource was added.", ("arn", "any", "paste")),
    "remove-resource": Act(_remove_resource, "The resource was removed."),
    "add-condition": Act(_typed_condition, "The condition stands.", OF_CONDITION),
    "remove-condition": Act(_remove_condition, "The condition was removed.", OF_CONDITION),
    "remove-value": Act(_remove_value, "The value was removed.", OF_CONDITION),
    "mfa": Act(_mfa, "The condition on a second factor stands."),
    "source-ip": Act(_source_ip, "The condition on the address stands.", ("ip",)),
}


def _split(asked: Asked) -> Fields:
    """A pasted ARN in the fields of its type."""
    spot = (asked.index, asked.argument.replace("/", "-"))
    found = kind_of(asked.fields.of("paste", *spot), {asked.kind.name: asked.kind})
    if found is None:
        raise CannotChange(f"This is no ARN of the form `{asked.kind.arn}`.")
    fields = asked.fields.without("arn", "any", index=asked.index)
    if found[1] != patterns_of(asked.kind)[0]:
        raise CannotChange("The ARN has another of the forms that this type knows: add it as it is, below.")
    for place, value in enumerate(found[2]):
        fields = fields.filled("arn", *spot, place, value="" if value == "*" else value)
        fields = fields.filled("any", *spot, place, value="on") if value == "*" else fields
    return fields


def _edit(asked: Asked) -> Fields:
    """A condition of the statement in the fields of the builder."""
    written = asked.written_condition
    operator = Operator.of(written.operator)
    fields = asked.fields.without(*OF_CONDITION, index=asked.index)
    told = {
        "key": written.key,
        "operator": operator.name,
        "qualifier": operator.qualifier or "",
        "value": "\n".join(written.values),
        "editing": asked.argument,
    }
    for name, value in told.items():
        fields = fields.filled(name, asked.index, value=value)
    fields = fields.filled("if_exists", asked.index, value="on") if operator.if_exists else fields
    return fields.opening(f"{asked.index}/condition")


def _no_edit(asked: Asked) -> Fields:
    return asked.fields.without(*OF_CONDITION, index=asked.index).closing(f"{asked.index}/condition")


def _choose_service(asked: Asked) -> Fields:
    prefix = service_named(asked.catalog, asked.fields.of("service", asked.index))
    return asked.fields.filled("service", asked.index, value=prefix)


def _show(asked: Asked) -> Fields:
    return asked.fields.opening(f"{asked.index}/{asked.argument}" if asked.argument else str(asked.index))


# What changes nothing in the policy.
LOOKS: Final[Mapping[str, Callable[[Asked], Fields]]] = {
    "show": _show,
    "look": lambda asked: asked.fields,
    "split": _split,
    "edit": _edit,
    "no-edit": _no_edit,
    "choose-service": _choose_service,
}


def outcome_of(text: str, value: str, fields: Fields, catalog: Catalog, account_id: str) -> Outcome:
    """What comes of a button's value; one that no button has changes nothing."""
    name, _, rest = value[:LONGEST_ARGUMENT].partition(":")
    number, _, argument = rest.partition(":")
    index = int(number) if is_number(number) else -1
    asked = Asked(text, index, argument, fields, catalog, account_id)
    try:
        if name in LOOKS:
            return Outcome(text, LOOKS[name](asked), index)
        if name in ACTS:
            return _acted(ACTS[name], asked)
        return STATEMENT_ACTS[name](asked) if name in STATEMENT_ACTS else Outcome(text, fields)
    except CannotChange as error:
        return Outcome(text, fields, index, refusal=error.message)


def _acted(act: Act, asked: Asked) -> Outcome:
    # A block that stays JSON is not changed by halves.
    index = asked.block.index
    text = ensure_sound(asked.text, act.make(asked), asked.catalog)
    fields = asked.fields.without(*act.consumes, index=index)
    return Outcome(
        text, fields, index, act.told if text != asked.text else "Nothing changed: that stands there already."
    )


def _new_statement(asked: Asked) -> Outcome:
    typed = asked.fields.of("service", "new")
    prefix = service_named(asked.catalog, typed) if typed else ""
    text = change.add_statement(asked.text, change.new_statement(asked.text))
    index = len(blocks_of(text).blocks) - 1
    fields = asked.fields.moved(lambda place: place).opening(str(index))
    return Outcome(text, fields.filled("service", index, value=prefix), index, "A statement was added.")


def _duplicate(asked: Asked) -> Outcome:
    text = change.duplicate_statement(asked.text, asked.index)
    fields = asked.fields.moved(lambda place: place + (place > asked.index)).opening(str(asked.index + 1))
    return Outcome(text, fields, asked.index + 1, "The statement was duplicated.")


def _remove(asked: Asked) -> Outcome:
    text = change.remove_statement(asked.text, asked.index)
    fields = asked.fields.moved(lambda place: None if place == asked.index else place - (place > asked.index))
    return Outcome(text, fields, None, "The statement was removed.")


# They change how many statements there are, and so the places of the others.
STATEMENT_ACTS: Final[Mapping[str, Callable[[Asked], Outcome]]] = {
    "add-statement": _new_statement,
    "duplicate": _duplicate,
    "remove": _remove,
}


def is_number(text: str) -> bool:
    """Short, so that nobody makes Python read a long one."""
    return text.isdecimal() and text.isascii() and len(text) <= 6  # noqa: PLR2004 (more than any text has statements)
