from __future__ import annotations

from typing import Any

import pytest

from operations.caller import Caller
from operations.errors import AccessDenied, FeatureDisabled, OutboundWebIdentityFederationDisabled
from operations.outbound_federation import (
    disable_outbound_web_identity_federation,
    enable_outbound_web_identity_federation,
    get_outbound_web_identity_federation_info,
    get_web_identity_token,
)
from operations.policies import create_policy
from tests.cast import new_user

JOB = {"Key": "job", "Value": "cashier"}
CONDITION = (
    '"ForAllValues:StringEquals":{"sts:IdentityTokenAudience":"https://till.example"},'
    '"StringEquals":{"sts:SigningAlgorithm":"ES384"},"NumericLessThanEquals":{"sts:DurationSeconds":"300"}'
)


def ask(caller: Caller, **others: Any) -> None:
    usual: dict[str, Any] = {"audience": ["https://till.example"], "signing_algorithm": "ES384"}
    get_web_identity_token(caller, **(usual | others))


def who_may(root: Caller, *actions: str, condition: str = "") -> Caller:
    names = ",".join(f'"{action}"' for action in actions)
    document = (
        f'{{"Version":"2012-10-17","Statement":{{"Effect":"Allow","Action":[{names}],"Resource":"*",'
        f'"Condition":{{{condition}}}}}}}'
    )
    return new_user(root, "dora", create_policy(root, policy_name="Token", policy_document=document).arn)


def test_the_feature_cannot_be_enabled_here(root: Caller) -> None:
    with pytest.raises(AccessDenied, match="not available in this installation"):
        enable_outbound_web_identity_federation(root)


def test_the_feature_is_disabled(root: Caller) -> None:
    with pytest.raises(FeatureDisabled):
        disable_outbound_web_identity_federation(root)
    with pytest.raises(FeatureDisabled):
        get_outbound_web_identity_federation_info(root)


def test_no_token_is_given(alice: Caller) -> None:
    with pytest.raises(OutboundWebIdentityFederationDisabled):
        ask(alice)


@pytest.mark.parametrize(
    "others",
    [
        pytest.param({"audience": ["https://other.example"]}, id="another audience"),
        pytest.param({"signing_algorithm": "RS256"}, id="another algorithm"),
        pytest.param({"duration_seconds": 600}, id="a longer life"),
    ],
)
def test_the_right_to_a_token_can_depend_on_what_it_is_for(root: Caller, others: dict[str, Any]) -> None:
    dora = who_may(root, "sts:GetWebIdentityToken", condition=CONDITION)

    with pytest.raises(OutboundWebIdentityFederationDisabled):
        ask(dora)
    with pytest.raises(AccessDenied):
        ask(dora, **others)


def test_tags_need_a_right_of_their_own(root: Caller) -> None:
    dora = who_may(root, "sts:GetWebIdentityToken")

    with pytest.raises(AccessDenied, match="sts:TagGetWebIdentityToken"):
        ask(dora, tags=[JOB])


def test_who_may_set_tags_hears_that_the_feature_is_disabled(root: Caller) -> None:
    dora = who_may(root, "sts:GetWebIdentityToken", "sts:TagGetWebIdentityToken")

    with pytest.raises(OutboundWebIdentityFederationDisabled):
        ask(dora, tags=[JOB])
