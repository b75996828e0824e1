"""No command prints a person: values planted in every column are searched in all that is said."""

from __future__ import annotations

import re
from pathlib import Path

import polars as pl
import pytest

from breachscope.workflow import reconstruction
from golden import golden_case
from golden.command import Done, breachscope, written

PLANTED = ("山田太郎", "090-1234-5678", "東京都千代田区架空1-2-3", "yamada@example.jp")
SPOKEN = re.compile("|".join([*PLANTED, "山田", "12345678", "1234-5678", "千代田"]))

HEADERS = {
    "downloads": golden_case.DOWNLOADS_HEAD.strip(),
    "lists": "リストID,委託元コード,登録日時,削除日時,リスト名,件数,サイズ",
    "parties": "委託元コード,委託元名,区分,契約開始日",
    "logins": "日時,利用者ID,操作,端末",
    "remote": "接続日時,切断日時,ユーザーID,接続元IP,払出IP",
    "media": "日時,端末名,操作,シリアル番号,登録状況,サイズ",
    "presence": "社員番号,エリア,入室日時,退室日時",
    "people": "社員番号,氏名,開始日,終了日",
    "work": "作業番号,開始日時,終了日時,利用者ID,端末名,リストID,承認日時",
    "files": "ファイルID,サイズ,更新日時,件数",
    "records": "行番号,氏名,電話番号,住所,生年月日,性別,備考",
    "hosts": "端末名,設置場所,開始日",
    "roster": "社員番号,開始日時,終了日時",
}
GOOD = {
    "downloads": "D90,2014-05-07 12:00:00,opsadm,PC-01,192.0.2.1,L2,4,,成功,,",
    "lists": "L9,P1,2014-05-01 09:00:00,,控え,3,",
    "parties": "P9,ひかり商会,民間事業者,2014-04-01",
    "logins": "2014-05-07 09:00:00,opsadm,ログイン,PC-01",
    "remote": "2014-05-08 09:00:00,2014-05-08 10:00:00,r-ops,203.0.113.9,198.51.100.6",
    "media": "2014-05-08 09:00:00,PC-01,接続,USB-B,登録済,5",
    "presence": "E1,保守室,2014-05-07 08:50:00,2014-05-07 18:00:00",
    "people": "E1,試験 一,2014-04-01,",
    "work": "W9,2014-05-09 09:00:00,2014-05-09 12:00:00,opsadm,,L2,2014-05-08 09:00:00",
    "files": "F9,5,2014-05-09 09:00:00,1",
    "records": "1,試験 一,090-0000-0099,架空県9-9,1980-01-01,男,なし",
    "hosts": "PC-09,保守室,2014-04-01",
    "roster": "E1,2014-05-07 09:00:00,2014-05-07 18:00:00",
}
# Ids are shown as given: a value in an id column is the id, and is not planted.
TYPED = {
    "downloads": ("アクセス日時", "出力件数", "転送量", "処理結果", "開始行", "終了行"),
    "lists": ("登録日時", "削除日時", "件数", "サイズ"),
    "parties": ("区分", "契約開始日"),
    "logins": ("日時", "操作"),
    "remote": ("接続日時", "切断日時"),
    "media": ("日時", "操作", "登録状況", "サイズ"),
    "presence": ("入室日時", "退室日時"),
    "people": ("氏名", "開始日", "終了日"),
    "work": ("開始日時", "終了日時", "承認日時"),
    "files": ("サイズ", "更新日時", "件数"),
    "records": ("行番号", "氏名", "電話番号", "住所", "生年月日", "性別", "備考"),
    "hosts": ("開始日",),
    "roster": ("開始日時", "終了日時"),
}


def planted_text(kind: str) -> str:
    """A good line, then one line for each value and typed column with the value in it."""
    names = HEADERS[kind].split(",")
    good = GOOD[kind].split(",")
    lines = [HEADERS[kind], GOOD[kind]]
    lines += [
        ",".join(value if name == column else cell for name, cell in zip(names, good, strict=True))
        for column in TYPED[kind]
        for value in PLANTED
    ]
    lines.append(",".join([*PLANTED, *PLANTED, *PLANTED, *PLANTED]))  # too many cells
    lines.append(f'"{PLANTED[0]},unclosed')
    return "\n".join(lines) + "\n"


@pytest.fixture(scope="module")
def planted(golden: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Done]]:
    """The golden case with every kind of planted evidence, and all that was said on the way."""
    case = golden_case.copied(golden, tmp_path_factory.mktemp("planted") / "copy")
    said = []
    for kind in HEADERS:
        path = written(case.parent / "planted" / f"{kind}.csv", planted_text(kind), "utf-8")
        more = ("--version", "L9@2014-05-01T00:00:00Z") if kind == "records" else ()
        said.append(breachscope("add", "--case", case, "--as", kind, "-n", path))
        said.append(breachscope("add", "--case", case, "--as", kind, "--strict", path))
        said.append(breachscope("add", "--case", case, "--as", kind, *more, path))
    return case, said


