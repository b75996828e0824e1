"""What brokers do to a list: leave out, guess, respell, mistype, remove what stands twice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import polars as pl

from breachscope.exercise.goods import CELLS

if TYPE_CHECKING:
    import numpy as np

BARE: Final = ("name", "address", "phone")
_SOMETIMES: Final = {
    "kana": 0.6, "postal_code": 0.7, "phone2": 0.7, "birth_date": 0.55, "sex": 0.6, "email": 0.3,
    "note": 0.05,
}  # fmt: skip
_PLAIN: Final = {
    "髙": "高", "﨑": "崎", "澤": "沢", "邉": "辺", "邊": "辺", "齋": "斎", "濵": "浜", "濱": "浜",
    "廣": "広", "櫻": "桜", "國": "国", "瀨": "瀬", "德": "徳", "冨": "富", "嶋": "島", "眞": "真",
}  # fmt: skip
_VARIANT: Final = {
    "高": "髙", "崎": "﨑", "沢": "澤", "辺": "邊", "斎": "斉", "浜": "濱", "広": "廣", "桜": "櫻",
    "国": "國", "島": "嶋", "真": "眞", "恵": "惠", "亜": "亞", "関": "關",
}  # fmt: skip
_MISREAD: Final = {
    "夫": "男", "男": "夫", "太": "大", "也": "哉", "人": "斗", "斗": "人", "郎": "朗", "美": "実",
    "実": "美", "子": "了", "樹": "紀", "代": "世", "江": "枝", "枝": "江", "香": "佳", "奈": "那",
}  # fmt: skip
_UNVOICED: Final = {"ガ": "カ", "ギ": "キ", "ザ": "サ", "ダ": "タ", "バ": "ハ", "ッ": "ツ"}
_OTHER_DIGIT: Final = {"1": "7", "１": "７", "3": "8", "３": "８", "二": "三", "六": "大"}
_NARROW: Final = dict(zip("０１２３４５６７８９－", "0123456789-", strict=True))


@dataclass(frozen=True, slots=True)
class Habits:
    """What one broker does to every list."""

    keeps: tuple[str, ...]
    ages: str | None  # what stands behind an age put in the place of the birth
    guesses_sex: bool
    plain_kanji: bool
    variants: float  # share of rows
    typos: float
    blanks: float
    squeezes: bool  # telephones to bare digits, names without a gap


def draw_habits(rng: np.random.Generator, bare: bool = False) -> Habits:
    """One broker's habits; `bare` keeps nothing but name, address, telephone."""
    keeps = [name for name, chance in _SOMETIMES.items() if rng.random() < chance]
    ages = ("", "歳", "才")[int(rng.integers(0, 3))] if rng.random() < 0.4 else None
    return Habits(
        keeps=BARE if bare else tuple(name for name in CELLS if name in (*BARE, "age", *keeps)),
        ages=None if bare else ages,
        guesses_sex=bool(rng.random() < 0.35) and not bare,
        plain_kanji=bool(rng.random() < 0.4),
        variants=float(rng.uniform(0.0, 0.04)),
        typos=float(rng.uniform(0.003, 0.03)),
        blanks=float(rng.uniform(0.0, 0.05)),
        squeezes=bool(rng.random() < 0.3),
    )


def worked(frame: pl.DataFrame, habits: Habits, day: int, rng: np.random.Generator) -> pl.DataFrame:
    """The rows after one broker's work on that day; rows nobody can use are thrown out."""
    frame = _guessed(frame, habits, day, rng)
    frame = _respelt(frame, habits, rng)
    frame = _mistyped(frame, habits.typos, rng)
    frame = _blanked(frame, habits.blanks, rng)
    if habits.squeezes:
        frame = _squeezed(frame)
    left_out = [name for name in CELLS if name not in habits.keeps]
    frame = frame.with_columns(pl.lit("").alias(name) for name in left_out)
    return frame.filter((pl.col("address") != "") | (pl.col("phone") != ""))


