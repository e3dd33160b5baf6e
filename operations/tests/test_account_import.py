"""A whole account goes out and comes in again: all of it, or nothing with the place of the fault."""

from __future__ import annotations

import json
import re
from copy import deepcopy
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from pytest_django import Settings

from accounts.models import Account, Role, User
from audit.models import Event
from iamconsole.middleware import QueryTimer
from operations.access import check_access
from operations.account_export import exported_account
from operations.account_import import Imported, import_account, watched
from operations.caller import Caller, system_caller
from operations.errors import AccessDenied, DeleteConflict, ValidationError
from operations.roles import get_role
from operations.users import create_user, list_users
from tests.cast import new_account, signed_in

DUMP: dict[str, Any] = json.loads((Path(__file__).parent / "aws_dump.json").read_text(encoding="utf-8"))


@pytest.fixture
def empty(db: None) -> Caller:
    return system_caller(new_account("empty@coffee.example", "Empty"))


def bring(caller: Caller, dump: Any) -> Imported:
    return import_account(caller, authorization_details=json.dumps(dump))


def told(account_id: str, dump: Any) -> Any:
    """A dump with another account's number, and without what a second account cannot have."""
    text = re.sub(r"\d{12}", account_id, json.dumps(dump))
    return json.loads(re.sub(r'"(AIDA|AGPA|AROA|ANPA|AIPA)[A-Z0-9]+"', '"id"', text))


def test_a_real_accounts_dump_comes_in_whole(empty: Caller) -> None:
    done = bring(empty, DUMP)

    assert (done.users, done.groups, done.roles, done.policies) == (2, 1, 2, 2)
    assert done.copied == ["arn:aws:iam::aws:policy/AmazonOvenFullAccess"]
    dora = User.objects.get(user_id="AIDAEXAMPLEDORA000001")
    assert (dora.arn, dora.create_date.year) == (f"arn:aws:iam::{empty.account_id}:user/kitchen/Dora", 2021)
    assert dora.permissions_boundary is not None
    assert [version.number for version in dora.permissions_boundary.versions.all()] == [3, 1]
    assert dora.inline_policies.get().text.document.count(empty.account_id) == 1
    role = Role.objects.get(role_id="AROAEXAMPLEOVEN000001")
    assert role.trusted_ids == {dora.arn: dora.user_id}
    assert role.instance_profiles.get().instance_profile_id == "AIPAEXAMPLEOVEN000001"


def test_what_came_in_is_decided_on_like_everything_else(empty: Caller) -> None:
    bring(empty, DUMP)
    account = Account.objects.get(pk=empty.account_id)
    root = signed_in(account.root, account)

    def may(action: str, resource: str) -> bool:
        answer = check_access(root, user_name="dora", action_name=action, resource_arn=resource)
        return answer.decision.is_allowed

    assert may("iot:Publish", f"arn:aws:iot:eu-west-1:{account.id}:topic/oven")
    assert may("s3:ListAllMyBuckets", "*")
    assert not may("ec2:DescribeInstances", "*")
    assert "AIDAEXAMPLEGONE000009" in get_role(root, role_name="OvenRunner").assume_role_policy_document


def test_what_was_exported_comes_back_the_same(empty: Caller) -> None:
    bring(empty, DUMP)
    exported = exported_account(empty)
    other = system_caller(new_account("other@coffee.example", "Other"))

    bring(other, exported)

    assert told("1" * 12, exported_account(other)) == told("1" * 12, exported)


def test_the_coffee_shop_comes_back_the_same(db: None) -> None:
    call_command("demo", stdout=StringIO())
    exported = exported_account(system_caller(Account.objects.get(alias="coffee-shop")))
    other = system_caller(new_account("other@coffee.example", "Other"))

    bring(other, exported)

    assert told("1" * 12, exported_account(other)) == told("1" * 12, exported)
    assert len(exported["UserDetailList"]) > 2


def test_no_quota_binds_an_import(empty: Caller, settings: Settings) -> None:
    settings.QUOTAS = dict.fromkeys(settings.QUOTAS, 1) | {"TAGS": 50}

    assert bring(empty, DUMP).users == 2


def test_many_users_take_few_queries_and_the_progress_is_told(empty: Caller) -> None:
    users = [
        {
            "UserName": f"user-{number}",
            "UserId": f"AIDA{number:017}",
            "Arn": f"arn:aws:iam::444455556666:user/user-{number}",
            "CreateDate": "2024-01-01T00:00:00Z",
            "GroupList": ["Bakers"],
        }
        for number in range(1200)
    ]
    seen: list[tuple[str, int, int]] = []
    timer = QueryTimer()
    with connection.execute_wrapper(timer), watched(lambda *step: seen.append(step)):
        bring(empty, {**DUMP, "UserDetailList": users, "RoleDetailList": []})

    assert [step for step in seen if step[0] == "users"] == [
        ("users", 500, 1200),
        ("users", 1000, 1200),
        ("users", 1200, 1200),
    ]
    assert timer.count < 60


