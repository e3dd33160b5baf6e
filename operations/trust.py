"""Trust policies: who may assume a role. Users and roles are remembered by the unique ids they had when trusted.

"IAM transforms the ARN to the user's unique principal ID when you save the policy": who is renamed stays trusted, and
who is made anew under an old name is not (IAM user guide, "AWS JSON policy elements: Principal").
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Final, NamedTuple, NoReturn

from django.db.models import Q

from accounts.models import Account, Role, User
from accounts.names import name_key
from operations.documents import SYNTAX
from operations.errors import LimitExceeded, MalformedPolicyDocument
from operations.quotas import quota
from policies.engine import Policy, PolicyError, parse_policy
from policies.engine.arns import split_arn
from policies.engine.patterns import fold
from policies.engine.text import Node, parse_json
from policies.models import PolicyText
from policies.validation import legacy_refusal, size_without_white_space
from policies.validation.principals import is_principal, names_an_identity, refusal_of_principal
from policies.validation.statements import members_of

# What a trust policy may speak of, none of it by a wildcard.
ACTIONS: Final = frozenset(
    f"sts:{name}"
    for name in (
        "assumerole",
        "assumerolewithsaml",
        "assumerolewithwebidentity",
        "setcontext",
        "setsourceidentity",
        "tagsession",
    )
)
# SQLite refuses expressions of more than a thousand terms.
LOOKED_UP_AT_ONCE: Final = 200


@dataclass(frozen=True, slots=True)
class Trust:
    """A trust policy that IAM would store, with the unique ids of those it names by ARN."""

    text: PolicyText
    ids: Mapping[str, str]


class Named(NamedTuple):
    """Whom an ARN names: `kind` is user, role, or assumed-role with its session."""

    kind: str
    account_id: str
    name: str
    session: str

    @classmethod
    def of(cls, arn: str) -> Named:
        """What one of the ARNs of users, roles and their sessions says."""
        parts = split_arn(arn)
        kind, *path = parts[5].split("/") if parts else ("",)
        name, session = (path[0], path[1]) if kind == "assumed-role" else (path[-1], "")
        return cls(kind, parts[4] if parts else "", name, session)


def trust_of(account: Account, document: str, parameter: str) -> Trust:
    """The document as a role's trust policy.

    Raises LimitExceeded, and MalformedPolicyDocument in IAM's words, also for somebody of the account who is not there.
    Whom another account does not have, nobody learns here: such an ARN stands for whoever bears it one day.
    """
    limit = quota("TRUST_POLICY")
    if size_without_white_space(document) > limit:
        raise LimitExceeded(f"Cannot exceed quota for ACLSizePerRole: {limit}", parameter=parameter)
    _ensure_trust_policy(document, parameter)
    named = dict.fromkeys(_checked(_principals(document), parameter))
    ids = _ids_of(named)
    for arn in named:
        if arn not in ids and Named.of(arn).account_id == account.id:
            _refuse(refusal_of_principal("AWS", arn), parameter)
    return Trust(PolicyText.of(document), ids)


def recorded_ids(documents: Sequence[str]) -> list[dict[str, str]]:
    """The unique ids of those whom trust policies name and who are here; two queries for every two hundred of them.

    For documents that are taken as they are: whoever is not here stays a name.
    """
    named = [
        {str(node.value) for kind, node in _principals(document) if names_an_identity(kind, str(node.value))}
        for document in documents
    ]
    arns_of_all = sorted({arn for arns in named for arn in arns})
    ids: dict[str, str] = {}
    for start in range(0, len(arns_of_all), LOOKED_UP_AT_ONCE):
        ids |= _ids_of(arns_of_all[start : start + LOOKED_UP_AT_ONCE])
    return [{arn: ids[arn] for arn in sorted(arns) if arn in ids} for arns in named]


def shown_trust_policies(roles: Sequence[Role]) -> dict[int, str]:
    """The documents as they are shown, by key of the role; two queries at most, however many roles there are.

    Whoever was trusted stands there under the present ARN, or, when there is no such identity any more, as the id.
    """
    arns = _arns_of({unique_id for role in roles for unique_id in role.trusted_ids.values()})
    return {
        role.pk: _rewritten(
            role.trust_policy.document,
            {arn: arns.get(unique_id, unique_id) for arn, unique_id in role.trusted_ids.items()},
        )
        for role in roles
    }


def trust_policy_for(role: Role, principal_arn: str, principal_id: str) -> str:
    """The text to decide on when this principal asks: where somebody else was trusted stands that one's id.

    The principal may be a user, a role, or a session of a role.
    """
    bearer, is_user = principal_id.partition(":")[0], ":user/" in principal_arn
    names: dict[str, str] = {}
    for arn, unique_id in role.trusted_ids.items():
        is_meant = unique_id.partition(":")[0] == bearer
        # Users can be renamed, roles cannot; and the session that an ARN names stays the one it names.
        own = principal_arn if is_user else arn
        names[arn] = own if is_meant else unique_id
    return _rewritten(role.trust_policy.document, names)


def _ensure_trust_policy(document: str, parameter: str) -> None:
    refusal = legacy_refusal(document, "trust")
    try:
        policy = parse_policy(document)
    except PolicyError as error:
        raise MalformedPolicyDocument(refusal or SYNTAX, parameter=parameter) from error
    if refusal:
        _refuse(refusal, parameter)
    if any(fold(action) not in ACTIONS for action in _actions(policy)):
        _refuse("AssumeRole policy may only specify STS AssumeRole actions.", parameter)
    for statement in policy.statements:
        if statement.principals is not None and not statement.principals.written:
            _refuse("Missing required field Principal cannot be empty!", parameter)


def _actions(policy: Policy) -> Iterator[str]:
    for statement in policy.statements:
        yield from statement.actions or statement.not_actions or ()


def _principals(document: str) -> Iterator[tuple[str, Node]]:
    """Each principal with its type, where it stands in the text."""
    statements = members_of(parse_json(document)).named("Statement")
    for statement in statements.items if statements else ():
        principal = members_of(statement).named("Principal")
        for member in members_of(principal) if principal else ():
            yield from ((member.name, node) for node in member.value.items)


def _checked(principals: Iterable[tuple[str, Node]], parameter: str) -> Iterator[str]:
    """The ARNs of users, roles and sessions among the principals; raises MalformedPolicyDocument for what is none."""
    for kind, node in principals:
        text = str(node.value)
        if names_an_identity(kind, text):
            yield text
        elif not is_principal(kind, text):
            _refuse(refusal_of_principal(kind, text), parameter)


def _refuse(message: str, parameter: str) -> NoReturn:
    raise MalformedPolicyDocument(message, parameter=parameter)


def _ids_of(arns: Iterable[str]) -> dict[str, str]:
    """The unique ids behind ARNs, in whichever account of this installation; of a session, with its name."""
    named = {arn: Named.of(arn) for arn in arns}
    users = [it for it in named.values() if it.kind == "user"]
    roles = [it for it in named.values() if it.kind != "user"]
    found_users = User.objects.filter(_named(users)) if users else ()
    found_roles = Role.objects.filter(_named(roles)) if roles else ()
    ids = {identity.arn: identity.unique_id for identity in (*found_users, *found_roles)}
    sessions = {(role.account_id, role.role_name): role.role_id for role in found_roles}
    for arn, it in named.items():
        if it.kind == "assumed-role" and (it.account_id, it.name) in sessions:
            ids[arn] = f"{sessions[it.account_id, it.name]}:{it.session}"
    return {arn: ids[arn] for arn in named if arn in ids}


def _named(wanted: Iterable[Named]) -> Q:
    return reduce(or_, (Q(account=it.account_id, name_key=name_key(it.name)) for it in wanted))


def _arns_of(ids: Iterable[str]) -> dict[str, str]:
    """The present ARNs of unique ids; those that nobody has any more are left out."""
    bearers = {unique_id: unique_id.partition(":")[0] for unique_id in ids}
    if not bearers:
        return {}
    users = User.objects.filter(user_id__in=bearers.values())
    roles = {role.role_id: role for role in Role.objects.filter(role_id__in=bearers.values())}
    arns = {user.user_id: user.arn for user in users}
    for unique_id, bearer in bearers.items():
        if bearer in roles:
            arns[unique_id] = _arn_of(roles[bearer], unique_id.partition(":")[2])
    return arns


def _arn_of(role: Role, session: str) -> str:
    """A role's own ARN, or that of its session, which holds no path."""
    if not session:
        return role.arn
    return f"arn:aws:sts::{role.account_id}:assumed-role/{role.role_name}/{session}"


def _rewritten(document: str, names: Mapping[str, str]) -> str:
    """The text with other words for some of its principals, and else as it was typed."""
    changed = {old: new for old, new in names.items() if old != new}
    if not changed:
        return document
    nodes = [node for _, node in _principals(document) if node.value in changed]
    for node in sorted(nodes, key=lambda it: it.start, reverse=True):
        new = json.dumps(changed[str(node.value)])
        document = document[: node.start] + new + document[node.end :]
    return document
