"""Other kinds of documents in the same editor: checked only, trust policies, boundaries, inline policies of roles."""

from __future__ import annotations

import json
from collections.abc import Callable
from html import unescape

import pytest
from django.test import Client

from operations.attachments import attach_role_policy
from operations.boundaries import put_user_permissions_boundary
from operations.caller import Caller
from operations.inline_policies import get_role_policy, put_role_policy
from operations.policies import create_policy
from operations.roles import create_role, get_role, update_assume_role_policy
from operations.users import create_user
from policies.tests.documents import EC2, LISTING, READING, allow, document, trusting
from policies.tests.test_conflicts_pages import hidden, shown_text
from policies.tests.test_editor_pages import between, findings

Browse = Callable[[Caller], Client]
CHECK = "/iam/policies/check/"
EDITOR, REVIEW = "/iam/roles/trust/?role=Till&draft=tab1", "/iam/roles/trust/review/?role=Till&draft=tab1"


LAMBDA = trusting("lambda.amazonaws.com")


@pytest.fixture
def till(root: Caller) -> None:
    create_role(root, role_name="Till", assume_role_policy_document=EC2)


# Check a document


@pytest.mark.parametrize(
    ("kind", "room", "policy_type"),
    [
        ("managed", "of 6,144", "identity"),
        ("boundary", "of 6,144", "boundary"),
        ("resource", "of 20,480", "resource"),
        ("trust", "of 2,048", "trust"),
        ("scp", "of 5,120", "scp"),
        ("rcp", "of 5,120", "rcp"),
    ],
)
def test_each_kind_has_its_room_and_its_rules(
    browse: Browse, alice: Caller, kind: str, room: str, policy_type: str
) -> None:
    page = browse(alice).get(f"{CHECK}?type={kind}").content.decode()

    assert room in page
    assert f'data-policy-type="{policy_type}"' in page
    assert f'name="kind" value="{kind}"' in page


@pytest.mark.parametrize("kind", ["managed", "boundary", "resource", "trust", "scp", "rcp"])
def test_what_a_kind_begins_with_is_read_as_that_kind(browse: Browse, alice: Caller, kind: str) -> None:
    page = browse(alice).get(f"{CHECK}?type={kind}").content.decode()

    json.loads(shown_text(page))
    assert "Principal</code> is missing" not in page
    assert "JSON_SYNTAX_ERROR" not in page


def test_a_principal_is_wrong_in_one_kind_and_missing_in_another(browse: Browse, alice: Caller) -> None:
    browser = browse(alice)

    assert "MISSING_PRINCIPAL" in findings(browser, LISTING, kind="resource")
    assert "MISSING_PRINCIPAL" not in findings(browser, LISTING)
    assert "PRINCIPAL" in findings(browser, EC2)
    assert "PRINCIPAL" not in findings(browser, EC2, kind="trust")


def test_white_space_counts_where_organizations_counts_it(browse: Browse, alice: Caller) -> None:
    browser, text = browse(alice), LISTING + " " * 100

    assert f"{len(text):,} of 5,120" in findings(browser, text, kind="scp")
    assert "White space counts, too" in findings(browser, text, kind="scp")
    assert f"{len(text):,} of" not in findings(browser, text)


def test_a_resource_policy_may_be_one_of_a_bucket(browse: Browse, alice: Caller) -> None:
    foreign = document(allow("sqs:SendMessage", "arn:aws:sqs:eu-west-1:123456789012:till", Principal="*"))
    browser = browse(alice)

    of_any = findings(browser, foreign, kind="resource")
    of_bucket = findings(browser, foreign, kind="resource", resource_type="AWS::S3::Bucket")

    assert of_any != of_bucket
    assert "bucket" in of_bucket


def test_switching_the_kind_keeps_what_was_written(browse: Browse, alice: Caller) -> None:
    posted = {"policy_document": LISTING, "kind": "managed", "switch_to": "scp"}

    page = browse(alice).post(CHECK, posted).content.decode()

    assert shown_text(page) == LISTING
    assert 'name="kind" value="scp"' in page


def test_switching_before_anything_is_written_begins_anew(browse: Browse, alice: Caller) -> None:
    browser = browse(alice)
    begun = shown_text(browser.get(CHECK).content.decode())

    page = browser.post(
        CHECK, {"policy_document": begun, "kind": "managed", "switch_to": "trust"}
    ).content.decode()

    assert "sts:AssumeRole" in shown_text(page)


