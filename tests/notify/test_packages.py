from __future__ import annotations

import csv
import hashlib
import json
import stat
from typing import TYPE_CHECKING

import polars as pl
import pytest
from notify_cases import TEMPLATES, counts, extractions, package, people
from word_files import text_of

from breachscope import schema
from breachscope.errors import ConfigError, EvidenceError, ReconciliationError
from breachscope.notify.package import Recipient, Sender
from breachscope.notify.packages import write_package

if TYPE_CHECKING:
    from pathlib import Path


DOCUMENTS = ("通知書", "報告書_速報", "報告書_確報", "本人通知_見本", "公表文", "証拠別紙")


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def digests(folder: Path) -> dict[str, str]:
    return {
        name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in names(folder)
    }


def names(folder: Path) -> list[str]:
    return sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())


def test_a_package_holds_notice_counts_people_extractions_and_seal(tmp_path: Path) -> None:
    files = write_package(tmp_path / "P1", package(), TEMPLATES)

    assert sorted(f.name for f in files) == names(tmp_path / "P1")
    assert {f.name.removeprefix("data/") for f in files} == {
        *(f"{name}.{kind}" for name in DOCUMENTS for kind in ("docx", "pdf", "json")),
        "letters.csv", "letters.xlsx", "letters.json", "held.csv", "held.xlsx",
        "README.txt", "counts.json", "counts.csv",
        "affected_people.csv", "affected_people.xlsx", "extractions.csv", "manifest.json",
        "manifest-sha256.txt", "tagmanifest-sha256.txt", "bagit.txt", "bag-info.txt",
    }  # fmt: skip


def test_the_same_package_gives_the_same_bytes(tmp_path: Path) -> None:
    write_package(tmp_path / "one", package(), TEMPLATES)
    write_package(tmp_path / "two", package(), TEMPLATES)

    assert digests(tmp_path / "one") == digests(tmp_path / "two")


def test_only_the_owner_can_read_a_package(tmp_path: Path) -> None:
    write_package(tmp_path / "P1", package(), TEMPLATES)

    assert stat.S_IMODE((tmp_path / "P1").stat().st_mode) == 0o700
    inside = [tmp_path / "P1" / name for name in names(tmp_path / "P1")]
    assert {stat.S_IMODE(path.stat().st_mode) for path in inside} == {0o600}
    assert stat.S_IMODE((tmp_path / "P1" / "data").stat().st_mode) == 0o700


def test_a_package_is_never_written_over_another(tmp_path: Path) -> None:
    (tmp_path / "P1").mkdir()

    with pytest.raises(ConfigError, match="there already"):
        write_package(tmp_path / "P1", package(), TEMPLATES)


def test_what_a_cut_off_run_left_behind_does_not_get_into_the_package(tmp_path: Path) -> None:
    (tmp_path / ".P1.partial").mkdir()
    (tmp_path / ".P1.partial" / "old.csv").write_text("old")
    write_package(tmp_path / "P1", package(), TEMPLATES)

    assert [p.name for p in tmp_path.iterdir()] == ["P1"]
    assert not (tmp_path / "P1" / "old.csv").exists()


def test_the_counts_for_programs_are_keyed_as_show_scope_is(tmp_path: Path) -> None:
    write_package(tmp_path / "P1", package(), TEMPLATES)
    document = json.loads((tmp_path / "P1" / "data" / "counts.json").read_text(encoding="utf-8"))

    assert document["schema"] == "breachscope/package-counts/1"
    assert document["party"]["persons"]["all"] == {"low": 4000, "count": 4001, "high": 4002}
    assert document["party"]["first_at"] == "2014-05-01T03:00:00+00:00"
    assert document["persons_listed"] == 3


def test_every_count_stands_in_the_table_of_counts(tmp_path: Path) -> None:
    write_package(tmp_path / "P1", package(), TEMPLATES)
    rows = table(tmp_path / "P1" / "data" / "counts.csv")

    assert rows[0] == {"figure": "rows_gross", "tier": "", "count": "51234", "low": "50001",
                       "high": "52002"}  # fmt: skip
    assert rows[-1] == {"figure": "persons", "tier": "all", "count": "4001", "low": "4000",
                        "high": "4002"}  # fmt: skip


def test_extractions_are_the_counted_ones_with_file_and_line(tmp_path: Path) -> None:
    write_package(tmp_path / "P1", package(), TEMPLATES)
    rows = table(tmp_path / "P1" / "data" / "extractions.csv")

    assert [(r["event_id"], r["file"], r["line"]) for r in rows] == [
        ("D1", "downloads_2014-05.csv", "7"), ("D3", "downloads_2014-05.csv", "7")
    ]  # fmt: skip
    assert rows[0]["at"] == "2014-05-01T12:00:00+09:00"


def test_people_are_one_row_each_with_their_tier_and_versions(tmp_path: Path) -> None:
    write_package(tmp_path / "P1", package(), TEMPLATES)
    rows = table(tmp_path / "P1" / "data" / "affected_people.csv")

    assert [r["name"] for r in rows] == ["東雲 一郎", "白波 花子", "霞 次郎"]
    assert rows[0]["versions"] == "L1@1; L1@2"
    assert (rows[0]["person_key"], rows[0]["tier"], rows[0]["row_no"]) == ("k1", "confirmed", "1")


