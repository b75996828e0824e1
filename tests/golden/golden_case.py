"""The golden case: its evidence, line by line. What must come out is worked in README.md."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from golden.command import Done, breachscope, written

if TYPE_CHECKING:
    from pathlib import Path

PARTIES = """\
委託元コード,委託元名,区分
P1,みどり通販株式会社,民間事業者
P2,あさひ生活サービス株式会社,民間事業者
P3,ゆめ市,地方公共団体
P4,こもれび機構,独立行政法人
"""

L1_FIRST = """\
氏名,フリガナ,電話番号,住所,生年月日
青木 一郎,アオキ イチロウ,090-0000-0001,架空県みどり市本町1-1,1970-01-01
井上 花子,イノウエ ハナコ,090-0000-0002,架空県みどり市本町1-2,1971-02-02
上田 誠,ウエダ マコト,090-0000-0003,架空県みどり市本町1-3,1972-03-03
江口 恵,エグチ メグミ,090-0000-0004,架空県みどり市本町1-4,1973-04-04
岡本 健,オカモト ケン,090-0000-0005,架空県みどり市本町1-5,1974-05-05
岡本 健,オカモト ケン,090-0000-0006,架空県みどり市本町1-6,1994-06-06
"""

L1_SECOND = """\
氏名,フリガナ,電話番号,住所,生年月日
青木 一郎,アオキ イチロウ,090-0000-0001,架空県みどり市本町1-1,1970-01-01
上田 誠,ウエダ マコト,090-0000-0003,架空県みどり市本町1-3,1972-03-03
江口 恵,エグチ メグミ,090-0000-0004,架空県みどり市本町1-4,1973-04-04
岡本 健,オカモト ケン,090-0000-0005,架空県みどり市本町1-5,1974-05-05
加藤 新,カトウ シン,090-0000-0007,架空県みどり市本町1-7,1980-07-07
"""

L2 = """\
氏名,フリガナ,電話番号,住所
青木 一郎,アオキ イチロウ,090-0000-0001,架空県みどり市本町1-1
井上 花子,イノウエ ハナコ,090-0000-0002,架空県みどり市栄町9-9
木村 翔,キムラ ショウ,090-0000-0008,架空県みどり市本町2-1
植田 誠,ウエダ マコト,090-0000-0003,架空県みどり市栄町8-8
"""

L3 = """\
氏名,電話番号,住所,生年月日
青木 一郎,090-0000-0001,架空県みどり市本町1-1,1970-01-01
佐藤 太郎,03-0000-0020,架空県ゆめ市東3-1,1960-01-01
佐藤 花,03-0000-0020,架空県ゆめ市東3-1,1990-01-01
鈴木 実,03-0000-0021,架空県ゆめ市東3-2,1965-05-05
"""

L5 = """\
宛名番号,氏名,住所,生年月日
501,相沢 一,架空県ゆめ市西5-1,1951-01-01
502,石川 二葉,架空県ゆめ市西5-2,1952-02-02
503,内田 三郎,架空県ゆめ市西5-3,1953-03-03
504,榎本 四季,架空県ゆめ市西5-4,1954-04-04
505,太田 五月,架空県ゆめ市西5-5,1955-05-05
506,川口 六助,架空県ゆめ市西5-6,1956-06-06
507,菊池 七海,架空県ゆめ市西5-7,1957-07-07
507,菊池 七海,架空県ゆめ市西5-7,1957-07-07
"""

L6 = """\
氏名,電話番号,住所
小林 葵,03-0000-0061,架空県こもれび町6-1
近藤 悟,03-0000-0062,架空県こもれび町6-2
斎藤 光,03-0000-0063,架空県こもれび町6-3
"""

RECORDS = {
    "L1@2014-04-01T00:00:00Z": ("L1_201404.csv", L1_FIRST),
    "L1@2014-07-01T00:00:00Z": ("L1_201407.csv", L1_SECOND),
    "L2@2014-04-15T00:00:00Z": ("L2_201404.csv", L2),
    "L3@2014-04-15T00:00:00Z": ("L3_201404.csv", L3),
    "L5@2014-05-01T00:00:00Z": ("L5_201405.csv", L5),
    "L6@2014-05-01T00:00:00Z": ("L6_201405.csv", L6),
}
"""L4's content is lost."""

L1_BYTES = len(L1_FIRST.replace("\n", "\r\n").encode("cp932"))

LISTS = f"""\
リストID,委託元コード,登録日時,削除日時,リスト名,件数,サイズ
L1,P1,2014-04-01 09:00:00,,通販顧客,6,{L1_BYTES}
L1,P1,2014-07-01 09:00:00,,通販顧客,5,
L2,P1,2014-04-15 09:00:00,,休眠顧客,4,
L3,P2,2014-04-15 09:00:00,2014-12-31 18:00:00,見込客,4,
L4,P2,2014-04-15 09:00:00,2014-12-31 18:00:00,契約者,100,
L5,P3,2014-05-01 09:00:00,,健診対象者,8,
L6,P4,2014-05-01 09:00:00,,会員,3,
"""

DOWNLOADS_COLUMNS = (
    *("処理番号", "アクセス日時", "利用者ID", "端末名", "接続元IP", "リストID"),
    *("出力件数", "転送量", "処理結果", "開始行", "終了行"),
)
DOWNLOADS_HEAD = ",".join(DOWNLOADS_COLUMNS) + "\n"

