"""Sessions of roles on the wire: who gets in, what limits them there, and what the trail tells of it."""

from __future__ import annotations

import json

import pytest
from django.test import Client

from accounts.models import Account
from api.endpoint import MESSAGE_HEADER
from api.tests.signing import DENIED, FINE, Key, ask, enter, signed
from audit.models import Event
from operations.attachments import attach_role_policy
from operations.boundaries import put_role_permissions_boundary
from operations.caller import Caller
from operations.inline_policies import put_role_policy, put_user_policy
from operations.policies import create_policy, delete_policy
from operations.tests.temporary import allow, role_for, trust
from tests.cast import ADMINISTRATOR, READ_ONLY, new_account, signed_in

JOB = [{"Key": "job", "Value": "baker"}]


def lists(client: Client, key: Key) -> tuple[int, str]:
    """The outcome of listing the users."""
    return ask(client, key, "iam:ListUsers").outcome


def test_a_role_goes_by_the_spelling_of_its_name(client: Client, root: Caller, key: Key, till: str) -> None:
    put_user_policy(
        root,
        user_name="alice",
        policy_name="no",
        policy_document=allow("sts:*", effect="Deny", Resource=till),
    )

    for arn in (till, till.replace("till", "Till"), till.replace("till", "TILL")):
        assert enter(client, key, arn).outcome == DENIED


def test_managed_session_policies_count_as_they_are_now(
    client: Client, root: Caller, key: Key, till: str
) -> None:
    arn = create_policy(root, policy_name="Less", policy_document=allow("iam:ListUsers")).arn
    session = enter(client, key, till, PolicyArns=[{"arn": arn}]).key

    assert lists(client, session) == FINE
    assert ask(client, session, "iam:ListGroups").outcome == DENIED
    delete_policy(root, policy_arn=arn)
    assert lists(client, session) == DENIED


def test_managed_session_policies_are_those_of_the_roles_account(
    client: Client, key: Key, root: Caller
) -> None:
    account = new_account("tea@shop.example", "Tea shop")
    away = signed_in(account.root, account)
    role = role_for(away, trust({"AWS": root.account_id}), "guest")
    attach_role_policy(away, role_name="guest", policy_arn=READ_ONLY)
    document = allow("iam:ListUsers")
    theirs = create_policy(away, policy_name="Less", policy_document=document).arn
    ours = create_policy(root, policy_name="Less", policy_document=document).arn

    assert lists(client, enter(client, key, role, PolicyArns=[{"arn": theirs}]).key) == FINE
    assert enter(client, key, role, PolicyArns=[{"arn": ours}]).outcome == (404, "NoSuchEntity")


@pytest.mark.parametrize("name", ["guest", "nobody"])
def test_of_the_roles_of_another_account_nothing_is_told(
    client: Client, key: Key, root: Caller, name: str
) -> None:
    account = new_account("tea@shop.example", "Tea shop")
    closed = trust({"Service": "ec2.amazonaws.com"})
    arn = role_for(signed_in(account.root, account), closed, "guest", tags=JOB).replace("guest", name)
    bakers = allow("sts:*", effect="Deny", Condition={"StringEquals": {"aws:ResourceTag/job": "baker"}})
    put_user_policy(root, user_name="alice", policy_name="bakers", policy_document=bakers)

    response = signed(key, "AssumeRole", "sts", RoleArn=arn, RoleSessionName="morning").send(client)

    who = f"User: arn:aws:iam::{root.account_id}:user/alice"
    refusal = f"<Message>{who} is not authorized to perform: sts:AssumeRole on resource: {arn}</Message>"
    assert refusal in response.content.decode()
    assert not response.has_header(MESSAGE_HEADER)


def test_a_session_of_another_account_acts_there(client: Client, key: Key, root: Caller) -> None:
    account = new_account("tea@shop.example", "Tea shop")
    away = signed_in(account.root, account)
    role = role_for(away, trust({"AWS": root.account_id}), "guest")
    attach_role_policy(away, role_name="guest", policy_arn=ADMINISTRATOR)

    session = enter(client, key, role).key
    ask(client, session, "iam:CreateUser", UserName="ana")

    assert ask(client, session, "sts:GetCallerIdentity").said["Account"] == account.id
    assert [user.user_name for user in account.users.all()] == ["ana"]


def test_a_boundary_limits_the_sessions_of_its_role(
    client: Client, root: Caller, key: Key, till: str
) -> None:
    boundary = create_policy(root, policy_name="Limit", policy_document=allow("s3:*")).arn
    put_role_permissions_boundary(root, role_name="till", permissions_boundary=boundary)

    refused = ask(client, enter(client, key, till).key, "iam:ListUsers")

    assert refused.message.endswith("because no permissions boundary allows the iam:ListUsers action")


def test_tags_of_a_session_are_its_bearers(client: Client, root: Caller, key: Key) -> None:
    arn = role_for(
        root, trust({"AWS": root.account_id}, "sts:AssumeRole", "sts:TagSession"), "tagged", tags=JOB
    )
    bakers = allow("iam:ListUsers", Condition={"StringEquals": {"aws:PrincipalTag/job": "baker"}})
    put_role_policy(root, role_name="tagged", policy_name="bakers", policy_document=bakers)

    assert lists(client, enter(client, key, arn).key) == FINE
    assert lists(client, enter(client, key, arn, Tags=[{"Key": "Job", "Value": "cook"}]).key) == DENIED


# The trail


def test_a_session_leaves_its_history(client: Client, root: Caller, key: Key) -> None:
    opening = trust({"AWS": root.account_id}, "sts:AssumeRole", "sts:SetSourceIdentity")
    arn = role_for(root, opening, "admin")
    attach_role_policy(root, role_name="admin", policy_arn=ADMINISTRATOR)
    session = enter(client, key, arn, SourceIdentity="ana").key
    ask(client, session, "iam:CreateUser", UserName="ben")

    created, entered = Event.objects.order_by("-sequence")[:2]
    assert (entered.event_name, entered.user_identity["accessKeyId"]) == ("AssumeRole", key.access_key_id)
    assert (entered.response_elements or {})["accessKeyId"] == session.access_key_id
    who = created.user_identity
    assert (who["type"], who["accessKeyId"]) == ("AssumedRole", session.access_key_id)
    assert who["sessionContext"]["sessionIssuer"]["arn"] == arn
    assert who["sessionContext"]["sourceIdentity"] == "ana"


def test_no_secret_of_a_session_is_kept(client: Client, key: Key, till: str) -> None:
    bearers = [enter(client, key, till).key, ask(client, key, "sts:GetSessionToken").key]

    written = json.dumps(list(Event.objects.values()), default=str)
    for bearer in bearers:
        assert bearer.access_key_id in written
        assert bearer.secret not in written
        assert str(bearer.token) not in written


def test_handing_out_credentials_moves_no_revision(client: Client, key: Key, till: str, root: Caller) -> None:
    before = Account.objects.get(pk=root.account_id).revision

    enter(client, key, till)
    ask(client, key, "sts:GetSessionToken")

    assert Account.objects.get(pk=root.account_id).revision == before
