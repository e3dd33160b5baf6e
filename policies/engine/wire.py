"""The engine for programs that speak JSON: plain dicts in, plain dicts out, over the typed core.

The shapes are those of `manage.py evaluate`, whose help text describes them.
"""

import json
import marshal
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any, Final, NoReturn

from policies.engine.decide import decide
from policies.engine.decision import Decision, Match
from policies.engine.document import Policy
from policies.engine.grammar import PolicyError, Refusal, parse_policy, policy_of
from policies.engine.kinds import Kind
from policies.engine.lazy import lazy
from policies.engine.places import NO_PLACES
from policies.engine.policy_set import PolicySet
from policies.engine.request import FOLDED, Principal, PrincipalKind, Request
from policies.engine.sources import Source
from policies.engine.special import is_trust
from policies.engine.text import JsonError, check_size

INVALID_INPUT: Final = "InvalidInput"
MALFORMED_POLICY: Final = "MalformedPolicyDocument"

REQUEST: Final = "request"
SINGLES: Final = {"resource_policy": Kind.RESOURCE}
LISTS: Final = {
    "permissions_boundaries": Kind.BOUNDARY,
    "session_policies": Kind.SESSION,
    "vpc_endpoint_policies": Kind.VPC_ENDPOINT,
}
LEVELS: Final = {"service_control_policies": Kind.SCP, "resource_control_policies": Kind.RCP}
IDENTITY_POLICIES: Final = "identity_policies"
MEMBERS: Final = frozenset({REQUEST, IDENTITY_POLICIES, *SINGLES, *LISTS, *LEVELS})
REQUEST_MEMBERS: Final = frozenset(
    {"principal", "principal_account", "action", "resource", "resource_account", "context"}
)
_EMPTY: Final = Policy("", "", ())
_MOST_POLICIES: Final = 1024
# So few bytes cannot hold more than a policy may.
_SURELY_SHORT: Final = 10_000
# The format of marshal in which equal values are written alike.
_WITHOUT_REFERENCES: Final = 2


class InputError(ValueError):
    """Input that is no question: `code` is InvalidInput or MalformedPolicyDocument, `message` says where."""

    def __init__(self, message: str, code: str = INVALID_INPUT) -> None:
        super().__init__(message)
        self.message = message
        self.code = code


