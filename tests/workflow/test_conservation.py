"""Of any file: rows read = taken + quarantined + skipped, and not a line goes missing."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from golden.command import breachscope

HEAD = "日時,利用者ID,端末,リストID,件数,処理結果"
CELLS = st.sampled_from(
    [
        "2014-05-07 12:00:00",
        "2014-02-30 10:00:00",
        "平成26年5月7日",
        "opsadm",
        "ＰＣ－０１",
        "L1",
        "4",
        "四",
        "成功",
        "山田太郎",
        "",
        " ",
        '"',
        '""',
        "a\x00b",
        "\ufeff",
        "髙﨑",
        "#",
    ]
)
WHOLE = st.sampled_from(
    ["", "   ", "# 注", HEAD, "合計,3", "2014-05-07 12:00:00,opsadm,PC-01,L1,4,成功"]
)
LINES = st.lists(st.one_of(WHOLE, st.lists(CELLS, max_size=8).map(",".join)), max_size=25)
ENDS = st.sampled_from(["\n", "\r\n"])
ENCODINGS = st.sampled_from(["utf-8", "utf-8-sig", "cp932", "utf-16", "euc_jp"])


@given(lines=LINES, end=ENDS, encoding=ENCODINGS, last=st.booleans())
@settings(max_examples=25, deadline=None)
def test_every_row_read_is_taken_quarantined_or_skipped(
    lines: list[str], end: str, encoding: str, last: bool
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        case, log = Path(folder) / "case", Path(folder) / "log.csv"
        text = end.join([HEAD, *lines]) + (end if last else "")
        log.write_bytes(text.encode(encoding, errors="replace"))
        assert breachscope("init", case).code == 0
        result = breachscope("add", "--case", case, "--as", "downloads", log)
        assert "internal error" not in result.err, result.err
        assert "山田" not in result.said
        if result.code == 0:
            _adds_up(case, text)


def _adds_up(case: Path, text: str) -> None:
    (row,) = breachscope("status", "--case", case, "--json").json()["evidence"]
    parts = (row["rows_taken"], row["rows_quarantined"], row["rows_skipped"])
    assert row["rows_read"] == sum(parts)
    assert len(row["quarantine"]) == row["rows_quarantined"]
    assert row["rows_read"] <= text.count("\n") + 1
    if '"' not in text:  # without quoted line ends each line is a row
        assert row["rows_read"] >= len(text.splitlines()) - 1
