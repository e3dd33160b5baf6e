from __future__ import annotations

from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries, Settings

from audit.models import Event
from operations.attachments import attach_group_policy, attach_role_policy, attach_user_policy
from operations.boundaries import (
    delete_role_permissions_boundary,
    delete_user_permissions_boundary,
    put_user_permissions_boundary,
)
from operations.caller import Caller
from operations.errors import (
    AccessDenied,
    DeleteConflict,
    EntityAlreadyExists,
    LimitExceeded,
    MalformedPolicyDocument,
    NoSuchEntity,
    ValidationError,
)
from operations.groups import create_group
from operations.inline_policies import put_user_policy
from operations.paging import marker_of
from operations.policies import (
    count_policies,
    create_policy,
    delete_policy,
    get_policy,
    list_entities_for_policy,
    list_policies,
    search_policies,
)
from operations.policy_versions import create_policy_version, delete_policy_version
from operations.roles import create_role
from operations.users import create_user
from policies.models import Policy, PolicyText
from tests.cast import ADMINISTRATOR, READ_ONLY, new_account, signed_in

DOCUMENT = '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}}'

TRUST = (
    '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},'
    '"Action":"sts:AssumeRole"}}'
)


@pytest.fixture
def receipts(root: Caller) -> Policy:
    return create_policy(
        root,
        policy_name="ReceiptsRead",
        path="/shop/",
        policy_document=DOCUMENT,
        description="Open receipts",
        tags=[{"Key": "job", "Value": "cashier"}],
    )


def test_the_answer_to_who_makes_a_policy_describes_it(receipts: Policy) -> None:
    described = {"default_version_id": "v1", "attachment_count": 0, "permissions_boundary_usage_count": 0}

    assert {key: getattr(receipts, key) for key in described} == described
    assert receipts.is_attachable
    assert receipts.default_version.is_default_version


def test_a_new_policy_has_one_version_in_force(root: Caller, receipts: Policy) -> None:
    policy = get_policy(root, policy_arn=receipts.arn)

    assert (policy.policy_id[:4], len(policy.policy_id)) == ("ANPA", 21)
    assert policy.arn == f"arn:aws:iam::{root.account_id}:policy/shop/ReceiptsRead"
    assert (policy.default_version_id, policy.default_version.document) == ("v1", DOCUMENT)
    assert (policy.attachment_count, policy.permissions_boundary_usage_count) == (0, 0)


def test_the_trail_keeps_the_hash_and_the_text_is_kept_once(root: Caller, receipts: Policy) -> None:
    create_policy(root, policy_name="Again", policy_document=DOCUMENT)

    recorded = Event.objects.latest("sequence").request_parameters["policyDocument"]
    assert recorded == {"sha256": PolicyText.hash_of(DOCUMENT)}
    assert PolicyText.objects.filter(document=DOCUMENT).count() == 1


def test_policy_names_that_differ_only_in_case_collide(root: Caller, receipts: Policy) -> None:
    with pytest.raises(EntityAlreadyExists, match="A policy called RECEIPTSREAD already exists"):
        create_policy(root, policy_name="RECEIPTSREAD", policy_document=DOCUMENT)


def test_a_policy_may_bear_the_name_of_one_of_awss(root: Caller) -> None:
    create_policy(root, policy_name="AdministratorAccess", policy_document=DOCUMENT)

    found = search_policies(root, text="administratoraccess", max_items=1)
    rest = search_policies(root, text="administratoraccess", max_items=1, marker=found.next)
    types = [policy.type for policy in (*found.items, *rest.items)]
    assert types == ["AWS managed", "Customer managed"]


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ("{", "Syntax errors in policy."),
        ('{"Version":"2012-10-17"}', "Syntax errors in policy."),
        (DOCUMENT.replace("s3:GetObject", "GetObject"), "must be prefaced by a vendor"),
        (DOCUMENT.replace('"*"', '"receipts"'), "must be in ARN format"),
        (DOCUMENT.replace('"Effect"', '"Principal":"*","Effect"'), "should not specify a principal"),
    ],
    ids=["no JSON", "no statement", "no vendor", "no ARN", "principal"],
)
def test_a_document_that_iam_refuses_is_not_stored(root: Caller, document: str, message: str) -> None:
    with pytest.raises(MalformedPolicyDocument, match=message) as refused:
        create_policy(root, policy_name="Broken", policy_document=document)

    assert refused.value.parameter == "policy_document"
    assert not PolicyText.objects.filter(document=document).exists()


