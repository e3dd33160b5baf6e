"""The codec on random values of every operation, on forms that fit no shape, and on text that XML cannot say."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from botocore import xform_name
from botocore.handlers import json_decode_policies
from botocore.model import ListShape, MapShape, OperationModel, Shape, StructureShape
from botocore.parsers import create_parser
from botocore.serialize import create_serializer
from defusedxml.ElementTree import fromstring
from hypothesis import given, settings
from hypothesis import strategies as st

from api.forms import Form, read_form
from api.query import DOCUMENT_SHAPE, MOST_LEVELS, decode, encode, encode_error
from api.results import left_out, presenter
from operations.errors import MalformedQueryString, NoSuchEntity, ValidationError
from operations.paging import Page
from operations.shapes import operation_model, service_model

REQUEST_ID = "7a62c49f-347e-4fc4-9331-6e8eEXAMPLE"
MOMENT = datetime(2026, 3, 1, 8, 30, 5, 999_999, tzinfo=UTC)
OPERATIONS = st.sampled_from(
    [
        service_model(one).operation_model(name)
        for one in ("iam", "sts")
        for name in service_model(one).operation_names
    ]
)
WHOLE_NUMBERS = st.integers(-(10**17), 10**17)
# All that XML 1.0 can say: a carriage return too, for it is escaped.
SAYABLE = st.text(
    st.characters(
        exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff", include_characters="\t\n\r"
    ),
    max_size=12,
)
SCALARS: dict[str, st.SearchStrategy[Any]] = {
    "string": SAYABLE,
    "integer": WHOLE_NUMBERS,
    "long": WHOLE_NUMBERS,
    "boolean": st.booleans(),
    "blob": st.binary(max_size=12),
    "timestamp": st.datetimes(datetime(1970, 1, 2), datetime(2100, 1, 1), timezones=st.just(UTC)).map(
        lambda moment: moment.replace(microsecond=0)
    ),
}


def values(shape: Shape) -> st.SearchStrategy[Any]:
    """Values of a shape. Structures and maps hold something: of empty ones botocore writes nothing."""
    if isinstance(shape, StructureShape):
        members = {name: values(member) for name, member in shape.members.items()}
        return st.fixed_dictionaries({}, optional=members).filter(bool)
    if isinstance(shape, ListShape):
        return st.lists(values(shape.member), max_size=3)
    if isinstance(shape, MapShape):
        return st.dictionaries(SAYABLE, values(shape.value), min_size=1, max_size=3)
    return SCALARS[shape.type_name]


def written_form(operation: OperationModel, parameters: dict[str, Any]) -> Form:
    """The form that botocore sends."""
    serializer = create_serializer("query", include_validation=False)
    return read_form(urlencode(serializer.serialize_to_request(parameters, operation)["body"]))


def read_answer(operation: OperationModel, xml: str) -> Any:
    """The answer as botocore understands it, without its metadata."""
    response = {"status_code": 200, "headers": {}, "body": xml.encode()}
    answer = create_parser("query").parse(response, operation.output_shape)
    assert answer.pop("ResponseMetadata")["RequestId"] == REQUEST_ID
    return answer


def on_the_wire(shape: Shape | None, value: Any) -> Any:
    """What botocore's parser leaves as it came: documents stay URL-encoded."""
    if isinstance(shape, StructureShape):
        return {name: on_the_wire(shape.members[name], inner) for name, inner in value.items()}
    if isinstance(shape, ListShape):
        return [on_the_wire(shape.member, item) for item in value]
    if isinstance(shape, MapShape):
        return {key: on_the_wire(shape.value, item) for key, item in value.items()}
    return quote(value, safe="-_.~") if shape and shape.name == DOCUMENT_SHAPE else value


