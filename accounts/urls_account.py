"""The account as a whole: dashboard, search, settings, and root's own page."""

from django.urls import path

from accounts.views.account import (
    account,
    change_email,
    change_name,
    change_password,
    change_support_plan,
    confirm_email,
)
from accounts.views.account_settings import (
    account_alias,
    account_settings,
    password_policy,
    remove_account_alias,
    sign_in_settings,
)
from accounts.views.dashboard import dashboard
from accounts.views.search import search

urlpatterns = [
    path("", dashboard, name="dashboard"),
    path("search/", search, name="search"),
    path("account-settings/", account_settings, name="account-settings"),
    path("account-settings/password-policy/", password_policy, name="password-policy"),
    path("account-settings/alias/", account_alias, name="account-alias"),
    path("account-settings/alias/delete/", remove_account_alias, name="delete-account-alias"),
    path("account-settings/sign-in/", sign_in_settings, name="sign-in-settings"),
    path("account/", account, name="account"),
    path("account/name/", change_name, name="account-name"),
    path("account/email/", change_email, name="account-email"),
    path("account/email/confirm/", confirm_email, name="account-email-confirm"),
    path("account/password/", change_password, name="account-password"),
    path("account/support-plan/", change_support_plan, name="account-support-plan"),
]
