"""Tasks that the search finds by phrase, as people would say them: `create user`, `delete ana`."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Task:
    """Something to do, and the page where it is done; `words` are other ways to ask for it."""

    title: str
    url: str
    words: str = ""


@dataclass(frozen=True, slots=True)
class NamedTask:
    """Something to do with a user or a group; `{name}` stands for which. `phrases` are how the asking begins."""

    phrases: tuple[str, ...]
    title: str
    url: str


TASKS = (
    Task("Create user", "/iam/users-create/", "add new hire person"),
    Task("Create user group", "/iam/groups-create/", "add new"),
    Task("Create policy", "/iam/policies/create/", "add new write document permissions"),
    Task("Policy templates", "/iam/policies/templates/", "begin start library example guardrail scp"),
    Task("Policy from plain choices", "/iam/policies/choices/", "begin start service access level simple"),
    Task("Check access", "/iam/check-access/", "test simulate may who can permissions"),
    Task("Simulate policies", "/iam/simulator/", "policy simulator test what if may"),
    Task("Change the password policy", "/iam/account-settings/password-policy/", "edit rules expiry length"),
    Task("Change the account alias", "/iam/account-settings/alias/", "create edit delete sign-in address"),
    Task("Change the sign-in settings", "/iam/account-settings/sign-in/", "mfa grace require enforce"),
    Task("Change my password", "/iam/security-credentials/password/", "own edit"),
    Task("Manage my MFA devices", "/iam/security-credentials/", "own credentials add assign remove phone"),
    Task("Change the root e-mail address", "/iam/account/email/", "edit email owner"),
    Task("Change the root password", "/iam/account/password/", "edit owner"),
    Task("Change the support plan", "/iam/account/support-plan/", "edit root"),
    Task("Rename the account", "/iam/account/name/", "edit change name"),
    Task("Show the event history", "/iam/events/", "audit log trail who did what"),
    Task("Show refused requests", "/iam/events/?refused=yes", "denied errors audit"),
)
USER_TASKS = (
    NamedTask(("delete user", "delete", "remove user"), "Delete user {name}", "/iam/users/{name}/delete/"),
    NamedTask(
        ("manage mfa for", "mfa for", "mfa"), "Manage MFA for {name}", "/iam/users/{name}/credentials/"
    ),
    NamedTask(
        ("reset password of", "reset password for", "password of", "password for"),
        "Manage the password of {name}",
        "/iam/users/{name}/credentials/",
    ),
    NamedTask(("move user", "move"), "Move {name} to another group", "/iam/users/{name}/move/"),
    NamedTask(
        ("add permissions to", "permissions of", "permissions for"),
        "Manage the permissions of {name}",
        "/iam/users/{name}/",
    ),
    NamedTask(
        ("check access of", "check access for", "what can", "what may"),
        "Check what {name} may do",
        "/iam/users/{name}/check-access/",
    ),
)
GROUP_TASKS = (
    NamedTask(
        ("delete user group", "delete group", "delete", "remove group"),
        "Delete user group {name}",
        "/iam/groups/{name}/delete/",
    ),
    NamedTask(
        ("add users to", "add user to", "users of"), "Manage the users of {name}", "/iam/groups/{name}/"
    ),
)


def tasks_for(text: str) -> list[Task]:
    """The tasks whose words begin with every word of the text."""
    asked = text.lower().split()
    return [task for task in TASKS if asked and _answers(task, asked)]


def _answers(task: Task, asked: list[str]) -> bool:
    words = f"{task.title} {task.words}".lower().split()
    return all(any(word.startswith(part) for word in words) for part in asked)


def named_tasks(text: str, tasks: tuple[NamedTask, ...]) -> list[tuple[NamedTask, str]]:
    """The tasks whose phrase begins the text, each with the beginning of a name that follows it."""
    asked = " ".join(text.lower().split())
    found = []
    for task in tasks:
        rests = (asked.removeprefix(phrase + " ") for phrase in task.phrases)
        rest = next((rest for rest in rests if rest != asked), "")
        if rest:
            found.append((task, rest))
    return found