def test_a_document_is_checked_and_mended_without_script(browse: Browse, alice: Caller) -> None:
    browser, mistaken = browse(alice), document(allow("s3:ListObject"))

    checked = browser.post(CHECK, {"policy_document": mistaken, "kind": "managed"}).content.decode()
    mended = browser.post(
        CHECK, {"policy_document": mistaken, "kind": "managed", "fix": "0"}
    ).content.decode()

    assert "INVALID_ACTION" in checked
    assert "s3:ListBucket" in shown_text(mended)
    assert "policy-drafts" not in browser.session


def test_an_empty_document_asks_for_one(browse: Browse, alice: Caller) -> None:
    assert browse(alice).post(CHECK, {"policy_document": "", "kind": "scp"}).status_code == 422


def test_who_may_not_check_is_told_so(browse: Browse, carol: Caller) -> None:
    assert "The text is not checked" in browse(carol).get(CHECK).content.decode()


@pytest.mark.parametrize("kind", ["", "nonsense", "user"])
def test_an_unknown_kind_is_an_identity_policy(browse: Browse, alice: Caller, kind: str) -> None:
    page = browse(alice).get(f"{CHECK}?type={kind}").content.decode()

    assert 'name="kind" value="managed"' in page


def test_completion_knows_the_kind(browse: Browse, alice: Caller) -> None:
    text = '{"Statement": [{"Effect": "Allow", "Action": "sts:'
    place = {"policy_document": text, "offset": len(text), "policy_type": "trust"}

    items = browse(alice).post("/iam/policies/completion/", place).json()["items"]

    labels = {item["label"] for item in items}
    assert "sts:AssumeRole" in labels
    assert "sts:GetCallerIdentity" not in labels


def test_plain_words_name_the_principals(browse: Browse, alice: Caller) -> None:
    browser = browse(alice)
    spared: dict[str, object] = {
        "Effect": "Deny",
        "NotPrincipal": {"AWS": "123456789012"},
        "Action": "s3:*",
        "Resource": "*",
    }

    assert "For <code>ec2.amazonaws.com</code>." in findings(browser, EC2, kind="trust")
    assert "For everybody." in findings(
        browser, document(allow("s3:ListBucket", Principal="*")), kind="resource"
    )
    assert "For everybody but <code>123456789012</code>." in findings(
        browser, document(spared), kind="resource"
    )
    assert "For " not in between(findings(browser, LISTING), 'id="policy-summary"', "</section>")


# Trust policies


def test_a_trust_policy_is_edited_in_two_steps(
    browse: Browse, root: Caller, alice: Caller, till: None
) -> None:
    browser = browse(alice)
    page = browser.get(EDITOR).content.decode()

    first = browser.post(EDITOR, {"policy_document": LAMBDA, **hidden(page)})
    review = browser.get(first.headers["Location"]).content.decode()
    saved = browser.post(REVIEW, {"is_reviewed": "on"})

    assert "of 2,048 characters" in page
    lost, gained = between(review, 'id="what-changes"', "</section>").split(
        "<code>lambda.amazonaws.com</code>"
    )
    assert "Is trusted no more." in lost
    assert "Is trusted from now on." in gained
    assert saved.status_code == 303
    assert "lambda" in get_role(root, role_name="Till").assume_role_policy_document


def test_somebody_elses_trust_policy_is_not_overwritten(
    browse: Browse, root: Caller, alice: Caller, till: None
) -> None:
    browser = browse(alice)
    carried = hidden(browser.get(EDITOR).content.decode())
    browser.post(EDITOR, {"policy_document": LAMBDA, **carried})
    update_assume_role_policy(root, role_name="Till", policy_document=trusting("ecs-tasks.amazonaws.com"))

    refused = browser.post(REVIEW, {"is_reviewed": "on"})
    page = browser.get(refused.headers["Location"]).content.decode()

    assert "Both of you changed the same part" in page
    assert "ecs-tasks" in get_role(root, role_name="Till").assume_role_policy_document


def test_what_iam_refuses_of_a_trust_policy_keeps_the_draft(
    browse: Browse, alice: Caller, till: None
) -> None:
    browser = browse(alice)
    ghost = document(
        {
            "Effect": "Allow",
            "Principal": {"AWS": f"arn:aws:iam::{alice.account_id}:user/nobody"},
            "Action": "sts:AssumeRole",
        }
    )
    given = {"policy_document": ghost, **hidden(browser.get(EDITOR).content.decode())}
    asked = browser.post(EDITOR, given).content.decode()
    consent = asked.partition('name="save_anyway" value="')[2].partition('"')[0]
    browser.post(EDITOR, {**given, "save_anyway": consent})

    response = browser.post(REVIEW, {"is_reviewed": "on"})

    assert "CONSOLE_DELETED_ENTITY" in asked
    assert response.status_code == 422
    assert "Invalid principal in policy" in response.content.decode()


