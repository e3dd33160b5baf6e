"""The cells of the users list. Fifty rows are drawn at a time, and a template takes four times as long for them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from urllib.parse import quote

from django import template
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from accounts.addresses import MARK, marked
from accounts.models import User
from iamconsole.templatetags.console import brief_time, icon

register = template.Library()

GROUPS_NAMED = 2
Cell = Callable[[User, datetime], str]


def _hint(word: str) -> SafeString:
    return format_html('<span class="hint">{}</span>', word)


def _status(level: str, word: str) -> SafeString:
    return format_html('<span class="status {}">{}{}</span>', level, icon(level), word)


NONE, DISABLED = _hint("None"), _hint("Disabled")
VIRTUAL, NO_DEVICE = _status("ok", "Virtual"), _status("bad", "None")


def _groups(user: User, _: datetime) -> SafeString:
    """The first two by name, and how many more."""
    if not user.group_names:
        return NONE
    named = ((quoted(name), name) for name in user.group_names[:GROUPS_NAMED])
    links = format_html_join(", ", '<a href="/iam/groups/{}/">{}</a>', named)
    more = len(user.group_names) - GROUPS_NAMED
    return links if more <= 0 else format_html('{} <span class="nowrap">+ {} more</span>', links, more)


def _mfa(user: User, _: datetime) -> SafeString:
    if user.device_count > 1:
        return _status("ok", f"{user.device_count} devices")
    if user.device_count:
        return VIRTUAL
    return NO_DEVICE if user.has_console_access else NONE


def _password_age(user: User, now: datetime) -> str:
    """In days, as the console counts."""
    if user.password_changed_date is None:
        return NONE
    days = (now - user.password_changed_date).days
    return f"{days} day{'s' if days > 1 else ''}" if days else "Today"


CELLS: dict[str, tuple[str, Cell]] = {
    "path": ("Path", lambda user, _: user.path),
    "groups": ("Groups", _groups),
    "last_activity": ("Last activity", lambda user, _: brief_time(user.last_activity)),
    "mfa": ("MFA", _mfa),
    "password_age": ("Password age", _password_age),
    "last_sign_in": (
        "Last sign-in",
        lambda user, _: brief_time(user.password_last_used) if user.has_console_access else NONE,
    ),
    "console_access": ("Console access", lambda user, _: "Enabled" if user.has_console_access else DISABLED),
    "create_date": ("Created", lambda user, _: brief_time(user.create_date)),
    "arn": ("ARN", lambda user, _: format_html("<code>{}</code>", user.arn)),
}


@register.simple_tag
def user_cells(user: User, columns: Sequence[str], now: datetime) -> SafeString:
    """The chosen cells of one row, in the order of the heading."""
    cells = ((label, cell(user, now)) for key, (label, cell) in CELLS.items() if key in columns)
    drawn = (f'<td data-label="{label}">{conditional_escape(cell)}</td>' for label, cell in cells)
    return mark_safe("".join(drawn))  # noqa: S308  every cell is escaped, and the labels are ours


@register.filter
def quoted(name: str) -> str:
    """A name as a part of an address."""
    return quote(marked(name), safe=MARK)
