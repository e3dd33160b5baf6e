"""Action and NotAction: services while there is no colon, then the actions of the service."""

import re
from collections.abc import Iterator
from typing import Final

from policies.catalog import WELL_KNOWN_SERVICES, Action, Service
from policies.completion.questions import LONGEST_WILDCARD, Question
from policies.completion.suggestions import Suggestion, fitting
from policies.engine.patterns import fold
from policies.validation import PolicyType

_WORD: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z][a-z]*|[a-z]+|[0-9]+")
_TAKING_A_ROLE: Final = (
    "sts:AssumeRole",
    "sts:AssumeRoleWithSAML",
    "sts:AssumeRoleWithWebIdentity",
    "sts:TagSession",
    "sts:SetSourceIdentity",
    "sts:SetContext",
)
_EVERY_ACTION: Final = Suggestion(
    "*", "wildcard", "every action", "Every action of every service.", stays=True
)


def actions(question: Question) -> list[Suggestion]:
    if question.policy_type is PolicyType.TRUST:
        return _trusted(question)
    prefix, colon, name = question.typed.partition(":")
    if not colon:
        return _services(question)
    known = question.catalog.has_service(prefix) and _is_governed(question, prefix)
    service = question.catalog.service(fold(prefix)) if known else None
    if service is None:
        return []
    if "*" in name or "?" in name:
        return _expanded(question)
    names = fitting(_of_service(question, service), question.typed, name)
    return [*_governing(question, service), *names, *_wildcard(question, len(names))]


def _trusted(question: Question) -> list[Suggestion]:
    """A trust policy is about taking the role on, and what is passed while doing so."""
    known = (question.catalog.action(name) for name in _TAKING_A_ROLE)
    return fitting(
        (_suggestion(action) for action in known if action and action.name not in question.written),
        question.typed,
    )


def _services(question: Question) -> list[Suggestion]:
    """By prefix, then by what the prefix or the service's name holds; the best known services first."""
    typed, names = fold(question.typed), question.catalog.services()
    prefixes = dict.fromkeys([*WELL_KNOWN_SERVICES, *names])
    known = [(prefix, names[prefix]) for prefix in prefixes if _is_governed(question, prefix)]
    begun = [row for row in known if row[0].startswith(typed)]
    held = [row for row in known if not row[0].startswith(typed) and typed in fold(" ".join(row))]
    found = [
        Suggestion(f"{prefix}:", "service", name, f"Actions of {name}.", goes_on=True)
        for prefix, name in begun + held
    ]
    is_everything = typed in ("", "*") and question.policy_type is not PolicyType.RESOURCE_CONTROL
    return [*found, _EVERY_ACTION] if is_everything else found


def _is_governed(question: Question, prefix: str) -> bool:
    is_limited = question.policy_type is PolicyType.RESOURCE_CONTROL
    return not is_limited or question.catalog.obeys_resource_control(prefix)


def _of_service(question: Question, service: Service) -> Iterator[Suggestion]:
    """The general before the special: names of few words first, then by the alphabet."""
    written = question.written
    for action in sorted(service.actions.values(), key=lambda action: (_words(action), action.name)):
        if action.name not in written:
            yield _suggestion(action)


def _words(action: Action) -> int:
    return len(_WORD.findall(action.name.partition(":")[2]))


def _suggestion(action: Action, doc: str = "") -> Suggestion:
    return Suggestion(action.name, "action", action.access_level.value, doc or f"{action.description}.")


def _governing(question: Question, service: Service) -> Iterator[Suggestion]:
    """The actions that govern API operations of other names: `s3:ListObjects` is `s3:ListBucket`."""
    typed = fold(question.typed)
    if typed == f"{service.prefix}:":
        return
    operations: dict[str, list[str]] = {}
    for operation, name in question.catalog.actions_of_operations.items():
        if fold(operation).startswith(typed) and not fold(name).startswith(typed):
            operations.setdefault(name, []).append(operation.partition(":")[2])
    for name, governed in operations.items():
        action = question.catalog.action(name)
        if action and name not in question.written:
            yield _suggestion(
                action, f"Governs what the API calls {' or '.join(governed)}. {action.description}."
            )


def _wildcard(question: Question, count: int) -> Iterator[Suggestion]:
    """What is typed, with a star: offered last, since it grants most."""
    pattern = f"{question.typed}*"
    covered = len(question.catalog.actions_matching(pattern)) if len(pattern) <= LONGEST_WILDCARD else 0
    if count > 1 and covered > 1 and pattern not in question.written:
        yield Suggestion(
            pattern, "wildcard", f"{covered} actions", f"Expands to {covered} actions.", stays=True
        )


def _expanded(question: Question) -> list[Suggestion]:
    """A wildcard that is typed already: itself with what it expands to, then those actions one by one."""
    if len(question.typed) > LONGEST_WILDCARD:
        return []
    names = question.catalog.actions_matching(question.typed)
    found = [action for name in names if (action := question.catalog.action(name))]
    if not found:
        return []
    count = f"{len(found)} action{'' if len(found) == 1 else 's'}"
    whole = Suggestion(question.typed, "wildcard", count, f"Expands to {count}.")
    return [whole, *map(_suggestion, found)]
