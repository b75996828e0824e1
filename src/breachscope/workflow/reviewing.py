"""What `review` calls: the queue of a run, rulings read back from a file or asked on a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from breachscope.case import decisions, folder, ledger
from breachscope.errors import ConfigError, OpenReviewError
from breachscope.review import answers, evidence, law
from breachscope.review.queue import Given, queue
from breachscope.schema import COUNTED_TIERS
from breachscope.workflow.context import opened
from breachscope.workflow.deciding import enter
from breachscope.workflow.tables import Shown, run_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from breachscope.review.questions import Question
    from breachscope.workflow.context import Context


def review(context: Context, number: int | None = None) -> Shown:
    """Every question of a run with what hangs on it; the open ones first, worst first."""
    chosen, place = run_folder(context, number)
    table = queue(questions(context, place), given(context))
    waiting = table.filter(pl.col("state") != "ruled")
    document = {
        "schema": "breachscope/review/1",
        "run": chosen,
        "open": waiting.height,
        "questions": table.with_columns(pl.selectors.date().cast(pl.String)).to_dicts(),
    }
    return Shown("review", document, table)


def ground_of(context: Context, place: Path, subject: str) -> str | None:
    """What a ruling on that subject would rest on in a run; None where it asks no such thing."""
    asked = questions(context, place, merges=subject.startswith(decisions.MERGE))
    return next((question.ground for question in asked if subject in question.names), None)


def given(context: Context) -> dict[str, Given]:
    """The rulings in force, by subject."""
    entered = decisions.entered(context.case.decisions, ledger.entries(context.case.ledger))
    return {
        subject: Given(ruling.id, _said(ruling), ruling.ground)
        for subject, ruling in decisions.latest_by_subject(entered).items()
    }


def _said(ruling: decisions.Decision) -> str:
    more = ruling.tier or ruling.value or (ruling.subject if ruling.action == "original" else None)
    return f"{ruling.action} {more}" if more else ruling.action


def has_questions(place: Path) -> bool:
    """The run has the tables the queue is made from."""
    wanted = {"items": "ground", "obligations": "grounds"}
    paths = {place / f"{name}.parquet": column for name, column in wanted.items()}
    return all(
        path.is_file() and column in pl.read_parquet_schema(path) for path, column in paths.items()
    )


def questions(context: Context, place: Path, *, merges: bool = True) -> Iterator[Question]:
    """All questions of a run, from its tables; those on merges read every record's person."""
    if not has_questions(place):
        raise ConfigError(
            f"run {place.name} has no items or obligations: an earlier version made it",
            hint="breachscope run",
        )
    inquiry = pl.read_parquet(place / "inquiry.parquet")
    counts = pl.read_parquet(place / "counts.parquet", columns=["party_id", "all_high"])
    yield from evidence.conflicts(inquiry)
    yield from evidence.copies(
        pl.read_parquet(place / "copy_lines.parquet"), pl.read_parquet(place / "copy_pairs.parquet")
    )
    parts = place / "leak_parts.parquet"
    if parts.is_file():
        yield from evidence.sources(pl.read_parquet(parts))
    if merges:
        yield from evidence.merges(doubtful_merges(context, place), _rejected_merges(context))
    items = pl.read_parquet(place / "items.parquet").join(
        reached_versions(inquiry, place), on="version_id", how="semi"
    )
    yield from law.items(items, dict(counts.iter_rows()))
    yield from law.obligations(pl.read_parquet(place / "obligations.parquet"))


def reached_versions(inquiry: pl.DataFrame, place: Path) -> pl.DataFrame:
    """The versions some counted, conflicting or seized removal, or a leak, reached."""
    counted = pl.col("tier").is_in(COUNTED_TIERS) | pl.col("conflict")
    found = [
        inquiry.filter(counted).select("version_id"),
        pl.read_parquet(place / "grounds.parquet", columns=["version_id"]),
    ]
    parts = place / "leak_parts.parquet"
    if parts.is_file():
        leaked = pl.read_parquet(parts, columns=["versions"]).explode("versions")
        found.append(leaked.rename({"versions": "version_id"}))
    return pl.concat(found).drop_nulls().unique().sort("version_id")


