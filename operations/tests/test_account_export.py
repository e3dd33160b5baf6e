"""What goes out comes in again the same: names and ids, dates, versions, everything."""

from __future__ import annotations

import json
from datetime import datetime
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.management.commands.demo import open_shop
from accounts.models import Account
from audit.models import Event
from operations.account import create_account_alias
from operations.account_export import exported_account
from operations.caller import Caller, system_caller
from operations.tests.dumps import DUMP, OWN, bring, numbered, through, undone
from tests.cast import new_account

NAMES = st.lists(st.text("abcXYZ09+=,.@-_", min_size=1, max_size=12), unique_by=str.lower, max_size=4)
PATHS = st.sampled_from(["/", "/kitchen/", "/a/b/"])
# The zones at the edge of time would lead out of it.
TIMES = st.datetimes(datetime(1900, 1, 1), datetime(9000, 1, 1), timezones=st.timezones())
DATES = TIMES.map(lambda it: it.isoformat())
VALUES = st.text("aé0 .:/=+-@_", max_size=6)
AWS_POLICIES = ["arn:aws:iam::aws:policy/ReadOnlyAccess", "arn:aws:iam::aws:policy/job-function/Billing"]


@pytest.fixture
def empty(db: None) -> Caller:
    return system_caller(new_account("empty@coffee.example", "Empty"))


def arn(kind: str, path: str, name: str) -> str:
    return f"arn:aws:iam::{OWN}:{kind}{path}{name}"


@st.composite
def documents(draw: st.DrawFn, /, **more: Any) -> Any:
    statement = {
        "Effect": draw(st.sampled_from(["Allow", "Deny"])),
        "Action": draw(st.sampled_from(["s3:*", ["s3:GetObject", "iam:PassRole"]])),
        "Condition": {"StringEquals": {"aws:PrincipalTag/é": draw(VALUES)}},
        **more,
    }
    return {"Version": "2012-10-17", "Statement": draw(st.sampled_from([statement, [statement]]))}


@st.composite
def things(draw: st.DrawFn, kind: str, prefix: str, name: str, segment: str = "") -> dict[str, Any]:
    """What everything in a dump has."""
    path, number = draw(PATHS), draw(st.integers(0, 10**16))
    return {
        "Path": path,
        f"{kind}Name": name,
        f"{kind}Id": f"{prefix}{name.encode().hex().upper()}{number:017}",
        "Arn": arn(segment or kind.lower(), path, name),
        "CreateDate": draw(DATES),
    }


@st.composite
def tags(draw: st.DrawFn) -> list[dict[str, str]]:
    return [{"Key": name, "Value": draw(VALUES)} for name in draw(NAMES) if "," not in name]


@st.composite
def held(draw: st.DrawFn, kind: str, arns: list[str]) -> dict[str, Any]:
    some = st.lists(st.sampled_from(arns), unique=True, max_size=3)
    found: dict[str, Any] = {
        "AttachedManagedPolicies": [{"PolicyArn": one} for one in draw(some)],
        f"{kind}PolicyList": [
            {"PolicyName": name, "PolicyDocument": draw(documents(Resource="*"))} for name in draw(NAMES)
        ],
    }
    if kind != "Group":
        found["Tags"] = draw(tags())
        if draw(st.booleans()):
            found["PermissionsBoundary"] = {"PermissionsBoundaryArn": draw(st.sampled_from(arns))}
    return found


@st.composite
def policies(draw: st.DrawFn, name: str) -> dict[str, Any]:
    numbers = draw(st.lists(st.integers(1, 400), min_size=1, max_size=5, unique=True))
    default = draw(st.sampled_from(numbers))
    versions = [
        {
            "VersionId": f"v{number}",
            "IsDefaultVersion": number == default,
            "CreateDate": draw(DATES),
            "Document": draw(documents(Resource=f"arn:aws:s3:::{OWN}/*")),
        }
        for number in numbers
    ]
    described = {"UpdateDate": draw(DATES), "Description": draw(VALUES), "PolicyVersionList": versions}
    return {**draw(things("Policy", "ANPA", name)), **described}


@st.composite
def roles(draw: st.DrawFn, name: str, arns: list[str], trusted: list[str]) -> dict[str, Any]:
    principals = draw(
        st.lists(st.sampled_from([OWN, "AIDAEXAMPLEGONE000009", *trusted]), min_size=1, max_size=3)
    )
    profile = draw(things("InstanceProfile", "AIPA", name, "instance-profile"))
    found = {
        **draw(things("Role", "AROA", name)),
        **draw(held("Role", arns)),
        "AssumeRolePolicyDocument": draw(documents(Principal={"AWS": principals}, Action="sts:AssumeRole")),
        "InstanceProfileList": draw(st.sampled_from([[], [{**profile, "Tags": draw(tags())}]])),
    }
    if draw(st.booleans()):
        found["RoleLastUsed"] = {
            "LastUsedDate": draw(DATES),
            "Region": draw(st.sampled_from(["", "eu-west-1"])),
        }
    return found


