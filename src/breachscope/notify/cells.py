"""Tables as text that a spreadsheet shows as it stands: nothing runs, no zero is lost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from breachscope.schema import ATTRIBUTE_PREFIX, RECORD_FIELDS

if TYPE_CHECKING:
    from collections.abc import Iterable

STARTS: Final = "=+-@\t\r\n＝＋－＠"
"""A cell that begins so could be taken for a formula; the full-width ones in Japanese Excel."""

LONGEST: Final = 16_000
"""Excel holds 32,767 UTF-16 units a cell; so many characters never exceed that."""

PEOPLE_FIRST: Final = ("party_id", "person_key", "tier", "first_at", "versions", "row_no")

HEADINGS: Final = {
    "party_id": "委託元番号",
    "person_key": "本人番号",
    "tier": "区分",
    "first_at": "最初の持出し",
    "versions": "含まれる版",
    "version_id": "版",
    "row_no": "行番号",
    "name": "氏名",
    "family_name": "姓",
    "given_name": "名",
    "kana": "カナ氏名",
    "family_kana": "カナ姓",
    "given_kana": "カナ名",
    "phone": "電話番号",
    "phone2": "電話番号2",
    "postal_code": "郵便番号",
    "address": "住所",
    "birth_date": "生年月日",
    "sex": "性別",
    "email": "メール",
    "customer_no": "顧客番号",
    "channel": "通知の方法",
    "channel_reason": "代替措置の理由",
    "by_hand": "手作業",
    "items": "項目",
    "first": "最初の持出し",
    "last": "最後の持出し",
    "downloads": "回数",
    "hold": "制限",
    "instruction": "指示",
    "match": "一致",
    "person_name": "本人の氏名",
    "hold_name": "制限の氏名",
    "agree": "一致した項目",
    "differ": "異なる項目",
    "evidence_id": "証拠",
    "line": "行",
}


def heading(column: str) -> str:
    """The Japanese heading; a column the program does not know keeps its own name."""
    return HEADINGS.get(column, column.removeprefix(ATTRIBUTE_PREFIX))


def people_columns(found: Iterable[str]) -> list[str]:
    """The order of a table of people: who and how, then the record's fields, then the rest."""
    there = list(found)
    order = [*PEOPLE_FIRST, *RECORD_FIELDS]
    return [c for c in order if c in there] + sorted(c for c in there if c not in order)


def as_text(frame: pl.DataFrame, zone: str) -> pl.DataFrame:
    """Every column as safe text: times with their offset, lists joined, formulas disarmed."""
    columns = [
        _text(pl.col(name), dtype, zone).pipe(safe).alias(name)
        for name, dtype in frame.schema.items()
    ]
    return frame.select(columns)


def safe(text: pl.Expr) -> pl.Expr:
    """An apostrophe before every cell a spreadsheet could run; null becomes empty."""
    runs = text.str.slice(0, 1).is_in(list(STARTS))
    return pl.when(runs).then(pl.lit("'") + text).otherwise(text).fill_null("")


def safe_value(text: str) -> str:
    """The same for one value."""
    return f"'{text}" if text[:1] and text[0] in STARTS else text


def _text(column: pl.Expr, dtype: pl.DataType, zone: str) -> pl.Expr:
    if isinstance(dtype, pl.Datetime):
        local = column.dt.convert_time_zone(zone)
        return local.dt.strftime("%Y-%m-%dT%H:%M:%S%:z")
    if isinstance(dtype, pl.List):
        return column.cast(pl.List(pl.String)).list.join("; ")
    return column.cast(pl.String, strict=False)
