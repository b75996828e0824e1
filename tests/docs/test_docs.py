"""The documents keep up with the program."""

from __future__ import annotations

import re
import shutil
import subprocess
import tomllib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl
import pytest
import typer

from breachscope import playbook
from breachscope.cli import app
from breachscope.evidence.mapping import Mapping
from breachscope.schema import EGRESS, KINDS, ONE_OF, Kind

if TYPE_CHECKING:
    import click

REPO = Path(__file__).resolve().parents[2]
DOCS = REPO / "docs"
PAGES = (REPO / "CHANGELOG.md", *sorted(DOCS.rglob("*.md")))
COLUMNS_OF_RULES = EGRESS.names()[: EGRESS.names().index("tier")]

WORDS = (
    "case", "evidence", "event", "party", "list", "version", "record", "person", "actor",
    "download", "extraction", "act", "leak", "source", "tier", "conflict", "scope", "obligation",
    "package", "run", "segment", "stretch", "rung", "distinct record", "part", "ground",
)  # fmt: skip

# Put together here, so that this file does not hold what it forbids.
REGISTRIES = tuple(
    ".".join(parts)
    for parts in (
        ("pypi", "org"),
        ("pythonhosted", "org"),
        ("npmjs", "org"),
        ("crates", "io"),
        ("golang", "org"),
        ("anaconda", "org"),
        ("rubygems", "org"),
    )
)
TOP_FOLDERS = "|".join(("root", "home", "Users", "work", "tmp", "mnt", "opt"))
MACHINE_PATH = re.compile(rf"(?<![\w.}})>/*-])/(?:{TOP_FOLDERS})/\w")


def text_of(*pages: Path) -> str:
    return "\n".join(page.read_text(encoding="utf-8") for page in pages)


