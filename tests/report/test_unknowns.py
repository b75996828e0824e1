from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
from report_cases import download, inputs, nothing

from breachscope import schema
from breachscope.report.unknowns import unknowns

if TYPE_CHECKING:
    from breachscope.report.inputs import ReportInputs


def figure(of: ReportInputs, english: str) -> str:
    return next(point.figure for point in unknowns(of) if point.title.english == english)


def of_downloads(*rows: dict[str, object]) -> ReportInputs:
    return inputs(egress=pl.DataFrame(list(rows), schema=schema.EGRESS))


def test_count_scopes_are_told_with_their_rows() -> None:
    found = of_downloads(
        download("D1", row_scope="count", rows_low=10, rows_high=40),
        download("D2", row_scope="count", rows_low=1, rows_high=2, tier="explained"),
    )
    point = next(p for p in unknowns(found) if p.title.english == "Which rows, unknown")

    assert point.figure == "1回"
    assert "10–40" in point.text


def test_a_lost_version_fetched_twice_adds_its_rows_once() -> None:
    lost = {"content": "lost", "version_rows": 300}
    found = of_downloads(download("D1", **lost), download("D2", **lost))
    point = next(p for p in unknowns(found) if p.title.english == "Lost contents")

    assert point.figure == "1版"
    assert "ダウンロード2回、記録上300行" in point.text


def test_a_conflict_with_a_ruling_waits_no_longer() -> None:
    found = of_downloads(
        download("D1", tier="explained", conflict=True),
        download("D2", tier="explained", conflict=True, ruling="R-1"),
    )

    assert figure(found, "Conflicts waiting for a ruling") == "1回"


def test_a_download_tied_to_no_list_is_told() -> None:
    assert figure(inputs(), "Tied to no list") == "1回"


def test_downloads_outside_the_focus_are_told() -> None:
    assert figure(inputs(), "Outside the focus") == "1回"


def test_silences_copies_clocks_quarantine_and_missing_sources_are_told() -> None:
    found = inputs()

    assert figure(found, "Silences") == "1箇所"
    assert figure(found, "Copies of one log that differ") == "1行"
    assert figure(found, "Backward clock steps") == "1箇所"
    assert figure(found, "Quarantined lines") == "2行"
    assert figure(found, "Sources never given") == "1種類"
    assert figure(found, "Unknown date of acquisition") == "1件"


def test_what_was_looked_for_and_not_found_is_kept_apart() -> None:
    points = unknowns(nothing())

    assert [p.title.english for p in points if p.found] == ["Signature, timestamp"]
    assert len(points) == len(unknowns(inputs()))
