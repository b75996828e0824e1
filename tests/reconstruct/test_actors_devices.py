"""A device in the acts of two people: the fewer of them name nobody."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

import polars as pl
from sittings_cases import attributed, case, person, stay, usual_days

from breachscope.schema import Kind
from frames import kind

if TYPE_CHECKING:
    from breachscope.reconstruct.actors_given import Given

DAYS = {"ACT-1": "2014-05-14", "ACT-2": "2014-05-15", "ACT-3": "2014-05-16"}
STAYED = {"ACT-1": "A", "ACT-2": "A", "ACT-3": "B"}
"""Who is recorded in the room in the evening of each act; of ACT-3 A is not seen all day."""


def evenings(stick: dict[str, str | None], people: list[dict[str, Any]] | None = None) -> Given:
    """Three acts, each with one person in the room and a stick in the machine, if there is one."""
    presence = [
        row for row in usual_days("A", "B", "C", around="2014-05-10")
        if f"{row['entered_at']:%Y-%m-%d}" not in DAYS.values()
    ]  # fmt: skip
    for act, day in DAYS.items():
        others = {"A", "B", "C"} - {STAYED[act]} - ({"A"} if act == "ACT-3" else set())
        presence += [stay(STAYED[act], f"{day} 09:00", f"{day} 20:10")]
        presence += [stay(who, f"{day} 09:00", f"{day} 18:00") for who in sorted(others)]
    made = [
        case(people=people, presence=presence, start=f"{day} 19:30", end=f"{day} 19:50")
        for day in DAYS.values()
    ]
    named = [
        replace(
            one,
            acts=one.acts.with_columns(act_id=pl.lit(act)),
            downloads=one.downloads.with_columns(
                act_id=pl.lit(act),
                event_id=pl.format("{}-{}", pl.lit(act), "event_id"),
                unregistered_device=pl.lit(stick.get(act) is not None),
                media_serial=pl.lit(stick.get(act), pl.String),
                file_only_this=pl.lit(value=False),
            ),
        )
        for act, one in zip(DAYS, made, strict=True)
    ]
    return replace(
        named[0],
        acts=pl.concat([one.acts for one in named]),
        downloads=pl.concat([one.downloads for one in named]),
    )


def told(given: Given) -> dict[str, tuple[str, str | None]]:
    rows = attributed(given).verdicts.select("act_id", "verdict", "person_id").iter_rows()
    return {act: (verdict, who) for act, verdict, who in rows}


def test_without_a_device_each_act_names_whoever_was_alone_there() -> None:
    assert told(evenings({})) == {act: ("identified", who) for act, who in STAYED.items()}


def test_an_act_whose_device_two_other_acts_lay_to_another_names_nobody() -> None:
    given = evenings(dict.fromkeys(DAYS, "S1"))
    assert told(given) == {
        "ACT-1": ("identified", "A"), "ACT-2": ("identified", "A"), "ACT-3": ("narrowed", None),
    }  # fmt: skip
    found = attributed(given)
    row = found.verdicts.filter(pl.col("act_id") == "ACT-3").row(0, named=True)
    assert row["possible"] == 2
    assert row["reason"].endswith("its device was there in acts of another, 2 of them")
    possible = found.actors.filter((pl.col("act_id") == "ACT-3") & pl.col("possible"))
    assert set(possible["person_id"]) == {"A", "B"}


def test_of_one_act_each_with_one_device_neither_names_anybody() -> None:
    given = evenings({"ACT-2": "S1", "ACT-3": "S1"})
    assert told(given) == {
        "ACT-1": ("identified", "A"), "ACT-2": ("narrowed", None), "ACT-3": ("narrowed", None),
    }  # fmt: skip


def test_two_devices_do_not_touch_one_another() -> None:
    given = evenings({"ACT-1": "S1", "ACT-2": "S1", "ACT-3": "S2"})
    assert told(given)["ACT-3"] == ("identified", "B")


def test_whom_a_source_excludes_no_device_makes_possible() -> None:
    gone = [person("A", to=date(2014, 5, 15)), person("B"), person("C")]
    given = evenings(dict.fromkeys(DAYS, "S1"), gone)
    assert told(given)["ACT-3"] == ("identified", "B")


def test_a_seized_stick_with_the_acts_own_file_is_a_device_of_it() -> None:
    given = evenings({"ACT-1": "S1", "ACT-2": "S1"})
    files = kind(Kind.FILES, {"file_id": "F1", "media_serial": "S1"}, evidence_id="EF")
    place = files.select("evidence_id", "line").collect().row(0)
    of_third = pl.col("act_id") == "ACT-3"
    downloads = given.downloads.with_columns(
        file_only_this=of_third,
        file_evidence_id=pl.when(of_third).then(pl.lit(place[0])),
        file_line=pl.when(of_third).then(pl.lit(place[1])).cast(pl.UInt64),
    )
    assert told(replace(given, files=files, downloads=downloads))["ACT-3"] == ("narrowed", None)
