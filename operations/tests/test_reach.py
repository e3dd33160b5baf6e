"""How far a user gets, over what the account holds: the ways themselves are the engine's."""

from __future__ import annotations

import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from operations.attachments import attach_group_policy, attach_role_policy, attach_user_policy
from operations.boundaries import put_role_permissions_boundary, put_user_permissions_boundary
from operations.caller import Caller
from operations.errors import AccessDenied, NoSuchEntity
from operations.groups import create_group
from operations.inline_policies import put_user_policy
from operations.login_profiles import create_login_profile
from operations.memberships import add_user_to_group
from operations.policies import create_policy
from operations.policy_versions import create_policy_version
from operations.reach import list_reachable
from operations.roles import create_role, update_assume_role_policy
from operations.service_linked_roles import create_service_linked_role
from operations.users import create_user, delete_user
from policies.engine import Reachable, Verdict
from tests.cast import ADMINISTRATOR, READ_ONLY, new_account, signed_in


def document(action: str | list[str], resource: str = "*") -> str:
    statement = {"Effect": "Allow", "Action": action, "Resource": resource}
    return json.dumps({"Version": "2012-10-17", "Statement": statement})


def paths(found: Reachable) -> dict[str, list[str]]:
    """The actions of the path to everybody who may do everything, by name."""
    return {
        reached.identity.arn.rpartition("/")[2]: [ask.action for step in reached.path for ask in step.asks]
        for reached in found.found
        if reached.power is Verdict.ALLOWED
    }


@pytest.fixture
def shop(root: Caller) -> Caller:
    """boss is an administrator through a group, and signs in with a password; ben works for the helpdesk."""
    create_group(root, group_name="Owners")
    attach_group_policy(root, group_name="Owners", policy_arn=ADMINISTRATOR)
    for name in ("ben", "boss"):
        create_user(root, user_name=name)
    add_user_to_group(root, group_name="Owners", user_name="boss")
    create_login_profile(root, user_name="boss", password="Cinnamon-buns-4")
    return root


@pytest.fixture
def other_root(db: None) -> Caller:
    other = new_account("otto@tea.example", "Tea shop")
    return signed_in(other.root, other)


def give(root: Caller, text: str) -> None:
    put_user_policy(root, user_name="ben", policy_name="own", policy_document=text)


def test_who_holds_nothing_gets_nowhere(shop: Caller) -> None:
    found = list_reachable(shop, user_name="ben")

    assert (found.found, found.is_complete) == ([], True)
    assert found.start.power is Verdict.DENIED


def test_an_administrator_has_nothing_more_to_reach(shop: Caller) -> None:
    found = list_reachable(shop, user_name="boss")

    assert found.start.power is Verdict.ALLOWED
    assert found.found == []


def test_passwords_of_others_are_a_way(shop: Caller) -> None:
    give(shop, document("iam:UpdateLoginProfile"))

    assert paths(list_reachable(shop, user_name="ben")) == {"boss": ["iam:UpdateLoginProfile"]}


def test_a_user_without_a_password_gets_one_made(shop: Caller) -> None:
    give(shop, document("iam:CreateLoginProfile"))
    assert paths(list_reachable(shop, user_name="ben")) == {}

    create_user(shop, user_name="robot")
    attach_user_policy(shop, user_name="robot", policy_arn=ADMINISTRATOR)

    assert paths(list_reachable(shop, user_name="ben")) == {"robot": ["iam:CreateLoginProfile"]}


def test_membership_of_a_group_with_more_is_a_way(shop: Caller) -> None:
    give(shop, document("iam:AddUserToGroup", f"arn:aws:iam::{shop.account_id}:group/Owners"))

    assert paths(list_reachable(shop, user_name="ben")) == {"ben": ["iam:AddUserToGroup"]}


def test_an_older_version_that_allowed_more_is_a_way(shop: Caller) -> None:
    policy = create_policy(shop, policy_name="own", policy_document=document("*"))
    text = document("iam:SetDefaultPolicyVersion")
    create_policy_version(shop, policy_arn=policy.arn, policy_document=text, set_as_default=True)
    attach_user_policy(shop, user_name="ben", policy_arn=policy.arn)

    assert paths(list_reachable(shop, user_name="ben")) == {"ben": ["iam:SetDefaultPolicyVersion"]}


def test_a_version_of_another_account_is_none(shop: Caller, other_root: Caller) -> None:
    create_policy(other_root, policy_name="own", policy_document=document("*"))
    policy = create_policy(shop, policy_name="own", policy_document=document("iam:SetDefaultPolicyVersion"))
    attach_user_policy(shop, user_name="ben", policy_arn=policy.arn)

    assert paths(list_reachable(shop, user_name="ben")) == {}


