"""A whole account comes in, into an empty one: all of it, or nothing."""

from __future__ import annotations

import json
import re
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
from operations.account_import import watched
from operations.caller import Caller, system_caller
from operations.errors import AccessDenied, EntityAlreadyExists, ValidationError
from operations.instance_profiles import create_instance_profile
from operations.policies import create_policy
from operations.policy_versions import create_policy_version
from operations.roles import create_role, get_role
from operations.tests.dumps import DUMP, bring, changed
from operations.tests.test_registry import DOCUMENT, TRUST
from operations.users import create_user, delete_user, list_users
from policies.models import Policy
from tests.cast import new_account, signed_in

AWS = "arn:aws:iam::aws:policy"
OWN_ARN = "arn:aws:iam::444455556666"
MADE = "2024-01-01T00:00:00Z"


@pytest.fixture
def empty(db: None) -> Caller:
    return system_caller(new_account("empty@coffee.example", "Empty"))


def rooted(caller: Caller) -> Caller:
    """The root user, after what came in."""
    account = Account.objects.get(pk=caller.account_id)
    return signed_in(account.root, account)


def users(count: int) -> list[dict[str, Any]]:
    return [
        {
            "UserName": f"user-{number}",
            "UserId": f"AIDA{number:017}",
            "Arn": f"{OWN_ARN}:user/user-{number}",
            "CreateDate": MADE,
            "GroupList": ["Bakers"],
        }
        for number in range(count)
    ]


def role(number: int, *trusted: str) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Principal": {"AWS": list(trusted)}, "Action": "sts:AssumeRole"}
    return {
        "RoleName": f"role-{number}",
        "RoleId": f"AROA{number:017}",
        "Arn": f"{OWN_ARN}:role/role-{number}",
        "CreateDate": MADE,
        "AssumeRolePolicyDocument": {"Statement": statement},
    }


def test_a_real_accounts_dump_comes_in_whole(empty: Caller) -> None:
    done = bring(empty, DUMP)

    assert (done.users, done.groups, done.roles, done.policies) == (2, 1, 2, 2)
    assert done.copied == [f"{AWS}/AmazonOvenFullAccess"]
    dora = User.objects.get(user_id="AIDAEXAMPLEDORA000001")
    assert (dora.arn, dora.create_date.year) == (f"arn:aws:iam::{empty.account_id}:user/kitchen/Dora", 2021)
    assert dora.permissions_boundary is not None
    assert [version.number for version in dora.permissions_boundary.versions.all()] == [3, 1]
    assert dora.inline_policies.get().text.document.count(empty.account_id) == 2
    oven = Role.objects.get(role_id="AROAEXAMPLEOVEN000001")
    assert oven.trusted_ids == {dora.arn: dora.user_id}
    assert oven.instance_profiles.get().instance_profile_id == "AIPAEXAMPLEOVEN000001"


def test_what_came_in_is_decided_on_like_everything_else(empty: Caller) -> None:
    bring(empty, DUMP)
    root = rooted(empty)

    def may(action: str, resource: str) -> bool:
        answer = check_access(root, user_name="dora", action_name=action, resource_arn=resource)
        return answer.decision.is_allowed

    assert may("s3:ListAllMyBuckets", "*")
    assert not may("ec2:DescribeInstances", "*")
    assert "AIDAEXAMPLEGONE000009" in get_role(root, role_name="OvenRunner").assume_role_policy_document


def test_who_was_trusted_and_is_made_anew_is_not_trusted_any_more(empty: Caller) -> None:
    trusting = role(1, f"{OWN_ARN}:user/user-0", "arn:aws:iam::777788889999:role/theirs")
    bring(empty, {"UserDetailList": [{**users(1)[0], "GroupList": []}], "RoleDetailList": [trusting]})
    root = rooted(empty)
    delete_user(root, user_name="user-0")
    create_user(root, user_name="user-0")

    shown = json.loads(get_role(root, role_name="role-1").assume_role_policy_document)

    trusted = ["AIDA00000000000000000", "arn:aws:iam::777788889999:role/theirs"]
    assert shown["Statement"]["Principal"]["AWS"] == trusted


def test_many_roles_may_trust_many(empty: Caller) -> None:
    roles = [role(number, f"{OWN_ARN}:role/role-{(number + 1) % 1100}") for number in range(1100)]

    bring(empty, {"RoleDetailList": roles})

    assert not Role.objects.filter(trusted_ids={}).exists()


def test_the_next_version_of_a_policy_has_the_next_number(empty: Caller) -> None:
    bring(empty, DUMP)
    arn = f"arn:aws:iam::{empty.account_id}:policy/limits/KitchenOnly"

    made = create_policy_version(rooted(empty), policy_arn=arn, policy_document=DOCUMENT)

    assert made.version_id == "v4"


