from __future__ import annotations

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from accounts.models import OIDCProvider
from audit.models import Event
from operations.assertions import verify_identity_token
from operations.caller import Caller
from operations.errors import (
    AccessDenied,
    EntityAlreadyExists,
    InvalidInput,
    LimitExceeded,
    NoSuchEntity,
    ValidationError,
)
from operations.inline_policies import put_user_policy
from operations.oidc_providers import (
    add_client_id_to_open_id_connect_provider,
    create_open_id_connect_provider,
    delete_open_id_connect_provider,
    get_open_id_connect_provider,
    list_open_id_connect_provider_tags,
    list_open_id_connect_providers,
    put_open_id_connect_provider_keys,
    remove_client_id_from_open_id_connect_provider,
    tag_open_id_connect_provider,
    untag_open_id_connect_provider,
    update_open_id_connect_provider_thumbprint,
)
from operations.tests.federation import CLIENT_ID, ISSUER, NOW, allowing, ec_key, jwk, key_set, rsa_key, token

JOB = [{"Key": "job", "Value": "cashier"}]
KEYS = json.dumps(key_set(jwk(rsa_key()), jwk(ec_key(), "second")))
PRINT = "990f4193972f2becf12ddeda5237f9c952f20d9e"


def created(caller: Caller, url: str = ISSUER, **more: Any) -> OIDCProvider:
    return create_open_id_connect_provider(caller, url=url, **more)


def read(caller: Caller, provider: OIDCProvider) -> OIDCProvider:
    return get_open_id_connect_provider(caller, open_id_connect_provider_arn=provider.arn)


def test_a_provider_is_registered_by_its_address(root: Caller) -> None:
    provider = created(root, client_id_list=["b", "a", "b"], thumbprint_list=[PRINT.upper()], tags=JOB)

    arn = f"arn:aws:iam::{root.account_id}:oidc-provider/login.example/tenant"
    found = get_open_id_connect_provider(root, open_id_connect_provider_arn=arn)
    assert (provider.open_id_connect_provider_arn, found.url, found.issuer) == (
        arn,
        "login.example/tenant",
        ISSUER,
    )
    assert (found.client_id_list, found.thumbprint_list, found.tags) == (["b", "a"], [PRINT], JOB)


@pytest.mark.parametrize("url", ["login.example", "https://", "/tenant", "https:///tenant"])
def test_what_has_no_scheme_or_no_host_is_refused(root: Caller, url: str) -> None:
    with pytest.raises(ValidationError, match="Invalid Open ID Connect Provider URL"):
        created(root, url)


def test_an_address_begins_with_https(root: Caller) -> None:
    with pytest.raises(InvalidInput, match=r"The URL must begin with https://\."):
        created(root, "http://login.example")


@pytest.mark.parametrize(
    "rest",
    [
        "?a=b",
        "/?",
        "#top",
        ":8443",
        "/a b",
        "/*",
        "/\u00e9",
        "/\n",
        "ana@login.example",
        "-.example",
        ".",
        "[",
    ],
)
def test_an_address_is_a_host_and_a_path(root: Caller, rest: str) -> None:
    url = f"https://{rest}" if rest[0] in "a-[" else f"https://login.example{rest}"

    with pytest.raises(InvalidInput, match=r"Invalid Open ID Connect Provider URL\.$"):
        created(root, url)


def test_an_address_is_registered_once(root: Caller) -> None:
    created(root)

    with pytest.raises(
        EntityAlreadyExists, match=r"Provider with url https://LOGIN\.example/tenant already exists"
    ):
        created(root, "https://LOGIN.example/tenant")


def test_the_number_of_providers_is_limited(root: Caller, settings: Settings) -> None:
    settings.QUOTAS = {**settings.QUOTAS, "OIDC_PROVIDERS": 1}
    created(root)

    with pytest.raises(LimitExceeded, match="Cannot exceed quota for OpenIDConnectProvidersPerAccount: 1"):
        created(root, "https://other.example")


def test_providers_are_listed_by_address(root: Caller) -> None:
    for host in ("b", "A", "c"):
        created(root, f"https://{host}.example")

    assert [one.url for one in list_open_id_connect_providers(root)] == [
        "A.example",
        "b.example",
        "c.example",
    ]


def test_a_client_id_is_added_once(root: Caller) -> None:
    provider = created(root, client_id_list=["a"])

    for client_id in ("b", "a", "b"):
        add_client_id_to_open_id_connect_provider(
            root, open_id_connect_provider_arn=provider.arn, client_id=client_id
        )

    assert read(root, provider).client_id_list == ["a", "b"]


