"""Who knows which entities there are: asked by the one rule that a text alone cannot decide."""

from collections.abc import Collection
from typing import Protocol


class Directory(Protocol):
    def missing(self, arns: Collection[str]) -> Collection[str]:
        """Those of the ARNs that surely name nothing; what the directory cannot tell is not among them."""
