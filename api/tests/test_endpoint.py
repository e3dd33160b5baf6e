"""`/api/` from the first byte to the last: what is answered, what is refused, and with which of AWS's codes."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client

from accounts.models import AccessKey
from api import endpoint
from api.iam_and_sts import QUERY
from api.tests.signing import HOST, Key, Signed, presigned, signed, signed_without_body
from api.throttle import Throttle
from audit.models import Event
from operations.access_keys import create_access_key, update_access_key
from operations.acts import delete_user_with_everything
from operations.caller import Caller
from operations.inline_policies import put_user_policy
from operations.tests.temporary import allow
from operations.users import create_user
from tests.cast import browser_of, new_account, signed_in


def code_of(answer: Any) -> tuple[int, str]:
    found = re.search(r"<Code>([^<]*)</Code>", answer.content.decode())
    return answer.status_code, found[1] if found else ""


def between(answer: Any, tag: str) -> list[str]:
    return re.findall(f"<{tag}>([^<]*)</{tag}>", answer.content.decode())


@pytest.mark.parametrize("path", ["/api", "/api/"])
def test_a_signed_call_is_answered_without_cookie_or_redirect(client: Client, key: Key, path: str) -> None:
    answer = signed(key, "GetCallerIdentity", "sts", path=path).send(client)

    assert answer.status_code == 200
    assert between(answer, "Arn")[0].endswith(":user/alice")
    assert not answer.cookies
    assert answer["Content-Type"] == "text/xml"
    assert between(answer, "RequestId") == [answer["x-amzn-RequestId"]]


@pytest.mark.parametrize("region", ["eu-west-1", "cn-north-1", "us-gov-west-1"])
def test_any_region_that_exists_will_do(client: Client, key: Key, region: str) -> None:
    assert signed(key, "ListUsers", region=region).send(client).status_code == 200


def test_a_presigned_address_is_answered(client: Client, key: Key) -> None:
    for method in ("GET", "POST"):
        assert presigned(key, "GetCallerIdentity", method=method).send(client).status_code == 200


def test_the_same_bytes_again_are_answered_again(client: Client, key: Key) -> None:
    reading, writing = signed(key, "GetUser"), signed(key, "CreateUser", UserName="ana")

    assert [reading.send(client).status_code for _ in range(3)] == [200] * 3
    assert [writing.send(client).status_code for _ in range(3)] == [200, 409, 409]


def test_a_signature_needs_no_csrf_token_and_a_session_is_no_signature(alice: Caller, key: Key) -> None:
    browser = browser_of(alice)
    browser.handler.enforce_csrf_checks = True

    assert signed(key, "CreateUser", UserName="ana").send(browser).status_code == 200
    unsigned = Signed("POST", "/api/", "Action=ListUsers&Version=2010-05-08", {"Host": HOST})
    assert code_of(unsigned.send(browser)) == (403, "MissingAuthenticationToken")


def test_the_version_may_be_left_to_the_service(client: Client, key: Key) -> None:
    assert presigned(key, "GetCallerIdentity", version=False).send(client).status_code == 200


def test_pages_follow_each_other_to_the_end(client: Client, key: Key, root: Caller) -> None:
    for number in range(5):
        create_user(root, user_name=f"user-{number}")
    names: list[str] = []
    marker: dict[str, str] = {}
    while True:
        answer = signed(key, "ListUsers", MaxItems="2", **marker).send(client)
        names += between(answer, "UserName")
        (is_truncated,) = between(answer, "IsTruncated")
        if is_truncated == "false":
            break
        marker = {"Marker": between(answer, "Marker")[0]}

    assert names == sorted(names)
    assert {"alice", *(f"user-{number}" for number in range(5))} <= set(names)
    assert not between(answer, "Marker")


@pytest.mark.parametrize(
    ("action", "parameters", "status", "code"),
    [
        ("GetUser", {"UserName": "nobody"}, 404, "NoSuchEntity"),
        ("CreateUser", {"UserName": "alice"}, 409, "EntityAlreadyExists"),
        ("CreateUser", {}, 400, "ValidationError"),
        ("CreateUser", {"UserName": "a b"}, 400, "ValidationError"),
        ("ListUsers", {"MaxItems": "many"}, 400, "ValidationError"),
        ("ListUsers", {"Marker": "made-up"}, 400, "ValidationError"),
        ("TagUser", {"UserName": "alice", "Tags.member.x.Key": "a"}, 400, "MalformedQueryString"),
        ("Frobnicate", {}, 400, "InvalidAction"),
        ("ListUsers", {"Version": "2009-01-01"}, 400, "InvalidAction"),
        ("", {}, 400, "MissingAction"),
    ],
)
def test_faults_have_the_codes_of_aws(
    client: Client, key: Key, action: str, parameters: dict[str, str], status: int, code: str
) -> None:
    assert code_of(signed(key, action, **parameters).send(client)) == (status, code)


def test_all_faults_of_a_request_are_told_at_once(client: Client, key: Key) -> None:
    answer = signed(key, "CreateUser", UserName="a b", Path="x").send(client)

    assert between(answer, "Message")[0].startswith("2 validation errors detected: ")


def test_who_is_not_known_is_refused(client: Client, key: Key, root: Caller) -> None:
    update_access_key(root, user_name="alice", access_key_id=key.access_key_id, status="Inactive")

    assert code_of(signed(key, "ListUsers").send(client)) == (403, "InvalidClientTokenId")


@pytest.mark.parametrize(
    "key_id", ["AKIAXXXXXXXXXXXXXXXX", "", "AKIA\x00", "é", "' OR 1=1", "ASIA", "x" * 5000]
)
@pytest.mark.usefixtures("account")
def test_a_key_that_is_none_is_refused(client: Client, key_id: str) -> None:
    request = presigned(Key(key_id, "secret"), "GetCallerIdentity")

    assert code_of(request.send(client)) == (403, "InvalidClientTokenId")


def test_a_wrong_secret_is_refused(client: Client, key: Key) -> None:
    other = Key(key.access_key_id, "x" * 40)

    assert code_of(signed(other, "ListUsers").send(client)) == (403, "SignatureDoesNotMatch")


def test_a_long_lived_key_takes_no_token(client: Client, key: Key) -> None:
    with_token = Key(key.access_key_id, key.secret, "token")

    assert code_of(signed(with_token, "ListUsers").send(client)) == (403, "InvalidClientTokenId")


def test_a_user_who_is_gone_signs_nothing(client: Client, key: Key, root: Caller) -> None:
    delete_user_with_everything(root, "alice")

    assert code_of(signed(key, "ListUsers").send(client)) == (403, "InvalidClientTokenId")


def test_without_a_signature_only_federation_gets_further(client: Client, root: Caller) -> None:
    def unsigned(body: str) -> tuple[int, str]:
        return code_of(Signed("POST", "/api/", body, {"Host": HOST}).send(client))

    assert unsigned("") == (403, "MissingAuthenticationToken")
    assert unsigned("Action=ListUsers&Version=2010-05-08") == (403, "MissingAuthenticationToken")
    assert unsigned("Action=GetCallerIdentity&Version=2011-06-15") == (403, "MissingAuthenticationToken")
    assert unsigned("Action=AssumeRoleWithWebIdentity&Version=2011-06-15") == (400, "ValidationError")


def test_parameters_come_once_and_from_one_place(client: Client, key: Key) -> None:
    added = signed(key, "ListUsers")
    added.query = "MaxItems=5"
    doubled = signed(key, "ListUsers")
    doubled.body += "&Action=ListUsers"

    # The query was not signed, and what is not signed is not even read.
    assert code_of(added.send(client)) == (403, "SignatureDoesNotMatch")
    assert code_of(doubled.send(client)) == (403, "SignatureDoesNotMatch")
    twice = presigned(key, "GetCallerIdentity")
    twice.query += "&Action=GetCallerIdentity"
    both = signed(key, "ListUsers", path="/api/?MaxItems=5")
    misplaced = signed_without_body(key, "POST", "Action=ListUsers")
    for request in (twice, both, misplaced):
        assert code_of(request.send(client)) == (400, "MalformedQueryString")


def test_a_get_has_its_parameters_in_its_address(client: Client, key: Key) -> None:
    answer = signed_without_body(key, "GET", "Action=GetUser&UserName=alice").send(client)

    assert between(answer, "UserName") == ["alice"]


@pytest.mark.parametrize(
    ("headers", "status", "code"),
    [
        ({"Content-Type": "application/json"}, 400, "MalformedQueryString"),
        ({"Host": "evil.example"}, 400, "MalformedQueryString"),
        ({"Transfer-Encoding": "chunked"}, 400, "MalformedQueryString"),
    ],
)
def test_what_can_be_told_beforehand_is_refused_beforehand(
    client: Client, key: Key, headers: dict[str, str], status: int, code: str
) -> None:
    request = signed(key, "ListUsers")
    request.headers |= headers

    assert code_of(request.send(client)) == (status, code)


@pytest.mark.parametrize("method", ["PUT", "DELETE", "OPTIONS", "TRACE", "PATCH", "HEAD"])
def test_other_methods_are_not_answered(client: Client, method: str) -> None:
    answer = client.generic(method, "/api/")

    # The answer to HEAD has no body.
    assert code_of(answer) == (405, "MethodNotAllowed" if method != "HEAD" else "")
    assert answer["Allow"] == "GET, POST"


def test_a_body_that_is_too_long_is_not_read(
    client: Client, key: Key, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QUERY, "longest", 10)
    monkeypatch.setattr(endpoint, "read_body", lambda *_: pytest.fail("It was read."))

    assert code_of(signed(key, "ListUsers").send(client)) == (400, "MalformedQueryString")


def test_what_nobody_has_signed_is_cut_short(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(endpoint, "LONGEST_UNSIGNED", 10)

    request = Signed("POST", "/api/", "Action=AssumeRoleWithSAML", {"Host": HOST})

    assert code_of(request.send(client)) == (400, "MalformedQueryString")


def test_a_write_leaves_one_event_with_the_key_and_the_request(client: Client, key: Key) -> None:
    before = Event.objects.count()

    answer = signed(key, "CreateUser", UserName="ana").send(client)

    event = Event.objects.order_by("-sequence").first()
    assert event is not None
    assert Event.objects.count() == before + 1
    assert (event.event_name, event.request_id) == ("CreateUser", answer["x-amzn-RequestId"])
    assert event.user_identity["accessKeyId"] == key.access_key_id


@pytest.mark.parametrize("action", ["CreateUser", "GetUser"])
def test_what_is_denied_leaves_one_event(client: Client, powerless: Key, action: str) -> None:
    before = Event.objects.count()

    answer = signed(powerless, action, UserName="ana").send(client)

    (event,) = Event.objects.order_by("sequence")[before:]
    assert (event.event_name, event.request_id) == (action, answer["x-amzn-RequestId"])
    assert event.error_code == code_of(answer)[1] == "AccessDenied"


def test_what_fails_leaves_an_event_when_it_would_have_changed_something(client: Client, key: Key) -> None:
    before = Event.objects.count()

    signed(key, "GetUser", UserName="nobody").send(client)
    signed(key, "DeleteUser", UserName="nobody").send(client)

    events = Event.objects.order_by("sequence")[before:]
    assert [(event.event_name, event.error_code) for event in events] == [("DeleteUser", "NoSuchEntity")]


def test_the_use_of_a_key_is_noted(client: Client, key: Key) -> None:
    signed(key, "GetCallerIdentity", "sts", region="eu-west-1").send(client)

    used = AccessKey.objects.get(access_key_id=key.access_key_id)
    assert (used.last_used_service, used.last_used_region) == ("sts", "eu-west-1")


def test_iam_is_in_one_region_from_wherever_it_is_asked(client: Client, root: Caller, powerless: Key) -> None:
    here = allow("iam:ListUsers", Condition={"StringEquals": {"aws:RequestedRegion": "us-east-1"}})
    put_user_policy(root, user_name="carol", policy_name="here", policy_document=here)

    assert signed(powerless, "ListUsers", region="eu-west-1").send(client).status_code == 200


def test_a_refusal_has_awss_words_and_can_be_decoded(client: Client, key: Key, powerless: Key) -> None:
    answer = signed(powerless, "CreateUser", UserName="ana").send(client)

    shop = Event.objects.values_list("account_id", flat=True).first()
    assert code_of(answer) == (403, "AccessDenied")
    assert between(answer, "Message") == [
        f"User: arn:aws:iam::{shop}:user/carol is not authorized to perform: iam:CreateUser on resource: "
        f"arn:aws:iam::{shop}:user/ana because no identity-based policy allows the iam:CreateUser action"
    ]
    message = answer["x-amzn-iamconsole-authorization-message"]
    decoded = signed(key, "DecodeAuthorizationMessage", "sts", EncodedMessage=message).send(client)
    assert '"action":"iam:CreateUser"' in between(decoded, "DecodedMessage")[0].replace("&quot;", '"')
    account = new_account("tea@shop.example", "Tea shop")
    neighbour = Key.of(create_access_key(signed_in(account.root, account)))
    for bearer, text in ((neighbour, message), (key, "k1:nonsense")):
        refused = signed(bearer, "DecodeAuthorizationMessage", "sts", EncodedMessage=text).send(client)
        assert code_of(refused) == (400, "InvalidAuthorizationMessageException")


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (OperationalError("database is locked"), 503, "ServiceUnavailable"),
        (ZeroDivisionError("secret"), 500, "ServiceFailure"),
    ],
)
def test_our_own_faults_tell_nothing(
    broken: Callable[[Exception], Client], key: Key, error: Exception, status: int, code: str
) -> None:
    answer = signed(key, "ListUsers").send(broken(error))

    assert code_of(answer) == (status, code)
    assert str(error) not in answer.content.decode()
    assert answer.has_header("Retry-After") == (status == 503)


def test_over_https_only_where_the_console_is_served_so(client: Client, key: Key, settings: Any) -> None:
    settings.LOOPBACK = False

    assert code_of(signed(key, "ListUsers").send(client)) == (403, "AccessDenied")


def test_a_key_that_calls_too_often_is_slowed(
    client: Client, key: Key, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = Throttle(rate=0.5)
    monkeypatch.setattr(endpoint, "throttle", lambda: slow)

    answers = [signed(key, "ListUsers").send(client) for _ in range(2)]

    assert [code_of(answer) for answer in answers] == [(200, ""), (400, "Throttling")]