def test_a_client_id_is_removed_whether_it_is_there_or_not(root: Caller) -> None:
    provider = created(root, client_id_list=["a", "b"])

    for _ in range(2):
        remove_client_id_from_open_id_connect_provider(
            root, open_id_connect_provider_arn=provider.arn, client_id="a"
        )

    assert read(root, provider).client_id_list == ["b"]


def test_the_number_of_client_ids_is_limited(root: Caller, settings: Settings) -> None:
    settings.QUOTAS = {**settings.QUOTAS, "CLIENT_IDS_PER_OIDC_PROVIDER": 1}
    message = "Cannot exceed quota for ClientIdsPerOpenIdConnectProvider: 1"
    with pytest.raises(LimitExceeded, match=message):
        created(root, client_id_list=["a", "b"])

    arn = created(root, client_id_list=["a"]).arn
    with pytest.raises(LimitExceeded, match=message):
        add_client_id_to_open_id_connect_provider(root, open_id_connect_provider_arn=arn, client_id="b")


def test_thumbprints_are_replaced(root: Caller) -> None:
    provider = created(root, thumbprint_list=[PRINT])

    update_open_id_connect_provider_thumbprint(
        root, open_id_connect_provider_arn=provider.arn, thumbprint_list=["A" * 40]
    )

    assert read(root, provider).thumbprint_list == ["a" * 40]


def test_a_thumbprint_is_forty_hexadecimal_digits(root: Caller) -> None:
    with pytest.raises(InvalidInput, match="exactly 40 hexadecimal digits"):
        created(root, thumbprint_list=["g" * 40])
    with pytest.raises(ValidationError, match="length greater than or equal to 40"):
        created(root, thumbprint_list=["a" * 39])


def test_five_thumbprints_are_the_most(root: Caller) -> None:
    prints = [str(number) * 40 for number in range(6)]
    provider = created(root, thumbprint_list=prints[:5])

    with pytest.raises(InvalidInput, match=r"Thumbprint list must contain fewer than 5 entries\."):
        update_open_id_connect_provider_thumbprint(
            root, open_id_connect_provider_arn=provider.arn, thumbprint_list=prints
        )


def test_keys_that_are_put_verify_tokens(root: Caller) -> None:
    provider = created(root, client_id_list=[CLIENT_ID])

    count = put_open_id_connect_provider_keys(
        root, open_id_connect_provider_arn=provider.arn, json_web_key_set=KEYS
    )

    found = read(root, provider)
    said = verify_identity_token(
        token(), jwks=found.signing_keys, audiences=found.client_id_list, issuer=found.issuer, now=NOW
    )
    assert (count, said["sub"]) == (2, "ana")
    assert Event.objects.get(event_name="PutOpenIDConnectProviderKeys").response_elements == {
        "keyIds": ["first", "second"]
    }


def test_what_is_no_key_set_changes_nothing(root: Caller) -> None:
    provider = created(root)
    put_open_id_connect_provider_keys(root, open_id_connect_provider_arn=provider.arn, json_web_key_set=KEYS)

    with pytest.raises(InvalidInput, match="Could not parse the JSON Web Key Set"):
        put_open_id_connect_provider_keys(
            root, open_id_connect_provider_arn=provider.arn, json_web_key_set="{}"
        )

    assert len(read(root, provider).signing_keys["keys"]) == 2


def test_whoever_may_change_thumbprints_may_give_keys(root: Caller, carol: Caller) -> None:
    arn = created(root).arn
    allow(root, "iam:UpdateOpenIDConnectProviderThumbprint")

    assert (
        put_open_id_connect_provider_keys(carol, open_id_connect_provider_arn=arn, json_web_key_set=KEYS) == 2
    )


def test_a_provider_is_deleted_whether_it_is_there_or_not(root: Caller) -> None:
    provider = created(root, client_id_list=["a"])

    for _ in range(2):
        delete_open_id_connect_provider(root, open_id_connect_provider_arn=provider.arn)

    deleted = Event.objects.filter(event_name="DeleteOpenIDConnectProvider").earliest("sequence")
    assert deleted.additional_event_data["deleted"]["ClientIDList"] == ["a"]
    with pytest.raises(NoSuchEntity, match=f"OpenIDConnect Provider not found for arn {provider.arn}"):
        read(root, provider)


