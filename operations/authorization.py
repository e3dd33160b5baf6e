"""Gathers what applies to a caller, asks the engine, and says why not in words."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property, lru_cache

from accounts.models import Role, RootUser, User
from operations.caller import Caller, Credential, CredentialKind
from operations.holdings import policies_of
from operations.principals import AnyPrincipal, AssumedRole, FederatedUser, Nobody, System
from policies.engine import (
    Asker,
    Decision,
    Kind,
    Layer,
    Policies,
    Policy,
    PolicySet,
    Principal,
    PrincipalKind,
    Remedy,
    Request,
    Source,
    Trace,
    decide,
    explain,
    is_out_of_reach,
    is_trust,
    missing_statement,
    parse_policy,
    remedy,
)
from policies.engine.patterns import fold

Context = Mapping[str, str | Sequence[str]]

SYSTEM_ACCESS = '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}'

BECAUSE = {
    Layer.IDENTITY: "no identity-based policy allows the {action} action",
    Layer.PERMISSIONS_BOUNDARY: "no permissions boundary allows the {action} action",
    Layer.SESSION: "no session policy allows the {action} action",
    Layer.RESOURCE: "no resource-based policy allows the {action} action",
    Layer.SCP: "no service control policy allows the {action} action",
    Layer.RCP: "no resource control policy allows the {action} action",
    Layer.VPC_ENDPOINT: "no VPC endpoint policy allows the {action} action",
}
PLACES = {
    Layer.IDENTITY: "an identity-based policy",
    Layer.PERMISSIONS_BOUNDARY: "the permissions boundary",
    Layer.SESSION: "the session policy",
    Layer.RESOURCE: "the resource's own policy",
    Layer.SCP: "each level of service control policies",
    Layer.RCP: "each level of resource control policies",
    Layer.VPC_ENDPOINT: "the endpoint's policy",
}
# What `aws:PrincipalType` says of each kind; of all others that they are users.
_TYPES = {"Root": "Account", "AssumedRole": "AssumedRole", "FederatedUser": "FederatedUser"}
# What is known of every request, whoever makes it.
CIRCUMSTANCES = (
    "aws:SourceIp",
    "aws:UserAgent",
    "aws:SecureTransport",
    "aws:CurrentTime",
    "aws:EpochTime",
    "aws:ViaAWSService",
    "aws:RequestedRegion",
)
DENIED_BY = {
    Layer.IDENTITY: "an identity-based policy",
    Layer.PERMISSIONS_BOUNDARY: "a permissions boundary",
    Layer.SESSION: "a session policy",
    Layer.RESOURCE: "a resource-based policy",
    Layer.SCP: "a service control policy",
    Layer.RCP: "a resource control policy",
    Layer.VPC_ENDPOINT: "a VPC endpoint policy",
}


@dataclass(frozen=True)
class Explanation:
    """Why a request was refused, or allowed, for the page that shows it.

    `principal` and `resource` are as shown to the caller. The story is worked out when it is told: most
    decisions about buttons are never explained.
    """

    principal: str
    resource: str
    request: Request
    sources: PolicySet
    decision: Decision

    @cached_property
    def trace(self) -> Trace:
        return explain(self.request, self.sources)

    @cached_property
    def remedy(self) -> Remedy:
        return remedy(self.request, self.sources)

    @property
    def principal_arn(self) -> str:
        return self.request.principal.arn

    @property
    def action(self) -> str:
        return self.request.action

    @property
    def layer(self) -> Layer | None:
        return self.decision.denied_by

    @property
    def missing_statement(self) -> Mapping[str, object]:
        return {**missing_statement(self.request), "Resource": self.resource}

    @property
    def missing_statements(self) -> Mapping[str, Mapping[str, object]]:
        """What would turn the refusal round: each statement under the places that lack it."""
        places: dict[str, list[str]] = {}
        for layer, statement in self.remedy.statements.items():
            shown = {**statement, "Resource": self.resource} if "Resource" in statement else statement
            places.setdefault(json.dumps(shown), []).append(PLACES[layer])
        return {" and in ".join(names): json.loads(text) for text, names in places.items()}

    @property
    def is_explicit(self) -> bool:
        return self.decision.outcome == "explicitDeny"

    @property
    def because(self) -> str:
        """AWS's wording for the layer that refused."""
        if self.layer is None:
            return ""
        if self.is_explicit:
            return f"with an explicit deny in {DENIED_BY[self.layer]}"
        if self.layer is Layer.RESOURCE and is_out_of_reach(self.request):
            return "because it is not an account's to do, whatever its policies say"
        return "because " + BECAUSE[self.layer].format(action=self.action)

    @property
    def what_helps(self) -> str:
        """What would turn the refusal round, as the engine found it by asking again."""
        if self.is_explicit:
            return "A Deny always wins: no further Allow would help."
        if self.remedy.obstacle is not None:
            return "Nothing that could be attached would help."
        if self.remedy.is_for_identity_alone:
            return "Nothing forbids it either: one statement is missing."
        return f"An Allow is missing in {' and in '.join(PLACES[it] for it in self.remedy.layers)}."

    @property
    def refused(self) -> str:
        """The refusal without its reason."""
        subject = f"User: {self.principal_arn} is not authorized to perform: {self.action}"
        return f"{subject} on resource: {self.resource}"

    @property
    def message(self) -> str:
        return f"{self.refused} {self.because}"


