"""The account as a whole as boto3 sees it: alias, summary, details, report, and what policies would allow."""

from __future__ import annotations

import csv
import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from operations.tests.federation import allowing
from tests.api_server import Shop
from tests.cast import ADMINISTRATOR, READ_ONLY

BUCKET = "arn:aws:s3:::receipts"
DOCUMENT = """{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Sid": "Read",
      "Effect": "Allow",
      "Action": "s3:GetObject",
      "Resource": "arn:aws:s3:::receipts/*"
    },
    {"Effect": "Deny", "Action": "s3:*", "Resource": "arn:aws:s3:::receipts/secret"}
  ]
}"""


@pytest.fixture
def iam(shop: Shop) -> Any:
    return shop.client("iam")


def test_an_alias_is_one_for_all_accounts(shop: Shop, iam: Any) -> None:
    alias = f"shop-{shop.account_id}"
    iam.create_account_alias(AccountAlias=alias)

    assert iam.list_account_aliases()["AccountAliases"] == [alias]
    with pytest.raises(iam.exceptions.NoSuchEntityException):
        iam.delete_account_alias(AccountAlias="another")
    iam.delete_account_alias(AccountAlias=alias)
    assert iam.list_account_aliases()["AccountAliases"] == []


def test_the_summary_counts_what_there_is(iam: Any) -> None:
    before = iam.get_account_summary()["SummaryMap"]
    iam.create_user(UserName="ana")
    iam.create_group(GroupName="Cashiers")
    iam.create_policy(PolicyName="Receipts", PolicyDocument=DOCUMENT)

    after = iam.get_account_summary()["SummaryMap"]
    grown = {name: after[name] - before[name] for name in after if after[name] != before[name]}
    assert grown == {"Users": 1, "Groups": 1, "Policies": 1, "PolicyVersionsInUse": 1}
    assert (after["UsersQuota"], after["AccessKeysPerUserQuota"]) == (5000, 2)


