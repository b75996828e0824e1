"""How a list looks when it is sold: a text file or a book, with or without headings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import polars as pl

from breachscope.exercise.goods import CELLS
from breachscope.exercise.writing import (
    Body,
    TextForm,
    table_lines,
    write_book,
    write_original,
)

if TYPE_CHECKING:
    import numpy as np

    from breachscope.exercise.office import Office
    from breachscope.exercise.removals import Removal

MOST_IN_A_BOOK: Final = 20_000
_HEADINGS: Final = {
    "name": ("氏名", "名前", "お名前", "契約者名", "なまえ"),
    "kana": ("カナ", "フリガナ", "氏名カナ", "ヨミ", "よみ"),
    "postal_code": ("郵便番号", "〒", "郵便", "ZIP", "ゆうびん"),
    "address": ("住所", "住所1", "現住所", "自宅住所", "ところ"),
    "building": ("建物名", "住所2", "方書", "マンション名", "たてもの"),
    "phone": ("電話番号", "TEL", "電話", "自宅電話", "でんわ"),
    "phone2": ("携帯", "TEL2", "携帯電話", "携帯番号", "でんわ二"),
    "birth_date": ("生年月日", "誕生日", "生まれ", "生年月日", "たんじょうび"),
    "age": ("年齢", "年令", "歳", "年齢", "とし"),
    "sex": ("性別", "男女", "性", "性別", "せい別"),
    "email": ("メール", "E-mail", "メールアドレス", "アドレス", "めーる"),
    "note": ("備考", "メモ", "状態", "備考", "めも"),
    "number": ("No", "番号", "連番", "通し番号", "なんばん"),
}
"""In five ways; the words of the last are nobody else's."""
ODD: Final = 4
_TITLES: Final = (
    "健康食品購入者", "通販利用者", "シニア会員", "資料請求者", "懸賞応募者", "高額購入者",
    "訪問先リスト", "健診受診者",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Look:
    """The form of one list on offer."""

    naming: int
    headed: bool
    title: str | None
    numbered: bool
    book: bool
    separator: str
    form: TextForm
    phones_by: str | None  # stands between several telephones in one cell; None: two columns
    kana_in_name: bool
    postal_in_address: bool
    building_apart: bool
    order: tuple[str, ...]


def draw_look(rng: np.random.Generator, rows: int) -> Look:
    """One of the forms lists are sold in."""
    book = rows <= MOST_IN_A_BOOK and bool(rng.random() < 0.25)
    headed = book or bool(rng.random() < 0.75)
    forms = (TextForm(), TextForm(), TextForm("utf-8-sig"), TextForm("utf-8", "\n"))
    order = [*CELLS[:4], "building", *CELLS[4:]]
    if rng.random() < 0.5:
        order = [order[i] for i in rng.permutation(len(order))]
    return Look(
        naming=int(rng.integers(0, ODD if book else ODD + 1)),
        headed=headed,
        title=_TITLES[int(rng.integers(0, len(_TITLES)))]
        if headed and rng.random() < 0.35
        else None,
        numbered=bool(rng.random() < 0.25),
        book=book,
        separator="\t" if rng.random() < 0.2 else ",",
        form=forms[int(rng.integers(0, len(forms)))],
        phones_by="/・ "[int(rng.integers(0, 3))] if rng.random() < 0.6 else None,
        kana_in_name=bool(rng.random() < 0.2),
        postal_in_address=bool(rng.random() < 0.2),
        building_apart=bool(rng.random() < 0.3),
        order=tuple(order),
    )


def led(frame: pl.DataFrame, look: Look) -> pl.DataFrame:
    """The rows in the order they are written: without headings, one with a telephone first.

    So that the first row is seen to be one.
    """
    if look.headed or not len(frame):
        return frame
    first = int((frame["phone"] != "").arg_max() or 0)
    return pl.concat([frame[first : first + 1], frame[:first], frame[first + 1 :]])


def columns(frame: pl.DataFrame, look: Look) -> dict[str, pl.Series]:
    """The columns as sold, by heading; those in which nothing stands are left out."""
    name, postal, address = pl.col("name"), pl.col("postal_code"), pl.col("address")
    cells = frame.select(CELLS).with_columns(building=pl.lit(""))
    if look.building_apart:
        parts = address.str.replace("　", " ").str.splitn(" ", 2).struct
        cells = cells.with_columns(
            address=parts.field("field_0"), building=parts.field("field_1").fill_null("")
        )
    if look.kana_in_name:
        both = pl.concat_str(name, pl.lit("（"), "kana", pl.lit("）"))
        cells = cells.with_columns(
            name=pl.when(pl.col("kana") != "").then(both).otherwise(name), kana=pl.lit("")
        )
    if look.postal_in_address:
        both = pl.concat_str(postal, pl.lit(" "), address)
        cells = cells.with_columns(
            address=pl.when(postal != "").then(both).otherwise(address), postal_code=pl.lit("")
        )
    cells = _phones_together(cells, look)
    filled = [name for name in look.order if (cells[name] != "").any()]
    numbers = pl.Series(range(1, len(frame) + 1), dtype=pl.Int64).cast(pl.String)
    first = {"number": numbers} if look.numbered else {}
    chosen = first | {name: cells[name] for name in filled}
    return {_HEADINGS[name][look.naming]: column for name, column in chosen.items()}


def _phones_together(cells: pl.DataFrame, look: Look) -> pl.DataFrame:
    if look.phones_by is None:
        return cells
    phone, phone2 = pl.col("phone"), pl.col("phone2")
    two = (phone != "") & (phone2 != "") & (phone != phone2)
    both = pl.concat_str(phone, pl.lit(look.phones_by), phone2)
    one = pl.when(phone != "").then(phone).otherwise(phone2)
    return cells.with_columns(phone=pl.when(two).then(both).otherwise(one), phone2=pl.lit(""))


def write(office: Office, stem: str, frame: pl.DataFrame, look: Look) -> str:
    """Write a list as it is sold, with the account of its lines; returns the file."""
    sold = columns(frame, look)
    title = f"{look.title}名簿 {len(frame)}件" if look.title else None
    above = (title,) if title else ()
    file = stem + (".xlsx" if look.book else ".txt" if look.separator == "\t" else ".csv")
    path = office.evidence / file
    path.parent.mkdir(parents=True, exist_ok=True)
    if look.book:
        rows = zip(*(column.to_list() for column in sold.values()), strict=True)
        write_book(path, "Sheet1", [*([line] for line in above), list(sold), *rows])
    else:
        body = _body(sold, look, above)
        write_original(body, look.form, (), path)
    for line in range(len(above)):
        office.aside.add(file, line + 1, "skipped", "title", "Sheet1" if look.book else None)
    headers = int(look.headed)
    office.counts.append((file, "leak", len(above) + headers + len(frame), headers, len(frame)))
    return file


def _body(sold: dict[str, pl.Series], look: Look, above: tuple[str, ...]) -> Body:
    rows = table_lines(sold, look.separator)
    if look.headed:
        return Body(look.separator.join(sold), rows, above)
    return Body(str(rows[0]), rows[1:])


def hand_on(office: Office, stem: str, upload: Removal, rng: np.random.Generator) -> str:
    """Write an upload as it was, or opened once and saved again; returns the file."""
    version = upload.version
    file = f"{stem}.csv"
    data = (office.evidence / str(version.file)).read_bytes()
    above, below = office.aside_of(str(version.file))
    plan = version.plan.file
    (office.evidence / file).parent.mkdir(parents=True, exist_ok=True)
    if rng.random() < 0.5:
        text = data.decode(plan.encoding).split(plan.newline)
        end = len(text) - 1 - below
        saved = "".join(line + "\r\n" for line in text[above:end])
        data, above, below = TextForm("utf-8-sig").mark + saved.encode(), 0, 0
    (office.evidence / file).write_bytes(data)
    for line in range(above):
        office.aside.add(file, line + 1, "skipped", "title")
    for line in range(below):
        office.aside.add(file, above + upload.rows + line + 2, "skipped", "footer")
    office.counts.append((file, "leak", above + 1 + upload.rows + below, 1, upload.rows))
    return file
