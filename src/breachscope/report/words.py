"""The report's words for Japanese readers, and how it writes numbers and times."""

from __future__ import annotations

from typing import Final

import polars as pl

from breachscope.schema import UTC_TIME

SECTORS: Final = {
    "private": "民間事業者",
    "iaa": "独立行政法人等",
    "iaa_schedule2": "独立行政法人等（別表第二）",
    "local": "地方公共団体",
    "local_iaa": "地方独立行政法人",
    "national": "国の行政機関",
}
TIERS: Final = {
    "confirmed": "確認",
    "probable": "可能性高",
    "possible": "可能性あり",
    "explained": "正当業務",
    "failed": "取得なし",
    "outside_focus": "対象外",
    "all": "計",
}
ROUTES: Final = {"site": "拠点端末", "remote": "遠隔接続", "unknown": "経路不明"}
POLICIES: Final = {"strict": "厳格", "standard": "標準", "loose": "緩和"}
CHANGES: Final = {"missing": "欠落", "altered": "改変", "added": "追加"}
PAIRS: Final = {
    "session, login": "接続とログイン",
    "connection, write": "装着と書込み",
    "download, file": "取得とファイル",
}
KINDS: Final = {
    "parties": "委託元台帳",
    "lists": "リスト台帳",
    "records": "名簿データ",
    "downloads": "ダウンロード記録",
    "logins": "ログイン記録",
    "remote": "遠隔接続記録",
    "media": "媒体接続記録",
    "presence": "入退室記録",
    "people": "要員台帳",
    "hosts": "端末台帳",
    "work": "作業管理簿",
    "files": "押収媒体の一覧",
    "roster": "勤務予定",
    "entrustments": "委託関係",
    "controls": "安全管理措置",
    "holds": "配慮事項",
    "leak": "流出名簿",
    "timeline": "タイムライン",
}
FIELDS: Final = {
    "name": "氏名",
    "family_name": "姓",
    "given_name": "名",
    "kana": "カナ氏名",
    "family_kana": "カナ姓",
    "given_kana": "カナ名",
    "phone": "電話番号",
    "phone2": "電話番号2",
    "postal_code": "郵便番号",
    "address": "住所",
    "birth_date": "生年月日",
    "sex": "性別",
    "email": "メール",
    "customer_no": "顧客番号",
}
KEYS: Final = {
    "name_key": "氏名",
    "kana_key": "カナ氏名",
    "phone_key": "電話番号",
    "phone2_key": "電話番号2",
    "any_phone": "いずれかの電話番号",
    "postal_key": "郵便番号",
    "address_key": "住所",
    "birth_date": "生年月日",
    "sex_key": "性別",
    "email_key": "メール",
    "customer_key": "顧客番号",
}
LIMITS: Final = {
    "act_gap_minutes": ("一つの持出し行為とみなす間隔", "分"),
    "device_window_minutes": ("ダウンロード後の媒体接続を結び付ける時間", "分"),
    "missing_disconnect_hours": ("取外し記録がない接続の継続とみなす時間", "時間"),
    "file_before_seconds": ("押収ファイルの更新時刻の許容（前）", "秒"),
    "file_after_minutes": ("押収ファイルの更新時刻の許容（後）", "分"),
    "silence_events": ("空白とみなす期待件数", "件"),
    "copy_share": ("同じログの写しとみなす一致率", ""),
}
UNKNOWN: Final = "不明"
NONE: Final = "—"


def number(value: float | None) -> str:
    """A count with separators; a fraction keeps one digit; a dash for nothing."""
    if value is None:
        return NONE
    if 0 < value < 0.1:
        return "0.1未満"
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.1f}"


def span(low: int | None, high: int | None) -> str:
    """`low–high`, or one figure where both are equal."""
    return number(low) if low == high else f"{number(low)}–{number(high)}"


def local(column: str, zone: str, form: str = "%Y-%m-%d %H:%M") -> pl.Expr:
    """A UTC column as text in the case's zone."""
    return pl.col(column).cast(UTC_TIME).dt.convert_time_zone(zone).dt.strftime(form).alias(column)


def word(words: dict[str, str], key: str | None) -> str:
    """The Japanese word; the key itself where the playbook brought a new one."""
    return UNKNOWN if key is None else words.get(key, key)
