"""Changes looked at before they are made: whom they concern, and what they mean to whom."""

from __future__ import annotations

import json
from collections.abc import Sequence

import pytest
from django.db import connection

from accounts.models import User
from iamconsole.middleware import QueryTimer
from operations import previews
from operations.attachments import attach_group_policy, attach_user_policy, detach_group_policy
from operations.boundaries import put_user_permissions_boundary
from operations.caller import Caller
from operations.effects import Change
from operations.errors import AccessDenied, MalformedPolicyDocument, NoSuchEntity, ValidationError
from operations.groups import create_group
from operations.holdings import policies_of
from operations.inline_policies import put_group_policy, put_user_policy
from operations.memberships import add_user_to_group
from operations.policies import create_policy
from operations.policy_versions import create_policy_version
from operations.previews import Preview, preview_changes
from operations.users import create_user
from tests.cast import ADMINISTRATOR, READ_ONLY


def document(*actions: str, **elements: object) -> str:
    statement = {"Effect": "Allow", "Action": list(actions), "Resource": "*", **elements}
    return json.dumps({"Version": "2012-10-17", "Statement": statement})


def actions(changes: Sequence[Change]) -> list[str]:
    return [change.action for change in changes]


def told(preview: Preview) -> dict[tuple[str, ...], tuple[list[str], list[str]]]:
    """By the users affected: the actions lost and gained."""
    return {
        tuple(one.user_names): (actions(one.effects.lost), actions(one.effects.gained))
        for one in preview.affected
    }


@pytest.fixture
def shop(root: Caller) -> Caller:
    """ana, ben and cleo are cashiers; cleo may read the stock as well, and dora is nowhere."""
    create_group(root, group_name="Cashiers")
    for name in ("ana", "ben", "cleo", "dora"):
        create_user(root, user_name=name)
    for name in ("ana", "ben", "cleo"):
        add_user_to_group(root, group_name="Cashiers", user_name=name)
    put_group_policy(
        root, group_name="Cashiers", policy_name="till", policy_document=document("sqs:SendMessage")
    )
    put_user_policy(root, user_name="cleo", policy_name="stock", policy_document=document("s3:GetObject"))
    return root


@pytest.fixture
def menu(shop: Caller) -> str:
    """The ARN of a managed policy that the group has."""
    policy = create_policy(shop, policy_name="menu", policy_document=document("sns:Publish", "s3:GetObject"))
    attach_group_policy(shop, group_name="Cashiers", policy_arn=policy.arn)
    return policy.arn


def test_a_groups_policy_is_lost_by_whoever_has_nothing_else_that_allows_it(shop: Caller, menu: str) -> None:
    preview = preview_changes(shop, detaches=[{"GroupName": "Cashiers", "PolicyArn": menu}])

    assert told(preview) == {
        ("ana", "ben"): (["sns:Publish", "s3:GetObject"], []),
        ("cleo",): (["sns:Publish"], []),
    }
    assert (preview.unaffected, preview.others) == (0, 0)


def test_a_groups_new_policy_is_gained_by_its_members(shop: Caller) -> None:
    attach_user_policy(shop, user_name="ana", policy_arn=ADMINISTRATOR)
    policy = create_policy(shop, policy_name="news", policy_document=document("sns:Publish"))

    preview = preview_changes(shop, attaches=[{"GroupName": "Cashiers", "PolicyArn": policy.arn}])

    assert told(preview) == {("ben", "cleo"): ([], ["sns:Publish"])}
    assert preview.unaffected == 1
    assert preview.affected[0].effects.gained[0].through == ("news (group Cashiers)",)


def test_another_text_reaches_all_who_hold_the_policy(shop: Caller, menu: str) -> None:
    attach_user_policy(shop, user_name="dora", policy_arn=menu)
    text = {"PolicyArn": menu, "PolicyDocument": document("sns:Publish", "sqs:*")}

    preview = preview_changes(shop, policy_documents=[text])

    assert ("s3:GetObject" in actions(preview.affected[0].effects.lost)) is True
    assert sorted(name for one in preview.affected for name in one.user_names) == [
        "ana",
        "ben",
        "cleo",
        "dora",
    ]


