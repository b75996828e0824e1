"""Leaked lists from `add` to scope: named, dated, counted on their ground, and taken back."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
import pytest

from golden import golden_case
from golden.command import breachscope, written

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

FAMILIES = (
    "青木", "井上", "上田", "江口", "大野", "加藤", "木村", "工藤", "剣持", "小林", "斎藤", "清水",
    "鈴木", "関口", "園田",
)  # fmt: skip
GIVEN = (
    "一郎", "和子", "健太", "美咲", "大輔", "直子", "修", "恵", "翔太", "由美", "誠", "幸子",
    "拓也", "愛", "浩",
)  # fmt: skip
KANA = {
    "青木": "アオキ", "井上": "イノウエ", "上田": "ウエダ", "江口": "エグチ", "大野": "オオノ",
    "加藤": "カトウ", "木村": "キムラ", "工藤": "クドウ", "剣持": "ケンモチ", "小林": "コバヤシ",
    "斎藤": "サイトウ", "清水": "シミズ", "鈴木": "スズキ", "関口": "セキグチ", "園田": "ソノダ",
    "一郎": "イチロウ", "和子": "カズコ", "健太": "ケンタ", "美咲": "ミサキ", "大輔": "ダイスケ",
    "直子": "ナオコ", "修": "オサム", "恵": "メグミ", "翔太": "ショウタ", "由美": "ユミ",
    "誠": "マコト", "幸子": "サチコ", "拓也": "タクヤ", "愛": "アイ", "浩": "ヒロシ",
}  # fmt: skip
TOWNS = ["東京都架空区青葉町", "大阪府仮想市若葉台", "愛知県見本市桜通", "福岡県例示市緑が丘"]

Person = dict[str, str]


def people(first: int, count: int) -> list[Person]:
    """So many people, each alone at an address of their own."""
    dice = np.random.default_rng(first)
    found = []
    for n in range(first, first + count):
        family, given = FAMILIES[n % 15], GIVEN[(n // 15 + n) % 15]
        found.append(
            {
                "氏名": f"{family}　{given}",
                "カナ": f"{KANA[family]} {KANA[given]}",
                "電話番号": f"0{dice.integers(3, 10)}-{3000 + n}-{dice.integers(1000, 9999)}",
                "住所": f"{TOWNS[n % 4]}{n // 10 + 1}丁目{n % 10 + 1}番{dice.integers(1, 30)}号",
                "生年月日": f"{dice.integers(1940, 2000)}/{dice.integers(1, 13):02}/"
                f"{dice.integers(1, 28):02}",
            }
        )
    return found


OF_P1, OF_P2, OF_P3 = people(0, 120), people(400, 120), people(800, 120)
JOINED = people(1200, 20)
PARTIES = "party_id,name,sector\nP1,みどり,private\nP2,あさひ,private\nP3,ひかり市,local\n"
LISTS = """\
list_id,party_id,uploaded_at,rows,version_id
L1,P1,2014-04-01 09:00:00,120,V1
L1,P1,2016-04-01 09:00:00,110,V2
L2,P2,2014-04-01 09:00:00,120,V3
L3,P3,2014-04-01 09:00:00,120,V4
"""
DOWNLOADS = """\
download_id,at,account,host,version_id,rows,status
D1,2015-05-07 10:00:00,opsadm,PC1,V1,120,ok
D2,2015-06-07 10:00:00,opsadm,PC1,V4,120,ok
"""
CONTENTS = {"V1": OF_P1, "V2": [*OF_P1[30:], *JOINED], "V3": OF_P2, "V4": OF_P3}


def table(rows: Sequence[Person], *columns: str) -> str:
    shown = columns or tuple(OF_P1[0])
    text = io.StringIO()
    writer = csv.DictWriter(text, shown, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def taken_in(case: Path, kind: str, text: str, name: str, *more: object) -> None:
    path = written(case.parent / "evidence" / name, text, "utf-8")
    golden_case.done(breachscope("add", "--case", case, "--as", kind, *more, path))


def leaked(case: Path, leak: str, text: str) -> None:
    taken_in(case, "leak", text, f"{leak}.csv", "--leak", leak, "--found-at", "2023-06-01")


def ran(case: Path) -> Path:
    golden_case.done(breachscope("run", "--case", case, "-q"))
    runs = sorted(path for path in (case / "runs").iterdir() if path.name.isdecimal())
    return runs[-1]


def sources(case: Path) -> dict[str, Any]:
    told = golden_case.done(breachscope("show", "sources", "--case", case, "--json"))
    return {leak["leak_id"]: leak for leak in json.loads(told.out)["leaks"]}


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A case of three parties, two of whose lists were downloaded; no leak yet."""
    case = tmp_path_factory.mktemp("leaks") / "case"
    golden_case.done(breachscope("init", case))
    taken_in(case, "parties", PARTIES, "parties.csv")
    taken_in(case, "lists", LISTS, "lists.csv")
    for version, rows in CONTENTS.items():
        taken_in(case, "records", table(rows), f"{version}.csv", "--version", version)
    taken_in(case, "downloads", DOWNLOADS, "downloads.csv")
    ran(case)
    return case


