"""Whom a role trusts: who may be named, and that trust follows the person, not the name."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries, Settings

from accounts.models import Role, User
from operations.authorization import source_of_resource
from operations.caller import Caller
from operations.errors import LimitExceeded, MalformedPolicyDocument
from operations.roles import create_role, delete_role, get_role, list_roles, update_assume_role_policy
from operations.trust import trust_policy_for
from operations.users import create_user, delete_user, update_user
from policies.engine import Principal, Request, decide
from tests.cast import new_account, signed_in

EC2 = {"Service": "ec2.amazonaws.com"}


def trusting(principal: object, **elements: Any) -> str:
    statement = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole", **elements}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]}, indent=2)


def arn(caller: Caller, resource: str, service: str = "iam") -> str:
    return f"arn:aws:{service}::{caller.account_id}:{resource}"


def make(root: Caller, principal: object, name: str = "Cashier") -> None:
    create_role(root, role_name=name, assume_role_policy_document=trusting(principal))


def row(root: Caller, name: str = "Cashier") -> Role:
    assert root.account is not None
    role = Role.find(root.account, name)
    assert role is not None
    return role


def shown(root: Caller, name: str = "Cashier") -> Any:
    """The principal of the role's only statement, as it is shown."""
    document = json.loads(get_role(root, role_name=name).assume_role_policy_document)
    return document["Statement"][0]["Principal"]["AWS"]


def trusts(role: Role, principal_arn: str, principal_id: str) -> bool:
    text = trust_policy_for(role, principal_arn, principal_id)
    source = source_of_resource(text, "sts:AssumeRole", role.arn)
    return decide(Request(Principal.of(principal_arn), "sts:AssumeRole", role.arn), [source]).is_allowed


def user(root: Caller, name: str) -> User:
    return create_user(root, user_name=name)


REFUSED = {
    "no JSON": ("{", "Syntax errors in policy."),
    "an Id that is no text": (trusting(EC2).replace('"Version"', '"Id": 5, "Version"'), "Syntax errors"),
    "no principal": (
        '{"Statement":{"Effect":"Allow","Action":"sts:AssumeRole"}}',
        "Missing required field Principal",
    ),
    "an empty principal": (trusting({}), "Missing required field Principal cannot be empty!"),
    "an empty list": (trusting({"AWS": []}), "Missing required field Principal cannot be empty!"),
    "a resource": (trusting(EC2, Resource="*"), "Has prohibited field Resource."),
    "another action": (trusting(EC2, Action="s3:GetObject"), "AssumeRole policy may only specify STS"),
    "another action of STS": (
        trusting(EC2, Action="sts:GetCallerIdentity"),
        "may only specify STS AssumeRole",
    ),
    "a wildcard": (
        trusting(EC2, Action="sts:*"),
        "AssumeRole policy may only specify STS AssumeRole actions.",
    ),
    "no service": (trusting({"Service": "ec2"}), 'Invalid principal in policy: "SERVICE":"ec2"'),
    "no provider": (
        trusting({"Federated": "arn:x"}),
        "Federated principals must be valid domain names or SAML",
    ),
    "a canonical user": (trusting({"CanonicalUser": "79a5"}), 'in policy: "CANONICALUSER":"79a5"'),
    "a word": (trusting({"AWS": "ana"}), 'Invalid principal in policy: "AWS":"ana"'),
    "a unique id": (trusting({"AWS": "AIDAQQQQQQQQQQQQQQQQQ"}), 'in policy: "AWS":"AIDAQQQQQQQQQQQQQQQQQ"'),
    "a group": (trusting({"AWS": "arn:aws:iam::123456789012:group/x"}), "Invalid principal in policy"),
    "part of a name": (trusting({"AWS": "arn:aws:iam::123456789012:us*"}), "Invalid principal in policy"),
}


@pytest.mark.parametrize(("document", "message"), REFUSED.values(), ids=REFUSED.keys())
def test_what_iam_would_not_store_is_refused_in_its_words(root: Caller, document: str, message: str) -> None:
    with pytest.raises(MalformedPolicyDocument) as refused:
        create_role(root, role_name="Cashier", assume_role_policy_document=document)

    assert message in refused.value.message
    assert refused.value.parameter == "assume_role_policy_document"


ACCEPTED = [
    "*",
    {"AWS": "*"},
    {"AWS": ["123456789012", "arn:aws:iam::210987654321:root"]},
    {"AWS": "arn:aws:sts::123456789012:federated-user/ana"},
    {"Service": ["ec2.amazonaws.com", "replicator.lambda.amazonaws.com"]},
    {"Federated": ["accounts.google.com", "arn:aws:iam::123456789012:saml-provider/Shop"]},
    {"Federated": "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com"},
]


@pytest.mark.parametrize("principal", ACCEPTED, ids=str)
def test_principals_without_a_row_are_kept_as_they_are(root: Caller, principal: object) -> None:
    make(root, principal)

    assert get_role(root, role_name="Cashier").assume_role_policy_document == trusting(principal)


@pytest.mark.parametrize("action", ["sts:AssumeRoleWithSAML", ["sts:assumerole", "sts:TagSession"]], ids=str)
def test_every_way_to_assume_a_role_may_be_told(root: Caller, action: object) -> None:
    create_role(root, role_name="Cashier", assume_role_policy_document=trusting(EC2, Action=action))


