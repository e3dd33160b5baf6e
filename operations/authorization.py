"""Gathers what applies to a caller, asks the engine, and says why not in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

from django.db.models import CharField, F, Q, Value

from accounts.models import Attachment, InlinePolicy, RootUser, User
from operations.caller import Caller, Credential, CredentialKind, Nobody, System
from policies.engine import (
    Decision,
    Kind,
    Layer,
    Principal,
    PrincipalKind,
    Request,
    Source,
    Trace,
    decide,
    explain,
    missing_statement,
    parse_policy,
)
from policies.engine import (
    Policy as Document,
)
from policies.models import Policy, PolicyText

Context = Mapping[str, str | Sequence[str]]

SYSTEM_ACCESS = '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}'

# Stored texts were accepted once; some of AWS's own are longer than what may be typed.
STORED_LENGTH = 1_000_000

BECAUSE = {
    Layer.IDENTITY: "no identity-based policy allows the {action} action",
    Layer.PERMISSIONS_BOUNDARY: "no permissions boundary allows the {action} action",
    Layer.SESSION: "no session policy allows the {action} action",
    Layer.RESOURCE: "no resource-based policy allows the {action} action",
    Layer.SCP: "no service control policy allows the {action} action",
    Layer.RCP: "no resource control policy allows the {action} action",
    Layer.VPC_ENDPOINT: "no VPC endpoint policy allows the {action} action",
}
DENIED_BY = {
    Layer.IDENTITY: "an identity-based policy",
    Layer.PERMISSIONS_BOUNDARY: "a permissions boundary",
    Layer.SESSION: "a session policy",
    Layer.RESOURCE: "a resource-based policy",
    Layer.SCP: "a service control policy",
    Layer.RCP: "a resource control policy",
    Layer.VPC_ENDPOINT: "a VPC endpoint policy",
}


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a request was refused, or allowed, for the page that shows it."""

    principal: str
    principal_arn: str
    action: str
    resource: str
    layer: Layer | None
    decision: Decision
    trace: Trace
    missing_statement: Mapping[str, object]

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
        return "because " + BECAUSE[self.layer].format(action=self.action)

    @property
    def message(self) -> str:
        subject = f"User: {self.principal_arn} is not authorized to perform: {self.action}"
        return f"{subject} on resource: {self.resource} {self.because}"


class DocumentCache:
    """Parsed documents by the hash of their text. Texts never change, so an entry never goes stale."""

    def __init__(self, size: int = 4096) -> None:
        self._size = size
        self._parsed: dict[str, Document] = {}

    def __call__(self, hashes: Iterable[str]) -> dict[str, Document]:
        wanted = set(hashes)
        missing = wanted - self._parsed.keys()
        fresh = (
            {
                text.sha256: parse_policy(text.document, maximum_length=STORED_LENGTH)
                for text in PolicyText.objects.filter(sha256__in=missing)
            }
            if missing
            else {}
        )
        found = {key: self._parsed[key] for key in wanted - missing} | fresh
        if len(self._parsed) + len(fresh) > self._size:
            self._parsed = {}
        self._parsed = self._parsed | fresh
        return found


documents = DocumentCache()


@lru_cache(maxsize=256)
def parsed(text: str) -> Document:
    return parse_policy(text)


def sources_of(caller: Caller) -> tuple[Source, ...]:
    """Every policy that speaks about what the caller may do: own, through groups, boundary, session."""
    principal = caller.principal
    if isinstance(principal, System):
        return (Source(Kind.IDENTITY, "SystemAccess", "", parsed(SYSTEM_ACCESS)),)
    session = tuple(
        Source(Kind.SESSION, "session policy", "", parsed(text))
        for text in caller.credential.session_policies
    )
    return session + (policies_of(principal) if isinstance(principal, User) else ())


def policies_of(user: User) -> tuple[Source, ...]:
    """The identity policies of a user and its boundary, in one query while the documents are cached."""
    rows = list(_rows(Q(user=user) | Q(group__memberships__user=user)))
    boundary = _boundary_row(user)
    texts = documents([row[4] for row in rows] + [row[4] for row in boundary])
    return tuple(_source(Kind.BOUNDARY, row, texts) for row in boundary) + tuple(
        _source(Kind.GROUP if row[0] else Kind.IDENTITY, row, texts) for row in rows
    )


