from __future__ import annotations

import pytest

from operations.caller import Caller
from operations.errors import AccessDenied, NoSuchEntity
from operations.policies import create_policy
from operations.role_templates import acquire_role, get_role_template_version
from tests.cast import new_user

TEMPLATE = "arn:aws:iam::aws:role-template/backup.amazonaws.com/BackupRole:1"


def test_no_role_is_made_from_a_template(root: Caller) -> None:
    with pytest.raises(NoSuchEntity, match="BackupRole"):
        acquire_role(root, template_arn=TEMPLATE, replacement_values={"bucket": {"Values": ["receipts"]}})


def test_no_template_is_found(root: Caller) -> None:
    with pytest.raises(NoSuchEntity, match="BackupRole"):
        get_role_template_version(root, template_arn=TEMPLATE, minor_version=2)


def test_the_right_can_be_given_on_one_template(root: Caller) -> None:
    document = (
        '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"iam:GetRoleTemplateVersion",'
        f'"Resource":"{TEMPLATE}"}}}}'
    )
    dora = new_user(root, "dora", create_policy(root, policy_name="One", policy_document=document).arn)

    with pytest.raises(NoSuchEntity):
        get_role_template_version(dora, template_arn=TEMPLATE)
    with pytest.raises(AccessDenied):
        get_role_template_version(dora, template_arn=TEMPLATE.replace(":1", ":2"))
