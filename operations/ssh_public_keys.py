"""SSH public keys: with them a user reaches the repositories of CodeCommit, and nothing else."""

from __future__ import annotations

from copy import copy
from typing import Final

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import MD5
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_public_key,
    load_ssh_public_key,
    ssh_key_fingerprint,
)

from accounts.models import SSHPublicKey, User
from accounts.models.user_credentials import Status
from accounts.names import IdPrefix, new_unique_id
from operations.call import Call
from operations.errors import (
    DuplicateSSHPublicKey,
    InvalidPublicKey,
    NoSuchEntity,
    UnrecognizedPublicKeyEncoding,
    ValidationError,
)
from operations.operation import operation
from operations.paging import Page, page_of
from operations.quotas import ensure_room
from operations.users import name_or_own

SSH: Final = "SSH"
PEM: Final = "PEM"
PEM_BEGIN: Final = "-----BEGIN PUBLIC KEY-----"
PEM_END: Final = "-----END PUBLIC KEY-----"
# "The minimum bit-length of the public key is 2048 bits" (UploadSSHPublicKey).
SMALLEST_KEY: Final = 2048


@operation("iam:UploadSSHPublicKey")
def upload_ssh_public_key(call: Call, *, user_name: str, ssh_public_key_body: str) -> SSHPublicKey:
    """Keep a public key for a user; it may be used at once. In the console it takes a fresh proof of identity.

    Raises UnrecognizedPublicKeyEncoding, InvalidPublicKey, DuplicateSSHPublicKey (of that very user) and
    LimitExceeded.
    """
    user = call.access(User, user_name)
    call.require_fresh_proof()
    fingerprint = _fingerprint(_public_key(ssh_public_key_body))
    _ensure_room(call, user, fingerprint)
    key = call.account.ssh_public_keys.create(
        user=user,
        ssh_public_key_id=new_unique_id(IdPrefix.SSH_PUBLIC_KEY),
        ssh_public_key_body=ssh_public_key_body,
        fingerprint=fingerprint,
        upload_date=call.now,
    )
    call.respond(sSHPublicKeyId=key.ssh_public_key_id, fingerprint=fingerprint, status=key.status)
    call.undo_by("iam:DeleteSSHPublicKey", user_name=user.user_name, ssh_public_key_id=key.ssh_public_key_id)
    return key


@operation("iam:GetSSHPublicKey", reads=True)
def get_ssh_public_key(call: Call, *, user_name: str, ssh_public_key_id: str, encoding: str) -> SSHPublicKey:
    """One key of that very user, its body as it was uploaded or turned into the other `encoding`."""
    key = _key_of(call, user_name, ssh_public_key_id)
    # A copy: the row keeps the body as it was uploaded, with its comment.
    shown = copy(key)
    shown.ssh_public_key_body = _encoded(key.ssh_public_key_body, encoding)
    return shown


@operation("iam:ListSSHPublicKeys", reads=True)
def list_ssh_public_keys(
    call: Call, *, user_name: str | None = None, marker: str | None = None, max_items: int | None = None
) -> Page[SSHPublicKey]:
    """The keys of a user; of the caller when it names nobody."""
    user = call.access(User, name_or_own(call, user_name))
    keys = call.account.ssh_public_keys.filter(user=user).select_related("user")
    return page_of(keys, "ssh_public_key_id", marker=marker, max_items=max_items)


@operation("iam:UpdateSSHPublicKey")
def update_ssh_public_key(call: Call, *, user_name: str, ssh_public_key_id: str, status: str) -> None:
    """Switch a key on or off; one that is off keeps its place. Raises ValidationError for any other status."""
    key = _key_of(call, user_name, ssh_public_key_id)
    if status not in Status.values:
        raise ValidationError("The status of an SSH public key is Active or Inactive.", parameter="status")
    call.undo_by(
        "iam:UpdateSSHPublicKey",
        user_name=key.user_name,
        ssh_public_key_id=ssh_public_key_id,
        status=key.status,
    )
    key.status = status
    key.save(update_fields=["status"])


@operation("iam:DeleteSSHPublicKey")
def delete_ssh_public_key(call: Call, *, user_name: str, ssh_public_key_id: str) -> None:
    """Delete a key of that very user; a key of somebody else is not found."""
    key = _key_of(call, user_name, ssh_public_key_id)
    call.deleted(key.snapshot())
    key.delete()


def _ensure_room(call: Call, user: User, fingerprint: str) -> None:
    present = call.account.ssh_public_keys.filter(user=user)
    if present.filter(fingerprint=fingerprint).exists():
        raise DuplicateSSHPublicKey(
            f"The SSH public key is already associated with user {user.user_name}.",
            parameter="ssh_public_key_body",
        )
    ensure_room(present, "SSH_PUBLIC_KEYS_PER_USER", "SSHPublicKeysPerUser")


def _key_of(call: Call, user_name: str, ssh_public_key_id: str) -> SSHPublicKey:
    """Decide on the user, and only then say whether the user has such a key."""
    user = call.access(User, user_name)
    keys = call.account.ssh_public_keys.filter(user=user).select_related("user")
    key = keys.filter(ssh_public_key_id=ssh_public_key_id).first()
    if key is None:
        raise NoSuchEntity(
            f"The Public Key with id {ssh_public_key_id} cannot be found.", parameter="ssh_public_key_id"
        )
    return key


def _encoding_of(body: str) -> str:
    """Whether a body is `ssh-rsa AAAA… comment` or PEM; raises UnrecognizedPublicKeyEncoding for anything else."""
    text = body.strip()
    if text.startswith(PEM_BEGIN):
        return PEM
    if text.split(maxsplit=1)[:1] == ["ssh-rsa"]:
        return SSH
    raise UnrecognizedPublicKeyEncoding(
        "The public key encoding format is unsupported or unrecognized: "
        f"a key begins with ssh-rsa, or with {PEM_BEGIN}",
        parameter="ssh_public_key_body",
    )


def _public_key(body: str) -> RSAPublicKey:
    """The key of a body; raises UnrecognizedPublicKeyEncoding and InvalidPublicKey."""
    text, encoding = body.strip(), _encoding_of(body)
    if not _is_alone(text, encoding):
        raise InvalidPublicKey("The body must hold one public key.", parameter="ssh_public_key_body")
    load = load_pem_public_key if encoding == PEM else load_ssh_public_key
    try:
        key = load(text.encode())
    except (ValueError, UnsupportedAlgorithm) as error:
        raise InvalidPublicKey("The public key is malformed.", parameter="ssh_public_key_body") from error
    if not isinstance(key, RSAPublicKey) or key.key_size < SMALLEST_KEY:
        raise InvalidPublicKey(
            f"The public key is invalid: it must be an RSA key of at least {SMALLEST_KEY} bits.",
            parameter="ssh_public_key_body",
        )
    return key


def _is_alone(text: str, encoding: str) -> bool:
    """The loaders read the first key and pass over what follows, which would be kept and shown with it."""
    if encoding == PEM:
        return text.endswith(PEM_END) and text.count(PEM_END) == 1
    return len(text.splitlines()) == 1


def _fingerprint(key: RSAPublicKey) -> str:
    """As `ssh-keygen -l -E md5` shows it, and AWS: MD5 tells keys apart here, it protects nothing."""
    return ssh_key_fingerprint(key, MD5()).hex(":")  # noqa: S303


def _encoded(body: str, encoding: str) -> str:
    if _encoding_of(body) == encoding:
        return body
    key = _public_key(body)
    if encoding == PEM:
        return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    return key.public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode()
