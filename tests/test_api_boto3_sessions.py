"""Temporary credentials as boto3 sees them: of roles, of users, and of people whom an identity provider vouches for."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from operations.oidc_providers import put_open_id_connect_provider_keys
from operations.tests.federation import (
    CLIENT_ID,
    ENTITY_ID,
    ISSUER,
    allowing,
    attribute,
    key_set,
    metadata,
    rsa_key,
    sent,
    signed_response,
    token,
)
from tests.api_server import Key, Shop

SAML = "https://aws.amazon.com/SAML/Attributes/"


@pytest.fixture
def iam(shop: Shop) -> Any:
    return shop.client("iam")


@pytest.fixture
def sts(shop: Shop) -> Any:
    return shop.client("sts")


def new_role(iam: Any, name: str, principal: dict[str, str], *actions: str, **conditions: Any) -> str:
    """The ARN of a role that lists users, and that its trust policy opens to a principal."""
    statement = {"Effect": "Allow", "Principal": principal, "Action": list(actions), "Condition": conditions}
    trust = json.dumps({"Version": "2012-10-17", "Statement": statement})
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust)["Role"]
    iam.put_role_policy(RoleName=name, PolicyName="list", PolicyDocument=allowing("iam:List*"))
    return str(role["Arn"])


def said(shop: Shop, answer: Any, name: str) -> str:
    """What an operation says to the credentials of an answer: `allowed`, or the code of its refusal."""
    try:
        getattr(shop.client("iam", Key.of(answer["Credentials"])), name)()
    except ClientError as error:
        return str(error.response["Error"]["Code"])
    return "allowed"


# Roles and users


def test_a_session_policy_takes_away_and_never_adds(shop: Shop, iam: Any, sts: Any) -> None:
    arn = new_role(iam, "Cashier", {"AWS": shop.account_id}, "sts:AssumeRole")
    answer = sts.assume_role(
        RoleArn=arn, RoleSessionName="morning", Policy=allowing("iam:*Groups"), DurationSeconds=900
    )

    assert said(shop, answer, "list_groups") == "allowed"
    assert said(shop, answer, "list_users") == said(shop, answer, "get_account_summary") == "AccessDenied"
    remaining = answer["Credentials"]["Expiration"] - datetime.now(UTC)
    assert timedelta(minutes=14) < remaining <= timedelta(minutes=15)
    assert answer["PackedPolicySize"] > 0


def test_one_who_is_not_trusted_is_told_as_little_as_of_a_role_that_is_not_there(
    shop: Shop, iam: Any, sts: Any
) -> None:
    new_role(iam, "Closed", {"Service": "ec2.amazonaws.com"}, "sts:AssumeRole")

    for name in ("Closed", "Absent"):
        with pytest.raises(ClientError) as refused:
            sts.assume_role(RoleArn=shop.arn(f"role/{name}"), RoleSessionName="till")
        assert refused.value.response["Error"] == {
            "Type": "Sender",
            "Code": "AccessDenied",
            "Message": f"User: {shop.arn('user/alice')} is not authorized to perform: sts:AssumeRole on resource: "
            f"{shop.arn(f'role/{name}')} because no resource-based policy allows the sts:AssumeRole action",
        }


def test_tags_and_the_source_identity_of_a_session_stay_in_the_next_one(
    shop: Shop, iam: Any, sts: Any
) -> None:
    opening = ("sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity")
    first = new_role(iam, "First", {"AWS": shop.account_id}, *opening)
    job = {"aws:PrincipalTag/job": "baker"}
    second = new_role(iam, "Second", {"AWS": first}, *opening, StringEquals=job)
    answer = sts.assume_role(
        RoleArn=first,
        RoleSessionName="one",
        SourceIdentity="ana",
        Tags=[{"Key": "job", "Value": "baker"}],
        TransitiveTagKeys=["job"],
    )

    chained = shop.client("sts", Key.of(answer["Credentials"]))
    following = chained.assume_role(RoleArn=second, RoleSessionName="two")

    assert (answer["SourceIdentity"], following["SourceIdentity"]) == ("ana", "ana")
    with pytest.raises(ClientError, match="1 hour session limit for roles assumed by role chaining"):
        chained.assume_role(RoleArn=second, RoleSessionName="two", DurationSeconds=7200)


def test_whom_a_user_vouches_for_is_somebody_of_its_own_and_nobody_for_iam(shop: Shop, sts: Any) -> None:
    answer = sts.get_federation_token(Name="guest", Policy=allowing("iam:ListUsers"))

    identity = shop.client("sts", Key.of(answer["Credentials"])).get_caller_identity()
    assert identity["Arn"] == f"arn:aws:sts::{shop.account_id}:federated-user/guest"
    assert answer["FederatedUser"]["Arn"] == identity["Arn"]
    # "You cannot call any IAM operations" with such credentials ("GetFederationToken", STS API reference).
    assert said(shop, answer, "list_users") == "InvalidClientTokenId"


def test_a_token_that_somebody_changed_is_no_token(shop: Shop, sts: Any) -> None:
    answer = sts.get_session_token()["Credentials"]
    right = Key.of(answer)
    wrong = [
        Key(right.access_key_id, right.secret_access_key, right.session_token[:-2] + "AA"),
        Key(right.access_key_id, right.secret_access_key),
        Key(shop.alice.access_key_id, shop.alice.secret_access_key, right.session_token),
    ]

    for key in wrong:
        with pytest.raises(ClientError) as refused:
            shop.client("sts", key).get_caller_identity()
        assert refused.value.response["Error"]["Code"] == "InvalidClientTokenId"
    assert shop.client("sts", right).get_caller_identity()["Arn"] == shop.arn("user/alice")


def test_a_refusal_is_decoded_by_its_own_account(shop: Shop, iam: Any, sts: Any) -> None:
    iam.create_user(UserName="carol")
    carol = shop.client("iam", Key.of(iam.create_access_key(UserName="carol")["AccessKey"]))
    with pytest.raises(ClientError) as refused:
        carol.list_users()
    headers = refused.value.response["ResponseMetadata"]["HTTPHeaders"]
    encoded = headers["x-amzn-iamconsole-authorization-message"]

    told = json.loads(sts.decode_authorization_message(EncodedMessage=encoded)["DecodedMessage"])

    assert told["allowed"] is False
    assert told["context"]["action"] == "iam:ListUsers"
    with pytest.raises(sts.exceptions.InvalidAuthorizationMessageException):
        sts.decode_authorization_message(EncodedMessage=encoded[::-1])


# Identity providers


@pytest.fixture
def oidc(shop: Shop, iam: Any) -> str:
    """A provider of OpenID Connect whose keys the operator has given."""
    arn = iam.create_open_id_connect_provider(
        Url=ISSUER, ClientIDList=[CLIENT_ID], ThumbprintList=["a" * 40], Tags=[{"Key": "shop", "Value": "1"}]
    )["OpenIDConnectProviderArn"]
    with shop.installation() as caller:
        keys = json.dumps(key_set())
        put_open_id_connect_provider_keys(caller, open_id_connect_provider_arn=arn, json_web_key_set=keys)
    return str(arn)


def fresh_token(**changes: Any) -> str:
    at = int(time.time())
    return token(**{"iat": at, "exp": at + 300, **changes})


def test_a_provider_of_openid_connect_is_read_as_it_was_written(iam: Any, oidc: str) -> None:
    iam.add_client_id_to_open_id_connect_provider(OpenIDConnectProviderArn=oidc, ClientID="till")
    found = iam.get_open_id_connect_provider(OpenIDConnectProviderArn=oidc)

    assert found["Url"] == ISSUER.removeprefix("https://")
    assert (found["ClientIDList"], found["ThumbprintList"]) == ([CLIENT_ID, "till"], ["a" * 40])
    assert found["Tags"] == [{"Key": "shop", "Value": "1"}]
    iam.delete_open_id_connect_provider(OpenIDConnectProviderArn=oidc)
    assert iam.list_open_id_connect_providers()["OpenIDConnectProviderList"] == []


def test_a_web_identity_assumes_a_role_that_trusts_its_provider(
    shop: Shop, iam: Any, sts: Any, oidc: str
) -> None:
    mine = {f"{ISSUER.removeprefix('https://')}:sub": "ana"}
    arn = new_role(iam, "Web", {"Federated": oidc}, "sts:AssumeRoleWithWebIdentity", StringEquals=mine)

    answer = sts.assume_role_with_web_identity(
        RoleArn=arn, RoleSessionName="ana", WebIdentityToken=fresh_token()
    )

    assert (answer["SubjectFromWebIdentityToken"], answer["Audience"], answer["Provider"]) == (
        "ana",
        CLIENT_ID,
        oidc,
    )
    assert said(shop, answer, "list_users") == "allowed"
    refused = {
        "AccessDenied": fresh_token(sub="ben"),
        "ExpiredTokenException": fresh_token(exp=int(time.time()) - 1),
        "InvalidIdentityToken": fresh_token(key=rsa_key("somebody else's")),
    }
    for code, wrong in refused.items():
        with pytest.raises(ClientError) as error:
            sts.assume_role_with_web_identity(RoleArn=arn, RoleSessionName="ana", WebIdentityToken=wrong)
        assert error.value.response["Error"]["Code"] == code


@pytest.fixture
def saml(iam: Any) -> str:
    return str(iam.create_saml_provider(Name="Idp", SAMLMetadataDocument=metadata())["SAMLProviderArn"])


def assertion(recipient: str, *roles: str, age: timedelta = timedelta()) -> str:
    """A signed response of this moment that offers these roles, each with its provider."""
    issued = datetime.now(UTC) - age
    end = (issued + timedelta(minutes=5)).isoformat()
    return sent(
        signed_response(
            destination=f'Destination="{recipient}"',
            recipient=recipient,
            issued=issued.isoformat(),
            confirmed=f'NotOnOrAfter="{end}"',
            conditions=f'NotBefore="{issued.isoformat()}" NotOnOrAfter="{end}"',
            attributes=attribute(f"{SAML}RoleSessionName", "ana") + attribute(f"{SAML}Role", *roles),
        )
    )


def test_a_saml_provider_is_read_as_it_was_written(shop: Shop, iam: Any, saml: str) -> None:
    document = metadata(valid_until="2080-01-01T00:00:00Z")
    iam.update_saml_provider(SAMLProviderArn=saml, SAMLMetadataDocument=document)

    found = iam.get_saml_provider(SAMLProviderArn=saml)
    assert saml == shop.arn("saml-provider/Idp")
    assert found["SAMLMetadataDocument"] == document
    assert found["ValidUntil"] == datetime(2080, 1, 1, tzinfo=UTC)
    iam.delete_saml_provider(SAMLProviderArn=saml)
    assert iam.list_saml_providers()["SAMLProviderList"] == []


def test_a_saml_response_opens_the_role_that_it_offers(shop: Shop, iam: Any, sts: Any, saml: str) -> None:
    here = shop.server.url
    arn = new_role(
        iam, "Saml", {"Federated": saml}, "sts:AssumeRoleWithSAML", StringEquals={"saml:aud": here}
    )
    asked = {"RoleArn": arn, "PrincipalArn": saml}

    answer = sts.assume_role_with_saml(**asked, SAMLAssertion=assertion(here, f"{arn},{saml}"))

    assert (answer["Subject"], answer["SubjectType"]) == ("ana", "persistent")
    assert (answer["Issuer"], answer["Audience"]) == (ENTITY_ID, here)
    assert answer["AssumedRoleUser"]["Arn"].endswith(":assumed-role/Saml/ana")
    assert said(shop, answer, "list_users") == "allowed"
    refused = {
        "AccessDenied": assertion(here, f"{arn}-of-others,{saml}"),
        "ExpiredTokenException": assertion(here, f"{arn},{saml}", age=timedelta(minutes=6)),
        "InvalidIdentityToken": assertion("https://signin.aws.amazon.com/saml", f"{arn},{saml}"),
    }
    for code, wrong in refused.items():
        with pytest.raises(ClientError) as error:
            sts.assume_role_with_saml(**asked, SAMLAssertion=wrong)
        assert error.value.response["Error"]["Code"] == code
