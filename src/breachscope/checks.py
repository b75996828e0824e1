"""Kinds of check a control can be held against: the playbook's `controls.toml`."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

CHECKS: Final = "controls.toml"
WAYS_TO_JUDGE: Final = ({"broken"}, {"every_days", "shows"}, {"at_most", "distinct", "where"})


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class CheckTable(_Strict):
    """One table a check looks at, and what in it speaks for or against the control."""

    table: Literal["logins", "downloads", "media", "remote", "presence", "work", "contracts"]
    broken: str | None = None  # SQL: a line that must not be there
    shows: str | None = None  # SQL: a line that shows it was done
    every_days: Annotated[int, Field(gt=0)] | None = None
    where: str | None = None  # SQL: the lines in which `distinct` is counted
    distinct: str | None = None
    at_most: Annotated[int, Field(ge=0)] | None = None

    @model_validator(mode="after")
    def _one_way_to_judge(self) -> CheckTable:
        if self.model_fields_set - {"table"} not in WAYS_TO_JUDGE:
            ways = "; ".join(" and ".join(sorted(way)) for way in WAYS_TO_JUDGE)
            raise ValueError(f"give one of: {ways}")
        return self


class Check(_Strict):
    """A kind of check a control of the case can be held against."""

    name: str
    title: str
    tables: list[CheckTable] = []  # empty: no log shows it


class Checks(_Strict):
    """`controls.toml`; a playbook without that file knows no checks."""

    checks: list[Check] = []

    @model_validator(mode="after")
    def _names_are_unique(self) -> Checks:
        names = [check.name for check in self.checks]
        if double := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"two checks are called {', '.join(double)}")
        return self
