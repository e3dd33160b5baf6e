"""How the console looks in one browser: theme and density, each kept in a cookie."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise

from django.conf import settings
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST
from django_htmx.http import trigger_client_event
from django_htmx.middleware import HtmxDetails

ONE_YEAR = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Preference:
    """A choice of looks: the value in force, and the one a press of its button goes on to."""

    name: str
    icon: str
    words: dict[str, str]
    value: str

    @property
    def label(self) -> str:
        return f"{self.name.capitalize()}: {self.words[self.value]}"

    @property
    def next_value(self) -> str:
        values = list(self.words)
        return dict(pairwise([*values, values[0]]))[self.value]

    def chosen(self, value: str | None) -> Preference:
        """With this value, or as it stands when the value is none of its own."""
        if value not in self.words:
            return self
        return Preference(self.name, self.icon, self.words, value)


DENSITY = Preference(
    "density", "rows", {"comfortable": "comfortable", "compact": "compact"}, value="comfortable"
)
THEME = Preference(
    "theme", "theme", {"system": "as the system", "light": "light", "dark": "dark"}, value="system"
)
PREFERENCES = (DENSITY, THEME)


def preferences(request: HttpRequest) -> list[Preference]:
    """Each preference as this browser's cookies have it."""
    return [preference.chosen(request.COOKIES.get(preference.name)) for preference in PREFERENCES]


def appearance(request: HttpRequest) -> dict[str, str]:
    """The data attributes of the root element: theme and density."""
    return {preference.name: preference.value for preference in preferences(request)}


@require_POST
def set_preference(request: HttpRequest) -> HttpResponse:
    """Keep one choice, and go back to the page it was made on."""
    preference = _asked_for(request)
    response = _answer(request, preference)
    response.set_cookie(
        preference.name,
        preference.value,
        max_age=ONE_YEAR,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return response


def _asked_for(request: HttpRequest) -> Preference:
    for preference in PREFERENCES:
        value = request.POST.get(preference.name)
        if value in preference.words:
            return preference.chosen(value)
    raise BadRequest("Name a theme or a density.")


def _answer(request: HttpRequest, preference: Preference) -> HttpResponse:
    if HtmxDetails(request):
        response = render(request, "_preference.html", {"preference": preference})
        changed = {"name": preference.name, "value": preference.value}
        return trigger_client_event(response, "preference-changed", changed)
    return HttpResponseRedirect(_return_path(request))


def _return_path(request: HttpRequest) -> str:
    path = request.POST.get("next", "")
    # Without its slash it would be a page below this one, which has none.
    is_ours = path.startswith("/") and url_has_allowed_host_and_scheme(path, allowed_hosts=None)
    return path if is_ours else "/"
