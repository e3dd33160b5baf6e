"""Access advisor: services that are allowed, and when they were used."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from accounts.models import LastAccessedJob, Role
from accounts.names import IdPrefix, name_key, new_unique_id
from audit.models import Event
from iamconsole.clock import now
from operations.attachments import attach_group_policy, attach_user_policy
from operations.boundaries import put_user_permissions_boundary
from operations.caller import Caller
from operations.errors import AccessDenied, InvalidInput, NoSuchEntity, ValidationError
from operations.groups import create_group
from operations.inline_policies import put_group_policy, put_user_policy
from operations.last_accessed import (
    JobDetails,
    generate_service_last_accessed_details,
    get_service_last_accessed_details,
    get_service_last_accessed_details_with_entities,
    list_policies_granting_service_access,
)
from operations.memberships import add_user_to_group
from operations.policies import create_policy
from operations.users import create_user, delete_user, get_user, list_users
from policies.models import PolicyText
from tests.cast import ADMINISTRATOR, READ_ONLY, MovableClock, new_account, new_user, signed_in


def text(action: object, effect: str = "Allow", **more: object) -> str:
    statement = {"Effect": effect, "Action": action, "Resource": "*", **more}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def report(caller: Caller, arn: str, **more: Any) -> JobDetails:
    job = generate_service_last_accessed_details(caller, arn=arn, **more)
    return get_service_last_accessed_details(caller, job_id=job.job_id, max_items=1000)


def services(details: JobDetails) -> Mapping[str, Mapping[str, Any]]:
    return {str(one["ServiceNamespace"]): one for one in details.services_last_accessed or ()}


def entities(caller: Caller, arn: str, namespace: str) -> Sequence[Mapping[str, Any]]:
    job = generate_service_last_accessed_details(caller, arn=arn)
    found = get_service_last_accessed_details_with_entities(
        caller, job_id=job.job_id, service_namespace=namespace
    )
    return found.entity_details_list or ()


def names(found: Sequence[Mapping[str, Any]]) -> list[tuple[str, bool]]:
    return [(one["EntityInfo"]["Name"], "LastAuthenticated" in one) for one in found]


def arn_of(caller: Caller, resource: str) -> str:
    return f"arn:aws:iam::{caller.account_id}:{resource}"


@pytest.fixture
def ana(root: Caller) -> Caller:
    """ana reads IAM; her group opens S3."""
    caller = new_user(root, "ana", READ_ONLY)
    create_group(root, group_name="Cashiers")
    add_user_to_group(root, group_name="Cashiers", user_name="ana")
    put_group_policy(root, group_name="Cashiers", policy_name="store", policy_document=text("s3:Get*"))
    return caller


@pytest.fixture
def role(root: Caller) -> Role:
    assert root.account is not None
    return root.account.roles.create(
        role_id=new_unique_id(IdPrefix.ROLE),
        role_name="Baker",
        name_key=name_key("Baker"),
        create_date=now(),
        trust_policy=PolicyText.of(text("sts:AssumeRole", Principal="*")),
    )


def test_the_services_are_those_that_the_policies_open(root: Caller, ana: Caller) -> None:
    found = services(report(root, arn_of(root, "user/ana")))

    assert list(found) == ["iam", "s3"]
    assert found["s3"] == {
        "ServiceName": "Amazon S3",
        "ServiceNamespace": "s3",
        "TotalAuthenticatedEntities": 0,
        "Entities": {},
    }


def test_a_job_is_completed_at_once(root: Caller, ana: Caller) -> None:
    found = report(root, arn_of(root, "user/ana"))

    assert (found.job_status, found.job_type, found.is_truncated) == ("COMPLETED", "SERVICE_LEVEL", False)
    assert found.job_completion_date == found.job_creation_date


def test_the_last_use_is_told_with_who_it_was(root: Caller, ana: Caller) -> None:
    list_users(ana)

    iam = services(report(root, arn_of(root, "user/ana")))["iam"]

    assert iam["LastAuthenticated"] <= now()
    assert iam["LastAuthenticatedEntity"] == arn_of(root, "user/ana")
    assert (iam["LastAuthenticatedRegion"], iam["TotalAuthenticatedEntities"]) == ("us-east-1", 1)


def test_nobody_has_anything_for_nothing(root: Caller) -> None:
    """AWS answers sts:GetCallerIdentity to everybody, but no policy opens it."""
    create_user(root, user_name="bo")

    assert services(report(root, arn_of(root, "user/bo"))) == {}


def test_a_denial_closes_a_service_and_a_boundary_does_not(root: Caller, ana: Caller) -> None:
    put_user_policy(root, user_name="ana", policy_name="no", policy_document=text("s3:*", "Deny"))
    limit = create_policy(root, policy_name="Limit", policy_document=text("sqs:*"))
    put_user_permissions_boundary(root, user_name="ana", permissions_boundary=limit.arn)

    assert list(services(report(root, arn_of(root, "user/ana")))) == ["iam"]


def test_a_condition_may_be_fulfilled(root: Caller) -> None:
    create_user(root, user_name="bo")
    condition = {"StringEquals": {"aws:PrincipalTag/job": "baker"}}
    put_user_policy(
        root, user_name="bo", policy_name="own", policy_document=text("sqs:*", Condition=condition)
    )

    assert list(services(report(root, arn_of(root, "user/bo")))) == ["sqs"]


def test_actions_are_told_one_by_one_when_asked_for(root: Caller, ana: Caller) -> None:
    list_users(ana)
    get_user(ana)

    found = services(report(root, arn_of(root, "user/ana"), granularity="ACTION_LEVEL"))

    actions = {one["ActionName"]: one for one in found["iam"]["TrackedActionsLastAccessed"]}
    assert {name for name, one in actions.items() if "LastAccessedTime" in one} == {"GetUser", "ListUsers"}
    assert actions["GetUser"]["LastAccessedTime"] <= now()
    assert actions["GetUser"]["LastAccessedEntity"] == arn_of(root, "user/ana")
    assert actions["GetRole"] == {"ActionName": "GetRole"}
    assert "CreateUser" not in actions
    assert "TrackedActionsLastAccessed" not in found["s3"]


def test_a_service_of_which_nothing_was_used_lists_no_actions(root: Caller, ana: Caller) -> None:
    found = services(report(root, arn_of(root, "user/ana"), granularity="ACTION_LEVEL"))

    assert "TrackedActionsLastAccessed" not in found["iam"]


def test_a_group_is_as_active_as_its_members(root: Caller, ana: Caller) -> None:
    bo = new_user(root, "bo", READ_ONLY)
    new_user(root, "cy")
    for name in ("bo", "cy"):
        add_user_to_group(root, group_name="Cashiers", user_name=name)
    attach_group_policy(root, group_name="Cashiers", policy_arn=READ_ONLY)
    list_users(ana)
    list_users(bo)

    iam = services(report(root, arn_of(root, "group/Cashiers")))["iam"]

    assert (iam["LastAuthenticatedEntity"], iam["TotalAuthenticatedEntities"]) == (arn_of(root, "user/bo"), 2)
    assert names(entities(root, arn_of(root, "group/Cashiers"), "iam")) == [
        ("bo", True),
        ("ana", True),
        ("cy", False),
    ]


def test_a_policy_is_used_by_whoever_holds_it(root: Caller, ana: Caller, role: Role) -> None:
    bo = new_user(root, "bo")
    new_user(root, "cy")
    add_user_to_group(root, group_name="Cashiers", user_name="bo")
    attach_group_policy(root, group_name="Cashiers", policy_arn=READ_ONLY)
    assert root.account is not None
    policy = root.account.attachments.filter(user__isnull=False).latest("pk").policy
    root.account.attachments.create(policy=policy, role=role)
    list_users(bo)

    found = services(report(root, READ_ONLY))

    assert list(found) == ["iam"]
    assert found["iam"]["LastAuthenticatedEntity"] == arn_of(root, "user/bo")
    assert names(entities(root, READ_ONLY, "iam")) == [("bo", True), ("ana", False), ("Baker", False)]


def test_a_role_is_reported_like_a_user(root: Caller, role: Role) -> None:
    assert root.account is not None
    root.account.inline_policies.create(
        role=role, policy_name="bake", name_key="bake", text=PolicyText.of(text(["iam:Get*", "sqs:*"]))
    )
    root.account.activities.create(principal_id=role.role_id, action="iam:GetUser", last_time=now(), count=1)

    found = services(report(root, role.arn))
    (entity,) = entities(root, role.arn, "IAM")

    assert list(found) == ["iam", "sqs"]
    assert found["iam"]["LastAuthenticatedEntity"] == role.arn
    assert entity["EntityInfo"] == {
        "Arn": role.arn,
        "Name": "Baker",
        "Type": "ROLE",
        "Id": role.role_id,
        "Path": "/",
    }


def test_what_was_used_long_ago_is_forgotten(root: Caller, ana: Caller, clock: MovableClock) -> None:
    list_users(ana)
    clock.travel(days=401)

    iam = services(report(root, arn_of(root, "user/ana")))["iam"]

    assert (iam["TotalAuthenticatedEntities"], iam.get("LastAuthenticated")) == (0, None)


def test_entities_are_told_of_services_in_the_report_alone(root: Caller, ana: Caller) -> None:
    assert names(entities(root, arn_of(root, "user/ana"), "s3")) == [("ana", False)]
    assert not entities(root, arn_of(root, "user/ana"), "sqs")


def test_a_report_outlives_what_it_is_about(root: Caller) -> None:
    create_user(root, user_name="bo")
    put_user_policy(root, user_name="bo", policy_name="own", policy_document=text("sqs:*"))
    job = generate_service_last_accessed_details(root, arn=arn_of(root, "user/bo"))
    assert root.account is not None
    root.account.inline_policies.all().delete()
    delete_user(root, user_name="bo")

    found = get_service_last_accessed_details_with_entities(root, job_id=job.job_id, service_namespace="sqs")

    assert found.entity_details_list == []


def test_services_and_entities_come_in_pages(root: Caller, ana: Caller) -> None:
    put_user_policy(root, user_name="ana", policy_name="own", policy_document=text("*"))
    job = generate_service_last_accessed_details(root, arn=arn_of(root, "user/ana"))

    first = get_service_last_accessed_details(root, job_id=job.job_id)
    second = get_service_last_accessed_details(root, job_id=job.job_id, marker=first.marker)

    assert (len(services(first)), first.is_truncated) == (100, True)
    assert max(services(first)) < min(services(second))


def test_old_jobs_are_forgotten(root: Caller, ana: Caller, clock: MovableClock) -> None:
    job = generate_service_last_accessed_details(root, arn=arn_of(root, "user/ana"))
    clock.travel(days=1, seconds=1)
    generate_service_last_accessed_details(root, arn=arn_of(root, "user/ana"))

    assert LastAccessedJob.objects.count() == 1
    with pytest.raises(NoSuchEntity, match="cannot be found"):
        get_service_last_accessed_details(root, job_id=job.job_id)


def test_jobs_belong_to_their_account(root: Caller, ana: Caller) -> None:
    job = generate_service_last_accessed_details(root, arn=arn_of(root, "user/ana"))
    other = new_account("other@shop.example", "Tea shop")

    with pytest.raises(NoSuchEntity):
        get_service_last_accessed_details(signed_in(other.root, other), job_id=job.job_id)


def test_a_job_leaves_an_event_with_its_id(root: Caller, ana: Caller) -> None:
    job = generate_service_last_accessed_details(root, arn=arn_of(root, "user/ana"))

    newest = Event.objects.order_by("-sequence").first()
    assert newest is not None
    assert newest.response_elements == {"jobId": job.job_id}


def granting(caller: Caller, resource: str, *namespaces: str) -> dict[str, list[Mapping[str, Any]]]:
    page = list_policies_granting_service_access(
        caller, arn=arn_of(caller, resource), service_namespaces=namespaces
    )
    return {str(one["ServiceNamespace"]): list(one["Policies"]) for one in page.items}  # type: ignore[call-overload]


def test_the_policies_that_open_a_service_are_told_with_their_places(root: Caller, ana: Caller) -> None:
    put_user_policy(root, user_name="ana", policy_name="own", policy_document=text("s3:PutObject"))

    found = granting(root, "user/ana", "iam", "s3", "sqs", "nonsense")

    assert found["iam"] == [
        {"PolicyName": "IAMReadOnlyAccess", "PolicyType": "MANAGED", "PolicyArn": READ_ONLY}
    ]
    assert sorted(found["s3"], key=str) == [
        {"PolicyName": "own", "PolicyType": "INLINE", "EntityType": "USER", "EntityName": "ana"},
        {"PolicyName": "store", "PolicyType": "INLINE", "EntityType": "GROUP", "EntityName": "Cashiers"},
    ]
    assert (found["sqs"], found["nonsense"]) == ([], [])


def test_a_policy_that_comes_twice_is_told_once(root: Caller, ana: Caller) -> None:
    attach_group_policy(root, group_name="Cashiers", policy_arn=READ_ONLY)

    assert len(granting(root, "user/ana", "iam")["iam"]) == 1


def test_what_only_denies_grants_nothing_and_a_boundary_is_not_asked(root: Caller, ana: Caller) -> None:
    put_user_policy(root, user_name="ana", policy_name="no", policy_document=text("sqs:*", "Deny"))
    put_user_permissions_boundary(root, user_name="ana", permissions_boundary=ADMINISTRATOR)

    assert granting(root, "user/ana", "sqs") == {"sqs": []}


def test_a_group_and_a_role_tell_their_own_policies(root: Caller, ana: Caller, role: Role) -> None:
    assert root.account is not None
    root.account.inline_policies.create(
        role=role, policy_name="bake", name_key="bake", text=PolicyText.of(text("sqs:*"))
    )

    assert [one["EntityType"] for one in granting(root, "group/Cashiers", "s3")["s3"]] == ["GROUP"]
    assert granting(root, "role/Baker", "sqs")["sqs"] == [
        {"PolicyName": "bake", "PolicyType": "INLINE", "EntityType": "ROLE", "EntityName": "Baker"}
    ]


def test_services_asked_about_come_in_pages(root: Caller, ana: Caller) -> None:
    asked = [f"service-{number}" for number in range(150)]

    first = list_policies_granting_service_access(
        root, arn=arn_of(root, "user/ana"), service_namespaces=asked
    )
    last = list_policies_granting_service_access(
        root, arn=arn_of(root, "user/ana"), service_namespaces=asked, marker=first.marker
    )

    assert (len(first.items), len(last.items), last.is_truncated) == (100, 50, False)
    with pytest.raises(ValidationError, match="Invalid Marker"):
        list_policies_granting_service_access(
            root, arn=arn_of(root, "user/ana"), service_namespaces=asked, marker="!"
        )


def test_what_is_not_there_is_told_to_who_may_ask(root: Caller, ana: Caller) -> None:
    with pytest.raises(NoSuchEntity, match=r"Policy .*policy/Nothing does not exist"):
        generate_service_last_accessed_details(root, arn=arn_of(root, "policy/Nothing"))
    with pytest.raises(InvalidInput, match="does not clearly define"):
        generate_service_last_accessed_details(root, arn=f"arn:aws:iam::{root.account_id}:root")
    with pytest.raises(InvalidInput, match="does not clearly define"):
        list_policies_granting_service_access(root, arn=READ_ONLY, service_namespaces=["iam"])


@pytest.mark.parametrize("name", ["ana", "nobody-here"])
def test_a_stranger_learns_nothing(root: Caller, ana: Caller, carol: Caller, name: str) -> None:
    arn = arn_of(root, f"user/{name}")
    job = generate_service_last_accessed_details(root, arn=arn_of(root, "user/ana"))

    with pytest.raises(AccessDenied, match="iam:GenerateServiceLastAccessedDetails"):
        generate_service_last_accessed_details(carol, arn=arn)
    with pytest.raises(AccessDenied, match="iam:ListPoliciesGrantingServiceAccess"):
        list_policies_granting_service_access(carol, arn=arn, service_namespaces=["iam"])
    with pytest.raises(AccessDenied, match=r"iam:GetServiceLastAccessedDetails on resource: \*"):
        get_service_last_accessed_details(carol, job_id=job.job_id)
    with pytest.raises(AccessDenied, match="iam:GetServiceLastAccessedDetailsWithEntities"):
        get_service_last_accessed_details_with_entities(carol, job_id=job.job_id, service_namespace="iam")


def test_the_tags_of_a_user_decide_who_may_ask(root: Caller, ana: Caller) -> None:
    create_user(root, user_name="bo", tags=[{"Key": "team", "Value": "stock"}])
    dave = new_user(root, "dave")
    ask = text(
        "iam:GenerateServiceLastAccessedDetails",
        Condition={"StringEquals": {"aws:ResourceTag/team": "stock"}},
    )
    put_user_policy(root, user_name="dave", policy_name="ask", policy_document=ask)
    attach_user_policy(root, user_name="bo", policy_arn=READ_ONLY)

    assert generate_service_last_accessed_details(dave, arn=arn_of(root, "user/bo")).job_id
    with pytest.raises(AccessDenied):
        generate_service_last_accessed_details(dave, arn=arn_of(root, "user/ana"))