class Compiled:
    """Policies prepared for many requests; `evaluate` may be called from several threads."""

    def __init__(self, sources: Iterable[Source]) -> None:
        self._policies = PolicySet(sources)

    @lazy
    def _trusting(self) -> PolicySet:
        """The same where a role is assumed: its resource policy is then a trust policy."""
        return PolicySet(map(_as_trust, self._policies.sources))

    def evaluate(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """The decision on one request, as a dict ready for JSON.

        Raises InputError when the request is none: a member is missing, unknown or of the wrong type.
        """
        asked = _request(request)
        has_trust = is_trust(asked.action, asked.resource)
        return _answer(decide(asked, self._trusting if has_trust else self._policies))


def compile(policies: Mapping[str, Any]) -> Compiled:
    """The policies of an input without its request, prepared. A policy is an object or its JSON text.

    Absent and empty lists are not present: an empty list of boundaries limits nothing. A level of an
    organization that is listed must allow, so one without policies allows nothing, as in AWS. Raises
    InputError for unknown members, wrong types and documents that are no policies.
    """
    if not isinstance(policies, Mapping):
        _refuse("The input", "an object")
    if unknown := policies.keys() - MEMBERS:
        raise InputError(f"`{min(map(str, unknown))}` is no member of the input.")
    return Compiled(_sources(policies))


def evaluate(input: Mapping[str, Any]) -> dict[str, Any]:
    """The decision on an input with its request: `compile(…).evaluate(…)` for a single question."""
    compiled = compile(input)
    if REQUEST not in input:
        raise InputError("The input has no `request`.")
    return compiled.evaluate(input[REQUEST])


def _refuse(where: str, wanted: str) -> NoReturn:
    raise InputError(f"{where} must be {wanted}.")


def _sources(policies: Mapping[str, Any]) -> Iterable[Source]:
    for place, entry in _listed(policies, IDENTITY_POLICIES):
        name, policy = _text(entry, "name", place), _member(entry, "policy", place)
        yield Source(Kind.IDENTITY, name, "", _policy(policy, f"{place}.policy"))
    for member, kind in SINGLES.items():
        if policies.get(member) is not None:
            yield Source(kind, member, "", _policy(policies[member], member))
    for member, kind in LISTS.items():
        for place, policy in _listed(policies, member):
            yield Source(kind, place, "", _policy(policy, place))
    for member, kind in LEVELS.items():
        for place, level in _listed(policies, member):
            yield from _level(kind, level, place)


def _level(kind: Kind, level: Any, place: str) -> Iterable[Source]:
    """The policies of one target; the empty one keeps a target without policies in place."""
    target = _text(level, "target", place)
    listed = list(_listed(level, "policies", place))
    for where, policy in listed:
        yield Source(kind, target, "", _policy(policy, where), target=target)
    if not listed:
        yield Source(kind, target, "", _EMPTY, target=target)


def _listed(owner: Mapping[str, Any], member: str, place: str = "") -> Iterable[tuple[str, Any]]:
    """The entries of a list with their places; an absent list has none."""
    where = f"{place}.{member}" if place else member
    entries = owner.get(member)
    if entries is None:
        return []
    if not isinstance(entries, list | tuple):
        _refuse(f"`{where}`", "a list")
    return [(f"{where}[{index}]", entry) for index, entry in enumerate(entries)]


def _member(owner: Any, member: str, place: str) -> Any:
    if not isinstance(owner, Mapping):
        _refuse(f"`{place}`", "an object")
    if member not in owner:
        raise InputError(f"`{place}` has no `{member}`.")
    return owner[member]


def _text(owner: Any, member: str, place: str) -> str:
    value = _member(owner, member, place)
    if not isinstance(value, str):
        _refuse(f"`{place}.{member}`", "a string")
    return value


def _policy(policy: Any, place: str) -> Policy:
    try:
        return _of_text(policy) if isinstance(policy, str) else _of_object(policy)
    except (PolicyError, Refusal, JsonError) as error:
        raise InputError(f"`{place}`: {error.message}", MALFORMED_POLICY) from error
    except (TypeError, ValueError, RecursionError) as error:
        raise InputError(f"`{place}` is no JSON: {error}", MALFORMED_POLICY) from error


@lru_cache(maxsize=_MOST_POLICIES)
def _of_text(text: str) -> Policy:
    return parse_policy(text)


_objects: dict[bytes, Policy] = {}


def _of_object(policy: Any) -> Policy:
    """The policy of an object, remembered under its bytes: streams of questions repeat their policies."""
    written = marshal.dumps(policy, _WITHOUT_REFERENCES)
    found = _objects.get(written)
    if found is None:
        if len(written) > _SURELY_SHORT:
            check_size(json.dumps(policy))
        found = policy_of(policy, NO_PLACES)
        if len(_objects) >= _MOST_POLICIES:
            _objects.clear()
        _objects[written] = found
    return found


def _as_trust(source: Source) -> Source:
    """A resource policy in the part it plays where a role is assumed."""
    if source.kind is not Kind.RESOURCE:
        return source
    return Source(Kind.TRUST, source.name, source.arn, source.document)


def _request(request: Any) -> Request:
    if not isinstance(request, Mapping):
        _refuse(f"`{REQUEST}`", "an object")
    if not request.keys() <= REQUEST_MEMBERS:
        unknown = min(str(member) for member in request if member not in REQUEST_MEMBERS)
        raise InputError(f"`{unknown}` is no member of `{REQUEST}`.")
    action = _string(request, "action")
    if ":" not in action:
        _refuse("`request.action`", "a service and a name, such as `s3:GetObject`")
    return Request.of(
        _principal(_string(request, "principal"), _string(request, "principal_account", "")),
        action,
        _string(request, "resource"),
        _string(request, "resource_account", ""),
        _context(request.get("context")),
    )


def _string(request: Mapping[str, Any], member: str, default: str | None = None) -> str:
    value = request.get(member)
    if value is None:
        value = default
    if value is None and member not in request:
        raise InputError(f"`{REQUEST}` has no `{member}`.")
    if not isinstance(value, str):
        _refuse(f"`{REQUEST}.{member}`", "a string")
    return value


@lru_cache(maxsize=4096)
def _principal(written: str, account_id: str) -> Principal:
    """The caller; behind a federated user's session stands the user of that name, as sessions are made."""
    try:
        principal = Principal.of(written)
    except ValueError as error:
        raise InputError(f"`request.principal`: {error}") from error
    if principal.kind is PrincipalKind.SERVICE and "." not in written:
        _refuse("`request.principal`", "an ARN, the name of a service or `*`")
    if principal.kind in (PrincipalKind.SERVICE, PrincipalKind.ANONYMOUS):
        return principal
    is_federated_user = principal.kind is PrincipalKind.FEDERATED_USER
    issuer = written.replace(":sts:", ":iam:", 1).replace(":federated-user/", ":user/", 1)
    owner = account_id or principal.account_id
    return Principal(principal.arn, principal.kind, owner, issuer if is_federated_user else "")


def _context(context: Any) -> Mapping[str, tuple[str, ...]]:
    if context is None:
        return {}
    if not isinstance(context, Mapping):
        _refuse("`request.context`", "an object")
    try:
        return {
            FOLDED[key]: (value,) if type(value) is str else _values(key, value)
            for key, value in context.items()
        }
    except AttributeError:
        _refuse("A key of `request.context`", "a string")


def _values(key: Any, value: Any) -> tuple[str, ...]:
    if isinstance(value, list | tuple):
        if {*map(type, value)} == {str}:
            return tuple(value)
        return tuple([_value(key, item) for item in value])
    return (_value(key, value),)


def _value(key: str, value: Any) -> str:
    """A condition value as text; numbers and Booleans need no quotes."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int | float):
        return str(value)
    _refuse(f"`request.context`: the value of `{key}`", "a string, a number or a Boolean")


def _answer(decision: Decision) -> dict[str, Any]:
    denied_by = {"denied_by": decision.denied_by.value} if decision.denied_by else {}
    return {
        "decision": decision.outcome.value,
        **denied_by,
        "matched_statements": [_matched(match) for match in decision.matches],
    }


def _matched(match: Match) -> dict[str, Any]:
    statement = match.statement
    sid = {"sid": statement.sid} if statement.sid else {}
    place = {"start": statement.start, "end": statement.end} if statement.end else {}
    return {
        "kind": match.source.kind.value,
        "name": match.source.name,
        "index": statement.index,
        **sid,
        "effect": statement.effect.value,
        **place,
    }
