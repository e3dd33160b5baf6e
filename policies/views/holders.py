"""Whose inline policies a page is about: a user's or a group's, named in the address."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import Http404
from django.urls import reverse

from accounts.models import Group, InlinePolicy, User
from accounts.signin.middleware import ConsoleRequest
from operations.caller import Caller
from operations.inline_policies import (
    delete_group_policy,
    delete_user_policy,
    get_group_policy,
    get_user_policy,
    put_group_policy,
    put_user_policy,
)
from operations.paper import Item
from policies.views.addresses import Crumbs, address


@dataclass(frozen=True, slots=True)
class Holder:
    """A user or a group, and the operations on the inline policies of its kind."""

    kind: str
    name: str

    @property
    def url(self) -> str:
        if self.kind == "user":
            return reverse("user", args=[self.name])
        return reverse("group-permissions", args=[self.name])

    @property
    def item(self) -> Item:
        """The holder in the words of a preview."""
        return {f"{self.kind.capitalize()}Name": self.name}

    def address(self, url_name: str, **query: str) -> str:
        return address(url_name, **{self.kind: self.name}, **query)

    def arn(self, caller: Caller) -> str:
        kind: type[User] | type[Group] = User if self.kind == "user" else Group
        return kind.arn_of(caller.account_id, self.name)

    def action(self, verb: str) -> str:
        """`Put` → iam:PutUserPolicy."""
        return f"iam:{verb}{self.kind.capitalize()}Policy"

    def crumbs(self, here: str) -> Crumbs:
        listed = ("Users", "/iam/users/") if self.kind == "user" else ("User groups", "/iam/groups/")
        return [("IAM", "/iam/"), listed, (self.name, self.url), (here, "")]

    def get(self, caller: Caller, policy_name: str) -> InlinePolicy:
        if self.kind == "user":
            return get_user_policy(caller, user_name=self.name, policy_name=policy_name)
        return get_group_policy(caller, group_name=self.name, policy_name=policy_name)

    def put(self, caller: Caller, policy_name: str, document: str) -> None:
        if self.kind == "user":
            put_user_policy(caller, user_name=self.name, policy_name=policy_name, policy_document=document)
        else:
            put_group_policy(caller, group_name=self.name, policy_name=policy_name, policy_document=document)

    def delete(self, caller: Caller, policy_name: str) -> None:
        if self.kind == "user":
            delete_user_policy(caller, user_name=self.name, policy_name=policy_name)
        else:
            delete_group_policy(caller, group_name=self.name, policy_name=policy_name)


def holder_of(request: ConsoleRequest) -> Holder:
    """The one user or group in the address; anything else is no page."""
    named: Sequence[Holder] = [
        Holder(kind, request.GET[kind]) for kind in ("user", "group") if request.GET.get(kind)
    ]
    if len(named) != 1:
        raise Http404
    return named[0]
