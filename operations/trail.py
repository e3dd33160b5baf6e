"""What operations leave in the trail: one event per write and per refusal, in CloudTrail's words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import DatabaseError, transaction
from django.db.models import F

from accounts.models import AccessKey, Role, RootUser, User
from audit import chain
from audit.models import Activity, Event
from operations.caller import Caller, CredentialKind
from operations.errors import AccessDenied, ServiceError
from operations.principals import AnyPrincipal, AssumedRole, FederatedUser
from operations.shapes import on_the_wire
from policies.models import PolicyText

if TYPE_CHECKING:
    from operations.authorization import Explanation
    from operations.call import Call
    from operations.operation import Operation

DOCUMENTS = frozenset({"assumeRolePolicyDocument", "policyDocument"})
# Long, and of no use in a trail but for comparing; and people paste private keys where certificates belong.
ONLY_HASHED = frozenset(
    {
        "authorizationDetails",
        "certificateBody",
        "certificateChain",
        "sAMLMetadataDocument",
        "sSHPublicKeyBody",
    }
)
USE_INTERVAL = timedelta(minutes=5)
MOST_NOTED = 20_000
_last_noted: dict[tuple[str, str], datetime] = {}
_waiting: ContextVar[list[Use] | None] = ContextVar("uses", default=None)


def append(events: list[Event]) -> None:
    chain.append(events)


def event_of(
    operation: Operation,
    call: Call,
    parameters: Mapping[str, object],
    error: ServiceError | None = None,
    *,
    act: str = "",
) -> Event:
    """The event of one call, finished but for its place in the chain."""
    service, _, name = operation.name.partition(":")
    caller, note = call.caller, call.note
    return Event(
        account_id=caller.account.id if caller.account else None,
        event_time=call.real_now,
        event_source=f"{service}.amazonaws.com" if service != "iamconsole" else "iamconsole",
        event_name=name,
        read_only=operation.reads,
        user_identity=identity_of(caller),
        principal_id=caller.principal.unique_id,
        source_ip_address=caller.client.source_ip,
        user_agent=caller.client.user_agent[:512],
        request_id=caller.client.request_id,
        request_parameters=_recorded(on_the_wire(operation.name, parameters)),
        response_elements=None if error else note.response,
        resources=[{"ARN": arn, "accountId": caller.account_id} for arn in dict.fromkeys(note.resources)],
        error_code=error.code if error else "",
        error_message=error.message if error else "",
        additional_event_data=_additional(note.extra if not error else {}, error, act),
    )


def identity_of(caller: Caller) -> dict[str, object]:
    """CloudTrail's userIdentity element."""
    principal = caller.principal
    identity: dict[str, object] = {
        "type": principal.kind,
        "principalId": principal.unique_id,
        "arn": principal.arn,
        "accountId": caller.account_id,
        "credential": caller.credential.kind.value,
    }
    if isinstance(principal, User):
        identity["userName"] = principal.user_name
    if caller.credential.access_key_id:
        identity["accessKeyId"] = caller.credential.access_key_id
    if caller.credential.issued:
        identity["sessionContext"] = _session_context(caller)
    return identity


def _session_context(caller: Caller) -> dict[str, object]:
    """When the session began, and whose permissions it has."""
    context: dict[str, object] = {
        "attributes": {
            "creationDate": caller.credential.issued.isoformat() if caller.credential.issued else None,
            "mfaAuthenticated": str(caller.has_mfa).lower(),
        }
    }
    issuer = issuer_of(caller.principal)
    if issuer is not None:
        context["sessionIssuer"] = {
            "type": issuer.kind,
            "principalId": issuer.unique_id,
            "arn": issuer.arn,
            "accountId": caller.account_id,
            "userName": str(issuer),
        }
    if caller.credential.source_identity:
        context["sourceIdentity"] = caller.credential.source_identity
    return context


def issuer_of(principal: AnyPrincipal) -> Role | User | RootUser | None:
    """The role or the user behind a principal that is no row itself."""
    if isinstance(principal, AssumedRole):
        return principal.role
    return principal.issuer if isinstance(principal, FederatedUser) else None


def _additional(extra: Mapping[str, object], error: ServiceError | None, act: str) -> dict[str, object]:
    data: dict[str, object] = dict(extra)
    if act:
        data["act"] = act
    if isinstance(error, AccessDenied) and error.explanation:
        data["decision"] = decision_of(error.explanation)
    return data


