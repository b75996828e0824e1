"""Where everyone was: what the entry log of the act's place says of each candidate.

Pure functions. An entry log misses entries, so nobody is excluded by what it lacks.
"""

from __future__ import annotations

import math
from datetime import timedelta
from typing import TYPE_CHECKING, Final

import polars as pl

from breachscope.reconstruct.actors_given import PLACE
from breachscope.reconstruct.actors_who import marks

if TYPE_CHECKING:
    from breachscope.reliabilities import Actors

MOST_USUAL: Final = 0.98
"""Nobody is taken to be there more surely than this: habits are known from some weeks only."""
FEW_DAYS: Final = 10
_LOGGED: Final = tuple(f"log_{name}" for name in PLACE)


def stays(presence: pl.LazyFrame, hours: float) -> pl.DataFrame:
    """Stays with an end: person_id, area, entered_at, until, closed, PLACE; sorted.

    A stay without exit, or longer than `hours`, is not `closed`: its exit was not recorded. It
    ends at that person's next entry, or after `hours`.
    """
    longest = timedelta(hours=hours)
    entered, left = pl.col("entered_at"), pl.col("left_at")
    closed = left.is_not_null() & (left >= entered) & (left - entered <= longest)
    again = entered.shift(-1).over("person_id", order_by=["entered_at", "evidence_id", "line"])
    return (
        presence.filter(pl.col("person_id").is_not_null() & entered.is_not_null())
        .select(
            "person_id",
            "area",
            "entered_at",
            *PLACE,
            closed=closed.fill_null(value=False),
            until=pl.when(closed.fill_null(value=False))
            .then(left)
            .otherwise(pl.min_horizontal(entered + longest, again)),
        )
        .sort("entered_at", "person_id", "evidence_id", "line", nulls_last=True)
        .collect()
    )


def about(sittings: pl.DataFrame, known: pl.DataFrame, playbook: Actors) -> pl.DataFrame:
    """The stays that touch each act, clocks allowed for: act_id, the stay, `sure`, `here`.

    A stay is `sure` if it has its exit and spans the whole act whichever clock is off; `here`
    if it is in the area where the act's keyboard was.
    """
    spread = timedelta(minutes=playbook.limits.clock_minutes)
    back = math.ceil(playbook.limits.stay_hours / 24)
    near = timedelta(hours=1)
    days = pl.date_ranges(
        (pl.col("start") - near).dt.date() - timedelta(days=back), (pl.col("end") + near).dt.date()
    )
    acts = sittings.select("act_id", "start", "end", "area", "outside", day=days).explode("day")
    dated = known.with_columns(day=pl.col("entered_at").dt.date()).rename({"area": "stay_area"})
    entered, until = pl.col("entered_at"), pl.col("until")
    return (
        acts.join(dated, on="day")
        .filter((entered - spread <= pl.col("end")) & (until + spread >= pl.col("start")))
        .with_columns(
            sure=pl.col("closed")
            & (entered + spread <= pl.col("start"))
            & (until - spread >= pl.col("end")),
            here=(pl.col("stay_area") == pl.col("area")).fill_null(value=False),
        )
        .drop("day")
    )


def usual(
    asked: pl.DataFrame,
    sittings: pl.DataFrame,
    known: pl.DataFrame,
    planned: pl.DataFrame,
    spans: pl.DataFrame,
    zone: str,
    days: int,
) -> pl.DataFrame:
    """How often each candidate is recorded at the act's place at that hour on comparable days.

    Comparable are days within `days` before and after, of the same sort (weekday or weekend),
    on which the log has a line, in that person's employment, and alike on the roster: on it or
    not. Where fewer than ten such days are left, the roster is not looked at.

    Args:
        asked: CANDIDATES.
        sittings: SITTINGS; only acts whose entry log was working are looked at.
        known: `stays`.
        planned: person_id, day: the days somebody is on the roster.
        spans: person_id, from, to: the employment of each person.
        zone: of the days.
        days: how far to look.

    Returns:
        act_id, person_id, days, there, rate: with one day of each sort added, at most 0.98; came
        and attends: the same of days with any stay there at all.

    """
    instants = comparable(sittings, known, zone, days)
    each = _employed(instants.join(asked.select("act_id", "person_id"), on="act_id"), spans)
    on = planned.with_columns(on_roster=pl.lit(value=True))
    own_day = pl.col("start").dt.convert_time_zone(zone).dt.date()
    today = (
        asked.join(sittings.select("act_id", day=own_day), on="act_id")
        .join(on, on=["person_id", "day"], how="left")
        .select("act_id", "person_id", today=pl.col("on_roster").fill_null(value=False))
    )
    told = (
        each.join(on, on=["person_id", "day"], how="left")
        .join(today, on=["act_id", "person_id"])
        .with_columns(alike=pl.col("on_roster").fill_null(value=False) == pl.col("today"))
    )
    counted = (
        _came(_there(told, known), known, zone)
        .group_by("act_id", "person_id")
        .agg(
            n=pl.len(),
            k=pl.col("there").sum(),
            n_alike=pl.col("alike").sum(),
            k_alike=(pl.col("there") & pl.col("alike")).sum(),
            c=pl.col("came").sum(),
            c_alike=(pl.col("came") & pl.col("alike")).sum(),
        )
        .with_columns(
            days=pl.when(pl.col("n_alike") >= FEW_DAYS).then("n_alike").otherwise("n"),
            there=pl.when(pl.col("n_alike") >= FEW_DAYS).then("k_alike").otherwise("k"),
            came=pl.when(pl.col("n_alike") >= FEW_DAYS).then("c_alike").otherwise("c"),
        )
    )
    return (
        asked.select("act_id", "person_id")
        .join(counted, on=["act_id", "person_id"], how="left")
        .with_columns(pl.col("days", "there", "came").fill_null(0))
        .select(
            "act_id",
            "person_id",
            "days",
            "there",
            "came",
            rate=((pl.col("there") + 1) / (pl.col("days") + 2)).clip(1 - MOST_USUAL, MOST_USUAL),
            attends=((pl.col("came") + 1) / (pl.col("days") + 2)).clip(1 - MOST_USUAL, MOST_USUAL),
        )
    )


