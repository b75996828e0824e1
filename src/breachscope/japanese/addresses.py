"""Addresses and post codes as keys, without a gazetteer.

The address key holds town and house number; the building is left out and the room has a key
of its own, for lists name buildings at will. A prefecture, the 郡 of a town or village, 大字
and 字 go, for they are as often left out. What only a gazetteer can tell stays as it is: a
ward or city that was left out, a town that was renamed, the 通り名 of Kyoto.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final

import polars as pl

from breachscope.japanese.numerals import number_signs
from breachscope.japanese.text import DASHES, capitals, clean, forked, none_if_empty, once
from breachscope.japanese.variants import folding

if TYPE_CHECKING:
    from collections.abc import Callable

_PREFECTURES: Final = (
    "北海道|青森県|岩手県|宮城県|秋田県|山形県|福島県|茨城県|栃木県|群馬県|埼玉県|千葉県|東京都"
    "|神奈川県|新潟県|富山県|石川県|福井県|山梨県|長野県|岐阜県|静岡県|愛知県|三重県|滋賀県|京都府"
    "|大阪府|兵庫県|奈良県|和歌山県|鳥取県|島根県|岡山県|広島県|山口県|徳島県|香川県|愛媛県|高知県"
    "|福岡県|佐賀県|長崎県|熊本県|大分県|宮崎県|鹿児島県|沖縄県"
)
_FILLING: Final = "大?字 *|([^0-9 ]) +"  # a space after a digit may end the house number
_POST_CODE: Final = r"^(?:〒 ?[0-9]{3}-?[0-9]{4}|[0-9]{3}-[0-9]{4}) ?([^0-9 -])"
_COUNTY: Final = "(?:余市|高市|田村|[東西北]村山|[^市区町村0-9]{1,4})郡"
_COUNTY_TOWN: Final = "(?:余市|市貝|市川三郷|市川|上市|下市|[^市区町村0-9]{1,5})[町村]"
_OF_COUNTY: Final = rf"^{_COUNTY}({_COUNTY_TOWN})"

_TOWN_NUMBER: Final = "(?:条|線|地割|町|区|通|部|番町|番丁)"
_TO_HOUSE: Final = rf"^(?:[^0-9]*[0-9]+{_TOWN_NUMBER})*[^0-9]*[0-9]+(?: ?-[ -]*[0-9]+){{0,2}}"
_FOURTH: Final = r"(?: ?-[ -]*([0-9]{2,5}))?"
_ROOM: Final = r"([0-9]{3,5}|[0-9]{1,2}/)/?$"
_PLAIN_CODE: Final = "^〒?[0-9]{3}-?[0-9]{4}$"
_CODE: Final = r"^〒? ?([0-9]{3}-?[0-9]{4})(?:[^0-9].*)?$"
_NO_CODE: Final = "^(?:" + "|".join(f"{digit}{{7}}" for digit in range(10)) + "|1234567)$"


def postal_key(c: str | pl.Expr) -> pl.Expr:
    """Seven digits of a post code, zeros that a spreadsheet dropped restored; else null."""
    code = forked(
        c,
        _PLAIN_CODE,
        quick=lambda text: text.str.replace_many({"〒": "", "-": ""}),
        slow=_found_code,
    )
    return once(code, lambda digits: pl.when(~digits.str.contains(_NO_CODE)).then(digits))


def address_key(c: str | pl.Expr) -> pl.Expr:
    """Town and house number, `千代田区丸ノ内1-2-3`; all of the text where it has no number.

    丁目, 番地, 番, 号 and の become dashes; kanji numerals become digits only before these.
    ケ ヶ が, ノ の 之, ツ ッ and variant kanji are one each. Null for empty text.
    """
    key = once(_folded(c), lambda text: pl.coalesce(text.str.extract(_TO_HOUSE, 0), text))
    plain = key.str.replace_all(" ", "", literal=True).str.replace_all("--+", "-")
    return none_if_empty(plain)


def room_key(c: str | pl.Expr) -> pl.Expr:
    """The digits of a room, where clearly one (101号室, #101, コーポ101, 1-2-3-101); else null.

    A third number (1-2-305) is left in the address: it may as well be the house's.
    """
    groups = _folded(c).str.extract_groups(f"{_TO_HOUSE}{_FOURTH}(.*)$")
    room = pl.coalesce(pl.field("1"), pl.field("2").str.extract(_ROOM, 1))
    found = groups.struct.with_fields(room=room).struct.field("room")
    return none_if_empty(found.str.strip_chars_end("/").str.strip_chars_start("0"))


def _folded(c: str | pl.Expr) -> pl.Expr:
    """One spelling; house numbers with dashes, `/` after a 号; no prefecture, no 郡."""
    text = _where(capitals(c), "字|[^0-9 ] ", lambda t: t.str.replace_all(_FILLING, "$1"))
    text = text.str.replace_many(_spellings(), leftmost=True)
    text = _where(text, "^[〒0-9]", lambda t: t.str.replace(_POST_CODE, "$1"))
    text = text.str.replace(f"^(?:{_PREFECTURES})", "")
    return _where(text, "郡", lambda t: t.str.replace(_OF_COUNTY, "$1"))


def _where(c: pl.Expr, pattern: str, use: Callable[[pl.Expr], pl.Expr]) -> pl.Expr:
    """`use` for text that holds a pattern without which it would change nothing.

    To put a group in its place costs a search ten times what it costs to find that it is not there.
    """
    return forked(c, pattern, quick=use, slow=lambda text: text)


def _found_code(c: pl.Expr) -> pl.Expr:
    text = clean(c).str.strip_suffix(".0").str.replace("^([0-9]{5})$", "00$1")
    text = text.str.replace("^([0-9]{6})$", "0$1").str.replace_many(
        dict.fromkeys(DASHES + "ー", "-")
    )
    return text.str.extract(_CODE, 1).str.replace("-", "", literal=True)


@cache
def _spellings() -> dict[str, str]:
    """All one-to-one foldings, the longest first: one pass finds them all."""
    signs = folding(1) | dict.fromkeys(DASHES, "-")
    signs |= dict.fromkeys("ヶがガ", "ケ") | dict.fromkeys("の之", "ノ") | {"ッ": "ツ"}
    signs |= number_signs()
    return dict(sorted(signs.items(), key=lambda sign: (-len(sign[0]), sign[0])))