def doubtful_merges(context: Context, place: Path) -> list[tuple[str, str, int]]:
    """Party, rung, persons in the scope that a rung of the standard policy joined."""
    rungs = [r.name for r in context.playbook.identity.rungs if r.policy == "standard"]
    joined = pl.scan_parquet(place / "people.parquet").filter(pl.col("reason").is_in(rungs))
    scope = pl.scan_parquet(place / "scope.parquet").select("party_id", "person_key")
    found = (
        joined.select("party_id", "person_key", "reason")
        .unique()
        .join(scope, on=["party_id", "person_key"], how="semi")
        .group_by("party_id", "reason")
        .agg(persons=pl.len())
        .sort("party_id", "reason")
        .collect()
    )
    return list(found.iter_rows())


def _rejected_merges(context: Context) -> dict[str, str | None]:
    """Subjects of merges ruled to be none -> the ground they were ruled on."""
    return {
        subject: ruling.ground
        for subject, ruling in given(context).items()
        if subject.startswith(decisions.MERGE) and ruling.said == "reject"
    }


def export(case: Path | None, number: int | None, path: Path) -> int:
    """Write the open questions as a file to fill in; how many there are.

    It begins with a byte order mark, by which spreadsheets know UTF-8.
    """
    table = review(opened(case), number).frame.filter(pl.col("state") != "ruled")
    path.write_bytes(answers.as_csv(table).encode("utf-8-sig"))
    return table.height


def imported(
    case: Path | None, path: Path, who: str | None, *, command: Sequence[str]
) -> list[decisions.Decision]:
    """Enter the rulings of a filled-in file: all of them, or none.

    Raises:
        ConfigError: the file cannot be read, or rulings have mistakes; all by row.

    """
    text = _text(path)
    with folder.exclusive(folder.find(case)):
        context = opened(case)
        table = review(context).frame
        found = answers.read(text, table, who)
        return [_entered(context, each, command) for each in _new(found, table)]


def _text(path: Path) -> str:
    """The file's text: UTF-8, or what Japanese spreadsheets write.

    Raises:
        ConfigError: it is neither.

    """
    data = path.read_bytes()
    for encoding in ("utf-8-sig", "cp932"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise ConfigError(f"{path.name}: is neither UTF-8 nor Shift_JIS")


def _new(found: Iterable[answers.Answer], table: pl.DataFrame) -> list[answers.Answer]:
    """Rulings not there yet: a file imported twice rules once."""
    there = {
        (row["question_id"], row["ruled"])
        for row in table.filter(pl.col("state") == "ruled").iter_rows(named=True)
    }
    return [each for each in found if (each.subject, said(each)) not in there]


def said(answer: answers.Answer) -> str:
    """The ruling in words."""
    more = answer.tier or answer.value
    return f"{answer.action} {more}" if more else answer.action


def _entered(
    context: Context, answer: answers.Answer, command: Sequence[str]
) -> decisions.Decision:
    return enter(
        context.case,
        action=answer.action,
        subject=answer.subject,
        who=answer.who,
        why=answer.why,
        tier=answer.tier,
        value=answer.value,
        ground=answer.ground,
        command=command,
    )


def asked(
    case: Path | None,
    who: str,
    ask: Callable[[dict[str, Any], int, int], tuple[str, str] | None],
    *,
    command: Sequence[str],
) -> int:
    """Ask each open question in turn and enter each ruling as it is given; how many were.

    `ask` gives the ruling and its reason, empty to leave the question, or None to stop.
    """
    count = 0
    waiting = review(opened(case)).frame.filter(
        (pl.col("state") != "ruled") & (pl.col("allowed").list.len() > 0)
    )
    known = {row["question_id"]: row for row in waiting.iter_rows(named=True)}
    for place, (name, row) in enumerate(known.items(), 1):
        told = ask(row, place, len(known))
        if told is None:
            break
        ruling, why = told
        if not ruling:
            continue
        cells = {"id": name, "ground": row["ground"], "ruling": ruling, "why": why, "who": who}
        found = answers.answer(known, cells, who)
        with folder.exclusive(folder.find(case)):
            _entered(opened(case), found, command)
        count += 1
    return count


def raise_open(document: dict[str, Any]) -> None:
    """Raise while something waits for a ruling.

    Raises:
        OpenReviewError: questions are open.

    """
    if document["open"]:
        raise OpenReviewError(
            f"{document['open']} questions wait for a person",
            hint="breachscope review --export FILE, fill in, breachscope review --import FILE",
        )
