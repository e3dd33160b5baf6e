"""The elements of a policy and of a statement, and the values of those that have few."""

from collections.abc import Mapping
from typing import Final

from policies.completion.questions import Question
from policies.completion.suggestions import Suggestion, fitting
from policies.validation import PolicyType
from policies.validation.rules.elements import CURRENT_VERSION, OLD_VERSION, STORED_AS_MANAGED_POLICY, TWINS

_TOP: Final = {
    "Version": "The version of the policy language; without it the policy has no variables.",
    "Id": "A name for the policy; some services ask for one.",
    "Statement": "What is allowed or denied: one statement, or a list of them.",
}
_OF_STATEMENT: Final = {
    "Sid": "A name for the statement, unique in the policy.",
    "Effect": "Whether the statement allows or denies.",
    "Principal": "Whom the statement is about.",
    "NotPrincipal": "Everybody but these.",
    "Action": "The actions the statement is about.",
    "NotAction": "Every action but these.",
    "Resource": "The resources the statement is about, by ARN.",
    "NotResource": "Every resource but these.",
    "Condition": "When the statement counts: keys of the request, compared with values.",
}
_PRINCIPALS: Final = frozenset({"Principal", "NotPrincipal"})
_RESOURCES: Final = frozenset({"Resource", "NotResource"})
# An identity policy is about whoever it is attached to; a trust policy about the role it belongs to. Id is for policies
# of resources (IAM user guide, "JSON policy elements").
_NOT_IN: Final[Mapping[PolicyType, frozenset[str]]] = {
    PolicyType.IDENTITY: _PRINCIPALS | {"Id"},
    PolicyType.BOUNDARY: _PRINCIPALS | {"Id"},
    PolicyType.RESOURCE: frozenset(),
    PolicyType.TRUST: _RESOURCES | {"NotPrincipal"},
    PolicyType.SERVICE_CONTROL: _PRINCIPALS | {"Id"},
    PolicyType.RESOURCE_CONTROL: frozenset({"NotPrincipal", "NotAction", "Id"}),
}
_EFFECTS: Final = {
    "Allow": "Grants what the statement names.",
    "Deny": "Refuses it, whatever else allows it.",
}
_CURRENT: Final = Suggestion(
    CURRENT_VERSION, "value", "current", "The current version, with policy variables."
)
_OLD: Final = Suggestion(OLD_VERSION, "value", "old", "The version before policy variables.")


def of_policy(question: Question) -> list[Suggestion]:
    return _absent(question, _TOP)


def of_statement(question: Question) -> list[Suggestion]:
    return _absent(question, _OF_STATEMENT)


def _absent(question: Question, elements: Mapping[str, str]) -> list[Suggestion]:
    """The elements that this type of policy takes and that neither stand here nor exclude one that does."""
    present = question.place.objects[-1].names
    excluded = {name for pair in TWINS for name in pair if present.intersection(pair)}
    taken = _NOT_IN[question.policy_type] | present | excluded
    named = (Suggestion(name, "element", "", doc) for name, doc in elements.items() if name not in taken)
    return fitting(named, question.typed)


def versions(question: Question) -> list[Suggestion]:
    """IAM stores no identity policy of the old version any more."""
    is_managed = question.policy_type in STORED_AS_MANAGED_POLICY
    return fitting([_CURRENT] if is_managed else [_CURRENT, _OLD], question.typed)


def effects(question: Question) -> list[Suggestion]:
    """A resource control policy denies only."""
    names = ["Deny"] if question.policy_type is PolicyType.RESOURCE_CONTROL else list(_EFFECTS)
    return fitting((Suggestion(name, "value", "", _EFFECTS[name]) for name in names), question.typed)
