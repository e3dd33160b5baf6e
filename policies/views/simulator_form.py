"""The question to the simulator: fields of the form, and what belongs to the policies and keys that were found."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.http import urlencode

from iamconsole.forms import Tiles
from operations.simulated_policies import KEY_LENGTH, SimulatedPolicy, fault_in
from operations.simulation import MOST_ACTIONS, AskedKey
from policies.catalog import catalog
from policies.forms import CASE, holder_field, resource_field, text_field

# Names of fields for each policy and each condition key: `draft-3f…`, `context-aws:SourceIp`.
DRAFT, CONTEXT = "draft-", "context-"
# How long the name of a condition key may be.
KEY_NAMES = range(5, 257)
TEXTS = ("policy_document", "boundary_document", "resource_policy_document")
HOLDERS = {"user": "user_name", "group": "group_name", "role": "role_name"}
KEPT = ("subject", *HOLDERS.values(), "resource_arn", *TEXTS)


class SimulatorForm(forms.Form):
    """Who, what and under which circumstances; policies and keys have fields of their own beside it."""

    subject = forms.ChoiceField(
        label="Whose policies",
        choices=[
            ("user", "A user"),
            ("group", "A user group"),
            ("role", "A role"),
            ("nobody", "Only a new policy"),
        ],
        widget=Tiles(
            {
                "user": "All the user has, to change and leave out.",
                "group": "For somebody who has only this group.",
                "role": "For whoever has assumed the role.",
                "nobody": "A text of your own and nothing else.",
            }
        ),
        initial="user",
    )
    user_name = holder_field("User name")
    group_name = holder_field("Group name")
    role_name = holder_field("Role name")
    policy_document = text_field("New policy", "Counts on top of the policies above. It is not saved.")
    boundary_document = text_field("Permissions boundary", "Counts in place of the holder's own boundary.")
    resource_policy_document = text_field(
        "Resource policy", "The policy of the resource: it names principals."
    )
    action_name = forms.CharField(
        label="Add actions",
        required=False,
        max_length=2000,
        widget=forms.TextInput({"list": "actions", "placeholder": "s3:GetObject", **CASE}),
        help_text="Service and name. Several with spaces between, or a pattern such as `s3:Get*`.",
    )
    resource_arn = resource_field()

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        name = HOLDERS.get(given.get("subject", ""))
        if name and not given.get(name) and name not in self.errors:
            self.add_error(name, "Say whose policies to simulate.")
        for field in TEXTS:
            given[field] = given.get(field, "").replace("\r\n", "\n")
            if given[field].strip() and (fault := fault_in(given[field])):
                self.add_error(field, fault)
        return given

    def clean_action_name(self) -> str:
        typed: str = self.cleaned_data["action_name"]
        if unknown := [name for name in names_in(typed) if not catalog().has_action(name)]:
            meant = catalog().nearest_action(unknown[0]) if ":" in unknown[0] else None
            advice = f" Did you mean `{meant}`?" if meant else " Write service and name: `s3:GetObject`."
            raise forms.ValidationError(f"There is no action `{unknown[0]}`.{advice}")
        return typed


def names_in(text: str) -> list[str]:
    return text.replace(",", " ").split()


@dataclass(frozen=True)
class Question:
    """What was asked, from the address or from the form that was sent."""

    data: QueryDict

    @cached_property
    def form(self) -> SimulatorForm:
        return SimulatorForm(self.data if "subject" in self.data else None, initial=self._started())

    def _started(self) -> dict[str, str]:
        return {"action_name": self.data.get("action", "")}

    @cached_property
    def excluded(self) -> tuple[str, ...]:
        """A box that is not ticked sends nothing, so the form says which boxes there were."""
        shown, ticked = self.data.getlist("shown"), self.data.getlist("policies")
        return tuple({*self.data.getlist("excluded"), *shown} - {*ticked})

    @cached_property
    def drafts(self) -> dict[str, str]:
        """The wordings sent for policies, by their keys."""
        names = [name for name in self.data if name.startswith(DRAFT)]
        sent = {name.removeprefix(DRAFT): str(self.data[name]).replace("\r\n", "\n") for name in names}
        return {key: text for key, text in sent.items() if text.strip() and len(key) == KEY_LENGTH}

    @cached_property
    def faults(self) -> dict[str, str]:
        """What is wrong with the wordings, by the keys of their policies."""
        found = {key: fault_in(text) for key, text in self.drafts.items()}
        return {key: fault for key, fault in found.items() if fault}

    @cached_property
    def patterns(self) -> tuple[str, ...]:
        """The actions chosen before and those just typed."""
        typed = names_in(self.data.get("action_name", "")) if not self.form.errors.get("action_name") else []
        chosen = [name for name in self.data.getlist("action") if catalog().has_action(name)]
        return tuple(dict.fromkeys([*chosen, *typed]))

    @cached_property
    def action_names(self) -> tuple[str, ...]:
        names = [name for text in self.patterns for name in catalog().actions_matching(text)]
        return tuple(dict.fromkeys(names))

    @property
    def is_too_wide(self) -> bool:
        return len(self.action_names) > MOST_ACTIONS

    @cached_property
    def context(self) -> dict[str, tuple[str, ...]]:
        """The values given, one a line."""
        names = [name for name in self.data if name.startswith(CONTEXT)]
        lines = {name.removeprefix(CONTEXT): _lines(self.data.getlist(name)) for name in names}
        return {key: values for key, values in lines.items() if values and len(key) in KEY_NAMES}

    @property
    def names_holder(self) -> bool:
        """Whether it is clear whom the question is about, whatever else is wrong with it."""
        return self.form.is_bound and not {"subject", *HOLDERS.values()} & self.form.errors.keys()

    @property
    def is_valid(self) -> bool:
        return self.form.is_valid() and not self.faults and not self.is_too_wide

    def parameters(self) -> dict[str, Any]:
        """Those of the operation. What is faulty is left out, and then nothing is asked either."""
        given = self.form.cleaned_data
        texts = {name: given.get(name, "") for name in TEXTS if name not in self.form.errors}
        return {
            **{
                name: given.get(name) if given.get("subject") == kind else None
                for kind, name in HOLDERS.items()
            },
            **{name: text if text.strip() else None for name, text in texts.items()},
            "excluded_policies": self.excluded,
            "edited_policies": [
                {"PolicyKey": key, "PolicyDocument": text}
                for key, text in self.drafts.items()
                if key not in self.faults
            ],
            "action_names": self.action_names if self.is_valid else (),
            "resource_arn": given.get("resource_arn") or None,
            "context_entries": [
                {"ContextKeyName": key, "ContextKeyValues": values} for key, values in self.context.items()
            ],
        }

    def query(self, policies: Sequence[SimulatedPolicy]) -> str:
        """The whole question as an address has it. Drafts that say what is stored are not carried along."""
        return urlencode(list(self._pairs(policies)))

    def _pairs(self, policies: Sequence[SimulatedPolicy]) -> Iterator[tuple[str, str]]:
        given = self.form.cleaned_data
        yield from ((name, given[name]) for name in KEPT if given.get(name))
        yield from (("excluded", policy.key) for policy in policies if policy.is_excluded)
        yield from ((DRAFT + policy.key, policy.draft) for policy in policies if policy.draft)
        yield from (("action", pattern) for pattern in self.patterns)
        yield from ((CONTEXT + key, value) for key, values in self.context.items() for value in values)


@dataclass(frozen=True, slots=True)
class KeyField:
    """A condition key to ask for, with an input that fits its type."""

    asked: AskedKey

    @property
    def name(self) -> str:
        return CONTEXT + self.asked.name

    @property
    def is_switch(self) -> bool:
        return self.asked.operators == {"bool"}

    @property
    def value(self) -> str:
        return "\n".join(self.asked.values)

    @property
    def hint(self) -> str:
        """What to write, and what counts while nothing is written."""
        written = next(
            (hint for start, hint in HINTS.items() if self._stands_under(start)), "One value a line."
        )
        return f"{written} Empty, it is `{self.asked.assumed[0]}`." if self.asked.assumed else written

    def _stands_under(self, start: str) -> bool:
        return any(operator.startswith(start) for operator in self.asked.operators)


HINTS = {
    "date": "A date and time, such as `2026-05-17T08:00:00Z`.",
    "ipaddress": "An IP address, such as `203.0.113.7`.",
    "notipaddress": "An IP address, such as `203.0.113.7`.",
    "numeric": "A number.",
    "arn": "An ARN.",
}


def _lines(values: Sequence[str]) -> tuple[str, ...]:
    return tuple(line.strip() for value in values for line in value.splitlines() if line.strip())
