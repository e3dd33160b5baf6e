"""The edge for JSON: which inputs are questions, what is refused and where, and what an answer carries."""

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from policies.engine import InputError, compile, evaluate

ALICE = "arn:aws:iam::111122223333:user/alice"
FEDERATED = "arn:aws:sts::111122223333:federated-user/alice"
REQUEST = {"principal": ALICE, "action": "s3:GetObject", "resource": "arn:aws:s3:::docs/a"}
ALLOW = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}
NO_LIST = "`resource_control_policies[0].policies` must be a list."
NO_VALUE = "`request.context`: the value of `a:b` must be a string, a number or a Boolean."
READ = {"Version": "2012-10-17", "Statement": [ALLOW]}
SILENT = {"Version": "2012-10-17", "Statement": []}
ALLOWED = {"identity_policies": [{"name": "read", "policy": READ}]}


def ask(request: Any = None, **policies: Any) -> dict[str, Any]:
    return evaluate({"request": REQUEST | (request or {}), **policies})


def refusal(input: Any) -> InputError:
    with pytest.raises(InputError) as caught:
        evaluate(input)
    return caught.value


def with_context(value: Any) -> dict[str, Any]:
    return {"request": REQUEST | {"context": value}}


def with_policies(**policies: Any) -> dict[str, Any]:
    return {"request": REQUEST, **policies}


def deep(levels: int) -> Any:
    return [deep(levels - 1)] if levels else "s3:GetObject"


@pytest.mark.parametrize(
    ("input", "message"),
    [
        (7, "The input must be an object."),
        ([], "The input must be an object."),
        ({}, "The input has no `request`."),
        ({"request": None}, "`request` must be an object."),
        ({"request": REQUEST, "policies": []}, "`policies` is no member of the input."),
        ({"request": REQUEST | {"user": "alice"}}, "`user` is no member of `request`."),
        ({"request": {**REQUEST, "action": 7}}, "`request.action` must be a string."),
        ({"request": {**REQUEST, "resource": None}}, "`request.resource` must be a string."),
        ({"request": {"principal": ALICE, "action": "s3:GetObject"}}, "`request` has no `resource`."),
        ({"request": {"action": "s3:GetObject", "resource": "*"}}, "`request` has no `principal`."),
        ({"request": {**REQUEST, "principal_account": 7}}, "`request.principal_account` must be a string."),
        ({"request": {**REQUEST, "resource_account": 7}}, "`request.resource_account` must be a string."),
        (with_context([]), "`request.context` must be an object."),
        (with_context({7: "b"}), "A key of `request.context` must be a string."),
        (with_context({"a:b": {}}), NO_VALUE),
        (with_context({"a:b": [None]}), NO_VALUE),
        (with_policies(identity_policies={}), "`identity_policies` must be a list."),
        (with_policies(identity_policies="read"), "`identity_policies` must be a list."),
        (with_policies(identity_policies=[READ]), "`identity_policies[0]` has no `name`."),
        (with_policies(identity_policies=["read"]), "`identity_policies[0]` must be an object."),
        (with_policies(identity_policies=[{"name": 7, "policy": {}}]), "`identity_policies[0].name` must be a string."),
        (with_policies(identity_policies=[{"name": "read"}]), "`identity_policies[0]` has no `policy`."),
        (with_policies(service_control_policies=[{"policies": []}]), "`service_control_policies[0]` has no `target`."),
        (with_policies(resource_control_policies=[{"target": "a", "policies": 7}]), NO_LIST),
    ],
)  # fmt: skip
def test_what_is_no_question_is_refused_with_its_place(input: Any, message: str) -> None:
    error = refusal(input)

    assert (error.code, error.message) == ("InvalidInput", message)


@pytest.mark.parametrize("action", ["GetObject", "", "*"])
def test_an_action_needs_its_service(action: str) -> None:
    error = refusal({"request": REQUEST | {"action": action}})

    assert error.message == "`request.action` must be a service and a name, such as `s3:GetObject`."


@pytest.mark.parametrize("principal", ["alice", "", "111122223333", "arn:aws:iam::111122223333:group/admins"])
def test_a_principal_is_an_arn_of_a_caller_a_service_or_a_star(principal: str) -> None:
    assert refusal({"request": REQUEST | {"principal": principal}}).message.startswith("`request.principal`")


