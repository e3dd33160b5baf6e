"""The checks beyond AWS's of what a policy opens, whom it locks out and whom it names."""

from collections.abc import Collection

import pytest

from policies.catalog import catalog
from policies.engine.patterns import fold
from policies.engine.reachable import ESCALATING
from policies.validation import validate
from policies.validation.escalations import KINDS, WAYS, Way
from policies.validation.rules.exposure import SHARING_ACTIONS
from policies.validation.tests.written import (
    ACCOUNT,
    BUCKET,
    OBJECTS,
    Elements,
    allow,
    deny,
    document,
    findings,
    places,
)

ESCALATION = "CONSOLE_PRIVILEGE_ESCALATION"
EXPOSURE = "CONSOLE_RESOURCE_EXPOSURE"
LOCKOUT = "CONSOLE_LOCKS_AUTHOR_OUT"
DELETED = "CONSOLE_DELETED_ENTITY"
SECOND_FACTOR = "CONSOLE_MFA_NOT_REQUIRED"
# Which ways are open by these depends on what else somebody holds, so that a policy alone does not show them.
OF_ACCOUNTS = {
    *(f"iam:{verb}{holder}Policy" for verb in ("Detach", "Delete") for holder in ("User", "Role", "Group")),
    *(f"iam:{verb}{holder}PermissionsBoundary" for verb in ("Put", "Delete") for holder in ("User", "Role")),
    "iam:CreateRole",
    "iam:CreateUser",
    "iam:DeactivateMFADevice",
    "iam:RemoveUserFromGroup",
    "iam:TagUser",
    "iam:UntagUser",
    "sts:AssumeRole",
}


def test_every_way_names_actions_that_exist() -> None:
    named = {action for way in WAYS for action in way.actions}

    assert [action for action in named if catalog().action(action) is None] == []
    assert {action for action in named if action.startswith("iam:")} == set(KINDS)


def test_the_ways_of_iam_are_those_the_engine_follows() -> None:
    alone = {action for way in WAYS for action in way.actions if len(way.actions) == 1}

    assert sorted(map(fold, alone | OF_ACCOUNTS)) == list(ESCALATING.names)


@pytest.mark.parametrize("way", WAYS, ids=lambda way: "+".join(way.actions))
def test_each_way_is_found_once(way: Way) -> None:
    (finding,) = findings(ESCALATION, allow(list(way.actions)))

    assert all(f"`{action}`" in finding.finding_details for action in way.actions)
    assert len(finding.locations) == len(way.actions)


def test_a_way_may_be_spread_over_statements() -> None:
    passing, running = allow("iam:PassRole"), allow("ec2:RunInstances", "arn:aws:ec2:*:*:instance/*")

    (finding,) = findings(ESCALATION, passing, running)

    assert places(finding) == [["Statement", 0, "Action"], ["Statement", 1, "Action"]]
    assert findings(ESCALATION, passing) == findings(ESCALATION, running) == []


def test_a_wildcard_opens_all_its_ways_at_one_place() -> None:
    (finding,) = findings(ESCALATION, allow("iam:*"))

    assert places(finding) == [["Statement", 0, "Action"]]
    assert " more ways" in finding.finding_details


@pytest.mark.parametrize(
    "statement",
    [
        allow("iam:CreateAccessKey", f"{ACCOUNT}:user/*"),
        allow("iam:CreateAccessKey", f"{ACCOUNT}:*"),
        allow("IAM:createaccesskey"),
        allow("iam:Create?ccessKey"),
        {"Effect": "Allow", "NotAction": "iam:PassRole", "Resource": "*"},
        {"Effect": "Allow", "Action": "iam:CreateAccessKey", "NotResource": f"{ACCOUNT}:user/ana"},
    ],
    ids=str,
)
def test_whatever_leaves_the_entities_open_opens_the_way(statement: Elements) -> None:
    assert findings(ESCALATION, statement)


