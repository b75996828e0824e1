"""Who was at the keyboard: verdicts worked by hand from the stated reliabilities."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from math import log10
from typing import Any

import polars as pl
import pytest
from sittings_cases import (
    STATED,
    attributed,
    case,
    jst,
    person,
    posteriors,
    session,
    stay,
    usual_days,
    verdict,
    with_rows,
)

from breachscope.reconstruct import actors_acts

DAY = "2014-05-14"
A_ALONE = [
    stay("A", f"{DAY} 09:00", f"{DAY} 20:10"),
    stay("B", f"{DAY} 09:00", f"{DAY} 18:00"),
    stay("C", f"{DAY} 09:00", f"{DAY} 18:05"),
]
HABITS = usual_days("A", "B", "C")
FROM_HOME = [
    session("op-A", "1.2.3.4", f"2014-04-{d:02d} 20:00", f"2014-04-{d:02d} 21:00")
    for d in (1, 2, 3)
]


def marks(found: Any, who: str | None, channel: str) -> list[tuple[float, str]]:
    rows = found.marks.filter(
        pl.col("person_id").eq_missing(pl.lit(who, pl.String())), pl.col("channel") == channel
    )
    return list(rows.select("log10_lr", "says").iter_rows())


def test_one_person_alone_in_a_room_whose_door_keeps_a_log_is_identified() -> None:
    found = attributed(case(presence=HABITS + A_ALONE))
    row = found.verdicts.row(0, named=True)
    assert (row["verdict"], row["person_id"]) == ("identified", "A")
    # by hand: 84 like days, on none of them anyone there at half past seven, so rates of 1/86,
    # taken for 0.02; A: 0.995 / 0.02; B and C: 0.005 / 0.98; someone unknown: 0.005
    there, missed = log10(0.995 / 0.02), log10(0.005 / 0.98)
    assert [value for value, _ in marks(found, "A", "presence")] == [pytest.approx(there)]
    assert [value for value, _ in marks(found, "B", "presence")] == [pytest.approx(missed)]
    assert [value for value, _ in marks(found, None, "presence")] == [pytest.approx(log10(0.005))]
    assert row["log10_lr"] == pytest.approx(there - missed, abs=1e-6)
    weights = {"A": 0.3 * 0.995 / 0.02, "B": 0.3 * 0.005 / 0.98, None: 0.1 * 0.005}
    whole = weights["A"] + 2 * weights["B"] + weights[None]
    assert posteriors(case(presence=HABITS + A_ALONE))["B"] == pytest.approx(weights["B"] / whole)


def test_of_two_in_the_room_nobody_is_named() -> None:
    both = [*A_ALONE[:1], stay("B", f"{DAY} 09:00", f"{DAY} 20:00"), A_ALONE[2]]
    row = verdict(case(presence=HABITS + both))
    assert (row["verdict"], row["person_id"], row["possible"]) == ("narrowed", None, 2)
    assert row["settles"] == [
        "camera: camera at the terminals, or a token of one's own: tells those in the room apart"
    ]


def test_a_missed_entry_excludes_nobody() -> None:
    """A was there and unread, B forgot to leave by the door: the log misleads, gently."""
    found = attributed(case(presence=HABITS + A_ALONE[1:]))
    assert found.actors.filter(pl.col("excluded_by").is_not_null()).is_empty()
    assert found.verdicts["verdict"].item() == "not_attributable"


def test_who_came_on_every_like_day_but_never_that_day_may_have_come_unread() -> None:
    """Not so who came and left: to be there they must have come back unread."""
    found = attributed(case(presence=HABITS + A_ALONE[:2]))
    # C came on all of 84 like days, so 85/86, taken for 0.98: 0.005 / 0.02
    assert marks(found, "C", "presence")[0][0] == pytest.approx(log10(0.005 / 0.02))
    assert marks(found, "B", "presence")[0][0] == pytest.approx(log10(0.005 / 0.98))


def test_an_absence_cites_the_line_that_shows_the_log_was_working() -> None:
    found = attributed(case(presence=HABITS + A_ALONE))
    row = found.marks.filter(pl.col("person_id") == "B", pl.col("channel") == "presence")
    # C's exit at 18:05 is the last line before half past seven
    assert row.select("evidence_id", "line").row(0) == ("EP", 2 + len(HABITS) + 2)


def test_an_exit_not_read_leaves_that_person_possible() -> None:
    open_end = [A_ALONE[0], stay("B", f"{DAY} 09:00", None), A_ALONE[2]]
    found = attributed(case(presence=HABITS + open_end))
    assert marks(found, "B", "presence")[0][0] == 0
    assert found.verdicts["verdict"].item() == "narrowed"
    assert found.verdicts["possible"].item() == 2


def test_the_next_entry_ends_a_stay_without_exit() -> None:
    again = [stay("B", f"{DAY} 09:00", None), stay("B", f"{DAY} 13:00", f"{DAY} 18:00")]
    assert verdict(case(presence=[*HABITS, A_ALONE[0], *again, A_ALONE[2]]))["possible"] == 1


def test_clocks_may_differ_by_minutes_and_then_tell_nothing() -> None:
    near = stay("B", f"{DAY} 09:00", f"{DAY} 19:27")  # three minutes before the act begins
    clear = stay("B", f"{DAY} 09:00", f"{DAY} 19:20")
    for last, possible in ((near, 2), (clear, 1)):
        given = case(presence=[*HABITS, A_ALONE[0], last, A_ALONE[2]])
        assert verdict(given)["possible"] == possible


def test_absence_in_a_silent_log_excludes_nobody() -> None:
    quiet = [{"kind": "presence", "from": jst("2014-05-10"), "to": jst("2014-05-20")}]
    found = attributed(case(presence=HABITS + A_ALONE, silences=quiet))
    row = found.verdicts.row(0, named=True)
    assert (row["verdict"], row["presence"], row["possible"]) == ("not_attributable", "silent", 3)
    assert row["settles"] == ["presence: entry log of the place"]


def test_a_log_without_a_line_for_days_around_is_silent() -> None:
    gone = {f"2014-05-{d}" for d in range(12, 17)}
    kept = [row for row in HABITS if f"{row['entered_at']:%Y-%m-%d}" not in gone]
    assert verdict(case(presence=kept))["presence"] == "silent"


def test_in_a_silent_log_the_roster_tells_a_little() -> None:
    shifts = [
        {"person_id": "A", "starts_at": jst(f"{DAY} 13:00"), "ends_at": jst(f"{DAY} 22:00")},
        *(
            {"person_id": w, "starts_at": jst(f"{d} 13:00"), "ends_at": jst(f"{d} 22:00")}
            for w in "ABC" for d in ("2014-05-12", "2014-05-13", "2014-05-15", "2014-05-16")
        ),
    ]  # fmt: skip
    found = attributed(case(roster=shifts))
    # of 84 weekdays around they are on the roster at that hour on four: (4 + 1) / (84 + 2)
    share = 5 / 86
    assert marks(found, "A", "roster")[0][0] == pytest.approx(log10(0.9 / share))
    assert marks(found, "B", "roster")[0][0] == pytest.approx(log10(0.1 / (1 - share)))
    assert found.verdicts["verdict"].item() == "not_attributable"


def test_a_roster_says_nothing_where_the_door_spoke() -> None:
    shift = {"person_id": "B", "starts_at": jst(f"{DAY} 13:00"), "ends_at": jst(f"{DAY} 22:00")}
    found = attributed(case(presence=HABITS + A_ALONE, roster=[shift]))
    assert marks(found, "B", "roster") == []


def test_who_was_recorded_in_another_building_is_excluded() -> None:
    away = stay("B", f"{DAY} 18:30", f"{DAY} 21:00", area="site")
    row = attributed(case(presence=[*HABITS, *A_ALONE, away])).actors.filter(
        pl.col("person_id") == "B"
    )
    assert row["excluded_by"].item().startswith("presence: recorded in site 2014-05-14 09:30Z")
    assert row["posterior"].item() < 1e-4


def test_who_had_not_come_yet_or_had_left_is_excluded_at_the_site() -> None:
    staff = [
        person("A"),
        person("B", **{"from": date(2014, 5, 15)}),
        person("C", to=date(2014, 5, 13)),
    ]
    rows = attributed(case(people=staff)).actors
    told = dict(rows.select("person_id", "excluded_by").iter_rows())
    assert told["B"] == "employment: not yet employed: first day 2014-05-15 (E1:3)"
    assert told["C"] == "employment: had left by then: last day 2014-05-13 (E1:4)"
    assert told["A"] is None


def test_the_last_day_is_a_day_of_work_in_the_zone_of_the_case() -> None:
    staff = [person("A", to=date(2014, 5, 14)), person("B"), person("C")]
    rows = attributed(case(people=staff, start=f"{DAY} 23:50", end=f"{DAY} 23:55")).actors
    assert rows.filter(pl.col("person_id") == "A")["excluded_by"].item() is None


def test_someone_who_left_may_come_from_outside_by_the_password() -> None:
    staff = [person("A", to=date(2014, 1, 31)), person("B"), person("C")]
    act = session("op-9", "9.9.9.9", f"{DAY} 19:00", f"{DAY} 21:00")
    rows = attributed(case(people=staff, remote=[act], act_session=2, host="V1")).actors
    gone = rows.filter(pl.col("person_id") == "A").row(0, named=True)
    assert gone["excluded_by"] is None
    assert gone["log10_lr"] == pytest.approx(log10(0.05))


def test_a_night_shift_across_midnight_is_one_stay() -> None:
    night = [stay("A", f"{DAY} 21:00", "2014-05-15 05:00")]
    row = verdict(
        case(
            presence=HABITS + A_ALONE[1:] + night, start="2014-05-15 01:00", end="2014-05-15 01:10"
        )
    )
    assert (row["verdict"], row["person_id"]) == ("identified", "A")


def test_a_visitor_of_no_list_in_the_room_is_a_rival() -> None:
    visitor = stay("V-1", f"{DAY} 19:00", f"{DAY} 20:05")
    found = attributed(case(presence=[*HABITS, *A_ALONE, visitor]))
    row = found.actors.filter(pl.col("person_id") == "V-1").row(0, named=True)
    assert row["possible"]
    assert row["against"] == ["account: no list gives them the account"]
    assert found.verdicts["verdict"].item() == "narrowed"


def test_an_act_of_which_nothing_shows_it_left_names_nobody() -> None:
    row = verdict(case(presence=HABITS + A_ALONE, confirmed=0))
    assert (row["verdict"], row["person_id"]) == ("narrowed", None)
    assert row["settles"] == ["files: seized media or device log: whether anything left at all"]


def test_a_remote_account_alone_is_not_enough() -> None:
    act = session("op-A", "1.2.3.4", f"{DAY} 19:00", f"{DAY} 21:00")
    found = attributed(case(remote=[act], act_session=2, host="V1"))
    # 0.7 / 0.01: accounts are lent
    assert marks(found, "A", "remote")[0][0] == pytest.approx(log10(70))
    assert found.verdicts["verdict"].item() == "not_attributable"
    assert found.verdicts["settles"].item().to_list() == [
        "subscriber: the provider's word on whose line the outside address was"
    ]


def test_account_and_line_are_one_source_nearly() -> None:
    act = session("op-A", "1.2.3.4", f"{DAY} 19:00", f"{DAY} 21:00")
    found = attributed(case(remote=[*FROM_HOME, act], act_session=5, host="V1"))
    assert marks(found, "A", "remote")[0][0] == pytest.approx(log10(0.7 / 0.01 * 0.8 / 0.1))
    assert found.verdicts.select("verdict", "person_id").row(0) == ("identified", "A")


def test_a_lent_account_over_the_borrowers_line_names_neither() -> None:
    act = session("op-B", "1.2.3.4", f"{DAY} 19:00", f"{DAY} 21:00")
    found = attributed(case(remote=[*FROM_HOME, act], act_session=5, host="V1"))
    assert marks(found, "A", "remote")[0][0] == pytest.approx(log10(0.8 / 0.005))
    assert marks(found, "B", "remote")[0][0] == pytest.approx(log10(0.7 / 0.01))
    assert found.verdicts["verdict"].item() == "narrowed"
    assert found.verdicts["possible"].item() == 2


def test_sessions_that_fetched_do_not_make_a_line_someones() -> None:
    """Else the acts themselves would prove whose the line is."""
    act = session("op-A", "1.2.3.4", f"{DAY} 19:00", f"{DAY} 21:00")
    given = case(remote=[*FROM_HOME, act], act_session=5, host="V1")
    fetched = given.downloads.with_columns(
        remote_line=pl.Series([2, 3], dtype=pl.UInt64), act_id=pl.lit("ACT-0")
    )
    both = pl.concat([given.downloads, fetched.select(given.downloads.collect_schema().names())])
    assert verdict(replace(given, downloads=both))["verdict"] == "not_attributable"


def test_a_remote_account_used_from_a_desk_of_ours_is_judged_at_that_desk() -> None:
    desk = {"at": jst("2014-05-01 10:00"), "account": "x", "action": "login", "host": "S1",
            "source_ip": "10.1.1.1"}  # fmt: skip
    act = session("op-A", "10.1.1.1", f"{DAY} 19:00", f"{DAY} 21:00")
    in_room = stay("A", f"{DAY} 09:00", f"{DAY} 20:30")
    given = case(presence=[*HABITS, in_room], remote=[act], act_session=2, host="V1", logins=[desk])
    found = attributed(given)
    assert found.verdicts["place"].item() == "site"
    excluded = found.actors.filter(pl.col("person_id") == "A")["excluded_by"].item()
    assert excluded.startswith("presence: recorded in room")


def test_being_in_the_room_speaks_against_coming_from_outside() -> None:
    act = session("op-9", "9.9.9.9", f"{DAY} 19:00", f"{DAY} 21:00")
    in_room = stay("B", f"{DAY} 09:00", f"{DAY} 20:30")
    found = attributed(case(presence=[*HABITS, in_room], remote=[act], act_session=2, host="V1"))
    rows = dict(found.actors.select("person_id", "excluded_by").iter_rows())
    assert rows["B"].startswith("presence: recorded in room")
    assert rows["A"] is None


def test_whom_one_source_excludes_and_another_names_is_not_excluded() -> None:
    act = session("op-A", "1.2.3.4", f"{DAY} 19:00", f"{DAY} 21:00")
    in_room = stay("A", f"{DAY} 09:00", f"{DAY} 20:30")
    found = attributed(
        case(presence=[*HABITS, in_room], remote=[*FROM_HOME, act], act_session=5, host="V1")
    )
    row = found.actors.filter(pl.col("person_id") == "A").row(0, named=True)
    assert row["excluded_by"] is None
    assert len(row["supported_by"]) == len(row["against"]) == 1
    assert found.verdicts["verdict"].item() == "not_attributable"


def test_a_login_of_ones_own_at_that_terminal_supports_and_elsewhere_speaks_against() -> None:
    staff = [person(w, accounts=f"admin;own-{w}") for w in "ABC"]
    logins = [
        {"at": jst(f"{DAY} {t}"), "account": f"own-{w}", "action": a, "host": h}
        for w, h in (("A", "T1"), ("B", "S1"))
        for t, a in (("19:00", "login"), ("20:00", "logout"))
    ]
    found = attributed(case(people=staff, logins=logins))
    assert marks(found, "A", "login")[0][0] == pytest.approx(log10(9))
    assert marks(found, "B", "login")[0][0] == pytest.approx(log10(0.05))
    assert marks(found, "C", "login") == []


def test_work_records_weigh_little() -> None:
    work = [
        {"work_id": f"W{n}", "person_id": w, "host": h, "started_at": jst(f"{DAY} 19:00"),
         "ended_at": jst(f"{DAY} 21:00")}
        for n, (w, h) in enumerate((("A", "T1"), ("B", "S1"), ("C", "T2")))
    ]  # fmt: skip
    found = attributed(case(work=work))
    assert marks(found, "A", "work")[0][0] == pytest.approx(log10(3))
    assert marks(found, "B", "work")[0][0] == pytest.approx(-log10(3))
    assert marks(found, "C", "work") == []


def test_terminals_people_share_tell_nothing_and_a_strange_one_a_little() -> None:
    staff = [person("A"), person("B"), person("C", hosts="S1")]
    found = attributed(case(people=staff))
    assert [marks(found, w, "host")[0][0] for w in "ABC"] == [0, 0, pytest.approx(-1)]


def test_without_a_list_of_people_there_is_someone_unknown_alone() -> None:
    found = attributed(case(people=[]))
    assert found.actors["person_id"].to_list() == [None]
    assert found.actors["posterior"].to_list() == [1.0]
    row = found.verdicts.row(0, named=True)
    assert (row["verdict"], row["reason"]) == (
        "not_attributable", "no list says who held the account",
    )  # fmt: skip


def test_no_acts_no_actors() -> None:
    given = case(presence=HABITS + A_ALONE)
    none = replace(given, acts=given.acts.head(0), downloads=given.downloads.head(0))
    found = attributed(none)
    assert found.actors.is_empty()
    assert found.verdicts.is_empty()
    assert found.people.is_empty()


def test_the_names_of_people_stand_in_no_table() -> None:
    found = attributed(case(presence=HABITS + A_ALONE))
    for frame in (found.actors, found.verdicts, found.marks, found.people):
        assert "name of" not in frame.write_json()


def test_the_chance_of_being_there_as_often_is_reckoned_exactly() -> None:
    # P(X = 3) = 1/32; P(X = 2) = 1/2·1/4·3/4 twice, and 1/2·1/16: 7/32
    assert actors_acts.at_least([0.5, 0.25, 0.25], 2) == pytest.approx(0.25)
    assert actors_acts.at_least([0.5, 0.25, 0.25], 0) == 1
    assert actors_acts.at_least([0.5, 0.25, 0.25], 3) == pytest.approx(1 / 32)


def test_over_all_acts_the_floor_of_the_test_is_told() -> None:
    found = attributed(case(presence=HABITS + A_ALONE)).people.filter(pl.col("person_id") == "A")
    row = found.row(0, named=True)
    assert (row["acts_tested"], row["acts_there"]) == (1, 1)
    assert row["p_value"] == row["p_floor"] == pytest.approx(0.02)
    assert row["p_among"] == pytest.approx(0.06)


def test_with_every_rate_doubled_the_verdict_may_not_hold() -> None:
    act = session("op-A", "1.2.3.4", f"{DAY} 19:00", f"{DAY} 21:00")
    remote = case(remote=[*FROM_HOME, act], act_session=5, host="V1")
    assert verdict(remote)["holds_doubled"] is False
    assert verdict(case(presence=HABITS + A_ALONE))["holds_doubled"] is True
    assert STATED.rates.doubled().missed_entry == pytest.approx(0.01)


def test_more_rows_of_evidence_can_be_added_to_a_case() -> None:
    given = with_rows(case(presence=HABITS), "presence", *A_ALONE)
    assert verdict(given)["person_id"] == "A"


def test_the_case_is_asked_how_often_the_door_misses_someone() -> None:
    """Four work records in the room on days with entries; B's of the 15th has no stay."""
    work = [
        {"work_id": f"W{n}", "person_id": w, "host": h, "started_at": jst(f"2014-05-{d} 10:00"),
         "ended_at": jst(f"2014-05-{d} 11:00")}
        for n, (w, d, h) in enumerate(
            (("A", 15, "T1"), ("B", 15, "T1"), ("C", 15, "T2"), ("A", 16, "T1"),
             ("A", 17, "T1"),  # a Saturday: the log has no line at all
             ("V-9", 15, "T1"),  # nobody the log knows
             ("A", 15, "S1"))  # a place without a door
        )
    ]  # fmt: skip
    gone = [
        row for row in HABITS
        if not (row["person_id"] == "B" and f"{row['entered_at']:%d}" == "15"
                and row["entered_at"].month == 5)
    ]  # fmt: skip
    rows = attributed(case(presence=gone, work=work)).checks
    assert rows.select("rate", "stated", "asked", "wrong").rows() == [("missed_entry", 0.005, 4, 1)]
    assert rows["low"].item() < 0.25 < rows["high"].item()


def test_the_case_is_asked_how_often_the_roster_came_true() -> None:
    shifts = [
        {"person_id": w, "area": "room", "starts_at": jst(f"2014-05-{d} 09:00"),
         "ends_at": jst(f"2014-05-{d} 17:00")}
        for w in "AB" for d in (12, 13, 17)
    ]  # fmt: skip
    rows = attributed(case(presence=HABITS, roster=shifts)).checks
    # the 17th is a Saturday without a line of the log
    assert rows.select("rate", "asked", "wrong").rows() == [("roster_wrong", 4, 0)]
