from __future__ import annotations

from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries, Settings

from audit.models import Event
from operations.caller import Caller
from operations.errors import (
    AccessDenied,
    DeleteConflict,
    EntityAlreadyExists,
    LimitExceeded,
    NoSuchEntity,
    UnmodifiableEntity,
)
from operations.inline_policies import put_user_policy
from operations.instance_profiles import (
    add_role_to_instance_profile,
    create_instance_profile,
    delete_instance_profile,
    get_instance_profile,
    list_instance_profiles,
    list_instance_profiles_for_role,
    remove_role_from_instance_profile,
)
from operations.roles import create_role
from operations.service_linked_roles import create_service_linked_role
from operations.tags import (
    list_instance_profile_tags,
    list_role_tags,
    tag_instance_profile,
    tag_role,
    untag_instance_profile,
    untag_role,
)

TRUST = (
    '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},'
    '"Action":"sts:AssumeRole"}}'
)
JOB = [{"Key": "job", "Value": "cashier"}]
TILL = "Till"
BOTH = {"instance_profile_name": TILL, "role_name": "Cashier"}


@pytest.fixture
def shop(root: Caller) -> Caller:
    for name in ("Cashier", "Cook"):
        create_role(root, role_name=name, assume_role_policy_document=TRUST)
    create_instance_profile(root, instance_profile_name=TILL)
    return root


def allow(root: Caller, statements: str) -> None:
    document = f'{{"Version":"2012-10-17","Statement":[{statements}]}}'
    put_user_policy(root, user_name="carol", policy_name="delegate", policy_document=document)


def newest() -> dict[str, Any]:
    data: dict[str, Any] = Event.objects.latest("sequence").additional_event_data
    return data


def test_a_new_instance_profile_holds_no_role(root: Caller) -> None:
    profile = create_instance_profile(root, instance_profile_name=TILL, path="/shop/", tags=JOB)

    assert (profile.instance_profile_id[:4], len(profile.instance_profile_id)) == ("AIPA", 21)
    assert profile.arn == f"arn:aws:iam::{root.account_id}:instance-profile/shop/Till"
    assert (profile.path, profile.roles, profile.tags) == ("/shop/", [], JOB)
    assert newest()["inverse"]["operation"] == "iam:DeleteInstanceProfile"


def test_names_that_differ_only_in_case_collide(shop: Caller) -> None:
    with pytest.raises(EntityAlreadyExists, match=r"Instance Profile TILL already exists\."):
        create_instance_profile(shop, instance_profile_name="TILL")


def test_the_quota_of_instance_profiles_holds(shop: Caller, settings: Settings) -> None:
    settings.QUOTAS = {**settings.QUOTAS, "INSTANCE_PROFILES": 1}

    with pytest.raises(LimitExceeded, match="Cannot exceed quota for InstanceProfilesPerAccount: 1"):
        create_instance_profile(shop, instance_profile_name="Oven")


def test_tags_need_the_right_to_tag(root: Caller, carol: Caller) -> None:
    allow(root, '{"Effect":"Allow","Action":"iam:CreateInstanceProfile","Resource":"*"}')
    create_instance_profile(carol, instance_profile_name=TILL)

    with pytest.raises(AccessDenied, match="iam:TagInstanceProfile"):
        create_instance_profile(carol, instance_profile_name="Oven", tags=JOB)


def test_a_role_is_shown_in_its_profile(shop: Caller) -> None:
    add_role_to_instance_profile(shop, **BOTH)

    (role,) = get_instance_profile(shop, instance_profile_name=TILL).roles
    assert (role.role_name, role.assume_role_policy_document) == ("Cashier", TRUST)
    assert newest()["inverse"] == {"operation": "iam:RemoveRoleFromInstanceProfile", "parameters": BOTH}


@pytest.mark.parametrize("second", ["Cashier", "Cook"])
def test_there_is_room_for_one_role(shop: Caller, second: str) -> None:
    add_role_to_instance_profile(shop, **BOTH)

    with pytest.raises(LimitExceeded, match="Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1"):
        add_role_to_instance_profile(shop, instance_profile_name=TILL, role_name=second)


def test_what_is_not_there_is_named(shop: Caller) -> None:
    with pytest.raises(NoSuchEntity, match=r"Instance Profile Oven cannot be found\."):
        add_role_to_instance_profile(shop, instance_profile_name="Oven", role_name="Cashier")
    with pytest.raises(NoSuchEntity, match="The role with name ghost cannot be found"):
        add_role_to_instance_profile(shop, instance_profile_name=TILL, role_name="ghost")


def test_the_role_of_a_service_is_not_handed_out(shop: Caller) -> None:
    create_service_linked_role(shop, aws_service_name="batch.amazonaws.com")

    with pytest.raises(UnmodifiableEntity):
        add_role_to_instance_profile(shop, instance_profile_name=TILL, role_name="AWSServiceRoleForBatch")


