"""Supplement, withdrawal, the evidence appendix and the investigation report."""

from __future__ import annotations

from .notices import LAW, closing, letterhead
from .sheets import NO_LIMITS, Sheet

EARLIER = "第{{ previous_issue }}版（実行{{ previous_run }}）"
METHOD = (
    "ダウンロードの記録を、その時刻に有効であったリストの版に結び付け、取得された行を定めました。"
    "行数と通信量が足りないものは、どの行かを定めず、下限と上限を示します。",
    "承認済みの作業で説明できるもの、失敗して何も送られなかったもの、調査対象外のものは、数に含めません。",
    "同じ本人の記録は、氏名、電話番号、住所、生年月日等を突き合わせて一人と数えます。下限は最も緩い基準、"
    "上限は最も厳しい基準によります。",
    "区分は、外部で見つかった名簿や押収ファイルとの一致、未登録媒体の接続、遠隔接続の有無により、"
    "規則集の上から順に当てはめて定めます。",
)
COVERAGE_HEADS = ["証拠の種類", "ファイル", "記録", "最初", "最後", "検出できる空白（時間）"]
COVERAGE = ["{{ c.label }}", "{{ c.files }}", "{{ c.events }}", "{{ c.first }}", "{{ c.last }}",
            "{{ c.detectable_hours }}"]  # fmt: skip


def supplement() -> Sheet:
    """Previous figure, new figure, why."""
    sheet = letterhead(Sheet()).title("個人データの漏えい等に関する通知の追完")
    sheet.text(
        f"{EARLIER}により通知した事項について、その後の調査で次のとおり変わりましたので、"
        f"{LAW}施行規則第8条及び第9条の趣旨により、追って通知します。"
    )
    _figures(sheet.head("変わった数"))
    _persons(sheet)
    sheet.head("理由").bullets("{{ reason }}", "reason in reasons")
    sheet.head("なお分からないこと").bullets("{{ limit }}", "limit in limits", NO_LIMITS)
    sheet.text(
        "本人への通知をすでに行っている場合、新たに対象となった方への通知と、対象でなくなった方への"
        "お知らせが必要になることがあります。名簿は同じ一式にあります。"
    )
    return closing(sheet)


def withdrawal() -> Sheet:
    """Less than was told, or nothing any more."""
    sheet = letterhead(Sheet()).title(
        "個人データの漏えい等に関する通知の{% if not wholly %}一部の{% endif %}撤回"
    )
    sheet.text(
        f"{EARLIER}により通知した事項の{{% if wholly %}}すべて{{% else %}}一部{{% endif %}}について、"
        "その後の調査で、漏えい又はそのおそれがあるとは認められなくなりましたので、通知を撤回します。"
        "{% if not wholly %}残りは、同じ一式の通知書のとおりです。{% endif %}"
    )
    _figures(sheet.head("変わった数"))
    _persons(sheet)
    sheet.head("理由").bullets("{{ reason }}", "reason in reasons")
    sheet.head("なお分からないこと").text(
        "この撤回は、次の範囲の証拠によります。漏えいがなかったことを証明するものではありません。",
        keep=True,
    ).bullets("{{ limit }}", "limit in limits", NO_LIMITS)
    sheet.text(
        "報告を要する事態に当たらないと後に分かった場合、本人への通知は要しないとされています。"
        "すでに通知した本人には、撤回をお知らせください。"
    )
    return closing(sheet)


def _figures(sheet: Sheet) -> Sheet:
    sheet.grid(
        ["数", "前回", "今回", "増減"],
        ["{{ f.label }}", "{{ f.before }}", "{{ f.after }}", "{{ f.signed }}"],
        "f in figures",
        [76, 30, 30, 30],
        right=(1, 2, 3),
        empty="数に変わりはない",
    )
    return sheet.when("period_changed", "期間又は項目も変わりました。")


def _persons(sheet: Sheet) -> Sheet:
    return sheet.text(
        "名簿に新たに加わった本人{{ added }}人、名簿から除かれた本人{{ withdrawn }}人、"
        "区分が変わった本人{{ moved }}人。"
    )


def appendix() -> Sheet:
    """Every counted download, with file and line."""
    sheet = Sheet(landscape=True).title("証拠別紙　{{ recipient.name }}")
    sheet.head("一　ダウンロード（{{ extractions|length }}件）").grid(
        ["番号", "時刻", "アカウント・端末・経路", "リスト・版（結び付け）", "行（下限～上限）", "区分と理由", "証拠・ファイル・行"],
        ["{{ e.event_id }}", "{{ e.at }}", "{{ e.account }}\n{{ e.host }}\n{{ e.route }}",
         "{{ e.list_id }}\n{{ e.version_id }}（{{ e.bind }}）",
         "{{ e.rows }}（{{ e.rows_low }}～{{ e.rows_high }}）\n{{ e.row_scope }}",
         "{{ e.tier }}\n{{ e.reason }}", "{{ e.exhibit }}\n{{ e.file }}\n{{ e.line }}行"],
        "e in extractions",
        [32, 28, 34, 44, 30, 48, 37],
        empty="数に含めたダウンロードはない",
        small=True,
    )  # fmt: skip
    exhibits(sheet.head("二　用いた記録"))
    method(sheet.head("三　方法"))
    sheet.head("四　証拠の範囲").grid(
        COVERAGE_HEADS, COVERAGE, "c in coverage", [60, 30, 35, 42, 42, 44], right=(1, 2, 5),
        empty="未確認", small=True,
    )  # fmt: skip
    sheet.head("五　分からないこと").bullets("{{ limit }}", "limit in limits", NO_LIMITS)
    return closing(sheet)


