"""The contact desk's look-up: what it answers, and what the file gives away."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from breachscope.errors import ConfigError, EvidenceError, TamperedEvidence
from breachscope.notify import lookup
from breachscope.notify.lookup import Answer
from breachscope.sealing import guessing

if TYPE_CHECKING:
    from pathlib import Path

SECRET = b"s" * 32
PEOPLE = pl.DataFrame(
    {
        "person_key": ["k1", "k2", "k3"],
        "name": ["青木 一郎", "渡邊 花子", "上田 誠一"],
        "kana": ["アオキ イチロウ", None, None],
        "phone": ["090-0000-0001", None, "03-0000-0003"],
        "birth_date": ["1970-01-01", "昭和46年2月2日", None],
    }
)
DOUBTFUL = pl.DataFrame(
    {
        "person_key": ["k9"],
        "name": ["木村 翔太"],
        "phone": ["090-0000-0009"],
        "birth_date": ["1990-09-09"],
    }
)


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guessing, "SCRYPT", {"n": 1 << 10, "r": 8, "p": 1})


@pytest.fixture(scope="module")
def usual(tmp_path_factory: pytest.TempPathFactory) -> guessing.Table:
    """The people's table, opened once with the key derivation as shipped."""
    return table(tmp_path_factory.mktemp("usual"))


def table(
    tmp_path: Path, *surely: pl.DataFrame, unnamed: str = "", bits: int = 6
) -> guessing.Table:
    entered = lookup.entered(surely or (PEOPLE,), [DOUBTFUL])
    told = {"reach": {str(m): n for m, n in entered.reach.items()}, "unnamed": unnamed}
    raw = guessing.made(SECRET, "1", entered.identifiers, told, bits)
    (tmp_path / "file").write_bytes(raw)
    return guessing.opened(tmp_path / "file", guessing.access_code(SECRET, "1"))


def answer(found: guessing.Table, **details: str) -> Answer:
    return lookup.asked(found, details).answer


@pytest.mark.parametrize(
    "details",
    [
        {"name": "青木一郎", "birth_date": "1970/1/1"},
        {"name": "青木　一郎", "phone": "０９０（００００）０００１"},
        {"kana": "あおき いちろう", "birth_date": "昭和45年1月1日"},
        {"kana": "ｱｵｷ ｲﾁﾛｳ", "phone": "+81 90 0000 0001"},
        {"phone": "09000000001", "birth_date": "19700101"},
        {"name": "渡辺花子", "birth_date": "1971-02-02", "phone": "03-9999-9999"},
        {"name": "上田誠一", "phone": "0300000003"},
    ],
)
def test_a_person_in_the_list_is_found_by_any_two_details_however_they_are_written(
    usual: guessing.Table, details: dict[str, str]
) -> None:
    assert answer(usual, **details) is Answer.AFFECTED


def test_somebody_else_is_not_in_the_list_where_every_detail_was_given(
    usual: guessing.Table,
) -> None:
    details = {"name": "別人太郎", "phone": "080-2345-6789", "birth_date": "1999-01-01"}
    assert answer(usual, **details) is Answer.NOT_IN_LIST


@pytest.mark.parametrize("details", [{}, {"name": "青木一郎"}, {"phone": "09000000001"},
                                     {"name": "青木一郎", "birth_date": "いつか"}])  # fmt: skip
def test_one_detail_alone_is_never_answered(usual: guessing.Table, details: dict[str, str]) -> None:
    said = lookup.asked(usual, details)
    assert said.answer is Answer.CANNOT_TELL
    assert "give two of" in said.why


def test_details_that_cannot_find_everybody_do_not_rule_anybody_out(usual: guessing.Table) -> None:
    said = lookup.asked(usual, {"name": "別人太郎", "birth_date": "1999-01-01"})
    assert said.answer is Answer.CANNOT_TELL
    assert said.why.startswith("1 persons of the list cannot be found by these details")
    assert "telephone" in said.why


def test_a_family_members_telephone_and_birth_date_under_another_name_is_not_told(
    usual: guessing.Table,
) -> None:
    details = {"name": "青木二郎", "phone": "09000000001", "birth_date": "1970-01-01"}
    said = lookup.asked(usual, details)
    assert said.answer is Answer.CANNOT_TELL
    assert "by hand" in said.why


def test_somebody_who_may_have_left_cannot_be_told(usual: guessing.Table) -> None:
    said = lookup.asked(usual, {"name": "木村翔太", "birth_date": "1990-09-09"})
    assert said.answer is Answer.CANNOT_TELL
    assert "part of a list" in said.why


