"""How big an exercise is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

ScaleName = Literal["tiny", "small", "full"]


@dataclass(frozen=True, slots=True)
class Scale:
    """Numbers of people and of events; the organisation itself is the same at every scale."""

    people: int
    smallest_party: int
    rows_per_person: float  # lists are added to a party until about so many
    acts: int
    lawful: int  # maintenance downloads
    manager_downloads: int
    operators: int
    operator_days: float  # share of working days on which an operator logs in
    remote_sessions: int
    site_media: int
    leaks: int
    leak_rows: tuple[int, int]  # of most leaks: at least, at most


SCALES: Final[dict[ScaleName, Scale]] = {
    "tiny": Scale(3_000, 6, 1.2, 30, 60, 1_500, 10, 0.05, 150, 80, 6, (40, 300)),
    "small": Scale(100_000, 36, 2.2, 110, 500, 32_000, 30, 0.3, 3_000, 1_500, 16, (200, 6_000)),
    "full": Scale(
        9_280_000, 400, 2.2, 130, 1_500, 600_000, 500, 0.6, 100_000, 60_000, 24, (2_000, 200_000)
    ),
}
