"""Completion in the editor: the text and the place of the cursor, answered with what can stand there."""

from __future__ import annotations

from dataclasses import asdict
from http import HTTPStatus
from typing import Final

from django import forms
from django.http import HttpResponse, JsonResponse
from django.views.decorators.http import require_POST

from accounts.signin.middleware import ConsoleRequest
from iamconsole.reading import attempt
from operations.completion import complete_policy
from policies.validation import PolicyType
from policies.views.checks import visible

# No policy that IAM takes is longer (`policyDocumentType` of its service model).
LONGEST_DOCUMENT: Final = 131_072


class PlaceForm(forms.Form):
    """A cursor in a text. The text is kept as typed: a character stripped would move the cursor."""

    policy_document = forms.CharField(required=False, strip=False)
    offset = forms.IntegerField(min_value=0, max_value=LONGEST_DOCUMENT)
    policy_type = forms.ChoiceField(required=False, choices=[(kind.value, kind.value) for kind in PolicyType])


@require_POST
def policy_completion(request: ConsoleRequest) -> HttpResponse:
    """`{from, to, total, items: [{text, label, kind, detail, doc}]}`; offsets count characters, not UTF-16 units.

    A refusal answers `{message}`: 400 for what is no place in a text, 403 without permission, 413 for a long text.
    """
    text = visible(request.POST.get("policy_document", ""))
    if len(text) > LONGEST_DOCUMENT:
        message = f"The text has {len(text):,} characters; at most {LONGEST_DOCUMENT:,} are completed."
        return _refused(message, HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    form = PlaceForm({**request.POST.dict(), "policy_document": text})
    if not form.is_valid():
        name, messages = next(iter(form.errors.items()))
        return _refused(f"{name}: {messages[0]}", HTTPStatus.BAD_REQUEST)
    place = {**form.cleaned_data, "policy_type": form.cleaned_data["policy_type"] or None}
    completion, refusal = attempt(lambda: complete_policy(request.caller, **place))
    if completion is None:
        return _refused(str(refusal), HTTPStatus.FORBIDDEN)
    items = [asdict(item) for item in completion.items]
    return JsonResponse(
        {"from": completion.start, "to": completion.end, "total": completion.total, "items": items}
    )


def _refused(message: str, status: HTTPStatus) -> JsonResponse:
    return JsonResponse({"message": message}, status=status)
