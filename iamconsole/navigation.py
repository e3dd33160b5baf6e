"""The side navigation: what the console shows, in the order of the IAM console."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

DASHBOARD = "/iam/"


@dataclass(frozen=True, slots=True)
class Item:
    """One entry; `current` is what aria-current says of it on the page that is open."""

    label: str
    url: str
    current: str = ""

    def on(self, path: str) -> Item:
        return Item(self.label, self.url, self._current(path))

    def _current(self, path: str) -> str:
        if path == self.url:
            return "page"
        if path in {item.url for section in SECTIONS for item in section.items}:
            # `/iam/policies/check/` is an entry of its own, and no page of the policies.
            return ""
        # Every page lies below the dashboard, so only the dashboard itself makes it current.
        # `/iam/users-create/` belongs to the users as much as `/iam/users/ana/` does.
        is_within = self.url != DASHBOARD and path.startswith((self.url, f"{self.url.rstrip('/')}-"))
        return "true" if is_within else ""


@dataclass(frozen=True, slots=True)
class Section:
    """Entries under one heading; the first section has none."""

    slug: str
    title: str
    items: tuple[Item, ...]


SECTIONS = (
    Section("top", "", (Item("Dashboard", DASHBOARD),)),
    Section(
        "management",
        "Access management",
        (
            Item("User groups", "/iam/groups/"),
            Item("Users", "/iam/users/"),
            Item("Policies", "/iam/policies/"),
            Item("Account settings", "/iam/account-settings/"),
        ),
    ),
    Section("reports", "Access reports", (Item("Event history", "/iam/events/"),)),
    Section(
        "tools",
        "Tools",
        (
            Item("Check access", "/iam/check-access/"),
            Item("Policy simulator", "/iam/simulator/"),
            Item("Check a document", "/iam/policies/check/"),
            Item("Who can do this?", "/iam/who-can/"),
        ),
    ),
)


def sections(path: str) -> Iterator[Section]:
    """The navigation as it stands on the page at this path."""
    for section in SECTIONS:
        yield Section(section.slug, section.title, tuple(item.on(path) for item in section.items))
