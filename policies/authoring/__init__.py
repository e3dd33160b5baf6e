"""A policy's text shown as blocks and changed by edits, so that what somebody wrote is never rewritten unasked.

Pure Python over the catalog: no Django, no database.
"""

from policies.authoring.blocks import Block, Reading, WrittenCondition, blocks_of
from policies.authoring.drafts import CannotChange

__all__ = ["Block", "CannotChange", "Reading", "WrittenCondition", "blocks_of"]
