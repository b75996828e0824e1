"""What a list knows of people, one value a column and no notation yet."""

from __future__ import annotations

from typing import Final

import numpy as np
import polars as pl
from tables import Bools, Ints, Longs, Tables

from people import People

PLACE: Final = ("postal", "prefecture", "city", "town", "chome", "ban", "go", "building", "room")
LOT: Final = ("chome", "ban", "go")
FACTS: Final = pl.Schema(
    {
        "family": pl.String(),
        "given": pl.String(),
        "family_kana": pl.String(),
        "given_kana": pl.String(),
        "mobile": pl.String(),
        "landline": pl.String(),
        "postal": pl.String(),
        "prefecture": pl.String(),
        "city": pl.String(),
        "town": pl.String(),
        "chome": pl.Int32(),  # 0: none
        "ban": pl.Int32(),
        "go": pl.Int32(),  # 0: none
        "building": pl.String(),
        "room": pl.Int32(),
        "birth": pl.Date(),
        "sex": pl.String(),  # m, f
        "email": pl.String(),
        "customer_no": pl.String(),
    }
)
_DOMAINS: Final = ("mail.example", "post.example", "net.example", "k.example", "home.example")


def facts(of: People, who: Ints, changed: Bools, tables: Tables) -> pl.DataFrame:
    """FACTS of these people, each before or after what changes for them."""
    state = {
        name: np.where(changed, getattr(of.after, name)[who], getattr(of.before, name)[who])
        for name in ("surname", "home", "mobile", "landline")
    }
    given = of.given[who]
    return pl.DataFrame(
        [
            tables.surnames.kanji[state["surname"]].alias("family"),
            tables.given.kanji[given].alias("given"),
            tables.surnames.kana[state["surname"]].alias("family_kana"),
            tables.given.kana[given].alias("given_kana"),
            _number("mobile", state["mobile"], 11),
            _number("landline", state["landline"], 10),
            *_place(of, state["home"], tables),
            pl.Series("birth", of.birth[who]).cast(pl.Date),
            pl.Series("sex", ["m", "f"])[of.female[who].astype(np.uint32)],
            _emails(of.email[who]),
            pl.Series("customer_no", [None], pl.String).new_from_index(0, who.size),
        ]
    ).cast(FACTS)


def places(of: People, home: Ints, tables: Tables) -> pl.DataFrame:
    """The columns of PLACE of these dwellings."""
    return pl.DataFrame(_place(of, home, tables)).select(PLACE)


def _place(of: People, home: Ints, tables: Tables) -> list[pl.Series]:
    town, building = of.homes.town[home], of.homes.building[home]
    names = tables.buildings[np.maximum(building, 0)].to_frame("building")
    named = names.select(pl.when(pl.Series(building >= 0)).then("building")).to_series()
    return [
        tables.towns.postal[town].alias("postal"),
        tables.towns.prefecture[town].alias("prefecture"),
        tables.towns.city[town].alias("city"),
        tables.towns.name[town].alias("town"),
        *(pl.Series(name, getattr(of.homes, name)[home]) for name in LOT),
        named,
        pl.Series("room", of.homes.room[home]),
    ]


def _number(name: str, number: Longs, digits: int) -> pl.Series:
    text = pl.col(name).cast(pl.String).str.zfill(digits)
    return pl.DataFrame({name: number}).select(pl.when(pl.col(name) >= 0).then(text)).to_series()


def _emails(number: Longs) -> pl.Series:
    letters = pl.Series([a + b for a in "kmtsyhnrae" for b in "tkmsynhoia"])
    local = pl.concat_str(
        letters[(number % 100).astype(np.uint32)],
        pl.Series(number // 100 % 900_000).cast(pl.String),
        pl.lit("@"),
        pl.Series(_DOMAINS)[(number // 90_000_000 % len(_DOMAINS)).astype(np.uint32)],
    )
    return pl.select(email=pl.when(pl.Series(number >= 0)).then(local)).to_series()
