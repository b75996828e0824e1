"""What a legal team meets that edits a template: its own words, and a clear word on mistakes."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

import pytest
from docx import Document
from notify_cases import TEMPLATES, package
from word_files import added, edited, text_of

from breachscope.errors import ConfigError
from breachscope.notify.packages import write_package

NOTICE = "notice_entrusting_party.docx"


@pytest.fixture
def templates(tmp_path: Path) -> Path:
    return Path(shutil.copytree(TEMPLATES, tmp_path / "templates"))


@pytest.fixture
def notice(templates: Path) -> Path:
    return templates / "documents" / NOTICE


def refused(tmp_path: Path, templates: Path) -> str:
    with pytest.raises(ConfigError) as caught:
        write_package(tmp_path / "P1", package(), templates)
    assert not (tmp_path / "P1").exists()
    return str(caught.value)


@pytest.mark.parametrize(
    ("asked", "named"),
    [
        ("{{ hotline }}", "hotline"),
        ("{{ recipient.fax }}", "fax"),
        ("{{ stated.apology }}", "apology"),
        ("{% if hotline %}x{% endif %}", "hotline"),
    ],
)
def test_a_placeholder_without_a_value_stops_the_build_and_is_named(
    tmp_path: Path, templates: Path, notice: Path, asked: str, named: str
) -> None:
    added(notice, asked)

    assert refused(tmp_path, templates) == f"{NOTICE}: no value for the placeholder {named}"


def test_a_layout_that_asks_for_what_is_not_there_is_named_with_its_line(
    tmp_path: Path, templates: Path
) -> None:
    layout = templates / "documents" / "layout.typ"
    layout.write_text("\n" + layout.read_text("utf-8") + "\n#data.hotline\n", encoding="utf-8")

    told = refused(tmp_path, templates)
    assert told.startswith("layout.typ: line ")
    assert "hotline" in told


def test_a_missing_template_is_named(tmp_path: Path, templates: Path, notice: Path) -> None:
    notice.unlink()

    assert NOTICE in refused(tmp_path, templates)


def test_a_file_that_is_no_word_file_is_named(
    tmp_path: Path, templates: Path, notice: Path
) -> None:
    notice.write_text("通知", encoding="utf-8")

    assert refused(tmp_path, templates) == f"{NOTICE}: is no Word file"


def test_a_broken_template_is_named_with_the_words_near_the_mistake(
    tmp_path: Path, templates: Path, notice: Path
) -> None:
    added(notice, "一 {% if %} 二")

    told = refused(tmp_path, templates)
    assert told.startswith(f"{NOTICE}: not a valid template")
    assert "一" in told


@pytest.mark.parametrize(
    "endless",
    [
        "{% for a in range(99999) %}{% for b in range(99999) %}{% set c = a %}"
        "{% endfor %}{% endfor %}",
        "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
        "{% for a in range(10**9) %}{% endfor %}",
        "{{ 'a' * 99999999999 }}",
    ],
)
def test_a_template_without_end_is_stopped_and_named(
    tmp_path: Path, templates: Path, notice: Path, endless: str
) -> None:
    added(notice, endless)

    began = time.monotonic()
    assert refused(tmp_path, templates).startswith(f"{NOTICE}: ")
    assert time.monotonic() - began < 20


@pytest.mark.parametrize("endless", ["#while true {}", "#let f() = f()\n#f()"])
def test_a_layout_without_end_is_stopped_and_named(
    tmp_path: Path, templates: Path, endless: str
) -> None:
    (templates / "documents" / "layout.typ").write_text(endless, encoding="utf-8")

    assert refused(tmp_path, templates).startswith("layout.typ: line ")


def test_a_template_cannot_reach_into_the_program(
    tmp_path: Path, templates: Path, notice: Path
) -> None:
    added(notice, "{{ case.__class__.__mro__ }}")

    assert NOTICE in refused(tmp_path, templates)


def test_a_layout_cannot_fetch_a_package(tmp_path: Path, templates: Path) -> None:
    layout = templates / "documents" / "layout.typ"
    layout.write_text('#import "@preview/cetz:0.3.0"', encoding="utf-8")

    assert "packages" in refused(tmp_path, templates)


def test_a_layout_cannot_read_beside_the_templates(tmp_path: Path, templates: Path) -> None:
    layout = templates / "documents" / "layout.typ"
    layout.write_text('#read("../words.toml")', encoding="utf-8")

    assert "escape" in refused(tmp_path, templates)


@pytest.mark.parametrize("marker", ["{{ mark }}", "{{ run }}", "{{ issue }}"])
def test_a_header_must_show_draft_or_final_version_and_run(
    tmp_path: Path, templates: Path, notice: Path, marker: str
) -> None:
    edited(notice, lambda words: words.replace(marker, ""), "header")

    assert marker in refused(tmp_path, templates)


def test_a_picture_is_refused_since_the_pdf_would_not_show_it(
    tmp_path: Path, templates: Path, notice: Path
) -> None:
    document = Document(str(notice))
    run = document.add_paragraph().add_run()
    run._r.append(run._r.makeelement(run._r.tag.replace("}r", "}drawing"), {}))
    document.save(str(notice))

    assert "a picture or drawing" in refused(tmp_path, templates)


def test_an_instruction_that_is_not_alone_in_its_paragraph_is_explained(
    tmp_path: Path, templates: Path, notice: Path
) -> None:
    added(notice, "{%p if draft %}", "{% endif %}一")

    with pytest.raises(ConfigError) as caught:
        write_package(tmp_path / "P1", package(draft=False), templates)
    assert "a paragraph" in str(caught.value.hint)


def test_users_may_change_the_words_and_the_sentences(
    tmp_path: Path, templates: Path, notice: Path
) -> None:
    words = (templates / "words.toml").read_text(encoding="utf-8")
    (templates / "words.toml").write_text(words.replace('"氏名"', '"お名前"'), encoding="utf-8")
    edited(notice, lambda words: words.replace("判明しだい追って", "分かり次第"))
    write_package(tmp_path / "P1", package(), templates)

    said = text_of((tmp_path / "P1" / "data" / "通知書.docx").read_bytes())
    assert "お名前、電話番号" in said
    assert "分かり次第" in said


def test_a_mistake_in_the_words_is_named_with_its_key(tmp_path: Path, templates: Path) -> None:
    (templates / "words.toml").write_text("public = 1\n", encoding="utf-8")

    assert "words.toml: public" in refused(tmp_path, templates)


def test_signs_that_steer_the_reading_are_refused_by_name_and_not_by_value(
    tmp_path: Path, templates: Path
) -> None:
    said = package(statements={"cause": "不正\u202eな"})
    with pytest.raises(ConfigError) as caught:
        write_package(tmp_path / "P1", said, templates)

    assert str(caught.value) == "通知書: stated.cause holds U+202E"