ADD = '{"Effect":"Allow","Action":"iam:AddRoleToInstanceProfile","Resource":"*"}'
PASS = (
    '{"Effect":"Allow","Action":"iam:PassRole","Resource":"arn:aws:iam::*:role/Cashier",'
    '"Condition":{"StringEquals":{"iam:PassedToService":"%s.amazonaws.com"}}}'
)


def test_who_adds_a_role_passes_it(shop: Caller, carol: Caller) -> None:
    allow(shop, ADD)

    with pytest.raises(AccessDenied, match="iam:PassRole"):
        add_role_to_instance_profile(carol, **BOTH)


def test_and_must_be_allowed_to_pass_that_role_to_ec2(shop: Caller, carol: Caller) -> None:
    allow(shop, f"{ADD},{PASS % 'lambda'}")
    with pytest.raises(AccessDenied):
        add_role_to_instance_profile(carol, **BOTH)
    allow(shop, f"{ADD},{PASS % 'ec2'}")
    with pytest.raises(AccessDenied):
        add_role_to_instance_profile(carol, instance_profile_name=TILL, role_name="Cook")

    add_role_to_instance_profile(carol, **BOTH)


def test_a_role_is_taken_out_again(shop: Caller) -> None:
    add_role_to_instance_profile(shop, **BOTH)

    remove_role_from_instance_profile(shop, instance_profile_name=TILL, role_name="CASHIER")

    assert get_instance_profile(shop, instance_profile_name=TILL).roles == []
    assert newest()["inverse"] == {"operation": "iam:AddRoleToInstanceProfile", "parameters": BOTH}


@pytest.mark.parametrize("is_held", [True, False], ids=["another role", "no role"])
def test_only_the_role_that_is_in_it_is_taken_out(shop: Caller, is_held: bool) -> None:
    if is_held:
        add_role_to_instance_profile(shop, **BOTH)

    with pytest.raises(
        NoSuchEntity, match="The role with name Cook cannot be found in Instance Profile Till"
    ):
        remove_role_from_instance_profile(shop, instance_profile_name=TILL, role_name="Cook")


def test_a_profile_that_holds_a_role_is_not_deleted(shop: Caller) -> None:
    add_role_to_instance_profile(shop, **BOTH)
    with pytest.raises(
        DeleteConflict, match=r"Cannot delete entity, must remove roles from instance profile first\."
    ):
        delete_instance_profile(shop, instance_profile_name=TILL)
    remove_role_from_instance_profile(shop, **BOTH)

    delete_instance_profile(shop, instance_profile_name=TILL)

    assert newest()["deleted"]["InstanceProfileName"] == "Till"
    with pytest.raises(NoSuchEntity):
        get_instance_profile(shop, instance_profile_name=TILL)


def test_profiles_are_listed_by_name_path_and_role(shop: Caller) -> None:
    create_instance_profile(shop, instance_profile_name="Oven", path="/kitchen/")
    add_role_to_instance_profile(shop, instance_profile_name="Oven", role_name="Cook")

    under = list_instance_profiles(shop, path_prefix="/kitchen").items
    first = list_instance_profiles(shop, max_items=1)
    second = list_instance_profiles(shop, marker=first.marker)

    assert [one.instance_profile_name for one in (*first.items, *second.items)] == ["Oven", "Till"]
    assert [one.instance_profile_name for one in under] == ["Oven"]
    assert list(list_instance_profiles_for_role(shop, role_name="Cook").items) == list(under)
    assert list_instance_profiles_for_role(shop, role_name="Cashier").items == []


def test_a_list_costs_the_same_however_long_it_is(
    shop: Caller, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for name, role in (("Oven", "Cook"), ("Counter", "Cashier")):
        create_instance_profile(shop, instance_profile_name=name)
        add_role_to_instance_profile(shop, instance_profile_name=name, role_name=role)
    list_instance_profiles(shop)

    with django_assert_num_queries(1):
        assert len(list_instance_profiles(shop).items) == 3


def test_roles_and_instance_profiles_have_tags(shop: Caller) -> None:
    tag_role(shop, role_name="Cashier", tags=[*JOB, {"Key": "shelf", "Value": "2"}])
    untag_role(shop, role_name="Cashier", tag_keys=["SHELF"])
    tag_instance_profile(shop, instance_profile_name=TILL, tags=[*JOB, {"Key": "shelf", "Value": "2"}])
    untag_instance_profile(shop, instance_profile_name=TILL, tag_keys=["shelf"])

    assert list_role_tags(shop, role_name="Cashier").items == JOB
    assert list_instance_profile_tags(shop, instance_profile_name=TILL).items == JOB
