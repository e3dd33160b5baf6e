"""The REST-JSON protocol, by round trip against botocore's own serializer and parser."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.parsers import create_parser
from botocore.serialize import create_serializer

from api import rest_json
from operations.errors import (
    IncompleteSignature,
    InvalidAction,
    MalformedQueryString,
    NoSuchEntity,
    RequestTimeout,
    ServiceError,
    ServiceFailure,
    Throttling,
    ValidationError,
)
from operations.shapes import ensure_complete, operation_model

VALIDATE = "access-analyzer:ValidatePolicy"
LIST = "access-analyzer:ListFindings"


def sent(name: str, parameters: dict[str, Any]) -> Any:
    serializer = create_serializer("rest-json", include_validation=False)
    return serializer.serialize_to_request(parameters, operation_model(name))


def decoded(body: bytes, name: str = VALIDATE) -> dict[str, object]:
    return rest_json.decode(operation_model(name), {}, body)


def test_parameters_arrive_as_botocore_sends_them() -> None:
    given = {
        "policyDocument": '{"Id": "é☕"}\n',
        "policyType": "RESOURCE_POLICY",
        "validatePolicyResourceType": "AWS::S3::Bucket",
        "maxResults": 7,
        "nextToken": "a b/&=",
    }
    request = sent(VALIDATE, given)
    in_query = {name: str(value) for name, value in request["query_string"].items()}

    assert in_query.keys() == {"maxResults", "nextToken"}
    assert rest_json.decode(operation_model(VALIDATE), in_query, request["body"]) == {
        "policy_document": given["policyDocument"],
        "policy_type": "RESOURCE_POLICY",
        "validate_policy_resource_type": "AWS::S3::Bucket",
        "max_results": 7,
        "next_token": "a b/&=",
    }


def test_values_within_values_arrive_too() -> None:
    criteria = {"status": {"eq": ["ACTIVE", "é"], "exists": True}, "resource": {"contains": []}}
    request = sent(LIST, {"analyzerArn": "arn", "filter": criteria, "maxResults": 3})

    assert decoded(request["body"], LIST) == {"analyzer_arn": "arn", "filter": criteria, "max_results": 3}


def test_null_and_what_nobody_knows_are_no_parameters() -> None:
    assert decoded(b'{"policyType": null, "colour": "red", "policyDocument": "x"}') == {
        "policy_document": "x"
    }
    assert decoded(b"") == {}


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"[]",
        b'"text"',
        b"null",
        b"\xff\xfe{\x00}\x00",
        b"\xef\xbb\xbf{}",
        b'{"policyType": NaN}',
        b'{"policyType": "a", "policyType": "b"}',
        b"[" * 100_000,
        b'{"policyType": ' + b"9" * 5_000 + b"}",
    ],
    ids=lambda body: repr(body[:24]),
)
def test_a_body_that_is_no_object_cannot_be_parsed(body: bytes) -> None:
    with pytest.raises(MalformedQueryString):
        decoded(body)


@pytest.mark.parametrize(
    ("name", "parameter", "value"),
    [
        (VALIDATE, "policyDocument", 7),
        (VALIDATE, "policyDocument", {"Version": "2012-10-17"}),
        (VALIDATE, "policyDocument", "\ud800"),
        (LIST, "maxResults", "7"),
        (LIST, "maxResults", True),
        (LIST, "maxResults", 7.0),
        (LIST, "filter", []),
        (LIST, "filter", {"status": []}),
        (LIST, "filter", {"status": {"eq": "ACTIVE"}}),
        (LIST, "filter", {"status": {"eq": [1]}}),
        (LIST, "filter", {"status": {"exists": 1}}),
        (LIST, "filter", {"status": {"exists": "true"}}),
    ],
)
def test_a_value_of_another_type_is_refused_with_the_name_of_its_parameter(
    name: str, parameter: str, value: object
) -> None:
    with pytest.raises(ValidationError, match=parameter) as refused:
        decoded(json.dumps({parameter: value}).encode(), name)

    refused.value.message.encode()
    (fault,) = body_of(refused.value)["fieldList"]
    assert fault["name"] == parameter


def test_a_number_of_the_query_string_is_a_number() -> None:
    with pytest.raises(ValidationError, match="whole number"):
        rest_json.decode(operation_model(VALIDATE), {"maxResults": "many"}, b"")


class Result:
    """What an operation answers, and what of it is no member."""

    def __init__(self) -> None:
        position = {"line": 1, "column": 0, "offset": 0}
        location = {"path": [{"index": 0}, {"value": "é"}], "span": {"start": position, "end": position}}
        self.findings = [{"issueCode": "A", "locations": [location], "colour": "red"}]
        self.next_token = None
        self.secret = "told to nobody"


def test_a_result_is_read_by_botocore_as_it_was_meant() -> None:
    model = operation_model(VALIDATE)
    text = rest_json.encode(model, Result())
    received = {"status_code": 200, "headers": {}, "body": text.encode()}

    found = create_parser("rest-json").parse(received, model.output_shape)

    (finding,) = found["findings"]
    assert finding.keys() == {"issueCode", "locations"}
    assert finding["locations"][0]["path"] == [{"index": 0}, {"value": "é"}]
    assert finding["locations"][0]["span"]["start"] == {"line": 1, "column": 0, "offset": 0}
    assert "nextToken" not in found
    assert "secret" not in text


def body_of(error: ServiceError) -> Any:
    return json.loads(rest_json.encode_error("access-analyzer", error).text)


@pytest.mark.parametrize(
    ("error", "status", "code", "reason"),
    [
        (ValidationError("no"), 400, "ValidationException", "fieldValidationFailed"),
        (MalformedQueryString("no"), 400, "ValidationException", "cannotParse"),
        (InvalidAction("no"), 400, "ValidationException", "unknownOperation"),
        (Throttling("no"), 429, "ThrottlingException", None),
        (ServiceFailure("no"), 500, "InternalServerException", None),
        (IncompleteSignature("no"), 400, "IncompleteSignatureException", None),
        (RequestTimeout("no"), 408, "RequestTimeout", None),
        (NoSuchEntity("no"), 404, "NoSuchEntity", None),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, ServiceError) else None,
)
def test_a_refusal_has_the_name_and_the_status_of_the_model(
    error: ServiceError, status: int, code: str, reason: str | None
) -> None:
    refusal = rest_json.encode_error("access-analyzer", error)

    assert (refusal.status, refusal.headers["x-amzn-ErrorType"]) == (status, code)
    assert body_of(error)["message"] == "no"
    assert body_of(error).get("reason") == reason


def test_every_field_that_is_wrong_is_named() -> None:
    with pytest.raises(ValidationError) as refused:
        ensure_complete(VALIDATE, {"validate_policy_resource_type": "A"})

    names = [fault["name"] for fault in body_of(refused.value)["fieldList"]]
    assert sorted(names) == ["policyDocument", "policyType", "validatePolicyResourceType"]


@pytest.mark.parametrize("name", ["GetAnalyzer", "ListTagsForResource", "GetGeneratedPolicy", "ListFindings"])
def test_an_operation_that_needs_more_than_is_there_is_told_beforehand(name: str) -> None:
    with pytest.raises(NotImplementedError, match=name):
        rest_json.prepare(operation_model(f"access-analyzer:{name}"))
