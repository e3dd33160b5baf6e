"""The coffee shop by awscli alone, and the same in a browser: both end in the same account."""

from __future__ import annotations

import csv
import json
import re
from base64 import b64decode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from accounts.coffee_shop import ADMINISTRATOR_ACCESS, ALIAS, BUCKET, INVENTORY_BUCKET, POLICIES
from accounts.models import User
from operations.account import create_account_alias
from operations.attachments import (
    attach_group_policy,
    attach_role_policy,
    attach_user_policy,
    detach_user_policy,
)
from operations.caller import Caller
from operations.groups import create_group
from operations.inline_policies import put_user_policy
from operations.instance_profiles import add_role_to_instance_profile, create_instance_profile
from operations.login_profiles import create_login_profile
from operations.memberships import add_user_to_group, move_user
from operations.policies import create_policy
from operations.roles import create_role
from operations.tests.federation import allowing
from operations.users import create_user
from tests.api_server import Key, Server, Shop, open_shop
from tests.cast import signed_in
from tests.codes import codes, present_step
from tests.terminal import Terminal, terminal

PASSWORD = "Cinnamon-buns-4"
JOBS = {"Cashier": "ReceiptsRead", "Inventory": "InventoryWrite"}
IDS = re.compile(r"\b(AIDA|AGPA|AIPA|ANPA|AROA)[A-Z0-9]{17}\b")


def document_of(policy_name: str) -> str:
    return POLICIES[policy_name][1]


