"""Write a synthetic case: the evidence an organisation would hand over and, apart, its truth."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from breachscope.errors import ConfigError
from breachscope.exercise import (
    aftermath,
    attendance,
    leaks,
    ledgers,
    lists,
    logs,
    records,
    traces,
    truth,
    world,
)
from breachscope.exercise.attributable import attributable
from breachscope.exercise.facts import INQUIRY, Happenings, Shelf, frame, shelf
from breachscope.exercise.innocent import (
    maintenance,
    manager_downloads,
    operators_from_home,
    other_work,
    site_devices,
)
from breachscope.exercise.misleading import mislead
from breachscope.exercise.office import Office
from breachscope.exercise.outcomes import with_outcomes
from breachscope.exercise.records import SetAside, Version
from breachscope.exercise.scales import SCALES, ScaleName
from breachscope.exercise.thief import steal
from breachscope.exercise.world import ADMIN, World

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_MANDATE = """# What the investigators were asked, and by when the organisation knew.
name = "サービス対象者リスト持出し事案（演習）"
zone = "Asia/Tokyo"
knowledge_date = 2023-08-02

[focus]
accounts = ["{account}"]
from = {first}
to = {last}

# The chain of entrustment, as its companies describe themselves.
[organisations.ORG-CENTRE]
sector = "private"

[organisations.ORG-MAINT]
sector = "private"
knew_on = 2023-07-31
"""


@dataclass(frozen=True, slots=True)
class ExercisePaths:
    """Where a synthetic case was written."""

    root: Path
    evidence: Path
    manifest: Path
    mandate: Path
    truth: Path


def write_exercise(
    out: Path, scale: ScaleName, seed: int, progress: Callable[[str], None] | None = None
) -> ExercisePaths:
    """Write `evidence/`, `mandate.toml` and `truth/` into a new folder.

    The same scale and seed give the same bytes. `progress` is told each step in a word or two.

    Raises:
        ConfigError: no such scale, or the folder already holds an exercise.

    """
    if scale not in SCALES:
        raise ConfigError(f"no scale called {scale}", hint=f"there are: {', '.join(SCALES)}")
    paths = ExercisePaths(
        out,
        out / "evidence",
        out / "evidence" / "manifest.csv",
        out / "mandate.toml",
        out / "truth",
    )
    if paths.evidence.exists() or paths.truth.exists():
        raise ConfigError(f"{out}: an exercise is already there", hint="name another folder")
    tell = progress or (lambda _: None)
    the_world = world.build(seed, SCALES[scale])
    aside = SetAside()
    versions = records.write(
        the_world, lists.plan(the_world), paths.evidence, paths.truth, aside, tell
    )
    _write_events(the_world, versions, paths, aside, tell)
    first, last = INQUIRY
    text = _MANDATE.format(account=ADMIN, first=first, last=last)
    paths.mandate.write_text(text, encoding="utf-8")
    return paths


def _write_events(
    the_world: World, versions: list[Version], paths: ExercisePaths, aside: SetAside,
    tell: Callable[[str], None],
) -> None:  # fmt: skip
    office, shelves, seed = Office(paths.evidence, aside), shelf(versions), the_world.seed
    damaged = Counter(
        file for file, what in zip(aside.file, aside.what, strict=True) if what == "quarantined"
    )
    tell("what people did")
    events = _happenings(the_world, shelves)
    fetches = pl.concat([frame(events.fetches), manager_downloads(the_world, shelves)])
    facts = with_outcomes(fetches, shelves, seed)
    tell("logs")
    facts = logs.write(office, facts, shelves, seed)
    tampering = logs.write_tampered(office, facts, shelves)
    steps = traces.write_logins(office, the_world, facts)
    traces.write_remote(office, events)
    traces.write_media(office, facts, shelves, events)
    traces.write_entries(office, events)
    tell("ledgers")
    ledgers.write_organisation(office, the_world)
    ledgers.write_inventory(office, shelves)
    ledgers.write_work(office, events.orders)
    roster = attendance.planned(the_world, events)
    ledgers.write_roster(office, roster)
    seized = ledgers.write_seized(office, facts, shelves, events, seed)
    office.records(versions, damaged)
    done = truth.downloads(facts, shelves, events, seized)
    tell("leaks")
    sold = leaks.sell(office, the_world, shelves, done, paths.truth, damaged)
    tell("afterwards")
    later = aftermath.write(office, the_world, shelves, done)
    office.write_manifest()
    tell("truth")
    acts = attributable(truth.acts(done, events), the_world, events, roster)
    tables = {"downloads": pl.concat([done, later.downloads]), "controls": later.controls,
              "control_lines": later.lines, "acts": acts, "tampering": tampering,
              "gaps": truth.gaps(done, steps), **sold}  # fmt: skip
    _write_truth(paths.truth, tables, the_world, shelves, office)


def _happenings(the_world: World, shelves: Shelf) -> Happenings:
    """What everyone did, the thief among them."""
    events = Happenings()
    maintenance(the_world, shelves, events)
    other_work(the_world, events)
    operators_from_home(the_world, events)
    steal(the_world, shelves, events)
    mislead(the_world, shelves, events)
    site_devices(the_world, events)
    attendance.stay_late(the_world, events)
    attendance.from_home(the_world, events)
    attendance.lend(the_world, events)
    attendance.attend(the_world, events)
    return events


def _write_truth(
    folder: Path, tables: dict[str, pl.DataFrame], the_world: World, shelves: Shelf, office: Office
) -> None:
    aside = office.aside.frame()
    tables |= {
        "versions": truth.versions(shelves),
        "set_aside": aside,
        "staff": truth.staff(the_world),
        "files": truth.files(office.counts, aside),
    }
    for name, table in tables.items():
        table.write_parquet(folder / f"{name}.parquet")
    truth.write_people(the_world, folder / "people_truth.parquet")
