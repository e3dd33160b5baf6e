"""The facts that the dashboard's recommendations and first steps are made of, in three queries."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import BooleanField, Count, Exists, ExpressionWrapper, OuterRef, Q

from accounts.models import MFADevice, RootUser
from accounts.names import name_key
from accounts.recommendations import ADMINISTRATOR, DAYS, SHARED_BY, AccountFacts, SharedPolicy, UserFacts
from operations.call import Call
from operations.operation import operation

MOST_SHARED = 3
# Passwords and devices are what AWS's credential report tells, policies what its authorization details do.
FACT_ACTIONS = ("iam:GetCredentialReport", "iam:GetAccountAuthorizationDetails")


@operation("iamconsole:GetAccountFacts", action=FACT_ACTIONS[0], reads=True)
def get_account_facts(call: Call) -> AccountFacts:
    """How root and the users of the account stand; needs both rights of `FACT_ACTIONS`."""
    for action in FACT_ACTIONS:
        call.authorize("*", action=action)
    since = call.now - timedelta(days=DAYS)
    has_mfa, last_used = _root(call)
    return AccountFacts(
        root_has_mfa=has_mfa,
        root_was_used=last_used is not None and last_used > since,
        users=_users(call, since),
        shared=_shared(call),
    )


def _root(call: Call) -> tuple[bool, datetime | None]:
    devices = call.account.mfa_devices.filter(for_root=True, enable_date__isnull=False)
    root = RootUser.objects.filter(account=call.account).annotate(has_mfa=Exists(devices))
    return root.values_list("has_mfa", "password_last_used").get()


def _users(call: Call, since: datetime) -> list[UserFacts]:
    """Those of whom there is something to say: in a well-kept account few, however many there are."""
    has_device = Exists(MFADevice.objects.filter(user=OuterRef("pk"), enable_date__isnull=False))
    has_password = ~Q(password="")
    is_new = Q(create_date__gte=since)
    flags: dict[str, Q] = {
        "lacks_mfa": has_password & Q(~has_device),
        "has_old_password": has_password & Q(password_changed_date__lt=since),
        "is_unused": ~is_new & (Q(last_activity__lt=since) | Q(last_activity__isnull=True)),
        "is_administrator": _is_administrator(call),
    }
    users = call.account.users.annotate(
        **{name: ExpressionWrapper(flag, BooleanField()) for name, flag in flags.items()}
    )
    spoken_of = Q(*((name, True) for name in flags), _connector=Q.OR)
    rows = users.filter(spoken_of).values_list("user_name", *flags, "password_last_used")
    return [
        UserFacts(name, bool(mfa), bool(old), bool(unused), bool(administrates), last is not None)
        for name, mfa, old, unused, administrates, last in rows
    ]


def _is_administrator(call: Call) -> Q:
    """Directly or through a group. Neither subquery depends on the user, so each is computed once."""
    attached = call.account.attachments.filter(policy__account=None, policy__name_key=name_key(ADMINISTRATOR))
    groups = attached.filter(group__isnull=False).values("group")
    members = call.account.memberships.filter(group__in=groups).values("user")
    return Q(pk__in=attached.filter(user__isnull=False).values("user")) | Q(pk__in=members)


def _shared(call: Call) -> list[SharedPolicy]:
    direct = call.account.attachments.filter(user__isnull=False).values_list("policy__policy_name")
    counted = direct.annotate(users=Count("user")).filter(users__gte=SHARED_BY)
    rows = counted.order_by("-users", "policy__policy_name")[:MOST_SHARED]
    return [SharedPolicy(name, users) for name, users in rows]