def test_a_boundary_stands_in_the_way(shop: Caller) -> None:
    give(shop, document("iam:PutUserPolicy"))
    assert paths(list_reachable(shop, user_name="ben"))

    put_user_permissions_boundary(shop, user_name="ben", permissions_boundary=READ_ONLY)

    assert paths(list_reachable(shop, user_name="ben")) == {}


def trust(principal_arn: str) -> str:
    statement = {"Effect": "Allow", "Principal": {"AWS": principal_arn}, "Action": "sts:AssumeRole"}
    return json.dumps({"Version": "2012-10-17", "Statement": statement})


def make_role(root: Caller, principal: str, name: str = "Ops") -> None:
    """A role that may do everything, for whom it trusts."""
    named = f"arn:aws:iam::{root.account_id}:{principal}"
    create_role(root, role_name=name, assume_role_policy_document=trust(named))
    attach_role_policy(root, role_name=name, policy_arn=ADMINISTRATOR)


def test_a_role_that_trusts_one_is_a_way(shop: Caller) -> None:
    make_role(shop, "user/ben")

    assert paths(list_reachable(shop, user_name="ben")) == {"Ops": ["sts:AssumeRole"]}


def test_a_role_that_trusts_somebody_else_is_none(shop: Caller) -> None:
    make_role(shop, "user/boss")
    give(shop, document("sts:AssumeRole"))

    assert paths(list_reachable(shop, user_name="ben")) == {}


def test_one_role_leads_to_the_next(shop: Caller) -> None:
    trusted = f"arn:aws:iam::{shop.account_id}:user/ben"
    create_role(shop, role_name="Step", assume_role_policy_document=trust(trusted))
    make_role(shop, "role/Step")

    assert paths(list_reachable(shop, user_name="ben")) == {"Ops": ["sts:AssumeRole", "sts:AssumeRole"]}


def test_a_boundary_of_the_role_stays(shop: Caller) -> None:
    make_role(shop, "user/ben")
    put_role_permissions_boundary(shop, role_name="Ops", permissions_boundary=READ_ONLY)

    assert paths(list_reachable(shop, user_name="ben")) == {}


def test_who_may_rewrite_the_trust_gets_in(shop: Caller) -> None:
    make_role(shop, "user/boss")
    give(shop, document("iam:UpdateAssumeRolePolicy"))

    assert paths(list_reachable(shop, user_name="ben")) == {"Ops": ["iam:UpdateAssumeRolePolicy"]}


def test_who_was_made_anew_under_a_trusted_name_does_not(shop: Caller) -> None:
    make_role(shop, "user/ben")
    delete_user(shop, user_name="ben")

    create_user(shop, user_name="ben")

    assert paths(list_reachable(shop, user_name="ben")) == {}
    update_assume_role_policy(
        shop, role_name="Ops", policy_document=trust(f"arn:aws:iam::{shop.account_id}:user/ben")
    )
    assert paths(list_reachable(shop, user_name="ben")) == {"Ops": ["sts:AssumeRole"]}


def test_a_role_is_known_as_its_sessions_are(shop: Caller) -> None:
    make_role(shop, "user/ben")

    reached = [one for one in list_reachable(shop, user_name="ben").found if one.identity.is_role]

    (role,) = reached
    assert role.identity.context["aws:principaltype"] == ("AssumedRole",)
    assert role.identity.context["aws:principalarn"] == (role.identity.arn,)


def test_nobody_reaches_the_role_of_a_service(shop: Caller) -> None:
    create_service_linked_role(shop, aws_service_name="batch.amazonaws.com")
    give(shop, document(["iam:UpdateAssumeRolePolicy", "iam:PutRolePolicy", "sts:AssumeRole"]))

    assert list_reachable(shop, user_name="ben").found == []


def queries(root: Caller) -> int:
    with CaptureQueriesContext(connection) as asked:
        list_reachable(root, user_name="ben")
    return len(asked)


def test_more_roles_cost_no_more_queries(shop: Caller) -> None:
    make_role(shop, "user/boss")
    list_reachable(shop, user_name="ben")
    before = queries(shop)

    for name in ("Cook", "Waiter"):
        make_role(shop, "user/boss", name)

    assert queries(shop) == before


def test_another_account_does_not_know_the_user(shop: Caller, other_root: Caller) -> None:
    with pytest.raises(NoSuchEntity):
        list_reachable(other_root, user_name="ben")


def test_it_is_as_secret_as_the_whole_account(shop: Caller, carol: Caller) -> None:
    put_user_policy(shop, user_name="carol", policy_name="own", policy_document=document("iam:GetUser"))

    with pytest.raises(AccessDenied) as refused:
        list_reachable(carol, user_name="ben")

    assert "iam:GetAccountAuthorizationDetails" in str(refused.value)
