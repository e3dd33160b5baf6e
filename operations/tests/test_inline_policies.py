from __future__ import annotations

import pytest

from audit.models import Event
from operations.call import may
from operations.caller import Caller
from operations.errors import LimitExceeded, MalformedPolicyDocument, NoSuchEntity
from operations.groups import create_group
from operations.inline_policies import (
    delete_group_policy,
    delete_role_policy,
    delete_user_policy,
    get_group_policy,
    get_role_policy,
    get_user_policy,
    list_group_policies,
    list_role_policies,
    list_user_policies,
    put_group_policy,
    put_role_policy,
    put_user_policy,
)
from operations.memberships import add_user_to_group
from operations.roles import create_role
from policies.models import PolicyText

DOCUMENT = '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}}'


TRUST = (
    '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},'
    '"Action":"sts:AssumeRole"}}'
)


def sized(characters: int) -> str:
    return DOCUMENT.replace('"*"', f'"arn:aws:s3:::{"a" * (characters - len(DOCUMENT) - 12)}"')


@pytest.fixture
def shop(root: Caller, carol: Caller) -> Caller:
    create_group(root, group_name="Cashiers")
    create_role(root, role_name="Cook", assume_role_policy_document=TRUST)
    return root


def test_an_inline_policy_counts_for_its_user(shop: Caller, carol: Caller) -> None:
    put_user_policy(shop, user_name="carol", policy_name="read", policy_document=DOCUMENT)

    assert may(carol, "s3:GetObject", "arn:aws:s3:::receipts/a")
    assert get_user_policy(shop, user_name="carol", policy_name="READ").text.document == DOCUMENT


def test_an_inline_policy_of_a_group_counts_for_everybody_in_it(shop: Caller, carol: Caller) -> None:
    put_group_policy(shop, group_name="Cashiers", policy_name="read", policy_document=DOCUMENT)
    assert not may(carol, "s3:GetObject", "arn:aws:s3:::receipts/a")

    add_user_to_group(shop, group_name="Cashiers", user_name="carol")

    assert may(carol, "s3:GetObject", "arn:aws:s3:::receipts/a")


def test_the_same_name_replaces_the_text(shop: Caller) -> None:
    other = DOCUMENT.replace("Get", "Put")
    for name, document in (("read", DOCUMENT), ("Read", other)):
        put_group_policy(shop, group_name="Cashiers", policy_name=name, policy_document=document)

    (inline,) = list_group_policies(shop, group_name="Cashiers").items
    assert (inline.policy_name, inline.text.document) == ("Read", other)
    assert "inverse" not in Event.objects.latest("sequence").additional_event_data


def test_policies_are_listed_by_name(shop: Caller) -> None:
    for name in ("write", "Read"):
        put_user_policy(shop, user_name="carol", policy_name=name, policy_document=DOCUMENT)

    first = list_user_policies(shop, user_name="carol", max_items=1)
    second = list_user_policies(shop, user_name="carol", marker=first.marker)

    assert [inline.policy_name for inline in (*first.items, *second.items)] == ["Read", "write"]


def test_all_of_a_users_policies_share_one_size(shop: Caller) -> None:
    put_user_policy(shop, user_name="carol", policy_name="a", policy_document=sized(1024))
    put_user_policy(shop, user_name="carol", policy_name="b", policy_document=sized(1024))
    put_user_policy(shop, user_name="carol", policy_name="b", policy_document=sized(1024))

    with pytest.raises(LimitExceeded, match="Maximum policy size of 2048 bytes exceeded for user carol"):
        put_user_policy(shop, user_name="carol", policy_name="c", policy_document=DOCUMENT)


def test_a_group_has_more_room(shop: Caller) -> None:
    put_group_policy(shop, group_name="Cashiers", policy_name="a", policy_document=sized(5120))

    with pytest.raises(LimitExceeded, match="Maximum policy size of 5120 bytes exceeded for group Cashiers"):
        put_group_policy(shop, group_name="Cashiers", policy_name="a", policy_document=sized(5121))


def test_a_malformed_document_is_not_embedded(shop: Caller) -> None:
    with pytest.raises(MalformedPolicyDocument):
        put_user_policy(shop, user_name="carol", policy_name="broken", policy_document="{}")


def test_a_deleted_policy_leaves_its_text_in_the_history(shop: Caller) -> None:
    put_user_policy(shop, user_name="carol", policy_name="read", policy_document=DOCUMENT)

    delete_user_policy(shop, user_name="carol", policy_name="read")

    snapshot = {"PolicyName": "read", "PolicyDocument": PolicyText.hash_of(DOCUMENT)}
    assert Event.objects.latest("sequence").additional_event_data["deleted"] == snapshot
    with pytest.raises(NoSuchEntity, match="The user policy with name read cannot be found"):
        get_user_policy(shop, user_name="carol", policy_name="read")


def test_a_groups_policy_is_read_and_deleted(shop: Caller) -> None:
    put_group_policy(shop, group_name="Cashiers", policy_name="read", policy_document=DOCUMENT)
    assert get_group_policy(shop, group_name="Cashiers", policy_name="read").policy_name == "read"

    delete_group_policy(shop, group_name="Cashiers", policy_name="read")

    with pytest.raises(NoSuchEntity, match="The group policy with name read cannot be found"):
        delete_group_policy(shop, group_name="Cashiers", policy_name="read")


def test_a_role_has_the_most_room(shop: Caller) -> None:
    put_role_policy(shop, role_name="Cook", policy_name="a", policy_document=sized(10240))

    with pytest.raises(LimitExceeded, match="Maximum policy size of 10240 bytes exceeded for role Cook"):
        put_role_policy(shop, role_name="Cook", policy_name="b", policy_document=DOCUMENT)


def test_a_roles_policy_is_listed_read_and_deleted(shop: Caller) -> None:
    put_role_policy(shop, role_name="Cook", policy_name="read", policy_document=DOCUMENT)
    inverse = Event.objects.latest("sequence").additional_event_data["inverse"]
    assert inverse["parameters"] == {"role_name": "Cook", "policy_name": "read"}
    assert [str(inline) for inline in list_role_policies(shop, role_name="Cook").items] == ["read"]

    delete_role_policy(shop, role_name="Cook", policy_name="read")

    with pytest.raises(NoSuchEntity, match="The role policy with name read cannot be found"):
        get_role_policy(shop, role_name="Cook", policy_name="read")


def test_an_inline_policy_tells_whose_it_is_and_what_it_says(shop: Caller) -> None:
    put_user_policy(shop, user_name="carol", policy_name="read", policy_document=DOCUMENT)
    put_group_policy(shop, group_name="Cashiers", policy_name="read", policy_document=DOCUMENT)
    put_role_policy(shop, role_name="Cook", policy_name="read", policy_document=DOCUMENT)
    of_user = get_user_policy(shop, user_name="carol", policy_name="read")
    of_group = get_group_policy(shop, group_name="Cashiers", policy_name="read")
    of_role = get_role_policy(shop, role_name="Cook", policy_name="read")

    owners = [(it.user_name, it.group_name, it.role_name) for it in (of_user, of_group, of_role)]
    assert owners == [("carol", None, None), (None, "Cashiers", None), (None, None, "Cook")]
    assert of_role.policy_document == DOCUMENT
