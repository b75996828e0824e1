"""Letters of a case: each person's own items, dates and contact; holds; what is still open."""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING

import pytest

from golden import golden_case
from golden.command import breachscope, written

if TYPE_CHECKING:
    from pathlib import Path

PARTIES = """\
party_id,name,sector,contact,told_at
P1,みどり通販,private,p1@example.org,2023-08-07 10:00:00
P2,あさひ市,local,,
"""
LISTS = """\
list_id,party_id,uploaded_at,rows,version_id,bytes
L1,P1,2014-04-01 09:00:00,3,V1,
L1,P1,2014-06-01 09:00:00,2,V2,
L3,P2,2014-04-01 09:00:00,1,V4,
"""
V1 = """\
name,phone,address,birth_date,会員種別
青木 一,090-0000-0001,北海道架空市1-1,1970-01-01,金
井上 二,090-0000-0002,,1971-02-02,
上田 三,090-0000-0003,北海道架空市3-3,1972-03-03,銀
"""
V2 = """\
name,phone,address,birth_date
青木 一,090-0000-0001,東京都別市9-9,1970-01-01
上田 三,090-0000-0003,北海道架空市3-3,1972-03-03
"""
V4 = "name,phone\n青木 一,090-0000-0001\n"
DOWNLOADS = """\
download_id,at,account,host,version_id,rows,row_from,row_to,status
D1,2014-05-07 10:00:00,opsadm,PC1,V1,3,1,3,ok
D2,2014-07-08 10:00:00,opsadm,PC1,V2,1,1,1,ok
D4,2014-07-09 10:00:00,opsadm,PC1,V4,1,1,1,ok
"""
HOLDS = """\
party_id,name,birth_date,hold,instruction
P1,上田三,1972-03-03,支援措置,住所に送付しない
P1,江口 四,1973-04-04,死亡,
"""


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("letters")
    made = root / "case"
    golden_case.done(breachscope("init", made))
    texts = {"parties": PARTIES, "lists": LISTS, "downloads": DOWNLOADS, "holds": HOLDS}
    lines = ["kind,file,version", *(f"{kind},{kind}.csv," for kind in texts)]
    lines += [f"records,{version}.csv,{version}" for version in ("V1", "V2", "V4")]
    texts |= {"V1": V1, "V2": V2, "V4": V4, "manifest": "\n".join([*lines, ""])}
    for name, text in texts.items():
        written(root / "evidence" / f"{name}.csv", text, "utf-8")
    manifest = root / "evidence" / "manifest.csv"
    golden_case.done(breachscope("add", "--case", made, "--manifest", manifest))
    golden_case.done(breachscope("run", "--case", made))
    golden_case.done(breachscope("package", "--letters", "--case", made))
    return made


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def data(case: Path, party: str) -> Path:
    return case / "reports" / "0001" / "packages" / party / "data"


def test_each_person_has_only_their_own_items_dates_and_newest_contact(case: Path) -> None:
    one, two = rows(data(case, "P1") / "letters.csv")

    assert (one["name"], one["address"]) == ("青木 一", "東京都別市9-9")
    assert one["items"] == "氏名、電話番号、住所、生年月日、会員種別"
    assert (one["first"], one["last"], one["downloads"]) == ("2014年5月7日", "2014年7月8日", "2")
    assert (two["name"], two["channel"], two["items"]) == (
        "井上 二", "phone", "氏名、電話番号、生年月日"
    )  # fmt: skip
    assert (two["first"], two["last"], two["downloads"]) == ("2014年5月7日", "2014年5月7日", "1")


def test_the_same_person_at_another_party_has_what_left_there(case: Path) -> None:
    (one,) = rows(data(case, "P2") / "letters.csv")

    assert (one["name"], one["items"], one["channel"]) == ("青木 一", "氏名、電話番号", "phone")


def test_who_is_on_hold_gets_no_letter_and_who_is_not_found_is_listed(case: Path) -> None:
    held = rows(data(case, "P1") / "held.csv")

    assert [(r["match"], r["person_name"], r["hold_name"]) for r in held] == [
        ("certain", "上田 三", "上田三"), ("none", "", "江口 四")
    ]  # fmt: skip
    assert rows(data(case, "P2") / "held.csv") == []


def test_letters_are_set_for_those_to_be_posted_alone(case: Path) -> None:
    told = json.loads((data(case, "P1") / "letters.json").read_text("utf-8"))

    assert told["files"] == [{"name": "letters-0001.pdf", "letters": 1}]
    assert told["persons"] == {"phone": 1, "post": 1, "held": 1, "by_hand": 0}


def test_a_party_without_contact_or_day_of_knowledge_is_listed_and_still_packaged(
    case: Path,
) -> None:
    points = rows(case / "reports" / "0001" / "documents" / "open_points.csv")

    assert {r["what"] for r in points if r["party_id"] == "P2"} == {
        "no_contact", "no_knowledge_date"
    }  # fmt: skip
    assert not [r for r in points if r["party_id"] == "P1"]
    assert (data(case, "P2") / "通知書.pdf").is_file()


def test_the_final_form_has_the_worked_deadline_of_the_party(case: Path) -> None:
    form = json.loads((data(case, "P1") / "報告書_確報.json").read_text("utf-8"))

    assert form["content"]["knowledge"] == "2023年8月7日"
    assert [d["due"] for d in form["content"]["deadlines"]] == ["2023年10月5日まで"]


def test_packages_with_letters_come_out_the_same_when_made_once_more(case: Path) -> None:
    told = golden_case.done(breachscope("package", "--check", "--case", case))
    assert "2 packages are as run 1 gives them" in told.err


def test_a_changed_statement_is_in_the_next_draft(case: Path, tmp_path: Path) -> None:
    again = golden_case.copied(case, tmp_path / "copy")
    (again / "documents.toml").write_text('[statements]\ncause = "共用の資格情報"\n', "utf-8")
    golden_case.done(breachscope("package", "P1", "--case", again))
    notice = json.loads((data(again, "P1") / "通知書.json").read_text("utf-8"))

    assert notice["content"]["stated"]["cause"] == "共用の資格情報"


def test_a_mistake_in_what_people_state_is_named_with_its_key(case: Path, tmp_path: Path) -> None:
    again = golden_case.copied(case, tmp_path / "copy")
    (again / "documents.toml").write_text('[sender]\nnmae = "x"\n', "utf-8")
    told = breachscope("package", "P1", "--case", again)

    assert told.code == 2
    assert "documents.toml: sender.nmae" in told.err
