"""The Create user wizard."""

from django.urls import path

from accounts.views.create_user import create_user_cancel, create_user_details, create_user_review
from accounts.views.create_user_finished import create_user_csv, create_user_finished
from accounts.views.create_user_permissions import create_user_group, create_user_permissions

urlpatterns = [
    path("", create_user_details, name="create-user-details"),
    path("permissions/", create_user_permissions, name="create-user-permissions"),
    path("permissions/group/", create_user_group, name="create-user-group"),
    path("review/", create_user_review, name="create-user-review"),
    path("finished/", create_user_finished, name="create-user-finished"),
    path("finished/csv/", create_user_csv, name="create-user-csv"),
    path("cancel/", create_user_cancel, name="create-user-cancel"),
]
