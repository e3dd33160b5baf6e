"""What narrows the event history."""

from __future__ import annotations

from django import forms

LONGEST = 256


class EventFilterForm(forms.Form):
    """All of it optional, and all of it kept in the address."""

    q = forms.CharField(required=False)
    user = forms.CharField(required=False)
    refused = forms.ChoiceField(required=False, choices=[("yes", "Refused only"), ("no", "Successful only")])
    marker = forms.CharField(required=False)

    def clean_q(self) -> str:
        """Longer than any name of an event is as good as its beginning."""
        text: str = self.cleaned_data["q"]
        return text[:LONGEST]

    @property
    def is_narrowing(self) -> bool:
        return any(self.cleaned_data.get(name) for name in ("q", "user", "refused"))

    @property
    def refused_only(self) -> bool | None:
        chosen: str = self.cleaned_data.get("refused", "")
        return {"yes": True, "no": False}.get(chosen)
