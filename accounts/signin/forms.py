"""What the door asks for. Lengths come from the service model; a wrong name or password is never a field's fault."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.validators import RegexValidator

from accounts import passwords
from iamconsole.forms import OneTimeCodeInput, PasswordInput, Tiles
from operations.shapes import shape_of
from operations.signin import SignInName

USER, ROOT = "user", "root"
KINDS = {USER: "IAM user", ROOT: "Root user"}
KIND_HINTS = {USER: "A person in an account", ROOT: "The owner, by e-mail"}
FIELDS_OF = {USER: ("account", "user_name"), ROOT: ("email_address",)}
ACCOUNT_LENGTH = 63
ACCOUNT = re.compile(rf"[a-z0-9-]{{1,{ACCOUNT_LENGTH}}}", re.ASCII)
GROUPED_ID = re.compile(r"[0-9]{4}-[0-9]{4}-[0-9]{4}", re.ASCII)
IS_CODE = RegexValidator(r"\A[0-9]{6}\Z", "An MFA code is six digits.")


def longest(operation: str, parameter: str) -> int:
    return int(shape_of(operation, parameter).metadata["max"])


def account_named(text: str) -> str:
    """The id or alias as it is kept: a grouped id loses its hyphens; what can be neither becomes empty."""
    lowered = text.strip().lower()
    if GROUPED_ID.fullmatch(lowered):
        return lowered.replace("-", "")
    return lowered if ACCOUNT.fullmatch(lowered) else ""


class CodeField(forms.CharField):
    """Six digits. The spaces of a pasted code fall away here, before anything is compared."""

    widget = OneTimeCodeInput

    def __init__(self, label: str, *, is_first: bool = False) -> None:
        self.is_first = is_first
        super().__init__(label=label, validators=[IS_CODE])

    def to_python(self, value: Any) -> str:
        return "".join(str(super().to_python(value)).split())

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        digits = {"pattern": "[0-9]{6}", "title": "Six digits", "autofocus": self.is_first}
        return {**super().widget_attrs(widget), **digits}


class PasswordField(forms.CharField):
    """A password as it was typed: its spaces count."""

    def __init__(self, label: str, autocomplete: str = "current-password") -> None:
        widget = PasswordInput(autocomplete)
        super().__init__(label=label, strip=False, max_length=passwords.MAXIMUM_LENGTH, widget=widget)


class TwiceForm(forms.Form):
    """A form in which the new password, the field `twice`, is typed a second time."""

    twice = "new_password"

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        first, second = cleaned.get(self.twice), cleaned.get("confirm_password")
        if first and second and first != second:
            self.add_error("confirm_password", "The two passwords differ. Type the same one twice.")
        return cleaned


class SignInForm(forms.Form):
    """Both ways in are one form, so that it works without script; only the chosen way is asked to be complete."""

    # Fields of the way not chosen are out of sight, where a browser could not say what it misses.
    use_required_attribute = False

    kind = forms.ChoiceField(label="Who is signing in", choices=KINDS, initial=USER, widget=Tiles(KIND_HINTS))
    account = forms.CharField(
        label="Account ID or alias",
        error_messages={"required": "Type the account ID or its alias."},
        widget=forms.TextInput(
            {"autocomplete": "organization", "autocapitalize": "none", "spellcheck": "false"}
        ),
    )
    user_name = forms.CharField(
        label="IAM user name",
        error_messages={"required": "Type your user name."},
        widget=forms.TextInput({"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}),
    )
    email_address = forms.CharField(
        label="Root user e-mail address",
        error_messages={"required": "Type the e-mail address of the account."},
        widget=forms.EmailInput({"autocomplete": "email"}),
    )
    password = PasswordField("Password")
    remember = forms.BooleanField(
        label="Remember this account on this computer", required=False, initial=True
    )
    next = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        account: str = "",
        is_fixed: bool = False,
        **initial: str,
    ) -> None:
        super().__init__(data, initial={"account": account, **initial})
        # The account of the address holds, whatever comes with the form.
        self.fields["account"].disabled = is_fixed

    def clean_account(self) -> str:
        return account_named(self.cleaned_data["account"])

    def clean(self) -> dict[str, Any]:
        """What the way not chosen would need is nobody's fault."""
        cleaned = super().clean() or self.cleaned_data
        other = ROOT if cleaned.get("kind") == USER else USER
        for name in FIELDS_OF[other]:
            self.errors.pop(name, None)
        return cleaned

    @property
    def who(self) -> SignInName:
        told = self.cleaned_data
        if told["kind"] == ROOT:
            return SignInName(email=told["email_address"])
        return SignInName(account=told["account"], user_name=told["user_name"])


class SignUpForm(TwiceForm):
    twice = "password"

    account_name = forms.CharField(
        label="Account name",
        max_length=longest("iamconsole:SignUp", "account_name"),
        help_text="What it is for: the name of a shop, a team or a project. It can be changed later.",
        widget=forms.TextInput({"autocomplete": "organization"}),
    )
    email_address = forms.EmailField(
        label="Root user e-mail address",
        max_length=longest("iamconsole:SignUp", "email_address"),
        help_text="The root user, the owner of the account, signs in with it.",
        widget=forms.EmailInput({"autocomplete": "email"}),
    )
    password = PasswordField("Root user password", "new-password")
    confirm_password = PasswordField("The password again", "new-password")


class CodeForm(forms.Form):
    authentication_code = CodeField("MFA code", is_first=True)


class ProofForm(forms.Form):
    """The password, for whoever has no device to show a code."""

    password = PasswordField("Password")


class EnrolmentForm(forms.Form):
    virtual_mfa_device_name = forms.CharField(
        label="Device name",
        max_length=longest("iamconsole:EnrolMFADevice", "virtual_mfa_device_name"),
        help_text="Letters, digits and `+=,.@_-`",
        validators=[RegexValidator(r"\A[A-Za-z0-9+=,.@_-]+\Z", "Use letters, digits and `+=,.@_-` only.")],
        widget=forms.TextInput({"autocomplete": "off", "spellcheck": "false", "class": "short"}),
    )
    authentication_code1 = CodeField("MFA code 1")
    authentication_code2 = CodeField("MFA code 2")


class ExpiredPasswordForm(TwiceForm):
    old_password = PasswordField("Old password")
    new_password = PasswordField("New password", "new-password")
    confirm_password = PasswordField("The new password again", "new-password")


class ResetRequestForm(forms.Form):
    email_address = forms.EmailField(
        label="Root user e-mail address",
        max_length=longest("iamconsole:RequestPasswordReset", "email_address"),
        widget=forms.EmailInput({"autocomplete": "email"}),
    )


class ResetForm(TwiceForm):
    new_password = PasswordField("New password", "new-password")
    confirm_password = PasswordField("The new password again", "new-password")