def test_no_quota_binds_an_import(empty: Caller, settings: Settings) -> None:
    settings.QUOTAS = dict.fromkeys(settings.QUOTAS, 0)

    assert bring(empty, DUMP).users == 2


def test_ids_that_somebody_has_are_drawn_anew(empty: Caller) -> None:
    bring(empty, DUMP)
    other = system_caller(new_account("other@coffee.example", "Other"))

    bring(other, DUMP)

    dora = User.objects.get(account_id=other.account_id, name_key="dora")
    assert (dora.user_id[:4], len(dora.user_id)) == ("AIDA", 21)
    assert dora.user_id != "AIDAEXAMPLEDORA000001"


@pytest.mark.parametrize(
    "unique_id", ["", "REDACTED", "AIDAEXAMPLEDORA000001", "AROAEXAMPLEDORA000001", "AIDA-" * 5]
)
def test_an_id_that_cannot_be_kept_is_drawn_anew(empty: Caller, unique_id: str) -> None:
    bring(empty, changed(("UserDetailList", 1, "UserId"), unique_id))

    eve = User.objects.get(name_key="eve")
    assert (eve.user_id[:4], len(eve.user_id)) == ("AIDA", 21)
    assert eve.user_id != unique_id


def test_many_users_take_few_queries_and_the_progress_is_told(empty: Caller) -> None:
    seen: list[tuple[str, int, int]] = []
    timer = QueryTimer()
    with connection.execute_wrapper(timer), watched(lambda *step: seen.append(step)):
        bring(empty, {**DUMP, "UserDetailList": users(1200), "RoleDetailList": []})

    assert [step for step in seen if step[0] == "users"] == [
        ("users", 500, 1200),
        ("users", 1000, 1200),
        ("users", 1200, 1200),
    ]
    assert timer.count < 60


def test_one_event_tells_of_it_without_the_text(empty: Caller) -> None:
    before = Event.objects.count()

    bring(empty, DUMP)

    assert Event.objects.count() == before + 1
    event = Event.objects.filter(account_id=empty.account_id).order_by("-sequence")[0]
    assert event.event_name == "ImportAccount"
    assert set(event.request_parameters["authorizationDetails"]) == {"sha256"}
    assert event.response_elements == {"users": 2, "groups": 1, "roles": 2, "policies": 2}


def test_only_the_operator_fills_an_account(root: Caller) -> None:
    with pytest.raises(AccessDenied):
        bring(root, DUMP)


@pytest.mark.parametrize(
    "make",
    [
        lambda it: create_user(it, user_name="ana"),
        lambda it: create_policy(it, policy_name="Read", policy_document=DOCUMENT),
        lambda it: create_role(it, role_name="Cook", assume_role_policy_document=TRUST),
        lambda it: create_instance_profile(it, instance_profile_name="Till"),
    ],
    ids=["user", "policy", "role", "instance profile"],
)
def test_only_an_empty_account_is_filled(root: Caller, make: Any) -> None:
    make(root)

    with pytest.raises(EntityAlreadyExists, match="into an empty one"):
        bring(system_caller(root.account), DUMP)


def copies_of_own_name() -> Any:
    oven = {**DUMP["Policies"][1], "PolicyName": "amazonOvenFullAccess"}
    oven["Arn"] = f"{OWN_ARN}:policy/amazonOvenFullAccess"
    return changed(("Policies",), [*DUMP["Policies"], oven])


@pytest.mark.parametrize(
    ("dump", "place"),
    [
        (
            changed(("GroupDetailList", 0, "AttachedManagedPolicies", 0, "PolicyArn"), f"{AWS}/NobodyKnows"),
            f"GroupDetailList[0].AttachedManagedPolicies[0].PolicyArn: the policy {AWS}/NobodyKnows is neither",
        ),
        (
            changed(("Policies",), DUMP["Policies"][1:]),
            "UserDetailList[0].PermissionsBoundary.PermissionsBoundaryArn: the policy arn:",
        ),
        (copies_of_own_name(), f"Policies[1]: {AWS}/AmazonOvenFullAccess is not known here, and no copy"),
        (changed(("RoleDetailList", 1, "CreateDate"), "once"), "RoleDetailList[1].CreateDate: `once`"),
    ],
    ids=["unknown policy of AWS", "missing policy", "copy without a name", "fault at the end"],
)
def test_an_invalid_file_changes_nothing_and_names_the_place(empty: Caller, dump: Any, place: str) -> None:
    with pytest.raises(ValidationError, match=re.escape(place)):
        bring(empty, dump)

    account = Account.objects.get(pk=empty.account_id)
    assert not any(rows.exists() for rows in (account.users, account.groups, account.roles, account.policies))