def trusting(kind: str, who: str) -> str:
    statement = {"Effect": "Allow", "Principal": {kind: who}, "Action": "sts:AssumeRole"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def with_mfa(action: str) -> str:
    document = json.loads(allowing(action))
    document["Statement"]["Condition"] = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
    return json.dumps(document)


def switching(shop: Shop) -> str:
    """What lets somebody change from one job to the other."""
    arns = [shop.arn(f"role/{name}") for name in JOBS]
    statement = {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": arns}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


# By awscli


def with_device(aws: Terminal, name: str, folder: Path) -> str:
    """Give a user a device as awscli does it; a code that is not spent yet."""
    file = folder / f"{name}.seed"
    made = aws(
        f"iam create-virtual-mfa-device --virtual-mfa-device-name {name} --bootstrap-method Base32StringSeed",
        "--outfile",
        str(file),
    )
    step = present_step()
    first, second, third = codes(file.read_text(encoding="ascii"), step - 2, step - 1, step)
    aws(
        f"iam enable-mfa-device --user-name {name} --serial-number {made['VirtualMFADevice']['SerialNumber']} "
        f"--authentication-code1 {first} --authentication-code2 {second}"
    )
    return third


def with_key(aws: Terminal, name: str) -> Terminal:
    return aws.of(Key.of(aws(f"iam create-access-key --user-name {name}")["AccessKey"]))


def decision(aws: Terminal, arn: str, bucket: str) -> str:
    """What Check access would say of listing a bucket."""
    answer = aws(
        f"iam simulate-principal-policy --policy-source-arn {arn} --action-names s3:ListBucket "
        f"--resource-arns {bucket} --query EvaluationResults[0].EvalDecision"
    )
    return str(answer)


def switched(aws: Terminal, arn: str, session: str) -> Terminal:
    made = aws(f"sts assume-role --role-arn {arn} --role-session-name {session}")
    return aws.of(Key.of(made["Credentials"]))


def open_by_cli(aws: Terminal, folder: Path) -> Terminal:
    """Steps 1 and 2: root makes an administrator, who has a password to change, a second factor and a key."""
    root = aws.of(aws.shop.root)
    root(f"iam create-account-alias --account-alias {ALIAS}-{aws.shop.account_id}")
    root("iam create-user --user-name owner-admin")
    root(f"iam attach-user-policy --user-name owner-admin --policy-arn {ADMINISTRATOR_ACCESS}")
    root(f"iam create-login-profile --user-name owner-admin --password {PASSWORD} --password-reset-required")
    with_device(root, "owner-admin", folder)
    return with_key(root, "owner-admin")


def ana_by_cli(owner: Terminal) -> None:
    """Steps 3 and 4: ana has nothing and is told so; then she reads the receipts, and no other bucket."""
    ana, arn = owner.shop.arn("user/ana"), owner.shop.arn("policy/ReceiptsRead")
    owner("iam create-user --user-name ana --path /shop/ --tags Key=job,Value=cashier")
    assert with_key(owner, "ana").refused("iam list-users") == (
        "An error occurred (AccessDenied) when calling the ListUsers operation: User: "
        f"{owner.shop.arn('user/shop/ana')} is not authorized to perform: iam:ListUsers on resource: "
        f"{owner.shop.arn('user/*')} because no identity-based policy allows the iam:ListUsers action"
    )
    ana = owner.shop.arn("user/shop/ana")
    for name in POLICIES:
        owner(f"iam create-policy --policy-name {name}", "--policy-document", document_of(name))
    owner(f"iam attach-user-policy --user-name ana --policy-arn {arn}")
    assert [decision(owner, ana, one) for one in (BUCKET, INVENTORY_BUCKET)] == ["allowed", "implicitDeny"]


def cashiers_by_cli(owner: Terminal) -> None:
    """Steps 5 and 6: three cashiers through their group, of whom one changes his job."""
    for name in ("ben", "cleo"):
        owner(f"iam create-user --user-name {name} --path /shop/ --tags Key=job,Value=cashier")
    for group, policy in (("Cashiers", "ReceiptsRead"), ("InventorySpecialists", "InventoryWrite")):
        owner(f"iam create-group --group-name {group}")
        owner(
            f"iam attach-group-policy --group-name {group} --policy-arn {owner.shop.arn(f'policy/{policy}')}"
        )
    for name in ("ana", "ben", "cleo"):
        owner(f"iam add-user-to-group --group-name Cashiers --user-name {name}")
    owner(
        f"iam detach-user-policy --user-name ana --policy-arn {owner.shop.arn('policy/ReceiptsRead')}",
    )
    assert decision(owner, owner.shop.arn("user/shop/ana"), BUCKET) == "allowed"

    owner("iam add-user-to-group --group-name InventorySpecialists --user-name ben")
    owner("iam remove-user-from-group --group-name Cashiers --user-name ben")
    ben = owner.shop.arn("user/shop/ben")
    assert [decision(owner, ben, one) for one in (BUCKET, INVENTORY_BUCKET)] == ["implicitDeny", "allowed"]


def roles_by_cli(owner: Terminal, folder: Path) -> None:
    """Steps 7 to 9: roles for people and for the shop's server, and a second factor for cleo's key."""
    shop = owner.shop
    trust = trusting("AWS", shop.account_id)
    for name, policy in JOBS.items():
        owner(f"iam create-role --role-name {name}", "--assume-role-policy-document", trust)
        owner(f"iam attach-role-policy --role-name {name} --policy-arn {shop.arn(f'policy/{policy}')}")
    put = "iam put-user-policy --user-name cleo --policy-name"
    owner(f"{put} switch", "--policy-document", switching(shop))
    owner(f"{put} mfa", "--policy-document", with_mfa("iam:ListUsers"))
    trust = trusting("Service", "ec2.amazonaws.com")
    owner("iam create-role --role-name Server", "--assume-role-policy-document", trust)
    owner(f"iam attach-role-policy --role-name Server --policy-arn {shop.arn('policy/ReceiptsRead')}")
    owner("iam create-instance-profile --instance-profile-name Server")
    owner("iam add-role-to-instance-profile --instance-profile-name Server --role-name Server")

    cleo_at_work(with_key(owner, "cleo"), with_device(owner, "cleo", folder))


def cleo_at_work(cleo: Terminal, code: str) -> None:
    """She switches from job to job, and lists users only after she has shown a code."""
    shop = cleo.shop
    assert "AccessDenied" in cleo.refused("iam list-users")
    made = cleo(f"sts get-session-token --serial-number {shop.arn('mfa/cleo')} --token-code {code}")
    users = cleo.of(Key.of(made["Credentials"]))("iam list-users --query Users[].UserName")
    assert users == ["alice", "ana", "ben", "cleo", "owner-admin"]
    for role in JOBS:
        there = switched(cleo, shop.arn(f"role/{role}"), "cleo")
        assert there("sts get-caller-identity")["Arn"].endswith(f":assumed-role/{role}/cleo")
        assert "AccessDenied" in there.refused("iam list-users")
    assert "AccessDenied" in cleo.refused(
        f"sts assume-role --role-arn {shop.arn('role/Server')} --role-session-name cleo"
    )


# In a browser, by the operations that its pages call


def in_a_browser(shop: Shop) -> None:
    with shop.installation() as system:
        assert system.account is not None
        root = signed_in(system.account.root, system.account)
        create_account_alias(root, account_alias=f"{ALIAS}-{shop.account_id}")
        create_user(root, user_name="owner-admin")
        attach_user_policy(root, user_name="owner-admin", policy_arn=ADMINISTRATOR_ACCESS)
        create_login_profile(root, user_name="owner-admin", password=PASSWORD, password_reset_required=True)
        owner = signed_in(User.objects.get(account=system.account, user_name="owner-admin"), system.account)
        cashiers_in_a_browser(shop, owner)
        roles_in_a_browser(shop, owner)


def cashiers_in_a_browser(shop: Shop, owner: Caller) -> None:
    receipts = shop.arn("policy/ReceiptsRead")
    for name in POLICIES:
        create_policy(owner, policy_name=name, policy_document=document_of(name))
    for name in ("ana", "ben", "cleo"):
        create_user(owner, user_name=name, path="/shop/", tags=[{"Key": "job", "Value": "cashier"}])
    attach_user_policy(owner, user_name="ana", policy_arn=receipts)
    for group, policy in (("Cashiers", "ReceiptsRead"), ("InventorySpecialists", "InventoryWrite")):
        create_group(owner, group_name=group)
        attach_group_policy(owner, group_name=group, policy_arn=shop.arn(f"policy/{policy}"))
    for name in ("ana", "ben", "cleo"):
        add_user_to_group(owner, group_name="Cashiers", user_name=name)
    detach_user_policy(owner, user_name="ana", policy_arn=receipts)
    move_user(owner, user_name="ben", from_group_name="Cashiers", to_group_name="InventorySpecialists")


def roles_in_a_browser(shop: Shop, owner: Caller) -> None:
    for name, policy in JOBS.items():
        trust = trusting("AWS", shop.account_id)
        create_role(owner, role_name=name, assume_role_policy_document=trust)
        attach_role_policy(owner, role_name=name, policy_arn=shop.arn(f"policy/{policy}"))
    put_user_policy(owner, user_name="cleo", policy_name="switch", policy_document=switching(shop))
    put_user_policy(owner, user_name="cleo", policy_name="mfa", policy_document=with_mfa("iam:ListUsers"))
    trust = trusting("Service", "ec2.amazonaws.com")
    create_role(owner, role_name="Server", assume_role_policy_document=trust)
    attach_role_policy(owner, role_name="Server", policy_arn=shop.arn("policy/ReceiptsRead"))
    create_instance_profile(owner, instance_profile_name="Server")
    add_role_to_instance_profile(owner, instance_profile_name="Server", role_name="Server")


# The same account


def authorization_details(shop: Shop) -> Any:
    """Everything that decides what anybody may do, less what no two accounts share: ids, dates, the number."""
    iam = shop.client("iam")
    pages = iam.get_paginator("get_account_authorization_details").paginate().build_full_result()
    for role in pages["RoleDetailList"]:
        # When a role was last assumed is a date, however much of it there is.
        del role["RoleLastUsed"]
    text = json.dumps(pages, default=lambda _: "a date").replace(shop.account_id, "ACCOUNT")
    return json.loads(IDS.sub(r"\1", text))


@pytest.fixture
def aws(shop: Shop) -> Iterator[Terminal]:
    with terminal(shop) as typed:
        yield typed


def test_awscli_and_the_browser_leave_the_same_account(
    aws: Terminal, api_server: Server, tmp_path: Path
) -> None:
    owner = open_by_cli(aws, tmp_path)
    ana_by_cli(owner)
    cashiers_by_cli(owner)
    roles_by_cli(owner, tmp_path)

    other = open_shop(api_server)
    in_a_browser(other)

    by_cli = authorization_details(aws.shop)
    assert by_cli == authorization_details(other)
    assert [len(by_cli[kind]) for kind in ("UserDetailList", "GroupDetailList", "RoleDetailList")] == [
        5,
        2,
        3,
    ]
    assert users_in_the_report(owner) == ["<root_account>", "alice", "ana", "ben", "cleo", "owner-admin"]


def users_in_the_report(aws: Terminal) -> list[str]:
    """Step 11: the report has root and everybody."""
    aws("iam generate-credential-report")
    content = aws("iam get-credential-report --query Content")
    return [row["user"] for row in csv.DictReader(b64decode(content).decode().splitlines())]
