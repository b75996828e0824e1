from datetime import datetime, timedelta
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from breachscope.reconstruct import copies
from breachscope.reconstruct.copies import Copies, Rulings
from breachscope.schema import COPY_LINES, Kind, canonical
from frames import at, frame

START = at("2014-05-01")
Row = dict[str, Any]


def line(number: int, **columns: Any) -> Row:
    """The n-th line of a log with a download every ten minutes."""
    when = START + timedelta(minutes=10 * number)
    return {
        "at": when,
        "account": "pds-admin",
        "list_id": f"L{number % 7}",
        "rows": number,
    } | columns


def log(number: int = 60) -> list[Row]:
    return [line(n) for n in range(number)]


def file(evidence_id: str, rows: list[Row]) -> pl.DataFrame:
    """Rows as they stand in a file: the first on line 2, under the header."""
    placed = [{"evidence_id": evidence_id, "line": n, **row} for n, row in enumerate(rows, 2)]
    return frame(canonical(Kind.DOWNLOADS), *placed).collect()


def compared(
    *files: pl.DataFrame,
    declared: dict[str, str] | None = None,
    originals: tuple[str, ...] = (),
    acquired: dict[str, datetime | None] | None = None,
) -> Copies:
    rulings = Rulings(declared or {}, originals, acquired)
    return copies.compared(pl.concat(files), Kind.DOWNLOADS, rulings)


def changes(found: Copies) -> list[tuple[Any, ...]]:
    return found.lines.select("change", "line", "copy_line", "columns").rows()


def test_two_files_of_different_events_are_no_copies() -> None:
    other = [line(n, account="manager-1", rows=n + 500) for n in range(60)]

    found = compared(file("E1", log()), file("E2", other))

    assert found.pairs.is_empty()
    assert found.lines.is_empty()
    assert found.lines.schema == COPY_LINES
    assert found.superseded.schema == copies.SUPERSEDED
    assert found.superseded.is_empty()


def test_an_equal_copy_is_recognised_and_makes_no_events() -> None:
    both = pl.concat([file("E1", log()), file("E2", log())])

    found = compared(both)
    left = copies.in_use(both.lazy(), found.superseded.lazy()).collect()

    assert found.lines.is_empty()
    assert left["evidence_id"].unique().to_list() == ["E1"]
    assert left.height == 60


def test_a_line_removed_from_the_copy_is_missing() -> None:
    tampered = log()[:30] + log()[31:]

    found = compared(file("E1", log()), file("E2", tampered))

    assert changes(found) == [("missing", 32, None, [])]
    assert found.superseded.height == 59
    assert not found.superseded["alone"].any()


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("account", "manager-1"),
        ("rows", 7),
        ("list_id", "L99"),
        ("at", START + timedelta(minutes=304)),
        ("at", START + timedelta(minutes=300, days=9)),
    ],
)
def test_an_altered_line_is_paired_with_what_it_was(column: str, value: object) -> None:
    tampered = log()
    tampered[30] = line(30, **{column: value})

    found = compared(file("E1", log()), file("E2", tampered), declared={"E2": "E1"})

    assert changes(found) == [("altered", 32, 32, [column])]
    assert not found.superseded["alone"].any()


def test_a_line_altered_in_two_columns_names_both() -> None:
    tampered = log()
    tampered[30] = line(30, account="manager-1", rows=3)

    found = compared(file("E1", log()), file("E2", tampered))

    assert changes(found) == [("altered", 32, 32, ["account", "rows"])]


def test_a_removed_line_and_an_added_one_are_not_taken_for_one_altered() -> None:
    tampered = [*log()[:10], *log()[11:]]
    tampered.insert(50, line(50, account="manager-1", list_id="L88", rows=9))

    found = compared(file("E1", log()), file("E2", tampered), declared={"E2": "E1"})

    assert [change for change, *_ in changes(found)] == ["missing", "added"]


def test_a_line_that_stands_in_the_copy_alone_is_shown_and_makes_no_event() -> None:
    added = {**line(30), "at": START + timedelta(minutes=303), "account": "manager-1", "rows": 4}
    tampered = [*log()[:30], added, *log()[31:]]

    found = compared(file("E1", log(61)), file("E2", [*tampered, line(60)]))

    assert ("added", None, 32, []) in changes(found)
    assert found.superseded.filter("alone")["line"].to_list() == [32]


