"""Text to instants: the local time as written, its own offset or the zone it is given.

The zone that holds is the value's own offset, the declared one, the format's standard, the
case's default, in that order; which one is kept with every row.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

import polars as pl

from breachscope.evidence.mapping import OFFSET
from breachscope.japanese import dates
from breachscope.schema import UTC_TIME, ZONE_FROM

if TYPE_CHECKING:
    from breachscope.evidence.spec import ReadSpec

NO_TIME: Final = "not a date and time"
NO_SUCH: Final = "no such date or time"
NO_LOCAL: Final = "does not exist, or twice, in the zone's local time"

_LOCAL: Final = pl.Datetime("us")
_ISO: Final = "%Y-%m-%d %H:%M:%S%.f"
_DAY_FIRST: Final = r"^([0-9]{4})[-/]([0-9]{1,2})[-/]([0-9]{1,2})[ T]+"
_OFFSET: Final = r" ?(Z|[+-][0-9]{2}:[0-9]{2})$"
_EPOCHS: Final = {10: 1_000_000, 13: 1_000, 16: 1}  # digits: microseconds of the unit
_OTHERS: Final = ("%d/%b/%Y:%H:%M:%S", "%a %b %e %H:%M:%S %Y", "%d/%b/%Y %H:%M:%S")
_CLOCK: Final = re.compile("%[HIklTXcsRr]")


@dataclass(frozen=True, slots=True)
class Zone:
    """The zone for values that carry no offset, and where it comes from."""

    name: str | None
    source: str  # a word of ZONE_FROM

    @classmethod
    def of(cls, spec: ReadSpec, standard: str | None = None) -> Zone:
        """The zone that holds for a file of a format with this standard zone."""
        if spec.declared_zone:
            return cls(spec.declared_zone, "option")
        if standard:
            return cls(standard, "format")
        return cls(spec.default_zone, "case")

    @property
    def note(self) -> str:
        """For people: which zone holds and why."""
        if self.name is None:
            return "none declared: only the values' own offsets"
        why = {
            "option": "declared",
            "format": "the format's standard",
            "case": "the case's default, not declared for this file",
        }
        return f"{self.name} ({why[self.source]})"


def instants(text: pl.Series, zone: Zone, format_: str | None = None) -> pl.DataFrame:
    """Read one column of times.

    Returns:
        A row a value: `at` (UTC, null if it cannot be told), `own` (its offset as +09:00,
        null if it has none), `local` (its clock), `problem` (why `at` is null, else null).
    """
    read = _declared(text, format_) if format_ else _recognised(text)
    local, own = read.get_column("local"), read.get_column("own")
    given = own.str.extract_groups(r"^([+-])([0-9]{2}):([0-9]{2})$")
    sign = pl.when(pl.col("1") == "-").then(-1).otherwise(1)
    minutes = (pl.col("2").cast(pl.Int32) * 60 + pl.col("3").cast(pl.Int32)) * sign
    shift = given.struct.unnest().select(pl.duration(minutes=minutes)).to_series()
    own_at = (local - shift).dt.replace_time_zone("UTC")
    return read.with_columns(
        at=pl.when(own.is_not_null()).then(own_at).otherwise(_localised(local, zone)).cast(UTC_TIME)
    ).with_columns(
        problem=pl.when(pl.col("problem").is_null() & text.is_not_null() & pl.col("at").is_null())
        .then(pl.lit(NO_LOCAL))
        .otherwise("problem")
    )


def needs_zone(read: pl.DataFrame) -> bool:
    """A value carries no offset of its own."""
    return bool((read["local"].is_not_null() & read["own"].is_null()).any())


def zones_of(reads: list[pl.DataFrame], zone: Zone) -> pl.DataFrame:
    """`zone` and `zone_from` of each row: the declared zone if any of its times needed it."""
    bare = pl.any_horizontal(
        *(read["local"].is_not_null() & read["own"].is_null() for read in reads)
    )
    own = pl.coalesce(*(read["own"] for read in reads))
    return pl.select(
        zone=pl.when(bare).then(pl.lit(zone.name, pl.String)).otherwise(own),
        zone_from=pl.when(bare)
        .then(pl.lit(zone.source))
        .when(own.is_not_null())
        .then(pl.lit("value"))
        .cast(ZONE_FROM),
    )


def _declared(text: pl.Series, format_: str) -> pl.DataFrame:
    """By the mapping's format alone."""
    plain = text.str.normalize("NFKC").str.strip_chars()
    if "%z" in format_ or "%:z" in format_:
        utc = plain.str.to_datetime(format_, time_unit="us", time_zone="UTC", strict=False)
        local, own = utc.dt.replace_time_zone(None), pl.lit("+00:00")
    else:
        local, own = _parsed(text.str.strip_chars(), format_), pl.lit(None, pl.String)
        local = local.zip_with(local.is_not_null(), _parsed(plain, format_))
    problem = pl.when(local.is_null() & text.is_not_null()).then(pl.lit(NO_TIME))
    return pl.select(local=local, own=pl.when(local.is_not_null()).then(own), problem=problem)


