"""Move, below the users."""

from django.urls import path

from accounts.views.move_user import move_user, user_moved

urlpatterns = [
    path("<name:user_name>/move/", move_user, name="move-user"),
    path("<name:user_name>/moved/", user_moved, name="user-moved"),
]
