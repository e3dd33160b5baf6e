"""`aws accessanalyzer validate-policy` from the first byte to the last: signed requests, good and bad."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from django.db import OperationalError
from django.test import Client

from accounts.models import AccessKey
from api import endpoint
from api.access_analyzer import REST_JSON
from api.iam_and_sts import QUERY
from api.tests.signing import FINE, HOST, Key, Signed, ask
from api.tests.signing import signed as signed_query
from api.throttle import Throttle
from audit.models import Event
from operations.caller import Caller
from operations.inline_policies import put_user_policy
from operations.tests.temporary import allow
from tests.cast import browser_of

JSON = "application/json"
PATH = "/policy/validation"
ALL = '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}'
PLAIN = {"policyDocument": ALL, "policyType": "IDENTITY_POLICY"}


def signed(
    key: Key,
    body: Any = PLAIN,
    *,
    path: str = PATH,
    query: str = "",
    service: str = "access-analyzer",
    region: str = "us-east-1",
) -> Signed:
    """A request as awscli makes it; a body that is no text is written as JSON."""
    text = body if isinstance(body, str) else json.dumps(body)
    address = f"http://{HOST}{path}" + (f"?{query}" if query else "")
    request = AWSRequest("POST", address, data=text.encode(), headers={"Content-Type": JSON, "Host": HOST})
    SigV4Auth(key.credentials, service, region).add_auth(request)
    return Signed("POST", path, text, dict(request.headers.items()), query)


def refused(answer: Any) -> tuple[int, str]:
    """The status and the code, of an answer in the protocol's form."""
    assert answer["Content-Type"] == JSON
    assert "message" in answer.json()
    return answer.status_code, answer["x-amzn-ErrorType"]


def codes(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.content
    return [finding["issueCode"] for finding in answer.json()["findings"]]


@pytest.mark.parametrize("path", [PATH, f"/access-analyzer{PATH}", f"/api{PATH}"])
def test_a_policy_is_checked_without_cookie_or_redirect(client: Client, key: Key, path: str) -> None:
    answer = signed(key, path=path).send(client)

    assert codes(answer) == [
        "PASS_ROLE_WITH_STAR_IN_ACTION_AND_RESOURCE",
        "CREATE_SLR_WITH_STAR_IN_ACTION_AND_RESOURCE",
    ]
    assert answer["Content-Type"] == JSON
    assert answer["x-amzn-RequestId"]
    assert answer["Cache-Control"] == "no-store"
    assert not answer.cookies


def test_pages_follow_each_other_to_the_end(client: Client, key: Key) -> None:
    first = signed(key, query="maxResults=1").send(client)
    token = quote(first.json()["nextToken"])
    second = signed(key, query=f"maxResults=1&nextToken={token}").send(client)

    assert codes(first) + codes(second) == codes(signed(key).send(client))
    assert "nextToken" not in second.json()


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, ["policyDocument", "policyType"]),
        ({**PLAIN, "policyType": "BUCKET_POLICY"}, ["policyType"]),
        ({**PLAIN, "policyDocument": {}}, ["policyDocument"]),
        ({**PLAIN, "policyDocument": "\ud800"}, ["policyDocument"]),
        ({**PLAIN, "policyDocument": "\x00"}, ["policyDocument"]),
        ({**PLAIN, "locale": "TLH"}, ["locale"]),
        ({**PLAIN, "validatePolicyResourceType": "AWS::S3::Bucket"}, ["validatePolicyResourceType"]),
    ],
)
def test_fields_that_are_wrong_are_named(client: Client, key: Key, body: object, fields: list[str]) -> None:
    answer = signed(key, body).send(client)

    assert refused(answer) == (400, "ValidationException")
    assert answer.json()["reason"] == "fieldValidationFailed"
    assert [field["name"] for field in answer.json()["fieldList"]] == fields


@pytest.mark.parametrize(
    "query", ["maxResults=0", "maxResults=1001", "maxResults=-1", "maxResults=many", "nextToken=made-up"]
)
def test_pages_have_bounds(client: Client, key: Key, query: str) -> None:
    answer = signed(key, query=query).send(client)

    assert refused(answer) == (400, "ValidationException")
    assert [field["name"] for field in answer.json()["fieldList"]] == [query.partition("=")[0]]


@pytest.mark.parametrize("body", ["{", "[]", "Action=ListUsers", '{"policyType":1,"policyType":2}'])
def test_a_body_that_is_no_request_is_refused(client: Client, key: Key, body: str) -> None:
    answer = signed(key, body).send(client)

    assert refused(answer) == (400, "ValidationException")
    assert answer.json()["reason"] == "cannotParse"


def test_a_text_that_is_no_json_is_a_finding_and_no_fault(client: Client, key: Key) -> None:
    answer = signed(key, {**PLAIN, "policyDocument": "{"}).send(client)

    assert "JSON_SYNTAX_ERROR" in codes(answer)


