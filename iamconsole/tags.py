"""Tags as rows of a form, whatever they are tags of: an empty key is no tag."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django import forms

from iamconsole.seen import has_changed
from operations.errors import ConcurrentModification
from operations.quotas import quota
from operations.shapes import shape_of
from operations.tags import Tag, without

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


if TYPE_CHECKING:
    TagFormSet = forms.BaseFormSet[TagForm]
else:
    TagFormSet = forms.BaseFormSet


class TagRows(TagFormSet):
    @property
    def tags(self) -> list[Tag]:
        """The tags of valid rows, in the words of the wire."""
        told = [row.cleaned_data for row in self.forms]
        return [{"Key": tag["key"], "Value": tag.get("value", "")} for tag in told if tag.get("key")]

    @property
    def typed(self) -> list[Tag]:
        """Every row as it stands in the form, blank or faulty ones too."""
        return [{"Key": row["key"].value() or "", "Value": row["value"].value() or ""} for row in self.forms]


def tag_rows(
    data: Mapping[str, Any] | None, tags: Sequence[Tag] = (), *, blank_rows: int = BLANK_ROWS
) -> TagRows:
    """A row for each tag and some blank ones; what was typed comes back as it was."""
    most = quota("TAGS")
    made: type[TagRows] = forms.formset_factory(  # type: ignore[assignment]  # it is the `formset` given
        TagForm, formset=TagRows, extra=blank_rows, max_num=most, absolute_max=most + BLANK_ROWS
    )
    initial = [{"key": tag["Key"], "value": tag["Value"]} for tag in tags]
    return made(data, initial=initial, prefix=PREFIX)


def tag_changes(present: Sequence[Tag], wanted: Sequence[Tag]) -> tuple[list[str], list[Tag]]:
    """The keys to take away and the tags to set. What stays is not written: nobody needs a right for it."""
    gone = without(present, [tag["Key"] for tag in wanted])
    return [tag["Key"] for tag in gone], [tag for tag in wanted if tag not in present]


def ensure_seen(present: Sequence[Tag], seen: str) -> None:
    """Raise ConcurrentModification when the form was begun on other tags: saving it would undo what came between."""
    if has_changed(list(present), seen):
        now = ", ".join(f"`{tag['Key']}` = `{tag['Value']}`" for tag in present) or "none"
        raise ConcurrentModification(
            f"Somebody changed the tags while you were typing. Now there are: {now}. "
            "Nothing was saved: look through your rows, then save again."
        )
