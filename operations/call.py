"""What an operation's body works with: the caller, the account under its lock, one moment, and the decision."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol, Self, TypeVar

from accounts.models import Account, Role
from iamconsole import clock
from operations.authorization import (
    Context,
    Explanation,
    explanation_of,
    request_of,
    request_of_federated,
    source_of_resource,
    tag_context,
)
from operations.caller import AUTHENTICATED, Caller, CredentialKind
from operations.errors import (
    AccessDenied,
    FreshProofRequired,
    InvalidClientTokenId,
    NoSuchEntity,
    ServiceFailure,
)
from operations.prepared import policies_of_caller
from operations.principals import AssumedRole, FederatedUser
from policies.engine import Decision, PolicySet, decide


class Accessible(Protocol):
    """An object that operations reach by a name or an ARN, and that policies speak about."""

    @property
    def arn(self) -> str: ...
    @property
    def tags(self) -> list[dict[str, str]]: ...
    @property
    def resource_policy(self) -> str | None: ...
    @classmethod
    def find(cls, account: Account, identifier: str) -> Self | None: ...
    @classmethod
    def presumed_arn(cls, account: Account, identifier: str) -> str: ...
    @classmethod
    def missing(cls, identifier: str) -> str: ...


class Countable(Accessible, Protocol):
    """An object that pages reach by the dozen: many are found by one query."""

    @classmethod
    def find_all(cls, account: Account, identifiers: Sequence[str]) -> Mapping[str, Self]: ...


A = TypeVar("A", bound=Accessible)
C = TypeVar("C", bound=Countable)


@dataclass
class Note:
    """What an operation adds to its event beyond the parameters."""

    resources: list[str] = field(default_factory=list)
    response: dict[str, Any] | None = None
    extra: dict[str, Any] = field(default_factory=dict)


class Call:
    """One call of one operation. `now` is fixed for all of it, on the account's clock."""

    def __init__(self, caller: Caller, action: str, *, policies: PolicySet | None = None) -> None:
        self.caller = caller
        self.action = action
        self.real_now = clock.now()
        self.now: datetime = caller.account.now(self.real_now) if caller.account else self.real_now
        self.note = Note()
        self.decisions: list[Decision] = []
        self.is_admitted = False
        self.after_refusal: list[Callable[[], None]] = []
        self._policies = policies

    @property
    def account(self) -> Account:
        if self.caller.account is None:
            raise ServiceFailure("This operation needs an account.")
        return self.caller.account

    @property
    def policies(self) -> PolicySet:
        """The caller's policies, prepared for all questions of this call or of the whole page."""
        if self._policies is None:
            self._policies = policies_of_caller(self.caller)
        return self._policies

    @property
    def is_decided(self) -> bool:
        return bool(self.decisions) or self.is_admitted

    def access(
        self,
        kind: type[A],
        identifier: str,
        context: Context | Callable[[A], Context] | None = None,
        *,
        action: str | None = None,
    ) -> A:
        """Decide on the object's ARN, real or presumed, and only then say whether it exists.

        `context` may depend on the object found. Raises AccessDenied (which tells no more than the caller typed)
        and NoSuchEntity.
        """
        return self._reach(kind, identifier, kind.find(self.account, identifier), context, action)

    def access_all(self, kind: type[C], identifiers: Sequence[str], *, action: str | None = None) -> list[C]:
        """The same for several objects, in their order, found by one query. The first one refused is raised."""
        found = kind.find_all(self.account, identifiers)
        return [self._reach(kind, one, found.get(one), None, action) for one in identifiers]

    def _reach(
        self,
        kind: type[A],
        identifier: str,
        found: A | None,
        context: Context | Callable[[A], Context] | None,
        action: str | None,
    ) -> A:
        presumed = kind.presumed_arn(self.account, identifier)
        tags = found.tags if found is not None else []
        if callable(context):
            context = context(found) if found is not None else {}
        self.authorize(
            found.arn if found is not None else presumed,
            {
                **tag_context("aws:ResourceTag", tags),
                **tag_context("iam:ResourceTag", tags),
                **(context or {}),
            },
            action=action,
            shown=presumed,
            resource_policy=found.resource_policy if found is not None else None,
        )
        if found is None:
            raise NoSuchEntity(kind.missing(identifier))
        return found

    def authorize(
        self,
        resource: str,
        context: Context | None = None,
        *,
        action: str | None = None,
        shown: str | None = None,
        resource_policy: str | None = None,
        resource_account: str = "",
    ) -> None:
        """Decide on `resource`, by its own policy too; raises AccessDenied, at home with the explanation.

        The resource is the caller's account's unless another `resource_account` is named.
        """
        request = request_of(
            self.caller,
            action or self.action,
            resource,
            now=self.now,
            context={"aws:ResourceAccount": self.caller.account_id, **(context or {})},
            resource_account=resource_account,
        )
        if self.caller.credential.kind not in AUTHENTICATED:
            raise AccessDenied("Sign in first.")
        self._ensure_reach(request.action)
        policies = self.policies
        if resource_policy is not None:
            own = source_of_resource(resource_policy, request.action, resource)
            policies = PolicySet((*policies.sources, own))
        decision = decide(request, policies)
        self.decisions.append(decision)
        self.note.resources.append(resource)
        if not decision.is_allowed:
            explanation = explanation_of(self.caller.label, request, policies, shown=shown or resource)
            if request.resource_account != self.caller.account_id:
                # The reason would tell what another account keeps to itself: which roles it has, with which tags.
                raise AccessDenied(explanation.refused)
            raise AccessDenied(explanation.message, explanation=explanation)

    def authorize_federated(
        self, provider_arn: str, role: Role, action: str, context: Context, trust: str
    ) -> None:
        """Decide on somebody whom a provider vouches for: the role's trust policy alone lets in.

        Raises AccessDenied, in words that tell nothing of the role.
        """
        request = request_of_federated(self.caller, provider_arn, role, action, now=self.now, context=context)
        decision = decide(request, [source_of_resource(trust, action, role.arn)])
        self.decisions.append(decision)
        self.note.resources.append(role.arn)
        if not decision.is_allowed:
            raise AccessDenied(f"Not authorized to perform {action}")

    def _ensure_reach(self, action: str) -> None:
        """What temporary credentials of a user are good for; those of a role have no such limits.

        "You cannot call any IAM API operations unless MFA authentication information is included in the request. You
        cannot call any STS API except AssumeRole or GetCallerIdentity" (GetSessionToken); of a federated user, only
        the latter. Raises InvalidClientTokenId, as AWS does.
        """
        caller = self.caller
        if caller.credential.kind != CredentialKind.TEMPORARY or isinstance(caller.principal, AssumedRole):
            return
        is_federated = isinstance(caller.principal, FederatedUser)
        service, _, name = action.partition(":")
        open_to_it = {"GetCallerIdentity"} if is_federated else {"GetCallerIdentity", "AssumeRole"}
        is_open = name in open_to_it if service == "sts" else caller.has_mfa and not is_federated
        if service in ("iam", "sts") and not is_open:
            raise InvalidClientTokenId

    def admit(self, *kinds: CredentialKind) -> None:
        """For the few operations outside IAM policies: the credential itself is what allows them."""
        if self.caller.credential.kind not in kinds:
            raise AccessDenied("This step belongs to the sign-in, and you are not in it.")
        self.is_admitted = True

    def even_if_refused(self, change: Callable[[], None]) -> None:
        """A change that stays when the operation is refused: the count of wrong codes, above all."""
        self.after_refusal.append(change)

    def require_fresh_proof(self) -> None:
        """Sensitive acts in the console want a proof of identity given within ten minutes."""
        credential = self.caller.credential
        if credential.kind == CredentialKind.CONSOLE and not credential.is_fresh(self.real_now):
            raise FreshProofRequired("Confirm that it is you before you go on.")

    def belongs_to(self, caller: Caller) -> None:
        """From here on the call is the new caller's: signing in finds out who is asking, signing up makes them."""
        self.caller = caller

    def respond(self, **elements: object) -> None:
        """What the event shows as responseElements."""
        self.note.response = dict(elements)

    def deleted(self, snapshot: Mapping[str, object]) -> None:
        """Keep what a bin needs to restore the object."""
        self.note.extra["deleted"] = dict(snapshot)

    def undo_by(self, operation: str, **parameters: object) -> None:
        """The operation that takes this one back, when there is exactly one."""
        self.note.extra["inverse"] = {"operation": operation, "parameters": parameters}


def may(caller: Caller, action: str, resource: str, context: Context | None = None) -> bool:
    """Whether the caller would be allowed, for a button. Nothing is recorded."""
    return why(caller, action, resource, context).decision.is_allowed


def why(caller: Caller, action: str, resource: str, context: Context | None = None) -> Explanation:
    call = Call(caller, action)
    request = request_of(caller, action, resource, now=call.now, context=context or {})
    return explanation_of(caller.label, request, call.policies, shown=resource)
