"""Somebody else saves meanwhile: nothing is lost, and what fits together is offered together, in every flow."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from html import unescape
from urllib.parse import urlencode

import pytest
from django.test import Client

from operations.caller import Caller
from operations.inline_policies import delete_user_policy, get_user_policy, put_user_policy
from operations.policies import create_policy, delete_policy, get_policy
from operations.policy_versions import create_policy_version, delete_policy_version, get_policy_version
from operations.users import create_user
from policies.tests.documents import MISTAKEN, Answer, allow, document
from policies.tests.test_editor_pages import between

Browse = Callable[[Caller], Client]
LIST, READ = allow("s3:ListBucket", Sid="List"), allow("s3:GetObject", Sid="Read")
BASE = document(LIST, READ)
MINE = BASE.replace("s3:ListBucket", "s3:ListBucketVersions")
THEIRS = BASE.replace("s3:GetObject", "s3:GetObjectAcl")
BOTH = MINE.replace("s3:GetObject", "s3:GetObjectAcl")
CLASHING = BASE.replace("s3:ListBucket", "s3:PutObject")


@dataclass(frozen=True)
class Flow:
    """An edit in two steps: its addresses, somebody else's save, and what is stored in the end."""

    root: Caller
    path: str
    query: dict[str, str]

    @property
    def editor(self) -> str:
        return f"/iam/{self.path}/edit/?{urlencode({**self.query, 'draft': 'tab1'})}"

    @property
    def review(self) -> str:
        return f"/iam/{self.path}/edit/review/?{urlencode({**self.query, 'draft': 'tab1'})}"

    @property
    def is_managed(self) -> bool:
        return self.path == "policies"

    def somebody_saves(self, text: str) -> None:
        if self.is_managed:
            create_policy_version(
                self.root, policy_arn=self.query["arn"], policy_document=text, set_as_default=True
            )
        else:
            put_user_policy(self.root, user_name="ana", policy_name="own", policy_document=text)

    def somebody_deletes(self) -> None:
        if self.is_managed:
            delete_policy(self.root, policy_arn=self.query["arn"])
        else:
            delete_user_policy(self.root, user_name="ana", policy_name="own")

    @property
    def creation(self) -> str:
        """Where a policy of this kind is begun."""
        owner = "" if self.is_managed else "user=ana&"
        return f"/iam/{self.path}/create/?{owner}draft=tab1"

    @property
    def stored(self) -> str:
        if not self.is_managed:
            return get_user_policy(self.root, user_name="ana", policy_name="own").text.document
        arn = self.query["arn"]
        version_id = get_policy(self.root, policy_arn=arn).default_version_id
        return get_policy_version(self.root, policy_arn=arn, version_id=version_id).document


@pytest.fixture(params=["managed", "inline"])
def flow(request: pytest.FixtureRequest, root: Caller) -> Flow:
    if request.param == "managed":
        policy = create_policy(root, policy_name="Receipts", policy_document=BASE)
        return Flow(root, "policies", {"arn": policy.arn})
    create_user(root, user_name="ana")
    put_user_policy(root, user_name="ana", policy_name="own", policy_document=BASE)
    return Flow(root, "inline-policies", {"user": "ana", "policy": "own"})


def hidden(page: str) -> dict[str, str]:
    """What the page carries along of the text it began with."""
    names = ("base_version_id", "base_document")
    return {name: unescape(between(page, f'name="{name}" value="', '"')) for name in names}


def shown_text(page: str) -> str:
    area = between(page, '<textarea class="code-area" id="policy-document"', "</textarea>")
    return unescape(area).partition(">\n")[2]


def begin(browser: Client, flow: Flow) -> dict[str, str]:
    return hidden(browser.get(flow.editor).content.decode())


def send(browser: Client, flow: Flow, text: str, carried: dict[str, str], **more: str) -> Answer:
    return browser.post(flow.editor, {"policy_document": text, **carried, **more})


def save(browser: Client, flow: Flow) -> Answer:
    return browser.post(flow.review, {"is_reviewed": "on", "set_as_default": "on"})


