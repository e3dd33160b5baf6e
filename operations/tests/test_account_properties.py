from __future__ import annotations

import pytest

from accounts.models import Account
from audit.models import Event
from operations.account import get_account_summary
from operations.account_properties import (
    MOST_PROPERTIES,
    get_account_properties,
    put_account_properties,
    set_security_token_service_preferences,
)
from operations.caller import Caller
from operations.errors import AccessDenied, InvalidInput, ValidationError
from operations.policies import create_policy
from tests.cast import new_user


def properties_of(account: Account) -> object:
    return Account.objects.get(pk=account.pk).properties


def inverse() -> object:
    newest = Event.objects.order_by("-sequence").first()
    assert newest is not None
    return newest.additional_event_data.get("inverse")


def reader_of(root: Caller, namespace: str) -> Caller:
    document = (
        '{"Version":"2012-10-17","Statement":{"Effect":"Allow",'
        '"Action":["iam:GetAccountProperties","iam:PutAccountProperties"],"Resource":"*","Condition":'
        f'{{"ForAllValues:StringEquals":{{"iam:AccountPropertyNamespaces":"{namespace}"}}}}}}}}'
    )
    return new_user(root, "dora", create_policy(root, policy_name="One", policy_document=document).arn)


def test_an_account_begins_without_properties(root: Caller) -> None:
    assert get_account_properties(root) == {"Properties": {}}


def test_properties_are_set_and_others_keep_their_values(root: Caller) -> None:
    put_account_properties(root, properties={"Shop/Team": "Tea", "Shop/Open": "true"})
    put_account_properties(root, properties={"Shop/Team": "Coffee"})
    put_account_properties(root, properties={"Till/Open": "false"})

    wanted = {"Shop/Team": "Coffee", "Shop/Open": "true", "Till/Open": "false"}
    assert get_account_properties(root) == {"Properties": wanted}


@pytest.mark.parametrize("key", ["Team", "Shop/", "Shop/Team/Name"])
def test_a_key_is_a_namespace_and_a_name(root: Caller, account: Account, key: str) -> None:
    with pytest.raises(InvalidInput, match="Namespace/PropertyName"):
        put_account_properties(root, properties={key: "Tea"})

    assert properties_of(account) == {}


def test_one_request_keeps_to_one_namespace(root: Caller) -> None:
    with pytest.raises(InvalidInput, match="same namespace"):
        put_account_properties(root, properties={"Shop/Team": "Tea", "Till/Open": "true"})


def test_a_request_without_properties_is_refused(root: Caller) -> None:
    with pytest.raises(InvalidInput, match="at least one"):
        put_account_properties(root, properties={})


@pytest.mark.parametrize(
    ("key", "value"),
    [("1st/Team", "Tea"), (f"Shop/{'x' * 46}", "Tea"), ("Shop/Team", ""), ("Shop/Team", "x" * 1025)],
)
def test_the_limits_are_those_of_the_model(root: Caller, key: str, value: str) -> None:
    with pytest.raises(
        ValidationError, match=r"at 'properties' failed to satisfy constraint: Map (keys|value) must"
    ):
        put_account_properties(root, properties={key: value})


def test_the_row_of_the_account_does_not_grow_without_end(root: Caller) -> None:
    put_account_properties(root, properties={f"Shop/p{number}": "x" for number in range(MOST_PROPERTIES)})

    put_account_properties(root, properties={"Shop/p0": "y"})
    with pytest.raises(InvalidInput, match=f"at most {MOST_PROPERTIES}"):
        put_account_properties(root, properties={"Shop/one-more": "x"})


def test_new_values_are_taken_back_by_the_old_ones_new_keys_by_nothing(root: Caller) -> None:
    put_account_properties(root, properties={"Shop/Team": "Tea"})
    assert inverse() is None

    put_account_properties(root, properties={"Shop/Team": "Coffee"})

    parameters = {"properties": {"Shop/Team": "Tea"}}
    assert inverse() == {"operation": "iam:PutAccountProperties", "parameters": parameters}


def test_the_right_can_depend_on_the_namespace(root: Caller) -> None:
    dora = reader_of(root, "Shop")

    put_account_properties(dora, properties={"Shop/Team": "Tea"})
    with pytest.raises(AccessDenied):
        put_account_properties(dora, properties={"Till/Open": "true"})


def test_who_may_see_one_namespace_does_not_see_others(root: Caller) -> None:
    dora = reader_of(root, "Shop")
    put_account_properties(root, properties={"Till/Open": "true"})

    with pytest.raises(AccessDenied):
        get_account_properties(dora)


def test_the_summary_shows_the_version_of_tokens(root: Caller, account: Account) -> None:
    set_security_token_service_preferences(root, global_endpoint_token_version="v2Token")

    account.refresh_from_db()
    assert account.global_endpoint_token_version == "v2Token"
    assert get_account_summary(root)["GlobalEndpointTokenVersion"] == 2
    parameters = {"global_endpoint_token_version": "v1Token"}
    assert inverse() == {"operation": "iam:SetSecurityTokenServicePreferences", "parameters": parameters}


def test_there_are_two_versions_of_tokens(root: Caller) -> None:
    with pytest.raises(ValidationError, match=r"enum value set: \[v1Token, v2Token\]"):
        set_security_token_service_preferences(root, global_endpoint_token_version="v3Token")
