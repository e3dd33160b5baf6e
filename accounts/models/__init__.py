from accounts.models.access_key import AccessKey
from accounts.models.account import Account, PasswordPolicy
from accounts.models.attachments import Attachment, InlinePolicy
from accounts.models.group import Group, Membership
from accounts.models.identity import RootUser, User
from accounts.models.identity_providers import OIDCProvider, SAMLProvider
from accounts.models.mfa_device import MFADevice
from accounts.models.reports import CredentialReport, LastAccessedJob
from accounts.models.role import InstanceProfile, Role, RoleDeletion
from accounts.models.server_certificate import ServerCertificate
from accounts.models.signin import FormerPassword, NetworkFailures, Session
from accounts.models.user_credentials import ServiceSpecificCredential, SigningCertificate, SSHPublicKey

__all__ = [
    "AccessKey",
    "Account",
    "Attachment",
    "CredentialReport",
    "FormerPassword",
    "Group",
    "InlinePolicy",
    "InstanceProfile",
    "LastAccessedJob",
    "MFADevice",
    "Membership",
    "NetworkFailures",
    "OIDCProvider",
    "PasswordPolicy",
    "Role",
    "RoleDeletion",
    "RootUser",
    "SAMLProvider",
    "SSHPublicKey",
    "ServerCertificate",
    "ServiceSpecificCredential",
    "Session",
    "SigningCertificate",
    "User",
]