@lru_cache(maxsize=256)
def parsed(text: str) -> Policy:
    return parse_policy(text)


def sources_of(caller: Caller) -> tuple[Source, ...]:
    """Every policy that speaks about what the caller may do: own, through groups, boundary, session."""
    principal = caller.principal
    if isinstance(principal, System):
        return (Source(Kind.IDENTITY, "SystemAccess", "", parsed(SYSTEM_ACCESS)),)
    holder = holder_of(principal)
    return (*session_sources(caller), *(policies_of(holder) if holder else ()))


def holder_of(principal: AnyPrincipal) -> User | Role | None:
    """Whose policies a principal has; the root user, the installation and nobody have none."""
    if isinstance(principal, AssumedRole):
        return principal.role
    bearer = principal.issuer if isinstance(principal, FederatedUser) else principal
    return bearer if isinstance(bearer, User) else None


def session_sources(caller: Caller) -> tuple[Source, ...]:
    """What was handed over when the session began."""
    texts = caller.credential.session_policies
    return tuple(Source(Kind.SESSION, "session policy", "", parsed(text)) for text in texts)


def source_of_resource(text: str, action: str, resource: str) -> Source:
    """What an object's own policy says. A role's is its trust policy, without which nobody assumes the role."""
    kind = Kind.TRUST if is_trust(action, resource) else Kind.RESOURCE
    return Source(kind, "resource policy", "", parsed(text))


def request_of(
    caller: Caller,
    action: str,
    resource: str,
    *,
    now: datetime,
    context: Context,
    resource_account: str = "",
) -> Request:
    return Request(
        principal=engine_principal(caller.principal, caller.account_id),
        action=action,
        resource=resource,
        resource_account=resource_account or caller.account_id,
        context=_listed({**facts_of(caller, now), **context}),
    )


def request_of_federated(
    caller: Caller, provider_arn: str, role: Role, action: str, *, now: datetime, context: Context
) -> Request:
    """What somebody asks of a role whom a provider vouches for: nobody has signed, so little else is known."""
    facts = facts_of(caller, now)
    known = {**{key: facts[key] for key in CIRCUMSTANCES}, "aws:ResourceAccount": role.account_id, **context}
    principal = Principal(provider_arn, PrincipalKind.FEDERATED)
    return Request(principal, action, role.arn, role.account_id, _listed(known))


