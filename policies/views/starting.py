"""From the editor to a page that gives statements, and back with them: the draft goes along under its token."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import urlsplit

from django.http import HttpResponse
from django.urls import reverse
from django.utils.http import urlencode

from accounts.signin.flow import see_other
from accounts.signin.middleware import ConsoleRequest
from iamconsole.pages import flash
from policies.catalog import catalog
from policies.engine import parse_policy
from policies.engine.text import MAXIMUM_LENGTH
from policies.starting.appending import Statement, appended
from policies.summary import StatementSummary, summarize
from policies.views import drafts
from policies.views.addresses import Crumbs, address, crumbs, with_draft

# The pages that the editor's buttons lead to, by what the button sends.
PAGES: Final = {
    "import": "import-policies",
    "template": "policy-templates",
    "choices": "policy-choices",
}
# The editors that a draft can be begun in, and those that only go on with one.
NEW: Final = ("create-policy-document", "inline-policy-create")
EDITORS: Final = (*NEW, "edit-policy", "inline-policy-edit")
TOO_LONG: Final = f"A text of more than {MAXIMUM_LENGTH:,} characters cannot be kept. Shorten it first."


@dataclass(frozen=True, slots=True)
class Destination:
    """The editor that statements go to: its address, and the token of the draft under way, "" for a new one."""

    editor: str
    token: str = ""

    @classmethod
    def of(cls, request: ConsoleRequest) -> Destination:
        """As the address says; without an editor of ours in it, the statements begin a new managed policy."""
        editor, token = request.GET.get("editor", ""), drafts.token_of(request)
        open_to = EDITORS if token else NEW
        path = urlsplit(editor).path if editor.startswith("/iam/") else ""
        if path not in {reverse(name) for name in open_to}:
            return cls(address("create-policy-document"), token if not editor else "")
        return cls(editor, token)

    @property
    def url(self) -> str:
        return with_draft(self.editor, self.token)

    @property
    def is_new(self) -> bool:
        return not self.token

    @property
    def query(self) -> str:
        """What every page on the way carries in its address."""
        is_told = self.token or self.editor != address("create-policy-document")
        given = {"editor": self.editor if is_told else "", "draft": self.token}
        return urlencode({key: value for key, value in given.items() if value})

    def address(self, name: str, *args: str) -> str:
        url = reverse(name, args=args)
        return f"{url}?{self.query}" if self.query else url

    def crumbs(self, *parts: tuple[str, str]) -> Crumbs:
        return crumbs(*([] if self.is_new else [("Editor", self.url)]), *parts)


@dataclass(frozen=True, slots=True)
class DraftPreview:
    """What would come into the editor: the text, the same in plain words, and what else has to be known."""

    text: str
    notes: Sequence[str] = ()

    @property
    def summary(self) -> tuple[StatementSummary, ...]:
        return summarize(parse_policy(self.text), catalog()) if self.text else ()


def leave_for(request: ConsoleRequest, page_name: str) -> HttpResponse:
    """Away from the editor with all that is typed, finished or not: nothing is checked until it is to be saved."""
    draft = drafts.typed(request)
    if len(draft.document) > MAXIMUM_LENGTH:
        flash(request, "bad", TOO_LONG)
        return see_other(request.get_full_path())
    drafts.keep(request, draft)
    destination = Destination(with_draft(request.get_full_path(), ""), drafts.token_of(request))
    return see_other(destination.address(page_name))


def begin(
    request: ConsoleRequest, destination: Destination, statements: Sequence[Statement], said: str
) -> HttpResponse:
    """To the editor with the statements in it; `said` tells there what came in.

    Raises Unappendable where the text under way can take none; nothing is changed then.
    """
    draft = drafts.find(request) if destination.token else drafts.Draft("")
    if draft is None:
        return drafts.missing(request, destination.url)
    token = destination.token or drafts.fresh_token()
    found = appended(draft.document, statements)
    drafts.keep(request, replace(draft, document=found.text), token)
    flash(request, "ok", " ".join([said, *_renamed(found.renamed)]))
    return see_other(with_draft(destination.editor, token))


def counted(statements: Sequence[object]) -> str:
    return "1 statement" if len(statements) == 1 else f"{len(statements)} statements"


def _renamed(pairs: Iterable[tuple[str, str]]) -> list[str]:
    """A Sid is unique within its policy, so whoever looks for the old one is told the new one."""
    return [f"The Sid `{old}` was taken, so it is `{new}` here." for old, new in pairs]
