"""Format: the text of the editor with a line for each part, when somebody asks for it."""

from __future__ import annotations

from http import HTTPStatus

from django.http import HttpResponse, JsonResponse
from django.views.decorators.http import require_POST

from accounts.signin.middleware import ConsoleRequest
from policies.engine import JsonError, position
from policies.formatting import formatted
from policies.views.checks import typed_text


def laid_out(text: str) -> tuple[str, str]:
    """The text laid out, and "" for a refusal; of a text that is no JSON the text as it is, and why."""
    try:
        return formatted(text), ""
    except JsonError as error:
        line, column = position(text, error.offset)
        return text, f"Only JSON can be formatted. Line {line}, column {column + 1}: {error.message}"


@require_POST
def policy_format(request: ConsoleRequest) -> HttpResponse:
    """`{text}`, or 422 with `{message}`."""
    text, refusal = laid_out(typed_text(request))
    if refusal:
        return JsonResponse({"message": refusal}, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    return JsonResponse({"text": text})