@st.composite
def dumps(draw: st.DrawFn) -> dict[str, Any]:
    own = [draw(policies(name)) for name in draw(NAMES)]
    arns = [*AWS_POLICIES, *(policy["Arn"] for policy in own)]
    groups = [{**draw(things("Group", "AGPA", name)), **draw(held("Group", arns))} for name in draw(NAMES)]
    named = (
        st.lists(st.sampled_from([group["GroupName"] for group in groups]), unique=True)
        if groups
        else st.just([])
    )
    users = [
        {**draw(things("User", "AIDA", name)), **draw(held("User", arns)), "GroupList": draw(named)}
        for name in draw(NAMES)
    ]
    trusted = [user["Arn"] for user in users]
    return {
        "UserDetailList": users,
        "GroupDetailList": groups,
        "RoleDetailList": [draw(roles(name, arns, trusted)) for name in draw(NAMES)],
        "Policies": own,
    }


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[
        HealthCheck.function_scoped_fixture,
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
    ],
)
@given(dump=dumps())
def test_import_of_an_export_is_the_identity(empty: Caller, dump: Any) -> None:
    exported = through(empty, dump)

    assert through(empty, exported) == exported
    assert facts(exported) == facts(dump)


def facts(dump: Any) -> Any:
    """Who is there, with which id, in which groups, with how many policies, and which version is in force."""
    return {
        "users": sorted((one["UserId"], *sorted(one["GroupList"])) for one in dump["UserDetailList"]),
        "groups": sorted((one["GroupId"], len(one["GroupPolicyList"])) for one in dump["GroupDetailList"]),
        "roles": sorted((one["RoleId"], len(one["InstanceProfileList"])) for one in dump["RoleDetailList"]),
        "held": sorted(
            (len(one["AttachedManagedPolicies"]), "PermissionsBoundary" in one, len(one["Tags"]))
            for one in (*dump["UserDetailList"], *dump["RoleDetailList"])
        ),
        "policies": sorted(
            (one["PolicyId"], version["VersionId"], version["IsDefaultVersion"])
            for one in dump["Policies"]
            if one["Arn"] not in AWS_POLICIES
            for version in one["PolicyVersionList"]
        ),
    }


def test_a_dump_of_aws_goes_out_as_it_came_in(empty: Caller) -> None:
    exported = through(empty, DUMP)

    assert through(empty, exported) == exported
    dora, came = exported["UserDetailList"][0], DUMP["UserDetailList"][0]
    assert {key: dora[key] for key in ("Path", "UserName", "UserId", "CreateDate", "GroupList", "Tags")} == {
        key: came[key] for key in ("Path", "UserName", "UserId", "CreateDate", "GroupList", "Tags")
    }
    oven, used = exported["RoleDetailList"][1], DUMP["RoleDetailList"][0]["RoleLastUsed"]
    assert (oven["RoleLastUsed"], len(oven["InstanceProfileList"])) == (used, 1)
    assert exported["RoleDetailList"][0]["RoleLastUsed"] == {}


def test_the_coffee_shop_is_the_same_in_another_account(empty: Caller) -> None:
    with undone():
        exported = exported_account(system_caller(open_shop()))

    again = through(empty, exported)

    assert len(exported["UserDetailList"]) == 4
    assert again == numbered(exported, empty.account_id)


def test_an_export_goes_over_as_many_pages_as_it_takes(
    empty: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    bring(empty, DUMP)
    whole = exported_account(empty)

    monkeypatch.setattr("operations.account_export.PAGE", 1)

    assert exported_account(empty) == whole


def test_an_export_leaves_no_event_and_no_change(empty: Caller) -> None:
    before = Event.objects.count(), Account.objects.get(pk=empty.account_id).revision

    exported_account(empty)

    assert (Event.objects.count(), Account.objects.get(pk=empty.account_id).revision) == before


def test_the_command_prints_json_that_awscli_users_know(root: Caller) -> None:
    create_account_alias(root, account_alias="coffee")
    out = StringIO()

    call_command("export_account", account="coffee", stdout=out)

    assert list(json.loads(out.getvalue())) == [
        "UserDetailList",
        "GroupDetailList",
        "RoleDetailList",
        "Policies",
    ]


def test_a_file_that_cannot_be_written_is_named(root: Caller, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="cannot be written"):
        call_command("export_account", str(tmp_path))
