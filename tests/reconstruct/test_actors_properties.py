"""What must hold of posteriors and verdicts whatever the evidence says."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sittings_cases import (
    STATED,
    TOKYO,
    attributed,
    case,
    posteriors,
    session,
    stay,
    verdict,
    with_rows,
)

from breachscope.reconstruct import actors_verdict
from breachscope.schema import ACTOR_MARKS, CHANNELS
from frames import frame

if TYPE_CHECKING:
    from breachscope.reconstruct.actors_given import Given

WHO = st.sampled_from(["A", "B", "C", "V-1"])
START = datetime(2014, 5, 14, 0, 0, tzinfo=TOKYO)
AREA = st.sampled_from(["room", "site"])


@st.composite
def stays(draw: Any) -> dict[str, Any]:
    """Someone somewhere about the day of the act; now and then without exit."""
    came = START + timedelta(minutes=draw(st.integers(-1500, 1500)))
    went = came + timedelta(minutes=draw(st.integers(1, 1200))) if draw(st.booleans()) else None
    text = "%Y-%m-%d %H:%M"
    return stay(draw(WHO), came.strftime(text), went.strftime(text) if went else None, draw(AREA))


CASES = st.builds(
    lambda rows, remote: case(
        presence=rows,
        remote=[session(f"op-{remote}", "1.2.3.4", "2014-05-14 19:00", "2014-05-14 21:00")]
        if remote
        else None,
        act_session=2 if remote else None,
    ),
    st.lists(stays(), max_size=8),
    st.sampled_from([None, "A", "B", "nobody"]),
)


@settings(max_examples=12, deadline=None)
@given(CASES)
def test_posteriors_are_a_whole_and_a_named_person_has_a_ratio_of_a_hundred(given_: Given) -> None:
    found = attributed(given_)
    assert found.actors["posterior"].sum() == pytest.approx(1)
    assert found.actors["posterior"].min() > 0  # type: ignore[operator]
    row = found.verdicts.row(0, named=True)
    assert (row["person_id"] is not None) == (row["verdict"] == "identified")
    if row["person_id"]:
        rivals = found.actors.filter(~pl.col("person_id").eq_missing(pl.lit(row["person_id"])))
        assert rivals["log10_lr"].max() <= -2  # type: ignore[operator]
        assert rivals["person_id"].null_count() == 1


@settings(max_examples=8, deadline=None)
@given(CASES, st.randoms(use_true_random=False))
def test_the_order_of_the_evidence_does_not_matter(given_: Given, chance: Any) -> None:
    shuffled = {}
    for name in ("people", "presence", "remote", "hosts", "downloads"):
        rows = getattr(given_, name).collect()
        order = list(range(rows.height))
        chance.shuffle(order)
        shuffled[name] = rows[order].lazy()
    assert attributed(given_).actors.equals(attributed(replace(given_, **shuffled)).actors)


@settings(max_examples=8, deadline=None)
@given(CASES, st.sampled_from(["A", "B", "C"]))
def test_an_exclusion_never_raises_the_posterior_of_the_excluded(given_: Given, who: str) -> None:
    left = given_.people.with_columns(
        to=pl.when(pl.col("person_id") == who).then(pl.date(2014, 1, 1)).otherwise("to")
    )
    before, after = posteriors(given_)[who], posteriors(replace(given_, people=left))[who]
    assert after <= before + 1e-12


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(WHO, st.sampled_from(CHANNELS), st.floats(-4, 4)), max_size=12,
             unique_by=lambda m: m[:2]),
    WHO, st.floats(-6, -3),
)  # fmt: skip
def test_one_more_mark_against_somebody_lowers_them_and_nobody_else(
    told: list[tuple[str, str, float]], who: str, against: float
) -> None:
    acts = pl.DataFrame({"act_id": ["X"]})
    asked = pl.DataFrame({"act_id": ["X"] * 4, "person_id": ["A", "B", "C", "V-1"]})
    rows = [
        {"act_id": "X", "person_id": w, "channel": c, "log10_lr": value, "says": ""}
        for w, c, value in told
    ]
    more = {"act_id": "X", "person_id": who, "channel": "work", "log10_lr": against, "says": "m"}

    def weighed(*these: dict[str, Any]) -> dict[str | None, float]:
        marks = actors_verdict.excluding(frame(ACTOR_MARKS, *these).collect(), STATED)
        scored = actors_verdict.weighed(acts, asked, marks, STATED)
        return dict(scored.select("person_id", "posterior").iter_rows())

    before, after = weighed(*rows), weighed(*rows, more)
    assert after[who] <= before[who] + 1e-12
    assert all(after[w] >= before[w] - 1e-12 for w in before if w != who)


@settings(max_examples=8, deadline=None)
@given(CASES, stays())
def test_an_entry_of_a_stranger_never_names_anybody(given_: Given, row: dict[str, Any]) -> None:
    """One more person about can only take a name away, or leave it."""
    stranger = with_rows(given_, "presence", {**row, "person_id": "V-9"})
    before, after = verdict(given_), verdict(stranger)
    if before["presence"] == after["presence"] and before["person_id"] is None:
        assert after["person_id"] is None
