"""Tags as rows of a form."""

from __future__ import annotations

from iamconsole.tags import tag_changes, tag_rows

JOB = {"Key": "job", "Value": "cashier"}
SHOP = {"Key": "shop", "Value": "1"}


def posted(*pairs: tuple[str, str]) -> dict[str, str]:
    fields = {"tags-TOTAL_FORMS": str(len(pairs)), "tags-INITIAL_FORMS": "0"}
    for number, (key, value) in enumerate(pairs):
        fields |= {f"tags-{number}-key": key, f"tags-{number}-value": value}
    return fields


def test_blank_rows_are_no_tags() -> None:
    rows = tag_rows(posted(("job", "cashier"), ("", "")))

    assert rows.is_valid()
    assert rows.tags == [JOB]


def test_faulty_rows_are_still_there_as_typed() -> None:
    rows = tag_rows(posted(("", "cashier"), ("k" * 129, "")))

    assert not rows.is_valid()
    assert [row["Key"] for row in rows.typed] == ["", "k" * 129]


def test_no_more_blank_rows_are_offered_than_tags_are_allowed() -> None:
    full = [{"Key": f"key-{number}", "Value": ""} for number in range(49)]

    assert len(tag_rows(None, full).forms) == 50


def test_only_what_differs_is_written() -> None:
    changed = {"Key": "Shop", "Value": "2"}

    assert tag_changes([JOB, SHOP], [JOB, changed]) == ([], [changed])
    assert tag_changes([JOB, SHOP], [JOB]) == (["shop"], [])