def test_an_old_version_is_good_enough(root: Caller) -> None:
    document = trusting(EC2).replace("2012-10-17", "2008-10-17")

    create_role(root, role_name="Cashier", assume_role_policy_document=document)


@pytest.mark.parametrize("resource", ["user/ghost", "role/ghost", "user/shop/ana", "user/ANA"])
def test_whom_the_account_does_not_have_cannot_be_trusted(root: Caller, resource: str) -> None:
    user(root, "ana")
    named = arn(root, resource)

    with pytest.raises(MalformedPolicyDocument, match=f'Invalid principal in policy: "AWS":"{named}"'):
        make(root, {"AWS": named})


def test_nor_a_session_of_a_role_that_is_not_there(root: Caller) -> None:
    with pytest.raises(MalformedPolicyDocument, match="assumed-role/ghost/monday"):
        make(root, {"AWS": arn(root, "assumed-role/ghost/monday", "sts")})


def test_whom_another_account_has_is_not_told(root: Caller) -> None:
    other = new_account("otto@tea.example", "Tea shop")
    tom = user(signed_in(other.root, other), "tom")
    ghost = tom.arn.replace("tom", "ghost")

    make(root, {"AWS": [tom.arn, ghost]})

    assert row(root).trusted_ids == {tom.arn: tom.user_id}
    assert shown(root) == [tom.arn, ghost]


def test_white_space_does_not_count_towards_the_size(root: Caller, settings: Settings) -> None:
    compact = len("".join(trusting(EC2).split()))
    settings.QUOTAS = {**settings.QUOTAS, "TRUST_POLICY": compact}
    make(root, EC2)

    with pytest.raises(LimitExceeded, match=f"Cannot exceed quota for ACLSizePerRole: {compact}"):
        update_assume_role_policy(root, role_name="Cashier", policy_document=trusting(EC2, Sid="A"))


def test_who_is_renamed_stays_trusted_under_the_new_name(root: Caller) -> None:
    ana = user(root, "ana")
    make(root, {"AWS": [ana.arn, arn(root, "root")]})

    update_user(root, user_name="ana", new_user_name="anna", new_path="/shop/")

    renamed = arn(root, "user/shop/anna")
    assert shown(root) == [renamed, arn(root, "root")]
    assert renamed in trust_policy_for(row(root), renamed, ana.user_id)


def test_who_is_made_anew_under_an_old_name_is_not_trusted(root: Caller) -> None:
    old = user(root, "ana")
    make(root, {"AWS": old.arn})
    assert trusts(row(root), old.arn, old.user_id)
    delete_user(root, user_name="ana")
    assert shown(root) == old.user_id

    new = user(root, "ana")

    assert shown(root) == old.user_id
    assert not trusts(row(root), new.arn, new.user_id)


def test_an_unknown_id_cannot_be_trusted_again(root: Caller) -> None:
    ana = user(root, "ana")
    make(root, {"AWS": ana.arn})
    delete_user(root, user_name="ana")

    with pytest.raises(MalformedPolicyDocument, match=f'"AWS":"{ana.user_id}"'):
        update_assume_role_policy(
            root,
            role_name="Cashier",
            policy_document=get_role(root, role_name="Cashier").assume_role_policy_document,
        )


@pytest.mark.parametrize("is_session", [False, True], ids=["the role", "its session"])
def test_roles_are_trusted_by_their_ids_as_well(root: Caller, is_session: bool) -> None:
    old = create_role(root, role_name="Ops", path="/shop/", assume_role_policy_document=trusting(EC2))
    named = arn(root, "assumed-role/Ops/monday", "sts") if is_session else old.arn
    make(root, {"AWS": named})
    session = arn(root, "assumed-role/Ops/monday", "sts")
    assert trusts(row(root), session, f"{old.role_id}:monday")
    assert shown(root) == named

    delete_role(root, role_name="Ops")
    new = create_role(root, role_name="Ops", path="/shop/", assume_role_policy_document=trusting(EC2))

    assert not trusts(row(root), session, f"{new.role_id}:monday")
    assert shown(root) == (f"{old.role_id}:monday" if is_session else old.role_id)


def test_the_role_behind_a_session_keeps_what_the_session_is_trusted_with(root: Caller) -> None:
    ops = create_role(root, role_name="Ops", assume_role_policy_document=trusting(EC2))
    session = arn(root, "assumed-role/Ops/monday", "sts")
    make(root, {"AWS": session})

    assert session in trust_policy_for(row(root), ops.arn, ops.role_id)


def test_the_text_stays_as_it_was_typed_around_the_names(root: Caller) -> None:
    ana = user(root, "ana")
    make(root, {"AWS": ana.arn})

    update_user(root, user_name="ana", new_user_name="anna")

    assert get_role(root, role_name="Cashier").assume_role_policy_document == trusting(
        {"AWS": arn(root, "user/anna")}
    )


def test_a_list_costs_the_same_however_many_are_trusted(
    root: Caller, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(3):
        trusted = [user(root, f"u{number}").arn, arn(root, "root")]
        make(root, {"AWS": trusted}, f"Role{number}")
    list_roles(root)

    with django_assert_num_queries(3):
        assert len(list_roles(root).items) == 3
