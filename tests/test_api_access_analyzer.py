"""Access Analyzer as the program `aws` and boto3 ask it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from operations.access_keys import create_access_key
from operations.users import create_user
from tests.api_server import REGION, Key, Shop
from tests.terminal import REFUSED
from tests.test_api_awscli import aws

COMMAND = "accessanalyzer validate-policy --policy-type"
EVERYTHING = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}],
}
TYPED = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "s3:GetObjekt", "Resource": "*"}],
}


def file_of(folder: Path, document: Any) -> str:
    file = folder / "p.json"
    file.write_text(json.dumps(document, indent=2), encoding="utf-8")
    return file.as_uri()


def root_address(shop: Shop) -> str:
    return f"http://127.0.0.1:{shop.server.port}"


def test_a_policy_from_a_file_is_checked_from_the_command_line(shop: Shop, tmp_path: Path) -> None:
    words = ("--policy-document", file_of(tmp_path, TYPED), "--endpoint-url", root_address(shop))

    (finding,) = json.loads(aws(shop, f"{COMMAND} IDENTITY_POLICY", *words))["findings"]

    assert (finding["findingType"], finding["issueCode"]) == ("ERROR", "INVALID_ACTION")
    assert "`s3:GetObject`" in finding["findingDetails"]
    span = finding["locations"][0]["span"]
    written = json.dumps(TYPED, indent=2)[span["start"]["offset"] : span["end"]["offset"]]
    assert "s3:GetObjekt" in written
    assert finding["learnMoreLink"].startswith(f"{root_address(shop)}/help/checks/")


def test_the_address_of_iam_will_do_as_well(shop: Shop, tmp_path: Path) -> None:
    document = file_of(tmp_path, EVERYTHING)

    table = aws(
        shop,
        f"{COMMAND} IDENTITY_POLICY --output text --query findings[].issueCode --policy-document",
        document,
    )

    assert table.split() == [
        "PASS_ROLE_WITH_STAR_IN_ACTION_AND_RESOURCE",
        "CREATE_SLR_WITH_STAR_IN_ACTION_AND_RESOURCE",
    ]


@pytest.mark.parametrize("prefix", ["", "/", "/access-analyzer", "/access-analyzer/", "/api", "/api/"])
def test_a_program_turns_the_pages_at_any_of_the_addresses(shop: Shop, prefix: str) -> None:
    client = client_of(shop, prefix)
    arguments = {"policyDocument": json.dumps(EVERYTHING), "policyType": "IDENTITY_POLICY"}

    pages = client.get_paginator("validate_policy").paginate(**arguments, PaginationConfig={"PageSize": 1})

    assert [len(page["findings"]) for page in pages] == [1, 1]


def client_of(shop: Shop, prefix: str, key: Key | None = None) -> Any:
    key = key or shop.alice
    return boto3.client(
        "accessanalyzer",
        aws_access_key_id=key.access_key_id,
        aws_secret_access_key=key.secret_access_key,
        region_name=REGION,
        endpoint_url=root_address(shop) + prefix,
        config=Config(retries={"total_max_attempts": 1}),
    )


def test_refusals_are_the_exceptions_of_the_client(shop: Shop) -> None:
    with shop.installation() as caller:
        create_user(caller, user_name="carol")
        made = create_access_key(caller, user_name="carol")
    powerless = client_of(shop, "", Key(made.access_key_id, made.secret_access_key))
    client = client_of(shop, "")
    arguments = {"policyDocument": "{}", "policyType": "IDENTITY_POLICY"}

    with pytest.raises(powerless.exceptions.AccessDeniedException):
        powerless.validate_policy(**arguments)
    with pytest.raises(client.exceptions.ValidationException) as refused:
        client.validate_policy(**arguments, maxResults=5_000)

    assert refused.value.response["reason"] == "fieldValidationFailed"
    assert refused.value.response["fieldList"][0]["name"] == "maxResults"


def test_what_access_analyzer_can_do_besides_is_refused_so_that_a_client_understands(shop: Shop) -> None:
    with pytest.raises(ClientError) as refused:
        client_of(shop, "/access-analyzer").create_analyzer(analyzerName="ours", type="ACCOUNT")

    assert refused.value.response["Error"]["Code"] == "MethodNotAllowed"


def test_a_refusal_is_printed_and_fails_the_command(shop: Shop) -> None:
    words = aws(shop, f"{COMMAND} RESOURCE_CONTROL --policy-document {{}}", status=REFUSED)

    assert words.startswith(
        "An error occurred (ValidationException) when calling the ValidatePolicy operation: "
    )


def test_the_page_that_a_finding_leads_to_is_there(shop: Shop) -> None:
    found = client_of(shop, "").validate_policy(policyDocument="{", policyType="IDENTITY_POLICY")

    address = found["findings"][0]["learnMoreLink"]
    with urlopen(address) as page:  # noqa: S310  our own address
        assert page.url == address
