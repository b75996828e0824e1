"""Handing over: evidence files with their manifest line, and how many lines of each are what."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from breachscope.exercise.writing import (
    Body,
    TextForm,
    sha256_of,
    table_lines,
    write_book,
    write_original,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from breachscope.exercise.dice import Ints
    from breachscope.exercise.records import SetAside, Version

MANIFEST: Final = (
    "kind", "file", "version", "party", "zone", "encoding", "copy_of", "clock_offset", "exhibit",
    "received_from", "acquired_at", "sha256", "mapping", "tool", "leak", "found_at", "found_from",
)  # fmt: skip
NOTHING: Final[Mapping[str, str]] = MappingProxyType({})
FIRST_INQUIRY: Final = "2022-06-10T10:00:00+09:00"
SECOND_INQUIRY: Final = "2023-09-04T09:30:00+09:00"
SEIZURE: Final = "2023-10-20T14:00:00+09:00"
RECORDS_TAKEN: Final = "2023-11-06T11:00:00+09:00"


@dataclass(frozen=True, slots=True)
class Extra:
    """A line that is no row, put before row number `before` (0-based)."""

    before: int
    text: str
    what: str  # quarantined or skipped
    why: str


@dataclass(slots=True)
class Office:
    """Writes evidence files and remembers what was written."""

    evidence: Path
    aside: SetAside
    manifest: list[dict[str, str | None]] = field(default_factory=list)
    counts: list[tuple[str, str, int, int, int]] = field(default_factory=list)

    def table(
        self, kind: str, file: str, columns: Mapping[str, pl.Series], *,
        form: TextForm | None = None, separator: str = ",", above: Sequence[str] = (),
        below: Sequence[str] = (), extras: Sequence[Extra] = (),
        given: Mapping[str, str] = NOTHING,
    ) -> Ints:  # fmt: skip
        """Write a table of text columns; returns the physical line of every row."""
        header = separator.join(columns)
        rows = table_lines(columns, separator)
        return self.text(kind, file, header, rows, form=form, above=above, below=below,
                         extras=extras, given=given)  # fmt: skip

    def text(
        self, kind: str, file: str, header: str, rows: pl.Series, *, form: TextForm | None = None,
        above: Sequence[str] = (), below: Sequence[str] = (), extras: Sequence[Extra] = (),
        above_why: str = "title", headers: int = 1,
        given: Mapping[str, str] = NOTHING,
    ) -> Ints:  # fmt: skip
        """Write lines under a header; returns the physical line of every row."""
        woven, lines = _woven(rows, extras, len(above) + 2)
        body = Body(header, woven, tuple(above), tuple(below))
        path = self.evidence / file
        path.parent.mkdir(parents=True, exist_ok=True)
        write_original(body, form or TextForm(), (), path)
        self._account(file, body, extras, above_why)
        if not headers:  # a header that is a directive, and may come again
            self.aside.add(file, body.first_line - 1, "skipped", above_why)
        total = len(body.above) + 1 + len(body.rows) + len(body.below)
        self.counts.append((file, kind, total, headers, len(rows)))
        self.hand_over(kind, file, given)
        return lines

    def _account(self, file: str, body: Body, extras: Sequence[Extra], above_why: str) -> None:
        for i in range(len(body.above)):
            self.aside.add(file, i + 1, "skipped", above_why)
        for i, extra in enumerate(sorted(extras, key=lambda e: e.before)):
            self.aside.add(file, body.first_line + extra.before + i, extra.what, extra.why)
        for i in range(len(body.below)):
            self.aside.add(file, body.first_line + len(body.rows) + i, "skipped", "footer")

    def book(self, kind: str, file: str, columns: Mapping[str, pl.Series]) -> None:
        """Write a table as an Excel book of texts."""
        path = self.evidence / file
        path.parent.mkdir(parents=True, exist_ok=True)
        rows = zip(*(column.to_list() for column in columns.values()), strict=True)
        write_book(path, "Sheet1", [list(columns), *rows])
        self.counts.append((file, kind, len(next(iter(columns.values()))) + 1, 1,
                            len(next(iter(columns.values())))))  # fmt: skip
        self.hand_over(kind, file)

    def hand_over(self, kind: str, file: str, given: Mapping[str, str] = NOTHING) -> None:
        """Put a file that is there into the manifest."""
        line = dict.fromkeys(MANIFEST, "") | {
            "kind": kind, "file": file, "acquired_at": SECOND_INQUIRY,
            "received_from": "ビジネスシステム保守株式会社", "tool": "証拠複写 2.1",
            "exhibit": f"甲{len(self.manifest) + 1}", "sha256": sha256_of(self.evidence / file),
        }  # fmt: skip
        unknown = set(given) - set(MANIFEST)
        if unknown:
            raise KeyError(f"no such column in the manifest: {sorted(unknown)}")
        self.manifest.append({name: value or None for name, value in (line | dict(given)).items()})

    def records(self, versions: Sequence[Version], damaged: Mapping[str, int]) -> None:
        """Put the kept contents into the manifest."""
        for version in versions:
            if version.file is None:
                continue
            file = version.plan.file
            lost = damaged.get(version.file, 0)
            above, below = self.aside_of(version.file)
            self.counts.append((version.file, "records", version.rows + 1 + above + below, 1,
                                version.rows - lost))  # fmt: skip
            party = version.one.party.party_id if version.plan.index % 3 == 0 else ""
            told = file.container == "plain" and file.encoding == "euc_jp"
            given = {
                "version": version.plan.version_id,
                "party": party,
                "encoding": file.encoding if told else "",
                "acquired_at": RECORDS_TAKEN,
            }
            self.hand_over("records", version.file, given)

    def aside_of(self, file: str) -> tuple[int, int]:
        """Title and footer lines of a file."""
        whys = [
            why for name, why in zip(self.aside.file, self.aside.why, strict=True) if name == file
        ]
        return whys.count("title"), whys.count("footer")

    def write_manifest(self) -> Path:
        """`manifest.csv`, blank where nothing is known."""
        path = self.evidence / "manifest.csv"
        pl.DataFrame(self.manifest, schema=dict.fromkeys(MANIFEST, pl.String)).write_csv(path)
        return path


def _woven(rows: pl.Series, extras: Sequence[Extra], first_line: int) -> tuple[pl.Series, Ints]:
    """Rows and extra lines in one, and the physical line of every row."""
    before = np.sort(np.array([extra.before for extra in extras], dtype=np.int64))
    lines: Ints = np.arange(len(rows)) + first_line
    lines = lines + np.searchsorted(before, np.arange(len(rows)), side="right")
    if not extras:
        return rows, lines
    order = np.concatenate([np.arange(len(rows)) * 2 + 1, before * 2])
    texts = pl.Series([e.text for e in sorted(extras, key=lambda e: e.before)], dtype=pl.String)
    both = pl.concat([rows.rename("line"), texts.rename("line")])
    return both.gather(np.argsort(order, kind="stable").astype(np.uint32)), lines
