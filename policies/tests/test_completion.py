"""Completion: what is offered in each place of a policy."""

from __future__ import annotations

import json

import pytest

from policies.catalog import catalog
from policies.completion import MOST_SUGGESTIONS
from policies.tests.typed_policies import ACCOUNT, Typing, condition, statement

# Elements


def test_a_policy_offers_the_elements_it_lacks() -> None:
    assert Typing('{"Version": "2012-10-17", |}').labels == ["Statement"]


def test_a_statement_offers_neither_what_stands_there_nor_its_opposite() -> None:
    labels = statement('"Action": "*", "|"').labels

    assert labels == ["Sid", "Resource", "NotResource", "Condition"]


@pytest.mark.parametrize(
    ("policy_type", "offered", "absent"),
    [
        ("identity", "Resource", "Principal"),
        ("trust", "Principal", "Resource"),
        ("resource", "NotPrincipal", None),
        ("scp", "NotAction", "Principal"),
        ("rcp", "Principal", "NotAction"),
    ],
)
def test_elements_are_those_of_the_type_of_policy(policy_type: str, offered: str, absent: str | None) -> None:
    labels = statement('"|"', policy_type).labels

    assert offered in labels
    assert absent not in labels


def test_a_chosen_key_brings_its_quote_and_its_colon() -> None:
    assert Typing('{"Vers|').chosen("Version") == '{"Version": '
    assert Typing('{"Vers|"}').chosen("Version") == '{"Version": }'
    assert Typing("{Vers|}").chosen("Version") == '{"Version": }'
    assert Typing('{"Vers|": 1}').chosen("Version") == '{"Version": 1}'


def test_effects_and_versions_are_the_few_there_are() -> None:
    assert Typing('{"Statement": {"Effect": "|"}}').labels == ["Allow", "Deny"]
    assert Typing('{"Statement": {"Effect": "|"}}', "rcp").labels == ["Deny"]
    assert Typing('{"Version": "|"}').labels == ["2012-10-17"]


def test_a_value_without_quotes_gets_them() -> None:
    assert Typing('{"Statement": {"Effect": |}}').chosen("Deny") == '{"Statement": {"Effect": "Deny"}}'
    assert Typing('{"Statement": {"Effect": De|}}').chosen("Deny") == '{"Statement": {"Effect": "Deny"}}'


# Actions


def test_services_are_offered_while_there_is_no_colon() -> None:
    typing = statement('"Action": "dyn|"')

    assert typing.labels[0] == "dynamodb:"
    assert typing.of("dynamodb:")[0] == "Amazon DynamoDB"
    assert typing.chosen("dynamodb:") == statement('"Action": "dynamodb:|"').text


def test_a_service_is_found_by_its_name_too() -> None:
    assert "swf:" in statement('"Action": "simple w|"').labels


def test_the_best_known_services_come_first() -> None:
    assert statement('"Action": "|"').labels[:3] == ["s3:", "iam:", "sts:"]


def test_actions_come_by_prefix_the_general_first_with_access_level_and_description() -> None:
    typing = statement('"Action": "s3:Get|"')

    assert typing.labels[0] == "s3:GetObject"
    assert typing.of("s3:GetObject") == ("Read", "Grants permission to retrieve objects from Amazon S3.")
    assert all(label.startswith("s3:Get") for label in typing.labels)


def test_actions_that_hold_the_text_follow_those_that_begin_with_it() -> None:
    labels = statement('"Action": "s3:object|"').labels

    assert labels[0] == "s3:ObjectOwnerOverrideToBucketOwner"
    assert "s3:GetObject" in labels


def test_case_does_not_matter() -> None:
    assert statement('"Action": "S3:gETo|"').labels[0] == "s3:GetObject"


def test_an_action_that_stands_in_the_list_is_not_offered_again() -> None:
    labels = statement('"Action": ["s3:GetObject", "s3:GetObj|"]').labels

    assert "s3:GetObject" not in labels
    assert "s3:GetObjectAcl" in labels


