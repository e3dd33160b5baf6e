"""What a change would do, shown beside the form that would make it: for every page that changes permissions."""

from __future__ import annotations

from iamconsole.cli import commands_of
from operations.caller import Caller
from operations.errors import AccessDenied, MalformedPolicyDocument, NoSuchEntity, ValidationError
from operations.paper import Items
from operations.previews import preview_changes


def effect_of(caller: Caller, *, what: str = "", **changes: Items) -> dict[str, object]:
    """The names that `_preview.html` and `_cli.html` want; `what` is the one user a change is about, if any.

    Without any change there is nothing to see yet; whoever may not look is told which right is missing. What is
    wrong with the change itself, its own form says when it is sent.
    """
    preview = unseen = None
    if any(changes.values()):
        try:
            preview = preview_changes(caller, **changes)
        except AccessDenied as refusal:
            unseen = refusal
        except (NoSuchEntity, ValidationError, MalformedPolicyDocument):
            pass
    return {"preview": preview, "unseen": unseen, "what": what, "cli": commands_of(changes)}
