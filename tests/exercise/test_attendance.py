"""Who was where in the exercise, and what of it was written down."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from breachscope.exercise import attendance
from breachscope.exercise.days import day, instant
from breachscope.exercise.facts import Happenings, Session
from breachscope.exercise.scales import SCALES
from breachscope.exercise.scoring import actor_scores, doers
from breachscope.exercise.world import build
from breachscope.schema import ACT_VERDICTS, ACTORS

if TYPE_CHECKING:
    from pathlib import Path

    from breachscope.exercise import ExercisePaths
    from breachscope.exercise.scoring.actors import ActorScores

WORLD = build(7, SCALES["tiny"])


def attended(*sessions: Session) -> Happenings:
    events = Happenings(sessions=list(sessions))
    attendance.stay_late(WORLD, events)
    attendance.from_home(WORLD, events)
    attendance.lend(WORLD, events)
    attendance.attend(WORLD, events)
    return events


def test_the_same_seed_gives_the_same_attendance() -> None:
    one, two = attended(), attended()
    assert one.attended == two.attended
    assert one.sessions == two.sessions
    assert attendance.planned(WORLD, one) == attendance.planned(WORLD, two)


def test_there_are_nights_visitors_lost_weeks_unread_entries_and_open_exits() -> None:
    stays = attended().attended
    assert any(s.person.startswith("V-") for s in stays)
    assert any(s.went > instant((s.came + 9 * 3600) // 86_400 + 1, 0) for s in stays)
    assert any(s.read and not s.exit_read for s in stays)
    lost = [
        s
        for first, after in attendance.DOOR_LOST
        for s in stays
        if instant(day(first), 0) <= s.came < instant(day(after), 0)
    ]
    assert len(lost) > 40
    assert not any(s.read for s in lost)
    assert any(not s.read for s in stays if s not in lost)


def test_the_roster_is_a_plan_that_did_not_always_come_true() -> None:
    events = attended()
    plan = {(who, (at + 9 * 3600) // 86_400) for who, at, _ in attendance.planned(WORLD, events)}
    came = {
        (s.person, (s.came + 9 * 3600) // 86_400)
        for s in events.attended
        if not s.person.startswith("V-")
    }
    assert plan - came
    assert came - plan


def test_nobody_is_in_the_room_and_at_home_at_once() -> None:
    events = attended()
    for session in events.sessions:
        assert not any(
            s.person == session.person and s.came < session.end and s.went > session.start
            for s in events.attended
        )


def test_accounts_are_lent_for_acts_only_and_never_change_who_acted() -> None:
    acts = [
        Session("op-9003", "198.51.100.77", "10.99.0.20", instant(16_500 + 3 * i, 21),
                instant(16_500 + 3 * i, 22), WORLD.thief, i)
        for i in range(200)
    ]  # fmt: skip
    after = [s for s in attended(*acts).sessions if s.act is not None]
    lent = [s for s in after if s.account != "op-9003"]
    desks = [s for s in after if s.source_ip != "198.51.100.77"]
    assert 5 <= len(lent) <= 30
    assert 2 <= len(desks) <= 25
    assert {s.person for s in after} == {WORLD.thief}


def test_the_truth_calls_an_act_attributable_or_says_why_not(tiny: ExercisePaths) -> None:
    acts = pl.read_parquet(tiny.truth / "acts.parquet")
    assert 5 <= acts["attributable"].sum() < acts.height
    assert acts.filter("attributable")["why_not"].null_count() == acts["attributable"].sum()
    assert acts.filter(~pl.col("attributable"))["why_not"].null_count() == 0


def test_an_act_in_a_week_without_entry_log_is_not_attributable(tiny: ExercisePaths) -> None:
    gaps = pl.read_parquet(tiny.truth / "gaps.parquet").filter(pl.col("kind") == "presence")
    assert gaps.height == len(attendance.DOOR_LOST)
    acts = pl.read_parquet(tiny.truth / "acts.parquet").filter(~pl.col("via_remote"))
    inside = acts.join_where(gaps, pl.col("started_at") >= pl.col("from"),
                             pl.col("started_at") < pl.col("to"))  # fmt: skip
    assert not inside["attributable"].any()


def scored(folder: Path, named: str, possible: tuple[bool, bool]) -> ActorScores:
    """One theft by T, at line 2 of dl.csv; `named` is identified, T and U are `possible`."""
    pl.DataFrame(
        {"file": ["dl.csv"], "line": [2], "person_id": ["T"], "act": [1], "purpose": ["theft"]}
    ).write_parquet(folder / "downloads.parquet")
    pl.DataFrame({"person_id": ["T", "U"], "thief": [True, False]}).write_parquet(
        folder / "staff.parquet"
    )
    pl.DataFrame({"act": [1], "attributable": [True]}).write_parquet(folder / "acts.parquet")
    egress = pl.DataFrame({"act_id": ["A"], "evidence_id": ["E"], "line": [2]})
    files = pl.DataFrame({"evidence_id": ["E"], "file": ["dl.csv"]})
    verdict = {"act_id": "A", "verdict": "identified", "person_id": named}
    actors = [
        {"act_id": "A", "person_id": who, "possible": fits}
        for who, fits in zip("TU", possible, strict=True)
    ]
    return actor_scores(
        pl.DataFrame([verdict], schema=ACT_VERDICTS),
        pl.DataFrame(actors, schema=ACTORS),
        doers(egress, files, folder),
        folder,
    )


def test_the_score_tells_a_right_name_from_a_wrong_one(tmp_path: Path) -> None:
    right = scored(tmp_path, "T", (True, False))
    assert (right.attributable_identified, right.innocent_identified) == (1, 0)
    wrong = scored(tmp_path, "U", (False, True))
    assert (wrong.attributable_identified, wrong.innocent_identified) == (0, 1)
    assert (wrong.wrong_identified, wrong.true_impossible) == (1, 1)