def test_the_name_of_an_api_operation_leads_to_the_action_that_governs_it() -> None:
    typing = statement('"Action": "s3:ListObjects|"')

    assert typing.labels[0] == "s3:ListBucket"
    assert "ListObjects" in typing.of("s3:ListBucket")[1]


def test_a_wildcard_says_to_how_many_actions_it_expands() -> None:
    covered = len(catalog().actions_matching("s3:Get*"))

    offered, typed = statement('"Action": "s3:Get|"'), statement('"Action": "s3:Get*|"')

    assert offered.labels[-1] == "s3:Get*"
    assert offered.of("s3:Get*")[0] == typed.of("s3:Get*")[0] == f"{covered} actions"
    assert typed.labels[0] == "s3:Get*"
    assert "s3:GetObject" in [*typed.labels, *statement('"Action": "s3:GetObj*|"').labels]


def test_at_most_fifty_are_told_and_how_many_fit() -> None:
    found = statement('"Action": "ec2:|"').completion

    assert len(found.items) == MOST_SUGGESTIONS
    assert found.total > 700


def test_an_unknown_service_has_no_actions() -> None:
    assert statement('"Action": "s33:|"').labels == []


def test_not_action_is_completed_as_action_is() -> None:
    assert statement('"NotAction": ["iam:CreateU|"]').labels == ["iam:CreateUser"]


def test_a_resource_control_policy_names_only_services_that_obey_it() -> None:
    assert "iam:" not in statement('"Action": "|"', "rcp").labels
    assert statement('"Action": "iam:|"', "rcp").labels == []
    assert "s3:GetObject" in statement('"Action": "s3:GetOb|"', "rcp").labels


def test_a_trust_policy_is_about_taking_the_role_on() -> None:
    assert statement('"Action": "|"', "trust").labels[0] == "sts:AssumeRole"
    assert all(label.startswith("sts:") for label in statement('"Action": "|"', "trust").labels)


def test_a_wildcard_that_covers_nothing_or_is_no_ones_offers_nothing() -> None:
    assert statement('"Action": "s3:Nonsense*|"').labels == []
    assert statement(f'"Action": "s3:{"*a" * 100}|"').labels == []


# Resources


def test_resources_are_arns_of_the_types_that_the_actions_take() -> None:
    labels = statement('"Action": ["s3:ListBucket", "s3:GetObject"], "Resource": "|"').labels

    assert labels[:2] == ["arn:aws:s3:::{BucketName}", "arn:aws:s3:::{BucketName}/{ObjectName}"]
    assert labels[-1] == "*"


def test_what_is_typed_of_an_arn_is_kept() -> None:
    typing = statement('"Action": "s3:GetObject", "Resource": "arn:aws:s3:::receipts|"')

    assert typing.labels == ["arn:aws:s3:::receipts/{ObjectName}"]


def test_account_and_region_are_filled_in_as_far_as_they_are_known() -> None:
    arn = f"arn:aws:sqs:eu-west-1:{ACCOUNT}:orders"

    typing = statement(f'"Action": "sqs:SendMessage", "Resource": ["{arn}", "arn:aws:sqs:|"]')

    assert typing.labels == [f"arn:aws:sqs:eu-west-1:{ACCOUNT}:{{QueueName}}"]


def test_an_arn_of_another_service_is_not_completed() -> None:
    assert statement('"Action": "s3:GetObject", "Resource": "arn:aws:sqs:|"').labels == []


def test_without_actions_the_arn_itself_says_of_what_service_it_is() -> None:
    assert statement('"NotAction": "iam:*", "Resource": "arn:aws:sqs:|"').labels == [
        f"arn:aws:sqs:{{Region}}:{ACCOUNT}:{{QueueName}}"
    ]


def test_actions_without_resource_types_take_the_star_alone() -> None:
    typing = statement('"Action": "s3:ListAllMyBuckets", "Resource": "|"')

    assert typing.labels == ["*"]
    assert "no resource" in typing.of("*")[1]


