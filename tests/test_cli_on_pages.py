"""The panels Do this with the CLI, on every page that has one: awscli itself understands each command."""

from __future__ import annotations

import html
import json
import re
import subprocess
import sys
from collections.abc import Callable, Sequence
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.test import Client as Browser

from accounts.tests.create_user_walk import CONSOLE, Wizard
from accounts.tests.devices import assign_device
from iamconsole.tests.commands import read
from operations.access_keys import create_access_key
from operations.caller import Caller
from operations.groups import create_group
from operations.memberships import add_user_to_group
from operations.users import create_user
from tests.cast import (
    ADMINISTRATOR,
    READ_ONLY,
    ROOT_EMAIL,
    browser_of,
    new_account,
    new_user,
    signed_in,
)
from tests.console_pages import DOCUMENT, GROUP, POLICY, USER, console_pages, furnish

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Answer

Browse = Callable[[Caller], Browser]
PANEL = 'id="cli"'
COMMAND = re.compile(r'<pre class="code boxed command"><code>(.*?)</code></pre>', re.DOTALL)
VARIABLE = re.compile(r'"\$([A-Z0-9_]+)"')
# Long enough for an ARN, and digits for a code.
ANYTHING = "123456" * 4
VALUES = {"TAGS": "Key=job,Value=cashier"}
# Pages that show or do nothing for which AWS has an operation.
WITHOUT = {
    "action-suggestions": "a part of a page",
    "check-access": "a question to the engine",
    "check-document": "says what it finds while one types",
    "confirm-identity": "a proof of one's own identity",
    "create-user-details": "a step on the way: the review has the commands",
    "dashboard": "a summary",
    "event": "our own trail",
    "events": "our own trail",
    "group-check-access": "a question to the engine",
    "group-effective-access": "a question to the engine",
    "policy-check-access": "a question to the engine",
    "policy-choices": "a step on the way: the review has the commands",
    "policy-choices-of": "a step on the way: the review has the commands",
    "policy-from-activity": "our own trail",
    "policy-template": "a step on the way: the review has the commands",
    "policy-templates": "the console's own library",
    "search": "a search through all kinds",
    "simulator": "a question to the engine",
    "user-check-access": "a question to the engine",
    "user-effective-access": "a question to the engine",
    "user-history": "our own trail",
    "user-reach": "a question to the engine",
    "user-sign-out": "sessions of this console",
    "users-preferences": "columns, kept in the visitor's browser",
    "who-can": "a question to the engine",
}


@pytest.fixture
def furnished(root: Caller) -> Caller:
    furnish(root)
    return root


def commands_in(answer: Answer) -> list[str]:
    return [html.unescape(found) for found in COMMAND.findall(answer.content.decode())]


def operations_in(commands: Sequence[str]) -> list[str]:
    """What awscli would do. A command that is none, or that the service model would refuse, fails the test."""
    names = {name for command in commands for name in VARIABLE.findall(command)}
    understood = read(commands, **{name: VALUES.get(name, ANYTHING) for name in names})
    assert [faults for *_, faults in understood if faults] == []
    return [operation for _, operation, *_ in understood]


def pages_shown(caller: Caller, browser: Browser) -> dict[str, Answer]:
    """Every page that shows something to an administrator."""
    answers = {page.name: browser.get(page.url) for page in console_pages(caller.account_id)}
    return {
        name: answer
        for name, answer in answers.items()
        if answer.status_code == HTTPStatus.OK and answer.headers["Content-Type"].startswith("text/html")
    }


def test_awscli_understands_what_every_page_tells(furnished: Caller, alice: Caller, browse: Browse) -> None:
    shown = pages_shown(furnished, browse(alice))
    without = {name for name, answer in shown.items() if PANEL not in answer.content.decode()}

    operations = operations_in([command for answer in shown.values() for command in commands_in(answer)])

    assert without == set(WITHOUT)
    assert {"ListUsers", "GetGroup", "CreateAccessKey", "UpdateAccountPasswordPolicy"} <= set(operations)


@pytest.mark.usefixtures("furnished")
def test_a_choice_becomes_its_commands(alice: Caller, browse: Browse) -> None:
    chosen = {"go": "choose", "policies": [ADMINISTRATOR, READ_ONLY]}
    url = f"/iam/users/{USER}/attach-policies/"

    before, after = browse(alice).get(url), browse(alice).post(url, chosen)

    assert "Nothing is chosen yet. The commands follow the choice." in before.content.decode()
    assert operations_in(commands_in(after)) == ["AttachUserPolicy", "AttachUserPolicy"]
    assert READ_ONLY in commands_in(after)[1]


