"""The regulator's form: every field of the guideline's list, in order, in JSON and in Word."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from notify_cases import counts, extractions, package
from test_data_items import ILLNESS, NAME, reached
from word_files import text_of

from breachscope.notify.documents import of_party
from breachscope.notify.package import Recipient

if TYPE_CHECKING:
    from breachscope.notify.documents.press import Press

ORDER = (
    ("routing", "contains_my_number"), ("routing", "administrative_organ"),
    ("reporter", "report"), ("reporter", "name"), ("reporter", "corporate_number"),
    ("reporter", "industry"), ("reporter", "representative"), ("reporter", "contact"),
    ("reporter", "known_on"), ("reporter", "due"), ("i", "occurred_first"), ("i", "discovered"),
    ("i", "kind_of_event"), ("i", "discoverer"), ("i", "triggers"), ("i", "entrustment"),
    ("i", "course_of_events"), ("ii", "medium"), ("ii", "subjects"), ("ii", "boxes"),
    ("ii", "items"), ("iii", "persons"), ("iii", "of_these_card_holders"), ("iv", "arose_at"),
    ("iv", "cause"), ("v", "found"), ("v", "content"), ("vi", "status"), ("vi", "measures"),
    ("vii", "status"), ("vii", "on"), ("vii", "by"), ("vii", "text"), ("viii", "done"),
    ("viii", "planned"), ("ix", "other"),
)  # fmt: skip
PRINTED = (
    "個人番号を含むか", "報告者の区分", "報告の種別", "報告者（組織）", "法人番号", "業種",
    "代表者", "連絡先", "知った日", "期限", "発生日", "発覚日", "事態の種類", "発覚者",
    "報告を要する事態", "委託の有無", "事実経過", "媒体", "種類（顧客", "様式の選択肢",
    "要配慮個人情報", "本人の数（人）", "クレジットカード情報等を含む本人の数", "発生した主体",
    "原因", "二次被害", "本人への対応", "公表の実施状況", "再発防止（実施済み）",
    "再発防止（今後の予定）", "その他参考",
)  # fmt: skip


@pytest.mark.parametrize("sector", ["private", "local"])
@pytest.mark.parametrize("name", ["報告書_速報", "報告書_確報"])
def test_every_field_is_there_in_the_form_s_order(press: Press, sector: str, name: str) -> None:
    asked = package(items=reached(NAME, ILLNESS), recipient=Recipient("P1", "青嶺", sector))
    counted = counts(sector=sector).row(0, named=True)
    made = {m.name: m for m in of_party.documents(asked, counted, extractions(), 3, press)}
    fields = json.loads(made[name].figures)["content"]["fields"]
    told = [(field["item"], field["field"]) for field in fields]
    said, place = text_of(made[name].docx), 0

    assert [pair for pair in told if pair in ORDER] == list(ORDER)
    for label in PRINTED:
        place = said.find(label, place)
        assert place >= 0, label
