"""The Create user wizard: its steps, what it keeps, what it refuses, and the one act at its end."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.test import Client as Browser
from pytest_django import DjangoAssertNumQueries

from accounts.models import Account
from accounts.tests.create_user_walk import CONSOLE, PASSWORD, STEPS, Wizard
from accounts.views import create_user as create_user_views
from accounts.views.wizard import RUNS, Run
from audit.models import Event
from operations.attachments import attach_user_policy
from operations.boundaries import put_user_permissions_boundary
from operations.caller import Caller
from operations.groups import create_group
from operations.memberships import add_user_to_group
from operations.password_policy import update_account_password_policy
from operations.users import create_user

Browse = Callable[[Caller], Browser]
READ_ONLY = "arn:aws:iam::aws:policy/IAMReadOnlyAccess"
S3_FULL = "arn:aws:iam::aws:policy/AmazonS3FullAccess"
POWER_USER = "arn:aws:iam::aws:policy/PowerUserAccess"


@pytest.fixture
def wizard(root: Caller, browse: Browse) -> Wizard:
    return Wizard(browse(root))


def names(account: Account) -> list[str]:
    return list(account.users.values_list("user_name", flat=True))


def test_who_may_create_nobody_is_told_at_the_end_and_keeps_the_answers(
    account: Account, carol: Caller, browse: Browse
) -> None:
    wizard = Wizard(browse(carol))
    wizard.to_review("dave")

    response = wizard.create()

    assert response.status_code == 403
    assert b"iam:CreateUser" in response.content
    assert b"dave" in response.content
    assert names(account) == ["carol"]


def test_lists_that_the_caller_may_not_read_are_gaps_with_their_action(carol: Caller, browse: Browse) -> None:
    wizard = Wizard(browse(carol))
    wizard.to_permissions("dave")

    assert "iam:ListGroups" in wizard.html("permissions")


def test_a_user_without_access_ends_at_the_list(account: Account, wizard: Wizard) -> None:
    wizard.to_review()

    response = wizard.browser.get(wizard.create()["Location"], follow=True)

    assert response.redirect_chain[-1][0] == "/iam/users/"
    assert "was created" in response.content.decode()
    assert not account.users.get().has_console_access


@pytest.mark.parametrize("name", ["", "two words", "slash/ed", "ñandú", "x" * 65])
def test_a_name_that_iam_would_refuse_is_refused_at_the_field(wizard: Wizard, name: str) -> None:
    response = wizard.post("details", user_name=name)

    assert response.status_code == 422
    assert 'aria-invalid="true"' in response.content.decode()


def test_a_taken_name_is_said_at_once(root: Caller, wizard: Wizard) -> None:
    create_user(root, user_name="Cleo")

    response = wizard.post("details", user_name="cleo")

    assert response.status_code == 422
    assert "already exists" in response.content.decode()


def test_a_weak_custom_password_is_refused_by_the_rules_of_the_account(wizard: Wizard) -> None:
    details = {"console_access": "on", "password_kind": "custom", "password": "short"}

    response = wizard.post("details", user_name="cleo", **details)

    assert response.status_code == 422
    assert "It must have 8 to 128 characters" in response.content.decode()


def test_a_custom_password_waits_sealed_and_is_set(account: Account, wizard: Wizard) -> None:
    wizard.to_permissions(console_access="on", password_kind="custom", password=PASSWORD)
    kept = str(dict(wizard.browser.session.items()))
    wizard.post("permissions", go="next")
    wizard.create()

    assert PASSWORD not in kept
    assert PASSWORD in wizard.html("finished")
    assert not account.users.get().password_reset_required


def test_the_answers_are_there_when_one_goes_back(root: Caller, wizard: Wizard) -> None:
    create_group(root, group_name="Cashiers")
    wizard.to_permissions(**CONSOLE)
    wizard.post("permissions", go="previous", how="groups", shown="groups", groups=["Cashiers"])

    assert 'value="cleo"' in wizard.html("details")
    assert re.search(r'value="Cashiers"[^>]* checked', wizard.html("permissions"))


def test_a_search_keeps_what_was_ticked_and_stays_in_the_address(root: Caller, wizard: Wizard) -> None:
    wizard.to_permissions()
    ticked = {"how": "policies", "shown": "policies", "policies": [READ_ONLY], "policies_text": "s3full"}

    response = wizard.post("permissions", go="filter", **ticked)
    html = wizard.browser.get(response["Location"]).content.decode()

    assert response["Location"].endswith("&policies_text=s3full")
    assert "AmazonS3FullAccess" in html
    assert re.search(f'value="{READ_ONLY}" checked', html)


def test_each_way_keeps_its_own_choices(root: Caller, wizard: Wizard) -> None:
    create_group(root, group_name="Cashiers")
    wizard.to_permissions()
    wizard.post("permissions", go="filter", how="policies", shown="groups", groups=["Cashiers"])
    wizard.post("permissions", go="filter", how="groups", shown="policies", policies=[S3_FULL])

    assert re.search(r'value="Cashiers"[^>]* checked', wizard.html("permissions"))


def test_the_aside_says_what_the_choice_opens(root: Caller, wizard: Wizard) -> None:
    wizard.to_permissions()
    wizard.post("permissions", go="choose", how="policies", shown="policies", policies=[S3_FULL])

    html = wizard.html("permissions")

    assert "What cleo will be able to do" in html
    assert "1 policy chosen" in html
    assert "<code>s3:*</code>" in html


def test_an_htmx_request_gets_the_choices_alone(root: Caller, wizard: Wizard) -> None:
    wizard.to_permissions()

    html = wizard.browser.get(wizard.url("permissions"), headers={"HX-Request": "true"}).content.decode()

    assert "<html" not in html
    assert 'id="set-permissions"' in html
    assert 'id="prospects"' in html


def test_more_policies_than_the_quota_are_refused_before_review(wizard: Wizard) -> None:
    wizard.to_permissions()
    many = [f"arn:aws:iam::aws:policy/Policy{number}" for number in range(11)]

    response = wizard.post("permissions", go="next", how="policies", shown="policies", policies=many)

    assert response.status_code == 422
    assert "11 policies chosen: a user can have at most 10." in response.content.decode()


def test_groups_tags_and_password_are_given_in_one_act(
    root: Caller, account: Account, wizard: Wizard
) -> None:
    create_group(root, group_name="Cashiers")
    wizard.to_permissions(**CONSOLE)
    wizard.post("permissions", go="next", how="groups", shown="groups", groups=["Cashiers"])
    wizard.review(("job", "cashier"), ("", ""), go="create")

    user = account.users.get()
    assert [group.group_name for group in user.groups.all()] == ["Cashiers"]
    assert user.tags == [{"Key": "job", "Value": "cashier"}]
    assert user.password_reset_required
    assert acts(account)[-4:] == ["CreateUser", "CreateLoginProfile", "AttachUserPolicy", "AddUserToGroup"]


def acts(account: Account) -> list[str]:
    """The events of the wizard, in their order."""
    events = Event.objects.filter(account_id=account.id).order_by("sequence")
    return [one.event_name for one in events if one.additional_event_data.get("act") == "CreateUserWizard"]


def test_a_new_password_needs_no_policy_where_everybody_may_change_the_own(
    root: Caller, account: Account, wizard: Wizard
) -> None:
    update_account_password_policy(root, allow_users_to_change_password=True)
    wizard.to_permissions(**CONSOLE)
    wizard.post("permissions", go="next")
    wizard.create()

    assert not account.users.get().attachments.exists()


def test_permissions_are_copied_with_groups_and_boundary(
    root: Caller, account: Account, wizard: Wizard
) -> None:
    create_group(root, group_name="Cashiers")
    create_user(root, user_name="ana")
    add_user_to_group(root, group_name="Cashiers", user_name="ana")
    attach_user_policy(root, user_name="ana", policy_arn=S3_FULL)
    put_user_permissions_boundary(root, user_name="ana", permissions_boundary=POWER_USER)

    wizard.to_review(how="copy", shown="users", users=["ana"])
    wizard.create()

    cleo = account.users.get(user_name="cleo")
    assert [group.group_name for group in cleo.groups.all()] == ["Cashiers"]
    assert [one.policy.arn for one in cleo.attachments.all()] == [S3_FULL]
    assert cleo.permissions_boundary is not None


def test_a_boundary_is_found_by_name_and_set(account: Account, wizard: Wizard) -> None:
    wizard.to_permissions()
    found = wizard.browser.get(f"{wizard.url('permissions')}&boundary_text=PowerUserAccess").content.decode()
    wizard.post("permissions", go="next", boundary=POWER_USER)
    wizard.create()

    assert f'name="boundary" value="{POWER_USER}"' in found
    boundary = account.users.get().permissions_boundary
    assert boundary is not None
    assert boundary.arn == POWER_USER


def test_nobody_is_left_half_made(account: Account, wizard: Wizard) -> None:
    wizard.to_review(groups=["Missing"])

    response = wizard.create()

    assert response.status_code == 422
    assert "The group with name Missing cannot be found." in response.content.decode()
    assert names(account) == []


def test_review_warns_of_a_user_who_may_do_nothing(wizard: Wizard) -> None:
    wizard.to_review()

    assert "Nothing was chosen." in wizard.html("review")


def test_tags_are_added_and_removed_row_by_row(wizard: Wizard) -> None:
    wizard.to_review()
    wizard.review(("job", "cashier"), go="add-tag")
    assert 'name="tags-1-key"' in wizard.html("review")

    wizard.review(("job", "cashier"), ("shop", "north"), remove="1")
    assert "north" in wizard.html("review")
    assert "cashier" not in wizard.html("review").replace("job and cashier", "")


def test_a_tag_without_a_key_is_refused_in_its_row_and_creates_nobody(
    account: Account, wizard: Wizard
) -> None:
    wizard.to_review()

    response = wizard.review(("", "cashier"), go="create")

    assert response.status_code == 422
    assert "A tag needs a key." in response.content.decode()
    assert names(account) == []


def test_a_second_submit_creates_nobody_and_ends_on_the_same_page(account: Account, wizard: Wizard) -> None:
    wizard.to_review()

    first, second = wizard.create(), wizard.create()

    assert first["Location"] == second["Location"] == wizard.url("finished")
    assert names(account) == ["cleo"]


def test_two_submits_at_once_create_one_user(
    account: Account, wizard: Wizard, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second one had read the session before the first one consumed the run."""
    wizard.to_review()
    read_before = Run(wizard.run, wizard.browser.session[RUNS][wizard.run])
    wizard.create()
    monkeypatch.setattr(create_user_views, "at_step", lambda *_: read_before)

    second = wizard.create()

    assert second["Location"] == wizard.url("finished")
    assert names(account) == ["cleo"]