@pytest.mark.parametrize(
    ("policy", "message"),
    [
        (None, "A policy must be an object, not null."),
        (7, "A policy must be an object, not a number."),
        ({}, "The policy has no Statement."),
        ("{", "Expected a key in double quotes, but found the end of the text."),
        ('{"Id": "a", "Id": "a"}', "The key `Id` stands twice in one object."),
        ('{"Statement": NaN}', "Expected a value, but found `NaN`."),
        ({"Statement": {**ALLOW, "Action": deep(40)}}, "Action must be a string, not an array."),
        ({"Statement": [], "Id": "x" * 262_144}, "The text has 262,171 characters; at most 262,144 are read."),
        ({"Statement": [{}] * 6_000}, "The text has more than 6,000 values."),
        ({"Statement": float("nan")}, "A statement must be an object, not a number."),
        ({"Statement": {"Allow"}}, "A statement must be an object, not a set."),
        ({"Statement": {**ALLOW, "Condition": {"Bool": {"a:b": float("inf")}}}}, "`inf` is no number of JSON."),
    ],
)  # fmt: skip
def test_a_document_that_is_no_policy_is_refused_with_its_place(policy: Any, message: str) -> None:
    error = refusal(with_policies(identity_policies=[{"name": "own", "policy": policy}]))

    assert (error.code, error.message) == (
        "MalformedPolicyDocument",
        f"`identity_policies[0].policy`: {message}",
    )


def circle() -> dict[str, Any]:
    found: dict[str, Any] = {}
    found["Statement"] = found
    return found


@pytest.mark.parametrize("policy", [{"Statement": object()}, circle()], ids=["an object", "a circle"])
def test_an_object_that_json_cannot_carry_is_refused(policy: Any) -> None:
    error = refusal(with_policies(resource_policy=policy))

    assert error.code == "MalformedPolicyDocument"
    assert error.message.startswith("`resource_policy` is no JSON: ")


def test_an_object_that_nests_endlessly_is_refused() -> None:
    policy: Any = "s3:GetObject"
    for _ in range(100_000):
        policy = [policy]

    assert refusal(with_policies(resource_policy=policy)).code == "MalformedPolicyDocument"


def test_an_answer_names_the_deciding_statement_by_policy_index_and_sid() -> None:
    policy = {"Statement": [{**ALLOW, "Action": "sqs:*"}, {**ALLOW, "Sid": "Read"}]}

    assert ask(identity_policies=[{"name": "read", "policy": policy}]) == {
        "decision": "allowed",
        "matched_statements": [
            {"kind": "identity", "name": "read", "index": 1, "sid": "Read", "effect": "Allow"}
        ],
    }


def test_a_denial_names_its_layer_and_an_allowance_none() -> None:
    assert ask() == {"decision": "implicitDeny", "denied_by": "identity", "matched_statements": []}
    assert "denied_by" not in ask(**ALLOWED)


def test_the_text_of_a_policy_gives_its_statements_positions() -> None:
    text = json.dumps(READ)

    [match] = ask(identity_policies=[{"name": "read", "policy": text}])["matched_statements"]

    assert json.loads(text[match["start"] : match["end"]]) == ALLOW


@pytest.mark.parametrize("statement", [ALLOW, [ALLOW]])
def test_an_object_has_no_positions(statement: Any) -> None:
    policy = {"Version": "2012-10-17", "Statement": statement}

    [match] = ask(identity_policies=[{"name": "read", "policy": policy}])["matched_statements"]

    assert not {"sid", "start", "end"} & match.keys()


def test_policies_without_a_name_of_their_own_are_named_by_their_place() -> None:
    everyone = {"Version": "2012-10-17", "Statement": {**ALLOW, "Principal": "*"}}
    levels = [{"target": "unit", "policies": [READ]}]

    answer = ask(
        **ALLOWED,
        resource_policy=everyone,
        permissions_boundaries=[SILENT, READ],
        session_policies=[READ],
        service_control_policies=levels,
        resource_control_policies=levels,
        vpc_endpoint_policies=[everyone],
    )

    assert {match["name"] for match in answer["matched_statements"]} == {
        "read",
        "resource_policy",
        "permissions_boundaries[1]",
        "session_policies[0]",
        "unit",
        "vpc_endpoint_policies[0]",
    }


LISTS = [
    "permissions_boundaries",
    "session_policies",
    "service_control_policies",
    "resource_control_policies",
    "vpc_endpoint_policies",
]


@pytest.mark.parametrize("member", LISTS)
@pytest.mark.parametrize("absent", [None, [], ()])
def test_an_empty_list_is_not_present(member: str, absent: Any) -> None:
    assert ask(**ALLOWED, **{member: absent})["decision"] == "allowed"


def test_a_resource_policy_that_is_null_is_not_present() -> None:
    assert ask(**ALLOWED, resource_policy=None)["decision"] == "allowed"