def test_edits_of_different_statements_are_merged_reviewed_and_saved(
    browse: Browse, alice: Caller, flow: Flow
) -> None:
    browser = browse(alice)
    carried = begin(browser, flow)
    flow.somebody_saves(THEIRS)

    conflict = send(browser, flow, MINE, carried)
    merged = send(browser, flow, MINE, hidden(conflict.content.decode()), take="merged")
    text = shown_text(merged.content.decode())
    next_step = send(browser, flow, text, hidden(merged.content.decode()))
    save(browser, flow)

    assert conflict.status_code == 409
    assert "Both changes fit together" in conflict.content.decode()
    assert text == BOTH
    assert "Your text is kept here" in merged.content.decode()
    assert next_step.status_code == 303
    assert flow.stored == BOTH


def test_edits_of_one_statement_are_shown_beside_each_other(
    browse: Browse, alice: Caller, flow: Flow
) -> None:
    browser = browse(alice)
    carried = begin(browser, flow)
    flow.somebody_saves(CLASHING)

    page = send(browser, flow, MINE, carried).content.decode()

    assert "Both of you changed the same part" in page
    assert "Take the merged text" not in page
    assert page.count('data-sign="!"') >= 2
    assert shown_text(page) == MINE


def test_theirs_may_be_taken_and_mine_stays_on_the_page(browse: Browse, alice: Caller, flow: Flow) -> None:
    browser = browse(alice)
    carried = begin(browser, flow)
    flow.somebody_saves(CLASHING)

    page = send(browser, flow, MINE, carried, take="theirs").content.decode()

    assert shown_text(page) == CLASHING
    assert "ListBucketVersions" in between(page, 'id="kept"', "</section>")


def test_mine_may_be_kept(browse: Browse, alice: Caller, flow: Flow) -> None:
    browser = browse(alice)
    carried = begin(browser, flow)
    flow.somebody_saves(CLASHING)
    conflict = send(browser, flow, MINE, carried).content.decode()

    send(browser, flow, MINE, hidden(conflict))
    save(browser, flow)

    assert flow.stored == MINE


def test_a_conflict_at_the_final_save_leads_back_to_a_merge(
    browse: Browse, alice: Caller, flow: Flow
) -> None:
    browser = browse(alice)
    send(browser, flow, MINE, begin(browser, flow))
    flow.somebody_saves(THEIRS)

    refused = save(browser, flow)
    page = browser.get(refused.headers["Location"]).content.decode()

    assert flow.stored == THEIRS
    assert "Nothing of yours was saved yet." in page
    assert "Both changes fit together" in page
    assert shown_text(page) == MINE


def test_what_cannot_be_merged_any_more_is_not_taken(browse: Browse, alice: Caller, flow: Flow) -> None:
    browser = browse(alice)
    carried = begin(browser, flow)
    flow.somebody_saves(CLASHING)

    response = send(browser, flow, MINE, carried, take="merged")

    assert response.status_code == 409
    assert shown_text(response.content.decode()) == MINE


def test_a_broken_text_in_a_conflict_is_kept(browse: Browse, alice: Caller, flow: Flow) -> None:
    browser = browse(alice)
    carried = begin(browser, flow)
    flow.somebody_saves(THEIRS)

    response = send(browser, flow, MINE[:-9], carried)

    assert response.status_code == 409
    assert "could not be merged" in response.content.decode()
    assert shown_text(response.content.decode()) == MINE[:-9]


def test_the_very_text_saved_by_another_leaves_nothing_to_do(
    browse: Browse, alice: Caller, flow: Flow
) -> None:
    browser = browse(alice)
    carried = begin(browser, flow)
    flow.somebody_saves(MINE)

    page = send(browser, flow, MINE, carried).content.decode()

    assert "It is the very text you have here" in page


def test_a_merge_needs_the_text_and_not_the_version_it_began_with(
    browse: Browse, root: Caller, alice: Caller
) -> None:
    policy = create_policy(root, policy_name="Receipts", policy_document=BASE)
    flow, browser = Flow(root, "policies", {"arn": policy.arn}), browse(alice)
    carried = begin(browser, flow)
    flow.somebody_saves(THEIRS)
    delete_policy_version(root, policy_arn=policy.arn, version_id="v1")

    page = send(browser, flow, MINE, carried).content.decode()

    assert "Both changes fit together" in page


