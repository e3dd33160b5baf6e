"""The first run of an account, step by step, read from what is really there."""

from __future__ import annotations

from dataclasses import dataclass

from accounts.recommendations import AccountFacts


@dataclass(frozen=True, slots=True)
class Step:
    """One step; `key` is what the page tells apart, `is_next` marks the first one not done."""

    key: str
    title: str
    text: str
    is_done: bool
    is_next: bool = False


def first_steps(facts: AccountFacts, *, is_root: bool) -> list[Step]:
    """The way from a new account to an administrator at work; whoever is not root has left root already."""
    is_at_work = any(user.is_administrator and user.has_signed_in for user in facts.users)
    done = {
        "secure-root": facts.root_has_mfa,
        "administrator": bool(facts.administrators),
        "sign-out": is_at_work or not is_root,
        "sign-in": is_at_work,
    }
    following = next((key for key, is_done in done.items() if not is_done), "")
    return [
        Step(key, *WORDS[key], is_done=is_done, is_next=key == following) for key, is_done in done.items()
    ]


WORDS = {
    "secure-root": ("Secure the root user", "Give it an MFA device: a code from your phone at each sign-in."),
    "administrator": (
        "Create an administrator",
        "A user for daily work, with a password and the policy AdministratorAccess.",
    ),
    "sign-out": ("Sign out as root", "Put the root password away. The administrator can do the rest."),
    "sign-in": (
        "Sign in as the administrator",
        "Use the sign-in address of the account, the user name and its password.",
    ),
}
