"""The list of users, and each user's page with its tabs and acts."""

from django.urls import include, path

from accounts.views import (
    access_key_creation,
    access_key_rotation,
    access_keys,
    effective_access,
    mfa_assignment,
    mfa_devices,
    user_access,
    user_boundary,
    user_credentials,
    user_grants,
)
from accounts.views.credential_owners import for_user
from accounts.views.delete_users import delete_user
from accounts.views.reach import reach
from accounts.views.user_groups import groups
from accounts.views.user_permissions import user
from accounts.views.user_removal import remove_permissions
from accounts.views.user_tags import manage_tags, tags
from accounts.views.users import users

pages_of_a_user = [
    path("", user, name="user"),
    path("groups/", groups, name="user-groups"),
    path("tags/", tags, name="user-tags"),
    path("tags/manage/", manage_tags, name="user-manage-tags"),
    path("credentials/", user_credentials.credentials, name="user-credentials"),
    path("credentials/console-access/", user_credentials.console_access, name="user-console-access"),
    path("credentials/sign-out/", user_credentials.sign_out, name="user-sign-out"),
    path("mfa/assign/", for_user(mfa_assignment.assign), name="user-assign-mfa"),
    path("mfa/enable/", for_user(mfa_assignment.enable), name="user-enable-mfa"),
    path("mfa/qr/", for_user(mfa_assignment.picture), name="user-qr-mfa"),
    path("mfa/discard/", for_user(mfa_assignment.discard), name="user-discard-mfa"),
    path("mfa/remove/", for_user(mfa_devices.remove), name="user-remove-mfa"),
    path("mfa/resync/", for_user(mfa_devices.resync), name="user-resync-mfa"),
    path("access-keys/create/", for_user(access_key_creation.create), name="user-create-access-key"),
    path("access-keys/created/", for_user(access_key_creation.created), name="user-created-access-key"),
    path("access-keys/switch/", for_user(access_keys.switch), name="user-switch-access-key"),
    path("access-keys/delete/", for_user(access_keys.delete), name="user-delete-access-key"),
    path("access-keys/rotate/", for_user(access_key_rotation.rotate), name="user-rotate-access-key"),
    path("check-access/", user_access.check, name="user-check-access"),
    path("effective-access/", effective_access.user, name="user-effective-access"),
    path("escalation/", reach, name="user-reach"),
    path("history/", user_access.history, name="user-history"),
    path("add-to-groups/", user_grants.add_to_groups, name="user-add-to-groups"),
    path("attach-policies/", user_grants.attach_policies, name="user-attach-policies"),
    path("copy-permissions/", user_grants.copy, name="user-copy-permissions"),
    path("remove-permissions/", remove_permissions, name="user-remove-permissions"),
    path("boundary/", user_boundary.set_boundary, name="user-boundary"),
    path("boundary/remove/", user_boundary.remove_boundary, name="user-remove-boundary"),
    path("delete/", delete_user, name="delete-user"),
]

urlpatterns = [
    path("", users, name="users"),
    path("<name:user_name>/", include(pages_of_a_user)),
]
