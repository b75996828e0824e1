"""What an event of Windows gives of a kind of evidence: its fields as canonical columns."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Mapping

SECURITY: Final = "Microsoft-Windows-Security-Auditing"
EVENTLOG: Final = "Microsoft-Windows-Eventlog"

HOST: Final = pl.col("Computer")
AT: Final = pl.col("SystemTime").str.strip_suffix("Z")  # UTC, as the format always is

MOMENT: Final = (
    pl.col("SystemTime")
    .str.strip_suffix("Z")
    .str.to_datetime("%Y-%m-%dT%H:%M:%S%.f", time_unit="us", strict=False)
    .dt.replace_time_zone("UTC")
)
"""The same, read."""

_LOCAL: Final = ("LOCAL", "127.0.0.1", "::1", "0.0.0.0", "::")


@dataclass(frozen=True, slots=True)
class Event:
    """One event id of one provider, as rows of a kind.

    `columns` are canonical names, or `attr:` names, from columns named as the event's fields.
    Where `wanted` does not hold the record is skipped, with the reason `unwanted`.
    """

    provider: str
    number: str
    columns: Mapping[str, pl.Expr] = field(default_factory=dict)
    wanted: pl.Expr | None = None
    unwanted: str = ""

    @property
    def fields(self) -> list[str]:
        """The fields of a record it is made from, in order of name."""
        made = [*self.columns.values(), *([] if self.wanted is None else [self.wanted])]
        return sorted({name for expr in made for name in expr.meta.root_names()})


def account(domain: str, name: str) -> pl.Expr:
    r"""DOMAIN\name, or the name alone where the event has no domain."""
    both = pl.concat_str([pl.col(domain), pl.col(name)], separator="\\")
    return pl.when(pl.col(domain).is_null()).then(name).otherwise(both)


def address(name: str) -> pl.Expr:
    """A client's address; null where it is the machine's own."""
    plain = pl.col(name).str.replace(r"(?i)^::ffff:(\d+\.\d+\.\d+\.\d+)$", "${1}")
    return pl.when(~plain.is_in(_LOCAL)).then(plain)


def session(logon_id: str) -> pl.Expr:
    """HOST:0x1a2b: a logon id is only one machine's, and 0x0 is none."""
    number = pl.col(logon_id).str.to_lowercase()
    named = pl.concat_str([HOST, number], separator=":")
    return pl.when(number != "0x0").then(named)


def attributes(*names: str) -> dict[str, pl.Expr]:
    """Fields kept as they stand."""
    return {f"attr:{name}": pl.col(name) for name in names}