def test_add_prints_no_planted_value(planted: tuple[Path, list[Done]]) -> None:
    for done in planted[1]:
        assert not SPOKEN.search(done.said), done.said
        assert "Traceback" not in done.said
        assert "internal error" not in done.said


def test_every_kind_of_planted_evidence_is_taken_in(planted: tuple[Path, list[Done]]) -> None:
    assert [done.said for done in planted[1][2::3] if done.code != 0] == []


def commands(case: Path) -> list[tuple[object, ...]]:
    tables = ("scope", "acts", "extractions", "coverage", "items", "obligations", "evidence")
    shown = [("show", t, *f) for t in tables for f in ((), ("--json",), ("--csv",))]
    own = [("show", "people", "--party", "P1", *f) for f in ((), ("--json",))]
    subjects = ("P1", "P2:possible", "ACT-D01", "D01", "L9@2014-05-01T00:00:00Z", "山田")
    walks = [("why", subject) for subject in subjects]
    rest = [("status",), ("status", "--json"), ("diff", 1, 2), ("plan",), ("verify",)]
    rest += [("review",), ("review", "--json")]
    return [*shown, *own, *walks, *rest]


def test_no_command_prints_a_planted_value(planted: tuple[Path, list[Done]]) -> None:
    case = planted[0]
    said = [breachscope("plan", "--case", case), breachscope("run", "--case", case)]
    assert said[1].code == 0, said[1].err
    said += [breachscope(*words, "--case", case) for words in commands(case)]
    for done, words in zip(said, [("plan",), ("run",), *commands(case)], strict=True):
        if words == ("why", "山田"):  # what one asks for is said back
            continue
        assert not SPOKEN.search(done.said), (words, SPOKEN.findall(done.said))
        assert "Traceback" not in done.said
        assert "internal error" not in done.said, words


KEPT_FOR_PEOPLE = ("store", "packages")


def test_no_file_of_the_case_but_store_and_packages_holds_a_planted_value(
    planted: tuple[Path, list[Done]],
) -> None:
    case = planted[0]
    breachscope("run", "--case", case)
    readable = {".json", ".jsonl", ".html", ".toml", ".head", ".txt", ".csv", ""}
    for path in sorted(case.rglob("*")):
        inside = path.relative_to(case).parts
        if path.is_dir() or set(inside) & set(KEPT_FOR_PEOPLE) or path.suffix not in readable:
            continue
        assert not SPOKEN.search(path.read_text(encoding="utf-8")), inside


def test_run_tables_of_logs_and_counts_hold_no_planted_value(
    planted: tuple[Path, list[Done]],
) -> None:
    case = planted[0]
    breachscope("run", "--case", case)
    last = max((case / "runs").iterdir())
    for path in sorted(last.glob("*.parquet")):
        told = pl.read_parquet(path).select(pl.selectors.string())
        assert not SPOKEN.search(told.write_csv()), path.name


@pytest.mark.parametrize(
    "raised",
    [
        pl.exceptions.InvalidOperationError(f'conversion failed: ["{PLANTED[0]}"]'),
        pl.exceptions.ComputeError(f"could not parse {PLANTED[1]}"),
        ValueError(PLANTED[2]),
        KeyError(PLANTED[3]),
        UnicodeDecodeError("cp932", PLANTED[0].encode(), 0, 1, PLANTED[0]),
    ],
)
def test_an_error_inside_is_named_but_its_text_is_not_printed(
    golden: Path, monkeypatch: pytest.MonkeyPatch, raised: Exception
) -> None:
    def fail(*_: object) -> None:
        raise raised

    monkeypatch.setattr(reconstruction, "inventory_part", fail)
    result = breachscope("run", "--case", golden)
    assert result.code == 1
    assert f"internal error: {type(raised).__name__}" in result.err
    assert "Traceback" not in result.said
    assert not SPOKEN.search(result.said)


def test_reveal_shows_one_person_and_stands_in_the_ledger(golden_copy: Path) -> None:
    words = ("show", "people", "--party", "P2", "--case", golden_copy)
    key = breachscope(*words, "--json").json()["people"][0]["person_key"]
    shown = breachscope(*words, "--reveal", key)
    assert "架空県" in shown.out
    ledger = (golden_copy / "evidence" / "ledger.jsonl").read_text()
    assert "person revealed" in ledger.splitlines()[-1]
    assert key in ledger.splitlines()[-1]
    assert "架空県" not in ledger


def test_a_person_found_on_the_command_line_is_not_written_into_the_ledger(
    golden_copy: Path,
) -> None:
    breachscope("why", "山田太郎", "--case", golden_copy)
    assert "山田" not in (golden_copy / "evidence" / "ledger.jsonl").read_text()


def test_the_case_is_its_owners_alone(golden: Path) -> None:
    for path in [golden, *golden.rglob("*")]:
        assert path.stat().st_mode & 0o077 == 0, path.relative_to(golden)


def test_planted_values_are_really_there() -> None:
    assert all(SPOKEN.search(value) for value in PLANTED[:3])
    assert Path(__file__).read_text(encoding="utf-8").count("山田") > 1
