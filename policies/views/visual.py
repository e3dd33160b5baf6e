"""The Visual view of a policy's text, and the statement under the cursor: both are drawn from the text each time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from django.http import HttpResponse, QueryDict
from django.views.decorators.http import require_POST

from accounts.signin.middleware import ConsoleRequest
from iamconsole.pages import page
from operations.caller import Caller
from policies.authoring import Block, Reading, blocks_of
from policies.catalog import Catalog, catalog
from policies.views.checks import digest_of
from policies.views.drafts import typed
from policies.views.visual_blocks import BlockView
from policies.views.visual_changes import Outcome, is_number, outcome_of
from policies.views.visual_fields import Fields

MOST_BLOCKS: Final = 200
STALE: Final = "The text has changed meanwhile. This is how it stands now; choose again."
VIEWS: Final = ("visual", "json")


@dataclass(frozen=True)
class Visual:
    """A text as blocks, after what was asked for. `is_changed` when the text is another one than before."""

    outcome: Outcome
    is_changed: bool
    catalog: Catalog
    account_id: str

    @property
    def text(self) -> str:
        return self.outcome.text

    @property
    def digest(self) -> str:
        return digest_of(self.text)

    @cached_property
    def reading(self) -> Reading:
        return blocks_of(self.text)

    @property
    def blocks(self) -> list[BlockView]:
        return [self._view(block) for block in self.reading.blocks[:MOST_BLOCKS]]

    @property
    def hidden_count(self) -> int:
        return max(0, len(self.reading.blocks) - MOST_BLOCKS)

    @property
    def refusal(self) -> str:
        """What is said above all blocks; about a block that is there it is said in it."""
        index = self.outcome.index
        is_in_block = index is not None and 0 <= index < len(self.reading.blocks)
        return "" if is_in_block else self.outcome.refusal

    def _view(self, block: Block, *, is_open: bool = False) -> BlockView:
        outcome = self.outcome
        is_alone = len(self.reading.blocks) == 1
        is_meant = outcome.index == block.index
        return BlockView(
            block,
            outcome.fields,
            self.catalog,
            self.account_id,
            is_open or is_alone or is_meant or str(block.index) in outcome.fields.opened,
            outcome.refusal if is_meant else "",
            self._names,
        )

    @cached_property
    def _names(self) -> dict[str, str]:
        return dict(self.catalog.services())

    @property
    def new_service(self) -> str:
        return self.outcome.fields.of("service", "new") if self.outcome.refusal else ""

    def under(self, offset: int) -> BlockView | None:
        """The statement of a place in the text; the one just changed comes before it."""
        blocks = self.reading.blocks
        index = self.outcome.index
        is_meant = self.is_changed and index is not None and 0 <= index < len(blocks)
        block = blocks[index] if is_meant and index is not None else self.reading.at(offset)
        return self._view(block, is_open=True) if block else None


def visual_of(caller: Caller, data: QueryDict, text: str) -> Visual:
    """The blocks of a text after the change that a form asks for. The form says which text its buttons were about."""
    fields, known = Fields.of_form(data), catalog()
    value, seen = data.get("change", ""), data.get("seen", "")
    if value and seen and seen != digest_of(text):
        outcome = Outcome(text, fields, refusal=STALE)
    else:
        outcome = outcome_of(text, value, fields, known, caller.account_id)
    return Visual(outcome, outcome.text != text, known, caller.account_id)


def is_visual(data: QueryDict) -> bool:
    """Whether a form of the editor asks for the Visual view, or for a change in it."""
    return "change" in data or data.get("view") in VIEWS


def shows_visual(request: ConsoleRequest) -> bool:
    """Whether the editor is to open in the Visual view: the button pressed last says it, or the address."""
    chosen = request.POST.get("view") or request.POST.get("shown") or request.GET.get("view")
    return chosen == "visual"


def services_by_prefix() -> Mapping[str, str]:
    """What the fields for a service offer."""
    return catalog().services()


@require_POST
def policy_visual(request: ConsoleRequest) -> HttpResponse:
    """The blocks of a text, after a change where one is asked for; with `panel` the statement at `offset` alone."""
    visual = visual_of(request.caller, request.POST, typed(request).document)
    if "panel" not in request.POST:
        return page(request, "policies/_visual.html", {"visual": visual})
    offset = request.POST.get("offset", "")
    place = int(offset) if is_number(offset) else 0
    return page(request, "policies/_statement_panel.html", {"visual": visual, "view": visual.under(place)})
