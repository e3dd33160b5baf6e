"""One's own credentials, and the acts on several users that a user's name could not stand beside."""

from django.urls import path

from accounts.views import access_key_creation, access_key_rotation, access_keys, mfa_assignment, mfa_devices
from accounts.views.credential_owners import for_oneself
from accounts.views.delete_users import delete_users
from accounts.views.own_credentials import change_password, security_credentials
from accounts.views.users import preferences

urlpatterns = [
    path("security-credentials/", security_credentials, name="security-credentials"),
    path("security-credentials/password/", change_password, name="change-password"),
    path("security-credentials/mfa/assign/", for_oneself(mfa_assignment.assign), name="assign-own-mfa"),
    path("security-credentials/mfa/enable/", for_oneself(mfa_assignment.enable), name="enable-own-mfa"),
    path("security-credentials/mfa/qr/", for_oneself(mfa_assignment.picture), name="qr-own-mfa"),
    path("security-credentials/mfa/discard/", for_oneself(mfa_assignment.discard), name="discard-own-mfa"),
    path("security-credentials/mfa/remove/", for_oneself(mfa_devices.remove), name="remove-own-mfa"),
    path("security-credentials/mfa/resync/", for_oneself(mfa_devices.resync), name="resync-own-mfa"),
    path(
        "security-credentials/access-keys/create/",
        for_oneself(access_key_creation.create),
        name="create-own-access-key",
    ),
    path(
        "security-credentials/access-keys/created/",
        for_oneself(access_key_creation.created),
        name="created-own-access-key",
    ),
    path("security-credentials/access-keys/csv/", access_key_creation.download, name="access-key-csv"),
    path(
        "security-credentials/access-keys/switch/",
        for_oneself(access_keys.switch),
        name="switch-own-access-key",
    ),
    path(
        "security-credentials/access-keys/delete/",
        for_oneself(access_keys.delete),
        name="delete-own-access-key",
    ),
    path(
        "security-credentials/access-keys/rotate/",
        for_oneself(access_key_rotation.rotate),
        name="rotate-own-access-key",
    ),
    # Below users/ every name may be a user's.
    path("users-preferences/", preferences, name="users-preferences"),
    path("users-delete/", delete_users, name="delete-users"),
]
