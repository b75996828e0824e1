"""A list of thirty people written down by hand, and the ways in which a list may have them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from breachscope.linkage.columns import column_roles

if TYPE_CHECKING:
    from breachscope.linkage.columns import ColumnRole

_PEOPLE = """
佐藤 健一|サトウ ケンイチ|男|1951-03-07
  |東京都|千代田区|本町|1-2-3|101-0052|090-0111-2222|03-0211-0001
鈴木 美咲|スズキ ミサキ|女|1988-11-23
  |東京都|世田谷区|港南|4-1-9|155-0031|080-0345-6789|03-0466-1002
高橋 大輔|タカハシ ダイスケ|男|1979-06-30
  |神奈川県|横浜市中区|中之島|36-1|231-0023|070-0456-7890|045-051-1003
田中 由美子|タナカ ユミコ|女|1962-01-15
  |神奈川県|川崎市幸区|栄町|1-602-1|212-0055|090-0567-8901|044-088-1004
伊藤 翔太|イトウ ショウタ|男|1995-08-02
  |埼玉県|さいたま市浦和区|新町|2-10-5|330-0063|080-0678-9012|048-022-1005
渡邉 恵|ワタナベ メグミ|女|1970-12-11
  |千葉県|船橋市|寺町|5-6-2|273-0005|090-0789-0123|047-024-1006
山本 誠|ヤマモト マコト|男|1948-04-28
  |千葉県|柏市|緑が丘|6-5|277-0863|070-0890-1234|04-0144-1007
中村 陽菜|ナカムラ ハルナ|女|2001-02-19
  |茨城県|つくば市|若葉|40-11|305-0031|080-0901-2345|029-051-1008
小林 隆|コバヤシ タカシ|男|1957-09-09
  |大阪府|大阪市北区|城下|12|530-0001|090-0012-3456|06-0345-1009
加藤 千代|カトウ チヨ|女|1940-05-05
  |大阪府|堺市堺区|西三条|217-3|590-0078|080-0122-3344|072-033-1010
吉田 拓也|ヨシダ タクヤ|男|1984-07-17
  |京都府|京都市左京区|東雲|7-2|606-8501|070-0233-4455|075-053-1011
山田 里奈|ヤマダ リナ|女|1992-10-01
  |兵庫県|神戸市中央区|南原|3-60|650-0001|090-0344-5566|078-031-1012
佐々木 一郎|ササキ イチロウ|男|1935-01-03
  |北海道|札幌市中央区|旭町|3-4-18|060-0042|080-0455-6677|011-011-1013
山口 紀子|ヤマグチ ノリコ|女|1966-03-21
  |北海道|函館市|上之原|1-8-10|040-0036|090-0566-7788|0138-01-1014
松本 亮|マツモト リョウ|男|1975-05-26
  |宮城県|仙台市青葉区|北浦|1613|980-0803|070-0677-8899|022-061-1015
井上 香織|イノウエ カオリ|女|1981-08-14
  |愛知県|名古屋市中区|一番町|1-2-3|460-0001|080-0788-9900|052-061-1016
木村 正夫|キムラ マサオ|男|1953-02-08
  |愛知県|豊田市|泉町|4-1-9|471-0025|090-0899-0011|0565-01-1017
林 さくら|ハヤシ サクラ|女|1999-04-04
  |岐阜県|岐阜市|柳町|36-1|500-8076|080-0900-1122|058-065-1018
斎藤 浩二|サイトウ コウジ|男|1968-06-13
  |新潟県|新潟市中央区|桜台|1-602-1|951-8112|070-0212-3434|025-028-1019
清水 明美|シミズ アケミ|女|1959-11-29
  |長野県|長野市|幸町|2-10-5|380-0813|090-0323-4545|026-026-1020
山崎 修|ヤマザキ オサム|男|1945-12-24
  |広島県|広島市中区|本町|5-6-2|730-0042|080-0434-5656|082-045-1021
森 優子|モリ ユウコ|女|1990-09-18
  |岡山県|岡山市北区|港南|6-5|700-0913|090-0545-6767|086-003-1022
池田 剛|イケダ ツヨシ|男|1973-10-30
  |香川県|高松市|中之島|40-11|760-0017|070-0656-7878|087-039-1023
橋本 真由美|ハシモト マユミ|女|1964-07-07
  |福岡県|福岡市中央区|栄町|12|810-0001|080-0767-8989|092-011-1024
阿部 勇|アベ イサム|男|1938-03-15
  |福岡県|北九州市小倉北区|新町|217-3|803-0813|090-0878-9090|093-082-1025
石川 奈々|イシカワ ナナ|女|1997-01-27
  |熊本県|熊本市中央区|寺町|7-2|860-0808|080-0989-0101|096-028-1026
比嘉 和也|ヒガ カズヤ|男|1986-05-12
  |沖縄県|那覇市|緑が丘|3-60|900-0021|070-0090-1212|098-067-1027
小野寺 文江|オノデラ フミエ|女|1949-08-31
  |岩手県|盛岡市|若葉|3-4-18|020-0023|090-0101-2323|019-051-1028
藤井 達彦|フジイ タツヒコ|男|1977-02-22
  |静岡県|静岡市葵区|城下|1-8-10|420-0853|080-0313-2424|054-054-1029
長谷川 結衣|ハセガワ ユイ|女|2004-06-06
  |群馬県|前橋市|西三条|1613|371-0026|070-0424-3535|027-024-1030
"""
_NAMES = (
    *("name", "kana", "sex", "birth", "prefecture", "city", "town", "lot", "postal"),
    *("mobile", "landline"),
)

PEOPLE = pl.DataFrame(
    [line.split("|") for line in _PEOPLE.replace("\n  |", "|").split("\n") if line],
    schema=list(_NAMES),
    orient="row",
)
"""All invented; the telephone numbers lie in blocks that are not assigned."""


def col(name: str) -> pl.Series:
    return PEOPLE[name]


def address() -> pl.Series:
    return col("prefecture") + col("city") + col("town") + col("lot")


def half_of(name: str, place: int) -> pl.Series:
    return col(name).str.split(" ").list.get(place)


def era(form: str = "S{}.{}.{}") -> pl.Series:
    """Dates of birth by era, of Showa all the same: who reads them need not know."""
    parts = [birth.split("-") for birth in col("birth")]
    return pl.Series([form.format(int(y) - 1925, int(m), int(d)) for y, m, d in parts])


def bare(*columns: pl.Series) -> pl.DataFrame:
    """A list whose file names no columns, as intake makes it."""
    return pl.DataFrame([c.alias(f"attr:column_{i}") for i, c in enumerate(columns, 1)])


def named(**columns: pl.Series) -> pl.DataFrame:
    """A list with these canonical columns."""
    return pl.DataFrame([cells.alias(name) for name, cells in columns.items()])


def roles_of(cells: pl.DataFrame) -> list[str]:
    return [role.role for role in column_roles(cells)]


def only(cells: pl.DataFrame) -> ColumnRole:
    """The first column's role."""
    return column_roles(cells)[0]