def test_whoever_may_not_ask_is_told_so_and_leaves_one_event(
    client: Client, key: Key, powerless: Key
) -> None:
    before = Event.objects.count()

    answer = signed(powerless).send(client)

    (event,) = Event.objects.order_by("sequence")[before:]
    assert refused(answer) == (403, "AccessDeniedException")
    assert "is not authorized to perform: access-analyzer:ValidatePolicy" in answer.json()["message"]
    assert (event.event_source, event.event_name) == ("access-analyzer.amazonaws.com", "ValidatePolicy")
    assert (event.error_code, event.request_id) == ("AccessDenied", answer["x-amzn-RequestId"])
    message = answer["x-amzn-iamconsole-authorization-message"]
    assert ask(client, key, "sts:DecodeAuthorizationMessage", EncodedMessage=message).outcome == FINE


def test_the_region_is_the_one_that_is_asked(client: Client, root: Caller, powerless: Key) -> None:
    there = {"StringEquals": {"aws:RequestedRegion": "eu-west-1"}}
    policy = allow("access-analyzer:ValidatePolicy", Condition=there)
    put_user_policy(root, user_name="carol", policy_name="there", policy_document=policy)

    statuses = {
        region: signed(powerless, region=region).send(client).status_code
        for region in ("eu-west-1", "us-east-1")
    }

    assert statuses == {"eu-west-1": 200, "us-east-1": 403}


def test_the_use_of_a_key_is_noted(client: Client, key: Key) -> None:
    signed(key).send(client)

    used = AccessKey.objects.get(access_key_id=key.access_key_id)
    assert used.last_used_service == "access-analyzer"


@pytest.mark.parametrize("service", ["iam", "sts", "accessanalyzer", "s3"])
def test_a_signature_for_another_service_is_refused(client: Client, key: Key, service: str) -> None:
    assert refused(signed(key, service=service).send(client)) == (403, "InvalidSignatureException")


def test_a_signature_for_this_service_opens_no_other(client: Client, key: Key) -> None:
    request = signed_query(key, "ListUsers")
    elsewhere = signed(key, request.body, path="/api/")
    elsewhere.headers["Content-Type"] = QUERY.content_type

    answer = elsewhere.send(client)

    assert (answer.status_code, b"SignatureDoesNotMatch" in answer.content) == (403, True)


def test_what_is_tampered_with_is_refused(client: Client, key: Key) -> None:
    body, query, path = signed(key), signed(key), signed(key)
    body.body = body.body.replace("Allow", "Deny")
    query.query = "maxResults=1"
    path.path = f"/access-analyzer{PATH}"

    for request in (body, query, path, signed(Key(key.access_key_id, "x" * 40))):
        assert refused(request.send(client)) == (403, "InvalidSignatureException")


def test_who_is_not_known_is_refused(client: Client, key: Key) -> None:
    nobody = Key("AKIAXXXXXXXXXXXXXXXX", key.secret)

    assert refused(signed(nobody).send(client)) == (403, "UnrecognizedClientException")


def test_neither_nobody_nor_a_session_gets_further(
    client: Client, alice: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(endpoint, "read_body", lambda *_: pytest.fail("It was read."))
    unsigned = Signed("POST", PATH, json.dumps(PLAIN), {"Host": HOST, "Content-Type": JSON})

    for browser in (client, browser_of(alice)):
        assert refused(unsigned.send(browser)) == (403, "MissingAuthenticationTokenException")


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "OPTIONS", "PATCH"])
def test_other_methods_are_not_answered(client: Client, method: str) -> None:
    answer = client.generic(method, PATH)

    assert refused(answer) == (405, "MethodNotAllowed")
    assert answer["Allow"] == "POST"


@pytest.mark.parametrize(
    "path", ["/access-analyzer/", "/access-analyzer/analyzer", f"/access-analyzer{PATH}/", "/api/analyzer"]
)
def test_an_operation_that_is_not_there_is_refused_in_the_protocol(
    client: Client, key: Key, path: str
) -> None:
    answer = signed(key, path=path).send(client)

    assert refused(answer) == (400, "ValidationException")
    assert answer.json()["reason"] == "unknownOperation"


@pytest.mark.parametrize(
    "headers",
    [
        {"Content-Type": QUERY.content_type},
        {"Host": "evil.example"},
        {"Transfer-Encoding": "chunked"},
        {"Content-Length": str(REST_JSON.longest + 1)},
    ],
    ids=lambda headers: next(iter(headers)),
)
def test_what_can_be_told_beforehand_is_refused_beforehand(
    client: Client, key: Key, headers: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(endpoint, "read_body", lambda *_: pytest.fail("It was read."))
    request = signed(key)
    request.headers |= headers

    assert refused(request.send(client)) == (400, "ValidationException")


def test_a_key_that_calls_too_often_is_slowed(
    client: Client, key: Key, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = Throttle(rate=0.5)
    monkeypatch.setattr(endpoint, "throttle", lambda: slow)

    first, second = (signed(key).send(client) for _ in range(2))

    assert first.status_code == 200
    assert refused(second) == (429, "ThrottlingException")
    assert second["Retry-After"] == "1"


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (OperationalError("database is locked"), 503, "ServiceUnavailable"),
        (ZeroDivisionError("secret"), 500, "InternalServerException"),
    ],
)
def test_our_own_faults_tell_nothing(
    broken: Callable[[Exception], Client], key: Key, error: Exception, status: int, code: str
) -> None:
    answer = signed(key).send(broken(error))

    assert refused(answer) == (status, code)
    assert str(error) not in answer.content.decode()
    assert answer.has_header("Retry-After") == (status == 503)
