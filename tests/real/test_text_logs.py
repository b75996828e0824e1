"""Real text logs, taken in by `add`: the counts their own projects state."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
from real_files import real

from golden.command import breachscope

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.real


class Taken:
    """A real file in a case of its own: what `status` says of it, and its rows."""

    def __init__(self, folder: Path, name: str, kind: str, *options: str) -> None:
        case, file = folder / "case", real(name)
        assert breachscope("init", case, "--zone", "Asia/Tokyo").code == 0
        dry = breachscope("add", "--case", case, "--as", kind, *options, "-n", file)
        assert dry.code == 0, dry.err
        done = breachscope("add", "--case", case, "--as", kind, *options, file)
        assert done.code == 0, done.err
        self.described, self.told = dry.out, done.err
        self.item: dict[str, Any] = breachscope("status", "--case", case, "--json").json()[
            "evidence"
        ][0]
        tables = sorted((case / "store").rglob("taken-*.parquet"))
        self.rows = pl.concat([pl.read_parquet(table) for table in tables], how="diagonal")

    @property
    def counts(self) -> tuple[int, int, int, int]:
        """Lines read, taken, quarantined, skipped; they add up."""
        names = ("rows_read", "rows_taken", "rows_quarantined", "rows_skipped")
        read, taken, quarantined, skipped = (self.item[name] for name in names)
        assert read == taken + quarantined + skipped
        assert taken == self.rows.height
        return read, taken, quarantined, skipped


@pytest.mark.parametrize(
    ("name", "requests", "directives"),
    [("iis6.log", 12, 4), ("iis_without_date.log", 11, 4), ("iis10_edge_cases.log", 15, 4)],
)
def test_no_request_of_an_iis_log_is_lost(
    tmp_path: Path, name: str, requests: int, directives: int
) -> None:
    taken = Taken(tmp_path, name, "downloads")

    assert taken.counts == (requests + directives, requests, 0, directives)
    assert taken.rows["zone"].unique().to_list() == ["UTC"]
    assert "IIS" in taken.described


def test_a_date_that_stands_only_in_a_directive_is_taken_from_there(tmp_path: Path) -> None:
    rows = Taken(tmp_path, "iis_without_date.log", "downloads").rows

    assert str(rows["at"].min())[:19] == "2013-07-30 00:00:00"


def test_a_user_after_two_spaces_is_the_user(tmp_path: Path) -> None:
    rows = Taken(tmp_path, "iis10_edge_cases.log", "downloads").rows

    assert rows["account"][0] == r"random\ranuser1"
    assert "/api/v1.0/$metadata" in rows["path"].to_list()


def test_three_forms_of_an_access_log_in_one_file_are_read(tmp_path: Path) -> None:
    taken = Taken(tmp_path, "apache_access.log", "downloads")

    assert taken.counts == (15, 14, 1, 0)
    assert [bad["line"] for bad in taken.item["quarantine"]] == [8]
    rows = taken.rows
    assert set(rows["zone"]) == {"+00:00", "+02:00"}
    assert rows.filter(pl.col("attr:vhost").is_not_null()).height == 4
    assert rows["account"].drop_nulls().to_list() == ["pyllyukko@EXAMPLE.COM"]
    assert str(rows.filter(pl.col("line") == 15)["at"][0]) == "2019-11-16 07:46:42+00:00"


def test_downloads_of_an_ftp_server_are_told_from_its_uploads(tmp_path: Path) -> None:
    taken = Taken(tmp_path, "vsftpd.log", "downloads")

    assert taken.counts == (25, 5, 0, 20)
    assert taken.rows["status"].value_counts().sort("status").rows() == [("failed", 2), ("ok", 3)]
    assert taken.rows.filter(pl.col("status") == "failed")["bytes"].to_list() == [None, None]


def test_logins_of_an_ftp_server_are_another_kind_of_the_same_file(tmp_path: Path) -> None:
    taken = Taken(tmp_path, "vsftpd.log", "logins")

    assert taken.counts == (25, 4, 0, 21)
    assert taken.rows["account"].to_list() == ["jean", "jean", "ftp", "jean"]


def test_a_remote_session_has_its_beginning_its_end_and_who_came(tmp_path: Path) -> None:
    taken = Taken(tmp_path, "teamviewer_connections_incoming.txt", "remote")

    assert taken.counts == (2, 1, 0, 1)
    row = taken.rows.row(0, named=True)
    assert str(row["started_at"]) == "2024-02-16 14:16:32+00:00"
    assert str(row["ended_at"]) == "2024-02-16 14:18:36+00:00"
    assert (row["account"], row["attr:display_name"]) == ("1660360496", "TestUserRedacted")


def test_all_sections_of_a_device_log_are_seen(tmp_path: Path) -> None:
    taken = Taken(tmp_path, "setupapi.setup.log", "media", "--host", "PC1")

    assert taken.counts[0] == real("setupapi.setup.log").read_bytes().count(b"\n")
    assert taken.counts[1:3] == (0, 0)
    assert "16 sections, 0 of them storage devices" in taken.told
