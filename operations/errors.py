"""What can go wrong, one class a code of the wire. The text is for the person who asked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from operations.authorization import Explanation


class ServiceError(Exception):
    """Refused: `code` and `status` as on the wire, `parameter` (snake case) where one field is to blame."""

    code: ClassVar[str] = "ServiceFailure"
    status: ClassVar[int] = 500

    def __init__(self, message: str, *, parameter: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.parameter = parameter


class AccessDenied(ServiceError):
    """The engine said no; `explanation` says which layer, which statement, and what is missing."""

    code = "AccessDenied"
    status = 403

    def __init__(self, message: str, *, explanation: Explanation | None = None) -> None:
        super().__init__(message)
        self.explanation = explanation


class ValidationError(ServiceError):
    """A parameter breaks the service model: its length, pattern, range or kind.

    `faults` are the parameters to blame and what is wrong with each, where there may be several.
    """

    code = "ValidationError"
    status = 400

    def __init__(
        self, message: str, *, parameter: str | None = None, faults: Sequence[tuple[str, str]] = ()
    ) -> None:
        super().__init__(message, parameter=parameter)
        self.faults = faults


class FreshProofRequired(ServiceError):
    """A sensitive act, and the last proof of identity is older than ten minutes."""

    code = "FreshProofRequired"
    status = 403


class SignInFailed(ServiceError):
    """One answer for an unknown account, an unknown user, a wrong password and a locked user."""

    code = "FailedAuthentication"
    status = 401


class WrongPassword(SignInFailed):
    """Somebody signed in does not know the own password; programs are told what AWS tells them."""

    code = "AccessDenied"
    status = 403


class NoSuchEntity(ServiceError):
    code = "NoSuchEntity"
    status = 404


class EntityAlreadyExists(ServiceError):
    code = "EntityAlreadyExists"
    status = 409


class DeleteConflict(ServiceError):
    code = "DeleteConflict"
    status = 409


class LimitExceeded(ServiceError):
    code = "LimitExceeded"
    status = 409


class ConcurrentModification(ServiceError):
    """Somebody else changed the object after it was read."""

    code = "ConcurrentModification"
    status = 409


class InvalidInput(ServiceError):
    code = "InvalidInput"
    status = 400


class MalformedPolicyDocument(ServiceError):
    code = "MalformedPolicyDocument"
    status = 400


class PasswordPolicyViolation(ServiceError):
    code = "PasswordPolicyViolation"
    status = 400


class PolicyNotAttachable(ServiceError):
    code = "PolicyNotAttachable"
    status = 400


class UnmodifiableEntity(ServiceError):
    code = "UnmodifiableEntity"
    status = 400


class EntityTemporarilyUnmodifiable(ServiceError):
    code = "EntityTemporarilyUnmodifiable"
    status = 409


class InvalidAuthenticationCode(ServiceError):
    code = "InvalidAuthenticationCode"
    status = 403


class Throttling(ServiceError):
    """Too many attempts; the message says how long to wait."""

    code = "Throttling"
    status = 400


class InvalidClientTokenId(ServiceError):
    """A credential that is unknown, switched off, gone since the caller was resolved, or of no use here."""

    code = "InvalidClientTokenId"
    status = 403

    def __init__(self, message: str = "The security token included in the request is invalid.") -> None:
        super().__init__(message)


class DuplicateCertificate(ServiceError):
    code = "DuplicateCertificate"
    status = 409


class DuplicateSSHPublicKey(ServiceError):
    code = "DuplicateSSHPublicKey"
    status = 400


class InvalidCertificate(ServiceError):
    """A certificate that is outside its time, or not for what it is given for."""

    code = "InvalidCertificate"
    status = 400


class MalformedCertificate(ServiceError):
    code = "MalformedCertificate"
    status = 400


class KeyPairMismatch(ServiceError):
    code = "KeyPairMismatch"
    status = 400


class InvalidUserType(ServiceError):
    """An operation that is for IAM users alone, called by somebody else."""

    code = "InvalidUserType"
    status = 400


class InvalidPublicKey(ServiceError):
    code = "InvalidPublicKey"
    status = 400


class UnrecognizedPublicKeyEncoding(ServiceError):
    code = "UnrecognizedPublicKeyEncoding"
    status = 400


class NotSupportedService(ServiceError):
    code = "NotSupportedService"
    status = 404


class ReportNotPresent(ServiceError):
    code = "ReportNotPresent"
    status = 410


class ReportExpired(ServiceError):
    code = "ReportExpired"
    status = 410


class FeatureDisabled(ServiceError):
    code = "FeatureDisabled"
    status = 404


class RoleTemplateDisabled(ServiceError):
    code = "RoleTemplateDisabled"
    status = 400


class OrganizationNotFound(ServiceError):
    code = "OrganizationNotFoundException"
    status = 400


class ServiceAccessNotEnabled(ServiceError):
    code = "ServiceAccessNotEnabledException"
    status = 400


class PackedPolicyTooLarge(ServiceError):
    """Session policies and session tags do not fit into a token."""

    code = "PackedPolicyTooLarge"
    status = 400


class InvalidIdentityToken(ServiceError):
    code = "InvalidIdentityToken"
    status = 400


class ExpiredIdentityToken(ServiceError):
    """A SAML assertion or an identity token that came too late."""

    code = "ExpiredTokenException"
    status = 400


class IDPRejectedClaim(ServiceError):
    code = "IDPRejectedClaim"
    status = 403


class InvalidAuthorizationMessage(ServiceError):
    code = "InvalidAuthorizationMessageException"
    status = 400


class OutboundWebIdentityFederationDisabled(ServiceError):
    code = "OutboundWebIdentityFederationDisabledException"
    status = 403


class ExpiredTradeInToken(ServiceError):
    code = "ExpiredTradeInTokenException"
    status = 400


class ExpiredToken(ServiceError):
    """Temporary credentials after their time."""

    code = "ExpiredToken"
    status = 403


class MissingAuthenticationToken(ServiceError):
    code = "MissingAuthenticationToken"
    status = 403


class IncompleteSignature(ServiceError):
    code = "IncompleteSignature"
    status = 400


class SignatureDoesNotMatch(ServiceError):
    code = "SignatureDoesNotMatch"
    status = 403


class InvalidAction(ServiceError):
    """The service has no such operation in the version asked for."""

    code = "InvalidAction"
    status = 400


class MissingAction(ServiceError):
    code = "MissingAction"
    status = 400


class MalformedQueryString(ServiceError):
    """Parameters that cannot be read, or that say one thing twice."""

    code = "MalformedQueryString"
    status = 400


class MethodNotAllowed(ServiceError):
    code = "MethodNotAllowed"
    status = 405


class RequestTimeout(ServiceError):
    code = "RequestTimeout"
    status = 408


class ServiceUnavailable(ServiceError):
    """The database is busy or full; the same request may succeed a little later."""

    code = "ServiceUnavailable"
    status = 503


class ServiceFailure(ServiceError):
    """Our own fault."""
