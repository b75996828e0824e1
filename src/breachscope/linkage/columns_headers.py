"""What a column's header says of it, for the headers no playbook knows.

Known names have become canonical columns at intake; here the words within a name are read
(保護者氏名, TEL自宅, 建物名), the closest meaning first.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from breachscope.schema import ATTRIBUTE_PREFIX, RECORD_FIELDS

DATE, AMOUNT, NUMBER, NOTE, THING = "date", "amount", "number", "note", "thing"
"""What is no role of a person, yet a header may say: all of it is `other`."""
NOT_A_ROLE: Final = (DATE, AMOUNT, NUMBER, NOTE, THING)


@dataclass(frozen=True, slots=True)
class Hint:
    """What a header says: a role, or a word of NOT_A_ROLE; None where it says nothing."""

    role: str | None = None
    of_another: bool = False  # a guardian's, an employer's: not the one the row is about


_ANOTHER: Final = re.compile(
    "保護者|世帯主|代理|紹介|担当|配偶者|家族|緊急|受取人|請求|父|母|親権|勤務|会社|職場|実家"
    "|fax|ファ[ック]"
    "|店|発送元|依頼主|parent|guardian|office|work|旧"
)
_KANA: Final = "カナ|かな|フリ|ふり|ヨミ|よみ|読み|kana|furigana|yomi"
_HINTS: Final = (
    (rf"(?:住所|会社|企業|団体|勤務先|市区|町名|都道府県).*(?:{_KANA})", THING),
    ("mail|メール|メアド", "email"),
    (rf"(?:氏名|お?名前|姓名|者名|客名|本人|name).*(?:{_KANA})|(?:{_KANA})(?:氏名|姓名)", "kana"),
    (rf"(?:姓|苗字|名字|family|last|sur|^氏).*(?:{_KANA})|(?:{_KANA})姓", "family_kana"),
    ("^セイ$|^せい$", "family_kana"),
    (rf"(?:名|given|first).*(?:{_KANA})|(?:{_KANA})名$|^メイ$|^めい$", "given_kana"),
    (f"(?:{_KANA})", "kana"),
    ("郵便|〒|zip|post(?:al)?(?:code|cd|no)?$", "postal_code"),
    ("元号|年号|^和暦$|era$", "birth_era"),
    ("生年月日|誕生日|出生日|birth(?:day|date)?$|dateofbirth|^dob$|生まれ$", "birth_date"),
    ("生年|誕生年|出生年|birth.*y|^年$|^year$", "birth_year"),
    ("生月|誕生月|出生月|birth.*m|^月$|^month$", "birth_month"),
    ("生日|出生日|birth.*d|^日$|^day$", "birth_day"),
    ("年齢|年令|満年|^歳|^age$", "age"),
    ("性別|男女|^sex|gender", "sex"),
    ("fax|ファ[ック]", "phone"),
    ("携帯|ケータイ|スマホ|mobile|cell", "mobile"),
    ("電話|でんわ|tel|phone|連絡先", "phone"),
    (r"日付?$|日時$|date$|時刻|_at$|timestamp|年月$|期限|期間", DATE),
    ("額|価格|単価|売上|数量|個数|残高|料金|代金|給与|年収|円$", AMOUNT),
    ("amount|price|qty|quantity|sales|total", AMOUNT),
    ("商品|品名|製品|品目|型番|メーカ|店舗|店名|施設|駅|カテゴリ|部署|役職|職業", THING),
    ("product|item|goods|sku|category", THING),
    ("備考|メモ|摘要|コメント|内容|希望|結果|状態|状況|区分|種別|種類|フラグ|有無", NOTE),
    ("note|memo|remark|comment|status|flag", NOTE),
    ("都道府県|県名|prefecture|^pref|^県$|^state$", "prefecture"),
    ("市区|市町村|区市|^市$|city|municip", "city"),
    ("町名|町域|大字|町丁|town", "town"),
    ("番地|地番|街区|lot$", "lot"),
    ("建物|方書|マンション|アパート|ビル|部屋|号室|building|bldg|apart|room", "building"),
    ("住所[2-9２-９]|addr(?:ess)?[2-9]", "address_rest"),
    ("住所|居所|居住|じゅうしょ|送付先|所在地|addr", "address"),
    (r"(?:顧客|会員|客様|契約|管理|整理|対象者|利用者|患者|受診|被保険者|宛名|受付|証|個人)"
     r".*(?:番号|no|id|コード|cd)$|^id$|^コード$|^code$", "customer_no"),
    ("(?:customer|member|client|account|user|person|individual).*(?:no|id|cd|code|number|num)$",
     "customer_no"),
    (r"^(?:no|番号|連番|通番|項番|行|行番号|seq|index|#|number|rownum)\d?$", NUMBER),
    ("会社|企業|法人|団体|勤務先|屋号|company|organi[sz]ation|学校|校名|school", "organisation"),
    ("^姓|苗字|名字|^氏$|family|last|sur", "family_name"),
    ("^名$|^名漢字$|漢字名$|given|first|下の名", "given_name"),
    ("氏名|名前|なまえ|姓名|者名|客名|本人|世帯主|保護者|宛名|名義", "name"),
    ("^name|fullname|(?:customer|person|member|user)name", "name"),
)  # fmt: skip
_PATTERNS: Final = [(re.compile(pattern), role) for pattern, role in _HINTS]
_NO_NAME: Final = re.compile(r"^(?:column_?|列|field_?|f)\d+$")
_REPEATED: Final = re.compile(r"#\d+$")
_SIGNS: Final = re.compile(r"[\s_\-()（）\[\]【】<>＜＞「」・:：*※./]+")
_INVISIBLE: Final = re.compile(r"[\u200b-\u200f\u2060\ufeff\u0000-\u001f]")

HEADER_WORDS: Final = (
    *(
        "氏名",
        "お名前",
        "名前",
        "姓",
        "名",
        "姓名",
        "カナ",
        "氏名カナ",
        "カナ氏名",
        "フリガナ",
        "ふりがな",
    ),
    *(
        "住所",
        "ご住所",
        "現住所",
        "住所1",
        "住所2",
        "都道府県",
        "市区町村",
        "郵便番号",
        "〒",
        "電話番号",
        "電話",
    ),
    *(
        "TEL",
        "Tel",
        "携帯番号",
        "携帯電話",
        "携帯電話番号",
        "自宅電話",
        "生年月日",
        "誕生日",
        "性別",
        "年齢",
    ),
    *(
        "メールアドレス",
        "E-mail",
        "顧客番号",
        "会員番号",
        "お客様番号",
        "契約番号",
        "備考",
        "name",
        "address",
    ),
    *(
        "phone",
        "tel",
        "email",
        "birthday",
        "sex",
        "gender",
        "age",
        "zip",
        "Name",
        "Address",
        "Phone",
    ),
)
"""Cells that, two or more in one row, make it a header that stands among the rows."""


def plain_header(header: str) -> str:
    """A header in small letters without width, signs and invisible marks."""
    text = unicodedata.normalize("NFKC", _INVISIBLE.sub("", header)).casefold()
    return _SIGNS.sub("", _REPEATED.sub("", text.strip()))


def own_name(column: str) -> str:
    """The column's name in the file, as far as its name in the frame tells."""
    return _INVISIBLE.sub("", column.removeprefix(ATTRIBUTE_PREFIX))


def is_nameless(header: str) -> bool:
    """The file gives the column no name: column_3, 列3, nothing."""
    text = plain_header(header)
    return not text or _NO_NAME.match(text) is not None


@lru_cache(maxsize=4096)
def hint(header: str, column: str | None = None) -> Hint:
    """What a header says; a canonical column has been told already."""
    if column in RECORD_FIELDS:
        return Hint("mobile" if column == "phone2" else column, _another(header))
    text = plain_header(header)
    if is_nameless(header):
        return Hint()
    role = next((role for pattern, role in _PATTERNS if pattern.search(text)), None)
    return Hint(role, _another(header))


def _another(header: str) -> bool:
    return _ANOTHER.search(plain_header(header)) is not None