def engine_principal(principal: AnyPrincipal, account_id: str) -> Principal:
    """The caller as the engine knows it; behind a session stands the role or the user it was made from."""
    if isinstance(principal, AssumedRole):
        return Principal(principal.arn, PrincipalKind.ASSUMED_ROLE, account_id, principal.role.arn)
    if isinstance(principal, FederatedUser):
        return Principal(principal.arn, PrincipalKind.FEDERATED_USER, account_id, principal.issuer.arn)
    if isinstance(principal, RootUser):
        return Principal(principal.arn, PrincipalKind.ROOT, account_id)
    kind = PrincipalKind.ANONYMOUS if isinstance(principal, Nobody) else PrincipalKind.USER
    return Principal(principal.arn, kind, account_id)


def facts_of(caller: Caller, now: datetime) -> dict[str, str | Sequence[str]]:
    """The global condition keys. A key that has no value is absent, as in AWS."""
    client, credential = caller.client, caller.credential
    facts: dict[str, str | Sequence[str]] = {
        **facts_of_principal(caller.principal, caller.account_id),
        "aws:SourceIp": client.source_ip,
        "aws:UserAgent": client.user_agent,
        "aws:SecureTransport": str(client.is_secure).lower(),
        "aws:CurrentTime": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "aws:EpochTime": str(int(now.timestamp())),
        "aws:ViaAWSService": "false",
        "aws:RequestedRegion": client.region,
    }
    return facts | _session_facts(
        credential, now - (caller.account.clock_offset if caller.account else timedelta())
    )


def facts_of_principal(principal: AnyPrincipal, account_id: str) -> dict[str, str]:
    """The condition keys that describe a principal, whatever it asks and from wherever."""
    facts = {
        # A session is known by the ARN of its role ("aws:PrincipalArn", global condition keys).
        "aws:PrincipalArn": principal.role.arn if isinstance(principal, AssumedRole) else principal.arn,
        "aws:PrincipalAccount": account_id,
        "aws:PrincipalType": _TYPES.get(principal.kind, "User"),
        "aws:userid": principal.unique_id,
    }
    if isinstance(principal, User):
        facts["aws:username"] = principal.user_name
    if isinstance(principal, AssumedRole):
        facts |= principal.federation
    return facts | {f"aws:PrincipalTag/{tag['Key']}": tag["Value"] for tag in principal.tags}


def asker_of(principal: RootUser | User, resource: str | None = None) -> Asker:
    """An identity about whose requests nothing else is known yet."""
    kind = PrincipalKind.ROOT if isinstance(principal, RootUser) else PrincipalKind.USER
    facts = facts_of_principal(principal, principal.account_id)
    context = {fold(key): (value,) for key, value in facts.items()}
    return Asker(Principal(principal.arn, kind, principal.account_id), context, resource)


def _session_facts(credential: Credential, now: datetime) -> dict[str, str | Sequence[str]]:
    """What signing in added: absent with an access key, and its times are real ones, like `now` here."""
    if credential.kind not in (CredentialKind.CONSOLE, CredentialKind.TEMPORARY):
        return {}
    facts: dict[str, str | Sequence[str]] = {
        "aws:MultiFactorAuthPresent": str(bool(credential.mfa_time)).lower()
    }
    if credential.mfa_time:
        facts["aws:MultiFactorAuthAge"] = str(int((now - credential.mfa_time).total_seconds()))
    if credential.issued:
        facts["aws:TokenIssueTime"] = credential.issued.strftime("%Y-%m-%dT%H:%M:%SZ")
    if credential.source_identity:
        facts["aws:SourceIdentity"] = credential.source_identity
    return facts


def tag_context(prefix: str, tags: Iterable[Mapping[str, str]]) -> dict[str, str]:
    """`aws:ResourceTag/job: cashier` of the tags of an object or of a request."""
    return {f"{prefix}/{tag['Key']}": tag["Value"] for tag in tags}


def explanation_of(caller_label: str, request: Request, policies: Policies, *, shown: str) -> Explanation:
    """The decision on a request with its whole story, told about the resource as `shown` to the caller."""
    sources = PolicySet.of(policies)
    return Explanation(caller_label, shown, request, sources, decide(request, sources))


def _listed(context: Context) -> dict[str, tuple[str, ...]]:
    return {key: (value,) if isinstance(value, str) else tuple(value) for key, value in context.items()}