@given(st.data())
@settings(max_examples=300, deadline=None)
def test_any_parameters_are_read_as_botocore_wrote_them(data: st.DataObject) -> None:
    operation = data.draw(OPERATIONS)
    shape = operation.input_shape
    parameters = data.draw(values(shape)) if shape and shape.members else {}

    found = decode(operation, written_form(operation, parameters))

    assert found == {xform_name(name): value for name, value in parameters.items()}


@given(st.data())
@settings(max_examples=300, deadline=None)
def test_any_result_is_written_as_botocore_reads_it(data: st.DataObject) -> None:
    operation = data.draw(OPERATIONS)
    shape = operation.output_shape
    result = data.draw(values(shape)) if shape and shape.members else {}

    answer = read_answer(operation, encode(operation, result, REQUEST_ID))

    assert answer == without_empty_tags(on_the_wire(shape, result))


def without_empty_tags(value: Any) -> Any:
    """Where an object has no tags its answer says nothing of them."""
    if isinstance(value, dict):
        return {
            key: without_empty_tags(inner) for key, inner in value.items() if (key, inner) != ("Tags", [])
        }
    return [without_empty_tags(item) for item in value] if isinstance(value, list) else value


# Forms that fit no shape


CREATE_USER = operation_model("iam:CreateUser")
PUT_PROPERTIES = operation_model("iam:PutAccountProperties")
PARTS = [
    "UserName",
    "Tags",
    "member",
    "entry",
    "Properties",
    "1",
    "2",
    "01",
    "0",
    "٣",
    "1٣",
    "Key",
    "Value",
    "key",
    "",
]
NAMES = st.lists(st.sampled_from(PARTS), min_size=1, max_size=5).map(".".join)


@given(OPERATIONS, st.dictionaries(NAMES, SAYABLE, max_size=6))
@settings(max_examples=300, deadline=None)
def test_no_form_does_more_than_be_refused(operation: OperationModel, form: dict[str, str]) -> None:
    with suppress(MalformedQueryString, ValidationError):
        decode(operation, form)


@pytest.mark.parametrize(
    "form",
    [
        {"UserName": "ana", "UserName.member.1": "ben"},
        {"UserName.member.1": "ben", "UserName": "ana"},
        {"UserName.first": "ana"},
        {"Tags": "job"},
        {"Tags.member": "job"},
        {"Tags.member.1": "job"},
        {"Tags.member.0.Key": "job"},
        {"Tags.member.01.Key": "job"},
        {"Tags.member.-1.Key": "job"},
        {"Tags.member.first.Key": "job"},
        {"Tags.member.٣.Key": "job"},
        {"Tags.member.1٣.Key": "job", "Tags.member.13.Key": "size"},
        {"Tags.member.1000000.Key": "job"},
    ],
    ids="&".join,
)
def test_names_that_do_not_fit_together_are_malformed(form: dict[str, str]) -> None:
    with pytest.raises(MalformedQueryString):
        decode(CREATE_USER, form)


def test_what_no_shape_knows_is_ignored() -> None:
    form = {
        "UserName": "ana",
        "Colour": "red",
        "Tags.member.1.Key": "job",
        "Tags.member.1.Size": "7",
        "Tags.x": "",
    }

    assert decode(CREATE_USER, form) == {"user_name": "ana", "tags": [{"Key": "job"}]}


def test_entries_come_in_the_order_of_their_numbers() -> None:
    form = {f"Tags.member.{number}.Key": f"key-{number}" for number in (10, 9, 2)}

    assert decode(CREATE_USER, form) == {"tags": [{"Key": "key-2"}, {"Key": "key-9"}, {"Key": "key-10"}]}


def test_a_name_of_many_dots_is_as_deep_as_any_shape_and_no_deeper() -> None:
    deep = ".".join(["Tags"] + ["member"] * 50_000)

    with pytest.raises(MalformedQueryString):
        decode(CREATE_USER, {deep: "x"})
    assert decode(CREATE_USER, {".".join("x" * (MOST_LEVELS + 9)): "x"}) == {}


