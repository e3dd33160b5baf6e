"""The commands that pages tell, put to the shell and to awscli themselves."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.model import ListShape, MapShape, Shape, StructureShape
from pytest_django import Settings

from iamconsole.cli import TYPED, command, commands_of
from iamconsole.tests.commands import read, words_of
from operations.operation import registered
from operations.shapes import is_secret, parameters

OPERATIONS = sorted(name for name in registered() if name.startswith(("iam:", "sts:")))
# What is newer in our service model than in awscli's.
UNKNOWN = {
    "iam:AcquireRole",
    "iam:GetAccountProperties",
    "iam:GetRoleTemplateVersion",
    "iam:PutAccountProperties",
}
UNKNOWN_PARAMETERS = {"minimum_session_token_size"}
SIMPLE = {"boolean": False, "integer": 3600, "long": 3600, "timestamp": "2026-05-17T09:41:07Z"}
AWKWARD = [
    "",
    "it's",
    'say "hello"',
    "-x",
    "--help",
    "$HOME `id` $(id)",
    "https://wiki.example/till",
    "file:///etc/passwd",
    "two\nlines",
    "a=b,c=d",
    "[x]",
    "{x}",
    "Kaffee für ~*?",
    "back\\slash",
    "@file",
    " ",
]


def example(shape: Shape) -> Any:
    """Some value of this shape."""
    if isinstance(shape, StructureShape):
        members = list(shape.members.items())[: 1 if shape.is_tagged_union else None]
        return {name: example(member) for name, member in members}
    if isinstance(shape, ListShape):
        return [example(shape.member)]
    if isinstance(shape, MapShape):
        return {"key": example(shape.value)}
    if shape.type_name in SIMPLE:
        return SIMPLE[shape.type_name]
    text = "{\n  it's\n}" if "Document" in shape.name or "Metadata" in shape.name else "ana"
    return (
        shape.metadata["enum"][0]
        if "enum" in shape.metadata
        else text.ljust(shape.metadata.get("min", 1), "x")
    )


def examples(name: str) -> dict[str, Any]:
    known = parameters(name).items()
    return {key: example(shape) for key, (_, shape) in known if key not in UNKNOWN_PARAMETERS}


def test_awscli_understands_every_operation_with_every_parameter() -> None:
    names = [name for name in OPERATIONS if name not in UNKNOWN]
    given = {name: examples(name) for name in names}
    secrets = {
        key.upper(): given[name][key]
        for name in names
        for key in given[name]
        if is_secret(parameters(name)[key])
    }
    understood = read([command(name, name, **given[name]).text for name in names], **secrets)

    for name, (service, operation, told, endpoint, faults) in zip(names, understood, strict=True):
        wired = {parameters(name)[key][0]: value for key, value in given[name].items()}
        assert (f"{service}:{operation}", told, faults) == (name, wired, "")
        assert endpoint == "http://127.0.0.1:8000/api/"


def test_awkward_texts_arrive_as_they_are() -> None:
    tags = {text: [{"Key": text, "Value": text}, {"Key": "job", "Value": "cashier"}] for text in AWKWARD}
    made = [command("Create", "iam:CreatePolicy", description=text, tags=tags[text]).text for text in AWKWARD]
    removed = [command("Untag", "iam:UntagPolicy", policy_arn=text, tag_keys=[text]).text for text in AWKWARD]
    named = " --policy-name x --policy-document y"

    understood = read([text + named for text in made] + removed)

    assert [told["Description"] for _, _, told, *_ in understood[: len(made)]] == AWKWARD
    assert [told["Tags"] for _, _, told, *_ in understood[: len(made)]] == list(tags.values())
    assert [told["PolicyArn"] for _, _, told, *_ in understood[len(made) :]] == AWKWARD
    assert [told["TagKeys"] for _, _, told, *_ in understood[len(made) :]] == [[text] for text in AWKWARD]


def test_plain_lists_are_told_in_awsclis_shorthand() -> None:
    tags = [{"Key": "job", "Value": "cashier"}, {"Key": "till", "Value": "2"}]

    text = command("Tag", "iam:TagUser", user_name="ana", tags=tags).text

    assert "--tags Key=job,Value=cashier Key=till,Value=2" in text


def test_a_secret_is_left_to_a_variable_of_the_shell() -> None:
    told = command("Set", "iam:CreateLoginProfile", user_name="ana", password="Beans-and-water-9")

    assert "Beans" not in told.text
    assert '--password="$PASSWORD"' in told.text
    assert told.variables == ["PASSWORD"]


def test_what_is_still_to_be_typed_is_left_to_a_variable_too() -> None:
    told = command("Create", "iam:CreateUser", user_name=TYPED)

    [(_, _, given, _, _)] = read([told.text], USER_NAME="-ana")

    assert given == {"UserName": "-ana"}


def test_what_is_not_given_is_left_out() -> None:
    told = command("List", "iam:ListAccessKeys", user_name=None, marker=None)

    assert told.text == "aws iam list-access-keys --endpoint-url http://127.0.0.1:8000/api/"


def test_switches_are_written_as_flags() -> None:
    told = command(
        "Set",
        "iam:UpdateAccountPasswordPolicy",
        require_symbols=True,
        require_numbers=False,
        hard_expiry=None,
    )

    assert "--require-symbols" in told.text
    assert "--no-require-numbers" in told.text
    assert "hard-expiry" not in told.text


def test_the_address_is_the_installations_own(settings: Settings) -> None:
    settings.SITE_URL = "https://iam.coffee.example"

    text = command("List", "iam:ListUsers").text

    assert text.endswith("--endpoint-url https://iam.coffee.example/api/")


def test_a_long_command_goes_on_in_lines_that_the_shell_joins() -> None:
    told = command(
        "Attach", "iam:AttachUserPolicy", user_name="a" * 64, policy_arn="arn:aws:iam::aws:policy/Some"
    )

    first, *rest = told.text.splitlines()

    assert first == "aws iam attach-user-policy \\"
    assert all(line.startswith("  --") for line in rest)
    assert words_of([told.text], {})[0][:2] == ["iam", "attach-user-policy"]


def test_an_mfa_device_gets_the_file_that_awscli_asks_for() -> None:
    text = command("Create", "iam:CreateVirtualMFADevice", virtual_mfa_device_name="phone").text

    assert "--outfile seed.txt" in text


def test_the_changes_of_a_preview_become_commands_that_give_before_they_take() -> None:
    changes = {
        "leaves": [{"UserName": "ana", "GroupName": "Cashiers"}],
        "joins": [{"UserName": "ana", "GroupName": "Buyers"}],
        "attaches": [{"GroupName": "Buyers", "PolicyArn": "arn:aws:iam::aws:policy/ReadOnlyAccess"}],
        "inline_policies": [
            {"UserName": "ana", "PolicyName": "till"},
            {"UserName": "ana", "PolicyName": "shop", "PolicyDocument": "{}"},
        ],
        "boundaries": [{"UserName": "ana"}, {"UserName": "ben", "PolicyArn": "arn:aws:iam::aws:policy/Most"}],
    }

    told = commands_of(changes)

    assert [operation for _, operation, *_ in read([one.text for one in told])] == [
        "AddUserToGroup",
        "AttachGroupPolicy",
        "PutUserPolicy",
        "PutUserPermissionsBoundary",
        "RemoveUserFromGroup",
        "DeleteUserPolicy",
        "DeleteUserPermissionsBoundary",
    ]
    assert [one.title for one in told[:2]] == ["Add ana to Buyers", "Attach ReadOnlyAccess to Buyers"]


def test_a_name_that_the_operation_does_not_take_is_an_error() -> None:
    with pytest.raises(KeyError):
        command("See", "iam:GetUser", name="ana")