def test_a_choice_in_create_group_brings_its_commands_along(
    root: Caller, alice: Caller, browse: Browse
) -> None:
    create_user(root, user_name="ana")
    url, htmx = "/iam/groups-create/?run=0123456789abcdef", {"HX-Request": "true"}
    answer = browse(alice).post(
        url, {"group_name": "Buyers", "users": "ana", "shown": "users"}, follow=True, headers=htmx
    )

    assert 'id="cli-commands" hx-swap-oob="true"' in answer.content.decode()
    assert operations_in(commands_in(answer)) == ["CreateGroup", "AddUserToGroup"]


def test_the_review_of_a_new_user_tells_the_whole_act(furnished: Caller, browse: Browse) -> None:
    wizard = Wizard(browse(furnished))
    wizard.to_permissions(**CONSOLE)
    wizard.post("permissions", go="next", how="groups", shown="groups", groups=GROUP)

    told = commands_in(wizard.get("review"))

    assert operations_in(told) == ["CreateUser", "CreateLoginProfile", "AttachUserPolicy", "AddUserToGroup"]
    assert '--password="$PASSWORD"' in told[1]


def test_deleting_a_user_takes_a_command_for_everything_that_hangs_on_it(
    root: Caller, browse: Browse
) -> None:
    create_user(root, user_name="ana")
    create_group(root, group_name=GROUP)
    add_user_to_group(root, group_name=GROUP, user_name="ana")
    create_access_key(root, user_name="ana")
    assign_device(root, "ana")

    answer = browse(root).get("/iam/users/ana/delete/")

    assert "1 access key" in answer.content.decode()
    assert operations_in(commands_in(answer)) == [
        "DeleteAccessKey",
        "DeactivateMFADevice",
        "DeleteVirtualMFADevice",
        "RemoveUserFromGroup",
        "DeleteUser",
    ]


def test_a_new_policy_is_told_with_its_document(alice: Caller, browse: Browse) -> None:
    browser, draft = browse(alice), "?draft=0123456789abcdef"
    browser.post(f"/iam/policies/create/{draft}", {"policy_document": DOCUMENT, "base_version_id": ""})

    [told] = commands_in(browser.get(f"/iam/policies/create/review/{draft}"))

    [(_, operation, given, *_)] = read([told], POLICY_NAME=POLICY)
    assert (operation, given) == ("CreatePolicy", {"PolicyName": POLICY, "PolicyDocument": DOCUMENT})


def test_a_command_does_through_the_api_what_its_page_does(console: str) -> None:
    account = new_account(ROOT_EMAIL, "Coffee shop")
    owner = signed_in(account.root, account)
    create_user(owner, user_name="ana")
    create_group(owner, group_name=GROUP)
    alice = new_user(owner, "alice", ADMINISTRATOR)
    browser, made = browser_of(alice), create_access_key(owner, user_name="alice")
    key = {"AWS_ACCESS_KEY_ID": made.access_key_id, "AWS_SECRET_ACCESS_KEY": made.secret_access_key}
    [joining] = commands_in(browser.post("/iam/users/ana/add-to-groups/", {"go": "choose", "groups": GROUP}))
    [listing] = commands_in(browser.get("/iam/users/ana/groups/"))

    joined, listed = said_by_awscli(joining, **key), said_by_awscli(listing, **key)

    assert joined == ""
    assert [group["GroupName"] for group in json.loads(listed)["Groups"]] == [GROUP]


def said_by_awscli(command: str, **environment: str) -> str:
    """Typed into a shell, as whoever copies it does."""
    path = f"{Path(sys.executable).parent}:/usr/bin:/bin"
    said = subprocess.run(  # noqa: S603 -- a command of ours
        ["/bin/sh", "-c", command],
        env={"PATH": path, "AWS_DEFAULT_REGION": "us-east-1", **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert said.returncode == 0, said.stderr
    return said.stdout


def test_a_refusal_tells_no_commands(furnished: Caller, carol: Caller, browse: Browse) -> None:
    answer = browse(carol).get(f"/iam/users/{USER}/")

    assert answer.status_code == HTTPStatus.FORBIDDEN
    assert PANEL not in answer.content.decode()
