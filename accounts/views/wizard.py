"""A wizard's run: what its finished steps were told, kept in the session under an id, so that two tabs do not mix."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.http import HttpResponse
from django.urls import reverse
from django.utils.http import urlencode

from accounts.signin.flow import see_other
from accounts.signin.middleware import ConsoleRequest
from iamconsole.pages import flash
from operations.errors import InvalidClientTokenId

RUNS = "wizard-runs"
# A forgotten tab must not make every session grow.
MOST_RUNS = 5
LONGEST_ID = 32
FINISHED = "finished"
OVER = "That form is no longer open: it was cancelled, or begun in another session. Nothing was created; start again."


class AlreadyFinished(Exception):
    """Another submit of the same run came first."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step: the key of its answer, the page it is given on, and what the rail calls it."""

    key: str
    url_name: str
    title: str


@dataclass(frozen=True, slots=True)
class Run:
    id: str
    answers: Mapping[str, Any]

    def url(self, url_name: str, **query: str) -> str:
        given = {key: value for key, value in query.items() if value}
        return f"{reverse(url_name)}?{urlencode({'run': self.id, **given})}"


def new_run() -> Run:
    """A run that nothing is kept of until its first step is finished: opening the page changes nothing."""
    return Run(secrets.token_hex(8), {})


def run_of(request: ConsoleRequest) -> Run | None:
    """The run that the address names, when this session knows it."""
    run_id = request.GET.get("run", "")
    answers = request.session.get(RUNS, {}).get(run_id)
    return None if answers is None else Run(run_id, answers)


def run_to_begin(request: ConsoleRequest) -> Run:
    """The run of a first step: the one that is going on, or one that begins under the address's id."""
    run_id = request.GET.get("run", "")
    is_usable = run_id.isalnum() and len(run_id) <= LONGEST_ID
    return run_of(request) or (Run(run_id, {}) if is_usable else new_run())


def remember(request: ConsoleRequest, run: Run, step: str, answer: object) -> Run:
    """Keep the answer of one step, over the newest state of the session: another tab may have written to it."""
    with transaction.atomic():
        _reread(request)
        runs = request.session.get(RUNS, {})
        answers = {**runs.get(run.id, run.answers), step: answer}
        others = [(key, kept) for key, kept in runs.items() if key != run.id]
        request.session[RUNS] = {**dict(others[-(MOST_RUNS - 1) :]), run.id: answers}
        request.session.save()
    return Run(run.id, answers)


def forget(request: ConsoleRequest, run: Run) -> None:
    request.session[RUNS] = {
        key: kept for key, kept in request.session.get(RUNS, {}).items() if key != run.id
    }


def ensure_unfinished(request: ConsoleRequest, run: Run) -> None:
    """Asked under the account's lock, so that of two submits of one run the second raises AlreadyFinished."""
    stored = type(request.session)(request.session.session_key).load()
    if not stored:
        raise InvalidClientTokenId("The session ended before the form was sent.")
    if FINISHED in stored.get(RUNS, {}).get(run.id, {}):
        raise AlreadyFinished


def finish(request: ConsoleRequest, run: Run, result: Mapping[str, object]) -> None:
    """Consume the run. Written in the transaction of the act, so that both happen or neither."""
    _reread(request)
    request.session[RUNS] = {**request.session.get(RUNS, {}), run.id: {FINISHED: dict(result)}}
    request.session.save()


def first_open(steps: Sequence[Step], run: Run) -> Step:
    return next((step for step in steps if step.key not in run.answers), steps[-1])


def turned_away(
    request: ConsoleRequest, run: Run | None, steps: Sequence[Step], step: str
) -> HttpResponse | None:
    """Where somebody goes who is not at `step` yet, or whose run is over; None when all is well."""
    if run is None:
        flash(request, "warn", OVER)
        return see_other(reverse(steps[0].url_name))
    if FINISHED in run.answers:
        return None if step == FINISHED else see_other(run.url(steps[-1].url_name))
    reached = first_open(steps, run)
    keys = [each.key for each in steps]
    if keys.index(step) <= keys.index(reached.key):
        return None
    flash(request, "warn", f"Finish “{reached.title}” first: the next step builds on it.")
    return see_other(run.url(reached.url_name))


@dataclass(frozen=True, slots=True)
class RailStep:
    """A step as the rail shows it; only one that may be opened has an address."""

    number: int
    title: str
    url: str
    is_current: bool
    is_done: bool
    told: str


def rail(steps: Sequence[Step], run: Run, current: str, told: Mapping[str, str]) -> list[RailStep]:
    """All steps, and what the finished ones were told."""
    reached = steps.index(first_open(steps, run))
    is_over = FINISHED in run.answers
    return [
        RailStep(
            number,
            step.title,
            run.url(step.url_name) if number <= reached + 1 and not is_over else "",
            is_current=step.key == current,
            is_done=(step.key in run.answers or is_over) and step.key != current,
            told=told.get(step.key, "") if step.key in run.answers and step.key != current else "",
        )
        for number, step in enumerate(steps, start=1)
    ]


def _reread(request: ConsoleRequest) -> None:
    request.session.update(request.session.load())
