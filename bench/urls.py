"""The console's addresses and the admin's."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import include, path

from accounts.models import User


@admin.register(User)
class UserAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # Django has no subscript at run time
    """The changelist that a Django developer would write to show what our list shows: same columns, same rows."""

    list_display = (
        "user_name",
        "path",
        "group_names",
        "last_activity",
        "mfa",
        "password_changed_date",
        "password_last_used",
    )
    list_filter = ("path", "groups", "password_reset_required")
    search_fields = ("user_name", "path", "user_id")
    list_per_page = 50

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        return super().get_queryset(request).prefetch_related("groups", "mfa_devices")

    @admin.display(description="groups")
    def group_names(self, user: User) -> str:
        return ", ".join(group.group_name for group in user.groups.all())

    @admin.display(description="MFA")
    def mfa(self, user: User) -> int:
        return len(user.mfa_devices.all())


urlpatterns = [path("admin/", admin.site.urls), path("", include("iamconsole.urls"))]
