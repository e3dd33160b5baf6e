"""The forms of the policy pages; limits and patterns are read from the service model."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.http import QueryDict

from iamconsole.forms import Tiles
from operations.quotas import quota
from operations.shapes import shape_of

CASE = {"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}
POLICY_TYPES = (
    ("", "All types"),
    ("customer", "Customer managed"),
    ("aws", "AWS managed"),
    ("job-function", "AWS managed - job function"),
)
USES = (
    ("", "Any use"),
    ("PermissionsPolicy", "Permissions policy"),
    ("PermissionsBoundary", "Boundary"),
    ("nothing", "Not used"),
)
# Whom a question is about, and the parameter that names it.
SUBJECTS = {"user": "user_name", "group": "group_name", "document": "policy_document"}


def name_field(operation: str) -> forms.RegexField:
    """The field for a policy name, with the length and the characters that the operation takes."""
    rules = shape_of(operation, "policy_name").metadata
    return forms.RegexField(
        regex=re.compile(rf"\A(?:{rules['pattern']})\Z", re.ASCII),
        max_length=rules["max"],
        label="Policy name",
        help_text=f"Up to {rules['max']} characters: letters, digits and `+=,.@_-`.",
        error_messages={"invalid": "Use only letters, digits and `+=,.@_-`, without spaces."},
        widget=forms.TextInput(CASE),
    )


class PoliciesFilterForm(forms.Form):
    """What narrows the list of policies; a value that is not offered narrows nothing."""

    text = forms.CharField(
        required=False,
        max_length=256,
        widget=forms.TextInput(
            {"type": "search", "aria-label": "Filter by name", "placeholder": "Filter by name", **CASE}
        ),
    )
    policy_type = forms.ChoiceField(
        required=False, choices=POLICY_TYPES, widget=forms.Select({"class": "auto", "aria-label": "Type"})
    )
    used_as = forms.ChoiceField(
        required=False, choices=USES, widget=forms.Select({"class": "auto", "aria-label": "Used as"})
    )

    @property
    def asked(self) -> dict[str, str | None]:
        given = self.cleaned_data if self.is_valid() or self.is_bound else {}
        return {name: given.get(name) or None for name in self.fields}


class EntitiesForm(forms.Form):
    """The users and groups chosen, each as `user:ana` or `group:Cashiers`."""

    def __init__(self, data: QueryDict | None = None) -> None:
        super().__init__(data)
        self.chosen = pairs(data.getlist("entities")) if data is not None else []

    def clean(self) -> dict[str, Any]:
        if not self.chosen:
            raise forms.ValidationError("Choose at least one user or group.")
        return super().clean() or self.cleaned_data


def pairs(values: Sequence[str]) -> list[tuple[str, str]]:
    """Kind and name of each value that has both."""
    split = [value.split(":", 1) for value in values if value.startswith(("user:", "group:"))]
    return [(kind, name) for kind, name in split]


def holder_field(label: str) -> forms.CharField:
    return forms.CharField(label=label, required=False, max_length=128, widget=forms.TextInput(CASE))


def text_field(label: str, help_text: str = "") -> forms.CharField:
    """A policy's text, typed or pasted."""
    area = forms.Textarea({"rows": 8, "class": "code-area boxed-area", "wrap": "off", **CASE})
    return forms.CharField(label=label, required=False, strip=False, help_text=help_text, widget=area)


def action_field(example: str) -> forms.CharField:
    return forms.CharField(
        label="Action",
        max_length=128,
        widget=forms.TextInput({"list": "actions", "placeholder": example, **CASE}),
        help_text="Service and name, as in `s3:GetObject`.",
    )


def resource_field(
    help_text: str = "An ARN; leave it empty for actions that have no resource.", example: str = "*"
) -> forms.CharField:
    return forms.CharField(
        label="Resource",
        required=False,
        max_length=2048,
        widget=forms.TextInput({"placeholder": example, **CASE}),
        help_text=help_text,
    )


class WhoCanForm(forms.Form):
    """A question about everybody: which action, on which resource."""

    action_name = action_field("iam:CreateUser")
    resource_arn = resource_field("An ARN; empty for any resource of the account.", "Any resource")
    page = forms.IntegerField(required=False, min_value=1, max_value=1_000_000, widget=forms.HiddenInput)

    @property
    def question(self) -> dict[str, Any]:
        """The parameters of the operation that answers."""
        given = self.cleaned_data
        return {
            "action_name": given["action_name"],
            "resource_arn": given["resource_arn"] or None,
            "page": given["page"] or 1,
        }


