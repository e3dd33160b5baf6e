"""Pages that are one form for one act: the words, the act, and where it leads."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.forms import BaseForm
from django.http import HttpResponse

from accounts.signin.flow import form_status, see_other
from accounts.signin.middleware import ConsoleRequest
from iamconsole.pages import flash, page, refused
from operations.errors import ServiceError


@dataclass(frozen=True, slots=True)
class FormTask:
    """What the page says, what its button does, what is said afterwards and where."""

    title: str
    text: str
    label: str
    act: Callable[[], None]
    done: str
    to: str
    template: str = "accounts/account_task.html"


def performed(request: ConsoleRequest, form: BaseForm, task: FormTask, **context: object) -> HttpResponse:
    """The form, again until it is right; then the act, a message and the page it leads to."""
    shown = {"form": form, "task": task, **context}
    if not form.is_valid():
        return page(request, task.template, shown, status=form_status(form))
    try:
        task.act()
    except ServiceError as error:
        return refused(request, error, template=task.template, context=shown, form=form)
    flash(request, "ok", task.done)
    return see_other(task.to)
