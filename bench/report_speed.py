"""How soon a report can be used in a browser: limit 1 s from opening to interactive.

    python bench/report_speed.py REPORT.html [CHROMIUM]

Each opening is in a fresh browser context. Told are the milliseconds, counted by the browser
from the start of the navigation, until the page is painted first, until it is interactive (all
of it read, scripts run) and until it is loaded; then how long a table takes to answer a click on
a heading and a word typed into its filter, up to the next painted frame.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from statistics import median

from playwright.sync_api import Page, sync_playwright

ROUNDS = 7
TIMES = """() => {
  const page = performance.getEntriesByType("navigation")[0];
  const paint = performance.getEntriesByName("first-contentful-paint")[0];
  return {painted: paint ? paint.startTime : -1, interactive: page.domContentLoadedEventEnd,
          loaded: page.loadEventEnd};
}"""
ANSWER = """([selector, act]) => new Promise(done => {
  const element = document.querySelector(selector);
  const began = performance.now();
  if (act === "click") element.click();
  else { element.value = "P0"; element.dispatchEvent(new Event("input", {bubbles: true})); }
  requestAnimationFrame(() => setTimeout(() => done(performance.now() - began), 0));
})"""


def measured(page: Page, report: Path) -> dict[str, float]:
    """One opening, in milliseconds."""
    page.goto(report.as_uri(), wait_until="load")
    page.wait_for_timeout(200)
    found: dict[str, float] = page.evaluate(TIMES)
    found["sorted"] = page.evaluate(ANSWER, ["thead th button", "click"])
    found["filtered"] = page.evaluate(ANSWER, ["input[type=search]", "type"])
    return found


def main() -> None:
    report = Path(sys.argv[1]).resolve()
    chromium = sys.argv[2] if len(sys.argv) > 2 else shutil.which("chromium")
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        found = []
        for _ in range(ROUNDS):
            context = browser.new_context(viewport={"width": 1366, "height": 768})
            found.append(measured(context.new_page(), report))
            context.close()
        browser.close()
    print(f"{report.name}: {report.stat().st_size:,} bytes, {ROUNDS} openings, ms")
    for name in found[0]:
        values = sorted(one[name] for one in found)
        print(f"  {name:12} median {median(values):7.0f}   worst {values[-1]:7.0f}")


if __name__ == "__main__":
    main()
