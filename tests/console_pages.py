"""Every page of the console that can be opened, found by walking the URLconf, with a cast to open it on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import URLResolver, get_resolver

from accounts.models import AccessKey
from audit.models import Event
from operations.access_keys import create_access_key
from operations.attachments import attach_group_policy, attach_user_policy
from operations.caller import Caller
from operations.groups import create_group
from operations.inline_policies import put_group_policy, put_user_policy
from operations.login_profiles import create_login_profile
from operations.memberships import add_user_to_group
from operations.mfa_devices import create_virtual_mfa_device
from operations.policies import create_policy
from operations.policy_versions import create_policy_version
from operations.roles import create_role
from operations.users import create_user

DOCUMENT = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:ListBucket","Resource":"*"}]}'
USER, GROUP, OTHER_GROUP, POLICY = "victim", "Cashiers", "InventorySpecialists", "ReceiptsRead"
ROLE = "Till"
TRUST = (
    '{"Version":"2012-10-17","Statement":'
    '[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}'
)
PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>")


@dataclass(frozen=True, slots=True)
class ConsolePage:
    name: str
    url: str


def furnish(root: Caller) -> None:
    """One of everything that a page could be about."""
    create_user(root, user_name=USER, path="/shop/", tags=[{"Key": "job", "Value": "cashier"}])
    create_login_profile(root, user_name=USER, password="Cinnamon-buns-4", password_reset_required=True)
    policy = create_policy(root, policy_name=POLICY, policy_document=DOCUMENT, description="Lists receipts.")
    create_policy_version(root, policy_arn=policy.arn, policy_document=DOCUMENT + " ", set_as_default=True)
    for name in (GROUP, OTHER_GROUP):
        create_group(root, group_name=name)
    attach_group_policy(root, group_name=GROUP, policy_arn=policy.arn)
    attach_user_policy(root, user_name=USER, policy_arn=policy.arn)
    add_user_to_group(root, group_name=GROUP, user_name=USER)
    put_user_policy(root, user_name=USER, policy_name="inline", policy_document=DOCUMENT)
    put_group_policy(root, group_name=GROUP, policy_name="inline", policy_document=DOCUMENT)
    create_virtual_mfa_device(root, virtual_mfa_device_name="drawer")
    create_access_key(root, user_name=USER)
    create_role(root, role_name=ROLE, assume_role_policy_document=TRUST)


def console_pages(account_id: str) -> list[ConsolePage]:
    """Each named route below /iam/, with its parameters and the query it needs filled in."""
    event = Event.objects.filter(account_id=account_id).first()
    values = {
        "user_name": USER,
        "group_name": GROUP,
        "policy_name": "inline",
        "event_id": str(event.event_id if event else ""),
        "version_id": "v1",
        "slug": "read-one-bucket",
        "prefix": "s3",
    }
    arn = f"arn:aws:iam::{account_id}:policy/{POLICY}"
    key = AccessKey.objects.filter(account_id=account_id, user__user_name=USER).first()
    return [
        ConsolePage(
            name, "/" + PARAMETER.sub(lambda found: values[found[1]], route) + query_of(name, arn, str(key))
        )
        for name, route in sorted(routes(get_resolver()))
        if route.startswith("iam/")
    ]


def query_of(name: str, arn: str, access_key_id: str) -> str:
    """The query that a page is reached with, where it cannot do without."""
    device = {"serial": arn.replace(f"policy/{POLICY}", "mfa/drawer")}
    queries = {
        "remove-own-mfa": device,
        "resync-own-mfa": device,
        "user-remove-mfa": device,
        "user-resync-mfa": device,
        "move-user": {"from": GROUP, "to": OTHER_GROUP},
        "user-delete-access-key": {"key": access_key_id},
        "user-rotate-access-key": {"key": access_key_id},
        "inline-policy-create": {"user": USER},
        "policy-from-activity": {"user": USER},
        "inline-policy-create-review": {"user": USER},
        "inline-policy-edit": {"user": USER, "policy": "inline"},
        "inline-policy-edit-review": {"user": USER, "policy": "inline"},
        "inline-policy-delete": {"user": USER, "policy": "inline"},
        "trust-policy": {"role": ROLE},
        "trust-policy-review": {"role": ROLE},
        "policy-version": {"arn": arn, "version": "v1"},
        "compare-policy-versions": {"arn": arn, "old": "v1", "new": "v2"},
        "delete-policy-version": {"arn": arn, "version": "v1"},
    }
    query = queries.get(name, {"arn": arn} if "policy" in name else {})
    return f"?{urlencode(query)}" if query else ""


def routes(resolver: URLResolver, before: str = "") -> Iterator[tuple[str, str]]:
    for entry in resolver.url_patterns:
        route = before + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from routes(entry, route)
        elif entry.name:
            yield entry.name, route
