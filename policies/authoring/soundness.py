"""What the builders write is sound: a change that would bring an error with it is refused, with the error's words."""

from collections import Counter
from typing import Final

from policies.authoring.drafts import CannotChange
from policies.catalog import Catalog
from policies.validation import Finding, FindingType, validate

# Warnings that say the same as an error would: what is compared is nothing that could be.
_MISMATCH: Final = "TYPE_MISMATCH"
# Of a statement that is still being put together, not of what was just added to it.
_UNFINISHED: Final = ("MISSING_", "EMPTY_")


def ensure_sound(before: str, after: str, catalog: Catalog) -> str:
    """The text after a change. Raises CannotChange when it has an error that the text before has not."""
    if before == after:
        return after
    known = Counter(map(_told, _errors(before, catalog)))
    for finding in _errors(after, catalog):
        known[_told(finding)] -= 1
        if known[_told(finding)] < 0:
            raise CannotChange(finding.finding_details)
    return after


def _errors(text: str, catalog: Catalog) -> list[Finding]:
    return [
        finding
        for finding in validate(text, catalog=catalog)
        if (finding.finding_type is FindingType.ERROR or finding.issue_code.startswith(_MISMATCH))
        and not finding.issue_code.startswith(_UNFINISHED)
    ]


def _told(finding: Finding) -> tuple[str, str]:
    return finding.issue_code, finding.finding_details
