"""Documents: what is read, what is refused, and where the fault stands."""

import json
from typing import Any

import pytest

from policies.engine import Effect, PolicyError, Statement, parse_policy

ALLOW: dict[str, Any] = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}

SCALAR = "A condition value must be a string, number or Boolean"


def document(**elements: Any) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [{**ALLOW, **elements}]})


def test_a_statement_keeps_its_elements_as_written() -> None:
    text = document(
        Sid="Read", Action=["s3:Get*", "s3:List*"], Condition={"Bool": {"aws:SecureTransport": True}}
    )
    (statement,) = parse_policy(text).statements

    assert (statement.sid, statement.effect, statement.index) == ("Read", Effect.ALLOW, 0)
    assert (statement.actions, statement.not_actions) == (("s3:Get*", "s3:List*"), None)
    assert statement.conditions[0].values == ("true",)
    assert text[statement.start : statement.end].startswith('{"Effect"')


def test_a_single_statement_may_drop_its_brackets() -> None:
    policy = parse_policy(json.dumps({"Id": "policy", "Statement": ALLOW}))

    assert (policy.id, policy.version, len(policy.statements)) == ("policy", "2008-10-17", 1)


def test_condition_values_need_no_quotes() -> None:
    policy = parse_policy(document(Condition={"NumericEquals": {"s3:max-keys": [10, 1.5, False]}}))

    assert policy.statements[0].conditions[0].values == ("10", "1.5", "false")


@pytest.mark.parametrize(
    ("principal", "written"),
    [
        ("*", (("AWS", "*"),)),
        ("arn:aws:iam::111122223333:root", (("AWS", "arn:aws:iam::111122223333:root"),)),
        ({"Service": ["a.amazonaws.com"], "AWS": "*"}, (("Service", "a.amazonaws.com"), ("AWS", "*"))),
        ({"CanonicalUser": "c"}, (("CanonicalUser", "c"),)),
    ],
)
def test_a_principal_is_read_in_every_form_in_use(
    principal: Any, written: tuple[tuple[str, str], ...]
) -> None:
    principals = parse_policy(document(Principal=principal)).statements[0].principals

    assert principals is not None
    assert principals.written == written


@pytest.mark.parametrize(
    ("text", "message", "spot"),
    [
        ("[]", "A policy must be an object, not an array.", "[]"),
        ("{}", "The policy has no Statement.", "{}"),
        ('{"Statement": 7}', "A statement must be an object, not a number.", "7"),
        ('{"Statement": null}', "A statement must be an object, not null.", "null"),
        ('{"Statement": [], "Name": 1}', "`Name` is no element of a policy.", '"Name"'),
        ('{"Version": "1", "Statement": []}', "The Version `1` is neither `2012-10-17` nor `2008-10-17`.", '"1"'),
        ('{"Id": 1, "Statement": []}', "Id must be a string, not a number.", "1"),
        ('{"Statement": [], "Statement": []}', "The key `Statement` stands twice in one object.", '"'),
        ('{"Statement": NaN}', "Expected a value, but found `NaN`.", "N"),
        ('{"Statement": ', "Expected a value, but found the end of the text.", ""),
        (document(Effect="ALLOW"), "The Effect `ALLOW` is neither `Allow` nor `Deny`.", '"ALLOW"'),
        (document(Resources="*"), "`Resources` is no element of a statement.", '"Resources"'),
        (document(Action=7), "Action must be a string, not a number.", "7"),
        (document(Resource=[None]), "Resource must be a string, not null.", "null"),
        (document(Principal=7), "Principal must be an object, not a number.", "7"),
        (document(Principal={"Person": "x"}), "`Person` is no type of principal.", '"Person"'),
        (document(Condition=[]), "Condition must be an object, not an array.", "[]"),
        (document(Condition={"Bool": "x"}), "The condition operator `Bool` must be an object, not a string.", '"x"'),
        (document(Condition={"Bool": {"a:b": [{}]}}), f"{SCALAR}, not an object.", "{}"),
    ],
)  # fmt: skip
def test_a_refusal_names_the_fault_and_its_place(text: str, message: str, spot: str) -> None:
    with pytest.raises(PolicyError) as caught:
        parse_policy(text)

    assert (caught.value.message, text[caught.value.start : caught.value.end]) == (message, spot)


@pytest.mark.parametrize(
    ("elements", "message"),
    [
        ({"NotAction": "*"}, "A statement cannot hold both Action and NotAction."),
        ({"NotResource": "*"}, "A statement cannot hold both Resource and NotResource."),
        ({"Principal": "*", "NotPrincipal": "*"}, "A statement cannot hold both Principal and NotPrincipal."),
    ],
)
def test_an_element_and_its_opposite_exclude_each_other(elements: dict[str, Any], message: str) -> None:
    with pytest.raises(PolicyError, match=message):
        parse_policy(document(**elements))


@pytest.mark.parametrize(
    ("missing", "message"), [("Action", "neither Action nor NotAction"), ("Effect", "no Effect")]
)
def test_action_and_effect_are_required(missing: str, message: str) -> None:
    statement = {name: value for name, value in ALLOW.items() if name != missing}

    with pytest.raises(PolicyError, match=message):
        parse_policy(json.dumps({"Statement": statement}))


def test_every_statement_knows_its_place_whatever_stands_around_it() -> None:
    one, two = '{ "Effect":"Deny","Action" : "*" }', '{"Action":["a:b","\\u0063:d"],"Effect":"Allow"}'
    text = f' {{ "Id" : "é]" ,"Statement" :[ {one},\n\t{two} ], "Version": "2012-10-17" }} '

    assert [text[each.start : each.end] for each in parse_policy(text).statements] == [one, two]


def test_a_document_of_very_many_values_is_refused() -> None:
    with pytest.raises(PolicyError, match="more than 6,000 values"):
        parse_policy(document(Action=["s3:Get*"] * 6_000))


def test_a_longer_document_is_read_when_the_caller_says_so() -> None:
    text = document() + " " * 300_000

    assert parse_policy(text, maximum_length=400_000).statements
    with pytest.raises(PolicyError, match="at most 262,144"):
        parse_policy(text)


def test_what_is_worked_out_when_first_asked_for_has_its_help() -> None:
    assert str(Statement.resource_set.__doc__).startswith("The compiled Resource")
