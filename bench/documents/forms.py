"""Drafts of the regulator's form, for private handlers and for public bodies."""

from __future__ import annotations

from .notices import LAW, closing, persons
from .sheets import NO_LIMITS, Sheet

KIND = "{% if final_report %}確報{% else %}速報{% endif %}"


def private() -> Sheet:
    """Rule 8, form 1."""
    return _form(
        f"個人データの漏えい等の報告（{KIND}）記載事項の案",
        f"{LAW}第26条第1項本文及び同法施行規則第8条第1項",
        "個人情報保護委員会（権限が委任された分野は事業所管大臣）",
        [
            ("報告を要する事態", "施行規則第7条第3号（不正の目的をもって行われたおそれがある個人データの"
                       "漏えい等）。他の号（要配慮個人情報、財産的被害、1,000人超）に当たるかは"
                       "未確認。本人の数の上限は{{ scope.total.high }}人"),
        ],
        "速報は知った日から概ね3～5日以内、確報は、施行規則第7条第3号に当たるため知った日を1日目として"
        "60日以内（最終日が土日、祝日、12月29日から1月3日に当たるときは翌開庁日）。",
    )  # fmt: skip


def public() -> Sheet:
    """Article 68 and Rule 44."""
    return _form(
        f"保有個人情報の漏えい等の報告（{KIND}）記載事項の案",
        f"{LAW}第68条第1項及び同法施行規則第44条［要確認：規則は一次資料で確認していない］",
        "個人情報保護委員会",
        [
            ("報告を要する事態", "施行規則第43条（不正の目的をもって行われたおそれがある保有個人情報の"
                       "漏えい等）［要確認：号は一次資料で確認していない］。他の号（要配慮個人情報、"
                       "財産的被害、100人超、条例要配慮個人情報）に当たるかは未確認。本人の数の上限は"
                       "{{ scope.total.high }}人"),
        ],
        "速報は知った日から概ね3～5日以内、確報は60日以内［要確認：一次資料で確認していない］。"
        "2023年4月1日より前の地方公共団体の取扱いは条例による［要確認］。",
    )  # fmt: skip


def _form(
    title: str, basis: str, addressee: str, triggers: list[tuple[str, str]], deadline: str
) -> Sheet:
    sheet = Sheet().title(title)
    sheet.text(
        "報告は個人情報保護委員会のウェブの様式で行います。この文書は、そこに記入する内容の案です。"
        "{% if final_report %}把握していない事項は合理的な努力をした上で報告し、判明しだい追完します。"
        "{% else %}速報では、その時点で把握している事項を報告すれば足ります。{% endif %}",
        "Small",
    )
    sheet.head("報告者").form([
        ("報告の種別", KIND + "　{% if issue == '1' %}新規{% else %}続報（第{{ issue }}版）{% endif %}"),
        ("根拠", basis),
        ("提出先", addressee),
        ("報告者（組織）", "{{ reporter.name }}{% if reporter.sector %}（{{ reporter.sector }}）{% endif %}"),
        ("法人番号", "{{ reporter.corporate_number }}"),
        ("業種", "{{ reporter.industry }}"),
        ("住所", "{{ reporter.address }}"),
        ("代表者", "{{ reporter.representative }}"),
        ("連絡先", "{{ reporter.contact }}"),
        ("知った日", "{{ knowledge }}"),
        ("期限", "{% for d in deadlines %}{{ d.due }}（{{ d.status }}。起算日 {{ d.clock_start }}。"
               "{{ d.triggers|join('、') or none }}）\n{% endfor %}" + deadline),
    ])  # fmt: skip
    sheet.head("一　概要").form([
        ("発生日", "{{ scope.period.first }} から {{ scope.period.last }} まで"),
        ("発覚日", "{{ stated.discovered }}"),
        ("事態の種類", "漏えい（そのおそれを含む）"),
        *triggers,
        ("委託の有無", "{% if arose_at_entrustee %}あり。委託先: {{ entrustee.name }}{% else %}委託元から"
                  "取扱いの委託を受けている{% endif %}"),
        ("事実経過", "{{ stated.outline }}"),
    ])  # fmt: skip
    sheet.head("二　項目").form([
        ("項目", "{{ scope.fields|join('、') or none }}"),
        ("媒体", "電磁的記録"),
        ("要配慮個人情報、カード番号等", "{{ stated.items }}"),
    ])  # fmt: skip
    persons(sheet.head("三　本人の数"))
    sheet.head("四　原因").form([
        ("発生した主体", "{% if arose_at_entrustee %}委託先{% else %}報告者（再委託先を含む）{% endif %}"),
        ("原因", "{{ stated.cause }}"),
    ])  # fmt: skip
    sheet.head("五～九").form([
        ("五　二次被害又はそのおそれの有無及びその内容", "{{ stated.secondary_damage }}"),
        ("六　本人への対応の実施状況", "{{ stated.response }}"),
        ("七　公表の実施状況", "{{ stated.publication }}"),
        ("八　再発防止（実施済み）", "{{ stated.prevention_done }}"),
        ("八　再発防止（今後の予定）", "{{ stated.prevention_planned }}"),
        ("九　その他参考となる事項", "{{ stated.other }}"),
    ])  # fmt: skip
    sheet.text("数の範囲について", "Heading 2").bullets("{{ limit }}", "limit in limits", NO_LIMITS)
    return closing(sheet)
