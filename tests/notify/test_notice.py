from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from notify_cases import TEMPLATES, package

from breachscope.errors import ConfigError
from breachscope.notify.packages import write_package

NOTICE = "notice_entrusting_party.html.j2"


@pytest.fixture
def templates(tmp_path: Path) -> Path:
    return Path(shutil.copytree(TEMPLATES, tmp_path / "templates"))


@pytest.mark.parametrize(
    ("asked", "named"),
    [
        ("{{ hotline }}", "hotline"),
        ("{{ recipient.fax }}", "fax"),
        ("{{ statements.apology }}", "apology"),
        ("{% if hotline %}x{% endif %}", "hotline"),
    ],
)
def test_a_placeholder_without_a_value_stops_the_build_and_is_named(
    tmp_path: Path, templates: Path, asked: str, named: str
) -> None:
    (templates / NOTICE).write_text(asked, encoding="utf-8")

    with pytest.raises(ConfigError) as caught:
        write_package(tmp_path / "P1", package(), templates)

    assert str(caught.value) == f"{NOTICE}: no value for the placeholder {named}"
    assert not (tmp_path / "P1").exists()


def test_a_missing_template_is_named(tmp_path: Path, templates: Path) -> None:
    (templates / NOTICE).unlink()

    with pytest.raises(ConfigError, match=NOTICE):
        write_package(tmp_path / "P1", package(), templates)


def test_a_broken_template_is_named_with_its_line(tmp_path: Path, templates: Path) -> None:
    (templates / NOTICE).write_text("a\n{% if %}", encoding="utf-8")

    with pytest.raises(ConfigError, match=f"{NOTICE}: line 2"):
        write_package(tmp_path / "P1", package(), templates)


def test_a_template_cannot_reach_into_the_program(tmp_path: Path, templates: Path) -> None:
    (templates / NOTICE).write_text("{{ case.__class__.__mro__ }}", encoding="utf-8")

    with pytest.raises(ConfigError, match=NOTICE):
        write_package(tmp_path / "P1", package(), templates)


def test_users_may_change_the_words(tmp_path: Path, templates: Path) -> None:
    words = (templates / "words.j2").read_text(encoding="utf-8")
    (templates / "words.j2").write_text(words.replace('"氏名"', '"お名前"'), encoding="utf-8")
    write_package(tmp_path / "P1", package(), templates)

    page = (tmp_path / "P1" / "data" / "通知書.html").read_text(encoding="utf-8")
    assert "お名前、電話番号" in page
