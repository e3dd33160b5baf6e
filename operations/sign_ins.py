"""How many sign-ins succeeded and failed, day by day, from the trail."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, Q
from django.db.models.functions import TruncDate

from operations.call import Call
from operations.operation import operation

DAYS = 14
# The last step of a sign-in, whichever it is, answers with what it opened.
LAST_STEPS = ("ConsoleLogin", "EnrolMFADevice", "ChangeExpiredPassword")
REFUSALS = ("ConsoleLogin", "RefuseLogin")


@dataclass(frozen=True, slots=True)
class Day:
    """The sign-ins of one day, in UTC."""

    day: date
    succeeded: int = 0
    refused: int = 0


@operation("iamconsole:CountSignIns", action="cloudtrail:LookupEvents", reads=True)
def count_sign_ins(call: Call) -> Sequence[Day]:
    """The last 14 days, the present one last. Events carry real time, so these days do too."""
    call.authorize("*")
    today = call.real_now.date()
    days = [today - timedelta(days=back) for back in reversed(range(DAYS))]
    succeeded = Q(event_name__in=LAST_STEPS, error_code="", response_elements__isnull=False)
    refused = Q(event_name__in=REFUSALS) & ~Q(error_code="")
    events = call.account.events.filter(event_time__gte=call.real_now - timedelta(days=DAYS))
    counted = (
        events.filter(succeeded | refused)
        .order_by()
        .values_list(TruncDate("event_time"))
        .annotate(succeeded=Count("pk", filter=succeeded), refused=Count("pk", filter=refused))
    )
    found = {day: Day(day, *counts) for day, *counts in counted}
    return [found.get(day, Day(day)) for day in days]
