"""Everybody who may perform an action, in an account of 5,000 users, 300 groups and 1,000 policies.

`cold` is a process that has read nothing yet, `warm` one that remembers the account at its revision.
"""

from __future__ import annotations

import json
import tracemalloc
from collections.abc import Callable, Iterator
from dataclasses import replace
from random import Random
from secrets import token_urlsafe
from typing import Final

from django.core.management import call_command

from accounts.models import Account, Attachment, Group, Membership, User
from bench.engine_workload import workload
from bench.timing import first, quickest, row
from iamconsole.clock import now
from iamconsole.garbage import spare
from operations import holdings, prepared
from operations.caller import Caller, Credential, CredentialKind, system_caller
from operations.inline_policies import put_user_policy
from operations.installation import create_account, seed_users
from operations.reach import list_reachable
from operations.who_can import list_who_can
from policies.engine import Principal, Request, decide
from policies.models import Policy, PolicyText, PolicyVersion

USERS, GROUPS, POLICIES = 5_000, 300, 1_000
GROUPS_OF_A_USER, POLICIES_OF_A_GROUP = 3, 6
MEBIBYTE: Final = 1 << 20
MOST_MEMORY: Final = 300


def measure() -> Iterator[str]:
    fill()
    account = Account.objects.get()
    at = now()
    owner = Caller(account.root, Credential(CredentialKind.CONSOLE, at, mfa_time=at), account)

    def ask(resource_arn: str | None) -> Callable[[], object]:
        def asked() -> object:
            with prepared.remembering():
                return list_who_can(owner, action_name="sqs:SendMessage", resource_arn=resource_arn)

        return asked

    queue = f"arn:aws:sqs:eu-west-1:{account.id}:tea-dev-menu"
    yield f"Who can, of {USERS:,} users in {GROUPS} groups with {POLICIES:,} policies"
    holdings.documents.forget()
    prepared.shared.forget()
    # As in a worker of the server.
    spare()
    yield row("cold", first(ask(queue)), 1_500)
    yield row("warm", quickest(ask(queue)), 150)
    yield row("warm, on any resource", quickest(ask(None)), 150)
    yield row("how far the one gets who makes keys for all", first(worst_escalation(owner)), 5_000)
    yield memory(owner)


def worst_escalation(owner: Caller) -> Callable[[], object]:
    """Somebody who may make keys for everybody, and so becomes as many as are followed."""
    name = User.objects.earliest("pk").user_name
    statement = {"Effect": "Allow", "Action": "iam:CreateAccessKey", "Resource": "*"}
    text = json.dumps({"Version": "2012-10-17", "Statement": statement})
    put_user_policy(owner, user_name=name, policy_name="keys", policy_document=text)

    def asked() -> object:
        with prepared.remembering():
            return list_reachable(owner, user_name=name)

    return asked


def memory(owner: Caller) -> str:
    """What stays in the memory after each user has been decided about once."""
    holdings.documents.forget()
    prepared.shared.forget()
    account = replace(owner).account
    tracemalloc.start()
    with prepared.remembering():
        for user in User.objects.select_related("permissions_boundary"):
            caller = Caller(user, owner.credential, account)
            principal = Principal.of(user.arn)
            for action in ("iam:GetUser", "sqs:SendMessage", "s3:GetObject"):
                decide(Request(principal, action), prepared.policies_of_caller(caller))
    kept, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    verdict = "" if kept <= MOST_MEMORY * MEBIBYTE else f"  MORE THAN {MOST_MEMORY} MiB"
    return f"  {'policies of all of them, three actions asked':46}{kept / MEBIBYTE:9.0f} MiB{verdict}"


def fill() -> None:
    """The database, unless an earlier run has filled it."""
    call_command("migrate", verbosity=0)
    if PolicyVersion.objects.filter(policy__account__isnull=False).exists():
        return
    print("Filling the database", flush=True)
    made = create_account(
        system_caller(None),
        account_name="Bench",
        email_address="bench@bench.example",
        password=token_urlsafe(16) + "-Aa1",
    )
    account = made.account
    seed_users(system_caller(account), users=USERS)
    account.memberships.all().delete()
    account.groups.all().delete()
    chance = Random(USERS)  # noqa: S311 -- the same account in every run
    policies = _policies(account)
    groups = Group.objects.bulk_create(_group(account, number) for number in range(GROUPS))
    users = list(account.users.all())
    Membership.objects.bulk_create(
        Membership(account=account, user=user, group=group)
        for user in users
        for group in chance.sample(groups, GROUPS_OF_A_USER)
    )
    Attachment.objects.bulk_create(
        [
            *(
                Attachment(account=account, group=group, policy=policy)
                for group in groups
                for policy in chance.sample(policies, POLICIES_OF_A_GROUP)
            ),
            *(Attachment(account=account, user=user, policy=chance.choice(policies)) for user in users),
        ]
    )


def _group(account: Account, number: int) -> Group:
    name = f"team-{number}"
    return Group(
        account=account, group_id=f"AGPA{number:017}", group_name=name, name_key=name, create_date=now()
    )


def _policies(account: Account) -> list[Policy]:
    written = workload(policies=POLICIES, statements=5, requests=0)["identity_policies"]
    texts = [json.dumps(entry["policy"]).replace("111122223333", account.id) for entry in written]
    rows = {PolicyText.hash_of(text): PolicyText(PolicyText.hash_of(text), text) for text in texts}
    PolicyText.objects.bulk_create(rows.values(), ignore_conflicts=True)
    policies = Policy.objects.bulk_create(_policy(account, number) for number in range(POLICIES))
    PolicyVersion.objects.bulk_create(
        PolicyVersion(
            policy=policy,
            number=1,
            text_id=PolicyText.hash_of(text),
            is_default=True,
            create_date=policy.create_date,
        )
        for policy, text in zip(policies, texts, strict=True)
    )
    return policies


def _policy(account: Account, number: int) -> Policy:
    name, at = f"policy-{number}", now()
    return Policy(
        account=account,
        policy_id=f"ANPA{number:017}",
        policy_name=name,
        name_key=name,
        create_date=at,
        update_date=at,
    )