def test_a_boundarys_other_text_reaches_those_it_limits(shop: Caller) -> None:
    limit = create_policy(shop, policy_name="limit", policy_document=document("sqs:*"))
    put_user_permissions_boundary(shop, user_name="ana", permissions_boundary=limit.arn)

    preview = preview_changes(
        shop, policy_documents=[{"PolicyArn": limit.arn, "PolicyDocument": document("s3:*")}]
    )

    assert told(preview) == {("ana",): (["sqs:SendMessage"], [])}


def test_a_policy_that_goes_is_lost_by_all(shop: Caller, menu: str) -> None:
    preview = preview_changes(shop, policy_documents=[{"PolicyArn": menu}])

    assert told(preview)["cleo",] == (["sns:Publish"], [])


def test_setting_and_lifting_a_boundary_are_told(shop: Caller) -> None:
    lower = preview_changes(shop, boundaries=[{"UserName": "ana", "PolicyArn": READ_ONLY}])
    put_user_permissions_boundary(shop, user_name="ana", permissions_boundary=READ_ONLY)
    lift = preview_changes(shop, boundaries=[{"UserName": "ana"}])

    assert told(lower) == {("ana",): (["sqs:SendMessage"], [])}
    assert told(lift) == {("ana",): ([], ["sqs:SendMessage"])}


@pytest.mark.parametrize("holder", [{"UserName": "cleo"}, {"GroupName": "Cashiers"}], ids=["user", "group"])
def test_inline_policies_come_change_and_go(shop: Caller, holder: dict[str, str]) -> None:
    name = "stock" if "UserName" in holder else "till"
    had = "s3:GetObject" if "UserName" in holder else "sqs:SendMessage"
    text = {**holder, "PolicyName": name.upper(), "PolicyDocument": document("sns:Publish")}

    gone = preview_changes(shop, inline_policies=[{**holder, "PolicyName": name}])
    replaced = preview_changes(shop, inline_policies=[text])

    assert {(tuple(lost), tuple(gained)) for lost, gained in told(gone).values()} == {((had,), ())}
    assert {(tuple(lost), tuple(gained)) for lost, gained in told(replaced).values()} == {
        ((had,), ("sns:Publish",))
    }


def test_several_changes_are_looked_at_together(shop: Caller) -> None:
    preview = preview_changes(
        shop,
        joins=[{"UserName": "dora", "GroupName": "Cashiers"}],
        attaches=[{"UserName": "dora", "PolicyArn": READ_ONLY}],
        boundaries=[{"UserName": "dora", "PolicyArn": READ_ONLY}],
    )

    assert "sqs:SendMessage" not in actions(preview.effects.gained)
    assert "iam:GetUser" in actions(preview.effects.gained)


def test_what_a_variable_stands_for_is_told_once_for_all(shop: Caller) -> None:
    own = create_policy(
        shop,
        policy_name="home",
        policy_document=document("s3:PutObject", Resource="arn:aws:s3:::home/${aws:username}/*"),
    )

    preview = preview_changes(shop, attaches=[{"GroupName": "Cashiers", "PolicyArn": own.arn}])

    resources = [change.resource for one in preview.affected for change in one.effects.gained]
    assert resources == ["arn:aws:s3:::home/${aws:username}/*"]


def test_changing_nothing_affects_nobody(shop: Caller, menu: str) -> None:
    preview = preview_changes(shop, attaches=[{"GroupName": "Cashiers", "PolicyArn": menu}])

    assert (preview.affected, preview.unaffected) == ([], 3)


