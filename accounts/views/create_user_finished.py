"""Step 4 of Create user: the password, shown once, and as a file."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

from django.conf import settings
from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from accounts.sealing import SealBroken, unseal
from accounts.signin.flow import see_other
from accounts.signin.middleware import ConsoleRequest
from accounts.views import wizard
from accounts.views.create_user_steps import STEPS, at_step
from accounts.views.new_user import seal_context
from accounts.views.shown_once import csv_file, sealed_for, unsealed_for
from iamconsole.pages import flash, page
from operations.caller import Caller

FILE = "credentials"
HEADINGS = ("User name", "Password", "Console sign-in URL")
# A spreadsheet takes what begins so for a formula.
FORMULA_BEGINNINGS = ("=", "+", "-", "@", "\t", "\r")
LETTER = """You can sign in to the console now.

Sign-in address: {url}
User name: {name}

You get your password separately.
"""


@dataclass(frozen=True, slots=True)
class Credentials:
    user_name: str
    password: str
    url: str

    @property
    def letter(self) -> str:
        """A draft of a message; the password is never in it."""
        body = LETTER.format(url=self.url, name=self.user_name)
        return f"mailto:?subject={quote('Your sign-in to the console')}&body={quote(body)}"

    def sealed(self, caller: Caller) -> str:
        return sealed_for(caller, FILE, [self.user_name, self.password, self.url])


@require_safe
def create_user_finished(request: ConsoleRequest) -> HttpResponse:
    """The first look takes the password out of the session; from then on only the browser has it."""
    run = at_step(request, wizard.FINISHED)
    if isinstance(run, HttpResponse):
        return run
    result = run.answers[wizard.FINISHED]
    if not result["has_password"]:
        return see_other(reverse("users"))
    context: dict[str, object] = {"run": run, "user_name": result["user_name"], "rail": _rail(run)}
    if result["sealed"] and request.method == "GET":
        wizard.finish(request, run, {**result, "sealed": ""})
        password = unseal(result["sealed"], context=seal_context(run.id))
        credentials = Credentials(result["user_name"], password, sign_in_url(request.caller))
        context |= {"credentials": credentials, "sealed": credentials.sealed(request.caller)}
    return page(request, "accounts/create_user/finished.html", context)


@require_POST
def create_user_csv(request: ConsoleRequest) -> HttpResponse:
    """The file that the page shows, from what the page carries: nothing is kept for it here."""
    try:
        values = unsealed_for(request.caller, FILE, request.POST.get("sealed", ""))
    except SealBroken:
        flash(request, "warn", "The file can only be made from the page that shows the password.")
        return see_other(reverse("users"))
    harmless = [f"'{value}" if value.startswith(FORMULA_BEGINNINGS) else value for value in values]
    return csv_file(f"{values[0]}_credentials.csv", HEADINGS, harmless)


def sign_in_url(caller: Caller) -> str:
    """The account's own address, by its alias where it has one."""
    name = (caller.account.alias if caller.account else None) or caller.account_id
    return f"{settings.SITE_URL}{reverse('signin-account', args=[name])}"


def _rail(run: wizard.Run) -> list[wizard.RailStep]:
    return wizard.rail(STEPS, run, wizard.FINISHED, {})
