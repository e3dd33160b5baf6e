"""The form of a policy from plain choices: what to do with a service, on which resources, and when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from django import forms

from iamconsole.forms import Tiles
from policies.catalog import AccessLevel, Service
from policies.forms import CASE
from policies.starting.choices import Choice, Resource, Terms, arn_of, fitting_types, name_hint
from policies.starting.parameters import Parameter
from policies.starting_forms import ParameterField

PREFIX: Final = "resources"
MOST_ROWS: Final = 20
BLANK_ROWS: Final = 2
LEVELS: Final = {
    AccessLevel.LIST: ("See which there are", "List"),
    AccessLevel.READ: ("Open and look at them", "Read"),
    AccessLevel.WRITE: ("Create, change and delete", "Write"),
    AccessLevel.TAGGING: ("Set and remove tags", "Tagging"),
    AccessLevel.PERMISSIONS_MANAGEMENT: ("Decide who has access", "Permissions management"),
}
REGION: Final = Parameter(
    "region", "region", "Region", "eu-central-1", "Of the resources above; empty for every region."
)
ACCOUNT: Final = Parameter("account_id", "account", "Account ID", "", "Empty for every account.")
RANGES: Final = Parameter(
    "ranges", "cidr_list", "Only from these addresses", "203.0.113.0/24", "One range in a line."
)
TAG_KEY: Final = Parameter(
    "tag_key", "tag_key", "Only resources with the tag", "project", "The key of the tag."
)
TAG_VALUE: Final = Parameter("tag_value", "tag_value", "Value of the tag", "website")


class ResourceForm(forms.Form):
    """One resource: its type, and its name as the ARN goes on after its fixed part."""

    kind = forms.ChoiceField(label="Type", required=False)
    name = forms.CharField(label="Name", required=False, max_length=1024, widget=forms.TextInput(CASE))

    def __init__(self, *args: Any, service: Service, **more: Any) -> None:
        super().__init__(*args, **more)
        self.kinds = {kind.name: kind for kind in fitting_types(service, frozenset())}
        offered = [(name, f"{name}: {name_hint(kind)}".rstrip(": ")) for name, kind in self.kinds.items()]
        self.fields["kind"] = forms.ChoiceField(
            label="Type", required=False, choices=[("", "Choose a type"), *offered]
        )

    def clean(self) -> dict[str, Any]:
        """The name has to fit the type; whether there is such a resource nobody here knows."""
        given = super().clean() or self.cleaned_data
        kind = self.kinds.get(given.get("kind", ""))
        if given.get("name") and kind is None:
            self.add_error("kind", "Choose what this is the name of.")
        elif kind is not None and not arn_of(kind, given.get("name", "")):
            self.add_error("name", f"Write it as `{name_hint(kind)}`, with `*` for any, or a whole ARN.")
        return given

    def resource(self, region: str, account_id: str) -> Resource | None:
        kind = self.kinds.get(self.cleaned_data.get("kind", "")) if self.is_valid() else None
        if kind is None:
            return None
        name = self.cleaned_data["name"]
        return Resource(kind.name, arn_of(kind, name, region=region, account_id=account_id))


if TYPE_CHECKING:
    ResourceFormSet = forms.BaseFormSet[ResourceForm]
else:
    ResourceFormSet = forms.BaseFormSet


def resource_rows(data: Mapping[str, Any] | None, service: Service) -> ResourceFormSet:
    made: type[ResourceFormSet] = forms.formset_factory(
        ResourceForm, extra=BLANK_ROWS, max_num=MOST_ROWS, absolute_max=MOST_ROWS
    )
    return made(data, prefix=PREFIX, form_kwargs={"service": service})


class ChoicesForm(forms.Form):
    """What to do, and when it counts. The resources are rows of their own: `rows`."""

    levels = forms.MultipleChoiceField(
        choices=[(level.value, words) for level, (words, _) in LEVELS.items()],
        error_messages={"required": "Choose what to do."},
    )
    scope = forms.ChoiceField(
        label="On which resources",
        choices=[("all", "All of them"), ("named", "Only those named below")],
        widget=Tiles({"all": "Those made later too.", "named": "By their names or ARNs."}),
        initial="all",
    )
    mfa = forms.BooleanField(label="Only after signing in with MFA", required=False)
    is_short = forms.BooleanField(
        label="Shorten the actions with wildcards",
        required=False,
        help_text="`Get*` in place of every action that begins so. Actions that AWS adds later come along.",
    )

    def __init__(self, data: Mapping[str, Any] | None = None, *, service: Service, account_id: str) -> None:
        super().__init__(data)
        self.service = service
        self.rows = resource_rows(data, service)
        for each in (REGION, ACCOUNT, RANGES, TAG_KEY, TAG_VALUE):
            self.fields[each.name] = ParameterField(
                each, account_id if each is ACCOUNT else "", required=False
            )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if bool(given.get("tag_key")) != bool(given.get("tag_value")):
            self.add_error("tag_value" if given.get("tag_key") else "tag_key", "A tag has a key and a value.")
        if self.is_named and not self.resources:
            self.add_error("scope", "Name at least one resource.")
        return given

    @property
    def is_named(self) -> bool:
        return self.data.get("scope") == "named" and bool(self.service.resource_types)

    @property
    def resources(self) -> Sequence[Resource]:
        region, account = self.cleaned_data.get("region", ""), self.cleaned_data.get("account_id", "")
        found = [row.resource(region, account) for row in self.rows] if self.rows.is_bound else []
        return [each for each in found if each is not None]

    @property
    def is_complete(self) -> bool:
        """Whether all of it fits; rows without an error of the form's own count too."""
        return self.is_valid() and (not self.is_named or self.rows.is_valid())

    @property
    def choice(self) -> Choice:
        """What was chosen, as far as it fits."""
        given = self.cleaned_data
        terms = Terms(
            given.get("mfa", False),
            given.get("ranges") or (),
            given.get("tag_key", "") if given.get("tag_value") else "",
            given.get("tag_value", ""),
        )
        levels = frozenset(map(AccessLevel, given.get("levels", [])))
        resources = self.resources if self.is_named else ()
        return Choice(self.service, levels, resources, terms, given.get("is_short", False))