def test_an_unknown_action_is_stored_as_iam_does(root: Caller) -> None:
    policy = create_policy(
        root, policy_name="Odd", policy_document=DOCUMENT.replace("GetObject", "ListObject")
    )

    assert "s3:ListObject" in policy.default_version.document


def test_size_is_counted_without_white_space(root: Caller) -> None:
    statement = '{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::%s"}'
    fits = '{"Version":"2012-10-17",' + " " * 9000 + f'"Statement":{statement % ("a" * 5000)}}}'
    create_policy(root, policy_name="Fits", policy_document=fits)

    with pytest.raises(LimitExceeded, match="Cannot exceed quota for PolicySize: 6144"):
        create_policy(root, policy_name="Large", policy_document=fits.replace("aaaa", "aaaaaa"))


def test_the_policy_quota_holds(root: Caller, receipts: Policy, settings: Settings) -> None:
    settings.QUOTAS = {**settings.QUOTAS, "POLICIES": 1}

    with pytest.raises(LimitExceeded, match="Cannot exceed quota for PoliciesPerAccount: 1"):
        create_policy(root, policy_name="Second", policy_document=DOCUMENT)


def test_counts_are_those_of_the_account(root: Caller, alice: Caller) -> None:
    other = new_account("olga@tea.example", "Tea shop")
    stranger = signed_in(other.root, other)
    put_user_permissions_boundary(root, user_name="alice", permissions_boundary=ADMINISTRATOR)

    here, there = (get_policy(caller, policy_arn=ADMINISTRATOR) for caller in (root, stranger))

    assert (here.attachment_count, here.permissions_boundary_usage_count) == (1, 1)
    assert (there.attachment_count, there.permissions_boundary_usage_count) == (0, 0)


def test_policies_of_another_account_are_not_found(root: Caller, receipts: Policy) -> None:
    other = new_account("olga@tea.example", "Tea shop")

    with pytest.raises(NoSuchEntity, match="does not exist or is not attachable"):
        get_policy(signed_in(other.root, other), policy_arn=receipts.arn)


@pytest.mark.parametrize(
    ("filters", "names"),
    [
        ({"scope": "Local"}, ["ReceiptsRead"]),
        ({"only_attached": True}, ["AdministratorAccess"]),
        ({"policy_usage_filter": "PermissionsBoundary"}, ["IAMReadOnlyAccess"]),
        ({"policy_usage_filter": "PermissionsPolicy", "scope": "AWS"}, ["AdministratorAccess"]),
        ({"path_prefix": "/shop/"}, ["ReceiptsRead"]),
    ],
    ids=str,
)
def test_the_list_is_filtered_as_in_aws(
    root: Caller, alice: Caller, receipts: Policy, filters: dict[str, Any], names: list[str]
) -> None:
    put_user_permissions_boundary(root, user_name="alice", permissions_boundary=READ_ONLY)

    assert [policy.policy_name for policy in list_policies(root, **filters).items] == names


def test_the_pages_of_all_policies_meet_each_once(root: Caller, receipts: Policy) -> None:
    seen: list[str] = []
    marker = None
    while marker is not None or not seen:
        page = list_policies(root, marker=marker, max_items=1000)
        seen += [policy.arn for policy in page.items]
        marker = page.marker

    assert len(seen) == len(set(seen)) == count_policies(root)