@pytest.mark.parametrize(
    "statements",
    [
        [allow("iam:CreateAccessKey", f"{ACCOUNT}:user/${{aws:username}}")],
        [allow("iam:CreateAccessKey", f"{ACCOUNT}:user/${{aws:username}}"), allow("iam:List*")],
        [allow("iam:CreateAccessKey", f"{ACCOUNT}:user/shop/*")],
        [allow("iam:CreateAccessKey", f"{ACCOUNT}:group/*")],
        [allow("iam:CreateAccessKey", Condition={"Bool": {"aws:MultiFactorAuthPresent": "true"}})],
        [allow("iam:CreateAccessKey"), deny("iam:Create*")],
        [
            allow("iam:PutRolePolicy"),
            deny(
                "iam:Put*",
                Condition={"StringNotEquals": {"iam:PermissionsBoundary": f"{ACCOUNT}:policy/limit"}},
            ),
        ],
        [allow("*")],
        [allow("*:*"), allow("iam:*")],
        [deny("iam:CreateAccessKey")],
    ],
    ids=str,
)
def test_what_is_confined_denied_or_everything_opens_no_way(statements: list[Elements]) -> None:
    assert findings(ESCALATION, *statements) == []


def test_a_denial_of_one_user_leaves_the_way_open() -> None:
    assert findings(ESCALATION, allow("iam:CreateAccessKey"), deny("iam:*", f"{ACCOUNT}:user/ana"))


def test_a_denial_that_need_not_hold_leaves_the_way_open() -> None:
    elsewhere = {"StringNotEquals": {"aws:RequestedRegion": "eu-west-1"}}

    assert findings(ESCALATION, allow("iam:CreateAccessKey"), deny("iam:*", Condition=elsewhere))


@pytest.mark.parametrize("policy_type", ["boundary", "scp"])
def test_only_what_grants_escalates(policy_type: str) -> None:
    assert findings(ESCALATION, allow("iam:*"), policy_type=policy_type) == []


@pytest.mark.parametrize("principal", ["*", {"AWS": "*"}, {"AWS": [f"{ACCOUNT}:root", "*"]}], ids=str)
def test_a_resource_open_to_everybody_is_exposed(principal: object) -> None:
    statement = allow("s3:GetObject", OBJECTS, Principal=principal)

    (finding,) = findings(EXPOSURE, statement, policy_type="resource")

    assert places(finding) == [["Statement", 0, "Principal"]]