def decision_of(explanation: Explanation) -> dict[str, object]:
    """Which layer refused, by which statements, and what was missing: enough to show the refusal again."""
    return {
        "outcome": explanation.decision.outcome.value,
        "deniedBy": explanation.layer.value if explanation.layer else None,
        "action": explanation.action,
        "resource": explanation.resource,
        "statements": [
            {"policy": match.source.name, "kind": match.source.kind.value, "index": match.statement.index}
            for match in explanation.decision.matches
        ],
        "missingStatement": dict(explanation.missing_statement),
    }


def _recorded(parameters: dict[str, object]) -> dict[str, object]:
    """Documents are recorded by their hash: the text itself is kept once, for ever."""
    return {
        key: {"sha256": PolicyText.hash_of(str(value))} if key in DOCUMENTS | ONLY_HASHED else value
        for key, value in parameters.items()
    }


@dataclass(frozen=True, slots=True)
class Use:
    """That a principal used an action, waiting to be written down."""

    account_id: str
    principal_id: str
    user_key: int | None
    action: str
    at: datetime
    role_key: int | None = None
    access_key_id: str = ""
    region: str = ""


def remember_use(call: Call, operation: Operation) -> None:
    """Note that the principal used the action, at most once in five minutes, and never at the cost of the read."""
    caller = call.caller
    bearer = issuer_of(caller.principal) or caller.principal
    if caller.account is None or not isinstance(bearer, User | RootUser | Role):
        return
    # The key of a session is another one each time, and no row tells of its use.
    is_lasting = caller.credential.kind == CredentialKind.ACCESS_KEY
    access_key_id = caller.credential.access_key_id if is_lasting else ""
    key = (f"{bearer.unique_id}{access_key_id}", operation.action)
    last = _last_noted.get(key)
    if last is not None and call.real_now - last < USE_INTERVAL:
        return
    if len(_last_noted) >= MOST_NOTED:
        _last_noted.clear()
    _last_noted[key] = call.real_now
    use = Use(
        caller.account_id,
        bearer.unique_id,
        bearer.pk if isinstance(bearer, User) else None,
        operation.action,
        call.real_now,
        bearer.pk if isinstance(bearer, Role) else None,
        access_key_id,
        caller.client.region,
    )
    waiting = _waiting.get()
    if waiting is None:
        write_down([use])
    else:
        waiting.append(use)


@contextmanager
def uses_collected() -> Iterator[list[Use]]:
    """What one request uses, for `write_down` once its answer is sent."""
    waiting: list[Use] = []
    token = _waiting.set(waiting)
    try:
        yield waiting
    finally:
        _waiting.reset(token)


def forget_noted_uses() -> None:
    """Start over, as a new process does."""
    _last_noted.clear()


def write_down(uses: list[Use]) -> None:
    """Note what was used, in one transaction; a database that is full or locked costs only the note."""
    if not uses:
        return
    try:
        _note(uses)
    except DatabaseError:
        for use in uses:
            _last_noted.pop((f"{use.principal_id}{use.access_key_id}", use.action), None)


def _note(uses: list[Use]) -> None:
    """All uses of one principal: old rows are counted up, new ones made, and the user's last activity set."""
    first = uses[0]
    known = Activity.objects.filter(account_id=first.account_id, principal_id=first.principal_id)
    with transaction.atomic():
        known.filter(action__in={use.action for use in uses}).update(last_time=first.at, count=F("count") + 1)
        fresh = [
            Activity(
                account_id=use.account_id,
                principal_id=use.principal_id,
                action=use.action,
                last_time=use.at,
                count=1,
            )
            for use in uses
        ]
        Activity.objects.bulk_create(fresh, ignore_conflicts=True)
        if first.user_key is not None:
            User.objects.filter(pk=first.user_key).update(last_activity=first.at)
        if first.role_key is not None:
            Role.objects.filter(pk=first.role_key).update(
                last_used_date=first.at, last_used_region=first.region
            )
        if first.access_key_id:
            service = uses[-1].action.partition(":")[0]
            AccessKey.objects.filter(pk=first.access_key_id).update(
                last_used_date=first.at, last_used_service=service, last_used_region=first.region
            )