@pytest.mark.parametrize(
    ("filters", "names"),
    [
        ({"policy_type": "customer"}, ["ReceiptsRead"]),
        ({"policy_type": "job-function", "text": "BILLING"}, ["Billing"]),
        ({"policy_type": "aws", "used_as": "PermissionsPolicy"}, ["AdministratorAccess"]),
        ({"used_as": "PermissionsBoundary"}, ["IAMReadOnlyAccess"]),
        ({"used_as": "nothing", "text": "open receipts"}, ["ReceiptsRead"]),
        ({"used_as": "PermissionsPolicy", "sort": "-policy_name"}, ["AdministratorAccess"]),
    ],
    ids=str,
)
def test_the_search_narrows(
    root: Caller, alice: Caller, receipts: Policy, filters: dict[str, Any], names: list[str]
) -> None:
    put_user_permissions_boundary(root, user_name="alice", permissions_boundary=READ_ONLY)

    assert [policy.policy_name for policy in search_policies(root, **filters).items] == names


@pytest.mark.parametrize("sort", ["policy_name", "-policy_name", "create_date", "-update_date"])
def test_the_search_leads_forwards_and_back_again(root: Caller, sort: str) -> None:
    first = search_policies(root, sort=sort)
    second = search_policies(root, sort=sort, marker=first.next)
    back = search_policies(root, sort=sort, marker=second.previous)

    assert [policy.pk for policy in back.items] == [policy.pk for policy in first.items]
    assert not {policy.pk for policy in first.items} & {policy.pk for policy in second.items}


