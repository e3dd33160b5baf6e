"""The forms of the groups pages."""

from __future__ import annotations

from django import forms

from accounts.forms.create_user import name_field
from operations.shapes import shape_of

YES_NO = (("yes", "Defined"), ("no", "Not defined"))
LONGEST = int(shape_of("iamconsole:SearchGroups", "text").metadata["max"])


class GroupsFilterForm(forms.Form):
    """The toolbar of the list. What is not understood narrows nothing."""

    text = forms.CharField(required=False, max_length=LONGEST)
    permissions = forms.ChoiceField(required=False, choices=YES_NO)

    @property
    def asked(self) -> dict[str, str]:
        """The filters that are set."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}


class RenameGroupForm(forms.Form):
    """A group may be renamed: its users and policies stay."""

    new_group_name = name_field("iam:UpdateGroup", "new_group_name", "Group name")


class MoveReasonForm(forms.Form):
    """Why somebody changes jobs; it is kept with the event."""

    reason = forms.CharField(
        label="Reason",
        required=False,
        max_length=int(shape_of("iamconsole:MoveUser", "reason").metadata["max"]),
        help_text="Kept in the event history.",
        widget=forms.TextInput({"autocomplete": "off"}),
    )