class CheckAccessForm(forms.Form):
    """A question to the engine: who, which action, which resource, under which circumstances."""

    subject = forms.ChoiceField(
        label="Who",
        choices=[("user", "A user"), ("group", "A user group"), ("document", "A policy you paste")],
        widget=Tiles(
            {
                "user": "With everything the user has.",
                "group": "For somebody who has only this group.",
                "document": "For somebody who has only this text.",
            }
        ),
        initial="user",
    )
    user_name = holder_field("User name")
    group_name = holder_field("Group name")
    policy_document = text_field("Policy document")
    action_name = action_field("s3:GetObject")
    resource_arn = resource_field()
    mfa = forms.BooleanField(label="Signed in with MFA", required=False)
    source_ip = forms.GenericIPAddressField(
        label="From the IP address",
        required=False,
        widget=forms.TextInput({"placeholder": "203.0.113.7", **CASE}),
    )
    current_time = forms.DateTimeField(
        label="At the time (UTC)",
        required=False,
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"],
        widget=forms.DateTimeInput({"type": "datetime-local", "class": "input"}),
    )

    def clean(self) -> dict[str, Any]:
        """The field of the chosen subject has to be filled in."""
        given = super().clean() or self.cleaned_data
        name = SUBJECTS.get(given.get("subject", ""))
        if name and not given.get(name) and name not in self.errors:
            self.add_error(name, "Say whom the question is about.")
        return given

    @property
    def question(self) -> dict[str, Any]:
        """The parameters of the operation that answers."""
        given = self.cleaned_data
        return {
            **self.subject_parameter,
            "action_name": given["action_name"],
            "resource_arn": given["resource_arn"] or None,
            "mfa": given["mfa"],
            "context_entries": self._entries(),
        }

    @property
    def subject_parameter(self) -> dict[str, str]:
        name = SUBJECTS[self.cleaned_data["subject"]]
        return {name: self.pasted or self.cleaned_data[name]}

    @property
    def who(self) -> str:
        """The one asked about, as the answer calls them."""
        given = self.cleaned_data
        if given["subject"] == "user":
            return str(given["user_name"])
        return (
            f"Somebody in {given['group_name']}"
            if given["subject"] == "group"
            else "Somebody with this policy"
        )

    @property
    def pasted(self) -> str:
        """The text that the question is about, when it is not about somebody or something stored."""
        is_meant = self.cleaned_data.get("subject") == "document"
        return str(self.cleaned_data["policy_document"]).replace("\r\n", "\n") if is_meant else ""

    def _entries(self) -> list[dict[str, Any]]:
        source_ip, moment = self.cleaned_data["source_ip"], self.cleaned_data["current_time"]
        entries = {"aws:SourceIp": source_ip} if source_ip else {}
        if moment:
            entries["aws:CurrentTime"] = moment.strftime("%Y-%m-%dT%H:%M:%SZ")
            entries["aws:EpochTime"] = str(int(moment.timestamp()))
        return [{"ContextKeyName": key, "ContextKeyValues": [value]} for key, value in entries.items()]


class CheckPolicyAccessForm(CheckAccessForm):
    """The same question about one managed policy, for somebody who has nothing else."""

    def __init__(self, data: Mapping[str, Any] | None = None, *, policy_arn: str) -> None:
        super().__init__(data)
        self.policy_arn = policy_arn
        for name in ("subject", *SUBJECTS.values()):
            del self.fields[name]

    @property
    def subject_parameter(self) -> dict[str, str]:
        return {"policy_arn": self.policy_arn}

    @property
    def who(self) -> str:
        return "Somebody with this policy"


class DocumentForm(forms.Form):
    """The text of a policy. What is wrong with it is for the checks to say, and none of it is lost."""

    policy_document = forms.CharField(
        label="Policy document",
        strip=False,
        widget=forms.Textarea({"rows": 20, "class": "code-area", "wrap": "off", **CASE}),
        error_messages={"required": "Write the policy first."},
    )
    base_version_id = forms.CharField(required=False, max_length=16, widget=forms.HiddenInput)
    # What the text was begun on: kept by the page itself, for that version may be gone by the time somebody asks.
    base_document = forms.CharField(required=False, strip=False, widget=forms.HiddenInput)
    is_asked = forms.BooleanField(required=False, widget=forms.HiddenInput)
    save_anyway = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)

    def clean_policy_document(self) -> str:
        """Browsers send line ends as CR LF; places in the text are counted without the CR."""
        typed: str = self.cleaned_data["policy_document"]
        return typed.replace("\r\n", "\n")

    def clean_base_document(self) -> str:
        typed: str = self.cleaned_data["base_document"]
        return typed.replace("\r\n", "\n")


class NewPolicyForm(forms.Form):
    """Step 2 of a new managed policy."""

    policy_name = name_field("iam:CreatePolicy")
    description = forms.CharField(
        required=False,
        max_length=shape_of("iam:CreatePolicy", "description").metadata["max"],
        help_text="Up to 1,000 characters. It cannot be changed later.",
        widget=forms.Textarea({"rows": 2}),
    )


class NewInlinePolicyForm(forms.Form):
    """Step 2 of a new inline policy."""

    policy_name = name_field("iam:PutUserPolicy")


class NewVersionForm(forms.Form):
    """Step 2 of an edit: whether the version takes effect, and which one makes room for it."""

    reason = forms.CharField(
        label="Reason",
        required=False,
        max_length=shape_of("iamconsole:RecordVersionReason", "reason").metadata["max"],
        help_text="What the change is for, for whoever reads the versions later. Up to 256 characters.",
    )
    set_as_default = forms.BooleanField(
        label="Set this new version as the default",
        required=False,
        initial=True,
        help_text="Only the default version counts. You can make another one the default later.",
    )

    def __init__(
        self, data: Mapping[str, Any] | None = None, *, droppable: Sequence[tuple[str, str]]
    ) -> None:
        """`droppable` are the versions to choose from when there is no room for one more."""
        super().__init__(data)
        if droppable:
            self.fields["dropped_version_id"] = forms.ChoiceField(
                label="Version to delete",
                choices=droppable,
                widget=Tiles({}),
                initial=droppable[-1][0],
                help_text=f"A policy has at most {quota('VERSIONS_PER_POLICY')} versions, so one has to go.",
            )


class UnchangedForm(forms.Form):
    """A step that asks nothing, where a refusal finds its place all the same."""