@pytest.mark.parametrize(
    ("member", "layer"), [("service_control_policies", "scp"), ("resource_control_policies", "rcp")]
)
@pytest.mark.parametrize("level", [{"target": "unit"}, {"target": "unit", "policies": []}])
def test_a_level_without_policies_allows_nothing(member: str, layer: str, level: Any) -> None:
    assert ask(**ALLOWED, **{member: [level]})["denied_by"] == layer


@pytest.mark.parametrize(
    ("written", "given"),
    [("7", 7), ("7.5", 7.5), ("true", True), ("false", False), ("a", ["a"]), ("7", (7,))],
)
def test_a_context_value_needs_no_quotes_and_no_list(written: str, given: Any) -> None:
    statement = {**ALLOW, "Condition": {"StringEquals": {"app:key": written}}}
    policies = [{"name": "own", "policy": {"Version": "2012-10-17", "Statement": statement}}]

    assert ask({"context": {"app:key": given}}, identity_policies=policies)["decision"] == "allowed"


def test_a_context_that_is_null_is_empty() -> None:
    assert ask({"context": None}, **ALLOWED)["decision"] == "allowed"


def test_accounts_that_are_null_are_those_of_the_arns() -> None:
    assert ask({"principal_account": None, "resource_account": None}, **ALLOWED)["decision"] == "allowed"


def test_an_account_told_for_the_principal_is_the_one_that_counts() -> None:
    owner = {"principal_account": "444455556666", "resource_account": "111122223333"}

    assert ask(owner, **ALLOWED)["denied_by"] == "resource"


@pytest.mark.parametrize("principal", ["*", "s3.amazonaws.com"])
def test_services_and_callers_without_signature_have_no_account(principal: str) -> None:
    to_account = {"Statement": {**ALLOW, "Principal": {"AWS": "111122223333"}}}
    request = {"principal": principal, "principal_account": "111122223333"}

    assert ask(request, **ALLOWED, resource_policy=to_account)["denied_by"] == "resource"


def test_behind_a_federated_session_stands_the_user_of_its_name() -> None:
    to_alice = {"Statement": {**ALLOW, "Principal": {"AWS": ALICE}}}

    assert ask({"principal": FEDERATED}, resource_policy=to_alice)["decision"] == "allowed"
    assert ask({"principal": FEDERATED.replace("alice", "bob")}, resource_policy=to_alice)["denied_by"]


@pytest.mark.parametrize(
    ("action", "resource", "decision"),
    [
        ("sts:AssumeRole", "arn:aws:iam::111122223333:role/ops", "allowed"),
        ("STS:AssumeRole", "arn:aws:iam::111122223333:role/ops", "allowed"),
        ("iam:GetRole", "arn:aws:iam::111122223333:role/ops", "implicitDeny"),
        ("sts:AssumeRole", "arn:aws:s3:::docs", "implicitDeny"),
    ],
)
def test_only_where_a_role_is_assumed_a_resource_policy_is_a_trust_policy(
    action: str, resource: str, decision: str
) -> None:
    trust = {"Statement": {"Effect": "Allow", "Principal": {"AWS": ALICE}, "Action": ["sts:*", "iam:*"]}}

    assert ask({"action": action, "resource": resource}, resource_policy=trust)["decision"] == decision


def test_compiled_policies_answer_every_request_as_evaluate_does() -> None:
    to_alice = {"Statement": {**ALLOW, "Action": "*", "Principal": {"AWS": ALICE}}}
    policies = {**ALLOWED, "resource_policy": to_alice, "permissions_boundaries": [SILENT]}
    compiled = compile(policies)
    requests = [REQUEST | {"action": name} for name in ("s3:GetObject", "S3:getobject", "sts:AssumeRole")]
    requests += [REQUEST | {"resource": "arn:aws:iam::111122223333:role/ops", "action": "sts:AssumeRole"}]

    for request in requests * 2:
        assert compiled.evaluate(request) == evaluate({"request": request, **policies})


def test_policies_are_compiled_without_looking_at_a_request() -> None:
    assert compile({**ALLOWED, "request": 7}).evaluate(REQUEST)["decision"] == "allowed"


def test_nothing_that_was_given_is_changed() -> None:
    question: dict[str, Any] = {"request": {**REQUEST, "context": {"App:Key": ["a"]}}, **ALLOWED}
    before = json.dumps(question)

    evaluate(question)

    assert json.dumps(question) == before


def test_threads_share_compiled_policies() -> None:
    compiled = compile(ALLOWED)
    requests = [REQUEST | {"action": f"s3:{name}"} for name in ("GetObject", "PutObject")] * 200

    with ThreadPoolExecutor(8) as threads:
        decisions = [answer["decision"] for answer in threads.map(compiled.evaluate, requests)]

    assert decisions == ["allowed", "implicitDeny"] * 200
