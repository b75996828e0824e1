"""The server's download log, month by month, in the five forms it had over the years."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

import numpy as np
import polars as pl

from breachscope.exercise.days import wide, written
from breachscope.exercise.facts import (
    BY_LIST,
    BY_PATH,
    BY_TITLE,
    BY_VERSION,
    TAMPERED_MONTH,
    WEB,
    Shelf,
    lost,
    month,
    period,
)
from breachscope.exercise.office import FIRST_INQUIRY, Extra, Office
from breachscope.exercise.writing import TextForm, table_lines

if TYPE_CHECKING:
    from collections.abc import Callable

    from breachscope.exercise.dice import Ints

Columns = dict[str, pl.Series]
_FIELDS: Final = (
    "#Fields: date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip "
    "cs(User-Agent) sc-status sc-substatus sc-win32-status sc-bytes time-taken"
)
_DIRECTIVES: Final = ("#Software: Microsoft Internet Information Services 8.5", "#Version: 1.0")
_ESCAPED: Final = "2017-07"
"""In this month the web server wrote names escaped."""
_WORDS: Final = {
    BY_LIST: ("成功", "中断", "失敗"),
    BY_TITLE: ("正常終了", "途中", "エラー"),
    BY_PATH: ("OK", "中断", "NG"),
    BY_VERSION: ("完了", "中断", "失敗"),
}


def write(office: Office, facts: pl.DataFrame, shelf: Shelf, seed: int) -> pl.DataFrame:
    """Write the logs; returns the facts with `file`, `line` (null: not logged), `event_id`."""
    at = facts["at"].to_numpy()
    facts = facts.with_columns(
        pl.Series("form", period(at)),
        pl.Series("lost", lost(at)),
        month(pl.col("at")).alias("month"),
    )
    facts = facts.with_columns(event_id=_download_id())
    rng = np.random.default_rng([seed, 13])
    there = facts.filter(~pl.col("lost")).sort("fetch")
    months = there.partition_by("month", as_dict=True, maintain_order=True)
    rows = _rows(there, shelf)
    lines = pl.concat(
        _month(office, part, rows[int(part["form"][0])], rng, str(name))
        for (name,), part in months.items()
    )
    return facts.join(lines, on="fetch", how="left", validate="1:1").sort("fetch")


@dataclass(slots=True)
class _Rows:
    """The rows of one form of the log as text, and how many of them are already in files."""

    header: str
    text: pl.Series
    written: int = 0

    def taken(self, count: int) -> pl.Series:
        """The next so many."""
        self.written += count
        return self.text.slice(self.written - count, count)


def _rows(there: pl.DataFrame, shelf: Shelf) -> dict[int, _Rows]:
    """All rows, form by form: writing 120 months one by one would ask Polars 2,000 times."""
    found = {}
    for (form,), part in there.partition_by("form", as_dict=True, maintain_order=True).items():
        if form == WEB:
            found[WEB] = _Rows(_FIELDS, _web_rows(part, shelf))
        else:
            columns = _COLUMNS[form](part, shelf)
            found[form] = _Rows(",".join(columns), table_lines(columns))
    return found


def _download_id() -> pl.Expr:
    number = pl.col("fetch").cast(pl.String).str.zfill(8)
    named = (pl.col("form") == BY_VERSION) & ~pl.col("lost")
    return pl.when(named).then(pl.concat_str(pl.lit("DL"), number))


def _month(
    office: Office, part: pl.DataFrame, rows: _Rows, rng: np.random.Generator, name: str
) -> pl.DataFrame:
    form = int(part["form"][0])
    file = f"downloads/access_{name.replace('-', '')}" + (".log" if form == WEB else ".csv")
    text = rows.taken(len(part))
    if form == WEB:
        lines = _web_log(office, file, text, name)
    else:
        extras = _strays(rng, rows.header, text, form, name)
        below = (f"合計,{len(part)}件",) if form == BY_TITLE else ()
        early = {"acquired_at": FIRST_INQUIRY} if "2021-06" <= name < TAMPERED_MONTH else {}
        lines = office.text("downloads", file, rows.header, text, extras=extras, below=below,
                            given=early)  # fmt: skip
    return pl.DataFrame(
        {"fetch": part["fetch"], "file": [file] * len(part), "line": lines.astype(np.uint64)}
    )


def _strays(
    rng: np.random.Generator, header: str, rows: pl.Series, form: int, name: str
) -> list[Extra]:
    """Blank lines, comments, a header in the middle, a line cut short."""
    places = np.sort(rng.integers(0, len(rows) + 1, 4))
    chance, found = rng.random(4), []
    if chance[0] < 0.15 and form == BY_TITLE:
        found.append(Extra(int(places[0]), header, "skipped", "header"))
    if chance[1] < 0.1:
        found.append(Extra(int(places[1]), "", "skipped", "blank"))
    if chance[2] < 0.08 and form == BY_LIST:
        found.append(Extra(int(places[2]), "# ログ切替", "skipped", "comment"))
    if chance[3] < 0.1 and name != TAMPERED_MONTH:
        cut = rows[0]
        found.append(Extra(int(places[3]), cut[: cut.index(",") + 3], "quarantined", "broken"))
    return found


def _told(part: pl.DataFrame, shelf: Shelf, what: str) -> pl.Series:
    """Of each row's version: its list, title, path or id (empty where it has none)."""
    tell: dict[str, Callable[[int], str]] = {
        "list_id": lambda i: shelf.versions[i].one.list_id,
        "title": lambda i: shelf.versions[i].one.title,
        "path": lambda i: shelf.versions[i].plan.path,
        "version_id": lambda i: (
            shelf.versions[i].plan.version_id if shelf.versions[i].plan.explicit_id else ""
        ),
    }
    table = pl.Series([tell[what](i) for i in range(len(shelf.versions))], dtype=pl.String)
    return table.gather(part["version"].cast(pl.UInt32))


