"""Who is told how: channel, reason, letters as PDF; nobody twice, nobody lost."""

from __future__ import annotations

import csv
import json
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import polars as pl
import pytest
from notify_cases import TEMPLATES, package

from breachscope import schema
from breachscope.errors import ConfigError, ReconciliationError
from breachscope.notify.documents import letters, words
from breachscope.notify.package import Mailing
from breachscope.notify.packages import write_package

if TYPE_CHECKING:
    from pathlib import Path

    from breachscope.notify.documents.letters import Merged

OLD, NEW = datetime(2014, 5, 1, tzinfo=UTC), datetime(2022, 1, 1, tzinfo=UTC)


def person(key: str, **other: object) -> dict[str, object]:
    usual = {"party_id": "P1", "person_key": key, "tier": "confirmed", "name": "白波 花子",
             "postal_code": "0010001", "address": "北海道架空市1", "contact_at": NEW,
             "items": ["氏名", "住所", "会員番号"], "first_at": OLD, "last_at": NEW,
             "downloads": 2}  # fmt: skip
    return {**usual, **other}


def persons(*rows: dict[str, object]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=schema.WRITTEN_TO)


def held(*rows: tuple[str, str, str | None]) -> pl.DataFrame:
    named = [
        {"party_id": "P1", "hold": h, "match": m, "person_key": k} for h, m, k in rows
    ]  # fmt: skip
    return pl.DataFrame(named, schema=schema.HELD)


def merged(
    who: pl.DataFrame, back: pl.DataFrame | None = None, stale_before: date | None = None
) -> Merged:
    return letters.merged(
        who, held() if back is None else back, order=("post", "mail", "phone"),
        stale_before=stale_before, zone="Asia/Tokyo", words=words.read(TEMPLATES),
    )  # fmt: skip


def only(found: Merged) -> dict[str, object]:
    return found.letters.row(0, named=True)


def test_a_person_with_an_address_is_told_by_post() -> None:
    row = only(merged(persons(person("k1"))))

    assert (row["channel"], row["channel_reason"]) == ("post", "")
    assert (row["items"], row["first"], row["last"]) == (
        "氏名、住所、会員番号", "2014年5月1日", "2022年1月1日"
    )  # fmt: skip


@pytest.mark.parametrize(
    ("contact", "channel", "reason"),
    [
        ({"address": None, "email": "a@a.example"}, "mail", ""),
        ({"address": "　", "phone": "090"}, "phone", ""),
        ({"address": None}, "substitute", "no_contact"),
    ],
)
def test_without_an_address_the_next_channel_is_taken_and_at_last_a_substitute(
    contact: dict[str, object], channel: str, reason: str
) -> None:
    row = only(merged(persons(person("k1", **contact))))

    assert (row["channel"], row["channel_reason"]) == (channel, reason)


def test_contacts_older_than_the_day_stated_are_not_used() -> None:
    row = only(merged(persons(person("k1", contact_at=OLD)), stale_before=date(2018, 4, 1)))

    assert (row["channel"], row["channel_reason"]) == ("substitute", "stale_contact")


@pytest.mark.parametrize("match", ["certain", "uncertain"])
@pytest.mark.parametrize("hold", ["支援措置", "死亡", "後見人", "その他"])
def test_nobody_on_hold_is_written_to_certain_or_not(hold: str, match: str) -> None:
    found = merged(persons(person("k1"), person("k2")), held((hold, match, "k1")))

    assert found.letters["person_key"].to_list() == ["k2"]
    assert found.held["person_key"].to_list() == ["k1"]


def test_a_hold_that_fits_nobody_takes_no_letter_away() -> None:
    found = merged(persons(person("k1")), held(("死亡", "none", None)))

    assert (found.letters.height, found.held.height) == (1, 1)


def test_mail_that_came_back_takes_the_post_away_and_says_so() -> None:
    row = only(merged(persons(person("k1")), held(("返送", "certain", "k1"))))

    assert (row["channel"], row["channel_reason"]) == ("substitute", "returned")


def test_mail_that_came_back_leaves_the_other_channels() -> None:
    who = persons(person("k1", phone="090-0000-0001"))
    assert only(merged(who, held(("returned", "certain", "k1"))))["channel"] == "phone"


def test_mail_that_came_back_for_somebody_like_them_waits_for_a_person() -> None:
    assert merged(persons(person("k1")), held(("返送", "uncertain", "k1"))).letters.is_empty()


@pytest.mark.parametrize(
    ("name", "by_hand"),
    [("佐\ue000木", "U+E000"), ("白\u202e波", "U+202E"), ("　", "no name"), ("𠮷野", "")],
)
def test_a_letter_for_hand_work_says_which_code_points(name: str, by_hand: str) -> None:
    found = str(only(merged(persons(person("k1", name=name))))["by_hand"])

    assert found.split("; ")[0] == by_hand


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_the_merge_file_has_fixed_columns_and_keeps_zeros_and_formulas_apart(
    tmp_path: Path,
) -> None:
    who = persons(person("k1", name="=1+1"), person("k2", phone="0901", address=None))
    write_package(tmp_path / "P1", package(addressees=who), TEMPLATES)
    found = rows(tmp_path / "P1" / "data" / "letters.csv")

    assert list(found[0]) == schema.LETTERS.names()
    assert (found[0]["name"], found[0]["postal_code"]) == ("'=1+1", "0010001")
    assert (found[1]["channel"], found[1]["phone"]) == ("phone", "0901")


def test_letters_are_printed_when_asked_for_those_to_be_posted_alone(tmp_path: Path) -> None:
    who = persons(
        person("k1"), person("k2", address=None), person("k3", name="白\u202e波"), person("k4")
    )
    asked = package(addressees=who, held=held(("死亡", "certain", "k4")),
                    mailing=Mailing(printed=True))  # fmt: skip
    write_package(tmp_path / "P1", asked, TEMPLATES)
    told = json.loads((tmp_path / "P1" / "data" / "letters.json").read_text("utf-8"))

    assert told["files"] == [{"name": "letters-0001.pdf", "letters": 1}]
    assert told["persons"] == {"post": 2, "substitute": 1, "held": 1, "by_hand": 1}
    assert (tmp_path / "P1" / "data" / "letters-0001.pdf").read_bytes().startswith(b"%PDF")


def test_no_letters_are_printed_unless_asked_for(tmp_path: Path) -> None:
    write_package(tmp_path / "P1", package(addressees=persons(person("k1"))), TEMPLATES)

    assert not list((tmp_path / "P1" / "data").glob("letters-*.pdf"))


def test_a_person_of_another_party_among_the_letters_stops_the_build(tmp_path: Path) -> None:
    stranger = package(addressees=persons(person("k1", party_id="P2")))

    with pytest.raises(ReconciliationError, match="another party"):
        write_package(tmp_path / "P1", stranger, TEMPLATES)
    assert not (tmp_path / "P1").exists()


def test_a_hold_on_a_stranger_stops_the_build(tmp_path: Path) -> None:
    stranger = package(addressees=persons(person("k1")), held=held(("死亡", "certain", "k9")))

    with pytest.raises(ReconciliationError, match="neither told nor held"):
        write_package(tmp_path / "P1", stranger, TEMPLATES)


def test_an_unknown_field_in_the_letter_is_named(tmp_path: Path) -> None:
    import shutil

    from word_files import added

    templates = tmp_path / "templates"
    shutil.copytree(TEMPLATES, templates)
    added(templates / "documents" / "notice_person.docx", "{{ person.age }}")

    with pytest.raises(ConfigError, match="placeholder age"):
        write_package(tmp_path / "P1", package(), templates)