def test_awss_policies_that_nobody_has_are_not_copied(empty: Caller) -> None:
    idle = {**DUMP["Policies"][1], "PolicyName": "Idle", "Arn": f"{AWS}/Idle"}

    bring(empty, changed(("Policies",), [*DUMP["Policies"], idle]))

    assert not Policy.objects.filter(policy_name="Idle").exists()


def test_awss_policies_are_those_of_this_installation_and_others_are_told(empty: Caller) -> None:
    read_only = {**DUMP["Policies"][1], "PolicyName": "ReadOnlyAccess", "Arn": f"{AWS}/ReadOnlyAccess"}

    done = bring(empty, changed(("Policies",), [*DUMP["Policies"], read_only]))

    assert done.differing == [f"{AWS}/ReadOnlyAccess"]
    assert not Policy.objects.filter(account_id=empty.account_id, policy_name="ReadOnlyAccess").exists()


def test_a_policy_named_twice_in_different_letters_is_attached_once(empty: Caller) -> None:
    names = [{"PolicyArn": f"{AWS}/{name}"} for name in ("ReadOnlyAccess", "readonlyaccess")]

    bring(empty, changed(("UserDetailList", 1, "AttachedManagedPolicies"), names))

    assert User.objects.get(name_key="eve").attachments.count() == 1


def test_the_commands_go_from_one_account_to_another(empty: Caller, tmp_path: Path) -> None:
    bring(empty, DUMP)
    target = new_account("target@coffee.example", "Target")
    file, out, progress = tmp_path / "account.json", StringIO(), StringIO()

    call_command("export_account", str(file), account=empty.account_id)
    call_command("import_account", str(file), account=target.id, stdout=out, stderr=progress)

    assert f"Account {target.id} now holds users: 2, groups: 1, roles: 2, policies: 2." in out.getvalue()
    assert "users: 2 of 2" in progress.getvalue()
    assert len(list_users(signed_in(target.root, target)).items) == 2


def test_the_command_tells_of_awss_policies_that_are_others_here(empty: Caller, tmp_path: Path) -> None:
    read_only = {**DUMP["Policies"][1], "PolicyName": "ReadOnlyAccess", "Arn": f"{AWS}/ReadOnlyAccess"}
    file, out = tmp_path / "account.json", StringIO()
    file.write_text(json.dumps(changed(("Policies",), [*DUMP["Policies"], read_only])))

    call_command("import_account", str(file), stdout=out, stderr=StringIO())

    assert f"{AWS}/AmazonOvenFullAccess is not known here: the account has a copy" in out.getvalue()
    assert f"{AWS}/ReadOnlyAccess has another text in the file" in out.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_file_may_be_as_windows_writes_it(empty: Caller, tmp_path: Path, encoding: str) -> None:
    file, out = tmp_path / "account.json", StringIO()
    file.write_text(json.dumps(DUMP), encoding=encoding)

    call_command("import_account", str(file), stdout=out, stderr=StringIO())

    assert "users: 2" in out.getvalue()


def test_a_dump_may_come_by_the_standard_input(
    empty: Caller, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file, out = tmp_path / "account.json", StringIO()
    file.write_text(json.dumps(DUMP))

    with file.open() as stream:
        monkeypatch.setattr("sys.stdin", stream)
        call_command("import_account", "-", stdout=out, stderr=StringIO())

    assert "users: 2" in out.getvalue()


@pytest.mark.parametrize(
    ("content", "fault"), [(None, "cannot be read"), (b"{\xff\xff", "cannot be read"), (b"{", "no JSON")]
)
def test_a_file_that_cannot_be_read_is_named(
    empty: Caller, tmp_path: Path, content: bytes | None, fault: str
) -> None:
    file = tmp_path / "account.json"
    if content is not None:
        file.write_bytes(content)

    with pytest.raises(CommandError, match=fault):
        call_command("import_account", str(file))


def test_the_account_is_found_by_its_number_or_its_alias_or_alone(root: Caller) -> None:
    with pytest.raises(CommandError, match="There is no account nowhere"):
        call_command("export_account", account="nowhere")
    new_account("other@coffee.example", "Other")
    with pytest.raises(CommandError, match="There are several accounts"):
        call_command("export_account")


def test_without_any_account_the_way_to_make_one_is_told(db: None) -> None:
    with pytest.raises(CommandError, match=r"There is no account yet\. `manage.py create_account` makes one"):
        call_command("import_account", "account.json")