def test_one_event_tells_of_it_without_the_text(empty: Caller) -> None:
    bring(empty, DUMP)

    event = Event.objects.filter(account_id=empty.account_id).order_by("-sequence").first()
    assert event is not None
    assert event.event_name == "ImportAccount"
    assert set(event.request_parameters["authorizationDetails"]) == {"sha256"}


def test_only_an_empty_account_is_filled_and_only_by_the_operator(root: Caller) -> None:
    create_user(root, user_name="ana")
    with pytest.raises(DeleteConflict, match="empty"):
        bring(system_caller(root.account), DUMP)
    with pytest.raises(AccessDenied):
        bring(root, DUMP)


def broken(path: list[Any], value: Any) -> Any:
    """The dump with something else in one place."""
    dump = deepcopy(DUMP)
    place: Any = dump
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    return dump


@pytest.mark.parametrize(
    ("path", "value", "place"),
    [
        (["UserDetailList"], {}, "UserDetailList: is no list"),
        (["UserDetailList", 0], "Dora", "UserDetailList[0]: is no object"),
        (["UserDetailList", 0, "UserName"], None, "UserDetailList[0].UserName: is no text"),
        (["UserDetailList", 0, "UserName"], "a b", "UserDetailList[0]: 1 validation error detected"),
        (["UserDetailList", 1, "UserName"], "DORA", "UserDetailList: the name dora is there twice"),
        (["UserDetailList", 1, "CreateDate"], "once", "UserDetailList[1].CreateDate: `once` is no date"),
        (
            ["UserDetailList", 0, "GroupList"],
            ["Smiths"],
            "UserDetailList[0].GroupList: there is no group smiths",
        ),
        (["UserDetailList", 0, "Tags"], [{"Key": ""}], "UserDetailList[0].Tags[0].Value: is no text"),
        (
            ["UserDetailList", 0, "UserPolicyList", 0, "PolicyDocument"],
            {"Statement": [{"Effect": "Perhaps"}]},
            "UserDetailList[0].UserPolicyList[0].PolicyDocument: ",
        ),
        (
            ["GroupDetailList", 0, "AttachedManagedPolicies", 0, "PolicyArn"],
            "arn:aws:iam::aws:policy/NobodyKnows",
            "GroupDetailList[0]: the policy arn:aws:iam::aws:policy/NobodyKnows is neither in the file",
        ),
        (
            ["RoleDetailList", 0, "AssumeRolePolicyDocument"],
            7,
            "RoleDetailList[0].AssumeRolePolicyDocument: ",
        ),
        (["Policies", 0, "PolicyVersionList"], [], "Policies[0]: has not exactly one default version"),
        (
            ["Policies", 0, "PolicyVersionList", 0, "VersionId"],
            "3",
            "Policies[0].PolicyVersionList[0]: `3` is no",
        ),
    ],
)
def test_an_invalid_file_changes_nothing_and_names_the_place(
    empty: Caller, path: list[Any], value: Any, place: str
) -> None:
    with pytest.raises(ValidationError, match=re.escape(place)):
        bring(empty, broken(path, value))

    account = Account.objects.get(pk=empty.account_id)
    assert not any(rows.exists() for rows in (account.users, account.groups, account.roles, account.policies))


@pytest.mark.parametrize(
    "text", ["{", "[]", "{}", '{"Users": []}', '{"UserDetailList": [], "UserDetailList": []}']
)
def test_what_is_no_dump_is_refused(empty: Caller, text: str) -> None:
    with pytest.raises(ValidationError, match="The file"):
        import_account(empty, authorization_details=text)


def test_the_commands_go_from_one_account_to_another(empty: Caller, tmp_path: Path) -> None:
    bring(empty, DUMP)
    target = new_account("target@coffee.example", "Target")
    file, out, progress = tmp_path / "account.json", StringIO(), StringIO()

    call_command("export_account", str(file), account=empty.account_id)
    call_command("import_account", str(file), account=target.id, stdout=out, stderr=progress)

    assert f"2 users, 1 groups, 2 roles and 2 policies are in account {target.id}." in out.getvalue()
    assert "users: 2 of 2" in progress.getvalue()
    assert len(list_users(signed_in(target.root, target)).items) == 2
    with pytest.raises(CommandError, match="empty"):
        call_command("import_account", str(file), account=target.id)
    with pytest.raises(CommandError, match="several accounts"):
        call_command("export_account")
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("import_account", str(tmp_path / "nothing.json"), account=target.id)
