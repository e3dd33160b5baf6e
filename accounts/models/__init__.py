from accounts.models.access_key import AccessKey
from accounts.models.account import Account, PasswordPolicy
from accounts.models.attachments import Attachment, InlinePolicy
from accounts.models.group import Group, Membership
from accounts.models.identity import RootUser, User
from accounts.models.mfa_device import MFADevice
from accounts.models.signin import FormerPassword, NetworkFailures, Session

__all__ = [
    "AccessKey",
    "Account",
    "Attachment",
    "FormerPassword",
    "Group",
    "InlinePolicy",
    "MFADevice",
    "Membership",
    "NetworkFailures",
    "PasswordPolicy",
    "RootUser",
    "Session",
    "User",
]
