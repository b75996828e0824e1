"""The report's section on who could have used the account: a picture and tables, ids only.

No id stands without the verdict and the evidence it rests on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import polars as pl

from breachscope.report import words
from breachscope.report.actor_chart import Column, draw
from breachscope.report.tables import Table, all_in, columns
from breachscope.report.words import joined, local, number, say, word

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from markupsafe import Markup

    from breachscope.report.inputs import ActorFrames, Frame

MOST_ACTS: Final = 300
MOST_PERSONS: Final = 14
UNKNOWN: Final = say("unknown_person")
VERDICTS, CHANNELS, RATES = words.VERDICTS, words.CHANNELS, words.RATES
PRESENCE, SETTLES = words.PRESENCE, words.SETTLES


def picture(frames: ActorFrames, acts: Frame, zone: str) -> Markup | None:
    """One column an act in order of time, one line a person: who is possible, who excluded."""
    shown = [*frames.people["person_id"].head(MOST_PERSONS).to_list(), None]
    year = (
        acts.lazy()
        .sort("started_at", "act_id")
        .select("act_id", local("started_at", zone, "%Y"))
        .collect()
    )
    verdicts = dict(frames.verdicts.select("act_id", "verdict").iter_rows())
    by_act: dict[str, dict[str | None, tuple[str, float]]] = {}
    states = frames.actors.select("act_id", "person_id", _state(), "posterior")
    for act_id, who, state, posterior in states.iter_rows():
        by_act.setdefault(act_id, {})[who] = (state, posterior)
    made = [
        Column(act_id, began or "", str(verdicts.get(act_id)), by_act.get(act_id, {}))
        for act_id, began in year.iter_rows()
    ]
    return draw(made, [(who, who or UNKNOWN) for who in shown], VERDICTS) if made else None


def _state() -> pl.Expr:
    named = (pl.col("verdict") == "identified") & pl.col("possible")
    return (
        pl.when(named)
        .then(pl.lit("identified"))
        .when("possible")
        .then(pl.lit("possible"))
        .when(pl.col("excluded_by").is_not_null())
        .then(pl.lit("excluded"))
        .otherwise(pl.lit("unlikely"))
        .alias("state")
    )


def verdict_table(frames: ActorFrames, acts: Frame, zone: str) -> Table:
    """One row an act: verdict, those still possible, the marks of the likeliest."""
    told = (
        acts.lazy()
        .sort("started_at", "act_id")
        .select("act_id", "started_at", "host", local("started_at", zone).alias("began"))
        .collect()
        .join(frames.verdicts, on="act_id", how="left", maintain_order="left")
    )
    candidates = _grouped(frames.actors)
    marks = _grouped(frames.marks.filter(pl.col("log10_lr") != 0))
    rows = tuple(
        (
            row["act_id"],
            row["began"] or words.UNKNOWN,
            say("host_place", host=row["host"] or words.UNKNOWN, place=_place(row["place"])),
            word(PRESENCE, row["presence"]),
            _verdict(row),
            _possible(candidates.get(row["act_id"], [])),
            "" if row["log10_lr"] is None else f"{row['log10_lr']:.1f}",
            _grounds(candidates.get(row["act_id"], []), marks.get(row["act_id"], [])),
            joined(_settling(row["settles"] or [])) or words.NONE,
        )
        for row in told.head(MOST_ACTS).iter_rows(named=True)
    )
    heads = columns(
        "番号|act|c", "始め|from|t", "端末・場所|host, place", "入退室記録|entry log",
        "判定|verdict", "可能な者（事後確率）|possible (posterior)|l",
        "次点との差|log10 LR to the next|n", "最尤の者の根拠|marks of the likeliest, log10 LR|l",
        "あれば決まる資料|would settle|l",
    )  # fmt: skip
    rest = all_in("breachscope show actors --json")
    return Table(say("t_verdicts"), heads, rows, told.height, rest)


def _verdict(row: dict[str, Any]) -> str:
    said = word(VERDICTS, row["verdict"])
    return said if row["holds_doubled"] else say("marked", verdict=said)


def _grouped(frame: pl.DataFrame) -> dict[str, list[dict[str, object]]]:
    found: dict[str, list[dict[str, object]]] = {}
    for row in frame.iter_rows(named=True):
        found.setdefault(row["act_id"], []).append(row)
    return found


def _place(place: str | None) -> str:
    return say("outside") if place == "outside" else place or words.UNKNOWN


def _possible(rows: Iterable[dict[str, object]]) -> str:
    return joined(
        say("possible_one", who=row["person_id"] or UNKNOWN, chance=f"{row['posterior']:.3f}")
        for row in rows
        if row["possible"]
    )


def _grounds(candidates: list[dict[str, object]], marks: Iterable[dict[str, object]]) -> str:
    """`入退室 +1.7 (E…:254)` for each mark of the first candidate."""
    if not candidates:
        return words.NONE
    first = candidates[0]["person_id"]
    told = [_ground(mark) for mark in marks if mark["person_id"] == first]
    return joined(told) or words.NONE


def _ground(mark: dict[str, object]) -> str:
    where = f"（{mark['evidence_id']}:{mark['line']}）" if mark["evidence_id"] else ""
    channel, weight = CHANNELS[str(mark["channel"])], f"{mark['log10_lr']:+.1f}"
    return say("ground", channel=channel, weight=weight, where=where)


def _settling(settles: Iterable[str]) -> Iterator[str]:
    for told in settles:
        source = told.partition(":")[0]
        yield SETTLES.get(source, source)


def people_table(frames: ActorFrames) -> Table:
    """One row a person over all acts, with the test against chance."""
    rows = tuple(
        (
            row["person_id"],
            "○" if row["holder"] else words.NONE,
            f"{number(row['acts_possible'])} / {number(row['acts_candidate'])}",
            number(row["acts_excluded"]),
            number(row["acts_identified"]),
            f"{number(row['acts_there'])} / {number(row['acts_tested'])}",
            words.NONE if row["there_expected"] is None else f"{row['there_expected']:.1f}",
            _chance(row["p_value"]),
            _chance(row["p_floor"]),
            _chance(row["p_among"]),
        )
        for row in frames.people.iter_rows(named=True)
    )
    heads = columns(
        "番号|person|c", "付与|holder", "可能 / 候補|possible for|n", "除外|excluded|n",
        "特定|identified|n", "在室 / 検定した行為|there, of acts tested|n",
        "偶然の期待|by chance|n", "p|p|n", "pの下限|smallest possible p|n",
        "p（人数で補正）|p, persons tested|n",
    )  # fmt: skip
    return Table(say("t_people"), heads, rows, len(rows))


def _chance(value: float | None) -> str:
    return words.NONE if value is None else f"{value:.2g}"


def settles_table(frames: ActorFrames) -> Table:
    """How many acts each further source could settle."""
    counts: dict[str, int] = {}
    for settles in frames.verdicts["settles"].to_list():
        for source in _settling(settles or []):
            counts[source] = counts.get(source, 0) + 1
    rows = tuple((source, number(n)) for source, n in sorted(counts.items(), key=lambda x: -x[1]))
    heads = columns("資料|source", "決まりうる行為|acts|n")
    return Table(say("t_settles"), heads, rows, len(rows))


def rates_table(frames: ActorFrames) -> Table:
    """The reliabilities as stated, beside what the case shows of them."""
    seen = {row["rate"]: row for row in frames.checks.iter_rows(named=True)}
    rows = tuple(
        (RATES.get(name, name), name, f"{rate:g}", _seen(seen.get(name)))
        for name, rate in frames.rates
    )
    heads = columns("事柄|what", "名前|name|c", "割合|rate|n", "この事案では（95%）|in this case|n")
    return Table(say("t_rates"), heads, rows, len(rows))


def _seen(row: dict[str, Any] | None) -> str:
    if row is None:
        return words.NONE
    share = f"{row['share']:.2g}（{row['low']:.2g}–{row['high']:.2g}）"
    return f"{number(row['wrong'])} / {number(row['asked'])} = {share}"


def section(frames: ActorFrames, acts: Frame, zone: str) -> tuple[Markup | None, tuple[Table, ...]]:
    """The picture and the tables of the section."""
    told = (
        people_table(frames),
        verdict_table(frames, acts, zone),
        settles_table(frames),
        rates_table(frames),
    )
    return picture(frames, acts, zone), told
