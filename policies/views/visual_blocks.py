"""A block of the Visual view as its templates show it: only what is open is worked out."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from textwrap import dedent
from typing import Final

from policies.authoring import Block, CannotChange, WrittenCondition
from policies.authoring.arn_patterns import patterns_of, prefilled
from policies.authoring.choices import (
    ActionChoice,
    LevelChoice,
    Needs,
    ServiceChoice,
    TypeRow,
    needs_of,
    service_choice,
)
from policies.authoring.condition_forms import MFA_KEY, KeyForm, fitting_keys, key_form
from policies.catalog import Catalog
from policies.completion.suggestions import Suggestion
from policies.engine.patterns import fold
from policies.summary import NEGATIONS, OPERATOR_WORDS, QUALIFIER_WORDS
from policies.validation.operators import Operator
from policies.views.visual_changes import arn_values
from policies.views.visual_fields import Fields

# So many services of one statement are shown with their actions, and so many names in a sentence.
MOST_SERVICES: Final = 12
MOST_FOUND: Final = 50
MOST_NAMED: Final = 5
MOST_HINTED: Final = 3
MOST_VALUES: Final = 12
MOST_LISTED: Final = 200
_GRANTS: Final = "Grants permission to "


@dataclass(frozen=True)
class ActionRow:
    choice: ActionChoice

    @property
    def name(self) -> str:
        return self.choice.action.name

    @property
    def short(self) -> str:
        return self.name.partition(":")[2]

    @property
    def description(self) -> str:
        text = self.choice.action.description.removeprefix(_GRANTS)
        return text[:1].upper() + text[1:]


@dataclass(frozen=True)
class LevelView:
    choice: LevelChoice
    prefix: str
    is_open: bool

    @property
    def spot(self) -> str:
        return f"{self.prefix}/{self.choice.slug}"

    @property
    def state(self) -> str:
        """What a check box of the level shows: true, false or mixed."""
        if self.choice.is_all:
            return "true"
        return "mixed" if self.choice.chosen_count else "false"

    @property
    def named(self) -> str:
        """The first of those chosen, so that a closed list says what is in it."""
        if self.choice.is_all:
            return ""
        chosen = [ActionRow(choice).short for choice in self.choice.choices if choice.is_chosen]
        return ", ".join(chosen[:MOST_HINTED]) + (", …" if len(chosen) > MOST_HINTED else "")

    @property
    def rows(self) -> list[ActionRow]:
        return [ActionRow(choice) for choice in self.choice.choices] if self.is_open else []


@dataclass(frozen=True)
class ServiceView:
    choice: ServiceChoice
    levels: tuple[LevelView, ...]
    words: str

    @property
    def others(self) -> tuple[tuple[str, int], ...]:
        return self.choice.others[:MOST_LISTED]

    @property
    def hidden_others(self) -> int:
        return max(0, len(self.choice.others) - MOST_LISTED)

    @cached_property
    def matching(self) -> list[ActionRow]:
        return [ActionRow(choice) for choice in self.choice.matching(self.words)] if self.words else []

    @property
    def found(self) -> list[ActionRow]:
        return self.matching[:MOST_FOUND]

    @property
    def hidden_count(self) -> int:
        return max(0, len(self.matching) - MOST_FOUND)


@dataclass(frozen=True, slots=True)
class ArnField:
    label: str
    value: str
    is_any: bool


@dataclass(frozen=True)
class TypeView:
    row: TypeRow
    is_open: bool
    fields: tuple[ArnField, ...]
    pasted: str

    @property
    def spot(self) -> str:
        return f"{self.row.prefix}/{self.row.kind.name}"

    @property
    def slug(self) -> str:
        """The same in the names of fields."""
        return f"{self.row.prefix}-{self.row.kind.name}"


@dataclass(frozen=True)
class ConditionView:
    written: WrittenCondition

    @property
    def _operator(self) -> Operator:
        return Operator.of(self.written.operator)

    @property
    def subject(self) -> str:
        """What comes before the key: each value of, any value of."""
        return QUALIFIER_WORDS.get(fold(self._operator.qualifier or ""), "")

    @property
    def verb(self) -> str:
        if self._operator.name == "Null":
            is_absent = "true" in [value.lower() for value in self.written.values]
            return "is absent" if is_absent else "is present"
        return OPERATOR_WORDS.get(fold(self._operator.name), f"fulfils {self.written.operator}")

    @property
    def values(self) -> tuple[str, ...]:
        return () if self._operator.name == "Null" else self.written.values[:MOST_LISTED]

    @property
    def hidden_count(self) -> int:
        return max(0, len(self.written.values) - MOST_LISTED)

    @property
    def joint(self) -> str:
        return "and" if self.verb in NEGATIONS else "or"

    @property
    def end(self) -> str:
        return "if it is there" if self._operator.if_exists else ""


@dataclass(frozen=True)
class ConditionForm:
    """The builder: first the key, then what fits it."""

    key: str
    keys: list[Suggestion]
    form: KeyForm | None
    refusal: str
    operator: str
    qualifier: str
    is_if_exists: bool
    value: str
    editing: str

    @property
    def known_values(self) -> tuple[str, ...]:
        return self.form.values[:MOST_VALUES] if self.form else ()

    @property
    def hidden_values(self) -> int:
        return max(0, len(self.form.values) - MOST_VALUES) if self.form else 0


@dataclass(frozen=True)
class BlockView:
    block: Block
    fields: Fields
    catalog: Catalog
    account_id: str
    is_open: bool
    refusal: str = ""
    names: dict[str, str] = field(default_factory=dict)

    @property
    def index(self) -> int:
        return self.block.index

    @property
    def source(self) -> str:
        """The statement as it is written, moved to the margin."""
        first, newline, rest = self.block.source.partition("\n")
        return first + newline + dedent(rest)

    @property
    def services(self) -> str:
        """The services by name, for the head of the block."""
        if self.block.is_except or self.block.is_about_everything:
            return "All services"
        named = [self.names.get(prefix, prefix) for prefix in self._prefixes]
        more = f" and {len(named) - MOST_NAMED} more" if len(named) > MOST_NAMED else ""
        return ", ".join(named[:MOST_NAMED]) + more or "No service yet"

    @property
    def _prefixes(self) -> list[str]:
        """Those of the actions, and the one chosen for a statement that has none yet."""
        hinted = self.fields.of("service", self.index).lower()
        known = [hinted] if not self.block.services and self.catalog.has_service(hinted) else []
        return [*self.block.services, *known]

    @property
    def needs_service(self) -> bool:
        return not self._prefixes and not self.block.is_about_everything

    @property
    def service_typed(self) -> str:
        return self.fields.of("service", self.index)

    @cached_property
    def service_views(self) -> list[ServiceView]:
        choices = (
            service_choice(self.block, prefix, self.catalog) for prefix in self._prefixes[:MOST_SERVICES]
        )
        return [self._service(choice) for choice in choices if choice]

    def _service(self, choice: ServiceChoice) -> ServiceView:
        levels = tuple(
            LevelView(level, choice.prefix, self._is_open(f"level/{choice.prefix}/{level.slug}"))
            for level in choice.levels
        )
        return ServiceView(choice, levels, self.filter)

    def _is_open(self, part: str) -> bool:
        return f"{self.index}/{part}" in self.fields.opened

    @property
    def filter(self) -> str:
        return self.fields.of("filter", self.index)

    @property
    def typed(self) -> str:
        return self.fields.of("typed", self.index)

    @property
    def sid(self) -> str:
        return self.fields.of("sid", self.index) if self.refusal else self.block.sid

    @property
    def loose_actions(self) -> list[str]:
        """Actions that no list of a service shows: of all services, of unknown ones, of too many."""
        shown = {view.choice.prefix for view in self.service_views}
        return [name for name in self.block.actions if fold(name.partition(":")[0]) not in shown][
            :MOST_LISTED
        ]

    @cached_property
    def needs(self) -> Needs:
        return needs_of(self.block, self.catalog)

    @property
    def waiting_named(self) -> str:
        """The actions without a fitting resource, as words with code in backticks."""
        waiting = self.needs.waiting
        more = f" and {len(waiting) - MOST_NAMED} more" if len(waiting) > MOST_NAMED else ""
        return ", ".join(f"`{name}`" for name in waiting[:MOST_NAMED]) + more

    @property
    def is_everywhere(self) -> bool:
        return "*" in (self.block.resources or ())

    @property
    def resources(self) -> tuple[str, ...]:
        return (self.block.resources or ())[:MOST_LISTED]

    @property
    def hidden_resources(self) -> int:
        return max(0, len(self.block.resources or ()) - MOST_LISTED)

    @property
    def resource_typed(self) -> str:
        return self.fields.of("resource", self.index)

    @cached_property
    def types(self) -> list[TypeView]:
        return [self._type(row) for row in self.needs.rows]

    def _type(self, row: TypeRow) -> TypeView:
        spot = f"{row.prefix}/{row.kind.name}"
        is_open = self._is_open(f"arn/{spot}")
        pattern = patterns_of(row.kind)[0]
        known = prefilled(pattern, self.account_id, self.block.resources or (), self.catalog)
        values = arn_values(self.fields, self.index, spot, known) if is_open else []
        fields = tuple(ArnField(label, *value) for label, value in zip(pattern.labels, values, strict=False))
        return TypeView(row, is_open, fields, self.fields.of("paste", self.index, spot.replace("/", "-")))

    @property
    def conditions(self) -> list[ConditionView]:
        return [ConditionView(written) for written in self.block.conditions[:MOST_LISTED]]

    @property
    def has_mfa(self) -> bool:
        return any(fold(written.key) == fold(MFA_KEY) for written in self.block.conditions)

    @property
    def ip_typed(self) -> str:
        return self.fields.of("ip", self.index)

    @property
    def is_condition_open(self) -> bool:
        return self._is_open("condition")

    @property
    def condition_editing(self) -> bool:
        return bool(self.fields.of("editing", self.index))

    @cached_property
    def condition_form(self) -> ConditionForm:
        fields, index = self.fields, self.index
        key, form, refusal = fields.of("key", index), None, ""
        try:
            form = key_form(self.block, self.catalog, key, self.account_id) if key else None
        except CannotChange as error:
            refusal = "" if self.refusal else error.message
        return ConditionForm(
            key,
            fitting_keys(self.block, self.catalog),
            form,
            refusal,
            fields.of("operator", index),
            fields.of("qualifier", index),
            fields.has("if_exists", index),
            fields.of("value", index),
            fields.of("editing", index),
        )
