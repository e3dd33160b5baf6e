"""Programs of others that read an account through boto3, pointed at this one by AWS_ENDPOINT_URL and nothing else.

cloudsplaining (MIT) downloads the authorization details and looks for more rights than anybody needs.
iam-security-scanner (MIT) goes through all lists, the password policy and the credential report.
"""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from operations.tests.federation import allowing
from scripts.setup import PYTHON
from tests.api_server import Shop
from tests.cast import ADMINISTRATOR, READ_ONLY


def run(shop: Shop, program: str, *words: str, status: int = 0) -> str:
    """What a program says, to both of its outputs."""
    done = subprocess.run(  # noqa: S603  programs of ours to test with
        [PYTHON.with_name(program), *words],
        env=shop.environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    said = done.stdout + done.stderr
    assert done.returncode == status, said
    return said


@pytest.fixture
def careless(shop: Shop) -> Shop:
    """A shop in which ana may make keys for anybody, and read every bucket through her group."""
    iam = shop.client("iam")
    iam.create_user(UserName="ana")
    iam.create_group(GroupName="Cashiers")
    iam.add_user_to_group(GroupName="Cashiers", UserName="ana")
    wide = iam.create_policy(PolicyName="Wide", PolicyDocument=allowing("iam:CreateAccessKey"))["Policy"]
    iam.attach_user_policy(UserName="ana", PolicyArn=wide["Arn"])
    iam.put_group_policy(GroupName="Cashiers", PolicyName="read", PolicyDocument=allowing("s3:GetObject"))
    trust = {"Effect": "Allow", "Principal": {"AWS": shop.account_id}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    iam.create_role(RoleName="Till", AssumeRolePolicyDocument=document)
    iam.attach_role_policy(RoleName="Till", PolicyArn=READ_ONLY)
    return shop


@pytest.fixture
def splained(careless: Shop, tmp_path: Path) -> dict[str, Any]:
    """What cloudsplaining makes of it."""
    run(careless, "cloudsplaining", "download", "--output", str(tmp_path))
    details = tmp_path / "default.json"
    run(careless, "cloudsplaining", "scan", "-i", str(details), "-s", "-o", str(tmp_path))
    result: dict[str, Any] = json.loads((tmp_path / "iam-results-default.json").read_text(encoding="utf-8"))
    return result


def test_cloudsplaining_finds_everybody_and_what_is_too_much(
    careless: Shop, splained: dict[str, Any]
) -> None:
    names = {
        kind: sorted(one["name"] for one in splained[kind].values()) for kind in ("users", "groups", "roles")
    }
    (wide,) = splained["customer_managed_policies"].values()
    (read,) = splained["inline_policies"].values()

    assert names == {"users": ["alice", "ana"], "groups": ["Cashiers"], "roles": ["Till"]}
    assert (wide["Arn"], wide["AttachedTo"]["users"]) == (careless.arn("policy/Wide"), ["ana"])
    assert wide["PrivilegeEscalation"]["findings"] == [
        {"type": "CreateAccessKey", "actions": ["iam:createaccesskey"]}
    ]
    assert read["DataExfiltration"]["findings"] == ["s3:GetObject"]


def test_iam_security_scanner_reads_the_whole_account(careless: Shop, tmp_path: Path) -> None:
    careless.client("iam").update_account_password_policy(MinimumPasswordLength=8, RequireSymbols=True)

    # It ends with 1 where it finds something critical.
    run(
        careless,
        "iam-security-scanner",
        "security",
        "-q",
        "-f",
        "json",
        "-o",
        str(tmp_path),
        "-r",
        "us-east-1",
        status=1,
    )

    (file,) = tmp_path.glob("*.json")
    found = json.loads(file.read_text(encoding="utf-8"))
    summary, checks = found["summary"], found["checks"]
    assert summary["account_id"] == careless.account_id
    assert [summary[f"total_{kind}"] for kind in ("users", "roles", "policies", "groups")] == [2, 1, 1, 1]
    assert checks["password_policy"]["min_length"] == 8
    assert checks["password_policy"]["require_symbols"] is True
    assert checks["root_access_keys"]["exists"] is True
    assert checks["users_without_mfa"]["users"] == ["alice", "ana"]
    assert checks["admin_users"]["users"] == ["alice"]
    assert checks["users_not_in_groups"]["users"] == ["alice"]
    assert checks["privesc_managed_policies"]["findings"] == [
        {"name": "Wide", "methods": ["CreateAccessKey"]}
    ]


def test_a_reader_that_may_not_read_is_told_so(careless: Shop, tmp_path: Path) -> None:
    careless.client("iam", careless.root).detach_user_policy(UserName="alice", PolicyArn=ADMINISTRATOR)

    said = run(careless, "cloudsplaining", "download", "--output", str(tmp_path), status=1)

    assert "(AccessDenied) when calling the GetAccountAuthorizationDetails operation" in said