Row = tuple[str | None, str | None, str, str, str]


def _rows(holder: Q) -> Iterable[Row]:
    """(group name, account, path, policy name, text) of attached and inline policies."""
    columns = ("holder_group", "owner", "folder", "title", "text_hash")
    attached = Attachment.objects.filter(holder, policy__versions__is_default=True).annotate(
        holder_group=F("group__group_name"),
        owner=F("policy__account_id"),
        folder=F("policy__path"),
        title=F("policy__policy_name"),
        text_hash=F("policy__versions__text_id"),
    )
    inline = InlinePolicy.objects.filter(holder).annotate(
        holder_group=F("group__group_name"),
        owner=Value("inline", CharField()),
        folder=Value("", CharField()),
        title=F("policy_name"),
        text_hash=F("text_id"),
    )
    return attached.order_by().values_list(*columns).union(inline.order_by().values_list(*columns), all=True)


def _boundary_row(user: User) -> list[Row]:
    policy = user.permissions_boundary
    if policy is None:
        return []
    return [(None, policy.account_id, policy.path, policy.policy_name, policy.default_version.text_id)]


def _source(kind: Kind, row: Row, texts: Mapping[str, Document]) -> Source:
    group, owner, path, name, text = row
    arn = "" if owner == "inline" else Policy.arn_of(owner or "aws", name, path)
    shown = f"{name} (group {group})" if group else name
    return Source(kind, shown, arn, texts[text])


def request_of(caller: Caller, action: str, resource: str, *, now: datetime, context: Context) -> Request:
    principal = caller.principal
    return Request(
        principal=Principal(principal.arn, _kind_of(caller), caller.account_id),
        action=action,
        resource=resource,
        resource_account=caller.account_id,
        context=_listed({**facts_of(caller, now), **context}),
    )


def _kind_of(caller: Caller) -> PrincipalKind:
    if caller.is_root:
        return PrincipalKind.ROOT
    return PrincipalKind.ANONYMOUS if isinstance(caller.principal, Nobody) else PrincipalKind.USER


def facts_of(caller: Caller, now: datetime) -> dict[str, str | Sequence[str]]:
    """The global condition keys. A key that has no value is absent, as in AWS."""
    principal, client, credential = caller.principal, caller.client, caller.credential
    facts: dict[str, str | Sequence[str]] = {
        "aws:PrincipalArn": principal.arn,
        "aws:PrincipalAccount": caller.account_id,
        "aws:PrincipalType": "Account" if isinstance(principal, RootUser) else "User",
        "aws:userid": principal.unique_id,
        "aws:SourceIp": client.source_ip,
        "aws:UserAgent": client.user_agent,
        "aws:SecureTransport": str(client.is_secure).lower(),
        "aws:CurrentTime": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "aws:EpochTime": str(int(now.timestamp())),
        "aws:ViaAWSService": "false",
        "aws:RequestedRegion": "us-east-1",
    }
    if isinstance(principal, User):
        facts["aws:username"] = principal.user_name
    facts |= {f"aws:PrincipalTag/{tag['Key']}": tag["Value"] for tag in principal.tags}
    return facts | _session_facts(
        credential, now - (caller.account.clock_offset if caller.account else timedelta())
    )


def _session_facts(credential: Credential, now: datetime) -> dict[str, str | Sequence[str]]:
    """What signing in added: absent without a session, and its times are real ones, like `now` here."""
    if credential.kind != CredentialKind.CONSOLE:
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


def explanation_of(
    caller_label: str, request: Request, sources: Sequence[Source], *, shown: str
) -> Explanation:
    """The whole story of a decision, told about the resource as `shown` to the caller."""
    decision = decide(request, sources)
    return Explanation(
        principal=caller_label,
        principal_arn=request.principal.arn,
        action=request.action,
        resource=shown,
        layer=decision.denied_by,
        decision=decision,
        trace=explain(request, sources),
        missing_statement={**missing_statement(request), "Resource": shown},
    )


def _listed(context: Context) -> dict[str, tuple[str, ...]]:
    return {key: (value,) if isinstance(value, str) else tuple(value) for key, value in context.items()}
