"""What a supplement says of data items: new, gone, settled; and what it is called."""

from __future__ import annotations

from breachscope.notify.package import IssueKind, ItemChange
from breachscope.workflow import supplements

BEFORE = [["備考", "special_care", "unsure"], ["住所", "contact", "sure"]]
AFTER = [["備考", "special_care", "sure"], ["電話", "contact", "sure"]]


def test_items_new_gone_and_settled_are_told_and_no_other() -> None:
    assert supplements._item_changes(BEFORE, AFTER) == (
        ItemChange("住所", "contact", "sure", ""),
        ItemChange("備考", "special_care", "unsure", "sure"),
        ItemChange("電話", "contact", "", "sure"),
    )
    assert supplements._item_changes(BEFORE, BEFORE) == ()


def test_of_a_package_issued_before_items_were_recorded_nothing_is_told_to_have_changed() -> None:
    assert supplements._item_changes(None, AFTER) == ()


def test_an_item_that_was_settled_makes_a_supplement_even_where_persons_are_fewer() -> None:
    settled = supplements._item_changes(BEFORE, AFTER)

    assert supplements._kind({"withdrawn": 3}, (), settled) is IssueKind.SUPPLEMENT
    assert supplements._kind({"withdrawn": 3}, (), ()) is IssueKind.WITHDRAWAL
