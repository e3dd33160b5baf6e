"""How many users, groups and policies an account has, in one query: the part of the summary on the first page."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, IntegerField, Model, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from accounts.models import Account, Group, User
from operations.call import Call
from operations.operation import operation
from policies.models import Policy


@dataclass(frozen=True, slots=True)
class ResourceCounts:
    groups: int
    users: int
    policies: int


@operation("iamconsole:CountResources", action="iam:GetAccountSummary", reads=True)
def count_resources(call: Call) -> ResourceCounts:
    """The account's own: AWS's managed policies are everybody's and are not counted."""
    call.authorize("*")
    counted = Account.objects.filter(pk=call.account.pk).annotate(
        groups_held=_number_of(Group.objects.all()),
        users_held=_number_of(User.objects.all()),
        policies_held=_number_of(Policy.objects.all()),
    )
    return ResourceCounts(*counted.values_list("groups_held", "users_held", "policies_held").get())


def _number_of(rows: QuerySet[Model]) -> Coalesce:
    of_the_account = rows.filter(account=OuterRef("pk")).order_by().values("account")
    return Coalesce(
        Subquery(of_the_account.annotate(n=Count("*")).values("n")), 0, output_field=IntegerField()
    )
