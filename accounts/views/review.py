"""What the review of a new user shows: the permissions in one table, and the tags as rows to type in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.http import QueryDict

from accounts.forms.create_user import COPY, GROUPS
from accounts.views.new_user import CHANGE_PASSWORD, Permissions
from accounts.views.pickers import name_of
from accounts.views.wizard import Run
from iamconsole.tags import TagRows, tag_rows
from operations.quotas import quota
from operations.tags import Tag

TAGS = "tags"
BLANK: Tag = {"Key": "", "Value": ""}


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the permissions summary."""

    name: str
    type: str
    used_as: str


def summary_of(permissions: Permissions, *, adds_change_password: bool) -> list[Line]:
    return list(_lines(permissions, adds_change_password=adds_change_password))


def _lines(permissions: Permissions, *, adds_change_password: bool) -> Iterator[Line]:
    for value in permissions.chosen:
        if permissions.how == GROUPS:
            yield Line(value, "Group", "Permissions group")
        elif permissions.how == COPY:
            yield Line(value, "User", "Groups, policies and boundary are copied")
        else:
            yield _policy(value, "Permissions policy")
    if adds_change_password and CHANGE_PASSWORD not in permissions.chosen:
        yield _policy(CHANGE_PASSWORD, "Permissions policy, to create the new password")
    if permissions.boundary:
        yield _policy(permissions.boundary, "Permissions boundary")


def _policy(arn: str, used_as: str) -> Line:
    kind = "AWS managed" if arn.startswith("arn:aws:iam::aws:") else "Customer managed"
    return Line(name_of(arn), kind, used_as)


def rows_of(run: Run) -> TagRows:
    """The rows of the run: one comes when its button is pressed, so none is blank unasked."""
    return tag_rows(None, run.answers.get(TAGS, []), blank_rows=0)


def rearranged(rows: TagRows, data: QueryDict) -> list[Tag]:
    """The rows as they were typed, after the button that was pressed: one more, or one less."""
    gone = data.get("remove", "")
    kept = [row for number, row in enumerate(rows.typed, start=1) if str(number) != gone]
    added = [BLANK] if data.get("go") == "add-tag" else []
    return [*kept, *added][: quota("TAGS")]
