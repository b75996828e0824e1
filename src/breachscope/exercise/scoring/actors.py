"""How near the verdicts on who was at the keyboard came to what the simulated people did."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class ActorScores:
    """Acts of a run by verdict and truth.

    An act of a run is a theft if one of its downloads is. Its true persons are those who made
    its downloads. An act the truth calls attributable counts as identified if every act of the
    run that holds its downloads is, by the one who did it.
    """

    acts: int
    thefts: int
    verdicts: tuple[tuple[str, int, int], ...]  # verdict, thefts, others
    attributable: int
    attributable_identified: int
    innocent_identified: int  # acts for which someone is named who never stole
    wrong_identified: int  # acts for which someone is named who did not do it
    true_excluded: int  # acts whose true person is excluded
    true_impossible: int  # acts whose true person is not among the possible

    def as_lines(self) -> list[str]:
        """At most 80 columns; figures only."""
        return [
            "  who was at the keyboard",
            f"    acts {self.acts:,}, of them thefts {self.thefts:,}",
            *(f"    {verdict:<18}{thefts:>6,} thefts {others:>6,} others"
              for verdict, thefts, others in self.verdicts),
            f"    acts the truth calls attributable      {self.attributable_identified:>6,} of "
            f"{self.attributable:,} identified",
            f"    innocent persons identified            {self.innocent_identified:>6,}",
            f"    acts laid to another than their doer   {self.wrong_identified:>6,}",
            f"    acts whose doer is excluded            {self.true_excluded:>6,}",
            f"    acts whose doer is called impossible   {self.true_impossible:>6,}",
        ]  # fmt: skip


def doers(egress: pl.DataFrame, files: pl.DataFrame, truth: Path) -> pl.DataFrame:
    """act_id, doers[], theft, act (the truth's number) of each act of a run.

    Args:
        egress: EGRESS.
        files: evidence_id, file.
        truth: the folder of the truth.

    """
    done = pl.read_parquet(truth / "downloads.parquet").select(
        "file", "line", "person_id", "act", theft=pl.col("purpose") == "theft"
    )
    return (
        egress.filter(pl.col("act_id").is_not_null())
        .select("act_id", "evidence_id", "line")
        .join(files, on="evidence_id")
        .join(done, on=["file", "line"])
        .group_by("act_id")
        .agg(
            doers=pl.col("person_id").unique().sort(),
            theft=pl.col("theft").any(),
            act=pl.col("act").drop_nulls().unique().sort(),
        )
    )


def actor_scores(
    verdicts: pl.DataFrame, actors: pl.DataFrame, done: pl.DataFrame, truth: Path
) -> ActorScores:
    """Compare ACT_VERDICTS and ACTORS of a run with the truth.

    Args:
        verdicts: ACT_VERDICTS.
        actors: ACTORS.
        done: `doers`.
        truth: the folder of the truth.

    """
    staff = pl.read_parquet(truth / "staff.parquet")
    thieves = staff.filter("thief")["person_id"].to_list()
    told = verdicts.join(done, on="act_id", how="left")
    named = told.filter(pl.col("person_id").is_not_null())
    right = named.filter(
        (pl.col("doers").list.len() == 1) & (pl.col("doers").list.first() == pl.col("person_id"))
    )
    own = actors.join(done.explode("doers"), left_on=["act_id", "person_id"],
                      right_on=["act_id", "doers"])  # fmt: skip
    acts = pl.read_parquet(truth / "acts.parquet").filter("attributable")
    by_act = done.explode("act").join(
        named.filter(pl.col("act_id").is_in(right["act_id"].to_list())).select(
            "act_id", named=pl.lit(value=True)
        ),
        on="act_id",
        how="left",
    )
    good = by_act.group_by("act").agg(pl.col("named").fill_null(value=False).all())
    order = ("identified", "narrowed", "not_attributable")
    counts = {
        (str(v), bool(t)): n
        for v, t, n in told.group_by(pl.col("verdict").cast(pl.String), "theft").len().iter_rows()
    }
    return ActorScores(
        acts=verdicts.height,
        thefts=int(told["theft"].sum()),
        verdicts=tuple((v, counts.get((v, True), 0), counts.get((v, False), 0)) for v in order),
        attributable=acts.height,
        attributable_identified=acts.join(good.filter("named"), on="act").height,
        innocent_identified=named.filter(~pl.col("person_id").is_in(thieves)).height,
        wrong_identified=named.height - right.height,
        true_excluded=own.filter(pl.col("excluded_by").is_not_null()).height,
        true_impossible=own.filter(~pl.col("possible")).height,
    )
