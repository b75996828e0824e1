from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from breachscope.report.charts import CoverageRow, Month, calendar, monthly, months_between, steps
from breachscope.report.svg import element, shortened, text_width
from breachscope.report.words import number, span


def boxes(svg: str) -> list[tuple[float, float, float]]:
    """Each text's line, left and right end."""
    found = []
    for text in ET.fromstring(svg).iter("text"):
        x, y, size = (float(text.attrib[k]) for k in ("x", "y", "font_size".replace("_", "-")))
        wide = text_width(text.text or "", size)
        left = x - wide if text.attrib.get("text-anchor") == "end" else x
        found.append((y, left, left + wide))
    return found


@given(st.integers(1, 400), st.integers(0, 11))
def test_no_two_labels_of_a_chart_overlap_and_none_is_cut_off(length: int, start: int) -> None:
    last = start + length - 1
    months = months_between(f"2013-{start + 1:02d}", f"{2013 + last // 12}-{last % 12 + 1:02d}")
    placed = boxes(str(monthly([Month(m, {"probable": 3}) for m in months])))

    for i, (y, left, right) in enumerate(placed):
        assert left >= 0
        assert right <= 960
        for other_y, other_left, other_right in placed[i + 1 :]:
            assert y != other_y or right <= other_left or other_right <= left


@given(st.integers(0, 10**9))
def test_an_axis_reaches_its_highest_value_in_few_round_steps(highest: int) -> None:
    ticks = steps(highest)

    assert ticks[0] == 0
    assert ticks[-1] >= highest
    assert 2 <= len(ticks) <= 6


def test_a_chart_has_a_title_and_a_description_for_screen_readers() -> None:
    root = ET.fromstring(str(monthly([Month("2013-07", {"confirmed": 2})])))

    assert [child.tag for child in root][:2] == ["title", "desc"]
    assert root.attrib["role"] == "img"


def test_each_bar_says_its_month_and_values() -> None:
    svg = str(monthly([Month("2013-07", {"confirmed": 2, "possible": 0, "explained": 1})]))

    assert "2013-07: 確認 2、正当業務 1" in svg


def test_a_silent_month_is_marked_in_the_calendar() -> None:
    rows = [CoverageRow("入退室記録", {"2013-07": 9}, frozenset({"2013-08"}))]
    svg = str(calendar(rows, ["2013-07", "2013-08"]))

    assert "入退室記録 2013-08: 0件（空白あり）" in svg
    assert "入退室記録 2013-07: 9件 / " in svg


def test_text_in_a_picture_is_escaped() -> None:
    assert element("text", "<b>&", x="\"'") == '<text x="&quot;&#x27;">&lt;b&gt;&amp;</text>'


@given(st.text(max_size=40), st.floats(20, 200))
def test_a_shortened_text_fits(text: str, width: float) -> None:
    assert text_width(shortened(text, width, 12), 12) <= max(width, 12)


def test_months_run_on_over_the_turn_of_the_year() -> None:
    assert months_between("2013-11", "2014-02") == ["2013-11", "2013-12", "2014-01", "2014-02"]


@pytest.mark.parametrize(
    ("value", "said"),
    [(None, "—"), (0, "0"), (9280412, "9,280,412"), (71.46, "71.5"), (0.02, "0.1未満")],
)
def test_numbers_are_written_with_separators(value: float | None, said: str) -> None:
    assert number(value) == said


def test_equal_bounds_are_one_figure() -> None:
    assert (span(5, 5), span(5, 1200)) == ("5", "5–1,200")