def _status(part: pl.DataFrame, form: int) -> pl.Series:
    done, broken, failed = _WORDS[form]
    outcome = pl.col("outcome")
    word = (
        pl.when(outcome.str.starts_with("partial")).then(pl.lit(broken))
        .when(outcome.str.starts_with("failed")).then(pl.lit(failed))
        .otherwise(pl.lit(done))
    )  # fmt: skip
    return part.select(word).to_series()


def _number(part: pl.DataFrame, name: str) -> pl.Series:
    return part[name].cast(pl.String)


def _by_list(part: pl.DataFrame, shelf: Shelf) -> Columns:
    return {
        "アクセス日時": written(part["at"], "slash"),
        "利用者ID": part["account"],
        "端末名": part["host"],
        "接続元IP": part["source_ip"],
        "リストID": _told(part, shelf, "list_id"),
        "出力件数": _number(part, "log_rows"),
        "転送量(バイト)": _number(part, "log_bytes"),
        "結果": _status(part, BY_LIST),
    }


def _by_title(part: pl.DataFrame, shelf: Shelf) -> Columns:
    title = _told(part, shelf, "title")
    odd = pl.Series(part["fetch"].to_numpy() % 3 == 0)
    return {
        "処理日時": written(part["at"], "era"),
        "ログインID": part["account"],
        "コンピュータ名": part["host"],
        "接続元IP": part["source_ip"],
        "リスト名": wide(title).zip_with(odd, title),
        "件数": _number(part, "log_rows"),
        "転送バイト数": _number(part, "log_bytes"),
        "処理結果": _status(part, BY_TITLE),
    }


def _by_path(part: pl.DataFrame, shelf: Shelf) -> Columns:
    return {
        "日時": written(part["at"], "dash"),
        "ユーザーID": part["account"],
        "ホスト名": part["host"],
        "接続元IP": part["source_ip"],
        "ファイルパス": _told(part, shelf, "path"),
        "件数": _number(part, "log_rows"),
        "転送量": _number(part, "log_bytes"),
        "状態": _status(part, BY_PATH),
    }


def by_version(part: pl.DataFrame, shelf: Shelf) -> Columns:
    """The columns of the last form of the log, with numbers of downloads and versions."""
    return {
        "処理番号": part["event_id"],
        "アクセス日時": written(part["at"], "offset"),
        "利用者ID": part["account"],
        "端末名": part["host"],
        "接続元IP": part["source_ip"],
        "リストID": _told(part, shelf, "list_id"),
        "版ID": _told(part, shelf, "version_id"),
        "出力件数": _number(part, "log_rows"),
        "転送量(バイト)": _number(part, "log_bytes"),
        "開始行": _number(part, "row_from"),
        "終了行": _number(part, "row_to"),
        "セッションID": part["session"],
        "結果": _status(part, BY_VERSION),
    }


