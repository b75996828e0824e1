"""What holds of any list: order is no matter, rows are kept, canonical lists stay as they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from breachscope.linkage.cells import as_records
from breachscope.linkage.columns import about_people, column_roles
from breachscope.linkage.form import form
from linkage.leaked_lists import PEOPLE, address
from linkage.small_town import town

if TYPE_CHECKING:
    from breachscope.linkage.columns import ColumnRole

FEW = settings(max_examples=25)

_FORMS = {
    "name": [PEOPLE["name"], PEOPLE["name"].str.replace(" ", ""), PEOPLE["name"] + "様"],
    "kana": [PEOPLE["kana"], PEOPLE["kana"].str.replace(" ", "　")],
    "phone": [PEOPLE["landline"], PEOPLE["landline"].str.replace_all("-", "")],
    "phone2": [PEOPLE["mobile"], PEOPLE["mobile"].str.replace_all("-", "")],
    "postal_code": [PEOPLE["postal"], "〒" + PEOPLE["postal"]],
    "address": [address(), PEOPLE["city"] + PEOPLE["town"] + PEOPLE["lot"]],
    "birth_date": [PEOPLE["birth"], PEOPLE["birth"].str.replace_all("-", "")],
    "sex": [PEOPLE["sex"], PEOPLE["sex"].replace({"男": "1", "女": "2"})],
}
_COLUMNS = st.lists(st.sampled_from(sorted(_FORMS)), min_size=1, unique=True)
_PICKS = st.lists(st.integers(0, 1), min_size=len(_FORMS), max_size=len(_FORMS))
_HOLES = st.lists(st.sampled_from([None, "", "keep", "keep", "keep"]), min_size=30, max_size=30)
_TEXT = st.text(
    st.sampled_from(
        "山田太郎アイウさとう東京都市区町1234567890-/()（） 　〒@.ABab\ufeff歳年月日様"
    ),
    max_size=12,
)


def _canonical(names: list[str], picks: list[int], holes: list[str | None]) -> pl.DataFrame:
    """The hand-written people under these headers, in one of two notations, with holes."""
    hole = pl.Series("hole", holes, dtype=pl.String)
    forms = {name: _FORMS[name][pick] for name, pick in zip(sorted(_FORMS), picks, strict=True)}
    made = pl.DataFrame([forms[name].alias(name) for name in names]).with_columns(hole)
    kept = [
        pl.when(pl.col("hole") == "keep").then(name).otherwise("hole").alias(name)
        for name in names[1:]
    ]
    return made.with_columns(kept).drop("hole")


def _by_column(roles: list[ColumnRole]) -> dict[str, ColumnRole]:
    return {role.column: role for role in roles}


@FEW
@given(st.randoms(use_true_random=False), st.booleans())
def test_roles_depend_on_the_order_of_neither_rows_nor_columns(random, nameless: bool) -> None:
    people = town(7, 80).people.drop("person", "household")
    names = [f"attr:column_{i}" if nameless else f"attr:x{i}" for i in range(people.width)]
    cells = pl.DataFrame(people.rename(dict(zip(people.columns, names, strict=True))))
    order = list(range(cells.height))
    random.shuffle(order)
    columns = list(names)
    random.shuffle(columns)

    one, other = column_roles(cells), column_roles(cells[order].select(columns))

    assert _by_column(one) == _by_column(other)


@FEW
@given(_COLUMNS, _PICKS, _HOLES)
def test_a_canonical_list_keeps_every_value(
    names: list[str], picks: list[int], holes: list[str | None]
) -> None:
    cells = _canonical(names, picks, holes)

    found = as_records(cells, column_roles(cells))

    assert_frame_equal(found.select(names), cells)


@settings(max_examples=40)
@given(st.data(), st.integers(0, 12), st.integers(1, 5))
def test_whatever_a_list_holds_no_row_is_lost_and_nothing_fails(
    data: st.DataObject, rows: int, width: int
) -> None:
    cell = st.one_of(st.none(), _TEXT)
    columns = data.draw(
        st.lists(
            st.sampled_from(
                ["name", "kana", "address", "phone", "attr:x", "attr:住所2", "attr:年"]
            ),
            min_size=width,
            max_size=width,
            unique=True,
        )
    )
    values = {c: data.draw(st.lists(cell, min_size=rows, max_size=rows)) for c in columns}
    cells = pl.DataFrame(values, schema=dict.fromkeys(columns, pl.String))

    roles = column_roles(cells)
    records = as_records(cells, roles)

    assert records.height == rows
    assert records["row_no"].to_list() == list(range(1, rows + 1))
    assert [role.column for role in roles] == columns
    assert all(0 <= role.share <= 1 and 0 <= role.runner_up_share <= 1 for role in roles)
    assert about_people(roles) is None or isinstance(about_people(roles), str)
    assert form(cells, roles).rows == rows