def test_the_types_of_a_wildcards_actions_are_offered() -> None:
    assert "arn:aws:s3:::{BucketName}" in statement('"Action": "s3:*", "Resource": "|"').labels


def test_a_literal_type_of_resource_is_not_completed_by_a_text_that_differs() -> None:
    assert statement('"Action": "sqs:SendMessage", "Resource": "arn:aws:sqs|:"').labels != []
    assert statement('"Action": "sqs:SendMessage", "Resource": "arn:aws:sns|"').labels == []
    assert statement('"Action": "sqs:SendMessage", "Resource": "urn:|"').labels == []


def test_everything_says_nothing_about_the_resources() -> None:
    assert statement('"Action": ["s3:GetObject", "*"], "Resource": "|"').labels == ["*"]


def test_the_resources_of_a_few_services_are_looked_at() -> None:
    patterns = json.dumps([f"{prefix}:*" for prefix in catalog().services()])

    found = statement(f'"Action": {patterns}, "Resource": "arn:|"').completion.items

    assert 1 < len({item.doc.partition("(")[2] for item in found}) <= 8


def test_an_arn_typed_to_its_end_is_offered_as_it_is() -> None:
    bucket = statement('"Action": "s3:ListBucket", "Resource": "arn:aws:s3:::receipts|"')
    root = statement(f'"Principal": {{"AWS": "arn:aws:iam::{ACCOUNT}:root|"}}', "trust")

    assert bucket.labels == ["arn:aws:s3:::receipts"]
    assert root.labels == [f"arn:aws:iam::{ACCOUNT}:root"]


# Operators


def test_operators_fit_the_key_that_stands_in_the_block() -> None:
    labels = condition('"|": {"aws:SourceIp": "10.0.0.0/8"}').labels

    assert labels == ["IpAddress", "NotIpAddress", "Null", "IpAddressIfExists", "NotIpAddressIfExists"]


def test_a_key_of_several_values_takes_qualified_operators_only() -> None:
    labels = condition('"|": {"aws:TagKeys": "team"}').labels

    assert all(label.startswith(("ForAllValues:", "ForAnyValue:")) or label == "Null" for label in labels)
    assert "ForAnyValue:StringEquals" in labels


def test_a_key_of_one_value_takes_no_qualifier() -> None:
    assert condition('"For|": {"aws:SourceIp": "10.0.0.0/8"}').labels == []


def test_an_operator_that_stands_there_is_not_offered_again() -> None:
    assert "Bool" not in condition('"Bool": {}, "B|"').labels


def test_without_a_key_every_operator_can_be_typed() -> None:
    assert condition('"ForAllValues:ArnL|"').labels == [
        "ForAllValues:ArnLike",
        "ForAllValues:ArnLikeIfExists",
    ]
    assert "ForAnyValue:IpAddress" not in condition('"ForAny|"').labels


# Condition keys


def test_keys_are_those_of_the_actions_then_the_global_ones() -> None:
    labels = condition('"StringEquals": {"|"}').labels

    assert labels.index("s3:ExistingObjectTag/{key}") < labels.index("aws:RequestedRegion")
    assert not any(label.startswith(("sqs:", "s3:prefix")) for label in labels)


def test_keys_tell_their_type_and_what_they_are() -> None:
    detail, doc = condition('"Bool": {"aws:Secure|"}').of("aws:SecureTransport")

    assert detail == "Bool"
    assert "TLS" in doc


def test_keys_fit_the_operator_they_stand_under() -> None:
    assert condition('"IpAddress": {"|"}').labels == [
        "aws:Ec2InstanceSourcePrivateIPv4",
        "aws:SourceIp",
        "aws:VpcSourceIp",
    ]
    assert "aws:CalledVia" in condition('"ForAnyValue:StringEquals": {"aws:Called|"}').labels
    assert "aws:CalledVia" not in condition('"StringEquals": {"aws:Called|"}').labels


def test_tag_keys_are_offered_where_the_action_has_them() -> None:
    tagging = condition('"StringEquals": {"aws:RequestTag|"}', '"ec2:CreateTags"')
    reading = condition('"StringEquals": {"aws:RequestTag|"}', '"s3:GetObject"')

    assert tagging.labels == ["aws:RequestTag/{TagKey}"]
    assert reading.labels == []


