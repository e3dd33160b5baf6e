"""The steps of the Create user wizard, and what each page of it needs."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse

from accounts.signin.middleware import ConsoleRequest
from accounts.views import wizard
from accounts.views.new_user import Details, Permissions

DETAILS, PERMISSIONS, REVIEW = "details", "permissions", "review"
STEPS = (
    wizard.Step(DETAILS, "create-user-details", "Specify user details"),
    wizard.Step(PERMISSIONS, "create-user-permissions", "Set permissions"),
    wizard.Step(REVIEW, "create-user-review", "Review and create"),
    wizard.Step(wizard.FINISHED, "create-user-finished", "Retrieve password"),
)
WORDS = {"groups": ("group", "groups"), "copy": ("user", "users"), "policies": ("policy", "policies")}


def at_step(request: ConsoleRequest, step: str) -> wizard.Run | HttpResponse:
    """The run when it has come this far, else the way to where it stands."""
    run = wizard.run_of(request)
    away = wizard.turned_away(request, run, STEPS, step)
    return away or run or wizard.new_run()


def details_of(run: wizard.Run) -> Details:
    return Details(**run.answers.get(DETAILS, {"user_name": ""}))


def permissions_of(run: wizard.Run) -> Permissions:
    return Permissions(**run.answers.get(PERMISSIONS, {}))


def frame(run: wizard.Run, current: str) -> dict[str, Any]:
    """The rail, with what the finished steps were told; without console access nothing is retrieved at the end."""
    details = details_of(run)
    told = {DETAILS: _told_of(details), PERMISSIONS: _chosen(run)}
    steps = STEPS if details.console_access or not details.user_name else STEPS[:-1]
    rows = wizard.rail(steps, run, current, told)
    title = next(step.title for step in STEPS if step.key == current)
    return {"rail": rows, "run": run, "title": title, "details": details}


def counted(permissions: Permissions) -> str:
    """`1 group chosen`."""
    singular, plural = WORDS[permissions.how]
    count = len(permissions.chosen)
    return f"{count or 'No'} {singular if count == 1 else plural} chosen"


def _told_of(details: Details) -> str:
    return f"{details.user_name}, {'console access' if details.console_access else 'no console access'}"


def _chosen(run: wizard.Run) -> str:
    return counted(permissions_of(run)) if PERMISSIONS in run.answers else ""
