"""Search of the whole account: what there is under a name, an ARN or an id, and what can be done.

It asks before it reads, so that a search leaves no refusals in the trail; of what the caller may not list it tells
nothing, not even whether it exists.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from django.http import HttpResponse
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from accounts.addresses import marked
from accounts.models import Group, User
from accounts.signin.middleware import ConsoleRequest
from accounts.tasks import GROUP_TASKS, USER_TASKS, NamedTask, Task, named_tasks, tasks_for
from iamconsole.pages import page
from operations.account_search import MOST_HITS, find_groups, find_policies, find_users
from operations.call import may
from operations.caller import Caller
from policies.models import Policy

LONGEST = 256
MOST_NAMES = 3


@dataclass(frozen=True, slots=True)
class Hit:
    title: str
    url: str
    arn: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of object: what listing it takes, and how it is found."""

    title: str
    action: str
    resource: Callable[[str, str], str]
    hits: Callable[[Caller, str], list[Hit]]

    def is_open_to(self, caller: Caller) -> bool:
        return may(caller, self.action, self.resource(caller.account_id, "*"))


@require_safe
def search(request: ConsoleRequest) -> HttpResponse:
    text, caller = request.GET.get("q", "").replace("\0", "").strip()[:LONGEST], request.caller
    asked = KINDS if text else ()
    is_open = {kind.title: kind.is_open_to(caller) for kind in asked}
    found = [(kind.title, kind.hits(caller, text)) for kind in asked if is_open[kind.title]]
    tasks = [*tasks_for(text), *_named(caller, text, is_open)]
    context = {
        "text": text,
        "tasks": tasks,
        "found": [(title, hits) for title, hits in found if hits],
        "count": len(tasks) + sum(len(hits) for _, hits in found),
        "most": MOST_HITS,
        "closed": [kind for kind in asked if not is_open[kind.title]],
    }
    return page(request, "accounts/search.html", context)


def _users(caller: Caller, text: str) -> list[Hit]:
    users = find_users(caller, text=text)
    return [Hit(user.user_name, reverse("user", args=[user.user_name]), user.arn) for user in users]


def _groups(caller: Caller, text: str) -> list[Hit]:
    groups = find_groups(caller, text=text)
    return [Hit(group.group_name, reverse("group", args=[group.group_name]), group.arn) for group in groups]


def _policies(caller: Caller, text: str) -> list[Hit]:
    return [
        Hit(
            policy.policy_name,
            f"/iam/policies/view/?{urlencode({'arn': policy.arn})}",
            policy.arn,
            policy.type,
        )
        for policy in find_policies(caller, text=text)
    ]


USERS = Kind("Users", "iam:ListUsers", User.arn_of, _users)
GROUPS = Kind("User groups", "iam:ListGroups", Group.arn_of, _groups)
POLICIES = Kind("Policies", "iam:ListPolicies", Policy.arn_of, _policies)
KINDS = (USERS, GROUPS, POLICIES)


def _named(caller: Caller, text: str, is_open: dict[str, bool]) -> Iterator[Task]:
    """`delete ana`: the tasks with each user or group whose name begins so or holds it."""
    if is_open.get(USERS.title):
        yield from _with_names(caller, named_tasks(text, USER_TASKS), _users)
    if is_open.get(GROUPS.title):
        yield from _with_names(caller, named_tasks(text, GROUP_TASKS), _groups)


def _with_names(
    caller: Caller,
    tasks: Sequence[tuple[NamedTask, str]],
    find: Callable[[Caller, str], list[Hit]],
) -> Iterator[Task]:
    for task, beginning in tasks:
        for hit in find(caller, beginning)[:MOST_NAMES]:
            yield Task(task.title.format(name=hit.title), task.url.format(name=marked(hit.title)))