def test_a_key_that_stands_there_is_not_offered_again() -> None:
    assert condition('"Bool": {"aws:SecureTransport": "true", "aws:Secure|"}').labels == []


def test_a_trust_policy_offers_the_claims_of_the_provider_it_names() -> None:
    host = "token.actions.githubusercontent.com"
    provider = f'"Principal": {{"Federated": "arn:aws:iam::{ACCOUNT}:oidc-provider/{host}"}}'
    keys = '"Action": "sts:AssumeRoleWithWebIdentity", "Condition": {"StringLike": {"|"}}'

    labels = statement(f"{provider}, {keys}", "trust").labels

    assert labels[:2] == [f"{host}:aud", f"{host}:sub"]
    assert not any(label.startswith(("accounts.google.com", "gitlab.com")) for label in labels)


def test_without_actions_every_global_key_is_offered() -> None:
    labels = statement('"NotAction": "iam:*", "Condition": {"StringEquals": {"aws:|"}}').labels

    assert {"aws:RequestTag/{TagKey}", "aws:ResourceTag/{TagKey}", "aws:RequestedRegion"} <= set(labels)


# Condition values


@pytest.mark.parametrize(
    ("inner", "wanted"),
    [
        ('"Bool": {"aws:SecureTransport": "|"}', ["true", "false"]),
        ('"Null": {"aws:SourceIp": "|"}', ["true", "false"]),
        ('"StringEquals": {"aws:RequestedRegion": ["eu-west-1", "eu-west|"]}', ["eu-west-2", "eu-west-3"]),
        ('"StringEquals": {"iam:PassedToService": "lamb|"}', ["lambda.amazonaws.com"]),
        ('"StringEquals": {"aws:SourceAccount": "|"}', [ACCOUNT]),
        ('"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::|"}', "role"),
        ('"StringEquals": {"s3:object-lock-mode": "|"}', ["GOVERNANCE", "COMPLIANCE"]),
        ('"StringEquals": {"aws:username": "|"}', []),
        (f'"StringEquals": {{"aws:{"x" * 600}": "|"}}', []),
        ('"StringEquals": {"aws:nonsense": "|"}', []),
    ],
)
def test_values_are_those_the_key_can_have(inner: str, wanted: list[str] | str) -> None:
    labels = condition(inner).labels

    if isinstance(wanted, str):
        assert f"arn:aws:iam::{ACCOUNT}:{wanted}/{{RoleName}}" in labels
    else:
        assert labels[: len(wanted)] == wanted
        assert bool(labels) == bool(wanted)


# Principals


@pytest.mark.parametrize(
    ("policy_type", "wanted"),
    [
        ("trust", ["AWS", "Service", "Federated"]),
        ("resource", ["AWS", "Service", "CanonicalUser"]),
        ("rcp", ["AWS"]),
        ("identity", []),
    ],
)
def test_the_keys_of_principal_depend_on_the_type_of_policy(policy_type: str, wanted: list[str]) -> None:
    assert statement('"Principal": {"|"}', policy_type).labels == wanted


def test_everybody_may_be_meant_but_not_by_a_trust_policy() -> None:
    assert statement('"Principal": "|"', "resource").labels == ["*"]
    assert statement('"Principal": "|"', "trust").labels == []


def test_principals_are_accounts_roles_services_and_providers() -> None:
    assert f"arn:aws:iam::{ACCOUNT}:root" in statement('"Principal": {"AWS": "|"}', "trust").labels
    assert "*" in statement('"Principal": {"AWS": "|"}', "resource").labels
    assert statement('"Principal": {"Service": ["ecs-|"]}', "trust").labels == ["ecs-tasks.amazonaws.com"]
    assert "accounts.google.com" in statement('"Principal": {"Federated": "|"}', "trust").labels
    assert statement('"Principal": {"CanonicalUser": "|"}', "resource").labels == []