def test_the_table_of_people_is_utf8_with_mark_and_crlf(tmp_path: Path) -> None:
    write_package(tmp_path / "P1", package(), TEMPLATES)
    raw = (tmp_path / "P1" / "data" / "affected_people.csv").read_bytes()

    assert raw.startswith(b"\xef\xbb\xbf")
    assert raw.count(b"\xef\xbb\xbf") == 1
    assert raw.count(b"\r\n") == raw.count(b"\n") == 4


def test_a_person_of_another_party_stops_the_build_and_leaves_nothing(tmp_path: Path) -> None:
    stranger = [people("東雲 一郎"), people("白波 花子", start=2, party_id="P2")]

    with pytest.raises(ReconciliationError, match="another party") as caught:
        write_package(tmp_path / "P1", package(people=stranger), TEMPLATES)

    assert "白波" not in str(caught.value)
    assert list(tmp_path.iterdir()) == []


def test_a_person_listed_twice_stops_the_build(tmp_path: Path) -> None:
    twice = [people("東雲 一郎"), people("東雲 一郎")]

    with pytest.raises(ReconciliationError, match="twice"):
        write_package(tmp_path / "P1", package(people=twice), TEMPLATES)


def test_a_download_of_another_party_stops_the_build(tmp_path: Path) -> None:
    with pytest.raises(ReconciliationError, match="another party"):
        write_package(tmp_path / "P1", package(extractions=extractions("P2")), TEMPLATES)


def test_counts_of_another_party_stop_the_build(tmp_path: Path) -> None:
    with pytest.raises(ReconciliationError, match="not this party"):
        write_package(tmp_path / "P1", package(counts=counts(party_id="P2")), TEMPLATES)


def test_people_without_a_key_are_refused_by_column(tmp_path: Path) -> None:
    with pytest.raises(EvidenceError, match="person_key"):
        write_package(
            tmp_path / "P1", package(people=[people("東雲 一郎").drop("person_key")]), TEMPLATES
        )


def test_a_party_without_any_listed_person_still_gets_its_package(tmp_path: Path) -> None:
    empty = package(people=[], extractions=pl.DataFrame(schema=schema.EGRESS),
                    counts=counts(first_at=None, last_at=None, fields=[]))  # fmt: skip
    write_package(tmp_path / "P1", empty, TEMPLATES)

    assert table(tmp_path / "P1" / "data" / "affected_people.csv") == []
    notice = text_of((tmp_path / "P1" / "data" / "通知書.docx").read_bytes())
    assert "未確認 から 未確認 まで" in notice


def notice_of(folder: Path) -> str:
    return text_of((folder / "data" / "通知書.docx").read_bytes())


def test_a_notice_says_what_nobody_confirmed_and_is_never_blank(tmp_path: Path) -> None:
    write_package(tmp_path / "P1", package(), TEMPLATES)
    text = notice_of(tmp_path / "P1")

    for item in ("四　原因", "五　二次被害又はそのおそれの有無及びその内容", "七　公表の実施状況"):
        assert text.split(item)[1].lstrip().startswith("未確認")
    assert "None" not in text


def test_a_notice_holds_counts_run_issue_and_the_word_draft(tmp_path: Path) -> None:
    said = package(
        statements={"cause": "共用アカウント <b>"}, sender=Sender("架空社", "係"), issue=2
    )
    write_package(tmp_path / "P1", said, TEMPLATES)
    page = notice_of(tmp_path / "P1")

    for text in ("4,001", "4,000", "4,002", "51,234", "【案】", "第2版", "実行3", "氏名、電話番号",
                 "架空社", "共用アカウント <b>", "法的助言ではありません"):  # fmt: skip
        assert text in page


def test_a_final_notice_does_not_call_itself_a_draft(tmp_path: Path) -> None:
    write_package(tmp_path / "P1", package(draft=False), TEMPLATES)
    page = notice_of(tmp_path / "P1")

    assert "【確定】" in page
    assert "案" not in page.replace("事案", "")


def test_a_public_body_is_told_of_its_own_duty_with_the_unverified_marked(tmp_path: Path) -> None:
    body = package(recipient=Recipient("P1", "風見市", "local"))
    write_package(tmp_path / "P1", body, TEMPLATES)
    page = notice_of(tmp_path / "P1")

    assert "第68条" in page
    assert "［要確認" in page


def test_the_figures_of_a_notice_stand_beside_it_as_numbers(tmp_path: Path) -> None:
    write_package(tmp_path / "P1", package(), TEMPLATES)
    said = json.loads((tmp_path / "P1" / "data" / "通知書.json").read_text(encoding="utf-8"))

    assert (said["document"], said["run"], said["draft"]) == ("notice_entrusting_party", "3", True)
    assert said["content"]["recipient"]["party_id"] == "P1"
    assert said["content"]["scope"]["total"]["count"] == 4001
    assert said["content"]["scope"]["rows"]["gross"] == 51234


def test_a_statement_of_an_unknown_kind_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="reason_why"):
        write_package(tmp_path / "P1", package(statements={"reason_why": "x"}), TEMPLATES)
