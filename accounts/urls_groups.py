"""User groups: the list, the wizard, and the pages of one group."""

from django.urls import path

from accounts.views import effective_access
from accounts.views.group_changes import add_users, attach_policies, remove_policies, remove_users
from accounts.views.group_detail import check, group, rename
from accounts.views.group_permissions import group_permissions
from accounts.views.groups import delete_group, groups

urlpatterns = [
    path("", groups, name="groups"),
    path("<name:group_name>/", group, name="group"),
    path("<name:group_name>/rename/", rename, name="rename-group"),
    path("<name:group_name>/delete/", delete_group, name="delete-group"),
    path("<name:group_name>/add-users/", add_users, name="group-add-users"),
    path("<name:group_name>/remove-users/", remove_users, name="group-remove-users"),
    path("<name:group_name>/permissions/", group_permissions, name="group-permissions"),
    path("<name:group_name>/attach-policies/", attach_policies, name="group-attach-policies"),
    path("<name:group_name>/remove-policies/", remove_policies, name="group-remove-policies"),
    path("<name:group_name>/check-access/", check, name="group-check-access"),
    path("<name:group_name>/effective-access/", effective_access.group, name="group-effective-access"),
]
