"""A policy from plain choices: first the service, then what to do there, on what, and when."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from django.http import Http404, HttpResponse, QueryDict
from django.views.decorators.http import require_http_methods, require_safe

from accounts.signin.flow import PAGE_METHODS, form_status
from accounts.signin.middleware import ConsoleRequest
from iamconsole.pages import page
from operations.quotas import quota
from policies.catalog import WELL_KNOWN_SERVICES, AccessLevel, Service, catalog
from policies.choice_forms import LEVELS, MOST_ROWS, PREFIX, ChoicesForm
from policies.engine.patterns import fold
from policies.starting.appending import Unappendable, new_text
from policies.starting.choices import Choice
from policies.validation import size_without_white_space
from policies.views.starting import Destination, DraftPreview, begin, counted

MOST_SHOWN: Final = 50
UNFIT: Final = "Something in the form does not fit yet, and is not in this text."
NOTHING: Final = "Nothing comes of this: no chosen action works on these resources under these conditions."


@require_safe
def policy_choices(request: ConsoleRequest) -> HttpResponse:
    destination, text = Destination.of(request), request.GET.get("text", "")[:128].strip()
    services = _services(text)
    context = {
        "destination": destination,
        "text": text,
        "rows": [
            (name, prefix, destination.address("policy-choices-of", prefix))
            for prefix, name in services[:MOST_SHOWN]
        ],
        "hidden_count": max(0, len(services) - MOST_SHOWN),
        "clear_url": destination.address("policy-choices"),
        "crumbs": destination.crumbs(("Plain choices", "")),
    }
    return page(request, "policies/choices.html", context, partial="policies/_choices_services.html")


@require_http_methods(PAGE_METHODS)
def policy_choices_of(request: ConsoleRequest, prefix: str) -> HttpResponse:
    """The preview takes what fits; only what fits altogether is taken along."""
    service = catalog().service(prefix)
    if service is None:
        raise Http404
    destination, go = Destination.of(request), request.POST.get("go")
    data = _with_a_row(request.POST) if go == "more" else request.POST
    form = ChoicesForm(data or None, service=service, account_id=request.caller.account_id)
    if go == "use" and form.is_complete:
        try:
            return _used(request, destination, form.choice)
        except Unappendable as error:
            form.add_error(None, error.message)
    context = _context(form, destination)
    if go in ("use", "more"):
        status = form_status(form) if go == "use" else 200
        return page(request, "policies/choices_of.html", context, status=status)
    return page(request, "policies/choices_of.html", context, partial="policies/_draft_preview.html")


def _services(text: str) -> Sequence[tuple[str, str]]:
    """The best known ones; or those whose name or prefix holds the text."""
    names = catalog().services()
    if not text:
        return [(prefix, names[prefix]) for prefix in WELL_KNOWN_SERVICES]
    wanted = fold(text)
    return [(prefix, name) for prefix, name in names.items() if wanted in prefix or wanted in fold(name)]


def _used(request: ConsoleRequest, destination: Destination, choice: Choice) -> HttpResponse:
    statements = choice.statements()
    if not statements:
        raise Unappendable(NOTHING)
    said = f"{counted(statements)} about {choice.service.name} came in. Look it over, then go on."
    return begin(request, destination, statements, said)


def _context(form: ChoicesForm, destination: Destination) -> dict[str, object]:
    return {
        "service": form.service,
        "form": form,
        "levels": _levels(form),
        "preview": _preview(form),
        "has_room": form.rows.total_form_count() < MOST_ROWS,
        "destination": destination,
        "action": destination.address("policy-choices-of", form.service.prefix),
        "list_url": destination.address("policy-choices"),
        "crumbs": destination.crumbs(
            ("Plain choices", destination.address("policy-choices")), (form.service.name, "")
        ),
    }


def _levels(form: ChoicesForm) -> list[tuple[AccessLevel, str, str, int, bool]]:
    """Each access level that the service has: its words, AWS's word, how many actions, and whether it is chosen."""
    chosen = form["levels"].value() or []
    counts = {level: _count(form.service, level) for level in LEVELS}
    return [(level, *LEVELS[level], counts[level], level in chosen) for level in LEVELS if counts[level]]


def _count(service: Service, level: AccessLevel) -> int:
    return sum(action.access_level is level for action in service.actions.values())


def _preview(form: ChoicesForm) -> DraftPreview:
    if not form.is_bound:
        return DraftPreview("")
    is_complete = form.is_complete
    if not form.choice.wanted:
        return DraftPreview("")
    if form.is_named and not form.resources:
        return DraftPreview("", ["Name a resource, and it says here what comes of it."])
    statements = form.choice.statements()
    text = new_text(statements) if statements else ""
    return DraftPreview(text, [*_notes(form.choice), *_size_note(text), *([] if is_complete else [UNFIT])])


def _notes(choice: Choice) -> Iterator[str]:
    """What was asked for and does not come."""
    if not choice.fitting and not choice.without_resource:
        yield NOTHING
    elif count := len(choice.left_out):
        reason = "work on other kinds of resource" if choice.resources else "know no tags of resources"
        both = " or know no tags of them" if choice.resources and choice.terms.tag_key else ""
        yield f"Left out: {count} of {len(choice.wanted)} actions, which {reason}{both}."
    used = {name for action in choice.fitting for name in action.resource_types}
    for kind in dict.fromkeys(each.kind for each in choice.resources):
        if kind not in used:
            yield f"None of the actions works on a resource of the type `{kind}`."


def _size_note(text: str) -> Iterator[str]:
    limit, size = quota("POLICY_SIZE"), size_without_white_space(text)
    if size > limit:
        yield (
            f"This is too long for one policy: {size:,} of {limit:,} characters. "
            "Shorten the actions, or choose less."
        )


def _with_a_row(posted: QueryDict) -> QueryDict:
    """What was sent, and one more row for a resource."""
    data, name = posted.copy(), f"{PREFIX}-TOTAL_FORMS"
    total = data.get(name, "")
    if total.isdecimal():
        data[name] = str(min(int(total[:3]) + 1, MOST_ROWS))
    return data
