"""W3C extended logs: lines of fields named by `#Fields`, which may come late, change or repeat.

A `#Fields` in the middle of a request is a line torn by a restart: that line is broken, and
what follows is read by the new names, for the old ones would put values under wrong names.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from breachscope.evidence import records
from breachscope.evidence.loglines import HEAD, LogLines, Read, batch_of, with_usual

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from breachscope.evidence.account import Batch
    from breachscope.evidence.containers import Stream
    from breachscope.evidence.loglines import Lines

NO_FIELDS: Final = "before any #Fields"
TORN: Final = "torn: a directive begins inside it"
FIELDS: Final = re.compile(rb"^(?:\xef\xbb\xbf)?#Fields:[ \t]*([^\r\n]*)", re.M)
BY_FIRST: Final = "lines before the first #Fields are read by it"

_WHITE: Final = r"[ \t\x0b\x0c\r]+"
_TORN: Final = (
    r"(#Fields:[ \t]+(?:date|time|[sc]-ip|cs-method|action)[ \t].*|#Software: Microsoft .*)$"
)
_FIELD_NAMES: Final = re.compile(r"#Fields:[ \t]*(.*)")
_DAY: Final = re.compile(r"#Date:[ \t]*(\S+)")

Take = "Callable[[pl.DataFrame, tuple[str, ...]], pl.DataFrame]"


@dataclass(slots=True)
class _State:
    """What the directives so far say."""

    first_fields: tuple[str, ...]
    fields: tuple[str, ...] = ()
    day: str = ""

    def directive(self, text: str) -> None:
        """Follow a line that is a directive, or the end of a torn one."""
        if match := _FIELD_NAMES.match(text):
            self.fields = tuple(match[1].split())
        elif match := _DAY.match(text):
            self.day = match[1]

    @property
    def now(self) -> tuple[tuple[str, ...], str, bool]:
        """The names and the day that hold, and whether the names are only of later."""
        return self.fields or self.first_fields, self.day, not self.fields


def batches(
    stream: Stream,
    how: Read,
    note: Callable[[str], None],
    take: Callable[[pl.DataFrame, tuple[str, ...]], pl.DataFrame],
) -> Iterator[Batch]:
    """The rows of a log of fields.

    Args:
        stream: the log.
        how: how it is to be read.
        note: says something of the file to people.
        take: as of `loglines.batches`, for lines under one `#Fields`; it is given these
            names, a repeated one told apart by its place, and the lines with columns so named,
            null where a field is empty or a dash, and `day`, that of the last `#Date`.

    Returns:
        Batches whose every line is accounted for.
    """
    head = stream.peek(HEAD)
    state = _State(_names(FIELDS.search(head)))
    numbered = 0
    for lines in LogLines(stream, how.spec):
        told, groups = _told(lines, state)
        made = [_group(told, *group, note=note, take=take) for group in groups]
        every = pl.concat(made, how="diagonal").sort("line") if made else told.clear()
        batch = batch_of(every, told, lines, how, numbered)
        numbered += batch.taken.height + batch.quarantined.height
        yield batch


def has_fields(head: bytes, *names: bytes) -> bool:
    """A `#Fields` in the head has all these names."""
    found = FIELDS.search(head)
    return found is not None and set(names) <= set(found[1].split())


def _names(found: re.Match[bytes] | None) -> tuple[str, ...]:
    return tuple(found[1].decode("latin-1").split()) if found else ()


_Group = tuple[tuple[str, ...], str, bool, "pl.Series"]


def _told(lines: Lines, state: _State) -> tuple[pl.DataFrame, list[_Group]]:
    """The lines with `bad` and `skip`; and for each set of names and day the lines it holds for."""
    told = with_usual(lines.frame)
    text = pl.col("text")
    torn = pl.when(pl.col("skip").is_null() & text.str.contains("#", literal=True)).then(
        text.str.extract(_TORN, 1)
    )
    told = told.with_columns(torn=torn)
    told = told.with_columns(
        bad=pl.when(pl.col("bad").is_null() & pl.col("torn").is_not_null())
        .then(pl.lit(TORN))
        .otherwise("bad")
    )
    says = told.select(
        pl.when(pl.col("skip") == records.COMMENT)
        .then(text.str.strip_chars_start("ï»¿ \t"))
        .otherwise("torn")
    ).to_series()
    turns = says.is_not_null().arg_true().to_numpy()
    held = [state.now]
    for place in turns.tolist():
        state.directive(says[place])
        held.append(state.now)
    stretch = np.searchsorted(turns, np.arange(told.height), side="right")
    kinds = {now: number for number, now in enumerate(dict.fromkeys(held))}
    kind = np.array([kinds[now] for now in held])[stretch]
    told = told.drop("torn").with_columns(kind=pl.Series(kind, dtype=pl.Int32))
    free = told["bad"].is_null() & told["skip"].is_null()
    return told, [
        (*now, free & (told["kind"] == number))
        for now, number in kinds.items()
        if bool((free & (told["kind"] == number)).any())
    ]


def _group(
    told: pl.DataFrame,
    fields: tuple[str, ...],
    day: str,
    early: bool,
    which: pl.Series,
    *,
    note: Callable[[str], None],
    take: Callable[[pl.DataFrame, tuple[str, ...]], pl.DataFrame],
) -> pl.DataFrame:
    """Lines under one set of names, split, and handed to the format."""
    lines = told.filter(which)
    if not fields:
        return lines.with_columns(bad=pl.lit(NO_FIELDS))
    split = _split(lines, len(fields))
    good = split.filter(pl.col("bad").is_null())
    bad = split.filter(pl.col("bad").is_not_null()).drop("cells")
    if not good.height:
        return bad
    if early:
        note(BY_FIRST)
    cells = good["cells"].struct.unnest()
    names = _distinct(fields)
    cells.columns = names
    nothing = pl.col(pl.String).is_in(["-", ""])
    cells = cells.select(pl.when(~nothing).then(pl.col(pl.String)).name.keep())
    made = take(good.drop("cells").hstack(cells).with_columns(day=pl.lit(day)), tuple(names))
    return pl.concat([made, bad], how="diagonal")


def _split(lines: pl.DataFrame, wanted: int) -> pl.DataFrame:
    """The lines with `cells`, or with `bad` where they have another number of fields.

    An empty field leaves two spaces; where that makes one too many, they are one space.
    """
    text = pl.col("text")
    lines = lines.with_columns(n=text.str.count_matches(" ", literal=True) + 1)
    if not (lines["n"] == wanted).all():
        single = text.str.strip_chars(" \t\x0b\x0c\r").str.replace_all(_WHITE, " ")
        lines = lines.with_columns(
            text=pl.when(pl.col("n") == wanted).then(text).otherwise(single)
        ).with_columns(n=text.str.count_matches(" ", literal=True) + 1)
    n = pl.col("n")
    why = n.cast(pl.String) + f" fields, {wanted} expected"
    return lines.with_columns(
        bad=pl.when(n != wanted).then(why).otherwise("bad"),
        cells=text.str.split_exact(" ", wanted - 1),
    ).drop("n")


def _distinct(fields: tuple[str, ...]) -> list[str]:
    """The names, a repeated one told apart by its place."""
    seen: list[str] = []
    for place, name in enumerate(fields, 1):
        free = name not in seen and name not in _OURS
        seen.append(name if free else f"{name}#{place}")
    return seen


_OURS: Final = ("text", "line", "byte", "byte_end", "bad", "skip", "kind", "day", "cells")
