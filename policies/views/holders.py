"""Whose inline policies a page is about: a user's, a group's or a role's, named in the address."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.http import Http404
from django.urls import reverse

from accounts.models import Group, InlinePolicy, Role, User
from accounts.signin.middleware import ConsoleRequest
from operations.caller import Caller
from operations.inline_policies import (
    delete_group_policy,
    delete_role_policy,
    delete_user_policy,
    get_group_policy,
    get_role_policy,
    get_user_policy,
    put_group_policy,
    put_role_policy,
    put_user_policy,
)
from operations.paper import Item
from policies.views.addresses import POLICIES, Crumbs, address


@dataclass(frozen=True, slots=True)
class Operations:
    """What can be done with the inline policies of one kind of holder."""

    model: type[User] | type[Group] | type[Role]
    get: Callable[..., InlinePolicy]
    put: Callable[..., None]
    delete: Callable[..., None]


OPERATIONS: Final[Mapping[str, Operations]] = {
    "user": Operations(User, get_user_policy, put_user_policy, delete_user_policy),
    "group": Operations(Group, get_group_policy, put_group_policy, delete_group_policy),
    "role": Operations(Role, get_role_policy, put_role_policy, delete_role_policy),
}
LISTED: Final[Mapping[str, tuple[str, str]]] = {
    "user": ("Users", "/iam/users/"),
    "group": ("User groups", "/iam/groups/"),
    "role": ("Policies", POLICIES),
}


@dataclass(frozen=True, slots=True)
class Holder:
    """A user, a group or a role, and the operations on the inline policies of its kind."""

    kind: str
    name: str

    @property
    def url(self) -> str:
        if self.kind == "user":
            return reverse("user", args=[self.name])
        if self.kind == "group":
            return reverse("group-permissions", args=[self.name])
        return address("trust-policy", role=self.name)

    @property
    def item(self) -> Item:
        """The holder in the words of a preview."""
        return {f"{self.kind.capitalize()}Name": self.name}

    @property
    def is_previewed(self) -> bool:
        """Whether a preview tells the effect of a change: it does of users and their groups."""
        return self.kind != "role"

    def address(self, url_name: str, **query: str) -> str:
        return address(url_name, **{self.kind: self.name}, **query)

    def arn(self, caller: Caller) -> str:
        return OPERATIONS[self.kind].model.arn_of(caller.account_id, self.name)

    def action(self, verb: str) -> str:
        """`Put` → iam:PutUserPolicy."""
        return f"iam:{verb}{self.kind.capitalize()}Policy"

    def crumbs(self, here: str) -> Crumbs:
        own = self.url if self.kind != "role" else address("trust-policy", role=self.name)
        return [("IAM", "/iam/"), LISTED[self.kind], (self.name, own), (here, "")]

    def get(self, caller: Caller, policy_name: str) -> InlinePolicy:
        return OPERATIONS[self.kind].get(caller, **self._named(policy_name))

    def put(self, caller: Caller, policy_name: str, document: str) -> None:
        OPERATIONS[self.kind].put(caller, **self._named(policy_name), policy_document=document)

    def delete(self, caller: Caller, policy_name: str) -> None:
        OPERATIONS[self.kind].delete(caller, **self._named(policy_name))

    def _named(self, policy_name: str) -> dict[str, str]:
        return {f"{self.kind}_name": self.name, "policy_name": policy_name}


def holder_of(request: ConsoleRequest) -> Holder:
    """The one user, group or role in the address; anything else is no page."""
    named: Sequence[Holder] = [
        Holder(kind, request.GET[kind]) for kind in OPERATIONS if request.GET.get(kind)
    ]
    if len(named) != 1:
        raise Http404
    return named[0]