def test_an_empty_text_does_not_make_the_other_save_forgotten(
    browse: Browse, alice: Caller, flow: Flow
) -> None:
    browser = browse(alice)
    carried = begin(browser, flow)
    flow.somebody_saves(THEIRS)
    empty = send(browser, flow, "", carried).content.decode()

    assert send(browser, flow, MINE, hidden(empty)).status_code == 409


def test_what_others_wrote_is_shown_as_text(browse: Browse, alice: Caller, flow: Flow) -> None:
    browser = browse(alice)
    carried = begin(browser, flow)
    flow.somebody_saves(document({**LIST, "Resource": "arn:aws:s3:::<script>alert(1)</script>"}, READ))

    assert "<script>alert" not in send(browser, flow, MINE, carried).content.decode()


def test_a_hostile_text_in_a_conflict_is_answered_in_time(browse: Browse, alice: Caller, flow: Flow) -> None:
    browser = browse(alice)
    carried = begin(browser, flow)
    flow.somebody_saves(THEIRS)
    lines = "\n".join(str(number * 7 % 150) for number in range(30_000))
    started = time.monotonic()

    response = send(browser, flow, lines, {**carried, "base_document": lines + "\n"})

    assert response.status_code == 409
    assert time.monotonic() - started < 4


# What blocks and what asks twice does so in every flow

EDITORS = ("create", "edit", "inline create", "inline edit")


@pytest.fixture(params=EDITORS)
def editor(request: pytest.FixtureRequest, root: Caller) -> str:
    """The address of the first step of each flow."""
    policy = create_policy(root, policy_name="Receipts", policy_document=BASE)
    create_user(root, user_name="ana")
    put_user_policy(root, user_name="ana", policy_name="own", policy_document=BASE)
    return {
        "create": "/iam/policies/create/?draft=tab1",
        "edit": f"/iam/policies/edit/?arn={policy.arn}&draft=tab1",
        "inline create": "/iam/inline-policies/create/?user=ana&draft=tab1",
        "inline edit": "/iam/inline-policies/edit/?user=ana&policy=own&draft=tab1",
    }[request.param]


def test_what_iam_would_refuse_blocks_every_flow(browse: Browse, alice: Caller, editor: str) -> None:
    browser = browse(alice)
    carried = hidden(browser.get(editor).content.decode())

    response = browser.post(editor, {"policy_document": document(allow([])), **carried})

    assert response.status_code == 422
    assert "cannot be saved like this" in response.content.decode()
    assert "policy-drafts" not in browser.session


def test_every_flow_asks_twice_about_an_error(browse: Browse, alice: Caller, editor: str) -> None:
    browser = browse(alice)
    carried = hidden(browser.get(editor).content.decode())

    asked = browser.post(editor, {"policy_document": MISTAKEN, **carried})
    consent = between(asked.content.decode(), 'name="save_anyway" value="', '"')
    confirmed = browser.post(editor, {"policy_document": MISTAKEN, **carried, "save_anyway": consent})

    assert asked.status_code == 422
    assert confirmed.status_code == 303


def test_a_text_outlives_its_policy(browse: Browse, alice: Caller, flow: Flow) -> None:
    browser = browse(alice)
    carried = begin(browser, flow)
    flow.somebody_deletes()

    answer = send(browser, flow, MINE, carried)
    page = browser.get(answer.headers["Location"]).content.decode()

    assert (answer.status_code, answer.headers["Location"]) == (303, flow.creation)
    assert "was deleted while you were typing" in page
    assert shown_text(page) == MINE


def test_a_text_under_review_outlives_its_policy(browse: Browse, alice: Caller, flow: Flow) -> None:
    browser = browse(alice)
    send(browser, flow, MINE, begin(browser, flow))
    flow.somebody_deletes()

    answer = save(browser, flow)
    if not flow.is_managed:
        assert "cannot be found" in answer.content.decode()
        answer = browser.get(flow.editor)

    assert answer.headers["Location"] == flow.creation
    assert shown_text(browser.get(flow.creation).content.decode()) == MINE


def test_without_a_text_a_policy_that_is_gone_is_no_page(browse: Browse, alice: Caller, flow: Flow) -> None:
    flow.somebody_deletes()

    assert browse(alice).get(flow.editor).status_code == 404
