from __future__ import annotations

from accounts.models import Role
from operations.attachments import attach_role_policy
from operations.caller import Caller
from operations.everybody import holdings_of, roles_holding
from operations.holdings import DocumentCache, policies_of
from operations.inline_policies import put_role_policy
from operations.roles import create_role
from policies.models import PolicyText
from tests.cast import ADMINISTRATOR, READ_ONLY

TRUST = '{"Statement":{"Effect":"Allow","Principal":"*","Action":"sts:AssumeRole"}}'
DOCUMENT = '{"Version":"2012-10-17","Statement":{"Sid":"%s","Effect":"Allow","Action":"*","Resource":"*"}}'


def test_a_full_cache_starts_over_and_answers_all_the_same(db: None) -> None:
    cache = DocumentCache(size=1)
    one, other = (PolicyText.of(DOCUMENT % sid).sha256 for sid in ("One", "Other"))

    found = [cache([one]), cache([one, other]), cache([one])]

    assert [sorted(documents) for documents in found] == [[one], sorted([one, other]), [one]]
    assert cache([other])[other].statements[0].sid == "Other"


def make_cook(root: Caller) -> Role:
    create_role(root, role_name="Cook", assume_role_policy_document=TRUST, permissions_boundary=READ_ONLY)
    attach_role_policy(root, role_name="Cook", policy_arn=ADMINISTRATOR)
    put_role_policy(root, role_name="Cook", policy_name="own", policy_document=DOCUMENT % "Own")
    assert root.account is not None
    return root.account.roles.get()


OF_COOK = [("boundary", "IAMReadOnlyAccess"), ("identity", "AdministratorAccess"), ("identity", "own")]


def test_a_role_holds_its_boundary_and_its_policies(root: Caller) -> None:
    role = make_cook(root)

    assert sorted((source.kind, source.name) for source in policies_of(role)) == OF_COOK


def test_many_roles_are_read_at_once(root: Caller) -> None:
    make_cook(root)
    create_role(root, role_name="Waiter", assume_role_policy_document=TRUST)
    assert root.account is not None

    held = roles_holding(root.account, root.account.roles.order_by("role_name"))

    (cook, of_cook), (waiter, of_waiter) = held
    assert (cook.role_name, waiter.role_name, of_waiter) == ("Cook", "Waiter", ())
    assert sorted((source.kind, source.name) for source in of_cook) == OF_COOK


def test_what_roles_hold_is_not_told_of_users(root: Caller, carol: Caller) -> None:
    make_cook(root)
    assert root.account is not None

    held = holdings_of(root.account)

    assert (held.own, held.of_groups, held.boundaries) == ({}, {}, {})