_COLUMNS: Final[dict[int, Callable[[pl.DataFrame, Shelf], Columns]]] = {
    BY_LIST: _by_list,
    BY_TITLE: _by_title,
    BY_PATH: _by_path,
    BY_VERSION: by_version,
}


def _web_rows(part: pl.DataFrame, shelf: Shelf) -> pl.Series:
    """W3C extended, UTC; names escaped in one month, raw in the others."""
    titles = _told(part, shelf, "title")
    quoted = {title: quote(title.encode("cp932")) for title in titles.unique().to_list()}
    titles = titles.replace_strict(quoted).zip_with(part["month"] == _ESCAPED, titles)
    columns = {
        "date_time": written(part["at"], "utc"),
        "server": _same("10.1.0.5 GET", part),
        "stem": "/pds/export/" + titles + ".csv",
        "query": _same("- 80", part),
        "user": part["account"],
        "client": part["source_ip"],
        "agent": _same("Mozilla/5.0+(Windows+NT+6.1)", part),
        "status": _web_status(part),
        "sub": _same("0 0", part),
        "bytes": _number(part, "log_bytes"),
        "taken": (part["fetch"] % 900 + 15).cast(pl.String),
    }
    return pl.DataFrame(columns).select(pl.concat_str(pl.all(), separator=" ")).to_series()


def _web_log(office: Office, file: str, rows: pl.Series, name: str) -> Ints:
    """The rows under their directives, and the directives once more after a restart."""
    again = [Extra(len(rows) // 2, line, "skipped", "directive") for line in _DIRECTIVES]
    again.append(Extra(len(rows) // 2, _FIELDS, "skipped", "directive"))
    form = TextForm("utf-8" if name == "2017-09" else "cp932")
    return office.text("downloads", file, _FIELDS, rows, form=form, above=_DIRECTIVES,
                       above_why="directive", headers=0, extras=again)  # fmt: skip


def _web_status(part: pl.DataFrame) -> pl.Series:
    outcome = pl.col("outcome")
    word = (
        pl.when(outcome.str.starts_with("partial")).then(pl.lit("206"))
        .when(outcome.str.starts_with("failed")).then(pl.lit("500"))
        .otherwise(pl.lit("200"))
    )  # fmt: skip
    return part.select(word).to_series()


def _same(text: str, part: pl.DataFrame) -> pl.Series:
    return pl.Series([text]).new_from_index(0, len(part))


def write_tampered(office: Office, facts: pl.DataFrame, shelf: Shelf) -> pl.DataFrame:
    """The copy the first inquiry saw: some lines of the thief gone, one altered.

    Returns one row a change: file, copy, change, line, copy_line, columns.
    """
    part = facts.filter((pl.col("month") == TAMPERED_MONTH) & ~pl.col("lost")).sort("fetch")
    original = str(part["file"][0])
    stolen = part.with_row_index("place").filter(pl.col("purpose") == "theft")["place"].to_list()
    altered, removed = stolen[0], stolen[1:-1]
    shown = part.with_row_index("place").with_columns(
        log_rows=pl.when(pl.col("place") == altered).then(1).otherwise("log_rows"),
        log_bytes=pl.when(pl.col("place") == altered).then(120).otherwise("log_bytes"),
    )
    left = shown.filter(~pl.col("place").is_in(removed))
    copy = original.replace(".csv", "_調査用.csv")
    lines = office.table("downloads", copy, by_version(left, shelf), given={
        "copy_of": original, "acquired_at": FIRST_INQUIRY,
    })  # fmt: skip
    return _changes(part, left, lines, altered, removed, original, copy)


def _changes(
    part: pl.DataFrame, left: pl.DataFrame, lines: Ints, altered: int, removed: list[int],
    original: str, copy: str,
) -> pl.DataFrame:  # fmt: skip
    at = left["place"].to_list().index(altered)
    line = part["line"].to_list()
    rows = [
        *((original, copy, "missing", line[place], None, None) for place in removed),
        (original, copy, "altered", line[altered], int(lines[at]), "rows;bytes"),
    ]
    schema = {"file": pl.String, "copy": pl.String, "change": pl.String, "line": pl.UInt64,
              "copy_line": pl.UInt64, "columns": pl.String}  # fmt: skip
    return pl.DataFrame(rows, schema=schema, orient="row").sort("line")
