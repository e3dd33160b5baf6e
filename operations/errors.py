"""What can go wrong, one class a code of the wire. The text is for the person who asked."""

from __future__ import annotations

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
    """A parameter breaks the service model: its length, pattern, range or kind."""

    code = "ValidationError"
    status = 400


class FreshProofRequired(ServiceError):
    """A sensitive act, and the last proof of identity is older than ten minutes."""

    code = "FreshProofRequired"
    status = 403


class SignInFailed(ServiceError):
    """One answer for an unknown account, an unknown user, a wrong password and a locked user."""

    code = "FailedAuthentication"
    status = 401


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
    """The credential is gone: deleted, switched off or ended since the caller was resolved."""

    code = "InvalidClientTokenId"
    status = 403


class ServiceFailure(ServiceError):
    """Our own fault."""
