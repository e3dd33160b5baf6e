"""The program `aws` as people type it, each command a process of its own."""

from __future__ import annotations

import json
import shlex
import subprocess
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from operations.tests.federation import allowing
from operations.users import create_user
from scripts.setup import PYTHON
from tests.api_server import Key, Shop
from tests.cast import ADMINISTRATOR
from tests.codes import read_qr
from tests.terminal import REFUSED

PROGRAM = PYTHON.with_name("aws")


def aws(shop: Shop, command: str, *words: str, key: Key | None = None, status: int = 0) -> str:
    """What `aws` prints, with the address on the command line; when it is to fail, what it complains of."""
    environment = shop.environment(key)
    del environment["AWS_ENDPOINT_URL"]
    done = subprocess.run(  # noqa: S603  our own command
        [PROGRAM, "--endpoint-url", shop.server.url, *shlex.split(command), *words],
        env=environment | {"COLUMNS": "100"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == status, done.stderr
    return done.stderr.strip() if status else done.stdout


def answered(shop: Shop, command: str, *words: str) -> Any:
    return json.loads(aws(shop, command, *words))


def test_somebody_is_told_who_it_is(shop: Shop) -> None:
    assert answered(shop, "sts get-caller-identity")["Arn"] == shop.arn("user/alice")
    assert (
        aws(shop, "sts get-caller-identity --query Arn --output text", key=shop.root)
        == f"{shop.arn('root')}\n"
    )


def test_a_user_is_made_from_the_command_line_and_shown_as_a_table(shop: Shop) -> None:
    made = answered(shop, "iam create-user --user-name ana --path /shop/ --tags Key=job,Value=cashier")
    table = aws(shop, "iam list-users --path-prefix /shop/ --output table")

    assert made["User"]["Tags"] == [{"Key": "job", "Value": "cashier"}]
    rows = [[cell.strip() for cell in line.split("|")] for line in table.splitlines()]
    assert ["", "", "UserName", "ana", "", ""] in rows
    assert ["", "", "UserId", made["User"]["UserId"], "", ""] in rows


def test_a_policy_comes_from_a_file(shop: Shop, tmp_path: Path) -> None:
    file = tmp_path / "policy.json"
    file.write_text(allowing("s3:GetObject", "arn:aws:s3:::receipts/*"), encoding="utf-8")
    aws(shop, "iam create-policy --policy-name Receipts --policy-document", file.as_uri())

    (arn,) = aws(shop, "iam list-policies --scope Local --query Policies[].Arn --output text").split()
    version = answered(shop, f"iam get-policy-version --policy-arn {arn} --version-id v1")["PolicyVersion"]
    assert version["Document"] == json.loads(file.read_text(encoding="utf-8"))


def test_pages_go_on_where_the_last_one_ended(shop: Shop) -> None:
    with shop.installation() as caller:
        for name in ("ben", "cleo", "dora"):
            create_user(caller, user_name=name)
    pages = "iam list-users --page-size 1 --max-items 3"

    first = answered(shop, pages)
    second = answered(shop, f"{pages} --starting-token {first['NextToken']}")

    names = [[user["UserName"] for user in page["Users"]] for page in (first, second)]
    assert names == [["alice", "ben", "cleo"], ["dora"]]
    assert "NextToken" not in second


def test_a_device_comes_as_a_picture(shop: Shop, tmp_path: Path) -> None:
    picture = tmp_path / "code.png"
    made = answered(
        shop,
        "iam create-virtual-mfa-device --virtual-mfa-device-name phone --bootstrap-method QRCodePNG --outfile",
        str(picture),
    )

    assert made["VirtualMFADevice"]["SerialNumber"] == shop.arn("mfa/phone")
    assert len(parse_qs(urlsplit(read_qr(picture.read_bytes())).query)["secret"][0]) == 32


def test_a_simulation_is_shown_as_a_table(shop: Shop) -> None:
    table = aws(
        shop,
        "iam simulate-custom-policy --action-names s3:GetObject s3:PutObject --output table "
        "--query EvaluationResults[].[EvalActionName,EvalDecision] --policy-input-list",
        allowing("s3:GetObject"),
    )

    rows = [[cell.strip() for cell in line.split("|")][1:-1] for line in table.splitlines()]
    assert ["s3:GetObject", "allowed"] in rows
    assert ["s3:PutObject", "implicitDeny"] in rows


def test_everything_about_an_account_is_printed(shop: Shop) -> None:
    found = answered(shop, "iam get-account-authorization-details --filter User AWSManagedPolicy")

    assert [user["UserName"] for user in found["UserDetailList"]] == ["alice"]
    assert [policy["Arn"] for policy in found["Policies"]] == [ADMINISTRATOR]


REFUSALS = {
    "unknown": (
        "iam get-user --user-name nobody",
        "An error occurred (NoSuchEntity) when calling the GetUser operation: The user with name nobody cannot be "
        "found.",
    ),
    "unsigned": (
        "iam list-users --no-sign-request",
        "An error occurred (MissingAuthenticationToken) when calling the ListUsers operation: Request is missing "
        "Authentication Token",
    ),
    "malformed": (
        "iam create-policy --policy-name Broken --policy-document {}",
        "An error occurred (MalformedPolicyDocument) when calling the CreatePolicy operation: ",
    ),
}


@pytest.mark.parametrize(("command", "words"), REFUSALS.values(), ids=REFUSALS)
def test_a_refusal_is_printed_and_fails_the_command(shop: Shop, command: str, words: str) -> None:
    assert aws(shop, command, status=REFUSED).startswith(words)


def test_a_wait_ends_when_the_user_is_there(shop: Shop) -> None:
    assert aws(shop, "iam wait user-exists --user-name alice") == ""