def fenced(page: Path, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", text_of(page), re.M | re.S)


def table_row(page: Path, name: str) -> str:
    found = re.search(rf"^\| `?{re.escape(name)}`? \|.*$", text_of(page), re.M)
    assert found, f"{page.name} has no row for {name}"
    return found.group()


@cache
def commands() -> dict[str, click.Command]:
    group = typer.main.get_command(app)
    return dict(group.commands)  # type: ignore[attr-defined]


def typed_commands() -> list[tuple[str, list[str]]]:
    """Every `breachscope …` of the shell blocks: the page and its words."""
    lines = [
        (page.name, line)
        for page in PAGES
        for block in fenced(page, "sh")
        for line in block.splitlines()
    ]
    return [
        (page, line.split("|")[0].split())
        for page, line in lines
        if line.startswith("breachscope ")
    ]


@pytest.mark.parametrize("name", sorted(commands()))
def test_every_command_is_in_the_docs(name: str) -> None:
    assert re.search(rf"breachscope {name}\b", text_of(*PAGES))


def test_commands_in_the_docs_exist_with_their_options() -> None:
    wrong = []
    for page, (_, name, *rest) in typed_commands():
        known = {
            option
            for parameter in (commands()[name].params if name in commands() else ())
            for option in parameter.opts
        }
        options = [word.split("=")[0] for word in rest if re.match(r"--?[a-z]", word)]
        wrong += [f"{page}: {name} {option}" for option in options if option not in known]
        wrong += [f"{page}: {name}"] if name not in commands() else []
    assert not wrong


def type_in_words(dtype: pl.DataType) -> str:
    if dtype.is_integer():
        return "whole"
    words = {pl.String: "text", pl.Boolean: "yes/no", pl.Datetime: "time", pl.Enum: "word"}
    return words.get(type(dtype), "number")


def test_the_method_lists_the_columns_a_rule_may_use_in_order_with_their_types() -> None:
    section = text_of(DOCS / "method.md").partition("## 6. ")[2].partition("\n## 7. ")[0]
    told = re.findall(r"^\| `(\w+)` \| ([a-z/]+) \| \S", section, re.M)
    # A word with no closed set of its own in the schema is text there.
    types = dict(told) | {name: "text" for name, kind in told if name == "status"}
    assert [name for name, _ in told] == COLUMNS_OF_RULES
    assert types == {name: type_in_words(EGRESS[name]) for name in COLUMNS_OF_RULES}


@pytest.mark.parametrize("kind", list(Kind))
def test_every_kind_and_its_required_columns_are_in_the_how_to(kind: Kind) -> None:
    row = table_row(DOCS / "how-to" / "add-evidence.md", kind.value)
    required = [column.name for column in KINDS[kind] if column.required]
    one_of = [name for group in ONE_OF.get(kind, ()) for name in group]
    assert [name for name in required if f"**{name}**" not in row] == []
    assert [name for name in one_of if not re.search(rf"\b{name}\b", row)] == []
    assert set(re.findall(r"\*\*(\w+)\*\*", row)) == set(required)


@pytest.mark.parametrize("word", WORDS)
def test_every_word_of_the_design_is_in_the_glossary(word: str) -> None:
    assert table_row(DOCS / "glossary.md", word)


def anchors(page: Path) -> set[str]:
    """What a heading's link is called, as forges make it."""
    headings = re.findall(r"^#+ (.*)$", text_of(page), re.M)
    plain = [re.sub(r"[^\w\- ]", "", heading.lower()) for heading in headings]
    return {heading.replace(" ", "-") for heading in plain}


def test_relative_links_resolve() -> None:
    wrong = []
    for page in PAGES:
        for link in re.findall(r"\]\(([^)\s]+)\)", text_of(page)):
            if "://" in link:
                continue
            path, _, anchor = link.partition("#")
            target = (page.parent / path).resolve() if path else page
            if not target.is_file() or (anchor and anchor not in anchors(target)):
                wrong.append(f"{page.name}: {link}")
    assert not wrong


def test_mapping_files_in_the_docs_are_right() -> None:
    blocks = fenced(DOCS / "how-to" / "add-evidence.md", "toml")
    assert [Mapping.model_validate(tomllib.loads(block)).kind for block in blocks] == ["downloads"]


def test_conditions_name_documented_columns_only() -> None:
    shown = [
        rule["when"]
        for block in fenced(DOCS / "how-to" / "write-a-playbook.md", "toml")
        for rule in tomllib.loads(block).get("rules", [])
    ]
    shipped = playbook.load(playbook.DEFAULT).rules
    conditions = [*shown, *(rule.when for rule in shipped.rules), shipped.conflict]
    used = {name for text in conditions for name in pl.sql_expr(text).meta.root_names()}
    assert shown
    assert used <= set(COLUMNS_OF_RULES)


def test_the_shipped_rules_stand_in_the_method_in_their_order() -> None:
    method = text_of(DOCS / "method.md")
    shipped = playbook.load(playbook.DEFAULT).rules
    rows = [
        f"| {number} | `{rule.tier}` | `{rule.when}` |"
        for number, rule in enumerate(shipped.rules, 1)
    ]
    assert "\n".join(rows) in method
    assert f"`{shipped.conflict}`" in method


def test_the_changelog_tells_every_stage_version() -> None:
    counts = text_of(REPO / "CHANGELOG.md").partition("### Counts")[2].partition("## [")[0]
    told = dict(re.findall(r"`([A-Z]+_VERSION)` (\d+)", counts))
    stages = text_of(*sorted((REPO / "src" / "breachscope" / "workflow").glob("*.py")))
    assert told == dict(re.findall(r"^([A-Z]+_VERSION) = (\d+)", stages, re.M))


def project_files() -> list[Path]:
    """The files git keeps or would keep; none outside a working copy."""
    if not shutil.which("git") or not (REPO / ".git").exists():
        return []
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listed = subprocess.run(command, cwd=REPO, capture_output=True, check=True).stdout
    paths = [REPO / name for name in listed.decode().split("\0") if name]
    return [path for path in paths if path.is_file()]


def test_no_file_names_a_registry_or_a_path_of_a_machine() -> None:
    files = project_files()
    if not files:
        pytest.skip("not a git working copy")
    wrong = []
    for path in files:
        text = path.read_bytes().decode("utf-8", "replace")
        hosts = [host for host in REGISTRIES if host in text]
        if hosts or MACHINE_PATH.search(text):
            wrong.append(f"{path.relative_to(REPO)}: {hosts or 'a path of a machine'}")
    assert not wrong