def test_a_page_of_the_search_is_one_query(
    root: Caller, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    search_policies(root)

    with django_assert_num_queries(1):
        rows = [
            (p.arn, p.type, p.attachment_count, p.default_version_id) for p in search_policies(root).items
        ]

    assert len(rows) == 50


def test_a_policy_in_use_is_not_deleted(root: Caller, alice: Caller, receipts: Policy) -> None:
    attach_user_policy(root, user_name="alice", policy_arn=receipts.arn)
    with pytest.raises(DeleteConflict, match="Cannot delete a policy attached to entities"):
        delete_policy(root, policy_arn=receipts.arn)


def test_a_boundary_is_not_deleted(root: Caller, alice: Caller, receipts: Policy) -> None:
    put_user_permissions_boundary(root, user_name="alice", permissions_boundary=receipts.arn)
    with pytest.raises(DeleteConflict, match="used as a permissions boundary"):
        delete_policy(root, policy_arn=receipts.arn)

    delete_user_permissions_boundary(root, user_name="alice")
    create_role(root, role_name="Cook", assume_role_policy_document=TRUST, permissions_boundary=receipts.arn)
    with pytest.raises(DeleteConflict, match="used as a permissions boundary"):
        delete_policy(root, policy_arn=receipts.arn)

    delete_role_permissions_boundary(root, role_name="Cook")
    delete_policy(root, policy_arn=receipts.arn)


def test_old_versions_go_before_the_policy_and_its_texts_stay(root: Caller, receipts: Policy) -> None:
    create_policy_version(root, policy_arn=receipts.arn, policy_document=DOCUMENT.replace("Get", "Put"))
    with pytest.raises(DeleteConflict, match="This policy has more than one version"):
        delete_policy(root, policy_arn=receipts.arn)
    delete_policy_version(root, policy_arn=receipts.arn, version_id="v2")

    delete_policy(root, policy_arn=receipts.arn)

    snapshot = Event.objects.latest("sequence").additional_event_data["deleted"]
    assert snapshot["Versions"] == [
        {"VersionId": "v1", "Document": PolicyText.hash_of(DOCUMENT), "IsDefaultVersion": True}
    ]
    assert PolicyText.objects.filter(sha256=PolicyText.hash_of(DOCUMENT)).exists()


def test_nobody_deletes_a_policy_of_awss(root: Caller) -> None:
    with pytest.raises(AccessDenied, match="not an account's to do"):
        delete_policy(root, policy_arn=READ_ONLY)


@pytest.fixture
def holders(root: Caller, alice: Caller, receipts: Policy) -> str:
    """alice has it, ana is bounded by it, the group Cashiers has it."""
    create_user(root, user_name="ana", path="/shop/", permissions_boundary=receipts.arn)
    create_group(root, group_name="Cashiers")
    attach_user_policy(root, user_name="alice", policy_arn=receipts.arn)
    attach_group_policy(root, group_name="Cashiers", policy_arn=receipts.arn)
    for name, boundary in (("Cook", None), ("Waiter", receipts.arn)):
        create_role(
            root,
            role_name=name,
            path="/shop/",
            assume_role_policy_document=TRUST,
            permissions_boundary=boundary,
        )
    attach_role_policy(root, role_name="Cook", policy_arn=receipts.arn)
    return receipts.arn


@pytest.mark.parametrize(
    ("filters", "names"),
    [
        ({}, ["Cashiers", "alice", "ana", "Cook", "Waiter"]),
        ({"entity_filter": "User"}, ["alice", "ana"]),
        ({"entity_filter": "Group"}, ["Cashiers"]),
        ({"entity_filter": "Role"}, ["Cook", "Waiter"]),
        ({"entity_filter": "LocalManagedPolicy"}, []),
        ({"policy_usage_filter": "PermissionsPolicy"}, ["Cashiers", "alice", "Cook"]),
        ({"policy_usage_filter": "PermissionsBoundary"}, ["ana", "Waiter"]),
        ({"path_prefix": "/shop/"}, ["ana", "Cook", "Waiter"]),
    ],
    ids=str,
)
def test_the_holders_of_a_policy_are_found(
    root: Caller, holders: str, filters: dict[str, Any], names: list[str]
) -> None:
    found = list_entities_for_policy(root, policy_arn=holders, **filters)

    assert [str(one) for one in found.items] == names
    kinds = (found.policy_groups, found.policy_users, found.policy_roles)
    assert [str(one) for kind in kinds for one in kind] == names


@pytest.mark.parametrize("size", [1, 2, 3])
def test_the_pages_of_holders_go_from_groups_to_users_to_roles(root: Caller, holders: str, size: int) -> None:
    names: list[str] = []
    marker = None
    for _ in range(-(-5 // size)):
        page = list_entities_for_policy(root, policy_arn=holders, marker=marker, max_items=size)
        names, marker = [*names, *map(str, page.items)], page.marker

    assert (names, marker) == (["Cashiers", "alice", "ana", "Cook", "Waiter"], None)


def test_no_page_begins_at_a_made_up_marker(root: Caller, holders: str) -> None:
    with pytest.raises(ValidationError, match="Invalid Marker"):
        list_entities_for_policy(root, policy_arn=holders, marker=marker_of("planet mars"))


def test_the_uses_by_roles_are_counted(root: Caller, holders: str) -> None:
    policy = get_policy(root, policy_arn=holders)

    assert (policy.attachment_count, policy.permissions_boundary_usage_count) == (3, 2)


def test_tags_need_the_right_to_tag(root: Caller, carol: Caller) -> None:
    text = DOCUMENT.replace("s3:GetObject", "iam:CreatePolicy")
    put_user_policy(root, user_name="carol", policy_name="author", policy_document=text)

    create_policy(carol, policy_name="Plain", policy_document=DOCUMENT)
    with pytest.raises(AccessDenied, match="iam:TagPolicy"):
        create_policy(
            carol, policy_name="Tagged", policy_document=DOCUMENT, tags=[{"Key": "a", "Value": "b"}]
        )


def test_a_document_beyond_the_models_length_is_a_validation_error(root: Caller) -> None:
    with pytest.raises(ValidationError, match="less than or equal to 131072"):
        create_policy(root, policy_name="Huge", policy_document="x" * 1_000_000)