@pytest.mark.parametrize("step", ["permissions", "review", "finished"])
def test_a_step_of_no_run_is_refused_with_a_reason(wizard: Wizard, step: str) -> None:
    response = wizard.browser.get(f"{STEPS[step]}?run=made-up", follow=True)

    assert response.redirect_chain[0] == ("/iam/users-create/", 303)
    assert "That form is no longer open" in response.content.decode()


@pytest.mark.parametrize(
    ("step", "reached"), [("review", "Set permissions"), ("finished", "Set permissions")]
)
def test_a_step_that_is_skipped_leads_to_the_first_unfinished_one(
    wizard: Wizard, step: str, reached: str
) -> None:
    wizard.to_permissions()

    response = wizard.browser.get(wizard.url(step), follow=True)

    assert response.redirect_chain[0] == (wizard.url("permissions"), 303)
    assert f"Finish “{reached}” first" in response.content.decode()


def test_a_post_to_a_skipped_step_creates_nobody(account: Account, wizard: Wizard) -> None:
    wizard.to_permissions()

    assert wizard.create()["Location"] == wizard.url("permissions")
    assert names(account) == []


def test_two_tabs_do_not_mix(account: Account, root: Caller, browse: Browse) -> None:
    browser = browse(root)
    one, other = Wizard(browser, "1" * 16), Wizard(browser, "2" * 16)
    one.to_permissions("ana")
    other.to_permissions("ben")

    assert "Set permissions for ana" in one.html("permissions")
    assert "Set permissions for ben" in other.html("permissions")