def method(sheet: Sheet) -> Sheet:
    """How the figures came about."""
    for words in METHOD:
        sheet.text(f"・{words}", "Bullet")
    return sheet


def exhibits(sheet: Sheet, widths: tuple[int, ...] = (26, 26, 68, 24, 109)) -> Sheet:
    """Evidence files by number."""
    return sheet.grid(
        ["番号", "種類", "ファイル", "行", "SHA-256"],
        ["{{ x.mark }}", "{{ x.kind }}", "{{ x.file }}", "{{ x.rows }}", "{{ x.sha256 }}"],
        "x in exhibits",
        list(widths),
        right=(3,),
        empty="未確認",
        small=True,
    )


def investigation() -> Sheet:
    """For boards and regulators."""
    sheet = Sheet().title("調査報告書\n{{ case }}")
    sheet.text("作成日: {{ prepared_on }}", "From").text("{{ sender.name }}", "From")
    sheet.head("一　結論").text(
        "証拠から、{{ period.first }}から{{ period.last }}までの間に、{{ downloads }}回のダウンロードで延べ"
        "{{ rows.gross }}行（{{ rows.low }}～{{ rows.high }}行）、異なる{{ rows.distinct }}行が持ち出された、"
        "又はそのおそれがあると認められます。委託元{{ parties_all }}のうち{{ parties_affected }}に関わります。"
    )
    sheet.text("本人の数（委託元ごとに数え、合計したもの）", "Heading 2")
    _ladder(sheet, "persons")
    sheet.text("本人の数（委託元をまたいで一人を一度だけ数えたもの）", "Heading 2")
    _ladder(sheet, "over_parties")
    sheet.text("前回の実行からの変更", "Heading 2").bullets(
        "{{ c }}", "c in changes", "前の実行はない、又は変更はない"
    )
    sheet.head("二　分からないこと").text(
        "以下の範囲では、漏えいの有無を言えません。ここに現れないことは、漏えいがないことを意味しません。",
        keep=True,
    ).bullets("{{ limit }}", "limit in limits", NO_LIMITS)
    sheet.head("三　経過、原因、対応").form([
        ("発覚", "{{ stated.discovered }}"),
        ("概要", "{{ stated.outline }}"),
        ("原因", "{{ stated.cause }}"),
        ("二次被害又はそのおそれ", "{{ stated.secondary_damage }}"),
        ("本人への対応", "{{ stated.response }}"),
        ("公表", "{{ stated.publication }}"),
        ("再発防止（実施済み）", "{{ stated.prevention_done }}"),
        ("再発防止（今後の予定）", "{{ stated.prevention_planned }}"),
    ])  # fmt: skip
    sheet.head("四　委託元").grid(
        ["番号", "委託元", "区分", "回数", "本人の数", "下限", "上限", "通知日"],
        ["{{ p.party_id }}", "{{ p.name }}", "{{ p.sector }}", "{{ p.downloads }}", "{{ p.count }}",
         "{{ p.low }}", "{{ p.high }}", "{{ p.told_on }}"],
        "p in parties",
        [16, 44, 24, 12, 17, 17, 17, 27],
        right=(3, 4, 5, 6),
        small=True,
    )  # fmt: skip
    sheet.head("五　持出し行為（{{ acts|length }}件）").grid(
        ["番号", "始め", "終わり", "アカウント", "端末", "経路", "回数", "行"],
        ["{{ a.act_id }}", "{{ a.started }}", "{{ a.ended }}", "{{ a.account }}", "{{ a.host }}",
         "{{ a.route }}", "{{ a.downloads }}", "{{ a.rows }}"],
        "a in acts",
        [22, 31, 31, 22, 22, 18, 11, 17],
        right=(6, 7),
        empty="ない",
        small=True,
    )  # fmt: skip
    method(sheet.head("六　方法"))
    sheet.head("七　証拠の範囲").grid(
        COVERAGE_HEADS, COVERAGE, "c in coverage", [40, 18, 24, 31, 31, 30], right=(1, 2, 5),
        empty="未確認", small=True,
    )  # fmt: skip
    exhibits(sheet.head("八　証拠（{{ exhibits|length }}点）"), (16, 26, 48, 16, 68))
    return closing(sheet)


def _ladder(sheet: Sheet, name: str) -> Sheet:
    return sheet.grid(
        ["区分", "本人の数（人）", "下限", "上限"],
        ["{{ p.label }}", "{{ p.count }}", "{{ p.low }}", "{{ p.high }}"],
        f"p in {name}",
        [70, 36, 30, 30],
        right=(1, 2, 3),
    )
