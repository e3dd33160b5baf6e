"""Sign-in, users, groups, the account: which module answers below which address.

What is not about one user or group stands beside `users/` and `groups/`: below them every name is somebody's.
"""

from django.urls import include, path, register_converter

from accounts.addresses import NameConverter
from accounts.views.create_group import create_group, create_group_cancel
from accounts.views.groups import delete_groups

register_converter(NameConverter, "name")

urlpatterns = [
    path("", include("accounts.signin.urls")),
    path("iam/", include("accounts.urls_account")),
    path("iam/", include("accounts.urls_own")),
    path("iam/users-create/", include("accounts.urls_create_user")),
    path("iam/users/", include("accounts.urls_users")),
    path("iam/users/", include("accounts.urls_move")),
    path("iam/groups-create/", create_group, name="create-group"),
    path("iam/groups-create/cancel/", create_group_cancel, name="create-group-cancel"),
    path("iam/groups-delete/", delete_groups, name="delete-groups"),
    path("iam/groups/", include("accounts.urls_groups")),
]
