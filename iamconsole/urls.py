"""Which module answers which address."""

from django.urls import include, path
from django.views.generic import RedirectView

from iamconsole.health import healthz
from iamconsole.preferences import set_preference

urlpatterns = [
    path("", RedirectView.as_view(url="/iam/")),
    path("healthz", healthz),
    path("preferences/", set_preference),
    path("help/", include("iamconsole.help")),
    path("", include("accounts.urls")),
    path("iam/", include("policies.urls")),
    path("iam/", include("audit.urls")),
]

handler400 = "iamconsole.pages.bad_request"
handler403 = "iamconsole.pages.permission_denied"
handler404 = "iamconsole.pages.page_not_found"
handler500 = "api.endpoint.server_error"