def comparable(sittings: pl.DataFrame, known: pl.DataFrame, zone: str, days: int) -> pl.DataFrame:
    """The same hour of other days of the same sort on which the log has a line.

    Returns:
        act_id, area, day, target (the instant); the act's own day is left out.

    """
    acts = sittings.filter(pl.col("presence") == "recorded").select("act_id", "area", "start")
    shifts = pl.DataFrame({"shift": [d for d in range(-days, days + 1) if d]})
    at = pl.col("start").dt.convert_time_zone(zone)
    target = at.dt.offset_by(pl.format("{}d", "shift"))
    weekend = pl.col("day").dt.weekday() > 5
    open_days = known.select(
        "area", day=pl.col("entered_at").dt.convert_time_zone(zone).dt.date()
    ).unique()
    return (
        acts.join(shifts, how="cross")
        .with_columns(own=at.dt.date(), target=target)
        .with_columns(day=pl.col("target").dt.date())
        .filter(weekend == (pl.col("own").dt.weekday() > 5))
        .join(open_days, on=["area", "day"], how="semi")
        .select("act_id", "area", "day", target=pl.col("target").dt.convert_time_zone("UTC"))
    )


def _employed(each: pl.DataFrame, spans: pl.DataFrame) -> pl.DataFrame:
    day = pl.col("day")
    inside = (pl.col("from").is_null() | (pl.col("from") <= day)) & (
        pl.col("to").is_null() | (pl.col("to") >= day)
    )
    return (
        each.join(spans, on="person_id", how="left")
        .filter(inside)
        .drop("from", "to")
        .unique(["act_id", "person_id", "day"])
    )