@pytest.mark.parametrize("name", ["Properties.entry.1", "Properties.entry", "Properties.entry.1.key.x"])
def test_a_map_is_made_of_keys_and_values(name: str) -> None:
    with pytest.raises(MalformedQueryString):
        decode(PUT_PROPERTIES, {name: "x"})


@pytest.mark.parametrize("text", ["", "1.5", "1e3", "0x1", " 1", "1_000", "１", "9" * 19, "true"])
def test_a_number_is_made_of_plain_digits(text: str) -> None:
    with pytest.raises(
        ValidationError, match=r"Value '.*' at 'maxItems' failed to satisfy constraint"
    ) as refused:
        decode(operation_model("iam:ListUsers"), {"MaxItems": text})

    assert refused.value.parameter == "max_items"


@pytest.mark.parametrize("text", ["", "True", "1", "yes"])
def test_a_boolean_is_true_or_false(text: str) -> None:
    with pytest.raises(ValidationError, match="at 'setAsDefault'"):
        decode(operation_model("iam:CreatePolicyVersion"), {"SetAsDefault": text})


# Results


def test_objects_are_read_by_attribute_and_what_they_lack_is_left_out() -> None:
    user = SimpleNamespace(user_name="ana", create_date=MOMENT, path=None)
    operation = operation_model("iam:CreateUser")

    answer = read_answer(operation, encode(operation, presenter(operation)(user), REQUEST_ID))

    assert answer == {"User": {"UserName": "ana", "CreateDate": MOMENT.replace(microsecond=0)}}


@pytest.mark.parametrize("marker", [None, "bmV4dA=="])
def test_a_page_always_says_whether_there_are_more(marker: str | None) -> None:
    operation = operation_model("iam:ListUsers")
    page = Page([SimpleNamespace(user_name="ana", tags=[{"Key": "job", "Value": "x"}])], marker)

    xml = encode(operation, presenter(operation)(page), REQUEST_ID, left_out=left_out("ListUsers"))

    said = {"Users": [{"UserName": "ana"}], "IsTruncated": marker is not None}
    assert read_answer(operation, xml) == (said | {"Marker": marker} if marker else said)


@pytest.mark.parametrize(("name", "is_shown"), [("GetPolicy", True), ("CreatePolicy", False)])
def test_only_a_policy_that_is_read_shows_that_it_has_no_tags(name: str, is_shown: bool) -> None:
    operation = operation_model(f"iam:{name}")
    policy = SimpleNamespace(policy_name="Read", tags=[])

    xml = encode(operation, presenter(operation)(policy), REQUEST_ID, left_out=left_out(name))

    assert ("Tags" in read_answer(operation, xml)["Policy"]) == is_shown


def test_documents_are_what_clients_decode() -> None:
    operation = operation_model("iam:GetPolicyVersion")
    document = {"Statement": {"Resource": "arn:aws:s3:::till/%3A+é & <ü>/${aws:username}"}}
    version = SimpleNamespace(version_id="v1", document=json.dumps(document, ensure_ascii=False))

    answer = read_answer(operation, encode(operation, presenter(operation)(version), REQUEST_ID))
    json_decode_policies(answer, operation)

    assert answer == {"PolicyVersion": {"VersionId": "v1", "Document": document}}


def test_an_operation_without_output_has_no_result() -> None:
    xml = encode(operation_model("iam:DeleteUser"), None, REQUEST_ID)

    assert xml == (
        '<DeleteUserResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><ResponseMetadata>'
        f"<RequestId>{REQUEST_ID}</RequestId></ResponseMetadata></DeleteUserResponse>\n"
    )


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_whatever_a_message_repeats_it_is_xml(text: str) -> None:
    xml = encode_error("sts", NoSuchEntity(text), REQUEST_ID)

    message = fromstring(xml).findtext(".//{*}Message")
    assert message is not None
    assert len(message) == len(text)
    assert all(found in (meant, "\ufffd") for found, meant in zip(message, text, strict=True))
