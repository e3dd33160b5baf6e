"""What a page shows once, as a file: the page itself carries it, sealed, so that nothing is kept for it here."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence

from django.http import HttpResponse

from accounts.sealing import seal, unseal
from operations.caller import Caller


def sealed_for(caller: Caller, kind: str, values: Sequence[str]) -> str:
    """The values for a hidden field; only the same caller gets them back."""
    return seal(json.dumps(values), context=_context(caller, kind))


def unsealed_for(caller: Caller, kind: str, sealed: str) -> list[str]:
    """Raises SealBroken for anything that `sealed_for` has not made for this caller and this kind."""
    values: list[str] = json.loads(unseal(sealed, context=_context(caller, kind)))
    return values


def csv_file(name: str, *rows: Sequence[str]) -> HttpResponse:
    """A file to download; the first row holds the headings."""
    written = io.StringIO()
    csv.writer(written).writerows(rows)
    response = HttpResponse(written.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _context(caller: Caller, kind: str) -> str:
    return f"{kind}:{caller.principal.unique_id}"