@pytest.fixture(scope="module")
def after(before: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same with four leaks: of V1, of V3, of organisations, and a piece of the first."""
    case = golden_case.copied(before, tmp_path_factory.mktemp("after") / "copy")
    leaked(case, "K1", table(OF_P1[5:85]))
    leaked(case, "K2", table(OF_P2[:60], "カナ", "氏名", "電話番号", "住所"))
    leaked(case, "K3", "品目,数量\n" + "".join(f"部品{n},{n * 7}\n" for n in range(50)))
    leaked(case, "K4", table(OF_P1[10:40], "氏名", "電話番号", "住所"))
    ran(case)
    return case


def run_of(case: Path) -> Path:
    return sorted(path for path in (case / "runs").iterdir() if path.name.isdecimal())[-1]


def test_a_leak_is_tied_to_its_party_version_and_only_download(after: Path) -> None:
    part = sources(after)["K1"]["parts"][0]
    assert (part["verdict"], part["party_id"], part["depth"]) == ("attributed", "P1", "content")
    assert part["versions"][0] == "V1"
    assert (part["rows"], part["event_id"], part["events"]) == (80, "D1", ["D1"])
    assert part["log10_lr"] > 2


def test_the_download_a_leak_can_only_come_from_is_confirmed(before: Path, after: Path) -> None:
    def tier(case: Path, event: str) -> str:
        table_ = pl.read_parquet(run_of(case) / "extractions.parquet")
        return str(table_.filter(pl.col("event_id") == event)["tier"].item())

    assert tier(before, "D1") == "possible"
    assert tier(after, "D1") == "confirmed"
    assert tier(after, "D2") == "possible"  # of a list that was not found outside


def test_people_found_only_through_a_leak_are_confirmed_on_its_ground(after: Path) -> None:
    scope = pl.read_parquet(run_of(after) / "scope.parquet").filter(pl.col("party_id") == "P2")
    assert scope.height == 60
    assert scope["tier"].unique().to_list() == ["confirmed"]
    assert scope["event_id"].unique().to_list() == ["LEAK:K2/1"]


def test_every_leaked_row_is_told_of_once_a_party_and_verdicts_add_up(after: Path) -> None:
    matches = pl.read_parquet(run_of(after) / "matches.parquet")
    for leak_id, leak in sources(after).items():
        rows = matches.filter(pl.col("leak_id") == leak_id)["leak_row"].unique().sort().to_list()
        assert rows == list(range(1, leak["rows"] + 1))
        assert sum(leak["verdicts"].values()) == leak["rows"]
        assert leak["rows_attributed"] + leak["rows_unattributed"] == leak["rows"]


def test_a_list_that_is_not_about_people_is_refused_with_the_reason(after: Path) -> None:
    leak = sources(after)["K3"]
    assert leak["refused"]
    assert [part["verdict"] for part in leak["parts"]] == ["cannot_tell"]
    assert leak["refused"] in leak["parts"][0]["reason"]


def test_a_leak_made_from_another_is_told_to_share_its_people(after: Path) -> None:
    kin = {one["other_leak_id"]: one["rows_shared"] for one in sources(after)["K4"]["kin"]}
    assert kin == {"K1": 30}


def test_a_row_is_explained_by_weights_that_add_up(after: Path) -> None:
    told = golden_case.done(breachscope("why", "K1:3", "--case", after, "--json"))
    steps = json.loads(told.out)["steps"]
    assert (steps[0]["what"], steps[0]["line"]) == ("leaked row", 4)  # below the header
    weights = [step["says"] for step in steps if step["what"] == "weight"]
    prior = float(weights[0].rsplit(": ", 1)[1])
    fields = [float(says.split(": ")[1].split(" ")[0]) for says in weights[1:-1]]
    assert float(weights[-1].split("odds ")[1].split(" ")[0]) == pytest.approx(
        prior + sum(fields), abs=0.05
    )
    assert any(step["what"] == "record" and "V1" in step["says"] for step in steps)


def test_no_value_of_a_person_is_printed_of_a_leak(after: Path) -> None:
    for command in (("show", "sources"), ("why", "K1"), ("why", "K2/1"), ("why", "K1:3")):
        told = golden_case.done(breachscope(*command, "--case", after))
        for person in (*OF_P1[:90], *OF_P2[:60]):
            assert person["氏名"] not in told.out
            assert person["電話番号"] not in told.out


def test_a_rejected_source_gives_back_tier_and_scope(after: Path, tmp_path: Path) -> None:
    case = golden_case.copied(after, tmp_path / "copy")
    for part in ("K1/1", "K2/1", "K4/1"):
        golden_case.done(
            breachscope("decide", "reject", part, "--who", "係", "--why", "試", "--case", case)
        )
    place = ran(case)
    part = sources(case)["K1"]["parts"][0]
    assert (part["verdict"], part["party_id"], part["events"]) == ("cannot_tell", None, [])
    assert "D1" in part["reason"]  # the ruling
    extractions = pl.read_parquet(place / "extractions.parquet")
    assert extractions.filter(pl.col("event_id") == "D1")["tier"].item() == "possible"
    assert "P2" not in pl.read_parquet(place / "scope.parquet")["party_id"].to_list()


def test_a_new_leak_computes_only_itself(after: Path, tmp_path: Path) -> None:
    case = golden_case.copied(after, tmp_path / "copy")
    leaked(case, "K5", table(OF_P3[:50]))
    record = json.loads((ran(case) / "run.json").read_text(encoding="utf-8"))
    assert record["computed"]["leak"] == 1
    assert record["computed"]["leak source"] == 1
    assert not record["computed"].keys() & {"keys", "identity", "linkage inventory"}


def test_the_whole_of_a_version_is_told_to_be_the_easy_case(before: Path, tmp_path: Path) -> None:
    case = golden_case.copied(before, tmp_path / "copy")
    leaked(case, "K9", table(OF_P3))
    ran(case)
    part = sources(case)["K9"]["parts"][0]
    assert (part["party_id"], part["versions"]) == ("P3", ["V4"])
    assert "the easy case" in part["reason"]


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("氏名,電話番号\n", "cannot_tell"),
        (table(OF_P1[:1]), "cannot_tell"),
        (table(people(3000, 60)), "cannot_tell"),
    ],
    ids=["no rows", "one row", "people nobody knows"],
)
def test_a_leak_that_tells_nothing_names_nobody(
    before: Path, tmp_path: Path, text: str, verdict: str
) -> None:
    case = golden_case.copied(before, tmp_path / "copy")
    leaked(case, "K9", text)
    ran(case)
    assert [part["verdict"] for part in sources(case)["K9"]["parts"]] == [verdict]


def test_packages_hold_the_people_found_through_a_leak_alone(after: Path, tmp_path: Path) -> None:
    case = golden_case.copied(after, tmp_path / "copy")
    golden_case.done(breachscope("package", "P2", "--case", case, "-q"))
    found = next(case.glob("reports/*/packages/P2*/data/affected_people.csv"))
    names = {person["氏名"].replace("　", "") for person in OF_P2[:60]}
    text = found.read_text(encoding="utf-8-sig").replace("　", "")
    assert all(name in text for name in names)
