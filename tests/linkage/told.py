"""Claims of a leak told row by row, for tests of its source: small enough to check by eye."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import polars as pl

from breachscope.linkage.history import History
from breachscope.linkage.naming import judged
from breachscope.linkage.sourcing import sourced
from breachscope.schema import CLAIMS, LEAK_ROWS, SPELT_ALIKE, STANDS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from breachscope.linkage.naming import Judged
    from breachscope.linkage.sourcing import Sourced

VERBATIM = {"name_same": True, "kana_same": True, "phone_same": True, "birth_same": True,
            "address_same": True}  # fmt: skip
"""Spelt in every cell as the record is."""
OTHER_PHONE = {**VERBATIM, "phone_same": False}
PUBLIC = {"name_same": True, "address_same": True}
"""Right in what a directory tells, and silent in all else."""


@dataclass
class Told:
    """A leak of whose rows one tells whom they are about, and who holds these people.

    A person's record has, with every party, the person's number.
    """

    claims: list[dict[str, object]] = field(default_factory=list)
    rows: list[dict[str, object]] = field(default_factory=list)

    def about(
        self,
        person: int,
        probability: float = 1.0,
        verdict: str | None = None,
        **spelt: Mapping[str, bool] | None,
    ) -> Told:
        """A row about this person; of each holding party, how its record is spelt."""
        verdict = verdict or ("person" if probability >= 0.9 else "ambiguous")
        number = self._row(verdict, person if verdict == "person" else None, probability)
        for party, same in spelt.items():
            self.claims.append(
                {"leak_row": number, "person": person, "party_id": party, "distinct": person,
                 "probability": probability} | dict(same or {})
            )  # fmt: skip
        return self

    def nobody(self, count: int = 1, verdict: str = "none") -> Told:
        """Rows about nobody known, or about a household only."""
        for _ in range(count):
            self._row(verdict, None, 0.0)
        return self

    def _row(self, verdict: str, person: int | None, probability: float) -> int:
        number = len(self.rows) + 1
        household = 1.0 if verdict == "household" else 0.0
        self.rows.append(
            {"leak_row": number, "verdict": verdict, "person": person, "probability": probability,
             "p_household": household, "p_none": 1.0 - probability - household}
        )  # fmt: skip
        return number

    @property
    def claims_frame(self) -> pl.DataFrame:
        whole = [{name: row.get(name) for name in CLAIMS} for row in self.claims]
        return pl.DataFrame(whole, schema=CLAIMS)

    @property
    def rows_frame(self) -> pl.DataFrame:
        return pl.DataFrame(self.rows, schema=LEAK_ROWS)

    def judged(
        self,
        persons: Mapping[str, int],
        decoys: Sequence[tuple[pl.DataFrame, int]] = (),
        alike: pl.DataFrame | None = None,
        everybody: int | None = None,
        *,
        copied: bool = False,
        of_people: float = 0.3,
        within: Mapping[str, float] | None = None,
    ) -> Judged:
        """With `copied`, all rows whose telephone is a party's stand in one version of it.

        `of_people` is the share of each party's people that its version has.
        """
        return judged(
            self.claims_frame,
            self.rows_frame,
            persons,
            everybody or sum(persons.values()),
            decoys,
            pl.DataFrame(schema=SPELT_ALIKE) if alike is None else alike,
            history=self.history(persons, of_people) if copied else None,
            within=within or {},
        )

    def history(self, persons: Mapping[str, int], of_people: float) -> History:
        """Each party has one version, of that share of its people."""
        here = self.claims_frame.filter(pl.col("phone_same"))
        stands = here.select("party_id", "distinct", version_id=pl.col("party_id") + "-V1")
        rows = [
            (party, f"{party}-V1", round(count * of_people)) for party, count in persons.items()
        ]
        sizes = pl.DataFrame(rows, schema=["party_id", "version_id", "rows"], orient="row")
        return History(stands.unique(), sizes)

    def sourced(
        self,
        found: Judged,
        stands: pl.DataFrame | None = None,
        versions: pl.DataFrame | None = None,
    ) -> Sourced:
        return sourced(
            "L1",
            found,
            self.claims_frame,
            self.rows_frame,
            pl.DataFrame(schema=STANDS) if stands is None else stands,
            versions_of() if versions is None else versions,
        )


def versions_of(**rows: Sequence[int]) -> pl.DataFrame:
    """party_id, list_id, version_id, uploaded_at, rows: of each party the lengths of its versions.

    The versions of P1 are P1-V1, P1-V2, … of the list P1-L, a month apart.
    """
    schema = {"party_id": pl.String, "list_id": pl.String, "version_id": pl.String,
              "uploaded_at": pl.Datetime("us", "UTC"), "rows": pl.Int64}  # fmt: skip
    told = [
        (party, f"{party}-L", f"{party}-V{at + 1}",
         datetime(2022, 1, 1, tzinfo=UTC) + timedelta(days=30 * at), count)
        for party, lengths in rows.items() for at, count in enumerate(lengths)
    ]  # fmt: skip
    return pl.DataFrame(told, schema=schema, orient="row")


def stands_of(party: str, **versions: Sequence[int]) -> pl.DataFrame:
    """STANDS: of each version, which records stand in it; V1 of P1 is P1-V1."""
    told = [
        (party, record, f"{party}-{version}")
        for version, records in versions.items()
        for record in records
    ]
    return pl.DataFrame(told, schema=STANDS, orient="row")
