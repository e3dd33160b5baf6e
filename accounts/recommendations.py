"""What the dashboard recommends: facts about an account go in, findings in words come out. Nothing is read here."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

DAYS = 90
# From so many users on, one policy attached to each of them is a group that nobody has made yet.
SHARED_BY = 3
MOST_ADMINISTRATORS = 3
MOST_NAMED = 3
ADMINISTRATOR = "AdministratorAccess"


class Level(StrEnum):
    """How much it matters, in the order in which findings are shown; also the name of the icon."""

    BAD = "bad"
    WARN = "warn"
    INFO = "info"
    OK = "ok"


@dataclass(frozen=True, slots=True)
class UserFacts:
    """What is worth saying about one user."""

    user_name: str
    lacks_mfa: bool = False
    has_old_password: bool = False
    is_unused: bool = False
    is_administrator: bool = False
    has_signed_in: bool = False


@dataclass(frozen=True, slots=True)
class SharedPolicy:
    """A policy attached directly to several users."""

    policy_name: str
    users: int


@dataclass(frozen=True, slots=True)
class AccountFacts:
    """What the findings are made of. `users` holds only those of whom some fact is true."""

    root_has_mfa: bool
    root_was_used: bool = False
    users: Sequence[UserFacts] = ()
    shared: Sequence[SharedPolicy] = ()

    @property
    def administrators(self) -> list[str]:
        return [user.user_name for user in self.users if user.is_administrator]


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the recommendations; without an address there is nothing left to do about it."""

    level: Level
    title: str
    text: str = ""
    url: str = ""
    label: str = ""
    is_for_root: bool = False

    @property
    def is_open(self) -> bool:
        return self.level is not Level.OK


def findings(facts: AccountFacts) -> list[Finding]:
    """Every finding, the worst first and what is in order last."""
    found = [
        _root_mfa(facts),
        *_root_use(facts),
        _user_mfa(facts),
        _old_passwords(facts),
        _administrators(facts),
        *_shared_policies(facts),
        _unused_users(facts),
    ]
    return sorted(found, key=lambda finding: list(Level).index(finding.level))


def named(names: Sequence[str]) -> str:
    """The first names, and how many more there are: `ana, ben, cleo and 4 more`."""
    more = len(names) - MOST_NAMED
    shown = [*names[:MOST_NAMED], f"{more} more"] if more > 0 else list(names)
    return " and ".join(part for part in (", ".join(shown[:-1]), *shown[-1:]) if part)


def _count(names: Sequence[str]) -> str:
    return "1 user" if len(names) == 1 else f"{len(names)} users"


def _verb(names: Sequence[str], one: str, many: str) -> str:
    return f"{_count(names)} {one if len(names) == 1 else many}"


def _root_mfa(facts: AccountFacts) -> Finding:
    if facts.root_has_mfa:
        return Finding(Level.OK, "The root user has MFA")
    text = "Whoever learns its password owns the account. Only root itself can add a device."
    url = "/iam/security-credentials/"
    return Finding(Level.BAD, "The root user has no MFA device", text, url, "Add MFA", is_for_root=True)


def _root_use(facts: AccountFacts) -> Iterator[Finding]:
    # Until there is an administrator, root is the only one who can do anything at all.
    if not facts.administrators:
        return
    if not facts.root_was_used:
        yield Finding(Level.OK, f"The root user was not used in the last {DAYS} days")
        return
    yield Finding(
        Level.INFO,
        f"The root user was used in the last {DAYS} days",
        "No policy limits root: keep it for the few things that only root can do.",
        "/iam/events/?user=root",
        "See what it did",
    )


def _user_mfa(facts: AccountFacts) -> Finding:
    names = [user.user_name for user in facts.users if user.lacks_mfa]
    if not names:
        return Finding(Level.OK, "Every user with a password has an MFA device")
    return Finding(
        Level.WARN,
        f"{_verb(names, 'has', 'have')} a password and no MFA device",
        f"{named(names)}. A sign-in leads them to their first device.",
        "/iam/users/?mfa=no&console_access=yes",
        "Show users",
    )


def _old_passwords(facts: AccountFacts) -> Finding:
    names = [user.user_name for user in facts.users if user.has_old_password]
    if not names:
        return Finding(Level.OK, f"No password is older than {DAYS} days")
    return Finding(
        Level.WARN,
        f"{_verb(names, 'has', 'have')} a password older than {DAYS} days",
        f"{named(names)}. The password policy can make passwords expire.",
        "/iam/account-settings/password-policy/",
        "Edit password policy",
    )


def _administrators(facts: AccountFacts) -> Finding:
    names = facts.administrators
    if 0 < len(names) <= MOST_ADMINISTRATORS:
        return Finding(Level.OK, f"{_verb(names, 'has', 'have')} {ADMINISTRATOR}: {named(names)}")
    if not names:
        text = "Until one has, daily work needs the root user, whom nothing limits."
        return Finding(
            Level.WARN, f"No user has {ADMINISTRATOR}", text, "/iam/users-create/", "Create administrator"
        )
    return Finding(
        Level.INFO,
        f"{_count(names)} have {ADMINISTRATOR}",
        f"{named(names)}. Each of them can do everything; fewer are safer.",
        f"/iam/policies/view/?arn=arn%3Aaws%3Aiam%3A%3Aaws%3Apolicy%2F{ADMINISTRATOR}",
        "Show policy",
    )


def _shared_policies(facts: AccountFacts) -> Iterator[Finding]:
    for shared in facts.shared:
        yield Finding(
            Level.INFO,
            f"{shared.users} users have {shared.policy_name} directly",
            "A group would keep them alike: attach the policy to it once, and add them.",
            "/iam/groups-create/",
            "Create group",
        )


def _unused_users(facts: AccountFacts) -> Finding:
    names = [user.user_name for user in facts.users if user.is_unused]
    if not names:
        return Finding(Level.OK, f"Every user was active in the last {DAYS} days, or is new")
    return Finding(
        Level.INFO,
        f"{_verb(names, 'was', 'were')} not active for {DAYS} days",
        f"{named(names)}. What nobody uses, somebody else can: delete it or take its password.",
        "/iam/users/?sort=last_activity",
        "Review users",
    )
