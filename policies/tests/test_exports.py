"""Policies as CloudFormation and Terraform: what is read back is what was written, hostile texts included."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from policies.exports import (
    Exported,
    cloudformation_json,
    cloudformation_yaml,
    label,
    logical_id,
    terraform,
    terraform_string,
)
from policies.managed import managed_policies
from policies.tests.documents import READING, allow, document

HOSTILE = [
    "${aws:username}",
    "$${x}",
    "$$${x}",
    "%{if}",
    "%%{x}",
    'a"b\\c',
    "tab\there",
    "é\u2028\x85",
    "yes",
    "2012-10-17",
]
HOMES = document(allow("s3:*", ["arn:aws:s3:::homes/${aws:username}/*", "arn:aws:s3:::a${$}{b}"]))
READER = Exported(READING, "ReceiptsRead", "/shop/", 'Reads "receipts": ${all}')
texts = st.one_of(st.sampled_from(HOSTILE), st.text(max_size=12), st.text('$%{}"\\ \n', max_size=12))
values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), texts),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(texts, inner, max_size=3)),
    max_leaves=8,
)
documents = st.dictionaries(texts, values, min_size=1, max_size=3)


def properties(template: Any) -> Any:
    (resource,) = template["Resources"].values()
    return resource["Properties"]


def untemplated(text: str) -> str:
    """What Terraform makes of a template without anything to compute but single signs."""
    return re.sub(r'\$\{"([$%])"\}|([$%])\2\{', lambda found: found[1] or f"{found[2]}{{", text)


def heredoc(text: str) -> str:
    found = re.search(r"trimsuffix\(<<(\w+)\n(.*)\n\1\n  , \"\\n\"\)", text, re.DOTALL)
    assert found
    return untemplated(found[2])


def quoted(text: str) -> str:
    """A text in Terraform's quotes, read: escapes first, as its scanner does, and then the signs."""
    spelled = re.sub(r'\$\{"([$%])"\}', lambda found: f"\0{found[1]}", text[1:-1])
    spelled = re.sub(r"([$%])\1\{", lambda found: f"\0{found[1]}{{", spelled)
    assert not re.search(r"(?<!\0)[$%]\{", spelled)
    names = {"n": "\n", "r": "\r", "t": "\t"}
    read = re.sub(
        r"\\(?:u([0-9a-f]{4})|(.))",
        lambda found: chr(int(found[1], 16)) if found[1] else names.get(found[2], found[2]),
        spelled,
    )
    return read.replace("\0", "")


@given(documents)
def test_yaml_reads_back_to_the_same_document(value: dict[str, Any]) -> None:
    text = cloudformation_yaml(Exported(json.dumps(value), "Name"))

    assert properties(yaml.safe_load(text))["PolicyDocument"] == value


@given(documents)
def test_json_reads_back_to_the_same_document(value: dict[str, Any]) -> None:
    text = cloudformation_json(Exported(json.dumps(value, indent=2), "Name"))

    assert properties(json.loads(text))["PolicyDocument"] == value


@given(documents)
def test_a_heredoc_holds_the_very_text(value: dict[str, Any]) -> None:
    text = json.dumps(value, indent=2)

    assert heredoc(terraform(Exported(text))) == text


@given(
    st.one_of(texts, st.sampled_from(["$" * 3 + "{", "%$${", "$%{", "$%%{", "%$%{"])).filter(
        lambda text: "\0" not in text
    )
)
def test_a_text_in_terraforms_quotes_is_kept(text: str) -> None:
    assert quoted(terraform_string(text)) == text


def test_every_managed_policy_is_kept_by_each_form() -> None:
    for policy in list(managed_policies())[::16]:
        wanted, exported = json.loads(policy.document), Exported(policy.document, policy.policy_name)

        assert properties(json.loads(cloudformation_json(exported)))["PolicyDocument"] == wanted
        assert heredoc(terraform(exported)) == policy.document


def test_the_spelling_of_numbers_is_kept() -> None:
    text = (
        '{"Version":"2012-10-17","Statement":{"Condition":{"NumericLessThan":{"s3:max-keys":1.50}},"Null":9}}'
    )

    found = cloudformation_yaml(Exported(text, "Name"))

    assert '"s3:max-keys": 1.50' in found
    assert '"Null": 9' in found
    assert "1.50" in cloudformation_json(Exported(text, "Name"))


def test_a_managed_policy_has_name_path_and_description() -> None:
    wanted = {
        "ManagedPolicyName": "ReceiptsRead",
        "Path": "/shop/",
        "Description": 'Reads "receipts": ${all}',
        "PolicyDocument": json.loads(READING),
    }

    for template in (json.loads(cloudformation_json(READER)), yaml.safe_load(cloudformation_yaml(READER))):
        assert template["AWSTemplateFormatVersion"] == "2010-09-09"
        assert template["Resources"]["ReceiptsRead"]["Type"] == "AWS::IAM::ManagedPolicy"
        assert properties(template) == wanted


@pytest.mark.parametrize("kind", ["user", "group", "role"])
def test_an_inline_policy_names_its_holder(kind: str) -> None:
    exported = Exported(READING, "reading", holder_kind=kind, holder="ana")

    template = yaml.safe_load(cloudformation_yaml(exported))

    title = kind.capitalize()
    assert template["Resources"]["reading"]["Type"] == f"AWS::IAM::{title}Policy"
    assert properties(template)["PolicyName"] == "reading"
    assert properties(template)[f"{title}Name"] == "ana"
    assert f'resource "aws_iam_{kind}_policy" "reading"' in terraform(exported)
    assert re.search(rf'^  {kind} += "ana"$', terraform(exported), re.MULTILINE)


def test_a_name_that_a_template_needs_and_nobody_typed_is_a_parameter() -> None:
    exported = Exported(READING, holder_kind="user", holder="ana")

    for template in (
        json.loads(cloudformation_json(exported)),
        yaml.safe_load(cloudformation_yaml(exported)),
    ):
        assert template["Parameters"] == {"PolicyName": {"Type": "String"}}
        assert properties(template)["PolicyName"] == {"Ref": "PolicyName"}


def test_a_managed_policy_without_a_name_is_named_by_the_tool() -> None:
    assert "ManagedPolicyName" not in cloudformation_json(Exported(READING))
    assert not re.search(r"^  name", terraform(Exported(READING)), re.MULTILINE)


def test_policy_variables_are_no_interpolations_of_terraform() -> None:
    text = terraform(Exported(HOMES, "Homes"))

    assert "homes/$${aws:username}/*" in text
    assert heredoc(text) == HOMES


def test_a_document_with_carriage_returns_is_put_in_quotes() -> None:
    text = READING.replace("\n", "\r\n")

    (line,) = [line for line in terraform(Exported(text)).splitlines() if line.startswith("  policy")]

    assert quoted(line.partition(" = ")[2]) == text


def test_a_heredoc_ends_at_a_word_that_is_no_line_of_the_document() -> None:
    assert heredoc(terraform(Exported("POLICY\nPOLICY1"))) == "POLICY\nPOLICY1"


@pytest.mark.parametrize(
    ("name", "logical", "named"),
    [
        ("ReceiptsRead", "ReceiptsRead", "receipts_read"),
        ("S3Read-only.v2", "S3Readonlyv2", "s3_read_only_v2"),
        ("2024=x", "Policy2024x", "policy_2024_x"),
        ("", "Policy", "policy"),
        ("==", "Policy", "policy"),
    ],
)
def test_names_become_what_the_tools_take(name: str, logical: str, named: str) -> None:
    assert (logical_id(name), label(name)) == (logical, named)