@pytest.mark.parametrize(
    ("condition", "is_exposed"),
    [
        ({"StringEquals": {"aws:PrincipalOrgID": "o-coffee1234"}}, False),
        ({"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}, False),
        ({"StringEquals": {"aws:PrincipalTag/team": "menu"}}, False),
        ({"IpAddress": {"aws:SourceIp": ["203.0.113.0/24", "0.0.0.0/0"]}}, True),
        ({"StringLike": {"aws:PrincipalOrgID": "*"}}, True),
        ({"StringNotEquals": {"aws:PrincipalOrgID": "o-coffee1234"}}, True),
        ({"StringEqualsIfExists": {"aws:PrincipalOrgID": "o-coffee1234"}}, True),
        ({"Null": {"aws:PrincipalOrgID": "false"}}, True),
        ({"Bool": {"aws:SecureTransport": "true"}}, True),
    ],
    ids=str,
)
def test_conditions_on_who_asks_and_from_where_confine(condition: object, is_exposed: bool) -> None:
    statement = allow("s3:GetObject", OBJECTS, Principal="*", Condition=condition)

    assert bool(findings(EXPOSURE, statement, policy_type="resource")) == is_exposed


def test_a_role_open_to_everybody_is_exposed_unless_an_external_id_is_wanted() -> None:
    statement: Elements = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": "*"}}
    confined: Elements = {**statement, "Condition": {"StringEquals": {"sts:ExternalId": "menu-7"}}}

    assert findings(EXPOSURE, statement, policy_type="trust")
    assert findings(EXPOSURE, confined, policy_type="trust") == []


def test_leave_to_open_any_resource_is_one_finding_a_statement() -> None:
    (finding,) = findings(EXPOSURE, allow(["s3:PutBucketPolicy", "s3:GetObject", "SNS:AddPermission"]))

    assert places(finding) == [["Statement", 0, "Action", 0], ["Statement", 0, "Action", 2]]
    assert "`SNS:AddPermission`" in finding.finding_details


@pytest.mark.parametrize(
    "statement",
    [allow("s3:PutBucketPolicy", BUCKET), allow("s3:*"), deny("s3:PutBucketPolicy"), allow("s3:GetObject")],
    ids=str,
)
def test_leave_for_named_resources_and_whole_services_exposes_nothing(statement: Elements) -> None:
    assert findings(EXPOSURE, statement) == []


def test_every_action_that_shares_exists() -> None:
    assert [action for action in SHARING_ACTIONS if catalog().action(action) is None] == []


@pytest.mark.parametrize(
    "statements",
    [
        [deny("*")],
        [deny("iam:*")],
        [{"Effect": "Deny", "NotAction": "s3:*", "Resource": "*"}],
        [deny(["iam:Detach*", "iam:Put*", "iam:Remove*"]), deny(["iam:Delete*", "iam:Create*", "iam:Set*"])],
    ],
    ids=str,
)
def test_a_denial_of_all_that_would_undo_it_locks_out_once(statements: list[Elements]) -> None:
    (finding,) = findings(LOCKOUT, *statements)

    assert places(finding) == [["Statement", len(statements) - 1]]


@pytest.mark.parametrize(
    "statement",
    [
        deny("*", Condition={"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}),
        deny("*", f"{ACCOUNT}:user/ana"),
        deny("s3:*"),
        deny(["iam:Detach*", "iam:Delete*"]),
        {"Effect": "Deny", "NotAction": "iam:DetachUserPolicy", "Resource": "*"},
        allow("*"),
    ],
    ids=str,
)
def test_a_denial_with_a_way_back_locks_nobody_out(statement: Elements) -> None:
    assert findings(LOCKOUT, statement) == []


def test_a_boundary_is_taken_back_by_other_actions() -> None:
    assert findings(LOCKOUT, deny(["iam:*Boundary", "iam:*PolicyVersion"]), policy_type="boundary")
    assert findings(LOCKOUT, deny("iam:Detach*"), policy_type="boundary") == []


@pytest.mark.parametrize("resource", ["*", BUCKET, [OBJECTS, BUCKET]], ids=str)
def test_a_bucket_that_denies_everybody_locks_its_owner_out(resource: object) -> None:
    assert findings(LOCKOUT, deny("s3:*", resource, Principal="*"), policy_type="resource")


@pytest.mark.parametrize(
    "statement",
    [
        deny("s3:*", OBJECTS, Principal="*"),
        deny("s3:GetObject", BUCKET, Principal="*"),
        deny("s3:*", BUCKET, Principal={"AWS": f"{ACCOUNT}:root"}),
        deny("s3:*", BUCKET, NotPrincipal={"AWS": f"{ACCOUNT}:root"}),
        deny("s3:*", BUCKET, Principal="*", Condition={"Bool": {"aws:SecureTransport": "false"}}),
    ],
    ids=str,
)
def test_a_bucket_that_leaves_somebody_in_locks_nobody_out(statement: Elements) -> None:
    assert findings(LOCKOUT, statement, policy_type="resource") == []


@pytest.mark.parametrize("policy_type", ["scp", "trust"])
def test_what_others_take_back_locks_nobody_out(policy_type: str) -> None:
    assert findings(LOCKOUT, deny("*"), policy_type=policy_type) == []


class Directory:
    """An account that has nobody but ana; remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[list[str]] = []

    def missing(self, arns: Collection[str]) -> Collection[str]:
        self.asked.append(list(arns))
        return [arn for arn in arns if not arn.endswith("/ana")]


def deleted(text: str, policy_type: str = "identity") -> list[list[object]]:
    """Where entities are named that are not there."""
    found = validate(text, policy_type, directory=Directory())
    return [places(one)[0] for one in found if one.issue_code == DELETED]


def test_entities_that_are_not_there_are_told_where_they_are_named() -> None:
    named = [
        f"{ACCOUNT}:user/ana",
        f"{ACCOUNT}:user/eve",
        f"{ACCOUNT}:user/*",
        f"{ACCOUNT}:user/${{aws:username}}",
    ]

    assert deleted(document(allow("iam:GetUser", named))) == [["Statement", 0, "Resource", 1]]


def test_principals_that_are_not_there_are_told() -> None:
    principal = {
        "AWS": [f"{ACCOUNT}:user/eve", f"{ACCOUNT}:root", "111122223333"],
        "Service": "ec2.amazonaws.com",
    }
    statement: Elements = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": principal}

    assert deleted(document(statement), "trust") == [["Statement", 0, "Principal", "AWS", 0]]


@pytest.mark.parametrize("action", ["iam:CreateUser", ["iam:GetUser", "iam:Create*"], "*"], ids=str)
def test_who_may_be_created_need_not_be_there(action: object) -> None:
    assert deleted(document(allow(action, f"{ACCOUNT}:user/eve"))) == []


def test_the_directory_is_asked_once_and_only_about_entities() -> None:
    directory, eve = Directory(), f"{ACCOUNT}:user/eve"

    validate(document(allow("iam:GetUser", [eve, OBJECTS]), deny("iam:GetUser", eve)), directory=directory)
    validate(document(allow("s3:GetObject", OBJECTS)), directory=directory)

    assert directory.asked == [[eve]]


def test_without_a_directory_entities_are_believed_to_exist() -> None:
    assert validate(document(allow("iam:GetUser", f"{ACCOUNT}:user/eve"))) == []


def test_a_text_that_is_not_finished_is_asked_about_too() -> None:
    text = document(allow("iam:GetUser", f"{ACCOUNT}:user/eve"))

    assert deleted(text[:-1]) == [["Statement", 0, "Resource"]]


PRESENT, AGE = "aws:MultiFactorAuthPresent", "aws:MultiFactorAuthAge"


@pytest.mark.parametrize(
    ("statement", "operator"),
    [
        (deny("s3:*", Condition={"Bool": {PRESENT: "false"}}), "BoolIfExists"),
        (deny("s3:*", Condition={"Bool": {PRESENT: False}}), "BoolIfExists"),
        (deny("s3:*", Condition={"StringEquals": {PRESENT.lower(): "false"}}), "StringEqualsIfExists"),
        (deny("s3:*", Condition={"NumericGreaterThan": {AGE: "3600"}}), "NumericGreaterThanIfExists"),
        (allow("s3:*", Condition={"BoolIfExists": {PRESENT: "true"}}), "Bool"),
        (allow("s3:*", Condition={"NumericLessThanIfExists": {AGE: "3600"}}), "NumericLessThan"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_second_factor_that_access_keys_slip_by_is_told_and_mended(
    statement: Elements, operator: str
) -> None:
    text = document(statement)
    (finding,) = findings(SECOND_FACTOR, statement)

    assert finding.fix is not None
    mended = finding.fix.applied_to(text)
    assert f'"{operator}"' in mended
    assert SECOND_FACTOR not in {one.issue_code for one in validate(mended)}


@pytest.mark.parametrize(
    "statements",
    [
        [deny("s3:*", Condition={"BoolIfExists": {PRESENT: "false"}})],
        [deny("s3:*", Condition={"StringNotEquals": {PRESENT: "true"}})],
        [deny("s3:*", Condition={"Bool": {PRESENT: "true"}})],
        [allow("s3:*", Condition={"Bool": {PRESENT: "true"}})],
        [allow("s3:*", Condition={"Null": {PRESENT: "false"}})],
        [deny("s3:*", Condition={"Null": {PRESENT: "false"}})],
        [allow("s3:*", Condition={"NumericLessThan": {AGE: "3600"}})],
        [allow("s3:*", Condition={"BoolIfExists": {"aws:SecureTransport": "true"}})],
        [
            deny("s3:*", Condition={"Bool": {PRESENT: "false"}}),
            deny("s3:*", Condition={"Null": {PRESENT: "true"}}),
        ],
    ],
    ids=str,
)
def test_what_access_keys_do_not_slip_by_is_no_finding(statements: list[Elements]) -> None:
    assert findings(SECOND_FACTOR, *statements) == []


@pytest.mark.parametrize(
    "condition",
    [
        {"Bool": {PRESENT: "false", "aws:SecureTransport": "false"}},
        {"Bool": {PRESENT: "false"}, "BoolIfExists": {"aws:SecureTransport": "false"}},
    ],
    ids=["shared", "taken"],
)
def test_an_operator_over_other_keys_is_not_rewritten(condition: Elements) -> None:
    (finding,) = findings(SECOND_FACTOR, deny("s3:*", Condition=condition))

    assert finding.fix is None


def test_an_operator_without_a_plain_form_is_left_to_its_author() -> None:
    (finding,) = findings(SECOND_FACTOR, allow("s3:*", Condition={"StringNotEquals": {PRESENT: "false"}}))

    assert finding.fix is None
