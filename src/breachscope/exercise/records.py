"""The kept contents: one file a version, and the truth of who stands in which row."""

from __future__ import annotations

import csv
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from breachscope.exercise.lists import ListPlan, VersionPlan, in_list, in_version, members
from breachscope.exercise.population import after, codes, some_of, together
from breachscope.exercise.rendering import lines
from breachscope.exercise.writing import (
    Body,
    TextForm,
    contained,
    damage,
    damages,
    spread,
    write_book,
    write_original,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from breachscope.exercise.dice import Ids, Ints
    from breachscope.exercise.styles import Style
    from breachscope.exercise.world import Party, World

BLOCK: Final = 500_000
CUTS: Final = 6
_ENDINGS = {"gz": ".gz", "zst": ".zst", "zip": ".zip"}


@dataclass(frozen=True, slots=True)
class Version:
    """A version as it turned out."""

    plan: VersionPlan
    one: ListPlan
    rows: int
    bytes: int
    sha256: str
    columns: str
    file: str | None  # relative to the evidence folder; null where the content is lost
    original_kept: bool  # that file is the very upload, not compressed
    cuts: tuple[tuple[int, int, int], ...]
    file_sha256: str | None = None
    member: str | None = None


@dataclass(slots=True)
class SetAside:
    """Lines of evidence files that make no row, as they come to be."""

    file: list[str] = field(default_factory=list)
    member: list[str | None] = field(default_factory=list)
    line: list[int] = field(default_factory=list)
    what: list[str] = field(default_factory=list)
    why: list[str] = field(default_factory=list)

    def add(self, file: str, line: int, what: str, why: str, member: str | None = None) -> None:
        """One line, `quarantined` or `skipped`."""
        self.file.append(file)
        self.member.append(member)
        self.line.append(line)
        self.what.append(what)
        self.why.append(why)

    def frame(self) -> pl.DataFrame:
        """All of them, by file and line."""
        return pl.DataFrame(
            {"file": self.file, "member": self.member, "line": self.line, "what": self.what,
             "why": self.why},
            schema={"file": pl.String, "member": pl.String, "line": pl.UInt64, "what": pl.String,
                    "why": pl.String},
        ).sort("file", "member", "line")  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Pool:
    """Everyone in one list: their lines before and after what changes for them."""

    people: Ids
    before: pl.Series
    changed: Ints  # places of those who change
    change_day: Ints
    later: pl.Series  # lines of those, afterwards


def write(
    world: World,
    plans: Sequence[ListPlan],
    evidence: Path,
    truth: Path,
    aside: SetAside,
    progress: Callable[[str], None],
) -> list[Version]:
    """Write every version's file under `records/` and truth, party by party."""
    (evidence / "records").mkdir(parents=True)
    (truth / "records").mkdir(parents=True)
    versions: list[Version] = []
    for party in world.parties:
        progress(f"records of {party.party_id}")
        frames: list[pl.DataFrame] = []
        everyone = members(world, party)
        for one in (one for one in plans if one.party.index == party.index):
            for version, people in _list_versions(world, one, everyone, evidence, aside):
                versions.append(version)
                frames.append(_truth(version, people))
        _write_truth(party, frames, truth)
    return versions


def _write_truth(party: Party, frames: list[pl.DataFrame], truth: Path) -> None:
    frame = pl.concat(frames).with_columns(pl.lit(party.party_id).alias("party_id"))
    frame.select("party_id", "version_id", "row_no", "person").write_parquet(
        truth / "records" / f"{party.party_id}.parquet", compression_level=1
    )


def _truth(version: Version, people: Ids) -> pl.DataFrame:
    return pl.DataFrame(
        {"version_id": pl.Series([version.plan.version_id]).new_from_index(0, len(people)),
         "row_no": np.arange(1, len(people) + 1, dtype=np.uint32),
         "person": people.astype(np.uint32)}
    )  # fmt: skip


def _list_versions(
    world: World, one: ListPlan, everyone: Ids, evidence: Path, aside: SetAside
) -> Iterator[tuple[Version, Ids]]:
    chosen = in_list(everyone, one)
    pools: dict[Style, _Pool] = {}
    for plan in one.versions:
        if plan.style not in pools:
            pools = {plan.style: _pool(world, chosen, plan.style, one.salt)}
        pool = pools[plan.style]
        places = in_version(chosen, one, plan.number)
        rows = _rows(pool, places, plan)
        yield _write_version(world, one, plan, rows, evidence, aside), chosen[places]


def _pool(world: World, chosen: Ids, style: Style, salt: int) -> _Pool:
    before, later, changed, days = [], [], [], []
    for start in range(0, max(len(chosen), 1), BLOCK):
        people = codes(chosen[start : start + BLOCK], world)
        places = np.flatnonzero(people.change > 0)
        some = some_of(people, people.change > 0)
        text = lines(together(people, after(some)), style, salt)
        before.append(text[: len(people.person)])
        later.append(text[len(people.person) :])
        changed.append(places + start)
        days.append(some.change_day)
    return _Pool(
        chosen, pl.concat(before), np.concatenate(changed), np.concatenate(days), pl.concat(later)
    )


def _rows(pool: _Pool, places: Ints, plan: VersionPlan) -> pl.Series:
    """The version's rows: who had changed by its upload stands in it as changed."""
    happened = pool.change_day <= plan.uploaded // 86_400
    index = np.arange(len(pool.people), dtype=np.uint32)
    index[pool.changed[happened]] = len(pool.people) + np.flatnonzero(happened)
    return pl.concat([pool.before, pool.later]).gather(index[places])


def _write_version(
    world: World, one: ListPlan, plan: VersionPlan, rows: pl.Series, evidence: Path, aside: SetAside
) -> Version:
    rng = np.random.default_rng([world.seed, 4, plan.index])
    form = TextForm(plan.file.encoding, plan.file.newline)
    body = _body(rng, one, plan, rows, form)
    stops = spread(rng, len(rows), CUTS)
    stops = [s for s in stops if s not in body.damaged and s + 1 not in body.damaged]
    name = f"records/{one.list_id}_{plan.number + 1:02d}" + (
        ".tsv" if plan.file.separator == "\t" else ".csv"
    )
    container = plan.file.container if plan.kept else "lost"
    plain = container == "plain"
    written = write_original(body, form, stops, evidence / name if plain else None)
    file, member = _hand_over(body, form, container, evidence, name, one, plan)
    if file:
        _set_aside(body, file, member, container, aside)
    return Version(
        plan, one, len(rows), written.bytes, written.sha256, "|".join(plan.style.headings), file,
        plain, written.cuts, None, member,
    )  # fmt: skip


def _body(
    rng: np.random.Generator, one: ListPlan, plan: VersionPlan, rows: pl.Series, form: TextForm
) -> Body:
    file, separator = plan.file, plan.file.separator
    damaged: dict[int, bytes] = {}
    if file.container not in ("xlsx", "reencoded") and len(rows) > 8 and rng.random() < 0.14:
        kinds = damages(form)
        for row in rng.integers(1, len(rows) - 1, 1 + len(rows) // 150_000):
            kind = kinds[int(rng.integers(0, len(kinds)))]
            damaged[int(row)] = damage(kind, rows[int(row)], form, separator)
    footer = separator.join(["合計", f"{len(rows)}件"] + [""] * (len(plan.style.columns) - 2))
    plain = file.container not in ("xlsx", "reencoded")
    return Body(
        separator.join(plan.style.headings), rows,
        (f"{one.title} 出力一覧",) if file.title and plain else (),
        (footer,) if file.footer and plain else (), damaged,
    )  # fmt: skip


def _hand_over(
    body: Body, form: TextForm, container: str, evidence: Path, name: str, one: ListPlan,
    plan: VersionPlan,
) -> tuple[str | None, str | None]:  # fmt: skip
    """Write what is left of a version in the form it was handed over; its file and member."""
    if container == "plain":
        return name, None
    if container == "lost":
        return None, None
    if container == "reencoded":
        other = TextForm("utf-8-sig" if form.encoding == "cp932" else "cp932", form.newline)
        write_original(body, other, (), evidence / name)
        return name, None
    if container == "xlsx":
        name = name.rsplit(".", 1)[0] + ".xlsx"
        cells = list(csv.reader(body.rows, delimiter=plan.file.separator))
        write_book(evidence / name, "対象者", [list(plan.style.headings), *cells])
        return name, "対象者"
    return _compressed(body, form, container, evidence, name, one)


def _compressed(
    body: Body, form: TextForm, container: str, evidence: Path, name: str, one: ListPlan
) -> tuple[str, str | None]:
    whole = evidence / (name + ".part")
    write_original(body, form, (), whole)
    member = f"{one.list_id}.csv"
    given = name + _ENDINGS[container]
    (evidence / given).write_bytes(contained(whole.read_bytes(), member, container))
    whole.unlink()
    return given, member if container == "zip" else None


def _set_aside(body: Body, file: str, member: str | None, container: str, aside: SetAside) -> None:
    if container == "xlsx":
        return
    for i in range(len(body.above)):
        aside.add(file, i + 1, "skipped", "title", member)
    for row in sorted(body.damaged):
        aside.add(file, body.first_line + row, "quarantined", "broken", member)
    for i in range(len(body.below)):
        aside.add(file, body.first_line + len(body.rows) + i, "skipped", "footer", member)
