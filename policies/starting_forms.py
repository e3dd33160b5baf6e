"""The forms of the pages that a policy can be begun from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from django import forms
from django.http import QueryDict

from iamconsole.forms import Tiles
from policies.catalog import catalog
from policies.forms import CASE
from policies.starting.parameters import LONGEST, Parameter, Value
from policies.starting.templates import CATEGORIES, Template

# Five AWS managed policies fill most quotas; each one is read when it is imported.
MOST_IMPORTED: Final = 10
LONGEST_LIST: Final = 4_000
USUAL_DAYS: Final = 30
MOST_DAYS: Final = 90


class ImportForm(forms.Form):
    """The managed policies to import, by their ARNs."""

    def __init__(self, data: QueryDict | None = None) -> None:
        super().__init__(data)
        self.chosen = list(dict.fromkeys(data.getlist("policies"))) if data is not None else []

    def clean(self) -> dict[str, Any]:
        if not self.chosen:
            raise forms.ValidationError("Choose at least one policy to import.")
        if len(self.chosen) > MOST_IMPORTED:
            raise forms.ValidationError(f"Import at most {MOST_IMPORTED} policies at once.")
        return super().clean() or self.cleaned_data


class TemplatesFilterForm(forms.Form):
    """What narrows the library; a category that there is not narrows nothing."""

    text = forms.CharField(
        required=False,
        max_length=256,
        widget=forms.TextInput(
            {
                "type": "search",
                "aria-label": "Search templates",
                "placeholder": "What should be allowed? Words or actions",
                **CASE,
            }
        ),
    )
    category = forms.ChoiceField(
        required=False,
        choices=[("", "All categories"), *((each, each) for each in CATEGORIES)],
        widget=forms.Select({"class": "auto", "aria-label": "Category"}),
    )

    @property
    def asked(self) -> tuple[str, str]:
        self.is_valid()
        return self.cleaned_data.get("text", ""), self.cleaned_data.get("category", "")


class ParameterField(forms.CharField):
    """A value that a template leaves open, checked as the template says."""

    def __init__(self, parameter: Parameter, initial: str, *, required: bool = True) -> None:
        area = forms.Textarea({"rows": 3, "placeholder": parameter.sample, **CASE})
        line = forms.TextInput({"placeholder": parameter.sample, **CASE})
        super().__init__(
            label=parameter.label,
            required=required,
            help_text=parameter.help,
            initial=initial,
            max_length=LONGEST_LIST if parameter.is_list else LONGEST,
            widget=area if parameter.is_list else line,
        )
        self.parameter = parameter

    def clean(self, value: Any) -> Any:
        read = self.parameter.read(super().clean(value))
        if not read and not self.required:
            return read
        if problem := self.parameter.problem(read, catalog().regions):
            raise forms.ValidationError(problem)
        return read


class TemplateForm(forms.Form):
    """The values that a template leaves open, a field for each."""

    def __init__(self, data: Mapping[str, Any] | None = None, *, template: Template, account_id: str) -> None:
        """Account ids begin as the caller's."""
        super().__init__(data)
        for each in template.parameters:
            self.fields[each.name] = ParameterField(
                each, account_id if each.kind == "account" else each.default
            )

    @property
    def values(self) -> dict[str, Value]:
        return dict(self.cleaned_data)

    @property
    def fitting(self) -> dict[str, Value]:
        """The values that fit so far; before anything is sent, those that the fields begin with."""
        if self.is_bound:
            self.is_valid()
            return dict(self.cleaned_data)
        return {
            name: field.clean(field.initial)
            for name, field in self.fields.items()
            if isinstance(field, ParameterField) and field.initial
        }


class PeriodForm(forms.Form):
    """How far back to look; anything that is not offered is the usual period."""

    days = forms.IntegerField(
        label="Days",
        required=False,
        min_value=1,
        max_value=MOST_DAYS,
        widget=forms.NumberInput(
            {"class": "auto", "aria-label": "Days to look back", "min": 1, "max": MOST_DAYS}
        ),
    )

    @property
    def asked(self) -> int:
        return (self.cleaned_data.get("days") if self.is_valid() else None) or USUAL_DAYS


class ActivityForm(forms.Form):
    """Which of the used actions to allow, and how closely their resources are meant."""

    resources = forms.ChoiceField(
        label="Resources",
        choices=[("exact", "As recorded"), ("any", "Any of their kind")],
        widget=Tiles(
            {
                "exact": "Only those that were worked on.",
                "any": "A star in place of names, for those to come too.",
            }
        ),
        initial="exact",
    )

    def __init__(self, data: QueryDict | None = None, *, actions: Sequence[str]) -> None:
        """All are chosen until something is sent."""
        super().__init__(data)
        sent = set(data.getlist("action")) if data is not None else set(actions)
        self.chosen = [action for action in actions if action in sent]

    @property
    def is_exact(self) -> bool:
        return bool(self["resources"].value() != "any")

    def clean(self) -> dict[str, Any]:
        if not self.chosen:
            raise forms.ValidationError("Choose at least one action.")
        return super().clean() or self.cleaned_data
