"""One device is one device, whoever saw it: registry, setup log, events, registers of media.

Devices are known by their own serial numbers. A disk's number and that of its USB function are
one device's where each goes with the other alone; a number Windows made up tells a socket of
one host. Drive letters and users come over disk signatures and volumes, where these name one
device. Values that contradict each other are all kept, and it is said. Pure functions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import polars as pl

from breachscope.resolve import components
from breachscope.schema import DEVICE_VALUES, DEVICES, UTC_TIME

if TYPE_CHECKING:
    from collections.abc import Iterable

SAID: Final = pl.Schema(
    {
        "evidence_id": pl.String(),
        "member": pl.String(),
        "line": pl.UInt64(),
        "source": pl.String(),
        "host": pl.String(),
        "path": pl.String(),
        "serial": pl.String(),
        "link": pl.String(),
        "field": pl.String(),
        "value": pl.String(),
        "at": UTC_TIME,
    }
)
"""What evidence says of devices, one row a value, before it is known which device it is."""

ALIAS: Final = "usb serial"
SIGNATURE: Final = "signature"
SEEN: Final = ("connect", "write", "first installed", "installed", "last arrival")
REMOVED: Final = ("disconnect", "last removal")
INSTALLED: Final = "first installed"
EARLIER_SECONDS: Final = 60
"""A device seen in a host so long before its first installation there contradicts it."""

_TOLD: Final = ("vendor", "product", "volume_serial", "drive")
_PLACE: Final = ("evidence_id", "member", "line")


def serial_key(column: str = "serial") -> pl.Expr:
    r"""What a serial number compares by: capitals, without &0 behind it and a path before it."""
    text = pl.col(column).str.normalize("NFKC").str.strip_chars(" \0").str.to_uppercase()
    last = text.str.replace(r"#\{[^}]*\}$", "").str.extract(r"([^\\#]+)$", 1)
    bare = last.str.replace(r"^(..[^&]*)&[0-9]+$", "${1}")
    made_up = last.str.contains("^.&")
    return pl.when(~made_up & (bare != "")).then(bare)


def said_by_events(media: pl.LazyFrame) -> pl.LazyFrame:
    """SAID of events of media.

    Args:
        media: canonical media with `source`, `usb_serial`, `disk_signature` and `path` (the
            device's instance path), each null where the evidence has none.

    """
    common = [*_PLACE, "source", "host", "path", "serial"]
    base = media.select(
        *common,
        "at",
        pl.col("action").cast(pl.String),
        *_TOLD,
        pl.when("registered")
        .then(pl.lit("yes"))
        .when(~pl.col("registered"))
        .then(pl.lit("no"))
        .alias("registered"),
        "usb_serial",
        "disk_signature",
        link=pl.lit(None, pl.String),
    )
    moments = base.select(*common, "link", "at", field="action", value=pl.lit(""))
    names = {
        **{name: name for name in (*_TOLD, "registered")},
        "usb_serial": ALIAS,
        "disk_signature": SIGNATURE,
    }
    values = [
        base.select(*common, "link", "at", field=pl.lit(field), value=pl.col(name).str.split(";"))
        .explode("value", empty_as_null=True, keep_nulls=True)
        .with_columns(pl.col("value").str.strip_chars())
        .filter(pl.col("value") != "")
        for name, field in names.items()
    ]
    order = ["at", "line"]
    by = ["evidence_id", "member", "source", "host", "path", "serial", "field", "value"]
    firsts = pl.concat([frame.select(SAID.names()) for frame in (moments, *values)])
    ordered = firsts.sort("evidence_id", "member", *order, nulls_last=True)
    once = ordered.unique(by, keep="first", maintain_order=True)
    lasts = ordered.filter(pl.col("value") == "").unique(by, keep="last", maintain_order=True)
    return pl.concat([once, lasts]).unique(maintain_order=True).cast(SAID)


def values(said: pl.DataFrame) -> pl.DataFrame:
    """DEVICE_VALUES: what was said, each with the device it is about.

    What names no device, and what is linked to none or to several, is left out.
    """
    keyed = said.with_columns(_key=_own_key())
    named = _with_aliases(keyed.filter(pl.col("_key").is_not_null()))
    loose = keyed.filter(pl.col("_key").is_null()).drop("_key")
    by_signature = _linked(loose, named, SIGNATURE, by_host=True)
    known = pl.concat([named, by_signature])
    by_volume = _linked(loose, known, "volume", by_host=False)
    every = pl.concat([known, by_volume])
    order = ("device_id", "field", "at", "value", *_PLACE, "source")
    return every.select(DEVICE_VALUES.names()).unique().sort(*order, nulls_last=True)


def _own_key() -> pl.Expr:
    place = pl.concat_str(
        [pl.col("host").str.to_uppercase(), pl.col("path").str.to_uppercase()], separator="|"
    )
    is_path = pl.col("path").str.contains(r"[\\#].&")
    return pl.coalesce(serial_key(), pl.when(is_path).then(place))


def _with_aliases(named: pl.DataFrame) -> pl.DataFrame:
    """`device_id`: one for a disk's number and its USB function's, where they go together alone."""
    pairs = (
        named.filter(pl.col("field") == ALIAS)
        .select(key="_key", other=serial_key("value"))
        .drop_nulls()
        .unique()
        .filter(pl.col("key") != pl.col("other"))
    )
    alone = pairs.filter((pl.len().over("key") == 1) & (pl.len().over("other") == 1))
    keys = pl.concat([named["_key"], alone["key"], alone["other"]]).unique().sort()
    place = {key: number for number, key in enumerate(keys)}
    left = np.array([place[key] for key in alone["key"]], np.uint32)
    right = np.array([place[key] for key in alone["other"]], np.uint32)
    labels = components.components(left, right, len(keys))
    # The disk's own number names the device.
    disks = set(alone["key"])
    names: dict[int, str] = {}
    for key, label in zip(keys, labels.tolist(), strict=True):
        if label not in names or key in disks:
            names[label] = key
    ids = pl.DataFrame(
        {"_key": keys, "device_id": [names[label] for label in labels.tolist()]},
        schema={"_key": pl.String(), "device_id": pl.String()},
    )
    return named.join(ids, on="_key", how="left", validate="m:1").drop("_key")


def _linked(loose: pl.DataFrame, named: pl.DataFrame, field: str, *, by_host: bool) -> pl.DataFrame:
    """What is said of a signature or a volume, where that is one device's."""
    on = ["link", "host"] if by_host else ["link"]
    owners = (
        named.filter(pl.col("field") == field)
        .select("device_id", "host", link=pl.lit(f"{field}:") + pl.col("value"))
        .select("device_id", *on)
        .unique()
        .filter(pl.len().over(on) == 1)
    )
    return loose.join(owners, on=on, how="inner", validate="m:1").select(named.columns)


def devices(values: pl.DataFrame) -> pl.DataFrame:
    """DEVICES of DEVICE_VALUES: one row a device, in order of its first time, then its id."""
    found = [
        _device(str(key), own) for (key,), own in values.group_by("device_id", maintain_order=True)
    ]
    table = pl.DataFrame(found, schema=DEVICES, orient="row")
    return table.sort("first", "device_id", nulls_last=True)


def _device(key: str, own: pl.DataFrame) -> dict[str, Any]:
    told = {field: rows for (field,), rows in own.group_by("field", maintain_order=True)}

    def distinct(field: str) -> list[str]:
        rows = told.get(field)
        return [] if rows is None else sorted(set(rows["value"].drop_nulls()) - {""})

    is_number = "|" not in key
    return {
        "device_id": key,
        "serials": sorted({key, *distinct(ALIAS)}) if is_number else [],
        "own_serial": is_number,
        "bus": _most(told.get("bus")),
        "registered": distinct("registered"),
        "vendor": _most(told.get("vendor")),
        "product": _most(told.get("product")) or _most(told.get("name")),
        "volume_serials": distinct("volume_serial"),
        "drives": distinct("drive"),
        "hosts": sorted(set(own["host"].drop_nulls())),
        "users": distinct("user"),
        "first": _moment(own, SEEN, first=True),
        "last": _moment(own, SEEN, first=False),
        "removed": _moment(own, REMOVED, first=False),
        "sources": sorted(set(own["source"].drop_nulls())),
        "contradictions": list(_contradictions(own)),
    }


def _most(rows: pl.DataFrame | None) -> str | None:
    """The value most places give; of several the shortest, then the first by its letters."""
    if rows is None:
        return None
    counted = rows.group_by("value").len()
    ordered = counted.sort(-pl.col("len").cast(pl.Int64), pl.col("value").str.len_chars(), "value")
    return str(ordered["value"][0])


def _moment(own: pl.DataFrame, fields: Iterable[str], *, first: bool) -> Any:
    at = own.filter(pl.col("field").is_in(list(fields)))["at"]
    return at.min() if first else at.max()


def _contradictions(own: pl.DataFrame) -> Iterable[str]:
    for field in ("vendor", "product"):
        rows = own.filter(pl.col("field") == field)
        plain = rows["value"].str.normalize("NFKC").str.to_lowercase().str.replace_all(r"\W", "")
        if _kinds(set(plain.drop_nulls()) - {""}) > 1:
            yield f"{field} differs between {_places(rows)}"
    if own.filter(pl.col("field") == "registered")["value"].n_unique() > 1:
        yield "said to be registered, and not to be"
    shared = own.filter(pl.col("field") == ALIAS)["value"].n_unique()
    if shared > 1:
        yield f"{shared} USB serial numbers go with the disk's"
    yield from _seen_before_installed(own)


def _kinds(forms: set[str]) -> int:
    """How many names there are, of which none holds another."""
    shortest = [form for form in forms if not any(o in form for o in forms if o != form)]
    return len(shortest)


def _seen_before_installed(own: pl.DataFrame) -> Iterable[str]:
    installed = (
        own.filter(pl.col("field") == INSTALLED)
        .group_by("host")
        .agg(
            pl.col("at").min().alias("installed"),
            pl.struct(_PLACE).sort_by("at").first().alias("where"),
        )
    )
    seen = own.filter(pl.col("field").is_in(("connect", "write"))).join(installed, on="host")
    early = seen.filter(
        (pl.col("installed") - pl.col("at")).dt.total_seconds() > EARLIER_SECONDS
    ).sort("host", "at", *_PLACE)
    for (host,), rows in early.group_by("host", maintain_order=True):
        yield f"seen in {host} before its first installation there: {_places(rows.head(1))}"


def _places(rows: pl.DataFrame) -> str:
    places = rows.select(_PLACE).unique().sort(_PLACE, nulls_last=True).head(4)
    return ", ".join(
        ":".join(str(part) for part in (evidence, member, line) if part is not None)
        for evidence, member, line in places.iter_rows()
    )