def _parsed(text: pl.Series, format_: str) -> pl.Series:
    if _CLOCK.search(format_):
        return text.str.to_datetime(format_, time_unit="us", strict=False)
    return text.str.to_date(format_, strict=False).cast(_LOCAL)


def _recognised(text: pl.Series) -> pl.DataFrame:
    """The usual shape for the whole column, then the others for what is left."""
    plain = text.str.strip_chars().str.replace(_DAY_FIRST, "$1-$2-$3 ")
    local = plain.str.to_datetime(_ISO, time_unit="us", strict=False)
    read = pl.DataFrame({"local": local}).with_columns(
        own=pl.lit(None, pl.String), problem=pl.lit(None, pl.String)
    )
    left = (local.is_null() & text.is_not_null()).arg_true()
    if not len(left):
        return read
    return (
        read.with_row_index("row")
        .update(_by_shape(text.gather(left)).with_columns(row=left), on="row", how="left")
        .drop("row")
    )


def _by_shape(text: pl.Series) -> pl.DataFrame:
    """Japanese dates, offsets, the hour 24, seconds since 1970, web servers' dates."""
    hours = text.str.replace(r"(:[0-9]{2}(?:\.[0-9]+)?[+-][0-9]{2})$", "${1}:00")
    iso = hours.to_frame("t").select(dates.iso_text("t")).to_series()
    rest = iso.str.replace(_OFFSET, "")
    midnight = rest.str.ends_with(" 24:00:00")
    day = rest.str.replace(" 24:00:00", " 00:00:00", literal=True)
    clock = day.str.to_datetime(_ISO, time_unit="us", strict=False)
    whole = day.str.to_datetime("%Y-%m-%d %H:%M:%S", time_unit="us", strict=False)
    date = day.str.to_date("%Y-%m-%d", strict=False).cast(_LOCAL)
    late = pl.when(midnight).then(timedelta(days=1)).otherwise(timedelta())
    read = pl.select(
        local=pl.coalesce(clock, whole, date) + late,
        own=iso.str.extract(_OFFSET, 1).replace("Z", "+00:00"),
        problem=pl.when(iso.is_null()).then(pl.lit(NO_TIME)).otherwise(pl.lit(NO_SUCH)),
    )
    for local, own in (_epoch(text), _foreign(text)):
        other = pl.col("local").is_null() & local.is_not_null()
        read = read.with_columns(
            local=pl.when(other).then(local).otherwise("local"),
            own=pl.when(other).then(own).otherwise("own"),
        )
    return read.with_columns(problem=pl.when(pl.col("local").is_null()).then("problem"))


def _epoch(text: pl.Series) -> tuple[pl.Series, pl.Series]:
    """Seconds, milliseconds or microseconds since 1970, told by their digits; UTC."""
    parts = text.str.extract_groups(r"^\s*([0-9]{10}|[0-9]{13}|[0-9]{16})(?:\.([0-9]+))?\s*$")
    digits, rest = parts.struct.field("1"), parts.struct.field("2")
    unit = digits.str.len_bytes().replace_strict(_EPOCHS, default=None, return_dtype=pl.Int64)
    below = ("0." + rest.fill_null("0")).cast(pl.Float64, strict=False) * unit
    micros = digits.cast(pl.Int64, strict=False) * unit + below.round().cast(pl.Int64)
    local = micros.cast(_LOCAL)
    return local, pl.select(pl.when(local.is_not_null()).then(pl.lit("+00:00"))).to_series()


def _foreign(text: pl.Series) -> tuple[pl.Series, pl.Series]:
    """01/Jul/2013:09:00:00 +0900, Mon Jul  1 09:00:00 2013."""
    parts = text.str.strip_chars(" []").str.extract_groups(
        r"^(?<clock>.*?)(?: (?<sign>[+-][0-9]{2}):?(?<minutes>[0-9]{2}))?$"
    )
    clock = parts.struct.field("clock")
    local = pl.select(
        pl.coalesce(clock.str.to_datetime(form, time_unit="us", strict=False) for form in _OTHERS)
    ).to_series()
    own = parts.struct.field("sign") + ":" + parts.struct.field("minutes")
    return local, own


def _localised(local: pl.Series, zone: Zone) -> pl.Series:
    """A zone's clock as UTC; null where that clock showed no such time, or showed it twice."""
    if zone.name is None:
        return pl.Series(local.name, [None] * len(local), dtype=UTC_TIME)
    if OFFSET.fullmatch(zone.name):
        hours, minutes = int(zone.name[1:3]), int(zone.name[4:])
        ahead = timedelta(hours=hours, minutes=minutes) * (-1 if zone.name[0] == "-" else 1)
        return (local - ahead).dt.replace_time_zone("UTC")
    return local.dt.replace_time_zone(
        zone.name, ambiguous="null", non_existent="null"
    ).dt.convert_time_zone("UTC")
