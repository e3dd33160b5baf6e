"""The likeliest word that was meant: for a mistyped action, service, key, operator or element."""

from collections.abc import Iterable
from difflib import SequenceMatcher
from functools import lru_cache
from typing import Final

CLOSE_ENOUGH: Final = 0.6
SHORTLIST: Final = 12


def nearest(word: str, candidates: Iterable[str], closeness: float = CLOSE_ENOUGH) -> str | None:
    """The candidate most like `word`, without regard to case, or None when none is close."""
    ranked = ranked_by_likeness(word, candidates)
    return ranked[0][1] if ranked and ranked[0][0] >= closeness else None


def ranked_by_likeness(word: str, candidates: Iterable[str]) -> list[tuple[float, str]]:
    """The few likeliest candidates, best first. Pairs of letters choose them: the exact measure is slow."""
    pairs = _pairs(word.lower())
    shared = sorted(((_overlap(pairs, candidate), candidate) for candidate in candidates), reverse=True)
    likely = [(_likeness(word, candidate), candidate) for _, candidate in shared[:SHORTLIST]]
    return sorted(likely, key=lambda scored: (-scored[0], scored[1]))


def _overlap(pairs: frozenset[str], candidate: str) -> float:
    others = _pairs(candidate.lower())
    return len(pairs & others) / (len(pairs) + len(others))


def _likeness(word: str, candidate: str) -> float:
    return SequenceMatcher(None, word.lower()[:128], candidate.lower(), autojunk=False).ratio()


@lru_cache(maxsize=32_768)
def _pairs(word: str) -> frozenset[str]:
    """Neighbouring letters, the edges of the word included; long words are judged by their beginning."""
    edged = f"^{word[:128]}$"
    return frozenset(edged[index : index + 2] for index in range(len(edged) - 1))
