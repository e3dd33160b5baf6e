"""Statements from what was used: the same resources together, nothing that was not used, and no finding of an error."""

from __future__ import annotations

import json

from policies.catalog import catalog
from policies.starting.activity import MOST_NAMED, Use, statements_for
from policies.validation import FindingType, validate

HOME = "arn:aws:iam::111122223333:user"


def test_actions_on_the_same_resources_share_a_statement() -> None:
    uses = [Use("iam:CreateUser", [f"{HOME}/ana"]), Use("iam:TagUser", [f"{HOME}/ana"])]

    (statement,) = statements_for(uses, catalog())

    assert statement["Action"] == ["iam:CreateUser", "iam:TagUser"]
    assert statement["Resource"] == f"{HOME}/ana"


def test_names_give_way_to_a_star_when_others_are_meant_too() -> None:
    uses = [Use("iam:CreateUser", [f"{HOME}/shop/ana", f"{HOME}/ben"])]

    (statement,) = statements_for(uses, catalog(), is_exact=False)

    assert statement["Resource"] == f"{HOME}/*"


def test_very_many_names_become_their_kind() -> None:
    uses = [Use("iam:CreateUser", [f"{HOME}/user-{number}" for number in range(MOST_NAMED + 1)])]

    assert statements_for(uses, catalog())[0]["Resource"] == f"{HOME}/*"


def test_reads_and_actions_without_resources_are_about_all() -> None:
    uses = [Use("iam:GetUser", ()), Use("iam:ListPolicies", [f"{HOME}/ana"])]

    (statement,) = statements_for(uses, catalog())

    assert statement["Resource"] == "*"


def test_a_recorded_resource_of_another_kind_is_left_out() -> None:
    group = "arn:aws:iam::111122223333:group/Cashiers"

    (statement,) = statements_for([Use("iam:DeleteUser", [group, f"{HOME}/ana"])], catalog())

    assert statement["Resource"] == f"{HOME}/ana"


def test_what_the_catalog_does_not_know_is_left_out() -> None:
    assert statements_for([Use("iamconsole:ConsoleLogin", ["*"]), Use("iam:Nothing", ())], catalog()) == []


def test_a_policy_of_every_action_of_iam_has_no_error() -> None:
    service = catalog().service("iam")
    assert service is not None
    uses = [Use(action.name, [f"{HOME}/ana"]) for action in service.actions.values()]

    text = json.dumps({"Version": "2012-10-17", "Statement": statements_for(uses, catalog())})

    found = validate(text, "identity", catalog())
    assert [each for each in found if each.finding_type is FindingType.ERROR] == []
