"""What can stand where the cursor is: suggestions for a policy that is being typed. Pure Python over the catalog."""

from policies.completion.completions import MOST_SUGGESTIONS, Completion, complete
from policies.completion.suggestions import Item

__all__ = ["MOST_SUGGESTIONS", "Completion", "Item", "complete"]
