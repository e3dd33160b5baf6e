"""Escalation: each known path is open to whoever holds its permissions on that very resource, and to nobody else."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.engine import (
    Directory,
    Identity,
    Kind,
    Policy,
    Principal,
    Reachable,
    Source,
    Universe,
    Verdict,
    decide,
    parse_policy,
)
from policies.engine import reachable as reachable_in
from policies.engine.reach import Certainty
from policies.engine.reachable import Step
from policies.engine.request import Request
from policies.engine.tests.strategies import FEW

ACCOUNT = "111122223333"
EVE, BOSS, KIM = (f"arn:aws:iam::{ACCOUNT}:user/{name}" for name in ("eve", "boss", "kim"))
OPS = f"arn:aws:iam::{ACCOUNT}:role/ops"
ADMINS, STAFF = (f"arn:aws:iam::{ACCOUNT}:group/{name}" for name in ("Admins", "Staff"))
OWN, LIMIT = (f"arn:aws:iam::{ACCOUNT}:policy/{name}" for name in ("own", "limit"))
NEW_USER, NEW_ROLE = (f"arn:aws:iam::{ACCOUNT}:{kind}/new-identity" for kind in ("user", "role"))


UNIVERSE = Universe(["s3:ListBucket", "s3:DeleteBucket", "iam:CreateUser", "sts:AssumeRole"])


def reachable(arn: str, account: Directory) -> Reachable:
    return reachable_in(arn, account, UNIVERSE)


def policy(*statements: dict[str, Any]) -> Policy:
    full = [{"Effect": "Allow", "Resource": "*", **statement} for statement in statements]
    return parse_policy(json.dumps({"Version": "2012-10-17", "Statement": full}))


ADMIN = policy({"Action": "*"})
STAFF_SOURCE = Source(Kind.GROUP, "staff (group Staff)", "", policy({"Action": "s3:ListBucket"}))
ADMIN_SOURCE = Source(
    Kind.GROUP, "admin (group Admins)", "arn:aws:iam::aws:policy/AdministratorAccess", ADMIN
)
TRUST = parse_policy(
    json.dumps(
        {
            "Statement": {
                "Effect": "Allow",
                "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
                "Action": "sts:*",
            }
        }
    )
)


def directory(*statements: dict[str, Any], limit: Policy | None = None, **known: Any) -> Directory:
    """eve holds the policy `own` with these statements, and is in Staff; boss is an administrator, kim is nobody."""
    boundary = [Source(Kind.BOUNDARY, "limit", LIMIT, limit)] if limit else []
    sources = (*boundary, Source(Kind.IDENTITY, "own", OWN, policy(*statements)), STAFF_SOURCE)
    eve = Identity(Principal.of(EVE), sources, {"aws:username": ("eve",)}, groups=(STAFF,))
    boss = Identity(Principal.of(BOSS), (ADMIN_SOURCE,), groups=(ADMINS,), has_password=True, has_device=True)
    ops = Identity(Principal.of(OPS), (Source(Kind.IDENTITY, "ops", "", ADMIN),), trust=TRUST)
    return Directory(
        ACCOUNT,
        {EVE: eve, BOSS: boss, KIM: Identity(Principal.of(KIM)), OPS: ops},
        groups={ADMINS: (ADMIN_SOURCE,), STAFF: (STAFF_SOURCE,)},
        **known,
    )


def allow(actions: str | list[str], resource: str | list[str] = "*", **elements: Any) -> dict[str, Any]:
    return {"Action": actions, "Resource": resource, **elements}


def administrators(found: Reachable) -> list[str]:
    """Those reached who may do everything."""
    return [reached.identity.arn for reached in found.found if reached.power is Verdict.ALLOWED]


def first_path(found: Reachable) -> list[list[str]]:
    """The actions of the shortest path to an administrator, step by step."""
    path = next(reached.path for reached in found.found if reached.power is Verdict.ALLOWED)
    return [[ask.action for ask in step.asks] for step in path]


SINGLE_STEPS = {
    "iam:AttachUserPolicy": EVE,
    "iam:PutUserPolicy": EVE,
    "iam:AttachGroupPolicy": STAFF,
    "iam:PutGroupPolicy": STAFF,
    "iam:AddUserToGroup": ADMINS,
    "iam:CreatePolicyVersion": OWN,
    "iam:CreateAccessKey": BOSS,
    "sts:AssumeRole": OPS,
    "iam:UpdateAssumeRolePolicy": OPS,
}


@pytest.mark.parametrize(("action", "resource"), SINGLE_STEPS.items())
def test_one_permission_on_the_right_resource_is_enough(action: str, resource: str) -> None:
    found = reachable(EVE, directory(allow(action, resource)))

    assert first_path(found) == [[action]]


@pytest.mark.parametrize("action", SINGLE_STEPS)
def test_on_another_resource_it_is_not(action: str) -> None:
    others = [f"arn:aws:iam::{ACCOUNT}:{kind}/other" for kind in ("user", "group", "role", "policy")]

    assert administrators(reachable(EVE, directory(allow(action, others)))) == []


@pytest.mark.parametrize(("action", "resource"), SINGLE_STEPS.items())
def test_a_deny_closes_the_path(action: str, resource: str) -> None:
    found = reachable(EVE, directory(allow(action, resource), allow(action, resource, Effect="Deny")))

    assert administrators(found) == []


@pytest.mark.parametrize(("action", "resource"), SINGLE_STEPS.items())
def test_a_boundary_closes_the_path(action: str, resource: str) -> None:
    found = reachable(EVE, directory(allow(action, resource), limit=policy(allow("s3:*"))))

    assert administrators(found) == []


SEVERAL_ACTIONS = {
    "a password of somebody with a device": (["iam:UpdateLoginProfile", "iam:DeactivateMFADevice"], BOSS),
    "a new user": (["iam:CreateUser", "iam:AttachUserPolicy", "iam:CreateAccessKey"], NEW_USER),
    "a new user with a password": (
        ["iam:CreateUser", "iam:PutUserPolicy", "iam:CreateLoginProfile"],
        NEW_USER,
    ),
    "a new role": (["iam:CreateRole", "iam:PutRolePolicy"], NEW_ROLE),
}


@pytest.mark.parametrize(("actions", "resource"), SEVERAL_ACTIONS.values(), ids=SEVERAL_ACTIONS.keys())
def test_all_actions_of_a_way_are_needed(actions: list[str], resource: str) -> None:
    whole = reachable(EVE, directory(allow(actions, resource)))
    halves = [reachable(EVE, directory(allow([*{*actions} - {one}], resource))) for one in actions]

    assert first_path(whole) == [actions]
    assert [administrators(half) for half in halves] == [[]] * len(actions)


def test_a_name_is_found_that_the_permission_has_in_mind() -> None:
    actions = ["iam:CreateUser", "iam:PutUserPolicy", "iam:CreateAccessKey"]
    found = reachable(EVE, directory(allow(actions, f"arn:aws:iam::{ACCOUNT}:user/dev/*-?")))

    assert administrators(found) == [f"arn:aws:iam::{ACCOUNT}:user/dev/new-identity-x"]


def test_whoever_must_set_a_boundary_makes_nobody_without() -> None:
    actions = ["iam:CreateUser", "iam:PutUserPolicy", "iam:CreateAccessKey"]
    bounded = {"StringEquals": {"iam:PermissionsBoundary": LIMIT}}

    assert administrators(reachable(EVE, directory(allow(actions, Condition=bounded)))) == []


def test_a_path_goes_over_several_identities() -> None:
    middle = Identity(
        Principal.of(KIM), (Source(Kind.IDENTITY, "kim", "", policy(allow("sts:AssumeRole", OPS))),)
    )
    shop = directory(allow("iam:CreateLoginProfile", KIM))
    found = reachable(EVE, Directory(ACCOUNT, {**shop.identities, KIM: middle}, shop.groups))

    assert first_path(found) == [["iam:CreateLoginProfile"], ["sts:AssumeRole"]]
    assert found.found[-1].path[1].by.arn == KIM


def test_an_older_version_may_allow_more() -> None:
    older = {OWN: [policy(allow("s3:*")), ADMIN]}
    found = reachable(EVE, directory(allow("iam:SetDefaultPolicyVersion", OWN), versions=older))

    assert first_path(found) == [["iam:SetDefaultPolicyVersion"]]


RESTRAINED = [allow("*"), allow("s3:DeleteBucket", Effect="Deny")]


def test_a_restraint_that_one_may_take_off_is_none() -> None:
    found = reachable(EVE, directory(*RESTRAINED))

    assert ["iam:DetachUserPolicy"] in [
        [ask.action for ask in step.asks] for it in found.found for step in it.path
    ]
    assert BOSS in administrators(found)


@pytest.mark.parametrize(
    ("action", "holder"),
    [
        ("iam:DeleteUserPolicy", EVE),
        ("iam:DetachGroupPolicy", STAFF),
        ("iam:DeleteGroupPolicy", STAFF),
        ("iam:RemoveUserFromGroup", STAFF),
    ],
)
def test_a_denial_is_shed_where_it_hangs(action: str, holder: str) -> None:
    is_group = holder == STAFF
    arn = f"arn:aws:iam::{ACCOUNT}:policy/quiet" if "Detach" in action else ""
    kind = Kind.GROUP if is_group else Kind.IDENTITY
    deny = Source(kind, "quiet", arn, policy(allow("s3:*", Effect="Deny")))
    shop = directory(allow("*"))
    others = [source for source in shop.identities[EVE].sources if source is not STAFF_SOURCE]
    eve = Identity(Principal.of(EVE), (*others, deny), groups=(STAFF,))
    groups = {STAFF: (deny,)} if is_group else {}

    found = reachable(EVE, Directory(ACCOUNT, {EVE: eve}, groups))

    steps = [[ask.action for ask in step.asks] for it in found.found for step in (*it.path, *it.others)]
    assert [action] in steps
    assert EVE in administrators(found)


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("iam:DeleteUserPermissionsBoundary", EVE),
        ("iam:PutUserPermissionsBoundary", EVE),
        ("iam:CreatePolicyVersion", LIMIT),
    ],
)
def test_a_boundary_that_one_may_lift_is_none(action: str, resource: str) -> None:
    limit = policy(allow(["s3:*", action]))
    found = reachable(EVE, directory(allow("*"), limit=limit))

    assert EVE in administrators(found)
    steps = [[ask.action for ask in step.asks] for it in found.found for step in (*it.path, *it.others)]
    assert [action] in steps


def test_a_boundary_of_aws_has_no_other_text() -> None:
    limit = Source(
        Kind.BOUNDARY,
        "limit",
        "arn:aws:iam::aws:policy/PowerUserAccess",
        policy(allow("iam:CreatePolicyVersion")),
    )
    eve = Identity(Principal.of(EVE), (limit, Source(Kind.IDENTITY, "own", "", ADMIN)))

    assert reachable(EVE, Directory(ACCOUNT, {EVE: eve})).found == []


def test_a_boundary_holds_what_was_won() -> None:
    limit = policy(allow(["s3:*", "iam:AttachUserPolicy"], "*"))
    found = reachable(EVE, directory(allow("iam:AttachUserPolicy", EVE), limit=limit))

    assert [it.identity.arn for it in found.found] == [EVE]
    assert administrators(found) == []


def test_whoever_may_tag_oneself_fulfils_what_tags_decide() -> None:
    tagged = {"StringEquals": {"aws:PrincipalTag/job": "boss"}}
    found = reachable(EVE, directory(allow("iam:TagUser", EVE), allow("*", Condition=tagged)))
    untagged = reachable(EVE, directory(allow("*", Condition=tagged)))

    assert first_path(found) == [["iam:TagUser"]]
    assert administrators(untagged) == []


@pytest.mark.parametrize("action", ["iam:TagUser", "iam:UntagUser"])
def test_a_denial_by_tag_is_shed_by_other_tags(action: str) -> None:
    tagged = {"StringEquals": {"aws:PrincipalTag/job": "clerk"}}
    rest = sorted({"iam:TagUser", "iam:UntagUser"} - {action})
    statements = [allow("*"), allow("s3:*", Condition=tagged, Effect="Deny"), allow(rest, Effect="Deny")]
    eve = directory(*statements).identities[EVE]
    clerk = Identity(eve.principal, eve.sources, {"aws:principaltag/job": ("clerk",)})

    assert [action] in [
        [ask.action for ask in step.asks]
        for it in reachable(EVE, Directory(ACCOUNT, {EVE: clerk})).found
        for step in it.path
    ]


def test_a_condition_leaves_the_path_open_and_says_so() -> None:
    mfa = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
    found = reachable(EVE, directory(allow("iam:CreateAccessKey", BOSS, Condition=mfa)))

    assert [(it.identity.arn, it.certainty) for it in found.found] == [(BOSS, Certainty.MAYBE)]


def test_a_role_that_trusts_somebody_else_is_out_of_reach() -> None:
    trust = {"Statement": {"Effect": "Allow", "Principal": {"AWS": KIM}, "Action": "sts:AssumeRole"}}
    shop = directory(allow("sts:AssumeRole"))
    ops = Identity(Principal.of(OPS), (), trust=parse_policy(json.dumps(trust)))
    identities = {**shop.identities, OPS: ops}

    assert OPS not in [it.identity.arn for it in reachable(EVE, Directory(ACCOUNT, identities)).found]
    assert OPS in [it.identity.arn for it in reachable(KIM, Directory(ACCOUNT, identities)).found]


def test_a_role_raises_itself_and_sheds_its_own() -> None:
    actions = ["iam:AttachRolePolicy", "iam:DeleteRolePermissionsBoundary", "iam:DeleteRolePolicy"]
    limit = Source(Kind.BOUNDARY, "limit", LIMIT, policy(allow(["s3:*", *actions])))
    deny = Source(Kind.IDENTITY, "quiet", "", policy(allow("s3:DeleteBucket", Effect="Deny")))
    own = Source(Kind.IDENTITY, "own", "", policy(allow(actions, OPS)))
    ops = Identity(Principal.of(OPS), (limit, own, deny), trust=TRUST)

    found = reachable(OPS, Directory(ACCOUNT, {OPS: ops}))

    assert OPS in administrators(found)
    assert len(next(it.path for it in found.found if it.power is Verdict.ALLOWED)) == 3


def test_an_administrator_has_nothing_more_to_reach() -> None:
    assert reachable(BOSS, directory()).found == []


def test_whoever_has_nothing_reaches_nothing() -> None:
    found = reachable(KIM, directory())

    assert (found.found, found.is_complete) == ([], True)


def test_what_is_gained_on_the_way_is_counted() -> None:
    found = reachable(EVE, directory(allow("iam:CreateAccessKey", BOSS)))

    assert found.start.identity.arn == EVE
    assert found.found[0].gained(found.start) == len(UNIVERSE.names) - 1


def test_in_a_huge_account_the_search_ends_and_says_so() -> None:
    rights = Source(Kind.IDENTITY, "help", "", policy(allow("iam:CreateAccessKey")))
    arns = [f"arn:aws:iam::{ACCOUNT}:user/user-{number}" for number in range(600)]
    crowd = {arn: Identity(Principal.of(arn), (rights,)) for arn in arns}

    found = reachable(arns[0], Directory(ACCOUNT, crowd))

    assert not found.is_complete
    assert len(found.found) >= 400


ACTIONS = st.sampled_from(
    [*SINGLE_STEPS, "iam:UpdateLoginProfile", "iam:DeactivateMFADevice", "iam:*", "iam:Put*"]
)
RESOURCES = st.sampled_from([EVE, BOSS, KIM, OPS, ADMINS, STAFF, OWN, "*", f"arn:aws:iam::{ACCOUNT}:user/*"])
STATEMENTS = st.lists(
    st.builds(allow, ACTIONS, RESOURCES, Effect=st.sampled_from(["Allow", "Allow", "Deny"])), max_size=4
)


@FEW
@given(STATEMENTS, st.sampled_from([None, policy(allow("iam:*")), policy(allow(["s3:*", "iam:Create*"]))]))
def test_every_sure_step_is_allowed_when_it_is_asked_for(
    statements: list[dict[str, Any]], limit: Policy | None
) -> None:
    found = reachable(EVE, directory(*statements, limit=limit))

    steps: list[Step] = [step for it in found.found for step in (*it.path, *it.others)]
    refused = [
        (step.by.arn, ask.action)
        for step in steps
        if step.certainty is Certainty.YES
        for ask in step.asks
        if not decide(asked(step.by, ask), sources_for(step.by, ask)).is_allowed
    ]
    assert refused == []


def asked(identity: Identity, ask: Any) -> Request:
    return Request(identity.principal, ask.action, ask.resource, context={**identity.context, **ask.context})


def sources_for(identity: Identity, ask: Any) -> list[Source]:
    trust = [Source(Kind.TRUST, "trust", "", ask.trust)] if ask.trust else []
    return [*identity.sources, *trust]
