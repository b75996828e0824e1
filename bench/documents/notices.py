"""The notice to the entrusting party."""

from __future__ import annotations

from .sheets import NO_LIMITS, SHORT_NOTE, Sheet

YOU = "貴{% if public %}団体{% else %}社（貴法人）{% endif %}"
LAW = "個人情報の保護に関する法律"


def letterhead(sheet: Sheet) -> Sheet:
    """Who writes to whom, and when."""
    return (
        sheet.text("{{ recipient.name }}　御中", "To")
        .text("連絡先: {{ recipient.contact }}", "Small")
        .text("作成日: {{ prepared_on }}", "From")
        .text("発信者: {{ sender.name }}", "From")
        .text("問合せ先: {{ sender.contact }}", "From")
    )


def closing(sheet: Sheet) -> Sheet:
    """What holds for every document."""
    return sheet.text(SHORT_NOTE, "Small").text(
        "日付は{{ zone }}による。作成: breachscope {{ program_version }}\n"
        "規則集 SHA-256 {{ playbook_digest }}",
        "Small",
    )


def persons(sheet: Sheet) -> Sheet:
    """The table of persons by tier."""
    return sheet.grid(
        ["区分", "本人の数（人）", "下限", "上限"],
        ["{{ p.label }}", "{{ p.count }}", "{{ p.low }}", "{{ p.high }}"],
        "p in scope.persons",
        [70, 36, 30, 30],
        right=(1, 2, 3),
    )


def lists(sheet: Sheet) -> Sheet:
    """The lists that were taken out."""
    return sheet.grid(
        ["リスト", "版", "回数", "最初", "最後", "内容"],
        ["{{ l.list_id }}", "{{ l.versions }}", "{{ l.downloads }}", "{{ l.first }}",
         "{{ l.last }}", "{% if l.lost %}一部又は全部が残っていない{% else %}残っている{% endif %}"],
        "l in scope.lists",
        [34, 11, 13, 38, 38, 32],
        right=(1, 2),
        empty="未確認",
    )  # fmt: skip


def entrusting() -> Sheet:
    """Rule 9: items of Rule 8(1) known at the time."""
    sheet = letterhead(Sheet()).title(
        "委託を受けた個人データの漏えい等\n（そのおそれを含む）について（通知）"
    )
    sheet.text(
        f"{YOU}から取扱いの委託を受けた個人データについて、漏えい又はそのおそれが判明しましたので、"
        f"{LAW}第26条第1項ただし書及び同法施行規則第9条により、同規則第8条第1項各号に定める事項の"
        "うち、現時点で把握しているものを通知します。把握していない事項は「未確認」と記し、"
        "判明しだい追って通知します。"
    )
    sheet.head("一　概要").form([
        ("発生した期間", "{{ scope.period.first }} から {{ scope.period.last }} まで"
                     "（証拠から分かる最初と最後のダウンロード）"),
        ("発覚した日・経緯", "{{ stated.discovered }}"),
        ("概要", "{{ stated.outline }}"),
        ("ダウンロード", "{{ scope.downloads }}回、延べ{{ scope.rows.gross }}行"
                    "（{{ scope.rows.low }}～{{ scope.rows.high }}行）、"
                    "異なる行{{ scope.rows.distinct }}行"),
        ("報告を要する事態", "{% if public %}不正の目的をもって行われたおそれがある保有個人情報の漏えい等"
                      "（同規則第43条）［要確認：一次資料で確認していない］{% else %}"
                      "同規則第7条第3号（不正の目的をもって行われたおそれがある個人データの漏えい等）"
                      "{% endif %}。同条の他の号に当たるかは未確認。"),
    ])  # fmt: skip
    sheet.head("二　漏えい等が発生し、又は発生したおそれがある個人データの項目")
    sheet.text("{{ scope.fields|join('、') or none }}")
    sheet.text("要配慮個人情報、クレジットカード番号その他の項目: {{ stated.items }}")
    persons(sheet.head("三　本人の数"))
    sheet.text(
        "一人が複数のリストにあっても一人と数えました。数を確定できないときは、報告の要否は可能性のある"
        "最大数（上限）で判断します。添付の名簿には、記録から本人を特定できた{{ scope.listed }}人を"
        "載せました。{% if not scope.all_listed %}名簿の人数と上の数との差は、どの行が持ち出されたか、"
        "又は内容が、証拠に残っていないことによります。{% endif %}",
        "Small",
    )
    sheet.head("四　原因").text("{{ stated.cause }}")
    sheet.head("五　二次被害又はそのおそれの有無及びその内容").text("{{ stated.secondary_damage }}")
    sheet.head("六　本人への対応の実施状況").text("{{ stated.response }}")
    sheet.head("七　公表の実施状況").text("{{ stated.publication }}")
    sheet.head("八　再発防止のための措置").form([
        ("実施済み", "{{ stated.prevention_done }}"),
        ("今後の予定", "{{ stated.prevention_planned }}"),
    ])  # fmt: skip
    sheet.head("九　その他参考となる事項").text("{{ stated.other }}")
    sheet.text(
        "この通知の数は、次の範囲の証拠によります。"
        "ここに現れないことは、漏えいがないことを意味しません。",
        keep=True,
    ).bullets("{{ limit }}", "limit in limits", NO_LIMITS)
    lists(sheet.head("別紙　持ち出されたリスト"))
    sheet.text(
        "一件ごとの時刻、端末、行の範囲、証拠の所在は extractions.csv と証拠別紙にあります。",
        "Small",
    )
    sheet.head("受領後の期限について（参考）")
    sheet.text("{%p if deadlines %}").grid(
        ["義務", "根拠", "要否", "起算日", "期限", "当たる事由"],
        [
            "{{ d.kind }}",
            "{{ d.basis }}{% if d.unverified %}［要確認：一次資料で確認していない点がある］{% endif %}",
            "{{ d.status }}",
            "{{ d.clock_start }}",
            "{{ d.due }}",
            "{{ d.triggers|join('、') or none }}{% if d.open_triggers %}（未確認: {{ d.open_triggers|join('、') }}）{% endif %}",
        ],
        "d in deadlines",
        [20, 40, 15, 24, 36, 31],
        small=True,
    ).text("{%p endif %}")
    sheet.text(
        f"{YOU}がこの事態を知った日は、遅くともこの通知を受けた日と扱われることがあります。"
        "{% if public %}行政機関等には委託先の通知による免除の定めがなく、同法第68条による報告が別に"
        "必要です。期限は民間事業者の場合（速報は知った日から概ね3～5日以内、確報は60日以内）と同じと"
        "思われますが、［要確認：一次資料で確認していない］。2023年4月1日より前の地方公共団体の取扱いは"
        "条例によります［要確認］。{% else %}速報は知った日から概ね3～5日以内、確報は、不正の目的による"
        "おそれがあるため60日以内（知った日を1日目とし、最終日が土日、祝日、12月29日から1月3日に当たる"
        "ときは翌開庁日）です。{% endif %}",
        "Small",
    )
    return closing(sheet)
