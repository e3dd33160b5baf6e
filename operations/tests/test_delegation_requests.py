from __future__ import annotations

from collections.abc import Mapping

import pytest

from operations.caller import Caller
from operations.delegation_requests import create_delegation_request, list_delegation_requests
from operations.errors import AccessDenied, ExpiredTradeInToken, NoSuchEntity, ValidationError
from operations.operation import perform
from operations.policies import create_policy
from tests.cast import new_user

ABOUT_ONE = [
    "iam:AcceptDelegationRequest",
    "iam:AssociateDelegationRequest",
    "iam:GetDelegationRequest",
    "iam:RejectDelegationRequest",
    "iam:SendDelegationToken",
    "iam:UpdateDelegationRequest",
]
ID = "dr-0123456789abcdef"
TEMPLATE = "arn:aws:iam::210987654321:template/backup"
CHANNEL = "arn:aws:sns:us-east-1:210987654321:requests"


def ask(caller: Caller, *, permissions: Mapping[str, object] | None = None, seconds: int = 3600) -> None:
    create_delegation_request(
        caller,
        description="Backup of the till",
        permissions={"PolicyTemplateArn": TEMPLATE} if permissions is None else permissions,
        requestor_workflow_id="workflow-1",
        notification_channel=CHANNEL,
        session_duration=seconds,
    )


@pytest.mark.parametrize("name", ABOUT_ONE)
def test_no_request_is_found(root: Caller, name: str) -> None:
    with pytest.raises(NoSuchEntity, match=ID):
        perform(root, name, {"delegation_request_id": ID})


@pytest.mark.parametrize("name", ABOUT_ONE)
def test_the_right_can_be_given_on_one_request(root: Caller, name: str) -> None:
    arn = f"arn:aws:iam::{root.account_id}:delegation-request/{ID}"
    document = (
        f'{{"Version":"2012-10-17","Statement":{{"Effect":"Allow","Action":"{name}","Resource":"{arn}"}}}}'
    )
    dora = new_user(root, "dora", create_policy(root, policy_name="One", policy_document=document).arn)

    with pytest.raises(NoSuchEntity):
        perform(dora, name, {"delegation_request_id": ID})
    with pytest.raises(AccessDenied):
        perform(dora, name, {"delegation_request_id": "dr-another-request"})


def test_only_product_providers_make_requests(alice: Caller) -> None:
    with pytest.raises(AccessDenied, match="product providers"):
        ask(alice)


def test_the_right_to_ask_can_depend_on_what_is_asked_for(root: Caller) -> None:
    document = (
        '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"iam:CreateDelegationRequest",'
        f'"Resource":"*","Condition":{{"ArnEquals":{{"iam:TemplateArn":"{TEMPLATE}"}},'
        f'"StringEquals":{{"iam:DelegationDuration":"3600","iam:NotificationChannel":"{CHANNEL}"}}}}}}}}'
    )
    dora = new_user(root, "dora", create_policy(root, policy_name="Ask", policy_document=document).arn)

    with pytest.raises(AccessDenied, match="product providers"):
        ask(dora)
    with pytest.raises(AccessDenied, match="not authorized"):
        ask(dora, seconds=43_200)
    with pytest.raises(AccessDenied, match="not authorized"):
        ask(dora, permissions={})


def test_the_list_is_empty_under_the_names_of_the_answer(root: Caller) -> None:
    found = list_delegation_requests(root)

    assert (list(found.delegation_requests), found.is_truncated, found.marker) == ([], False, None)


def test_a_made_up_marker_is_refused(root: Caller) -> None:
    with pytest.raises(ValidationError, match="Invalid Marker"):
        list_delegation_requests(root, marker="x")


def test_the_right_to_a_list_can_depend_on_the_owner(root: Caller, carol: Caller) -> None:
    document = (
        '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"iam:ListDelegationRequests","Resource":"*",'
        f'"Condition":{{"ArnEquals":{{"iam:DelegationRequestOwner":"{carol.principal.arn}"}}}}}}}}'
    )
    dora = new_user(root, "dora", create_policy(root, policy_name="Own", policy_document=document).arn)

    assert not list_delegation_requests(dora, owner_id=carol.principal.arn).items
    with pytest.raises(AccessDenied):
        list_delegation_requests(dora, owner_id=root.principal.arn)
    with pytest.raises(AccessDenied):
        list_delegation_requests(dora)


def test_no_token_is_traded_in_and_none_is_repeated(root: Caller) -> None:
    with pytest.raises(ExpiredTradeInToken) as refused:
        perform(root, "sts:GetDelegatedAccessToken", {"trade_in_token": "secret-token"})

    assert "secret-token" not in refused.value.message
