"""`@operation`: the only place that knows the sequence of an operation.

Write: validate → lock the account → the caller as the lock finds it → body under a savepoint → was a decision made? →
on ServiceError undo the body only → append the events → new revision → commit.
Read: no transaction and no event; a refusal appends its event in a transaction of its own.
"""

from __future__ import annotations

import logging
import pkgutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache, wraps
from importlib import import_module
from typing import Concatenate, ParamSpec, TypeVar

from django.db import DatabaseError, transaction

from accounts.models import Account
from accounts.models.account import new_revision
from accounts.prepared_queries import PreparedRows
from accounts.statements import Statement
from audit.models import Event
from operations import trail
from operations.call import Call
from operations.caller import Asking, Caller
from operations.errors import AccessDenied, InvalidClientTokenId, ServiceError, ServiceFailure
from operations.prepared import policies_beforehand, reading_afresh
from operations.shapes import ensure_complete, validate
from operations.write_turns import write_transaction
from policies.engine import PolicySet

P = ParamSpec("P")
R = TypeVar("R")
logger = logging.getLogger("iamconsole.operations")


@dataclass(frozen=True, slots=True)
class Operation:
    """What the registry knows of an operation: its name on the wire, its action, and whether it only reads.

    One that `keeps_revision` is recorded, but nothing that anybody may do follows from it.
    """

    name: str
    action: str
    reads: bool
    keeps_revision: bool
    function: Callable[..., object]


registry: dict[str, Operation] = {}
_performers: dict[str, Callable[..., object]] = {}


@cache
def registered() -> Mapping[str, Operation]:
    """All operations by name, also those whose module nobody has imported yet."""
    package = import_module("operations")
    for module in pkgutil.iter_modules(package.__path__):
        if not module.ispkg:
            import_module(f"operations.{module.name}")
    return registry


def perform(asking: Asking, name: str, parameters: Mapping[str, object]) -> object:
    """The operation `name`, for whoever knows it only when the program runs.

    Raises ValidationError for parameters that the model requires and that are not there, and whatever the
    operation raises; KeyError for a name that is none.
    """
    registered()
    ensure_complete(name, parameters)
    return _performers[name](asking, **parameters)


MOVE_REVISION = Statement("UPDATE accounts_account SET revision = %s WHERE id = %s")
LOCKED = PreparedRows(
    lambda account_id: Account.objects.select_for_update().filter(pk=account_id).values_list("revision"), str
)


class Act:
    """Operations that stand or fall together, in one transaction, their events appended at the end."""

    def __init__(self, caller: Caller, name: str, policies: PolicySet | None = None) -> None:
        self.caller = caller
        self.name = name
        # The caller's, as long as nothing of this act can have changed them.
        self.policies = policies
        self.events: list[Event] = []
        self.has_changes = False
        self.refused: Event | None = None
        self.after_refusal: list[Callable[[], None]] = []

    def perform(self, operation: Operation, parameters: dict[str, object]) -> object:
        call = Call(self.caller, operation.action, policies=self.policies if not self.events else None)
        try:
            result = operation.function(call, **parameters)
            if not call.is_decided:
                raise ServiceFailure(f"{operation.name} made no authorization decision.")
        except ServiceError as error:
            self.refused = trail.event_of(operation, call, parameters, error, act=self.name)
            self.after_refusal = call.after_refusal
            raise
        self.events.append(trail.event_of(operation, call, parameters, act=self.name))
        self.has_changes = self.has_changes or not operation.keeps_revision
        trail.remember_use(call, operation)
        return result


_current: ContextVar[Act | None] = ContextVar("act", default=None)


@contextmanager
def act(asking: Asking, name: str) -> Iterator[Act]:
    """All or nothing: a refusal of one operation undoes all of them and leaves one refusal event.

    An act begun inside another is a part of it.
    """
    running = _current.get()
    if running is not None:
        yield running
        return
    failure: ServiceError | None = None
    with write_transaction():
        caller = _under_lock(asking)
        # Read under the lock and before any change, so that it may be remembered.
        performed = Act(caller, name, policies_beforehand(caller))
        with reading_afresh():
            token = _current.set(performed)
            try:
                with transaction.atomic():
                    yield performed
            except ServiceError as error:
                failure = error
            finally:
                _current.reset(token)
            _conclude(performed, refused=failure is not None)
    if failure is not None:
        raise failure


def _under_lock(asking: Asking) -> Caller:
    """Take the account's lock, and see who the caller is now; raises InvalidClientTokenId when it is gone."""
    if not asking.account_id:
        return asking.resolved()
    locked = LOCKED.first(asking.account_id)
    if locked is None:
        raise InvalidClientTokenId
    return asking.at(locked[0])


def _conclude(performed: Act, *, refused: bool) -> None:
    if refused:
        for change in performed.after_refusal:
            change()
        trail.append([performed.refused] if performed.refused else [])
        return
    trail.append(performed.events)
    if not performed.has_changes:
        return
    for account_id in {event.account_id for event in performed.events}:
        MOVE_REVISION.run([new_revision(), account_id])


def operation(
    name: str, *, action: str | None = None, reads: bool = False, keeps_revision: bool = False
) -> Callable[[Callable[Concatenate[Call, P], R]], Callable[Concatenate[Asking, P], R]]:
    """Register `function` as the operation `name` (`iam:CreateUser`), authorized by `action` (the name itself)."""

    def decorate(function: Callable[Concatenate[Call, P], R]) -> Callable[Concatenate[Asking, P], R]:
        described = Operation(name, action or name, reads, keeps_revision, function)
        registry[name] = described

        @wraps(function)
        def perform(asking: Asking, /, *args: P.args, **kwargs: P.kwargs) -> R:
            validate(name, kwargs)
            if reads:
                return _read(described, asking, function, *args, **kwargs)
            return _write(described, asking, function, *args, **kwargs)

        _performers[name] = perform
        return perform

    return decorate


def _write(
    described: Operation,
    asking: Asking,
    function: Callable[Concatenate[Call, P], R],
    *_: P.args,
    **kwargs: P.kwargs,
) -> R:
    running = _current.get()
    if running is not None:
        return running.perform(described, kwargs)  # type: ignore[return-value]  # it is `function`'s answer
    with act(asking, "") as single:
        answer = single.perform(described, kwargs)
    return answer  # type: ignore[return-value]  # noqa: RET504  the act ends first


def _read(
    described: Operation,
    asking: Asking,
    function: Callable[Concatenate[Call, P], R],
    *args: P.args,
    **kwargs: P.kwargs,
) -> R:
    running = _current.get()
    call = Call(running.caller if running else asking.resolved(), described.action)
    try:
        result = function(call, *args, **kwargs)
        if not call.is_decided:
            raise ServiceFailure(f"{described.name} made no authorization decision.")
    except AccessDenied as error:
        _record_refusal(trail.event_of(described, call, kwargs, error))
        raise
    trail.remember_use(call, described)
    return result


def _record_refusal(event: Event) -> None:
    """A denial is answered even when it cannot be written down; then at least the log has it."""
    try:
        with transaction.atomic():
            if event.account_id:
                Account.objects.select_for_update().get(pk=event.account_id)
            trail.append([event])
    except DatabaseError:
        logger.exception("A refusal could not be recorded", extra={"action": event.action})