def _there(told: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame:
    """`told` with `there`: a stay of that person in that area spans the instant."""
    numbered = told.with_row_index("n")
    around = pl.date_ranges(
        pl.col("target").dt.date() - timedelta(days=1), pl.col("target").dt.date()
    )
    dated = known.select("person_id", "area", "entered_at", "until",
                         entered_day=pl.col("entered_at").dt.date())  # fmt: skip
    hit = (
        numbered.select("n", "person_id", "area", "target", entered_day=around)
        .explode("entered_day")
        .join(dated, on=["person_id", "area", "entered_day"])
        .filter((pl.col("entered_at") <= pl.col("target")) & (pl.col("target") <= pl.col("until")))
    )
    return numbered.with_columns(there=pl.col("n").is_in(hit["n"].unique().to_list()))


def _came(told: pl.DataFrame, known: pl.DataFrame, zone: str) -> pl.DataFrame:
    """`told` with `came`: that person entered that area on that day, whenever."""
    entered = (
        known.select(
            "person_id", "area", day=pl.col("entered_at").dt.convert_time_zone(zone).dt.date()
        )
        .unique()
        .with_columns(came=pl.lit(value=True))
    )
    return told.join(entered, on=["person_id", "area", "day"], how="left").with_columns(
        pl.col("came").fill_null(value=False)
    )


def seen_that_day(
    asked: pl.DataFrame, sittings: pl.DataFrame, known: pl.DataFrame, zone: str
) -> pl.DataFrame:
    """Who has an entry at the act's place on the day of the act: act_id, person_id, seen."""
    day = pl.col("start").dt.convert_time_zone(zone).dt.date()
    acts = sittings.select("act_id", "area", day=day)
    told = _came(asked.select("act_id", "person_id").join(acts, on="act_id"), known, zone)
    return told.select("act_id", "person_id", seen="came")


def presence_marks(
    asked: pl.DataFrame,
    sittings: pl.DataFrame,
    touching: pl.DataFrame,
    rates: pl.DataFrame,
    seen: pl.DataFrame,
    recorded: list[str],
    playbook: Actors,
) -> pl.DataFrame:
    """What the entry logs say of each candidate, and of someone unknown.

    In a working log: there, against the share of days they are there anyway; not there, as
    often as the door misses someone. A stay elsewhere spanning the act excludes; so does any
    recorded stay for an act from outside. Who never stands in the log is not judged by it.

    Args:
        asked: CANDIDATES.
        sittings: SITTINGS.
        touching: `about`.
        rates: `usual`.
        seen: `seen_that_day`: who never came that day though they do on like days may have come
            unread; who came and is gone has to have come back so.
        recorded: persons the entry logs know at all, as `AREA:PERSON`.
        playbook: reliabilities.

    """
    best = _best_stay(touching)
    told = (
        asked.join(sittings.select("act_id", "area", "presence", "outside", *_LOGGED), on="act_id")
        .join(best, on=["act_id", "person_id"], how="left")
        .join(rates, on=["act_id", "person_id"], how="left")
        .join(seen, on=["act_id", "person_id"], how="left")
        .with_columns(
            known=pl.concat_str("area", pl.lit(":"), "person_id").is_in(recorded),
            state=pl.col("state").fill_null("absent"),
        )
    )
    missed, false = playbook.rates.missed_entry, playbook.rates.false_stay
    working = pl.col("presence") == "recorded"
    judged = told.with_columns(
        log10_lr=pl.when(pl.col("state") == "elsewhere")
        .then(math.log10(false))
        .when(working & (pl.col("state") == "there"))
        .then(((1 - missed) / pl.col("rate")).log10())
        .when(working & (pl.col("state") == "absent") & pl.col("known"))
        .then((missed / (1 - pl.when("seen").then("rate").otherwise("attends"))).log10())
        .otherwise(0.0)
    ).filter(working | (pl.col("state") != "absent"))
    absent = pl.col("state") == "absent"
    cited = [
        pl.when(absent).then(f"log_{name}").otherwise(name).alias(name) for name in PLACE
    ]  # what is not there stands on no line: the line that shows the log was working
    told = judged.with_columns(*cited, says=_says())
    return pl.concat([marks(told, "presence"), _unknown(sittings, missed)])


def _best_stay(touching: pl.DataFrame) -> pl.DataFrame:
    """Of each person and act the stay that tells most: act_id, person_id, state, the stay."""
    state = (
        pl.when(~pl.col("here") & pl.col("sure") & ~(pl.col("area").is_null() & ~pl.col("outside")))
        .then(pl.lit("elsewhere"))
        .when(pl.col("here") & pl.col("sure"))
        .then(pl.lit("there"))
        .when("here")
        .then(pl.lit("perhaps"))
    )
    found = touching.with_columns(state=state).filter(pl.col("state").is_not_null())
    both = found.group_by("act_id", "person_id").agg(
        torn=(pl.col("state") == "elsewhere").any() & (pl.col("state") != "elsewhere").any()
    )
    rank = pl.col("state").replace_strict({"there": 0, "perhaps": 1, "elsewhere": 2})
    return (
        found.with_columns(rank=rank)
        .sort("act_id", "person_id", "rank", "entered_at", "evidence_id", "line", nulls_last=True)
        .unique(["act_id", "person_id"], keep="first", maintain_order=True)
        .join(both, on=["act_id", "person_id"])
        .select(
            "act_id", "person_id", "stay_area", "entered_at", "until", "closed", *PLACE,
            state=pl.when("torn").then(pl.lit("perhaps")).otherwise("state"),
        )
    )  # fmt: skip


def _says() -> pl.Expr:
    share = pl.format("{} of {} like days", "there", "days")
    came, went = (pl.col(c).dt.strftime("%Y-%m-%d %H:%MZ") for c in ("entered_at", "until"))
    span = pl.format("{} to {}", came, went)
    return (
        pl.when(pl.col("state") == "elsewhere")
        .then(pl.format("recorded in {} {}, not at the keyboard", "stay_area", span))
        .when((pl.col("state") == "there") & (pl.col("presence") == "recorded"))
        .then(pl.format("recorded in {} {}; at that hour on {}", "stay_area", span, share))
        .when(pl.col("state") == "there")
        .then(pl.format("recorded in {} {}, in a log silent there", "stay_area", span))
        .when(pl.col("state") == "perhaps")
        .then(pl.format("entered {} {}: no exit, or for a part of the act, or the clocks are too "
                        "near", "stay_area", came))
        .when(pl.col("known") & ~pl.col("seen"))
        .then(
            pl.format(
                "no entry recorded in {} all day, its log working; came on {} of {} like days",
                "area",
                "came",
                "days",
            )
        )
        .when("known")
        .then(pl.format("no entry recorded in {}, its log working; at that hour on {}", "area",
                        share))
        .otherwise(pl.format("the entry log of {} never names them", "area"))
    )  # fmt: skip


def _unknown(sittings: pl.DataFrame, missed: float) -> pl.DataFrame:
    """Someone of no list passes a working door unrecorded as seldom as anyone."""
    working = sittings.filter(pl.col("presence") == "recorded")
    return marks(
        working.select(
            "act_id",
            person_id=pl.lit(None, pl.String()),
            log10_lr=pl.lit(math.log10(missed)),
            says=pl.format("would have come into {} unrecorded", "area"),
            **{name: pl.col(f"log_{name}") for name in PLACE},
        ),
        "presence",
    )
