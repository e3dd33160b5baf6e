"""The door: what answers before there is a whole session, and the way out."""

from django.urls import path

from accounts.signin import views, views_confirm, views_enrolment, views_reset, views_signup, views_steps

urlpatterns = [
    path("signup/", views_signup.sign_up, name="signup"),
    path("signin/", views.sign_in, name="signin"),
    path("signin/mfa/", views_steps.enter_code, name="signin-mfa"),
    path("signin/mfa/enrol/", views_enrolment.enrol, name="signin-enrol"),
    path("signin/mfa/enrol/qr/", views_enrolment.picture, name="signin-enrol-qr"),
    path("signin/password/", views_steps.change_password, name="signin-password"),
    path("signin/<slug:account>/", views.sign_in_to_account, name="signin-account"),
    path("password-reset/", views_reset.ask, name="password-reset"),
    path("password-reset/<str:token>/", views_reset.reset, name="password-reset-confirm"),
    path("signout/", views.sign_out, name="signout"),
    path("signout/everywhere/", views.sign_out_everywhere, name="signout-everywhere"),
    path("iam/confirm/", views_confirm.confirm, name="confirm-identity"),
]
