"""How forms render: our field and form templates, and the few widgets the console needs beyond Django's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.forms.renderers import TemplatesSetting

TYPED_IN = frozenset({"text", "number", "email", "url", "password", "search", "tel", "date"})


class ConsoleField(forms.BoundField):
    """A bound field whose controls carry the class that styles them."""

    def build_widget_attrs(self, attrs: dict[str, Any], widget: forms.Widget | None = None) -> dict[str, Any]:
        widget = widget or self.field.widget
        built = super().build_widget_attrs(attrs, widget)
        if is_typed_in(widget):
            built["class"] = f"input {widget.attrs.get('class', '')}".strip()
        return built


def is_typed_in(widget: forms.Widget) -> bool:
    """True of controls that look like a field, in contrast to boxes that are ticked."""
    is_input = getattr(widget, "input_type", "") in TYPED_IN
    return is_input or isinstance(widget, forms.Textarea | forms.Select)


class ConsoleRenderer(TemplatesSetting):
    """The project's form renderer (FORM_RENDERER)."""

    form_template_name = "forms/form.html"
    field_template_name = "_field.html"
    bound_field_class = ConsoleField


class PasswordInput(forms.PasswordInput):
    """A password with a button that shows it; `autocomplete` is current-password or new-password."""

    template_name = "forms/password.html"

    def __init__(self, autocomplete: str = "current-password") -> None:
        super().__init__({"autocomplete": autocomplete, "autocapitalize": "none", "spellcheck": "false"})


class OneTimeCodeInput(forms.TextInput):
    """Six digits that a phone shows: no limit of length, since people paste them with spaces."""

    def __init__(self) -> None:
        super().__init__({"autocomplete": "one-time-code", "inputmode": "numeric", "class": "code-digits"})


class Tiles(forms.RadioSelect):
    """A choice between a few ways, each with a hint of what it means."""

    template_name = "forms/tiles.html"
    option_template_name = "forms/tile.html"

    def __init__(self, hints: Mapping[str, str]) -> None:
        super().__init__()
        self.hints = hints

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option = super().create_option(name, value, *args, **kwargs)
        return {**option, "hint": self.hints.get(str(value), "")}


class ConfirmationForm(forms.Form):
    """Asks for a word to be typed, before something that cannot be undone."""

    confirmation = forms.CharField(
        label="Confirm", widget=forms.TextInput({"autocomplete": "off", "spellcheck": "false"})
    )

    def __init__(self, data: Mapping[str, Any] | None = None, *, word: str) -> None:
        super().__init__(data)
        self.word = word
        self.fields["confirmation"].label = f"To confirm, type {word}"

    def clean_confirmation(self) -> str:
        typed: str = self.cleaned_data["confirmation"]
        if typed != self.word:
            raise forms.ValidationError(f"Type `{self.word}` exactly as it stands.")
        return typed