def test_of_very_many_the_rest_is_counted(shop: Caller, menu: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(previews, "MOST_COMPARED", 1)
    few = preview_changes(shop, policy_documents=[{"PolicyArn": menu}])
    monkeypatch.setattr(previews, "MOST_USERS", 2)
    fewer = preview_changes(shop, policy_documents=[{"PolicyArn": menu}])

    assert ([len(one.user_names) for one in few.affected], few.others) == ([2], 1)
    assert ([len(one.user_names) for one in fewer.affected], fewer.others) == ([2], 1)


def test_what_was_previewed_is_what_comes(shop: Caller, menu: str) -> None:
    """The paper and the operation agree: the same policies are left."""
    before = preview_changes(shop, detaches=[{"GroupName": "Cashiers", "PolicyArn": menu}])
    detach_group_policy(shop, group_name="Cashiers", policy_arn=menu)
    after = preview_changes(shop, attaches=[{"GroupName": "Cashiers", "PolicyArn": menu}])

    assert {names: lost for names, (lost, _) in told(before).items()} == {
        names: gained for names, (_, gained) in told(after).items()
    }
    assert [source.name for source in policies_of(User.objects.get(user_name="ana"))] == [
        "till (group Cashiers)"
    ]


def test_a_user_is_looked_at_by_whoever_may_read_what_changes(shop: Caller, carol: Caller) -> None:
    for missing in ("iam:GetUser", "iam:GetGroup"):
        text = json.loads(document("iam:Get*"))
        text["Statement"] = [text["Statement"], {"Effect": "Deny", "Action": missing, "Resource": "*"}]
        put_user_policy(shop, user_name="carol", policy_name="reader", policy_document=json.dumps(text))
        with pytest.raises(AccessDenied, match=missing):
            preview_changes(carol, joins=[{"UserName": "dora", "GroupName": "Cashiers"}])


def test_many_are_looked_at_by_whoever_may_read_the_account(shop: Caller, carol: Caller, menu: str) -> None:
    text = document("iam:GetUser", "iam:GetGroup", "iam:GetPolicyVersion")
    put_user_policy(shop, user_name="carol", policy_name="reader", policy_document=text)

    preview_changes(carol, attaches=[{"UserName": "dora", "PolicyArn": menu}])
    with pytest.raises(AccessDenied, match="iam:GetAccountAuthorizationDetails"):
        preview_changes(carol, attaches=[{"GroupName": "Cashiers", "PolicyArn": menu}])


def test_what_is_not_there_or_no_policy_is_refused(shop: Caller) -> None:
    with pytest.raises(NoSuchEntity):
        preview_changes(shop, joins=[{"UserName": "ghost", "GroupName": "Cashiers"}])
    with pytest.raises(ValidationError, match="Name the user or the group"):
        preview_changes(shop, attaches=[{"PolicyArn": READ_ONLY}])
    with pytest.raises(MalformedPolicyDocument):
        preview_changes(
            shop, inline_policies=[{"UserName": "ana", "PolicyName": "x", "PolicyDocument": "{}"}]
        )


def test_the_number_of_queries_does_not_grow_with_the_users(shop: Caller, menu: str) -> None:
    counted = []
    for number in (0, 1):
        for extra in range(number * 12):
            create_user(shop, user_name=f"user-{extra}")
            add_user_to_group(shop, group_name="Cashiers", user_name=f"user-{extra}")
        preview_changes(shop, policy_documents=[{"PolicyArn": menu}])
        counter = QueryTimer()
        with connection.execute_wrapper(counter):
            preview_changes(shop, policy_documents=[{"PolicyArn": menu}])
        counted.append(counter.count)

    assert counted[0] == counted[1] <= 10


def test_a_text_that_is_the_default_already_changes_nothing(shop: Caller, menu: str) -> None:
    text = document("sns:Publish", "s3:GetObject")
    create_policy_version(shop, policy_arn=menu, policy_document=text, set_as_default=True)

    assert (
        preview_changes(shop, policy_documents=[{"PolicyArn": menu, "PolicyDocument": text}]).affected == []
    )
