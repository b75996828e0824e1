"""Which acts people left enough behind to be told by, from what happened and what was written.

Nothing here weighs evidence: an act is attributable if the facts that were written down put
its doer there and show everyone else away.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from breachscope.exercise.attendance import HOME_LINES
from breachscope.exercise.days import DAY, JAPAN
from breachscope.exercise.thief import PERSON

if TYPE_CHECKING:
    from collections.abc import Sequence

    from breachscope.exercise.facts import Happenings, Stay
    from breachscope.exercise.world import World

MARGIN: Final = 600
"""Seconds around an act in which nobody else may have been in the room."""
ORDINARY_DAYS: Final = 5
ORDINARY_SPAN: Final = 300 * DAY
"""A line is known as someone's by ordinary sessions on so many days, so near the act."""


def attributable(
    acts: pl.DataFrame, world: World, events: Happenings, roster: Sequence[tuple[str, int, int]]
) -> pl.DataFrame:
    """The acts with `attributable` and, in `why_not`, the first fact that is missing.

    Args:
        acts: act, started_at, ended_at, via_remote, logged, shown: one row an act.
        world: who worked there.
        events: their stays and sessions.
        roster: `attendance.planned`.

    """
    ledger = _Written(world, events, roster)
    found = [
        ledger.missing(act, int(start.timestamp()), int(end.timestamp()), remote=remote,
                       logged=logged, shown=shown)
        for act, start, end, remote, logged, shown in acts.select(
            "act", "started_at", "ended_at", "via_remote", "logged", "shown"
        ).iter_rows()
    ]  # fmt: skip
    why = pl.Series("why_not", found, dtype=pl.String)
    return acts.drop("shown").with_columns(why.is_null().alias("attributable"), why)


class _Written:
    """What of the stays and sessions was written down."""

    def __init__(
        self, world: World, events: Happenings, roster: Sequence[tuple[str, int, int]]
    ) -> None:
        self.thief, self.roster = world.thief, roster
        self.stays = events.attended
        self.account = world.maintainers[PERSON].remote_account
        self.by_act = {s.act: s for s in events.sessions if s.act is not None}
        self.ordinary = [
            s.start
            for s in events.sessions
            if s.act is None and s.source_ip == HOME_LINES[PERSON] and s.account == self.account
        ]
        self.issued = {s.remote_account for s in world.maintainers}

    def missing(
        self, act: int, start: int, end: int, *, remote: bool, logged: bool, shown: bool
    ) -> str | None:
        """The first fact that is missing, or None."""
        if not logged:
            return "the download log of that day is lost"
        if not shown:
            return "nothing written down shows that anything left"
        if remote:
            return self._from_afar(act)
        return self._in_the_room(start - MARGIN, end + MARGIN)

    def _in_the_room(self, start: int, end: int) -> str | None:
        near = [s for s in self.stays if s.came <= end and s.went >= start]
        own = [s for s in near if s.person == self.thief]
        if not any(_whole(s) and s.came <= start and s.went >= end for s in own):
            return "the door did not read the doer in and out"
        if len(near) > len(own):
            return "someone else was in the room"
        if any(self._left_open(s, start) for s in self.stays):
            return "the door did not read someone else out"
        day = (start + JAPAN) // DAY
        read = {s.person for s in self.stays if s.read and (s.came + JAPAN) // DAY == day}
        due = {who for who, a, _ in self.roster if (a + JAPAN) // DAY == day}
        if due - read - {self.thief}:
            return "someone else was due that day and not read"
        if any(who != self.thief and a <= end and b >= start for who, a, b in self.roster):
            return "someone else was due and not read"
        return None

    def _left_open(self, stay: Stay, start: int) -> bool:
        """Someone else who came before, that day, and was not read when leaving."""
        same_day = 0 <= start - stay.came < DAY
        return stay.person != self.thief and same_day and stay.read and not stay.exit_read

    def _from_afar(self, act: int) -> str | None:
        session = self.by_act[act]
        if session.source_ip != HOME_LINES[PERSON]:
            return "not over the doer's own line"
        if session.account != self.account and session.account in self.issued:
            return "by another's account"
        near = [at for at in self.ordinary if abs(at - session.start) <= ORDINARY_SPAN]
        if len({(at + JAPAN) // DAY for at in near}) < ORDINARY_DAYS:
            return "the line is not yet known as the doer's"
        return None


def _whole(stay: Stay) -> bool:
    return stay.read and stay.exit_read
