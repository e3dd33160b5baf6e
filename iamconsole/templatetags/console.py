"""What every template may use without loading it: icons, times, breadcrumbs, documents, words with code."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from functools import cache, lru_cache

from django import template
from django.template import Context
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe

from iamconsole.clock import now
from iamconsole.navigation import Section, sections
from operations.authorization import Explanation
from operations.authorization_messages import encoded_message

register = template.Library()

SPANS = (
    ("year", timedelta(days=365)),
    ("month", timedelta(days=30)),
    ("day", timedelta(days=1)),
    ("hour", timedelta(hours=1)),
    ("minute", timedelta(minutes=1)),
)
LAYERS = {
    "identity": "Identity policies",
    "permissions_boundary": "Boundary",
    "session": "Session policy",
    "resource": "Resource policy",
    "scp": "Guardrail",
    "rcp": "Resource guardrail",
    "vpc_endpoint": "Endpoint policy",
}
ASCENDING, DESCENDING = mark_safe(' aria-sort="ascending"'), mark_safe(' aria-sort="descending"')
NEVER = mark_safe('<span class="hint">Never</span>')
# A string of a JSON document, and the colon behind it when it is a name.
STRING = re.compile(r'("(?:[^"\\]|\\.)*")(\s*:)?')
EFFECTS = ('"Allow"', '"Deny"')


@register.simple_tag
@cache
def icon(name: str) -> SafeString:
    return format_html('<svg class="icon" aria-hidden="true"><use href="#i-{}"/></svg>', name)


@register.simple_tag
@cache
def asset(path: str) -> str:
    """The address of a static file under the name with its hash, which holds as long as this process."""
    return static(path)


@register.simple_tag
def navigation(path: str) -> SafeString:
    return _links(tuple(sections(path)))


@lru_cache(maxsize=64)
def _links(shown: tuple[Section, ...]) -> SafeString:
    return render_to_string("_navigation_links.html", {"sections": shown})


@register.filter
def backticks(text: object) -> SafeString:
    """Escaped words, with what stands between backticks as code."""
    parts = conditional_escape(str(text)).split("`")
    shown = (f"<code>{part}</code>" if index % 2 else part for index, part in enumerate(parts))
    # An odd backtick out is only a backtick.
    whole = "".join(shown) if len(parts) % 2 else "`".join(parts)
    return mark_safe(whole)  # noqa: S308 -- every part is escaped above


@register.filter
def absolute(at: datetime) -> str:
    """A moment in full, with its offset: 17 May 2026, 09:41:07 +00:00."""
    local = timezone.localtime(at)
    offset = local.isoformat()[-6:]
    return f"{local.day} {local:%B %Y, %H:%M:%S} {offset}"


@register.filter
def ago(at: datetime) -> str:
    """A moment as people say it: 12 days ago, in 5 minutes."""
    passed = now() - at
    for word, span in SPANS:
        if abs(passed) >= span:
            count = abs(passed) // span
            said = f"{count} {word}" if count == 1 else f"{count} {word}s"
            return f"{said} ago" if passed > timedelta() else f"in {said}"
    return "just now"


@register.filter
def encoded(explanation: Explanation) -> str:
    """A refusal as sts:DecodeAuthorizationMessage reads it."""
    return encoded_message(explanation, explanation.request.principal.account_id)


@register.filter
def layer_title(layer: str) -> str:
    """The name of a layer of the decision, as the console writes it."""
    return LAYERS.get(layer, str(layer).replace("_", " ").capitalize())


@register.filter
def brief_time(at: datetime | None) -> SafeString:
    """A cell of a list: the moment as people say it, in full in the tip. Lists draw it a hundred times a page."""
    if at is None:
        return NEVER
    return format_html('<time datetime="{}" title="{}">{}</time>', at.isoformat(), absolute(at), ago(at))


@register.simple_tag(takes_context=True)
def sort_header(context: Context, label: str, key: str) -> SafeString:
    """A column heading that sorts by `key`, and the other way round where it does so already (the name `sort`)."""
    ascending, descending = context["sort"] == key, context["sort"] == f"-{key}"
    query = context["request"].GET.copy()
    query["sort"] = f"-{key}" if ascending else key
    query.pop("marker", None)
    return format_html(
        '<th scope="col"{}><a id="sort-{}" href="?{}">{}{}</a></th>',
        ASCENDING if ascending else DESCENDING if descending else "",
        key,
        query.urlencode(),
        label,
        icon("up" if ascending else "down" if descending else "sort"),
    )


@register.inclusion_tag("_breadcrumbs.html")
def breadcrumbs(*parts: str) -> dict[str, object]:
    """`{% breadcrumbs "IAM" "/iam/" "Users" "/iam/users/" name %}`: pairs of label and URL, then the page."""
    *links, last = parts
    return {"crumbs": [*zip(links[::2], links[1::2], strict=True), (last, "")]}


@register.inclusion_tag("_document.html")
def document(value: str | Mapping[str, object], label: str, sign: str = "") -> dict[str, object]:
    """A JSON document with line numbers; with the sign + or − its lines are marked as added or removed."""
    text = value if isinstance(value, str) else json.dumps(value, indent=2)
    return {"label": label, "sign": sign, "lines": list(map(_highlighted, text.splitlines()))}


@register.filter
def json_text(value: Mapping[str, object]) -> str:
    """A document as the text to copy."""
    return json.dumps(value, indent=2)


def _highlighted(line: str) -> SafeString:
    return mark_safe("".join(_parts(line)))  # noqa: S308 -- every part is escaped below


def _parts(line: str) -> Iterator[str]:
    done = 0
    for found in STRING.finditer(line):
        text, colon = found.groups(default="")
        yield conditional_escape(line[done : found.start()])
        yield format_html('<span class="{}">{}</span>{}', _kind(text, colon), text, colon)
        done = found.end()
    yield conditional_escape(line[done:])


def _kind(text: str, colon: str) -> str:
    if colon:
        return "k"
    return "e" if text in EFFECTS else "s"
