"""The devices of a case: what all evidence of media says of them, joined."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from breachscope.case.fingerprint import Fingerprint
from breachscope.reconstruct import copies, devices, timeline
from breachscope.schema import ATTRIBUTE_PREFIX, Kind, canonical
from breachscope.workflow import frames

if TYPE_CHECKING:
    from pathlib import Path

    from breachscope.case.register import Item
    from breachscope.workflow.situation import Situation

DEVICES_VERSION = 1

TABLES: Final = ("devices", "device_values")

_ATTRIBUTES: Final = {
    "usb_serial": ("usb_serial",),
    "disk_signature": ("disk_signature",),
    "path": ("DeviceId", "device"),
}
"""What only some readers give, and under which names."""


def devices_part(s: Situation) -> Path:
    """DEVICES and DEVICE_VALUES of the case."""

    def make(target: Path) -> None:
        values = devices.values(pl.concat([_events(s), _facts(s)]))
        devices.devices(values).write_parquet(target / "devices.parquet")
        values.write_parquet(target / "device_values.parquet")

    wanted = Fingerprint(
        "devices",
        "all",
        s.inputs(Kind.MEDIA) | {"copies": s.superseded(Kind.MEDIA).parent.name},
        dict(s.moment.settings()),
        DEVICES_VERSION,
    )
    return s.parts.get(wanted, make)


def _events(s: Situation) -> pl.DataFrame:
    scans = [devices.said_by_events(_media(s, item)) for item in s.of(Kind.MEDIA)]
    empty = pl.DataFrame(schema=devices.SAID)
    return pl.concat([empty, *pl.collect_all(scans)])


def _media(s: Situation, item: Item) -> pl.LazyFrame:
    """The events of one file in use, with what only some readers give."""
    rows = frames.scan(s.context.case, item)
    held = rows.collect_schema().names()
    given = {name: _first_of(names, held) for name, names in _ATTRIBUTES.items()}
    event = f"{ATTRIBUTE_PREFIX}EventID"
    source = pl.col(event) if event in held else pl.lit(_source(item))
    absent = {
        name: pl.lit(None, dtype)
        for name, dtype in canonical(Kind.MEDIA).items()
        if name not in held
    }
    known = rows.with_columns(**absent).with_columns(source=source, **given)
    own = copies.in_use(known, pl.scan_parquet(s.superseded(Kind.MEDIA)))
    moment = s.moment.events_until
    return own if moment is None else timeline.until(own, moment)


def _first_of(names: tuple[str, ...], held: list[str]) -> pl.Expr:
    own = [pl.col(ATTRIBUTE_PREFIX + name) for name in names if ATTRIBUTE_PREFIX + name in held]
    return pl.coalesce(*own, pl.lit(None, pl.String))


_SOURCES: Final = ("registry", "setupapi")


def _source(item: Item) -> str:
    """The form of a file, in a word."""
    word = next((word for word in _SOURCES if word in item.format), None)
    return word or item.format.partition(" in ")[0]


def _facts(s: Situation) -> pl.DataFrame:
    """What files say of devices beside their events."""
    told = frames.beside(s.context.case, s.of(Kind.MEDIA), "device_facts")
    if s.moment.events_until is not None:
        told = timeline.until(told.lazy(), s.moment.events_until).collect()
    return told.select(devices.SAID.names()).cast(devices.SAID)
