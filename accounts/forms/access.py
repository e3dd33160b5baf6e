"""A question to the engine: one action, one resource, with or without a second factor."""

from __future__ import annotations

from django import forms
from django.http import QueryDict

from iamconsole.forms import Tiles
from operations.shapes import shape_of

PLAIN = {"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}


class AccessForm(forms.Form):
    action_name = forms.CharField(
        label="Action",
        max_length=int(shape_of("iamconsole:CheckAccess", "action_name").metadata["max"]),
        help_text="One action with its service, such as `s3:GetObject`.",
        widget=forms.TextInput(PLAIN),
    )
    resource_arn = forms.CharField(
        label="Resource",
        required=False,
        max_length=int(shape_of("iamconsole:CheckAccess", "resource_arn").metadata["max"]),
        help_text="An ARN, such as `arn:aws:s3:::bucket/receipts/1`. Empty asks about `*`.",
        widget=forms.TextInput(PLAIN),
    )
    mfa = forms.ChoiceField(
        label="Signed in",
        choices=[("yes", "With MFA"), ("no", "Without MFA")],
        initial="yes",
        widget=Tiles({"yes": "With a code, as the console asks.", "no": "With the password alone."}),
    )

    def __init__(self, data: QueryDict | None = None) -> None:
        """An address that does not tell about the second factor asks with one, as everybody here has one."""
        super().__init__({"mfa": "yes", **data.dict()} if data is not None else None)

    def clean_resource_arn(self) -> str | None:
        return self.cleaned_data["resource_arn"] or None

    def clean_mfa(self) -> bool:
        told: str = self.cleaned_data["mfa"]
        return told != "no"
