from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from pytest_django import Settings

from accounts.models import Role
from audit.models import Event
from operations.attachments import attach_role_policy, detach_role_policy
from operations.boundaries import put_role_permissions_boundary
from operations.caller import Caller
from operations.errors import (
    AccessDenied,
    DeleteConflict,
    EntityAlreadyExists,
    InvalidInput,
    LimitExceeded,
    NoSuchEntity,
    UnmodifiableEntity,
    ValidationError,
)
from operations.inline_policies import delete_role_policy, put_role_policy, put_user_policy
from operations.instance_profiles import (
    add_role_to_instance_profile,
    create_instance_profile,
    remove_role_from_instance_profile,
)
from operations.roles import (
    create_role,
    delete_role,
    get_role,
    list_roles,
    update_assume_role_policy,
    update_role,
    update_role_description,
)
from operations.service_linked_roles import create_service_linked_role
from tests.cast import READ_ONLY, MovableClock

TRUST = (
    '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},'
    '"Action":"sts:AssumeRole"}}'
)
DOCUMENT = '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}}'
JOB = [{"Key": "job", "Value": "cashier"}]
LINKED = "AWSServiceRoleForBatch"


def make(caller: Caller, name: str = "Cashier", **parameters: Any) -> None:
    create_role(caller, role_name=name, assume_role_policy_document=TRUST, **parameters)


def allow(root: Caller, action: str, condition: str = "{}") -> None:
    document = (
        f'{{"Version":"2012-10-17","Statement":{{"Effect":"Allow","Action":{action},"Resource":"*",'
        f'"Condition":{condition}}}}}'
    )
    put_user_policy(root, user_name="carol", policy_name="delegate", policy_document=document)


def newest() -> dict[str, Any]:
    data: dict[str, Any] = Event.objects.latest("sequence").additional_event_data
    return data


def test_a_new_role_is_shown_as_it_was_made(root: Caller, clock: MovableClock) -> None:
    role = create_role(
        root,
        role_name="Cashier",
        path="/shop/",
        assume_role_policy_document=TRUST,
        description="Rings up sales",
        max_session_duration=7200,
        permissions_boundary=READ_ONLY,
        tags=JOB,
    )

    assert (role.role_id[:4], len(role.role_id)) == ("AROA", 21)
    assert role.arn == f"arn:aws:iam::{root.account_id}:role/shop/Cashier"
    assert (role.description, role.max_session_duration, role.tags) == ("Rings up sales", 7200, JOB)
    assert role.permissions_boundary is not None
    assert role.permissions_boundary.permissions_boundary_arn == READ_ONLY
    assert role.permissions_boundary.permissions_boundary_type == "Policy"
    assert role.assume_role_policy_document == TRUST
    assert not role.is_service_linked


def test_what_was_not_said_is_aws_s_choice(root: Caller) -> None:
    make(root)

    role = get_role(root, role_name="cashier")
    assert (role.role_name, role.path, role.description) == ("Cashier", "/", None)
    assert (role.max_session_duration, role.permissions_boundary, role.tags) == (3600, None, [])


def test_a_role_that_was_never_used_has_an_empty_last_use(root: Caller) -> None:
    make(root)

    last_used = get_role(root, role_name="Cashier").role_last_used

    assert last_used is not None
    assert (last_used.last_used_date, last_used.region) == (None, None)


def test_names_that_differ_only_in_case_collide(root: Caller) -> None:
    make(root)

    with pytest.raises(EntityAlreadyExists, match=r"Role with name CASHIER already exists\."):
        make(root, "CASHIER")


def test_the_quota_of_roles_holds(root: Caller, settings: Settings) -> None:
    settings.QUOTAS = {**settings.QUOTAS, "ROLES": 1}
    make(root)

    with pytest.raises(LimitExceeded, match="Cannot exceed quota for RolesPerAccount: 1"):
        make(root, "Cook")


@pytest.mark.parametrize("path", ["/aws-service-role/", "/aws-service-role/batch.amazonaws.com/"])
def test_the_path_of_service_linked_roles_is_for_them_alone(root: Caller, path: str) -> None:
    with pytest.raises(InvalidInput, match="is for service-linked roles"):
        make(root, path=path)


def test_nor_is_a_role_made_where_aws_keeps_its_own(root: Caller) -> None:
    with pytest.raises(AccessDenied, match="not an account's to do"):
        make(root, path="/aws-reserved/")


@pytest.mark.parametrize("boundary", ["arn:aws:iam::aws:policy/Ghost"])
def test_a_boundary_that_is_not_there_is_refused(root: Caller, boundary: str) -> None:
    with pytest.raises(NoSuchEntity, match="does not exist or is not attachable"):
        make(root, permissions_boundary=boundary)


def test_a_session_lasts_between_one_and_twelve_hours(root: Caller) -> None:
    with pytest.raises(ValidationError, match="greater than or equal to 3600"):
        make(root, max_session_duration=900)


def test_tags_need_the_right_to_tag(root: Caller, carol: Caller) -> None:
    allow(root, '"iam:CreateRole"')
    make(carol)

    with pytest.raises(AccessDenied, match="iam:TagRole"):
        make(carol, "Cook", tags=JOB)