def distinct(frame: pl.DataFrame) -> pl.DataFrame:
    """One row for each name and telephone (or address, where there is none)."""
    name = pl.col("name").str.replace_all(r"[ 　]", "")
    reached = pl.when(pl.col("phone") != "").then("phone").otherwise("address")
    keyed = frame.with_columns(_key=pl.concat_str(name, pl.lit("\t"), reached))
    return keyed.unique("_key", keep="first", maintain_order=True).drop("_key")


def arranged(frame: pl.DataFrame, rng: np.random.Generator, mixed: bool) -> pl.DataFrame:
    """In the order it is sold: as it came (unless mixed), by telephone or kana, or in none."""
    chance = rng.random()
    shuffled = frame[rng.permutation(len(frame))] if len(frame) else frame
    if chance < 0.25:
        return shuffled.sort("phone", "name", maintain_order=True)
    if chance < 0.4:
        return shuffled.sort("kana", "name", maintain_order=True)
    return shuffled if mixed or chance < 0.55 else frame


def _drawn(rng: np.random.Generator, frame: pl.DataFrame, share: float) -> pl.Expr:
    """True for about that share of the rows."""
    return pl.lit(pl.Series(rng.random(len(frame)) < share))


def _guessed(
    frame: pl.DataFrame, habits: Habits, day: int, rng: np.random.Generator
) -> pl.DataFrame:
    """Ages in the place of births; the sex as the given name tells it, not always rightly."""
    if habits.ages is not None:
        years = ((day - pl.col("_birth")) / 365.2425).floor().cast(pl.Int32).cast(pl.String)
        age = pl.when(pl.col("birth_date") != "").then(years + habits.ages)
        frame = frame.with_columns(age=age.otherwise("age"), birth_date=pl.lit(""))
    if habits.guesses_sex:
        taken_for = pl.col("_female") ^ _drawn(rng, frame, 0.04)
        word = pl.when(taken_for).then(pl.lit("女")).otherwise(pl.lit("男"))
        frame = frame.with_columns(
            sex=pl.when(pl.col("_female").is_null()).then("sex").otherwise(word)
        )
    return frame


def _respelt(frame: pl.DataFrame, habits: Habits, rng: np.random.Generator) -> pl.DataFrame:
    if habits.plain_kanji:
        frame = frame.with_columns(pl.col("name").str.replace_many(_PLAIN))
    variant = pl.col("name").str.replace_many(_VARIANT)
    some = _drawn(rng, frame, habits.variants)
    return frame.with_columns(name=pl.when(some).then(variant).otherwise("name"))


def _mistyped(frame: pl.DataFrame, share: float, rng: np.random.Generator) -> pl.DataFrame:
    """Signs taken for others, marks forgotten, digits misread, left out or in the wrong order."""
    phone = pl.col("phone")
    swapped = pl.concat_str(phone.str.head(-2), phone.str.tail(1), phone.str.slice(-2, 1))
    wrong = {
        "name": pl.col("name").str.replace_many(_MISREAD),
        "kana": pl.col("kana").str.replace_many(_UNVOICED),
        "address": pl.col("address").str.replace_many(_OTHER_DIGIT),
        "phone": pl.when(_drawn(rng, frame, 0.5)).then(swapped).otherwise(phone.str.head(-1)),
    }
    return frame.with_columns(
        pl.when(_drawn(rng, frame, share)).then(text).otherwise(name).alias(name)
        for name, text in wrong.items()
    )


def _blanked(frame: pl.DataFrame, share: float, rng: np.random.Generator) -> pl.DataFrame:
    """Telephones lost here and there, more births and postal codes."""
    shares = {"phone": share, "birth_date": 2 * share, "postal_code": 2 * share}
    return frame.with_columns(
        pl.when(_drawn(rng, frame, lost)).then(pl.lit("")).otherwise(name).alias(name)
        for name, lost in shares.items()
    )


def _squeezed(frame: pl.DataFrame) -> pl.DataFrame:
    """Telephones as bare digits, names without a gap, addresses with narrow digits."""
    phones = pl.col("phone", "phone2").str.replace_many(_NARROW).str.replace_all(r"[-()]", "")
    return frame.with_columns(
        phones,
        pl.col("name").str.replace_all(r"[ 　]", ""),
        pl.col("address").str.replace_many(_NARROW),
    )
