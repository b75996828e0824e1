"""Make the tables of variant kanji anew. Needed only when their sources change.

    python bench/make_tables.py FOLDER

FOLDER holds the packages `jntajis` and `opencc` (as `pip install --target FOLDER` leaves
them): they are needed here alone, never at run time. Kept are kanji that NFKC leaves as
they are and that CP932 or JIS X 0213 can write, and 𠮷, which neither can.
"""

from __future__ import annotations

import re
import sys
import unicodedata
from importlib import import_module
from pathlib import Path

TABLES = Path(__file__).resolve().parent.parent / "src" / "breachscope" / "japanese" / "tables"
HEADER = "variant\tbase\ttier\tsource\n"

# Checked by hand, before all other sources; `=` as base: this sign is never folded at tier 1.
BY_HAND = """
髙 高|﨑 崎|邉 辺|邊 辺|濵 浜|濱 浜|德 徳|瀨 瀬|栁 柳|桒 桑|𠮷 吉|槗 橋|𣘺 橋|𣜜 杉|桺 柳|槇 槙
﨟 臈|鄕 郷|靑 青|黑 黒|增 増|寬 寛|步 歩|敎 教|眞 真|緖 緒|淸 清|凞 熙|煕 熙|滿 満|濟 済|靜 静
顯 顕|廣 広|澤 沢|國 国|齋 斎|齊 斉|圓 円|榮 栄|櫻 桜|縣 県|實 実|壽 寿|條 条|彌 弥|禮 礼|惠 恵
將 将|莊 荘|藏 蔵|豐 豊|與 与|萬 万|ヶ ケ|昻 昂|晧 皓|羪 養|橫 横|閒 間|薰 薫|俠 侠|瀧 滝|驒 騨
蘆 芦|鷗 鴎|曾 曽|埀 垂|穗 穂|峯 峰|嶽 岳|嶌 嶋
"""
TIER_2_BY_HAND = """
龍 竜|嶋 島|冨 富|舘 館|嵜 崎|埜 野|渕 淵|凉 涼|檜 桧|枩 松|穐 秋|楳 梅|薗 園|苅 刈|涌 湧|砿 鉱
"""
TIER_3_BY_HAND = "斉 斎|碕 崎|籔 藪|栢 柏|舛 升"
# Two names, not two forms of one: whatever a source says of these signs is left out.
APART = set("部阿安畑畠玉王師帥書昼功切")
NOT_AT_TIER_1 = {pair[0] for pair in f"{TIER_2_BY_HAND}|{TIER_3_BY_HAND}".strip().split("|")}
DOUBLED = "佐野奈美寿菜那波井代久津音寧実弥鈴朱百瑠琴茂喜等早多由寸須利樹加世"


def kept() -> list[str]:
    """All kanji a call centre's file may hold."""
    signs = (chr(code) for code in [*range(0x3400, 0xA000), *range(0xF900, 0xFB00), 0x20BB7])
    return [s for s in signs if unicodedata.normalize("NFKC", s) == s and (s == "𠮷" or _legacy(s))]


def main(folder: str) -> None:
    """Write both tables: MJ's rows in a file of their own, for its licence asks that."""
    sys.path.insert(0, folder)
    edges: dict[str, tuple[str, int, str]] = {}
    for pairs, tier, source in _sources():
        for variant, base in pairs:
            _add(edges, variant, base, tier, source)
    rows = sorted((tier, source, variant, base) for variant, (base, tier, source) in edges.items())
    _write("kanji_variants.tsv", [row for row in rows if row[1] != "mj"])
    _write("kanji_variants_mj.tsv", [row for row in rows if row[1] == "mj"])


def _sources() -> list[tuple[list[tuple[str, str]], int, str]]:
    han = kept()
    opencc = import_module("opencc").OpenCC("t2jp").convert
    jntajis = import_module("jntajis")
    nta = [(s, jntajis.jnta_shrink_translit(s)) for s in han]
    register, unified, inferred = (_mj(jntajis, han, combo) for combo in (8 | 4, 1, 2))
    doubled = [(f"{s}々", f"{s}{s}") for s in DOUBLED]
    return [
        (_by_hand(BY_HAND), 1, "hand"),
        (_by_hand(TIER_2_BY_HAND), 2, "hand"),
        (_by_hand(TIER_3_BY_HAND) + doubled, 3, "hand"),
        ([(s, opencc(s)) for s in han if s not in NOT_AT_TIER_1], 1, "opencc"),
        ([(s, base) for s, base in nta if s not in NOT_AT_TIER_1], 1, "nta"),
        (register, 2, "mj"),
        (unified, 2, "mj"),
        (inferred, 3, "mj"),
    ]


def _by_hand(text: str) -> list[tuple[str, str]]:
    pairs = (pair.split() for pair in re.split(r"[|\n]", text) if pair.strip())
    return [(variant, base) for variant, base in pairs]


def _mj(jntajis: object, signs: list[str], combo: int) -> list[tuple[str, str]]:
    """Of several candidates, the one in the oldest, commonest set."""
    pairs = []
    for sign in signs:
        found = jntajis.mj_shrink_candidates(sign, combo)  # type: ignore[attr-defined]
        plain = {unicodedata.normalize("NFKC", s) for s in found} - {sign}
        if not _is_everyday(sign):  # MJ also lists slips of the pen, such as 玉 for 王
            pairs += [(sign, base) for base in sorted(plain, key=_commonness)[:1]]
    return pairs


def _is_everyday(sign: str) -> bool:
    """Of JIS level 1: a name of its own."""
    return b"\xb0" <= sign.encode("euc_jp", "ignore")[:1] <= b"\xcf"


def _commonness(sign: str) -> tuple[bool, bytes]:
    legacy = sign.encode("euc_jp", "ignore")
    return len(legacy) != 2, legacy


def _add(
    edges: dict[str, tuple[str, int, str]], variant: str, base: str, tier: int, source: str
) -> None:
    """Take a pair, unless the sign has a base already or the pair closes a circle."""
    usable = len(base) == len(variant) and base != variant and (len(base) == 2 or _is_han(base))
    apart = source != "hand" and bool(APART & {variant, base})
    if not usable or apart or variant in edges or (source != "hand" and not _legacy(base)):
        return
    end = base
    while end in edges:
        end = edges[end][0]
    if end != variant:
        edges[variant] = (base, tier, source)


def _is_han(sign: str) -> bool:
    name = unicodedata.name(sign, "")
    return name.startswith("CJK UNIFIED") or sign in "ヶケ"


def _legacy(sign: str) -> bool:
    return bool(sign.encode("cp932", "ignore") or sign.encode("euc_jis_2004", "ignore"))


def _write(name: str, rows: list[tuple[int, str, str, str]]) -> None:
    lines = [f"{variant}\t{base}\t{tier}\t{source}\n" for tier, source, variant, base in rows]
    (TABLES / name).write_text(HEADER + "".join(lines), encoding="utf-8")
    print(f"{name}: {len(lines)} rows")


if __name__ == "__main__":
    main(sys.argv[1])
