"""Accounts never see each other: queries start from the account, and each exception is named here with its reason."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = ("operations", "accounts/views", "accounts/signin", "policies/views", "audit")
# Models whose rows belong to no account or are the account itself.
VISIBLE = "visible_to"
UNBOUND = {"Account", "Head", "NetworkFailures", "PolicyText"}
# Files that may name a model of an account, and why.
REASONS = {
    ("accounts/signin/session.py", "RootUser"): "a session names its account",
    ("accounts/signin/session.py", "User"): "a session names its account and the user's unique id",
    ("audit/chain.py", "Event"): "writes finished events, and verifies every chain for the operator",
    ("audit/management/commands/export_audit.py", "Event"): "the operator exports every chain",
    ("audit/management/commands/verify_audit.py", "Event"): "the operator counts every chain",
    ("operations/account.py", "RootUser"): "an address signs in to one account of the installation",
    ("operations/account_import.py", "Group"): "asked only which unique ids are taken, in any account",
    (
        "operations/account_import.py",
        "InstanceProfile",
    ): "asked only which unique ids are taken, in any account",
    ("operations/account_import.py", "Policy"): "asked only which unique ids are taken, in any account",
    ("operations/account_import.py", "PolicyVersion"): "of policies just made, or found for the account",
    ("operations/account_import.py", "Role"): "asked only which unique ids are taken, in any account",
    ("operations/account_import.py", "User"): "asked only which unique ids are taken, in any account",
    ("operations/attachments.py", "Attachment"): "filtered by a user, a group or a role already found",
    ("operations/attachments.py", "Policy"): "filtered by the attachments of an object already found",
    ("operations/authorization_details.py", "PolicyVersion"): "filtered by policies already found",
    ("operations/caller.py", "Role"): "reads the caller again by its key",
    ("operations/caller.py", "RootUser"): "reads the caller again by its key",
    ("operations/caller.py", "User"): "reads the caller again by its key",
    (
        "operations/credentials.py",
        "AccessKey",
    ): "a key's id says whose it is, before anything else is known",
    ("operations/everybody.py", "PolicyVersion"): "filtered by the boundaries of users already found",
    ("operations/groups.py", "Attachment"): "a subquery about the group of the row outside",
    ("operations/groups.py", "InlinePolicy"): "a subquery about the group of the row outside",
    ("operations/holdings.py", "Attachment"): "filtered by a user or a group already found",
    ("operations/holdings.py", "InlinePolicy"): "filtered by a user or a group already found",
    ("operations/holdings.py", "PolicyVersion"): "filtered by policies already found",
    ("operations/installation.py", "Membership"): "bulk rows that name their account",
    ("operations/installation.py", "User"): "bulk rows that name their account",
    ("operations/login_profiles.py", "FormerPassword"): "a new row that names its account",
    ("operations/login_profiles.py", "PasswordPolicy"): "its key is the account",
    (
        "operations/mfa_devices.py",
        "MFADevice",
    ): "filtered by the caller's account, or by its key to compare and set",
    ("operations/memberships.py", "Membership"): "a new row that names its account",
    ("operations/policies.py", "Policy"): "a new row that names its account",
    ("operations/recommendations.py", "MFADevice"): "a subquery about the user of the row outside",
    ("operations/recommendations.py", "RootUser"): "filtered by the account",
    ("operations/resource_counts.py", "Group"): "counted for the account of the row outside",
    ("operations/resource_counts.py", "Policy"): "counted for the account of the row outside",
    ("operations/resource_counts.py", "User"): "counted for the account of the row outside",
    ("operations/signin.py", "RootUser"): "an address signs in to one account of the installation",
    ("operations/signup.py", "RootUser"): "an address belongs to one account of the installation",
    ("operations/trail.py", "Activity"): "filtered by the principal's account",
    ("operations/trail.py", "AccessKey"): "the caller's own row, by its key",
    ("operations/trail.py", "Role"): "the caller's own row, by its key",
    ("operations/trail.py", "User"): "the caller's own row, by its key",
    ("operations/trust.py", "Role"): "looks for the unique ids behind ARNs, in any account",
    ("operations/trust.py", "User"): "looks for the unique ids behind ARNs, in any account",
    ("operations/users.py", "model"): "a subquery about the user of the row outside",
    ("operations/users.py", "User"): "counted by the account, or filtered by a user already found",
    ("operations/users.py", "MFADevice"): "a subquery about the user of the row outside",
}


def uses_of_managers(path: Path) -> Iterator[tuple[str, int]]:
    """`Model.objects` wherever it stands in a file: the model and the line."""
    nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    attributes = [node for node in nodes if isinstance(node, ast.Attribute)]
    # `Policy.objects.visible_to(account)` is how AWS's own policies are seen beside an account's.
    bound = {node.value for node in attributes if node.attr == VISIBLE}
    for node in attributes:
        if node.attr == "objects" and node not in bound and isinstance(node.value, ast.Name):
            yield node.value.id, node.lineno


def sources() -> list[str]:
    paths = (path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py"))
    return sorted(str(path.relative_to(ROOT)) for path in paths if "tests" not in path.parts)


@pytest.mark.parametrize("source", sources())
def test_queries_start_from_the_account(source: str) -> None:
    unexplained = [
        f"{source}:{line} {model}.objects"
        for model, line in uses_of_managers(ROOT / source)
        if model not in UNBOUND and (source, model) not in REASONS
    ]

    assert not unexplained, "start from `call.account`, or name the reason in REASONS"
