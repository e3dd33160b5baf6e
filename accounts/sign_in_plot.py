"""The bars of the sign-in activity: plain numbers, for a drawing that needs neither script nor style."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from operations.sign_ins import Day

HEIGHT = 92.0
BASE = 96.0
GAP = 2.0
BAR_SHARE = 0.7


@dataclass(frozen=True, slots=True)
class Bar:
    """One day: x and width in percent, the rest in pixels from above; the refused part stands on the other."""

    day: Day
    x: float
    width: float
    y: float
    height: float
    refused_y: float
    refused_height: float


@dataclass(frozen=True, slots=True)
class Plot:
    """All bars, and what they say in words."""

    bars: Sequence[Bar]
    succeeded: int
    refused: int
    worst: Day | None

    @property
    def first(self) -> date:
        return self.bars[0].day.day

    @property
    def middle(self) -> date:
        return self.bars[len(self.bars) // 2].day.day


def plot_of(days: Sequence[Day]) -> Plot:
    most = max((day.succeeded + day.refused for day in days), default=0) or 1
    refusing = [day for day in days if day.refused]
    return Plot(
        bars=[_bar(day, place, len(days), HEIGHT / most) for place, day in enumerate(days)],
        succeeded=sum(day.succeeded for day in days),
        refused=sum(day.refused for day in days),
        worst=max(refusing, key=lambda day: day.refused, default=None),
    )


def _bar(day: Day, place: int, count: int, scale: float) -> Bar:
    share = 100 / count
    height, refused = day.succeeded * scale, day.refused * scale
    gap = GAP if day.succeeded and day.refused else 0
    return Bar(
        day=day,
        x=round(place * share + share * (1 - BAR_SHARE) / 2, 1),
        width=round(share * BAR_SHARE, 1),
        y=round(BASE - height, 1),
        height=round(height, 1),
        refused_y=round(BASE - height - refused, 1),
        refused_height=round(max(refused - gap, 0), 1),
    )
