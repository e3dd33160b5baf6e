"""A dump is read strictly: whatever is wrong has its place, whatever AWS leaves out may be missing."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import quote

import pytest

from operations.account_dump import Dump, parse_dump
from operations.errors import ValidationError
from operations.tests.dumps import DUMP, OWN, changed

ACCOUNT = "098765432109"
USER, ROLE, POLICY = ("UserDetailList", 0), ("RoleDetailList", 0), ("Policies", 0)
INLINE = (*USER, "UserPolicyList", 0, "PolicyDocument")
TRUST = (*ROLE, "AssumeRolePolicyDocument")
VERSIONS = (*POLICY, "PolicyVersionList")
STATEMENT = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}
DOCUMENT = {"Version": "2012-10-17", "Statement": [STATEMENT]}
MADE = "2024-01-01T00:00:00Z"


def read(dump: Any) -> Dump:
    return parse_dump(json.dumps(dump), ACCOUNT)


def version(name: str, *, is_default: object) -> dict[str, object]:
    return {"VersionId": name, "IsDefaultVersion": is_default, "CreateDate": MADE, "Document": DOCUMENT}


def nested(depth: int) -> Any:
    return {"a": nested(depth - 1)} if depth else {}


FAULTS: list[tuple[tuple[str | int, ...], object, str]] = [
    (("UserDetailList",), {}, "UserDetailList: is no list"),
    (("IsTruncated",), True, "The file: is one page of several"),
    (("NextToken",), "eyJ", "The file: is one page of several"),
    (("IsTruncated",), "no", "IsTruncated: is neither true nor false"),
    (USER, "Dora", "UserDetailList[0]: is no object"),
    ((*USER, "UserName"), None, "UserDetailList[0].UserName: is no text"),
    ((*USER, "UserName"), "a b", "UserDetailList[0].UserName: 1 validation error detected"),
    ((*USER, "UserName"), "Dora\0", "UserDetailList[0].UserName: holds a character that is none"),
    ((*USER, "UserId"), 7, "UserDetailList[0].UserId: is no text"),
    ((*USER, "Path"), "kitchen", "UserDetailList[0].Path: 1 validation error detected"),
    (
        (*USER, "Arn"),
        f"arn:aws:iam::{OWN}:user/Dora",
        "UserDetailList[0].Arn: `arn:aws:iam::444455556666:user/Dora`",
    ),
    ((*USER, "Arn"), "arn:aws-cn:iam::444455556666:user/kitchen/Dora", "UserDetailList[0].Arn: `arn:aws-cn"),
    ((*ROLE, "Arn"), "arn:aws:iam::777788889999:role/service/OvenRunner", "RoleDetailList[0].Arn: `arn:aws"),
    (("UserDetailList", 1, "UserName"), "DORA", "UserDetailList[1].Arn: "),
    ((*USER, "CreateDate"), "once", "UserDetailList[0].CreateDate: `once` is no date"),
    ((*USER, "CreateDate"), "0001-01-01T00:00:00+14:00", "UserDetailList[0].CreateDate: "),
    ((*USER, "CreateDate"), 1700000000, "UserDetailList[0].CreateDate: is no text"),
    ((*USER, "GroupList"), ["Smiths"], "UserDetailList[0].GroupList[0]: there is no group Smiths"),
    ((*USER, "GroupList"), [{}], "UserDetailList[0].GroupList[0]: is no text"),
    ((*USER, "Tags"), [{"Key": "a"}], "UserDetailList[0].Tags[0].Value: is no text"),
    ((*USER, "Tags"), [{"Key": "", "Value": ""}], "UserDetailList[0].Tags: 2 validation errors detected"),
    (
        (*USER, "Tags"),
        [{"Key": "a", "Value": ""}, {"Key": "A", "Value": ""}],
        "UserDetailList[0].Tags[1].Key: A is there already, at UserDetailList[0].Tags[0].Key",
    ),
    (
        (*USER, "AttachedManagedPolicies", 0),
        {},
        "UserDetailList[0].AttachedManagedPolicies[0].PolicyArn: is no",
    ),
    (
        (*USER, "PermissionsBoundary"),
        {},
        "UserDetailList[0].PermissionsBoundary.PermissionsBoundaryArn: is no text",
    ),
    (
        (*USER, "UserPolicyList", 0, "PolicyName"),
        "a/b",
        "UserDetailList[0].UserPolicyList[0].PolicyName: 1 valid",
    ),
    (
        (*USER, "UserPolicyList"),
        [{"PolicyName": name, "PolicyDocument": DOCUMENT} for name in ("oven", "Oven")],
        "UserDetailList[0].UserPolicyList[1]: Oven is there already",
    ),
    (INLINE, 7, "UserDetailList[0].UserPolicyList[0].PolicyDocument: is no policy document"),
    (INLINE, "[]", "UserDetailList[0].UserPolicyList[0].PolicyDocument: A policy must be an object"),
    (INLINE, "%7B", "UserDetailList[0].UserPolicyList[0].PolicyDocument: "),
    (INLINE, {"Statement": [{"Effect": "Perhaps"}]}, "UserDetailList[0].UserPolicyList[0].PolicyDocument: "),
    (INLINE, nested(700), "UserDetailList[0].UserPolicyList[0].PolicyDocument: is nested too deeply"),
    (INLINE, {"Id": "\ud800", **DOCUMENT}, "UserDetailList[0].UserPolicyList[0].PolicyDocument: "),
    (
        INLINE,
        {"Statement": {**STATEMENT, "Resource": "x" * 270_000}},
        "UserDetailList[0].UserPolicyList[0].PolicyDocument: The text has 270,",
    ),
    (TRUST, None, "RoleDetailList[0].AssumeRolePolicyDocument: is no policy document"),
    (
        TRUST,
        DOCUMENT,
        "RoleDetailList[0].AssumeRolePolicyDocument: a statement of a trust policy names no Principal",
    ),
    ((*ROLE, "RoleLastUsed"), [1], "RoleDetailList[0].RoleLastUsed: is no object"),
    (
        (*ROLE, "RoleLastUsed", "Region"),
        "Mars!",
        "RoleDetailList[0].RoleLastUsed.Region: `Mars!` is no region",
    ),
    (
        (*ROLE, "RoleLastUsed", "LastUsedDate"),
        "now",
        "RoleDetailList[0].RoleLastUsed.LastUsedDate: `now` is no date",
    ),
    (
        (*ROLE, "InstanceProfileList", 0, "InstanceProfileName"),
        "",
        "RoleDetailList[0].InstanceProfileList[0].InstanceProfileName: 2 validation errors",
    ),
    (
        ("RoleDetailList", 1, "InstanceProfileList"),
        DUMP["RoleDetailList"][0]["InstanceProfileList"],
        "RoleDetailList[1].InstanceProfileList[0]: OvenRunner is there already, at RoleDetailList[0].",
    ),
    ((*POLICY, "Arn"), None, "Policies[0].Arn: is no text"),
    ((*POLICY, "Description"), "x" * 1001, "Policies[0].Description: 1 validation error detected"),
    (VERSIONS, [], "Policies[0].PolicyVersionList: has not exactly one default version"),
    (
        VERSIONS,
        [version("v1", is_default=True), version("v2", is_default=True)],
        "Policies[0].PolicyVersionList: has not exactly one default version",
    ),
    (
        VERSIONS,
        [version("v3", is_default=True), version("v3", is_default=False)],
        "Policies[0].PolicyVersionList[1].VersionId: v3 is there already",
    ),
    ((*VERSIONS, 0, "VersionId"), "3", "Policies[0].PolicyVersionList[0].VersionId: `3` is no version"),
    (
        (*VERSIONS, 0, "IsDefaultVersion"),
        "true",
        "Policies[0].PolicyVersionList[0].IsDefaultVersion: is neither",
    ),
    (
        (*VERSIONS, 0, "Document"),
        {},
        "Policies[0].PolicyVersionList[0].Document: The policy has no Statement",
    ),
    (
        (*POLICY, "DefaultVersionId"),
        "v1",
        "Policies[0].DefaultVersionId: the list says that v3 is the default",
    ),
]


@pytest.mark.parametrize(("path", "value", "place"), FAULTS)
def test_a_fault_is_named_with_its_place(path: tuple[str | int, ...], value: object, place: str) -> None:
    with pytest.raises(ValidationError, match=re.escape(place)):
        read(changed(path, value))


@pytest.mark.parametrize("kind", ["UserDetailList", "GroupDetailList", "RoleDetailList", "Policies"])
def test_nothing_is_there_twice(kind: str) -> None:
    with pytest.raises(ValidationError, match=re.escape(f" is there already, at {kind}[0]")):
        read({**DUMP, kind: [DUMP[kind][0], DUMP[kind][0]]})


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "{}",
        '{"Users": []}',
        '{"UserDetailList": NaN}',
        '{"Policies": [], "Policies": []}',
        "[" * 9999,
    ],
    ids=["empty", "cut", "list", "nothing", "other", "NaN", "twice", "deep"],
)
def test_what_is_no_dump_is_refused(text: str) -> None:
    with pytest.raises(ValidationError, match="The file"):
        parse_dump(text, ACCOUNT)


def test_whatever_aws_leaves_out_may_be_missing() -> None:
    bare = {"UserName": "ana", "UserId": "AIDAEXAMPLEANA0000001", "CreateDate": MADE}

    ana = read({"UserDetailList": [bare]}).users[0]

    assert (ana.path, ana.tags, ana.groups, ana.held.inline, ana.held.attached) == ("/", [], [], {}, [])
    assert ana.held.boundary is None


def test_dates_are_read_with_their_zone_and_without_one_as_utc() -> None:
    zoned = read(changed((*USER, "CreateDate"), "2021-03-04T05:06:07+02:00")).users[0]
    plain = read(changed((*USER, "CreateDate"), "2021-03-04T05:06:07")).users[0]

    assert zoned.create_date.isoformat() == "2021-03-04T03:06:07+00:00"
    assert plain.create_date.isoformat() == "2021-03-04T05:06:07+00:00"


@pytest.mark.parametrize(
    "written",
    [DOCUMENT, json.dumps(DOCUMENT), quote(json.dumps(DOCUMENT)), quote(json.dumps(DOCUMENT), safe="")],
    ids=["object", "text", "encoded", "encoded altogether"],
)
def test_a_document_may_be_an_object_or_text_or_encoded(written: object) -> None:
    (document,) = read(changed(INLINE, written)).users[0].held.inline.values()

    assert json.loads(document) == DOCUMENT


def test_a_document_that_is_text_stays_as_it_was_typed() -> None:
    typed = json.dumps(DOCUMENT).replace(",", " , ")

    assert list(read(changed(INLINE, typed)).users[0].held.inline.values()) == [typed]


def test_letters_stay_letters() -> None:
    (document,) = read(changed(INLINE, {"Id": "Café", **DOCUMENT})).users[0].held.inline.values()

    assert '"Café"' in document


@pytest.mark.parametrize("encode", [lambda it: it, json.dumps, lambda it: quote(json.dumps(it), safe="")])
def test_the_accounts_number_is_replaced_wherever_it_stands_for_itself(encode: Any) -> None:
    condition = {"StringEquals": {f"aws:PrincipalTag/{OWN}": [OWN, f"é{OWN}", f"1{OWN}", int(OWN)]}}
    document = {"Statement": {**STATEMENT, "Resource": f"arn:aws:s3:::{OWN}-logs/*", "Condition": condition}}

    (text,) = read(changed(INLINE, encode(document))).users[0].held.inline.values()

    statement = json.loads(text)["Statement"]
    assert statement["Resource"] == f"arn:aws:s3:::{ACCOUNT}-logs/*"
    assert statement["Condition"]["StringEquals"] == {
        f"aws:PrincipalTag/{ACCOUNT}": [ACCOUNT, f"é{ACCOUNT}", f"1{OWN}", ACCOUNT]
    }


def test_the_number_is_replaced_in_names_and_tags_too() -> None:
    role = {**DUMP["RoleDetailList"][1], "RoleName": f"cdk-{OWN}-role", "Tags": [{"Key": "of", "Value": OWN}]}
    role["Arn"] = f"arn:aws:iam::{OWN}:role{role['Path']}{role['RoleName']}"

    read_role = read({**DUMP, "RoleDetailList": [role]}).roles[0]

    assert (read_role.name, read_role.tags) == (f"cdk-{ACCOUNT}-role", [{"Key": "of", "Value": ACCOUNT}])


def test_in_the_account_that_it_is_of_nothing_is_replaced() -> None:
    (text,) = parse_dump(json.dumps(DUMP), OWN).users[0].held.inline.values()

    assert text.count(OWN) == 2


def test_a_policy_is_never_too_long_by_its_white_space_alone() -> None:
    statement = {**STATEMENT, "Action": [f"s3:Get{number:050}" for number in range(4000)]}

    (text,) = read(changed(INLINE, {"Statement": [statement]})).users[0].held.inline.values()

    assert "\n" not in text
