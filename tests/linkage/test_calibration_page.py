"""`docs/linkage/calibration.md` and its chart are whole, and speak of the same leaks."""

import re
from pathlib import Path
from xml.etree import ElementTree

FOLDER = Path(__file__).parents[2] / "docs/linkage"
PAGE = (FOLDER / "calibration.md").read_text("utf-8")
CHART = ElementTree.parse(FOLDER / "calibration.svg").getroot()
SVG = "{http://www.w3.org/2000/svg}"


def table(name: str) -> list[list[str]]:
    """The cells between the marks of this name."""
    text = re.search(rf"<!-- {name} -->\n(.*?)<!-- end -->", PAGE, re.DOTALL)
    assert text is not None
    return [[c.strip() for c in line.split("|")[1:-1]] for line in text[1].splitlines()]


def texts() -> list[str]:
    return ["".join(element.itertext()) for element in CHART.iter(f"{SVG}text")]


def test_every_table_of_the_page_is_filled() -> None:
    for name, rows in (("whole", 14), ("kinds", 8), ("small", 3), ("reliability", 9)):
        assert len(table(name)) == 2 + rows
        assert len({len(cells) for cells in table(name)}) == 1


def test_the_true_weight_is_held_in_at_least_nine_of_ten_leaks_of_either_set() -> None:
    held = next(row for row in table("whole") if row[0].startswith("**weight"))
    dated = next(row for row in table("whole") if row[0].startswith("**version set"))

    for cell in held[1:] + dated[1:]:
        assert float(cell.strip("*% ")) >= 90


def test_stated_errors_are_within_a_factor_of_two_of_the_true_ones() -> None:
    errors = next(row for row in table("whole") if row[0].startswith("errors"))

    for cell in errors[1:]:
        stated, wrong, ratio = (float(part) for part in re.split("[÷=]", cell))
        assert abs(stated / wrong - ratio) < 0.02
        assert 0.5 <= ratio <= 2


def test_the_chart_shows_every_leak_of_the_page_and_names_its_axes() -> None:
    leaks = sum(int(cell) for cell in table("whole")[2][1:])

    assert any(text.startswith(f"{leaks} leaks, by the true share") for text in texts())
    assert len(CHART.findall(f".//{SVG}circle")) == leaks + len(table("reliability")) - 2
    assert any(text.startswith("stated chance that the row’s person is wrong") for text in texts())
    assert {"0.01", "0.1", "0.2", "1.0"} <= set(texts())


def test_nothing_is_drawn_outside_the_chart() -> None:
    width, height = (float(part) for part in CHART.attrib["viewBox"].split()[2:])
    for element in CHART.iter():
        for name, most in (("x1", width), ("x2", width), ("cx", width), ("y1", height),
                           ("y2", height), ("cy", height)):  # fmt: skip
            assert 0 <= float(element.attrib.get(name, 0)) <= most
