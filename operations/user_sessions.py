"""Ending what a user has open: for a lost laptop, when the password itself may stay."""

from __future__ import annotations

from accounts.models import User
from operations.call import Call
from operations.operation import operation


@operation("iamconsole:EndUserSessions", action="iam:UpdateLoginProfile")
def end_user_sessions(call: Call, *, user_name: str) -> None:
    """Sign a user out everywhere, at the next request of each session."""
    user = call.access(User, user_name)
    user.end_sessions()
    user.save(update_fields=["session_epoch"])
