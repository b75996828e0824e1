r"""Registry hives: which storage was plugged in, through the library `regipy` of `[windows]`.

Of SYSTEM: `Enum\USBSTOR` (the times of a device are rows of media), `Enum\USB`,
`MountedDevices`; of NTUSER.DAT: `MountPoints2`. What is no event goes to `device_facts` and
counts as skipped. A row's line is the entry's place in this order; `attr:key` names its key.

A hive that was not closed has changes in its transaction logs. They are taken from there where
hive and logs come in one zip archive; else it is said that they are missing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import polars as pl

from breachscope.evidence.account import Aside, Batch, set_aside
from breachscope.evidence.headers import Layout
from breachscope.evidence.readers import devices
from breachscope.evidence.readers.hive import opening
from breachscope.evidence.readers.hive.entries import Entry, entries, host_of, user_of
from breachscope.evidence.shape import conformed
from breachscope.schema import ATTRIBUTE_PREFIX, DEVICE_FACTS, Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from breachscope.evidence.account import Account
    from breachscope.evidence.containers import Stream
    from breachscope.evidence.spec import ReadSpec
    from breachscope.evidence.times import Zone

NAME: Final = "registry hive"
ENCODING: Final = "UTF-16, as the format has it"
KINDS: Final = (Kind.MEDIA,)
STANDARD_ZONE: Final = "UTC"
SOURCE: Final = "registry"

_CELLS: Final = ("at", "host", "action", "serial", "vendor", "product", "DeviceId", "key", "what")
_CANONICAL: Final = 6  # of those cells, so many are columns of media


def matches(head: bytes) -> bool:
    """The file begins as a hive does; its transaction logs begin alike, and are none."""
    return opening.is_hive(head)


def read(
    stream: Stream,
    spec: ReadSpec,
    zone: Zone,
    member: str | None,
    account: Account,
    note: Callable[[str], None],
    logs: Sequence[bytes] = (),
) -> Iterator[Batch]:
    """The storage a hive tells of, as one batch; `logs` are its transaction logs.

    Raises:
        EvidenceError: the library is not installed, or the hive cannot be opened.
    """
    hive = opening.opened(opening.whole(stream), logs, spec.scratch, note)
    found = list(entries(hive))
    if hive._stream.asked_too_much:  # ours, see `opening.Bounded`
        found.append(Entry("ROOT", fault=opening.TOO_LONG))
    if not found:
        note("the hive has no key that tells of storage")
    host, user = host_of(hive), user_of(hive)
    taken, broken = _rows(found, host, spec, zone, member)
    bad = [Aside(n, e.byte, e.fault) for n, e in enumerate(found, 1) if e.fault]
    left = [Aside(n, e.byte, e.skipped) for n, e in enumerate(found, 1) if e.skipped]
    quarantined = pl.concat([set_aside(bad, member), broken]).sort("line")
    facts = _facts(found, host, user, member)
    yield Batch(taken, quarantined, set_aside(left, member), len(found), {"device_facts": facts})


def _rows(
    found: list[Entry], host: str | None, spec: ReadSpec, zone: Zone, member: str | None
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The times of devices as media."""
    told = [(n, e) for n, e in enumerate(found, 1) if not e.fault and not e.skipped]
    text = pl.DataFrame(
        {
            "at": [e.at.isoformat(" ", "microseconds")[:26] if e.at else None for _, e in told],
            "host": [host for _ in told],
            "action": [e.action for _, e in told],
            "DeviceId": [e.path for _, e in told],
            "key": [e.key for _, e in told],
            "what": [e.what for _, e in told],
            "line": [n for n, _ in told],
            "byte": [e.byte for _, e in told],
        },
        schema_overrides={"byte": pl.Int64(), "line": pl.Int64()},
    ).with_columns(pl.selectors.by_dtype(pl.Null).cast(pl.String))
    path = pl.col("DeviceId")
    named = text.with_columns(
        serial=devices.serial(path), vendor=devices.vendor(path), product=devices.product(path)
    )
    cells = named.select(
        *(pl.col(name).alias(str(place)) for place, name in enumerate(_CELLS)),
        "line",
        "byte",
        byte_end=pl.lit(None, pl.Int64),
        row_no=pl.lit(None, pl.Int64),
    )
    columns = {name: place for place, name in enumerate(_CELLS[:_CANONICAL])}
    attributes = {
        ATTRIBUTE_PREFIX + name: place for place, name in enumerate(_CELLS) if place >= _CANONICAL
    }
    return conformed(cells, Layout(_CELLS, columns, attributes), spec, zone, member)


def _facts(
    found: list[Entry], host: str | None, user: str | None, member: str | None
) -> pl.DataFrame:
    """DEVICE_FACTS: what the entries say, each value with its place."""
    rows: list[dict[str, Any]] = [
        {
            "member": member,
            "line": number,
            "byte": entry.byte,
            "source": SOURCE,
            "host": host,
            "path": entry.path,
            "link": entry.link,
            "field": name,
            "value": user if name == "user" else value,
            "at": at,
        }
        for number, entry in enumerate(found, 1)
        for name, value, at in entry.facts
    ]
    schema = {name: dtype for name, dtype in DEVICE_FACTS.items() if name != "serial"}
    facts = pl.DataFrame(rows, schema=schema, orient="row")
    path = pl.col("path")
    made = facts.with_columns(serial=devices.serial(path))
    more = [
        made.unique("path", keep="first", maintain_order=True)
        .filter(path.is_not_null())
        .with_columns(field=pl.lit(name), value=value, at=pl.lit(None, DEVICE_FACTS["at"]))
        .drop_nulls("value")
        for name, value in (
            ("vendor", devices.vendor(path)),
            ("product", devices.product(path)),
            ("usb_ids", devices.usb_ids(path)),
        )
    ]
    return pl.concat(
        [made.select(DEVICE_FACTS.names()), *(f.select(DEVICE_FACTS.names()) for f in more)]
    ).sort("line", maintain_order=True)
