"""Tags as rows of a form: an empty key is no tag."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms

from operations.quotas import quota
from operations.shapes import shape_of

BLANK_ROWS = 3
PREFIX = "tags"
MEMBERS = shape_of("iam:TagUser", "tags").member.members


class TagForm(forms.Form):
    key = forms.CharField(required=False, max_length=int(MEMBERS["Key"].metadata["max"]))
    value = forms.CharField(required=False, max_length=int(MEMBERS["Value"].metadata["max"]))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("value") and not cleaned.get("key") and "key" not in self.errors:
            self.add_error("key", "A tag needs a key.")
        return cleaned


TagFormSet = forms.formset_factory(TagForm, extra=BLANK_ROWS)


def tag_rows(data: Mapping[str, Any] | None, tags: Sequence[Mapping[str, str]]) -> forms.BaseFormSet[TagForm]:
    """A row for each tag and some blank ones; what was typed comes back as it was."""
    initial = [{"key": tag["Key"], "value": tag["Value"]} for tag in tags]
    rows = TagFormSet(data, initial=initial, prefix=PREFIX)
    rows.absolute_max = rows.max_num = quota("TAGS") + BLANK_ROWS
    return rows


def tags_in(rows: forms.BaseFormSet[TagForm]) -> list[dict[str, str]]:
    """The tags of valid rows, in the words of the wire."""
    told = [row.cleaned_data for row in rows]
    return [{"Key": tag["key"], "Value": tag.get("value", "")} for tag in told if tag.get("key")]