DOWNLOADS_SPRING = f"""\
{DOWNLOADS_HEAD}\
D12,2014-04-10 10:00:00,opsadm,PC-01,192.0.2.1,L2,4,,成功,,
D01,2014-05-07 10:00:00,opsadm,PC-01,192.0.2.1,L1,6,{L1_BYTES},成功,,
D02,2014-05-07 10:10:00,OPSADM,PC-01,192.0.2.1,L2,4,,成功,,
D03,2014-05-07 10:39:59,opsadm,PC-01,192.0.2.1,L3,2,,成功,1,2
D04,2014-05-07 11:09:59,opsadm,pc-01,192.0.2.1,L3,3,,中断,,
"""

DOWNLOADS_SUMMER = f"""\
{DOWNLOADS_HEAD}\
D05,2014-06-02 14:00:00,opsadm,PC-02,192.0.2.2,L5,5,,成功,,
D06,2014-06-02 15:00:00,opsadm,PC-02,192.0.2.2,L6,0,0,失敗,,
D07,2014-06-03 10:00:00,opsadm,PC-02,192.0.2.2,L6,3,,成功,,
D08,2014-06-10 09:00:00,opsadm,PC-03,192.0.2.3,L5,8,,成功,,
D11,2014-06-20 09:00:00,guest01,PC-02,192.0.2.2,L5,8,,成功,,
D09,2014-07-10 22:00:00,opsadm,RDS-01,198.51.100.5,L1,5,,成功,,
D10,2014-08-01 13:00:00,opsadm,PC-02,192.0.2.2,L4,100,,成功,,
"""

MEDIA = """\
日時,端末名,操作,シリアル番号,登録状況
2014-05-07 10:20:00,PC-01,接続,USB-A,未登録
2014-05-07 10:50:00,PC-01,切断,USB-A,未登録
2014-06-02 14:10:00,PC-02,接続,USB-R,登録済
2014-06-02 14:20:00,PC-02,切断,USB-R,登録済
2014-06-10 09:30:00,PC-03,接続,USB-A,未登録
2014-06-10 09:40:00,PC-03,切断,USB-A,未登録
"""

REMOTE = """\
接続日時,切断日時,ユーザーID,接続元IP,払出IP
2014-07-10 21:50:00,2014-07-10 23:00:00,r-ops,203.0.113.9,198.51.100.5
"""

WORK = """\
作業番号,開始日時,終了日時,利用者ID,端末名,リストID,目的,承認日時
W1,2014-06-03 09:00:00,2014-06-03 12:00:00,,PC-02,L6,会員データ点検,2014-06-02 17:00:00
W2,2014-06-10 08:00:00,2014-06-10 12:00:00,opsadm,,L5,健診データ抽出,2014-06-09 17:00:00
W3,2014-08-01 12:00:00,2014-08-01 15:00:00,opsadm,PC-02,L4,契約者データ点検,2014-08-02 09:00:00
"""

FILES = f"""\
ファイルID,媒体シリアル番号,ファイル名,サイズ,更新日時,件数
F1,USB-A,a.csv,{L1_BYTES},2014-05-07 10:00:30,6
F2,USB-A,b.csv,777777,2014-05-07 10:12:00,4
"""

HOSTS = """\
端末名,設置場所,用途
PC-01,保守室,保守端末
PC-02,保守室,保守端末
PC-03,執務室,業務端末
"""

TABLES = {
    "parties": PARTIES,
    "lists": LISTS,
    "media": MEDIA,
    "remote": REMOTE,
    "work": WORK,
    "files": FILES,
    "hosts": HOSTS,
}

SPRING, SUMMER = "downloads_spring.csv", "downloads_summer.csv"


def write_evidence(folder: Path, *, summer: bool = True) -> Path:
    """Every file of the case and `manifest.csv`; gives the manifest."""
    lines = []
    for kind, text in TABLES.items():
        written(folder / f"{kind}.csv", text)
        lines.append(f"{kind},{kind}.csv,")
    for version, (name, text) in RECORDS.items():
        written(folder / "records" / name, text)
        lines.append(f"records,records/{name},{version}")
    written(folder / SPRING, DOWNLOADS_SPRING)
    written(folder / SUMMER, DOWNLOADS_SUMMER)
    lines += [f"downloads,{name}," for name in ([SPRING, SUMMER] if summer else [SPRING])]
    return written(folder / "manifest.csv", "\n".join(["kind,file,version", *lines, ""]))


def make(root: Path, *, summer: bool = True) -> Path:
    """ROOT/case with the evidence of ROOT/evidence taken in, not yet run; gives the case."""
    manifest = write_evidence(root / "evidence", summer=summer)
    case = root / "case"
    done(breachscope("init", case, "--name", "golden", "--account", "opsadm"))
    done(breachscope("add", "--case", case, "--manifest", manifest))
    return case


def done(result: Done) -> Done:
    """The same, proved to have ended well."""
    assert result.code == 0, result.said
    return result


def copied(case: Path, to: Path) -> Path:
    """Case and evidence under another folder, to be worked on; gives the case there."""
    shutil.copytree(case.parent, to)
    return to / case.name
