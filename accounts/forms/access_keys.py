"""The form before an access key: what it is for, and that the better way is known."""

from __future__ import annotations

from typing import Final

from django import forms

from iamconsole.forms import Tiles

USE_CASES: Final = {
    "cli": ("Command Line Interface (CLI)", "You type commands, or run scripts of your own."),
    "local-code": ("Local code", "You write or test a program on your computer."),
    "outside": ("Application running outside", "A program runs on a server, by itself."),
    "other": ("Other", "Something that is not listed here."),
}


class UseCaseForm(forms.Form):
    """Nothing of it is kept: it is there to be read before a key is made."""

    use_case = forms.ChoiceField(
        label="Use case",
        choices=[(key, title) for key, (title, _) in USE_CASES.items()],
        widget=Tiles({key: hint for key, (_, hint) in USE_CASES.items()}),
        error_messages={"required": "Choose what the key is for."},
    )
    is_understood = forms.BooleanField(
        label="I understand the recommendation and want to create an access key all the same.",
        error_messages={"required": "Read the recommendation, then tick this."},
    )
