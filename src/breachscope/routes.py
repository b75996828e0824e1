"""What events of a timeline are evidence of: the playbook's `routes.toml`."""

from __future__ import annotations

import polars as pl
from pydantic import BaseModel, ConfigDict, model_validator

from breachscope.schema import KINDS, ColumnType, Kind


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Cut(_Strict):
    """A canonical column that is part of another column's text, by a named group."""

    column: str
    regex: str


class Route(_Strict):
    """Events of a timeline that are evidence of one kind, and where its columns come from.

    `when` and the values of `sql` are Polars SQL over the event's attributes, all of them text.
    Of several names in `columns`, the first that is filled holds. `url` names the parts of a
    request (path, query) that path, title and list_id are read from: attributes, or columns the
    route has cut out.
    """

    name: str
    kind: Kind
    when: str
    columns: dict[str, str | list[str]] = {}
    patterns: dict[str, Cut] = {}
    sql: dict[str, str] = {}
    fixed: dict[str, str] = {}
    url: list[str] = []

    @model_validator(mode="after")
    def _columns_are_known(self) -> Route:
        if event_time(self.kind) is None:
            raise ValueError(f"{self.kind} has no time of an event")
        known = {column.name for column in KINDS[self.kind]}
        named = {*self.columns, *self.patterns, *self.sql, *self.fixed}
        if unknown := sorted(named - known):
            raise ValueError(f"{self.kind} has no such column: {', '.join(unknown)}")
        for name, cut in self.patterns.items():
            if f"(?<{name}>" not in cut.regex:
                raise ValueError(f"patterns.{name}: the regex has no group (?<{name}>...)")
        for text in (self.when, *self.sql.values()):
            _refuse_no_sql(text)
        return self

    @property
    def reads(self) -> set[str]:
        """The attributes of an event it looks at."""
        found = {*self.url, *(cut.column for cut in self.patterns.values())}
        for names in self.columns.values():
            found |= {names} if isinstance(names, str) else set(names)
        for text in (self.when, *self.sql.values()):
            found |= set(pl.sql_expr(text).meta.root_names())
        return found


def event_time(kind: Kind) -> str | None:
    """The column that takes the time of an event: the kind's first required time."""
    times = (c.name for c in KINDS[kind] if c.type is ColumnType.TIME and c.required)
    return next(times, None)


def _refuse_no_sql(text: str) -> None:
    try:
        pl.sql_expr(text)
    except Exception as error:
        raise ValueError(f"not Polars SQL: {text}") from error


class Routes(_Strict):
    """`routes.toml`: read top to bottom, the first that holds takes the event."""

    routes: list[Route] = []
