"""From the id of a key to whoever asks with it, and the secret that its signatures are checked with.

A signature needs no more than the secret. Whose the key is and what they may do is read when the operation begins, by a
write under its lock; a process that has read it at the same revision of the account does not read it again.
"""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from accounts.models import AccessKey, Account, Role, RootUser, User
from accounts.names import KeyPrefix
from accounts.prepared_queries import PreparedQuery, PreparedRows
from accounts.sealing import SealBroken, unseal
from operations.caller import ACCOUNT, Asking, Caller, Client, Credential, CredentialKind
from operations.errors import ExpiredToken, InvalidClientTokenId
from operations.prepared import keep, remembered_at, remembered_of
from operations.principals import AnyPrincipal, AssumedRole, FederatedUser
from operations.session_tokens import Session, session_of
from policies.models import Policy

ALLOWING_NOTHING = '{"Version":"2012-10-17","Statement":[]}'
EXPIRED = "The security token included in the request is expired"

SECRET = PreparedRows(
    lambda key_id: AccessKey.objects.filter(access_key_id=key_id, is_active=True).values_list(
        "secret", "account_id", "account__revision"
    ),
    str,
)
KEY = PreparedQuery(
    lambda key_id: AccessKey.objects.select_related("account", "user__permissions_boundary").filter(
        access_key_id=key_id, is_active=True
    ),
    str,
)


@dataclass(frozen=True, slots=True)
class Signer:
    """Who claims to have signed: nobody is believed before the signature is checked with the secret."""

    secret: str
    asking: Asking


@dataclass(frozen=True, slots=True)
class KeyBearer:
    """Whoever holds an access key; `revision` is the account's when the key was looked up."""

    access_key_id: str
    account_id: str
    revision: str
    client: Client

    def resolved(self) -> Caller:
        """The caller for a read; raises InvalidClientTokenId when the key has gone meanwhile."""
        return self.at(self.revision)

    def at(self, revision: str) -> Caller:
        """The caller at this revision, or at a later one where no lock holds it; raises InvalidClientTokenId."""
        # An operation may change its caller's row, and be undone: each gets its own.
        known = remembered_at(self.account_id, revision).keys.get(self.access_key_id)
        make = known or KEY.maker(self.access_key_id)
        if make is None:
            raise InvalidClientTokenId
        key = make()
        if known is None:
            keep(remembered_of(key.account).keys, self.access_key_id, make)
        credential = Credential(CredentialKind.ACCESS_KEY, access_key_id=self.access_key_id)
        return Caller(key.user or key.account.root, credential, key.account, self.client)


def signer_of(access_key_id: str, session_token: str | None, client: Client, *, now: datetime) -> Signer:
    """The bearer of a key; raises InvalidClientTokenId for one that is unknown or off, and ExpiredToken."""
    if access_key_id.startswith(KeyPrefix.TEMPORARY):
        return _of_session(access_key_id, session_token or "", client, now)
    if session_token is not None:
        raise InvalidClientTokenId
    # Whatever is written into a signature gets here, and PostgreSQL takes no null character.
    row = SECRET.first(access_key_id) if access_key_id.isalnum() else None
    if row is None:
        raise InvalidClientTokenId
    sealed, account_id, revision = row
    try:
        secret = _secret_of(sealed, AccessKey.seal_context_of(account_id, access_key_id))
    except SealBroken as error:
        raise InvalidClientTokenId from error
    return Signer(secret, KeyBearer(access_key_id, account_id, revision, client))


@lru_cache(maxsize=4096)
def _secret_of(sealed: str, context: str) -> str:
    """Opened once: another secret is another text."""
    return unseal(sealed, context=context)


def _of_session(access_key_id: str, token: str, client: Client, now: datetime) -> Signer:
    session = session_of(token)
    if session.access_key_id != access_key_id:
        raise InvalidClientTokenId
    if session.is_over(now):
        raise ExpiredToken(EXPIRED)
    account = ACCOUNT.first(session.account_id)
    principal = _principal(account, session) if account else None
    if account is None or principal is None:
        raise InvalidClientTokenId
    return Signer(session.secret, Caller(principal, _credential(account, session), account, client))


def _principal(account: Account, session: Session) -> AnyPrincipal | None:
    """Whom a session stands for; None when the user or role is no more, even if there is one of the same name."""
    known = remembered_of(account).bearers
    bearer = known.get(session.principal)
    if bearer is None:
        bearer = _bearer(account, session)
        if bearer is None:
            return None
        keep(known, session.principal, bearer)
    # An operation may change its caller's row, and be undone: what is remembered must not change with it.
    bearer = copy(bearer)
    if isinstance(bearer, Role):
        return AssumedRole(bearer, session.name, session.tags, session.federation)
    return FederatedUser(bearer, session.name, session.tags) if session.kind == "federated" else bearer


def _bearer(account: Account, session: Session) -> RootUser | User | Role | None:
    if session.principal == account.id:
        return account.root
    if session.kind == "role":
        roles = account.roles.select_related("permissions_boundary", "trust_policy")
        return roles.filter(role_id=session.principal).first()
    return account.users.select_related("permissions_boundary").filter(user_id=session.principal).first()


def _credential(account: Account, session: Session) -> Credential:
    managed = tuple(_text_of(account, arn) for arn in session.policy_arns)
    return Credential(
        CredentialKind.TEMPORARY,
        issued=datetime.fromisoformat(session.issued),
        mfa_time=datetime.fromisoformat(session.mfa_time) if session.mfa_time else None,
        source_identity=session.source_identity,
        session_policies=(*session.policies, *managed),
        access_key_id=session.access_key_id,
        transitive_tag_keys=session.transitive_tag_keys,
    )


def _text_of(account: Account, policy_arn: str) -> str:
    """The text in force of a managed session policy. One that is gone since allows nothing."""
    known = remembered_of(account).texts
    if policy_arn not in known:
        policy = Policy.find(account, policy_arn)
        text = policy.default_version.document if policy else ALLOWING_NOTHING
        keep(known, policy_arn, text)
    return known[policy_arn]