def test_cancel_discards_the_answers(account: Account, wizard: Wizard) -> None:
    wizard.to_review()

    wizard.browser.post(f"/iam/users-create/cancel/?run={wizard.run}")

    assert wizard.get("review")["Location"] == "/iam/users-create/"
    assert names(account) == []


def test_leaving_asks(wizard: Wizard) -> None:
    wizard.to_review()

    assert 'data-leave-warning="unsaved"' in wizard.html("permissions")
    assert 'data-leave-warning="unsaved"' in wizard.html("review")


def test_a_group_is_made_in_place_and_ticked(root: Caller, account: Account, wizard: Wizard) -> None:
    wizard.to_permissions()
    url = f"/iam/users-create/permissions/group/?run={wizard.run}"

    wizard.browser.post(url, {"group_name": "Cashiers", "policies": [READ_ONLY], "go": "create"})

    assert account.groups.get().attachments.count() == 1
    assert re.search(r'value="Cashiers"[^>]* checked', wizard.html("permissions"))


def test_a_refused_group_keeps_what_was_typed(root: Caller, account: Account, wizard: Wizard) -> None:
    create_group(root, group_name="Cashiers")
    wizard.to_permissions()
    url = f"/iam/users-create/permissions/group/?run={wizard.run}"

    response = wizard.browser.post(url, {"group_name": "cashiers", "policies": [S3_FULL], "go": "create"})

    assert response.status_code == 422
    assert "Group with name cashiers already exists." in response.content.decode()
    assert re.search(f'value="{S3_FULL}"[^>]*checked', response.content.decode())


@pytest.mark.parametrize("how", ["groups", "copy", "policies"])
def test_step_2_asks_the_database_ten_times_at_most(
    root: Caller,
    alice: Caller,
    browse: Browse,
    django_assert_max_num_queries: DjangoAssertNumQueries,
    how: str,
) -> None:
    create_group(root, group_name="Cashiers")
    wizard = Wizard(browse(alice))
    wizard.to_permissions()
    wizard.post("permissions", go="filter", how=how, shown="users", users=["alice"])
    wizard.get("permissions")

    with django_assert_max_num_queries(10):
        wizard.get("permissions")
