"""How far the clock of a source is off, estimated from pairs of events that are one.

A cause and its effect, told by two sources: a remote session and the login from its address, a
connection of a device and a write to it, a download and the file it left. Observed is

    delta = delay + (error of the effect's clock - error of the cause's clock)

The delay is not known, but is never negative and seldom longer than `longest`. So the pairs that
are one crowd into one stretch of `longest` seconds, wherever the errors put it; pairs that only
look so lie everywhere. Where other sources of the same sort exist, their usual delay is taken off
(the difference of two medians); else only bounds can be told. Nothing is applied: these are
estimates to be shown beside the times. Pure functions over frames in memory.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from breachscope.schema import CLOCKS, Kind

Floats = npt.NDArray[np.float64]

WINDOW: Final = 26 * 3600.0
"""Seconds within which pairs are looked for: a wrong zone shows too."""

LEAST_PAIRS: Final = 5
OVER_CHANCE: Final = 3.0
"""A stretch must hold so many times the pairs that chance puts into it."""

SURE: Final = 1.96
MEDIAN_COST: Final = 1.2533  # standard error of a median over that of a mean, normal
MAD_SCALE: Final = 1.4826
LEAST_SECONDS: Final = 1.0
"""Clocks are written to the second: less is no error."""

TRIM: Final = 0.05
"""So many of the pairs on either side may be false, where only bounds are told."""


@dataclass(frozen=True, slots=True)
class Sort:
    """A sort of pairs: what it is called, whose clock is in question, and the longest delay."""

    name: str
    kind: Kind
    against: Kind
    is_cause: bool  # the source in question tells the cause
    longest: float  # seconds


SESSIONS: Final = Sort("session, login", Kind.REMOTE, Kind.LOGINS, True, 900.0)
WRITES: Final = Sort("connection, write", Kind.MEDIA, Kind.MEDIA, False, 1800.0)
FILES: Final = Sort("download, file", Kind.FILES, Kind.DOWNLOADS, False, 600.0)


def session_pairs(remote: pl.DataFrame, logins: pl.DataFrame) -> pl.DataFrame:
    """Pairs of sessions and the logins from their assigned addresses."""
    cause = remote.select("evidence_id", at="started_at", key="assigned_ip")
    effect = logins.filter(pl.col("action") == "login").select("evidence_id", "at", key="source_ip")
    return _pairs(cause, effect, "evidence_id")


def write_pairs(media: pl.DataFrame) -> pl.DataFrame:
    """Pairs of connections and the writes another source tells of that device in that host."""
    device = pl.concat_str("host_key", "serial", separator="\x00")
    told = media.select("evidence_id", "at", "action", key=device)
    found = _pairs(
        told.filter(pl.col("action") == "connect").drop("action"),
        told.filter(pl.col("action") == "write").drop("action"),
        "evidence_id_effect",
    )
    return found.filter(pl.col("evidence_id") != pl.col("evidence_id_cause"))


def file_pairs(downloads: pl.DataFrame, files: pl.DataFrame) -> pl.DataFrame:
    """Pairs of downloads (EXTRACTIONS) and seized files of as many bytes as were sent."""
    cause = downloads.filter(pl.col("row_scope") != "none").select(
        "evidence_id", "at", key=pl.col("sent_bytes").cast(pl.String)
    )
    effect = files.filter(pl.col("bytes") > 0).select(
        "evidence_id", at="modified_at", key=pl.col("bytes").cast(pl.String)
    )
    return _pairs(cause, effect, "evidence_id_effect")


def estimates(pairs: pl.DataFrame, sort: Sort) -> pl.DataFrame:
    """CLOCKS of every source of one sort, in order of id.

    Args:
        pairs: evidence_id of the source in question, `effect` (a number an effect), `delta` in
            seconds.
        sort: of all these pairs.

    """
    crowds = {
        str(name[0]): _crowd(part, sort.longest)
        for name, part in pairs.partition_by("evidence_id", as_dict=True).items()
    }
    rows = [
        _row(evidence_id, sort, crowds, part)
        for (evidence_id,), part in sorted(
            (tuple(map(str, name)), part)
            for name, part in pairs.partition_by("evidence_id", as_dict=True).items()
        )
    ]
    return pl.DataFrame(rows, schema=CLOCKS, orient="row")


def _pairs(cause: pl.DataFrame, effect: pl.DataFrame, source: str) -> pl.DataFrame:
    """Causes and effects of one key within WINDOW, with the seconds between them."""
    seconds = pl.col("at").dt.timestamp("us") / 1e6
    bucket = (seconds // WINDOW).cast(pl.Int64)
    cause = cause.drop_nulls(["key", "at"]).with_columns(t=seconds, bucket=bucket)
    effect = effect.drop_nulls(["key", "at"]).with_row_index("effect")
    effect = effect.with_columns(t=seconds, bucket=bucket)
    near = [effect.with_columns(bucket=pl.col("bucket") + step) for step in (-1, 0, 1)]
    found = cause.join(pl.concat(near), on=["key", "bucket"], suffix="_effect")
    return (
        found.with_columns(delta=pl.col("t_effect") - pl.col("t"))
        .filter(pl.col("delta").abs() <= WINDOW)
        .select(
            pl.col(source).alias("evidence_id"), "effect", "delta", evidence_id_cause="evidence_id"
        )
        .sort("evidence_id", "delta", "effect")
    )


def _crowd(pairs: pl.DataFrame, longest: float) -> Floats:
    """The deltas of the fullest stretch of `longest` seconds; none if chance explains it."""
    deltas = np.sort(pairs["delta"].to_numpy())
    ends = np.searchsorted(deltas, deltas + longest, side="right")
    held = ends - np.arange(len(deltas))
    begin = int(np.argmax(held))
    chance = len(deltas) * longest / (2 * WINDOW)
    if held[begin] < max(LEAST_PAIRS, OVER_CHANCE * chance):
        return np.empty(0)
    return deltas[begin : ends[begin]]


def _row(
    evidence_id: str, sort: Sort, crowds: dict[str, Floats], pairs: pl.DataFrame
) -> tuple[object, ...]:
    own = crowds[evidence_id]
    about = (sort.kind.value, evidence_id, None, sort.against.value, sort.name)
    counts = (pairs["effect"].n_unique(), len(own))
    if not len(own):
        return (*about, *counts, None, None, None, None, None, "too_few", None, None)
    others = [crowd for name, crowd in sorted(crowds.items()) if name != evidence_id and len(crowd)]
    usual = np.concatenate(others) if others else np.empty(0)
    told = _against(own, usual) if len(usual) >= LEAST_PAIRS else _bounds(own, sort.longest)
    offset, spread, low, high, basis = told
    if sort.is_cause:
        offset, low, high = -offset, -high, -low
    off = (low > LEAST_SECONDS or high < -LEAST_SECONDS) and abs(offset) > LEAST_SECONDS
    verdict = "offset" if off else "none_seen"
    figures = (float(round(x, 3)) for x in (offset, spread, low, high))
    return (*about, *counts, *figures, basis, verdict, None, None)


def _against(own: Floats, usual: Floats) -> tuple[float, float, float, float, str]:
    """The difference of the medians, and where it lies with 95 in 100 by their standard errors."""
    offset = float(np.median(own) - np.median(usual))
    spread = _spread(own)
    error = MEDIAN_COST * float(np.sqrt(spread**2 / len(own) + _spread(usual) ** 2 / len(usual)))
    return offset, spread, offset - SURE * error, offset + SURE * error, "usual delay of the others"


def _bounds(own: Floats, longest: float) -> tuple[float, float, float, float, str]:
    """0 <= delay <= longest bounds the error; the middle is told, and half the width as spread."""
    high = float(np.quantile(own, TRIM))
    low = float(np.quantile(own, 1 - TRIM)) - longest
    low, high = min(low, high), max(low, high)
    return (low + high) / 2, (high - low) / 2, low, high, "bounds of the delay"


def _spread(deltas: Floats) -> float:
    """The standard deviation by the median absolute deviation; never below a second's rounding."""
    mad = float(np.median(np.abs(deltas - np.median(deltas))))
    return max(MAD_SCALE * mad, LEAST_SECONDS / 2)
