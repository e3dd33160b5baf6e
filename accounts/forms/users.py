"""The forms of the users list: what to show, and how to show it."""

from __future__ import annotations

from typing import Any

from django import forms

from operations.searching import PAGE_SIZES
from operations.shapes import shape_of

YES_NO = (("yes", "Yes"), ("no", "No"))
COLUMNS = {
    "path": "Path",
    "groups": "Groups",
    "last_activity": "Last activity",
    "mfa": "MFA",
    "password_age": "Password age",
    "last_sign_in": "Console last sign-in",
    "console_access": "Console access",
    "create_date": "Created",
    "arn": "ARN",
}
SHOWN_AT_FIRST = ("path", "groups", "last_activity", "mfa", "password_age", "last_sign_in")
SIZE_AT_FIRST = PAGE_SIZES[2]
LONGEST = int(shape_of("iamconsole:SearchUsers", "text").metadata["max"])


class UsersFilterForm(forms.Form):
    """The toolbar of the list. What is not understood narrows nothing."""

    text = forms.CharField(required=False, max_length=LONGEST)
    path = forms.CharField(required=False, max_length=LONGEST)
    group_name = forms.CharField(required=False, max_length=LONGEST)
    mfa = forms.ChoiceField(required=False, choices=YES_NO)
    console_access = forms.ChoiceField(required=False, choices=YES_NO)

    @property
    def asked(self) -> dict[str, str | None]:
        """Every filter, None where it is not set."""
        self.is_valid()
        return {name: self.cleaned_data.get(name) or None for name in self.fields}


class UsersPreferencesForm(forms.Form):
    """Rows and columns of the list, kept in the browser."""

    page_size = forms.TypedChoiceField(
        label="Users on a page",
        coerce=int,
        choices=[(size, str(size)) for size in PAGE_SIZES],
        widget=forms.RadioSelect,
    )
    columns = forms.MultipleChoiceField(
        label="Columns beside the user name",
        required=False,
        choices=list(COLUMNS.items()),
        widget=forms.CheckboxSelectMultiple,
    )

    @property
    def cookie(self) -> str:
        """`20.path.mfa`."""
        told: dict[str, Any] = self.cleaned_data
        return ".".join([str(told["page_size"]), *told["columns"]])


def preferences_in(cookie: str) -> UsersPreferencesForm:
    """The preferences as a valid form, whatever the cookie says."""
    size, *columns = cookie.split(".")
    form = UsersPreferencesForm({"page_size": size, "columns": columns})
    if form.is_valid():
        return form
    usual = UsersPreferencesForm({"page_size": str(SIZE_AT_FIRST), "columns": list(SHOWN_AT_FIRST)})
    usual.is_valid()
    return usual
