"""The letter to a person, and the publication that may stand in for it."""

from __future__ import annotations

from .notices import LAW
from .sheets import SHORT_NOTE, Sheet

DESK = [
    ("名称", "{{ desk.name }}"),
    ("電話", "{{ desk.phone }}（{{ desk.hours }}）"),
    ("電子メール", "{{ desk.mail }}"),
    ("ウェブ", "{{ desk.url }}"),
]


def person() -> Sheet:
    """Rule 10: items i, ii, iv, v and ix, of this person alone."""
    sheet = Sheet(numbered=False)
    sheet.when("specimen", "見本: 特定の本人についてのものではありません。", style="Small")
    sheet.text("〒{{ person.postal_code }}", "Address")
    sheet.text("{{ person.address }}", "Address")
    sheet.text("{{ person.name }}　様", "Address")
    sheet.text("{{ prepared_on }}", "From").text("{{ party.name }}", "From")
    sheet.title("あなたの個人情報の漏えい\n（そのおそれを含む）について（お知らせ）")
    sheet.text(
        "{{ party.name }}が取扱いを委託した先で、あなたの個人情報が不正に持ち出された、又はそのおそれが"
        f"あることが分かりました。{LAW}{{% if public %}}第68条第2項"
        "{% else %}第26条第2項{% endif %}により、お知らせします。"
    )
    sheet.head("起きたこと").text("{{ stated.outline }}")
    sheet.text(
        "あなたの情報を含むリストが最初に持ち出されたのは{{ first }}、最後は{{ last }}です。"
        "{% if downloads %}記録では{{ downloads }}回です。{% endif %}"
    )
    sheet.head("あなたの情報の項目").text("{{ items|join('、') or none }}")
    sheet.head("原因").text("{{ stated.cause }}")
    sheet.head("二次被害又はそのおそれ").text("{{ stated.secondary_damage }}")
    sheet.head("あなたにお願いしたいこと").text("{{ stated.other }}")
    sheet.head("お問合せ先")
    for name, content in DESK:
        sheet.text(f"{name}: {content}", "Line")
    return sheet.when("draft", SHORT_NOTE, style="Small")


def publication() -> Sheet:
    """Its content follows the notice to persons."""
    sheet = Sheet()
    sheet.text("{{ prepared_on }}", "From").text("{{ party.name }}", "From")
    sheet.title("個人情報の漏えい（そのおそれを含む）について\n（お知らせとお詫び）")
    sheet.text(
        "{{ party.name }}が個人情報の取扱いを委託した先で、個人情報が不正に持ち出された、又はそのおそれが"
        "あることが分かりました。対象の方には個別にお知らせしていますが、ご連絡先が分からない方へのお知らせに"
        "代えて、ここに公表します。"
    )
    sheet.head("概要").text("{{ stated.outline }}")
    sheet.form([
        ("期間", "{{ scope.period.first }} から {{ scope.period.last }} まで"),
        ("項目", "{{ scope.fields|join('、') or none }}"),
        ("要配慮個人情報、カード番号等", "{{ stated.items }}"),
        ("本人の数", "{{ scope.total.count }}人{% if scope.total.low != scope.total.high %}"
                 "（{{ scope.total.low }}～{{ scope.total.high }}人の範囲）{% endif %}"),
    ])  # fmt: skip
    sheet.head("原因").text("{{ stated.cause }}")
    sheet.head("二次被害又はそのおそれ").text("{{ stated.secondary_damage }}")
    sheet.head("対応と再発防止").form([
        ("ご本人への対応", "{{ stated.response }}"),
        ("再発防止（実施済み）", "{{ stated.prevention_done }}"),
        ("再発防止（今後の予定）", "{{ stated.prevention_planned }}"),
    ])  # fmt: skip
    sheet.head("皆様にお願いしたいこと").text("{{ stated.other }}")
    sheet.head("ご自身が対象かどうかのお問合せ先").form(DESK, (32, 134))
    return sheet.when("draft", SHORT_NOTE, style="Small")