def test_a_delegate_may_be_held_to_bounded_roles(root: Caller, carol: Caller) -> None:
    allow(root, '"iam:*Role*"', f'{{"StringEquals":{{"iam:PermissionsBoundary":"{READ_ONLY}"}}}}')
    with pytest.raises(AccessDenied):
        make(carol)
    make(carol, permissions_boundary=READ_ONLY)
    make(root, "Free")

    update_role(carol, role_name="Cashier", description="bounded")
    update_assume_role_policy(carol, role_name="Cashier", policy_document=TRUST)
    changes: Sequence[Callable[[], object]] = (
        lambda: update_role(carol, role_name="Free", description="x"),
        lambda: update_role_description(carol, role_name="Free", description="x"),
        lambda: update_assume_role_policy(carol, role_name="Free", policy_document=TRUST),
        lambda: delete_role(carol, role_name="Free"),
    )
    for change in changes:
        with pytest.raises(AccessDenied):
            change()


def test_a_missing_role_is_named_in_awss_words(root: Caller) -> None:
    with pytest.raises(NoSuchEntity, match=r"The role with name ghost cannot be found\."):
        get_role(root, role_name="ghost")


def test_a_stranger_learns_nothing_of_which_roles_there_are(root: Caller, carol: Caller) -> None:
    make(root, path="/shop/")

    with pytest.raises(AccessDenied) as real:
        get_role(carol, role_name="Cashier")
    with pytest.raises(AccessDenied) as presumed:
        get_role(carol, role_name="Other01")

    assert real.value.message.replace("Cashier", "Other01") == presumed.value.message


def test_roles_are_listed_by_name_and_path(root: Caller) -> None:
    for name in ("Cook", "cashier", "Baker"):
        make(root, name, path="/shop/" if name != "Baker" else "/")

    first = list_roles(root, path_prefix="/shop", max_items=1)
    second = list_roles(root, path_prefix="/shop", marker=first.marker)

    assert [role.role_name for role in (*first.items, *second.items)] == ["cashier", "Cook"]
    assert (first.is_truncated, second.is_truncated) == (True, False)


def test_only_what_is_named_changes_and_the_change_can_be_undone(root: Caller) -> None:
    make(root, description="Rings up sales")

    update_role(root, role_name="Cashier", max_session_duration=7200)

    role = get_role(root, role_name="Cashier")
    assert (role.description, role.max_session_duration) == ("Rings up sales", 7200)
    assert newest()["inverse"]["parameters"] == {"role_name": "Cashier", "max_session_duration": 3600}


def test_a_description_may_be_taken_away(root: Caller) -> None:
    make(root, description="Rings up sales")

    assert update_role_description(root, role_name="Cashier", description="").description is None
    assert newest()["inverse"]["parameters"]["description"] == "Rings up sales"


def test_another_trust_policy_holds_from_then_on(root: Caller) -> None:
    make(root)
    other = TRUST.replace("ec2", "lambda")

    update_assume_role_policy(root, role_name="Cashier", policy_document=other)

    assert get_role(root, role_name="Cashier").assume_role_policy_document == other


def test_a_role_goes_once_nothing_is_left_of_it(root: Caller) -> None:
    make(root)
    create_instance_profile(root, instance_profile_name="Till")
    add_role_to_instance_profile(root, instance_profile_name="Till", role_name="Cashier")
    attach_role_policy(root, role_name="Cashier", policy_arn=READ_ONLY)
    put_role_policy(root, role_name="Cashier", policy_name="own", policy_document=DOCUMENT)

    with pytest.raises(DeleteConflict, match="must remove roles from instance profile first"):
        delete_role(root, role_name="Cashier")
    remove_role_from_instance_profile(root, instance_profile_name="Till", role_name="Cashier")
    with pytest.raises(DeleteConflict, match=r"Cannot delete entity, must detach all policies first\."):
        delete_role(root, role_name="Cashier")
    detach_role_policy(root, role_name="Cashier", policy_arn=READ_ONLY)
    with pytest.raises(DeleteConflict, match="must delete policies first"):
        delete_role(root, role_name="Cashier")
    delete_role_policy(root, role_name="Cashier", policy_name="own")
    delete_role(root, role_name="Cashier")

    assert newest()["deleted"]["RoleName"] == "Cashier"
    assert list_roles(root).items == []


def test_a_service_linked_role_is_its_services(root: Caller) -> None:
    create_service_linked_role(root, aws_service_name="batch.amazonaws.com")
    changes: Sequence[Callable[[], object]] = (
        lambda: update_role(root, role_name=LINKED, max_session_duration=7200),
        lambda: update_assume_role_policy(root, role_name=LINKED, policy_document=TRUST),
        lambda: delete_role(root, role_name=LINKED),
        lambda: attach_role_policy(root, role_name=LINKED, policy_arn=READ_ONLY),
        lambda: detach_role_policy(root, role_name=LINKED, policy_arn=READ_ONLY),
        lambda: put_role_policy(root, role_name=LINKED, policy_name="own", policy_document=DOCUMENT),
        lambda: delete_role_policy(root, role_name=LINKED, policy_name="own"),
        lambda: put_role_permissions_boundary(root, role_name=LINKED, permissions_boundary=READ_ONLY),
    )

    for change in changes:
        with pytest.raises(UnmodifiableEntity) as refused:
            change()
        assert refused.value.message == (
            f"Cannot perform the operation on the protected role '{LINKED}' - this role is only modifiable by AWS"
        )


def test_but_it_may_be_described(root: Caller) -> None:
    create_service_linked_role(root, aws_service_name="batch.amazonaws.com")

    update_role(root, role_name=LINKED, description="Runs jobs")

    assert get_role(root, role_name=LINKED).description == "Runs jobs"
    assert newest()["inverse"]["parameters"] == {"role_name": LINKED, "description": ""}


def test_the_snapshot_names_the_boundary(root: Caller) -> None:
    make(root, permissions_boundary=READ_ONLY)
    assert root.account is not None
    role = Role.find(root.account, "Cashier")

    assert role is not None
    assert role.snapshot()["PermissionsBoundary"] == READ_ONLY
