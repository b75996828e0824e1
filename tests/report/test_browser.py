"""The report in a browser: three widths, keyboard, no message, no serious finding of axe."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
from report_cases import inputs

from breachscope import schema
from breachscope.report import html
from breachscope.report.view import view

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

CHROMIUM = os.environ.get("BREACHSCOPE_CHROMIUM") or shutil.which("chromium")
LANGUAGES = ("ja", "en")
WIDTHS = {"phone": (390, 844), "laptop": (1366, 768), "print": (794, 1123)}

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")


def duties() -> pl.DataFrame:
    due = pl.date_range(pl.date(2023, 10, 5), pl.date(2023, 10, 16), eager=True)
    rows = [
        {"obligation_id": f"J/R/P{n}", "subject": f"P{n}", "recipient": "ppc", "basis": "Art. 26",
         "kind": "final_report", "status": "review" if n % 3 == 0 else "yes", "due": day,
         "count": n, "reason": "improper purpose"}
        for n, day in enumerate(due.to_list(), 1)
    ]  # fmt: skip
    return pl.DataFrame(rows, schema=schema.OBLIGATIONS)


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    written = tmp_path_factory.mktemp("report") / "report.html"
    written.write_text(html.render(view(inputs(obligations=duties()))), encoding="utf-8")
    return written


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture
def messages() -> list[str]:
    return []


@pytest.fixture
def page(browser: Browser, report: Path, messages: list[str]) -> Iterator[Page]:
    opened = browser.new_page(viewport={"width": 1366, "height": 768})
    opened.on("console", lambda said: messages.append(said.text))
    opened.on("pageerror", lambda error: messages.append(str(error)))
    opened.on(
        "request",
        lambda asked: messages.append(asked.url) if asked.url != report.as_uri() else None,
    )
    opened.goto(report.as_uri())
    yield opened
    opened.close()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_runs_over_the_edge_and_nothing_is_said_or_asked(
    page: Page, messages: list[str], width: str, language: str
) -> None:
    across, down = WIDTHS[width]
    page.locator(f"label[for=read-{language}]").click()
    page.set_viewport_size({"width": across, "height": down})
    if width == "print":
        page.emulate_media(media="print")

    assert page.evaluate("document.documentElement.scrollWidth") <= across
    assert page.locator("main h2").first.is_visible()
    assert messages == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("width", ["phone", "laptop"])
def test_axe_has_no_serious_finding(page: Page, width: str, language: str) -> None:
    from axe_playwright_python.base import AXE_FILE_PATH

    across, down = WIDTHS[width]
    page.locator(f"label[for=read-{language}]").click()
    page.set_viewport_size({"width": across, "height": down})
    # Past the page's own policy, which forbids foreign scripts: by the debugger, not by a tag.
    page.evaluate(Path(AXE_FILE_PATH).read_text(encoding="utf-8"))
    found: dict[str, Any] = page.evaluate("axe.run()")

    grave = {v["id"]: v["nodes"][0]["html"][:80] for v in found["violations"]
             if v["impact"] in ("serious", "critical")}  # fmt: skip
    assert grave == {}
    assert len(found["passes"]) > 10


def test_a_table_is_sorted_by_key_and_searched(page: Page) -> None:
    table = page.locator("table", has=page.locator("caption", has_text="報告・通知義務"))
    subjects = table.locator("tbody tr:not([hidden]) td:nth-child(2)")
    assert subjects.first.inner_text() == "P1"

    count = table.locator("thead th:nth-child(8) button")
    count.focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    assert subjects.first.inner_text() == "P12"

    page.get_by_label("報告・通知義務", exact=False).and_(page.locator("input")).fill("2023-10-07")
    assert subjects.all_inner_texts() == ["P3"]


def test_one_language_is_shown_at_a_time_and_chosen_by_key_without_a_script(
    browser: Browser, report: Path
) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(report.as_uri())
    head = page.locator("#unknown")
    assert head.inner_text() == "何が分からないか"

    page.keyboard.press("Tab")
    page.keyboard.press("ArrowRight")
    assert head.inner_text() == "What this evidence cannot tell"
    assert page.locator('main [lang="ja"]:visible').count() == 0
    context.close()


def test_the_page_is_whole_without_its_script(browser: Browser, report: Path) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(report.as_uri())

    assert page.locator("table tbody tr").count() > 20
    assert page.locator("button, input:not([type=radio])").count() == 0
    context.close()