def test_tags_are_added_and_taken(root: Caller) -> None:
    arn = created(root, tags=JOB).arn

    tag_open_id_connect_provider(
        root, open_id_connect_provider_arn=arn, tags=[{"Key": "JOB", "Value": "barista"}]
    )
    tags = list_open_id_connect_provider_tags(root, open_id_connect_provider_arn=arn).items
    assert tags == [{"Key": "JOB", "Value": "barista"}]

    untag_open_id_connect_provider(root, open_id_connect_provider_arn=arn, tag_keys=["job"])
    assert list_open_id_connect_provider_tags(root, open_id_connect_provider_arn=arn).items == []


def test_tags_need_a_right_of_their_own(root: Caller, carol: Caller) -> None:
    allow(root, "iam:CreateOpenIDConnectProvider")

    assert created(carol).tags == []
    with pytest.raises(AccessDenied, match="iam:TagOpenIDConnectProvider"):
        created(carol, "https://other.example", tags=JOB)


@pytest.mark.parametrize(
    "operation",
    [get_open_id_connect_provider, delete_open_id_connect_provider, list_open_id_connect_provider_tags],
)
def test_who_may_not_see_providers_does_not_learn_which_there_are(
    root: Caller, carol: Caller, operation: Any
) -> None:
    arn = created(root).arn

    for one in (arn, f"{arn}/other"):
        with pytest.raises(AccessDenied, match=f"{one} because"):
            operation(carol, open_id_connect_provider_arn=one)


def allow(root: Caller, action: str) -> None:
    """Give carol one right."""
    put_user_policy(root, user_name="carol", policy_name="one", policy_document=allowing(action))


def test_each_write_leaves_one_event_of_its_name(root: Caller) -> None:
    before = Event.objects.count()

    named = {"open_id_connect_provider_arn": created(root).arn}
    tag_open_id_connect_provider(root, **named, tags=JOB)
    untag_open_id_connect_provider(root, **named, tag_keys=["job"])
    add_client_id_to_open_id_connect_provider(root, **named, client_id="a")
    remove_client_id_from_open_id_connect_provider(root, **named, client_id="a")
    update_open_id_connect_provider_thumbprint(root, **named, thumbprint_list=[PRINT])
    put_open_id_connect_provider_keys(root, **named, json_web_key_set=KEYS)
    delete_open_id_connect_provider(root, **named)

    assert [event.event_name for event in Event.objects.order_by("sequence")[before:]] == [
        "CreateOpenIDConnectProvider",
        "TagOpenIDConnectProvider",
        "UntagOpenIDConnectProvider",
        "AddClientIDToOpenIDConnectProvider",
        "RemoveClientIDFromOpenIDConnectProvider",
        "UpdateOpenIDConnectProviderThumbprint",
        "PutOpenIDConnectProviderKeys",
        "DeleteOpenIDConnectProvider",
    ]


# The operator's command


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "keys.json"
    path.write_text(KEYS, encoding="utf-8")
    return path


def output(*arguments: object) -> str:
    stream = StringIO()
    call_command("put_oidc_keys", *map(str, arguments), stdout=stream)
    return stream.getvalue()


def test_the_operator_gives_keys_by_arn_or_by_url(root: Caller, file: Path) -> None:
    provider = created(root)
    printed = f"2 keys verify the tokens of {provider.arn}.\n"

    assert output(provider.arn, file) == printed
    assert output(ISSUER, file, "--account-id", root.account_id) == printed
    assert len(read(root, provider).signing_keys["keys"]) == 2


def test_a_url_needs_its_account(db: None, file: Path) -> None:
    with pytest.raises(CommandError, match="name it with --account-id"):
        output(ISSUER, file)


@pytest.mark.parametrize(
    ("arn", "text"),
    [
        ("arn:aws:iam::999999999999:oidc-provider/login.example", "There is no account 999999999999"),
        ("arn:aws:iam::{account}:oidc-provider/other.example", "OpenIDConnect Provider not found"),
    ],
)
def test_the_operator_is_told_what_is_not_there(root: Caller, file: Path, arn: str, text: str) -> None:
    with pytest.raises(CommandError, match=text):
        output(arn.format(account=root.account_id), file)


def test_the_operator_is_told_what_is_wrong_with_the_file(root: Caller, file: Path) -> None:
    arn = created(root).arn
    file.write_bytes(b"\xff")

    with pytest.raises(CommandError, match="cannot be read"):
        output(arn, file)
    with pytest.raises(CommandError, match="cannot be read"):
        output(arn, file.with_name("missing.json"))
    file.write_text("{}", encoding="utf-8")
    with pytest.raises(CommandError, match="Could not parse the JSON Web Key Set"):
        output(arn, file)
