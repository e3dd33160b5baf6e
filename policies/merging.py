"""Two edits of one policy put together, statement by statement; where both changed the same one, it is for people.

A statement is the smallest part that is taken from either side: what two edits of one statement mean together, nobody
wrote. Texts are compared by what they say and taken as they are written, to the byte.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from itertools import pairwise
from typing import Final, TypeAlias

from policies.engine import PolicyError, parse_policy
from policies.engine.text import JsonError, Members, Node, parse_json

STATEMENT: Final = "Statement"
# No policy that IAM stores comes near; what is longer is not worth the time it would take.
MOST_STATEMENTS: Final = 400
Span: TypeAlias = tuple[int, int]
Pairs: TypeAlias = Mapping[int, int]


@dataclass(frozen=True, slots=True)
class Clash:
    """Where both sides changed the same: the characters in either text, None where a side has taken it out."""

    mine: Span | None
    theirs: Span | None


@dataclass(frozen=True, slots=True)
class Merge:
    """The `text` that holds both edits, or None: then `clashes` say where they meet, if both texts could be read."""

    text: str | None
    clashes: tuple[Clash, ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a text: what it says, how it is written and where. `lead` parts it from the statement before."""

    meaning: str
    text: str
    span: Span
    sid: str = ""
    lead: str = ""


@dataclass(frozen=True, slots=True)
class Outline:
    """A policy's text taken apart: its statements, and the frame around them."""

    frame: Part
    head: str
    tail: str
    statements: tuple[Part, ...]


@dataclass
class Result:
    """The statements put together so far, each with its place among theirs, and what clashed."""

    parts: list[tuple[Part, int | None]] = field(default_factory=list)
    clashes: list[Clash] = field(default_factory=list)


def merge(base: str, mine: str, theirs: str) -> Merge:
    """Both edits of `base` together. Where only one side changed anything, its text is the answer as it stands."""
    if mine in (base, theirs):
        return Merge(theirs)
    if base == theirs:
        return Merge(mine)
    outlines = [_outline(text) for text in (base, mine, theirs)]
    if None in outlines:
        return Merge(None)
    return _merged(*(outline for outline in outlines if outline))


def _merged(base: Outline, mine: Outline, theirs: Outline) -> Merge:
    result = _statements(base, mine, theirs)
    frame = _chosen(base.frame, mine.frame, theirs.frame)
    if frame is None:
        result.clashes.append(Clash(mine.frame.span, theirs.frame.span))
    result.clashes.extend(_doubled(result, mine, theirs))
    if result.clashes or frame is None:
        return Merge(None, tuple(result.clashes))
    around = theirs if frame is theirs.frame else mine
    lead = _lead(around, theirs, base)
    first, *others = [part for part, _ in result.parts] or [Part("", "", (0, 0))]
    written = first.text + "".join((part.lead or lead) + part.text for part in others)
    text = around.head + written + around.tail
    return Merge(text if _is_policy(text) else None)


def _statements(base: Outline, mine: Outline, theirs: Outline) -> Result:
    """In my order; what they added stands behind the statement it followed."""
    in_mine, in_theirs = _pairs(base, mine), _pairs(base, theirs)
    result = Result()
    known = {place: number for number, place in in_mine.items()}
    for place, part in enumerate(mine.statements):
        number = known.get(place)
        if number is None:
            result.parts.append((part, None))
        else:
            _settle(result, base.statements[number], part, theirs, in_theirs.get(number))
    for number in sorted(_gone(base, in_mine)):
        their_place = in_theirs.get(number)
        if (
            their_place is not None
            and theirs.statements[their_place].meaning != base.statements[number].meaning
        ):
            result.clashes.append(Clash(None, theirs.statements[their_place].span))
    _add(result, theirs, set(in_theirs.values()))
    return result


def _gone(base: Outline, pairs: Pairs) -> set[int]:
    """The statements of the base that a side has no more."""
    return set(range(len(base.statements))) - pairs.keys()


def _settle(result: Result, old: Part, part: Part, theirs: Outline, their_place: int | None) -> None:
    """What becomes of a statement that I have kept or changed."""
    if their_place is None:
        if part.meaning != old.meaning:
            result.clashes.append(Clash(part.span, None))
        return
    their_part = theirs.statements[their_place]
    chosen = _chosen(old, part, their_part)
    if chosen is None:
        result.clashes.append(Clash(part.span, their_part.span))
    else:
        result.parts.append((chosen, their_place))


def _add(result: Result, theirs: Outline, taken: set[int]) -> None:
    """Their new statements, but for those that I have added as well."""
    own = Counter(part.meaning for part, place in result.parts if place is None)
    for place, part in enumerate(theirs.statements):
        if place in taken:
            continue
        if own[part.meaning]:
            own[part.meaning] -= 1
        else:
            result.parts.insert(_behind(result, place), (part, place))