def test_equal_lines_are_matched_one_to_one() -> None:
    thrice = [*log(), line(59), line(59)]
    twice = [*log(), line(59)]

    found = compared(file("E1", thrice), file("E2", twice))

    assert changes(found) == [("missing", 63, None, [])]


def test_lines_in_another_order_are_equal() -> None:
    found = compared(file("E1", log()), file("E2", log()[::-1]))

    assert found.lines.is_empty()
    assert found.superseded.height == 60


def test_empty_cells_are_equal_to_empty_cells() -> None:
    hostless = [line(n, host=None if n % 2 else "PC01") for n in range(60)]

    assert compared(file("E1", hostless), file("E2", hostless)).lines.is_empty()


def test_a_line_removed_from_the_very_end_is_missing() -> None:
    found = compared(file("E1", log()), file("E2", log()[1:-1]))

    assert changes(found) == [("missing", 2, None, []), ("missing", 61, None, [])]


def test_a_copy_of_a_part_does_not_miss_the_rest() -> None:
    year = [line(n) for n in range(0, 60 * 400, 60)]
    part = year[100:200]

    found = compared(file("E1", year), file("E2", part))

    assert found.pairs.select("original", "copy").rows() == [("E1", "E2")]
    assert set(found.lines["change"]) <= {"missing"}
    assert found.lines.height <= 6  # what lies within a day of the part's ends


def test_files_that_overlap_supersede_only_what_both_cover() -> None:
    year = [line(n) for n in range(0, 60 * 400, 60)]
    both = pl.concat([file("E1", year[:250]), file("E2", year[150:])])

    found = compared(both)
    left = copies.in_use(both.lazy(), found.superseded.lazy()).collect()

    assert found.pairs.height == 1
    assert left["at"].n_unique() == 400
    assert left.height == 400


def test_fewer_than_nine_in_ten_equal_lines_make_no_copy() -> None:
    different = [line(n, rows=9999) if n % 8 == 0 else line(n) for n in range(80)]
    mostly_equal = [line(n, rows=9999) if n % 20 == 0 else line(n) for n in range(80)]

    assert compared(file("E1", log(80)), file("E2", different)).pairs.is_empty()
    assert compared(file("E1", log(80)), file("E2", mostly_equal)).pairs.height == 1


def test_fewer_than_twenty_lines_make_no_copy_unless_declared() -> None:
    short = file("E1", log(19)), file("E2", log(19))

    assert compared(*short).pairs.is_empty()
    assert compared(*short, declared={"E2": "E1"}).superseded.height == 19


def test_the_fuller_file_is_the_original_even_if_declared_otherwise() -> None:
    found = compared(file("E1", log()[:-5]), file("E2", log()), declared={"E2": "E1"})

    assert found.pairs.select("original", "copy", "by").rows() == [("E2", "E1", "fuller")]


def test_of_two_equally_full_the_one_acquired_earlier_is_the_original() -> None:
    files = file("E1", log()), file("E2", log())

    found = compared(*files, acquired={"E1": at("2023-09-01"), "E2": at("2022-06-10")})
    unknown = compared(*files, acquired={"E1": None, "E2": at("2022-06-10")})
    neither = compared(*files)

    rows = [c.pairs.select("original", "by").row(0) for c in (found, unknown, neither)]
    assert rows == [("E2", "acquired"), ("E2", "acquired"), ("E1", "id")]


def test_a_ruling_says_which_is_the_original() -> None:
    found = compared(file("E1", log()), file("E2", log()[:30] + log()[31:]), originals=("E2",))

    assert found.pairs.select("original", "by").rows() == [("E2", "ruling")]
    assert changes(found) == [("added", None, 32, [])]
    assert found.superseded.filter("alone").select("evidence_id", "line").rows() == [("E1", 32)]


def test_three_copies_leave_the_events_of_one() -> None:
    parts = [log(), log()[:20] + log()[21:], log()[:40] + log()[42:]]
    files = pl.concat([file(f"E{n}", rows) for n, rows in enumerate(parts, 1)])

    found = compared(files)
    left = copies.in_use(files.lazy(), found.superseded.lazy()).collect()

    assert found.pairs.select("original", "copy").rows() == [("E1", "E2"), ("E1", "E3")]
    assert left.height == 60