def test_where_a_lists_content_is_lost_nobody_is_ruled_out(tmp_path: Path) -> None:
    found = table(tmp_path, unnamed="2 downloads took lists whose content is lost")
    details = {"name": "別人太郎", "phone": "080-2345-6789", "birth_date": "1999-01-01"}
    assert answer(found, **details) is Answer.CANNOT_TELL
    assert answer(found, name="青木一郎", birth_date="1970-01-01") is Answer.AFFECTED


def test_a_person_is_found_by_any_of_their_records(tmp_path: Path) -> None:
    moved = pl.DataFrame({"person_key": ["k1"], "name": ["青木 一郎"], "phone": ["080-0000-0007"]})
    found = table(tmp_path, PEOPLE, moved)
    for phone in ("090-0000-0001", "080-0000-0007"):
        assert answer(found, name="青木一郎", phone=phone) is Answer.AFFECTED


def test_a_detail_of_another_kind_is_refused_by_name(usual: guessing.Table) -> None:
    with pytest.raises(ConfigError, match="address"):
        lookup.asked(usual, {"address": "x"})


# ------------------------------------------------------------------ what the file gives away


def test_the_file_holds_no_value_and_no_key_of_any_person(tmp_path: Path) -> None:
    table(tmp_path)
    raw = (tmp_path / "file").read_bytes()
    for value in ("青木", "アオキ", "0000-0001", "0900000", "1970", "k1", "渡邊", "渡辺"):
        assert value.encode() not in raw


def test_the_wrong_code_opens_nothing_and_the_right_one_may_be_typed_as_heard(
    tmp_path: Path,
) -> None:
    table(tmp_path)
    code = guessing.access_code(SECRET, "1")
    for heard in (code.lower(), code.replace("-", " ")):
        guessing.opened(tmp_path / "file", heard)
    for wrong in ("", "AAAAA-AAAAA-AAAAA-AAAAA", guessing.access_code(SECRET, "2")):
        with pytest.raises(ConfigError, match="access code"):
            guessing.opened(tmp_path / "file", wrong)


@pytest.mark.parametrize("change", [b"not json\n", b"{}\n", b'{"schema":"other"}\n', b""])
def test_another_file_is_refused(tmp_path: Path, change: bytes) -> None:
    (tmp_path / "file").write_bytes(change)
    with pytest.raises(EvidenceError):
        guessing.opened(tmp_path / "file", "x")


def test_a_file_cut_short_or_changed_is_refused(tmp_path: Path) -> None:
    table(tmp_path)
    code = guessing.access_code(SECRET, "1")
    raw = (tmp_path / "file").read_bytes()
    (tmp_path / "file").write_bytes(raw[:-1])
    with pytest.raises(TamperedEvidence):
        guessing.opened(tmp_path / "file", code)
    (tmp_path / "file").write_bytes(raw.replace(b'"unnamed": ""', b'"unnamed":  ""'[:13] + b" "))
    with pytest.raises((ConfigError, EvidenceError)):
        guessing.opened(tmp_path / "file", code)


def test_the_same_secret_and_people_give_the_same_bytes(tmp_path: Path) -> None:
    made = [guessing.made(SECRET, "1", {b"a": False, b"b": True}, {}, 6) for _ in range(2)]
    assert made[0] == made[1]
    assert made[0] != guessing.made(b"t" * 32, "1", {b"a": False, b"b": True}, {}, 6)


def test_a_question_costs_as_many_hashes_as_the_file_says(tmp_path: Path) -> None:
    costs = []
    for bits in (10, 16):
        found = table(tmp_path, bits=bits)
        began = time.process_time()
        assert found.mark(b"nobody") is None
        costs.append(time.process_time() - began)
    assert costs[1] > 8 * costs[0]


@given(st.dictionaries(st.binary(max_size=20), st.booleans(), max_size=30), st.binary(max_size=20))
def test_a_table_gives_back_exactly_what_was_entered(
    tmp_path_factory: pytest.TempPathFactory, entries: dict[bytes, bool], other: bytes
) -> None:
    key = b"k" * 32
    rows = sorted(
        guessing._hashed(one, guessing._hidden(one, SECRET, 4), key, mark=mark)
        for one, mark in entries.items()
    )
    import numpy as np

    held = np.frombuffer(b"".join(rows), guessing._ENTRY)
    found = guessing.Table(
        {"bits": 4}, key, held["head"].astype(np.uint64), held["tail"].astype(np.uint32)
    )
    assert {one: found.mark(one) for one in entries} == entries
    assert found.mark(other) is entries.get(other)