def _behind(result: Result, place: int) -> int:
    """Where a new statement of theirs goes: behind the last that stands before it in their text."""
    known = [(number, theirs) for number, (_, theirs) in enumerate(result.parts) if theirs is not None]
    return max((number + 1 for number, theirs in known if theirs < place), default=0)


def _doubled(result: Result, mine: Outline, theirs: Outline) -> Iterator[Clash]:
    """Two statements of one name, which neither side has alone: IAM would refuse them."""
    counts = Counter(part.sid for part, _ in result.parts if part.sid)
    for sid in (name for name, count in counts.items() if count > 1):
        spans = [_span_of(side, sid) for side in (mine, theirs)]
        if all(len(found) == 1 for found in spans):
            yield Clash(spans[0][0], spans[1][0])


def _span_of(side: Outline, sid: str) -> list[Span]:
    return [part.span for part in side.statements if part.sid == sid]


def _chosen(base: Part, mine: Part, theirs: Part) -> Part | None:
    """The side that changed what it says, or else how it is written; None when both say something new."""
    if mine.meaning == theirs.meaning:
        return theirs if mine.text == base.text else mine
    if mine.meaning == base.meaning:
        return theirs
    return mine if theirs.meaning == base.meaning else None


def _lead(*outlines: Outline) -> str:
    """What stands between two statements, as the first of the texts that has two writes it."""
    leads = (part.lead for outline in outlines for part in outline.statements if part.lead)
    head = outlines[0].head
    return next(leads, f",{head[head.rfind('[') + 1 :]}")


def _is_policy(text: str) -> bool:
    try:
        parse_policy(text)
    except PolicyError:
        return False
    return True


# Which statement became which


def _pairs(base: Outline, side: Outline) -> Pairs:
    """Each statement of the base with its place in the side: by its name, by what it says, and else by where it is."""
    pairs = dict(_of_one_name(base.statements, side.statements))
    pairs |= _matching(base, side, pairs, is_same=True)
    return pairs | _matching(base, side, pairs, is_same=False)


def _of_one_name(old: Sequence[Part], new: Sequence[Part]) -> Iterator[tuple[int, int]]:
    places, others = _named(old), _named(new)
    yield from ((place, others[sid]) for sid, place in places.items() if sid in others)


def _named(parts: Sequence[Part]) -> dict[str, int]:
    """The places of those whose name no other bears."""
    counts = Counter(part.sid for part in parts)
    return {part.sid: place for place, part in enumerate(parts) if part.sid and counts[part.sid] == 1}


def _matching(base: Outline, side: Outline, pairs: Pairs, *, is_same: bool) -> dict[int, int]:
    """Pairs beyond those known: of equal ones, or of as many changed ones between the same neighbours."""
    old: list[object] = [
        part.meaning if is_same else f"old {place}" for place, part in enumerate(base.statements)
    ]
    new: list[object] = [
        part.meaning if is_same else f"new {place}" for place, part in enumerate(side.statements)
    ]
    for number, place in pairs.items():
        old[number] = new[place] = number
    found: dict[int, int] = {}
    for kind, start, end, new_start, new_end in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal" or (kind == "replace" and not is_same and end - start == new_end - new_start):
            both = zip(range(start, end), range(new_start, new_end), strict=True)
            found.update(
                (one, other) for one, other in both if one not in pairs and other not in pairs.values()
            )
    return found


# Taking a text apart


def _outline(text: str) -> Outline | None:
    """None for a text that is no JSON, has no statements where a policy has them, or too many."""
    try:
        root = parse_json(text)
    except JsonError:
        return None
    node = root.value.named(STATEMENT) if isinstance(root.value, Members) else None
    if node is None or len(node.items) > MOST_STATEMENTS:
        return None
    items, is_list = node.items, type(node.value) is tuple
    start = items[0].start if items else node.start + 1
    end = items[-1].end if items else node.end - 1
    leads = ["", *(text[one.end : other.start] for one, other in pairwise(items))]
    parts = tuple(_part(text, item, lead) for item, lead in zip(items, leads, strict=False))
    rest = {name: value for name, value in json.loads(text).items() if name != STATEMENT}
    frame = Part(
        json.dumps([is_list, rest], sort_keys=True), text[:start] + text[end:], (root.start, node.start)
    )
    return Outline(frame, text[:start], text[end:], parts)


def _part(text: str, node: Node, lead: str) -> Part:
    raw = node.raw(text)
    sid = node.value.named("Sid") if isinstance(node.value, Members) else None
    name = sid.value if sid and isinstance(sid.value, str) else ""
    return Part(json.dumps(json.loads(raw), sort_keys=True), raw, (node.start, node.end), name, lead)
