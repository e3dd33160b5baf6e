import json
from typing import Any

import pytest

from policies.validation import Finding, blocking, size_without_white_space, validate

STORY = """{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Effect": "Allow",
      "Action": ["s3:GetObject", "s3:ListObject"],
      "Resource": "arn:aws:s3:::maven-repo-tutorial.asimi.net"
    }
  ]
}
"""


def statement(**elements: object) -> str:
    usual = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::coffee-menu/*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [usual | elements]})


def codes(text: str, policy_type: str = "identity") -> list[str]:
    return [finding.issue_code for finding in validate(text, policy_type)]


def only(text: str, policy_type: str = "identity") -> Finding:
    (finding,) = validate(text, policy_type)
    return finding


def unknown_action() -> Finding:
    """What the sample of the story is known for; its `s3:GetObject` on a bucket is a finding of its own."""
    (finding,) = [finding for finding in validate(STORY) if finding.issue_code == "INVALID_ACTION"]
    return finding


def written(text: str, finding: Finding) -> str:
    span = finding.locations[0].span
    return text[span.start.offset : span.end.offset]


def test_the_sample_of_the_story_is_flagged_and_mended() -> None:
    finding = unknown_action()

    assert "`s3:ListObject`" in finding.finding_details
    assert finding.fix is not None
    assert finding.fix.applied_to(STORY) == STORY.replace("s3:ListObject", "s3:ListBucket")
    assert not blocking([finding])


def test_a_finding_has_the_shape_of_access_analyzer() -> None:
    shape = unknown_action().as_dict()

    assert list(shape) == ["findingType", "issueCode", "findingDetails", "learnMoreLink", "locations"]
    assert shape["findingType"] == "ERROR"
    assert shape["locations"] == [
        {
            "path": [{"value": "Statement"}, {"index": 0}, {"value": "Action"}, {"index": 1}],
            "span": {
                "start": {"line": 6, "column": 33, "offset": 110},
                "end": {"line": 6, "column": 48, "offset": 125},
            },
        }
    ]


def test_a_span_covers_the_value_as_written() -> None:
    assert written(STORY, unknown_action()) == '"s3:ListObject"'


def test_a_finding_about_a_key_points_at_the_key() -> None:
    finding = only(statement(Conditions={}))

    assert dict(finding.locations[0].path[-1]) == {"key": "Conditions"}
    assert written(statement(Conditions={}), finding) == '"Conditions"'


def test_a_finding_inside_a_string_counts_escapes_as_one_character() -> None:
    text = statement(Resource="arn:aws:s3:::menu/é${}/*")

    finding = only(text)

    assert "\\u00e9" in text
    assert written(text, finding) == "${}"
    assert dict(finding.locations[0].path[-1]) == {"substring": {"start": 19, "length": 3}}


@pytest.mark.parametrize(
    ("text", "place"),
    [("", 0), ("{", 1), ('{"Version": "2012-10-17",}', 25), ('{"a": 1, "a": 2}', 9), ('{"a": NaN}', 6)],
)
def test_text_that_is_no_json_is_told_so_once_at_its_fault(text: str, place: int) -> None:
    (finding,) = [one for one in validate(text) if one.issue_code == "JSON_SYNTAX_ERROR"]

    assert (finding.offset, finding.is_refused) == (place, True)


def test_findings_come_in_the_order_of_the_text() -> None:
    offsets = [finding.offset for finding in validate(statement(Action=["a:b", "s3:x"], Sid="-", Foo=1))]

    assert len(offsets) == 4
    assert offsets == sorted(offsets)


def test_star_on_star_has_exactly_the_two_findings_of_access_analyzer() -> None:
    assert sorted(codes(statement(Action="*", Resource="*"))) == [
        "CREATE_SLR_WITH_STAR_IN_ACTION_AND_RESOURCE",
        "PASS_ROLE_WITH_STAR_IN_ACTION_AND_RESOURCE",
    ]


def test_a_deny_passes_no_role() -> None:
    assert codes(statement(Effect="Deny", Action="*", Resource="*")) == ["CONSOLE_LOCKS_AUTHOR_OUT"]


@pytest.mark.parametrize("root", ["[]", "7", '"text"', "null", "true"])
def test_a_policy_must_be_an_object(root: str) -> None:
    assert codes(root) == ["DATA_TYPE_MISMATCH"]


@pytest.mark.parametrize(
    "elements",
    [
        {"Action": [7]},
        {"Action": {"a": "b"}},
        {"Resource": [["*"]]},
        {"Sid": 1},
        {"Effect": None},
        {"Condition": []},
        {"Condition": {"Bool": "true"}},
        {"Condition": {"Bool": {"aws:SecureTransport": None}}},
        {"Condition": {"Bool": {"aws:SecureTransport": [{}]}}},
    ],
    ids=str,
)
def test_a_value_of_the_wrong_kind_is_a_mismatch(elements: dict[str, Any]) -> None:
    assert "DATA_TYPE_MISMATCH" in codes(statement(**elements))


def test_version_and_id_must_be_strings() -> None:
    text = json.dumps({"Version": 2012, "Id": [], "Statement": [7]})

    assert codes(text) == ["DATA_TYPE_MISMATCH"] * 3


def test_a_statement_may_stand_without_brackets() -> None:
    document = json.loads(STORY)
    document["Statement"] = document["Statement"][0]

    assert codes(json.dumps(document)) == codes(STORY)


@pytest.mark.parametrize(
    ("action", "advice"),
    [("GetObject", "Write `s3:GetObject`."), ("Xyzzy", "Write it as `service:Action`")],
)
def test_an_action_without_its_service_is_refused(action: str, advice: str) -> None:
    finding = only(statement(Action=action))

    assert finding.is_refused
    assert advice in finding.finding_details


@pytest.mark.parametrize("action", ["s*:GetObject", "s3:Get:Object", ":GetObject", "s 3:GetObject"])
def test_a_malformed_action_is_refused(action: str) -> None:
    assert only(statement(Action=action)).is_refused


@pytest.mark.parametrize("action", ["s3:getobject", "S3:Get*", "s3:*Object", "s3:?etObject", "*", "s3:*"])
def test_actions_ignore_case_and_take_wildcards(action: str) -> None:
    assert "INVALID_ACTION" not in codes(statement(Action=action))


def test_a_wildcard_that_covers_nothing_is_an_unknown_action() -> None:
    assert codes(statement(Action=["s3:Xyz*", "s3:*Xyz", "s3:"])) == ["INVALID_ACTION"] * 3


@pytest.mark.parametrize(
    "resource",
    [
        "arn:aws:iam::*:role/*",
        "arn:aws:iam::111122223333:*",
        "arn:*:iam::111122223333:user/${aws:username}",
        "arn:${aws:PrincipalTag/partition}:iam::111122223333:role/barista",
    ],
)
def test_wildcards_and_variables_leave_an_arn_open(resource: str) -> None:
    assert codes(statement(Action="iam:Get*", Resource=resource)) == []


def test_an_arn_that_iam_stores_though_it_lacks_fields_does_not_block() -> None:
    assert not only(statement(Resource="arn:aws:s3:menu")).is_refused
    assert only(statement(Resource="arn:aws:s3")).is_refused


@pytest.mark.parametrize(
    "items", [["s3:Get*", "s3:GetObject"], ["s3:GetObject", "s3:getobject"], ["s3:*", "s3:Get*"]]
)
def test_what_another_action_covers_is_redundant_and_removed(items: list[str]) -> None:
    text = statement(Action=items)

    finding = only(text)

    assert finding.issue_code == "REDUNDANT_ACTION"
    assert finding.fix is not None
    assert len(json.loads(finding.fix.applied_to(text))["Statement"][0]["Action"]) == 1


def test_actions_that_overlap_are_not_redundant() -> None:
    assert codes(statement(Action=["s3:Get*", "s3:*Object", "s3:List*"])) == []


def test_a_condition_key_of_an_identity_provider_is_not_looked_up() -> None:
    conditions = {
        "StringEquals": {"token.actions.githubusercontent.com:sub": "repo:coffee/menu:ref:refs/heads/main"}
    }

    assert codes(statement(Condition=conditions)) == []


def test_an_unknown_prefix_of_a_condition_key_is_an_unknown_service() -> None:
    assert codes(statement(Condition={"StringEquals": {"lamda:Principal": "s3.amazonaws.com"}})) == [
        "INVALID_SERVICE"
    ]


@pytest.mark.parametrize("operator", ["stringequals", "STRINGLIKE", "foranyvalue:StringEqualsifexists"])
def test_operators_ignore_case(operator: str) -> None:
    assert "INVALID_CONDITION_OPERATOR" not in codes(statement(Condition={operator: {"aws:TagKeys": "a"}}))


def test_a_mistyped_qualifier_is_mended_with_its_operator() -> None:
    text = statement(Condition={"ForEachValue:StrLikeIfExists": {"aws:TagKeys": "team"}})

    finding = next(found for found in validate(text) if found.issue_code == "INVALID_CONDITION_OPERATOR")

    assert finding.fix is not None
    assert finding.fix.replacement in (
        '"ForAllValues:StringLikeIfExists"',
        '"ForAnyValue:StringLikeIfExists"',
    )


@pytest.mark.parametrize("value", [True, 7, "true", ["true"]])
def test_numbers_and_booleans_need_no_quotes(value: object) -> None:
    operator, key = ("NumericEquals", "s3:max-keys") if value == 7 else ("Bool", "aws:SecureTransport")

    assert codes(statement(Action="s3:*", Condition={operator: {key: value}})) == []


@pytest.mark.parametrize(
    "date", ["2026", "2026-01", "2026-01-31", "2026-01-31T08:00:00Z", "2026-01-31T08:00+02:00"]
)
def test_dates_of_iso_8601_are_dates(date: str) -> None:
    assert codes(statement(Condition={"DateLessThan": {"aws:CurrentTime": date}})) == []


def test_a_boundary_is_read_as_an_identity_policy() -> None:
    assert codes(STORY, "boundary") == codes(STORY)


def test_an_unknown_policy_type_is_an_error_of_the_caller() -> None:
    with pytest.raises(ValueError, match="'nothing' is not a valid PolicyType"):
        validate(STORY, "nothing")


def test_white_space_does_not_count() -> None:
    assert size_without_white_space('{ "a" :\n\t"b c" }\r\n') == len('{"a":"bc"}')


@pytest.mark.parametrize(("policy_type", "is_too_long"), [("identity", False), ("scp", True)])
def test_white_space_counts_where_organizations_keeps_a_policy(policy_type: str, is_too_long: bool) -> None:
    text = statement(Effect="Deny", Action="s3:DeleteBucket", Resource="*") + " " * 6_000

    assert any(code.startswith("POLICY_SIZE") for code in codes(text, policy_type)) == is_too_long