def furnish(shop: Shop, iam: Any) -> str:
    """One of each kind; the ARN of the policy."""
    arn = str(iam.create_policy(PolicyName="Receipts", PolicyDocument=DOCUMENT)["Policy"]["Arn"])
    iam.create_user(UserName="ana", Tags=[{"Key": "job", "Value": "cashier"}])
    iam.create_group(GroupName="Cashiers")
    iam.add_user_to_group(GroupName="Cashiers", UserName="ana")
    iam.attach_group_policy(GroupName="Cashiers", PolicyArn=arn)
    iam.put_user_policy(UserName="ana", PolicyName="own", PolicyDocument=allowing("s3:ListBucket", BUCKET))
    trust = {"Effect": "Allow", "Principal": {"AWS": shop.account_id}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": trust})
    iam.create_role(RoleName="Till", AssumeRolePolicyDocument=document, PermissionsBoundary=READ_ONLY)
    return arn


def details(iam: Any, **asked: Any) -> dict[str, list[Any]]:
    pages = iam.get_paginator("get_account_authorization_details").paginate(**asked)
    kinds = ("UserDetailList", "GroupDetailList", "RoleDetailList", "Policies")
    found: dict[str, list[Any]] = {kind: [] for kind in kinds}
    for page in pages:
        for kind in kinds:
            found[kind] += page[kind]
    return found


def test_the_details_are_the_same_in_one_page_or_in_many(shop: Shop, iam: Any) -> None:
    furnish(shop, iam)

    whole = details(iam)

    assert {kind: len(found) for kind, found in whole.items()} == {
        "UserDetailList": 2,
        "GroupDetailList": 1,
        "RoleDetailList": 1,
        "Policies": 3,
    }
    for size in (1, 2, 3):
        assert details(iam, PaginationConfig={"PageSize": size}) == whole


def test_the_details_tell_what_everybody_holds(shop: Shop, iam: Any) -> None:
    arn = furnish(shop, iam)

    found = details(iam)

    (ana,) = (user for user in found["UserDetailList"] if user["UserName"] == "ana")
    assert ana["GroupList"] == ["Cashiers"]
    assert ana["Tags"] == [{"Key": "job", "Value": "cashier"}]
    own = json.loads(allowing("s3:ListBucket", BUCKET))
    assert ana["UserPolicyList"] == [{"PolicyName": "own", "PolicyDocument": own}]
    (group,) = found["GroupDetailList"]
    assert group["AttachedManagedPolicies"] == [{"PolicyName": "Receipts", "PolicyArn": arn}]
    (role,) = found["RoleDetailList"]
    assert role["PermissionsBoundary"]["PermissionsBoundaryArn"] == READ_ONLY
    assert {policy["Arn"] for policy in found["Policies"]} == {arn, ADMINISTRATOR, READ_ONLY}
    receipts = next(policy for policy in found["Policies"] if policy["Arn"] == arn)
    assert receipts["PolicyVersionList"][0]["Document"] == json.loads(DOCUMENT)


def test_a_filter_leaves_the_other_kinds_out(shop: Shop, iam: Any) -> None:
    furnish(shop, iam)

    found = details(iam, Filter=["Role", "LocalManagedPolicy"])

    assert {kind: len(rows) for kind, rows in found.items()} == {
        "UserDetailList": 0,
        "GroupDetailList": 0,
        "RoleDetailList": 1,
        "Policies": 1,
    }


def test_the_credential_report_has_a_line_for_root_and_for_each_user(shop: Shop, iam: Any) -> None:
    with pytest.raises(iam.exceptions.CredentialReportNotPresentException):
        iam.get_credential_report()
    iam.create_user(UserName="ana")
    assert iam.generate_credential_report()["State"] == "STARTED"
    assert iam.generate_credential_report()["State"] == "COMPLETE"

    report = iam.get_credential_report()
    rows = list(csv.DictReader(report["Content"].decode().splitlines()))
    assert report["ReportFormat"] == "text/csv"
    assert [row["user"] for row in rows] == ["<root_account>", "alice", "ana"]
    assert [row["access_key_1_active"] for row in rows] == ["true", "true", "false"]
    assert rows[2]["arn"] == shop.arn("user/ana")


# Simulation


def test_a_simulation_shows_the_statements_that_decide(shop: Shop, iam: Any) -> None:
    arn = furnish(shop, iam)
    asked = {"PolicySourceArn": shop.arn("user/ana"), "ActionNames": ["s3:GetObject", "s3:ListBucket"]}

    answers = iam.simulate_principal_policy(**asked, ResourceArns=[f"{BUCKET}/may", f"{BUCKET}/secret"])

    first, second = answers["EvaluationResults"]
    assert [one["EvalResourceDecision"] for one in first["ResourceSpecificResults"]] == [
        "allowed",
        "explicitDeny",
    ]
    (allowing_statement,) = first["ResourceSpecificResults"][0]["MatchedStatements"]
    assert allowing_statement == {
        "SourcePolicyId": arn.rpartition("/")[2],
        "SourcePolicyType": "user-managed",
        "StartPosition": {"Line": 4, "Column": 5},
        "EndPosition": {"Line": 9, "Column": 6},
    }
    assert first["EvalDecision"] == "explicitDeny"
    assert [one["EvalResourceDecision"] for one in second["ResourceSpecificResults"]] == [
        "implicitDeny",
        "explicitDeny",
    ]


def test_a_custom_simulation_names_what_it_would_have_to_know(iam: Any) -> None:
    document = json.loads(allowing("s3:GetObject", f"{BUCKET}/*"))
    document["Statement"]["Condition"] = {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}
    policies = [json.dumps(document)]
    asked = {"PolicyInputList": policies, "ActionNames": ["s3:GetObject"], "ResourceArns": [f"{BUCKET}/ana"]}
    entry = {"ContextKeyName": "aws:SourceIp", "ContextKeyValues": ["10.1.2.3"], "ContextKeyType": "ip"}

    unsaid = iam.simulate_custom_policy(**asked)["EvaluationResults"][0]
    told = iam.simulate_custom_policy(**asked, ContextEntries=[entry])["EvaluationResults"][0]

    keys = iam.get_context_keys_for_custom_policy(PolicyInputList=policies)["ContextKeyNames"]
    assert keys == unsaid["ResourceSpecificResults"][0]["MissingContextValues"] == ["aws:SourceIp"]
    assert (unsaid["EvalDecision"], told["EvalDecision"]) == ("implicitDeny", "allowed")


def test_a_simulation_of_nobody_is_refused(shop: Shop, iam: Any) -> None:
    with pytest.raises(iam.exceptions.NoSuchEntityException):
        iam.simulate_principal_policy(PolicySourceArn=shop.arn("user/nobody"), ActionNames=["s3:GetObject"])
    with pytest.raises(ClientError) as refused:
        iam.simulate_principal_policy(PolicySourceArn=shop.arn("user/alice"), ActionNames=["nothing"])
    assert refused.value.response["Error"]["Code"] == "InvalidInput"
