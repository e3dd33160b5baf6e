"""Parameters held against the service model."""

from __future__ import annotations

import pytest

from operations.errors import ValidationError
from operations.shapes import validate

ENTRY = {"ContextKeyName": "aws:SourceIp", "ContextKeyValues": ["192.0.2.1"]}


def test_a_tag_without_its_value_is_refused() -> None:
    with pytest.raises(ValidationError) as refused:
        validate("iam:TagUser", {"tags": [{"Key": "job"}]})

    assert refused.value.message == (
        "1 validation error detected: "
        "Value null at 'tags.1.member.value' failed to satisfy constraint: Member must not be null"
    )


def test_what_a_structure_does_not_require_may_be_left_out() -> None:
    validate("iam:SimulatePrincipalPolicy", {"context_entries": [ENTRY]})


def test_a_value_outside_an_enumeration_is_refused() -> None:
    with pytest.raises(ValidationError, match=r"enum value set: \[Assigned, Unassigned, Any\]"):
        validate("iam:ListVirtualMFADevices", {"assignment_status": "Lost"})


def test_a_secret_is_not_repeated_when_it_is_refused() -> None:
    with pytest.raises(ValidationError) as refused:
        validate("iam:ChangePassword", {"old_password": "x" * 129})

    assert "xxx" not in refused.value.message