def test_a_declared_copy_of_another_time_makes_no_events_but_all_its_lines_wait() -> None:
    found = compared(
        file("E1", log(40)),
        file("E2", [line(n) for n in range(9000, 9030)]),
        declared={"E2": "E1"},
    )

    assert found.superseded["alone"].all()
    assert found.superseded["evidence_id"].unique().to_list() == ["E2"]
    assert set(found.lines["change"]) == {"added"}


def test_a_declared_copy_whose_other_file_is_not_at_hand_is_a_log_as_any() -> None:
    assert compared(file("E2", log()), declared={"E2": "E1"}).superseded.is_empty()


def test_a_copy_that_lacks_a_column_is_a_copy() -> None:
    without_rows = [{**row, "rows": None} for row in log()]

    found = compared(file("E1", log()), file("E2", without_rows))

    assert found.pairs.height == 1
    assert found.lines.is_empty()


def test_the_same_events_in_logs_of_different_make_are_no_copies() -> None:
    web = [{**row, "list_id": None, "rows": None, "path": f"/{n}"} for n, row in enumerate(log())]

    assert compared(file("E1", log()), file("E2", web)).pairs.is_empty()


def test_an_attribute_altered_in_few_lines_is_told_and_a_renumbering_is_not() -> None:
    files = []
    for name in ("E1", "E2"):
        rows = file(name, log())
        purpose = ["support"] * 60
        purpose[30] = "support" if name == "E1" else "none"
        number = [str(n + (5 if name == "E2" else 0)) for n in range(60)]
        files.append(
            rows.with_columns(pl.Series("attr:用途", purpose), pl.Series("attr:No", number))
        )

    assert changes(compared(*files)) == [("altered", 32, 32, ["attr:用途"])]


def test_members_of_an_archive_are_told_apart() -> None:
    book = [
        file("E2", half).with_columns(member=pl.lit(name))
        for name, half in (("a", log()[:30]), ("b", log()[30:]))
    ]
    both = pl.concat([file("E1", log()), *book])

    found = compared(both)

    assert found.superseded.height == 60
    assert copies.in_use(both.lazy(), found.superseded.lazy()).collect().height == 60


operation = st.sampled_from(["keep"] * 30 + ["drop", "alter", "add", "double"])


@settings(max_examples=60, deadline=None)
@given(st.lists(operation, min_size=25, max_size=60))
def test_every_line_of_both_is_equal_altered_missing_or_added(operations: list[str]) -> None:
    tampered: list[Row] = []
    for n, what in enumerate(operations):
        tampered += {
            "keep": [line(n)],
            "drop": [],
            "alter": [line(n, rows=10_000 + n)],
            "add": [line(n), line(n, account="manager-1", rows=20_000 + n, list_id="L99")],
            "double": [line(n), line(n)],
        }[what]
    original = log(len(operations))

    found = compared(file("E1", original), file("E2", tampered), declared={"E2": "E1"},
                     originals=("E1",))  # fmt: skip

    count = {change: found.lines.filter(change=change).height for change in
             ("missing", "altered", "added")}  # fmt: skip
    equal = found.pairs["equal"].item()
    assert equal + count["altered"] + count["missing"] == found.pairs["original_lines"].item()
    assert equal + count["altered"] + count["added"] == len(tampered)
    assert count["altered"] == operations.count("alter")
    assert found.superseded["alone"].sum() == count["added"]


def test_the_order_of_rows_and_files_does_not_matter() -> None:
    files = (
        file("E1", log()),
        file("E2", log()[:30] + log()[31:]),
        file("E3", log()[:9] + log()[10:]),
    )
    kept = compared(*files)

    mixed = copies.compared(
        pl.concat(files).sample(fraction=1, shuffle=True, seed=3), Kind.DOWNLOADS, Rulings({})
    )

    assert mixed.lines.equals(kept.lines)
    assert mixed.pairs.equals(kept.pairs)
    assert mixed.superseded.equals(kept.superseded)
