"""What account settings and the account page ask for. Lengths, ranges and patterns come from the service model."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.validators import RegexValidator

from accounts.models import PasswordPolicy
from accounts.models.account import SupportPlan
from accounts.signin.forms import CodeField, PasswordField, TwiceForm, longest
from iamconsole.forms import Tiles
from operations.shapes import shape_of

DEFAULT, CUSTOM = "default", "custom"
KINDS = {DEFAULT: "IAM default", CUSTOM: "Custom"}
KIND_HINTS = {
    DEFAULT: "Eight characters of three kinds; passwords never expire.",
    CUSTOM: "Rules of your own, for every IAM user of the account.",
}
PLAN_HINTS = {
    SupportPlan.BASIC.value: "Help pages, and an administrator who has time",
    SupportPlan.DEVELOPER.value: "An answer within a working day",
    SupportPlan.BUSINESS.value: "An answer within an hour, day and night",
    SupportPlan.ENTERPRISE.value: "Somebody who knows your shop by name",
}
POLICY = "iam:UpdateAccountPasswordPolicy"
ALIAS = "iam:CreateAccountAlias"


def number(operation: str, parameter: str, label: str, **options: Any) -> forms.IntegerField:
    """A whole number within the range of the model."""
    limits = shape_of(operation, parameter).metadata
    widget = forms.NumberInput({"class": "short", "inputmode": "numeric"})
    return forms.IntegerField(
        label=label, min_value=limits["min"], max_value=limits["max"], widget=widget, **options
    )


def box(label: str, help_text: str = "") -> forms.BooleanField:
    return forms.BooleanField(label=label, required=False, help_text=help_text)


class PasswordPolicyForm(forms.Form):
    """The fields bear the names of the operation's parameters; `kind` says whether they count at all."""

    # Whoever chooses IAM's default need not fill in the rest.
    use_required_attribute = False

    kind = forms.ChoiceField(label="Password policy", choices=KINDS, widget=Tiles(KIND_HINTS))
    minimum_password_length = number(
        POLICY, "minimum_password_length", "Minimum length", help_text="6 to 128 characters"
    )
    require_uppercase_characters = box("Require at least one uppercase letter (A to Z)")
    require_lowercase_characters = box("Require at least one lowercase letter (a to z)")
    require_numbers = box("Require at least one number")
    require_symbols = box("Require at least one symbol (! @ # $ % ^ & * ( ) _ + - = [ ] { } | ')")
    max_password_age = number(
        POLICY,
        "max_password_age",
        "Days until a password expires",
        required=False,
        help_text="1 to 1,095 days. Leave it empty, and passwords never expire.",
    )
    hard_expiry = box("An expired password needs an administrator to reset it")
    allow_users_to_change_password = box(
        "Let users change their own password", "They need no policy for it. A Deny still holds."
    )
    password_reuse_prevention = number(
        POLICY,
        "password_reuse_prevention",
        "Former passwords that cannot be used again",
        required=False,
        help_text="1 to 24. Leave it empty, and every password may come back.",
    )

    @classmethod
    def initial_of(cls, policy: PasswordPolicy | None) -> dict[str, object]:
        """The policy in force; without one, the default with a sensible custom policy behind it."""
        if policy is None:
            return {"kind": DEFAULT, "minimum_password_length": 8, "allow_users_to_change_password": True}
        rules = {name: getattr(policy, name) for name in cls.base_fields if name != "kind"}
        return {"kind": CUSTOM, **rules}

    @property
    def is_custom(self) -> bool:
        return bool(self.cleaned_data["kind"] == CUSTOM)

    @property
    def rules(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if name != "kind"}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("kind") == DEFAULT:
            self._drop_errors_of_the_rest()
            return cleaned
        if cleaned.get("hard_expiry") and not cleaned.get("max_password_age"):
            self.add_error("hard_expiry", "Only a password that expires can need a reset: type the days too.")
        return cleaned

    def _drop_errors_of_the_rest(self) -> None:
        for name in [name for name in self.errors if name != "kind"]:
            del self.errors[name]


class AliasForm(forms.Form):
    account_alias = forms.CharField(
        label="Account alias",
        min_length=shape_of(ALIAS, "account_alias").metadata["min"],
        max_length=longest(ALIAS, "account_alias"),
        validators=[
            RegexValidator(
                re.compile(shape_of(ALIAS, "account_alias").metadata["pattern"] + r"\Z"),
                "Use lowercase letters, digits and single hyphens; begin and end with a letter or a digit.",
            )
        ],
        help_text="3 to 63 lowercase letters, digits and hyphens. Nobody else in this console may have it.",
        widget=forms.TextInput({"autocapitalize": "none", "spellcheck": "false", "class": "short"}),
    )


class SignInSettingsForm(forms.Form):
    mfa_grace_days = number(
        "iamconsole:UpdateSignInSettings",
        "mfa_grace_days",
        "Days of grace for new users",
        help_text="0 to 90 days after their creation in which IAM users may sign in without an MFA device.",
    )


class AccountNameForm(forms.Form):
    account_name = forms.CharField(
        label="Account name", max_length=longest("iamconsole:UpdateAccountName", "account_name")
    )


class EmailForm(forms.Form):
    email_address = forms.EmailField(
        label="New e-mail address",
        max_length=longest("iamconsole:RequestEmailChange", "email_address"),
        widget=forms.EmailInput({"autocomplete": "email"}),
    )
    password = PasswordField("Root password")


class EmailCodeForm(forms.Form):
    code = CodeField(label="Code from the message")


class RootPasswordForm(TwiceForm):
    old_password = PasswordField("Current password")
    new_password = PasswordField("New password", "new-password")
    confirm_password = PasswordField("The new password again", "new-password")


class SupportPlanForm(forms.Form):
    support_plan = forms.ChoiceField(
        label="Support plan", choices=SupportPlan.choices, widget=Tiles(PLAN_HINTS)
    )


def bound(data: Mapping[str, Any], method: str | None) -> Mapping[str, Any] | None:
    """What a form is filled with: only a sent one has anything."""
    return data if method == "POST" else None
