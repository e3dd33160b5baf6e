"""The library of templates: found by words and categories, filled in, and taken to the editor."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

from django.http import Http404, HttpResponse
from django.views.decorators.http import require_http_methods, require_safe

from accounts.signin.flow import PAGE_METHODS, form_status
from accounts.signin.middleware import ConsoleRequest
from iamconsole.pages import page
from policies.catalog import catalog
from policies.engine import parse_policy
from policies.starting.appending import Unappendable
from policies.starting.parameters import Value
from policies.starting.templates import Template, found, library
from policies.starting_forms import TemplateForm, TemplatesFilterForm
from policies.summary import Cut, cut_of
from policies.views.starting import Destination, DraftPreview, begin, counted

TYPES: Final = {
    "identity": "Permissions",
    "boundary": "Permissions boundary",
    "scp": "Service control policy",
}


@dataclass(frozen=True, slots=True)
class TemplateRow:
    """A template as listed, with what it opens and what kind of policy it is."""

    template: Template
    cut: Cut
    type: str
    url: str


@require_safe
def policy_templates(request: ConsoleRequest) -> HttpResponse:
    destination, filters = Destination.of(request), TemplatesFilterForm(request.GET)
    context = {
        "destination": destination,
        "filters": filters,
        "rows": [_row(template, destination) for template in found(*filters.asked)],
        "clear_url": destination.address("policy-templates"),
        "choices_url": destination.address("policy-choices"),
        "crumbs": destination.crumbs(("Templates", "")),
    }
    return page(request, "policies/templates.html", context, partial="policies/_templates_table.html")


@require_http_methods(PAGE_METHODS)
def policy_template(request: ConsoleRequest, slug: str) -> HttpResponse:
    """The preview takes what fits and the examples for the rest; only what fits altogether is taken along."""
    template = library().get(slug)
    if template is None:
        raise Http404
    destination, is_used = Destination.of(request), request.POST.get("go") == "use"
    form = TemplateForm(request.POST or None, template=template, account_id=request.caller.account_id)
    if is_used and form.is_valid():
        try:
            return _used(request, destination, template, form.values)
        except Unappendable as error:
            form.add_error(None, error.message)
    context = _context(template, form, destination)
    if is_used:
        return page(request, "policies/template.html", context, status=form_status(form))
    return page(request, "policies/template.html", context, partial="policies/_draft_preview.html")


def _used(
    request: ConsoleRequest, destination: Destination, template: Template, values: Mapping[str, Value]
) -> HttpResponse:
    statements = template.statements(values)
    said = f"{counted(statements)} of the template “{template.title}” came in. Look it over, then go on."
    return begin(request, destination, statements, said)


def _context(template: Template, form: TemplateForm, destination: Destination) -> dict[str, object]:
    return {
        "template": template,
        "type": TYPES[template.policy_type],
        "form": form,
        "preview": DraftPreview(template.text(template.samples | form.fitting)),
        "has_examples": bool(template.samples.keys() - form.fitting.keys()),
        "destination": destination,
        "action": destination.address("policy-template", template.slug),
        "list_url": destination.address("policy-templates"),
        "crumbs": destination.crumbs(
            ("Templates", destination.address("policy-templates")), (template.title, "")
        ),
    }


def _row(template: Template, destination: Destination) -> TemplateRow:
    url = destination.address("policy-template", template.slug)
    return TemplateRow(template, _cut_of(template.slug), TYPES[template.policy_type], url)


@cache
def _cut_of(slug: str) -> Cut:
    """The library does not change while the server runs."""
    template = library()[slug]
    return cut_of(parse_policy(template.text(template.samples)), catalog())