def test_what_changes_of_trust_follows_the_text(browse: Browse, alice: Caller, till: None) -> None:
    browser = browse(alice)
    changes = "/iam/policies/changes/?trust=Till"
    conditional = trusting("ec2.amazonaws.com", Condition={"StringEquals": {"aws:SourceAccount": "1"}})

    same = browser.post(changes, {"policy_document": EC2}).content.decode()
    narrower = browser.post(changes, {"policy_document": conditional}).content.decode()
    broken = browser.post(changes, {"policy_document": "{"}).content.decode()

    assert "Means the same as the present text." in same
    assert "Is trusted from now on, under conditions." in narrower
    assert "As soon as the text is a policy" in broken


def test_a_trust_policy_is_not_shown_without_the_right_to_read_it(
    browse: Browse, carol: Caller, till: None
) -> None:
    browser = browse(carol)

    assert browser.get(EDITOR).status_code == 403
    assert browser.post("/iam/policies/changes/?trust=Till", {"policy_document": EC2}).status_code == 403


def test_who_may_not_save_a_trust_policy_is_told_before_writing(
    browse: Browse, bob: Caller, till: None
) -> None:
    assert "You may not perform iam:UpdateAssumeRolePolicy here" in browse(bob).get(EDITOR).content.decode()


def test_a_role_that_has_a_policy_leads_to_its_trust_policy(
    browse: Browse, root: Caller, alice: Caller, till: None
) -> None:
    policy = create_policy(root, policy_name="Receipts", policy_document=LISTING)
    attach_role_policy(root, role_name="Till", policy_arn=policy.arn)

    page = browse(alice).get(f"/iam/policies/view/entities/?arn={policy.arn}").content.decode()

    assert '/iam/roles/trust/?role=Till"' in page
    assert '/iam/inline-policies/create/?role=Till"' in page


# Boundaries


def test_a_policy_that_only_bounds_is_checked_as_a_boundary(
    browse: Browse, root: Caller, alice: Caller
) -> None:
    policy = create_policy(root, policy_name="Most", policy_document=LISTING)
    create_user(root, user_name="ana")
    put_user_permissions_boundary(root, user_name="ana", permissions_boundary=policy.arn)

    page = browse(alice).get(f"/iam/policies/edit/?arn={policy.arn}&draft=tab1").content.decode()

    assert 'data-policy-type="boundary"' in page
    assert "It is the permissions boundary of one user or role" in page
    assert "boundary of 1 user or role" in page


# Inline policies of roles


def test_an_inline_policy_of_a_role_is_made_edited_and_deleted(
    browse: Browse, root: Caller, alice: Caller, till: None
) -> None:
    browser, query = browse(alice), "role=Till&draft=tab1"
    made = browser.post(f"/iam/inline-policies/create/?{query}", {"policy_document": LISTING})
    review = browser.get(made.headers["Location"]).content.decode()
    saved = browser.post(f"/iam/inline-policies/create/review/?{query}", {"policy_name": "own"})

    assert "Gained by 1 role." in unescape(review)
    assert saved.headers["Location"] == "/iam/roles/trust/?role=Till"
    listed = browser.get(saved.headers["Location"], follow=True).content.decode()
    assert '/iam/inline-policies/edit/?role=Till&amp;policy=own"' in listed
    assert get_role_policy(root, role_name="Till", policy_name="own").text.document == LISTING

    query += "&policy=own"
    page = browser.get(f"/iam/inline-policies/edit/?{query}").content.decode()
    browser.post(f"/iam/inline-policies/edit/?{query}", {"policy_document": READING, **hidden(page)})
    browser.post(f"/iam/inline-policies/edit/review/?{query}", {"is_reviewed": "on"})

    assert "of 10,240 characters" in page
    assert get_role_policy(root, role_name="Till", policy_name="own").text.document == READING

    browser.post("/iam/inline-policies/delete/?role=Till&policy=own", {"word": "own", "confirmation": "own"})
    assert not root.account or not root.account.roles.get().inline_policies.exists()


def test_an_inline_policy_of_a_role_is_kept_from_strangers(
    browse: Browse, root: Caller, carol: Caller, till: None
) -> None:
    put_role_policy(root, role_name="Till", policy_name="own", policy_document=LISTING)

    answer = browse(carol).get("/iam/inline-policies/edit/?role=Till&policy=own&draft=tab1")

    assert answer.status_code == 403
    assert "ListBucket" not in between(answer.content.decode(), "<main", "</main>")
