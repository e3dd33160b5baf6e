from __future__ import annotations

import pytest

from audit.models import Event
from operations.attachments import attach_user_policy
from operations.call import may
from operations.caller import Caller
from operations.errors import AccessDenied, DeleteConflict, LimitExceeded, NoSuchEntity, ValidationError
from operations.policies import create_policy, get_policy
from operations.policy_versions import (
    create_policy_version,
    delete_policy_version,
    get_policy_version,
    list_policy_versions,
    set_default_policy_version,
)
from tests.cast import READ_ONLY

READ = '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}}'
WRITE = READ.replace("Get", "Put")


@pytest.fixture
def arn(root: Caller) -> str:
    return create_policy(root, policy_name="ReceiptsRead", policy_document=READ).arn


def ids(caller: Caller, arn: str) -> list[str]:
    return [version.version_id for version in list_policy_versions(caller, policy_arn=arn).items]


def test_a_new_version_counts_only_as_the_default(root: Caller, arn: str, carol: Caller) -> None:
    attach_user_policy(root, user_name="carol", policy_arn=arn)

    create_policy_version(root, policy_arn=arn, policy_document=WRITE)
    assert not may(carol, "s3:PutObject", "arn:aws:s3:::receipts/a")
    set_default_policy_version(root, policy_arn=arn, version_id="v2")
    assert may(carol, "s3:PutObject", "arn:aws:s3:::receipts/a")


def test_a_version_is_made_the_default_at_once_on_request(root: Caller, arn: str) -> None:
    version = create_policy_version(root, policy_arn=arn, policy_document=WRITE, set_as_default=True)

    assert version.is_default
    assert get_policy(root, policy_arn=arn).default_version_id == "v2"
    inverse = Event.objects.latest("sequence").additional_event_data["inverse"]
    assert (inverse["operation"], inverse["parameters"]["version_id"]) == (
        "iam:SetDefaultPolicyVersion",
        "v1",
    )


def test_versions_are_listed_newest_first_page_by_page(root: Caller, arn: str) -> None:
    for _ in range(2):
        create_policy_version(root, policy_arn=arn, policy_document=WRITE)

    first = list_policy_versions(root, policy_arn=arn, max_items=2)
    second = list_policy_versions(root, policy_arn=arn, marker=first.marker)

    assert [version.version_id for version in (*first.items, *second.items)] == ["v3", "v2", "v1"]
    with pytest.raises(ValidationError, match="Invalid Marker"):
        list_policy_versions(root, policy_arn=arn, marker="bm8=")


def test_the_sixth_version_is_refused(root: Caller, arn: str) -> None:
    for _ in range(4):
        create_policy_version(root, policy_arn=arn, policy_document=WRITE)

    with pytest.raises(LimitExceeded, match="can have up to 5 versions"):
        create_policy_version(root, policy_arn=arn, policy_document=WRITE)


def test_a_number_is_never_used_twice(root: Caller, arn: str) -> None:
    create_policy_version(root, policy_arn=arn, policy_document=WRITE)
    delete_policy_version(root, policy_arn=arn, version_id="v2")

    create_policy_version(root, policy_arn=arn, policy_document=WRITE)

    assert ids(root, arn) == ["v3", "v1"]


def test_the_default_version_is_not_deleted(root: Caller, arn: str) -> None:
    with pytest.raises(DeleteConflict, match="Cannot delete the default version of a policy"):
        delete_policy_version(root, policy_arn=arn, version_id="v1")


def test_a_version_is_read_with_its_text(root: Caller, arn: str) -> None:
    assert get_policy_version(root, policy_arn=arn, version_id="v1").document == READ


@pytest.mark.parametrize("version_id", ["v9", "v1.2026", "v99999999999999999999"])
def test_a_missing_version_is_named(root: Caller, arn: str, version_id: str) -> None:
    with pytest.raises(NoSuchEntity, match=f"{arn} version {version_id} does not exist"):
        get_policy_version(root, policy_arn=arn, version_id=version_id)


def test_nobody_adds_a_version_to_a_policy_of_awss(root: Caller) -> None:
    with pytest.raises(AccessDenied, match="not an account's to do"):
        create_policy_version(root, policy_arn=READ_ONLY, policy_document=WRITE)
