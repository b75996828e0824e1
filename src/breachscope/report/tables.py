"""The report's tables as text, ready for the template: no formatting is left to it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal

import polars as pl

from breachscope.report import words
from breachscope.report.words import Said, joined, local, number, of_the_run, say, span, word
from breachscope.schema import UTC_TIME

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from breachscope.report.inputs import ChangeRow, EvidenceRow, Frame, Settings

MOST_PARTIES, MOST_ACTS, MOST_CONFLICTS, MOST_LINES, MOST_FILES = 300, 50, 50, 60, 1500
Form = Literal["text", "long", "number", "code", "hash", "time"]

FORMS: Final[dict[str, Form]] = {
    "l": "long", "n": "number", "c": "code", "h": "hash", "t": "time",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its head in both languages, and how its cells are set."""

    head: Said
    form: Form = "text"


@dataclass(frozen=True, slots=True)
class Table:
    """A table of text. `total` rows exist; where fewer stand here, `rest` says where all are."""

    caption: Said
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    total: int
    rest: str = ""
    empty: Said = field(default_factory=lambda: say("none"))

    @property
    def cut(self) -> bool:
        """Rows were left out."""
        return self.total > len(self.rows)


def columns(*heads: str) -> tuple[Column, ...]:
    """Columns from `日本語|english|form`."""
    made = []
    for head in heads:
        japanese, english, *form = head.split("|")
        made.append(Column(Said(japanese, english), FORMS[form[0]] if form else "text"))
    return tuple(made)


def parties(counts: pl.DataFrame, zone: str) -> Table:
    """One row a party of which something left, most persons first, with the whole ladder."""
    found = counts.filter(
        (pl.col("all_high") > 0) | (pl.col("rows_gross_high") > 0) | (pl.col("downloads") > 0)
    ).sort(["all_count", "all_high", "party_id"], descending=[True, True, False])
    shown = found.head(MOST_PARTIES).with_columns(
        local("first_at", zone, "%Y-%m-%d"), local("last_at", zone, "%Y-%m-%d")
    )
    rows = tuple(
        (
            r["party_id"],
            r["name"],
            word(words.SECTORS, r["sector"]),
            number(r["all_count"]),
            span(r["all_low"], r["all_high"]),
            *(number(r[f"{tier}_count"]) for tier in ("confirmed", "probable", "possible")),
            number(r["rows_distinct"]),
            number(r["rows_gross"]),
            span(r["rows_gross_low"], r["rows_gross_high"]),
            number(r["downloads"]),
            f"{r['first_at'] or words.NONE} – {r['last_at'] or words.NONE}",
            joined(word(words.FIELDS, name) for name in r["fields"] or []) or words.UNKNOWN,
        )
        for r in shown.iter_rows(named=True)
    )
    heads = columns(
        "番号|id|c", "委託元|party", "区分|sector", "本人の数|persons|n", "下限–上限|low–high|n",
        "確認|confirmed|n", "可能性高|probable|n", "可能性あり|possible|n",
        "異なる行|distinct rows|n", "延べ行数|gross rows|n", "延べ 下限–上限|low–high|n",
        "回数|downloads|n", "期間|first – last|t", "項目|fields|l",
    )  # fmt: skip
    rest = all_in("breachscope show scope --csv")
    return Table(say("t_parties"), heads, rows, found.height, rest)


def acts(frame: Frame, zone: str) -> Table:
    """The acts with most rows, in order of time."""
    ranked = frame.lazy().sort(["rows", "act_id"], descending=[True, False], nulls_last=True)
    total = frame.lazy().select(pl.len()).collect().item()
    shown = (
        ranked.head(MOST_ACTS)
        .sort("started_at", "act_id")
        .with_columns(local("started_at", zone), local("ended_at", zone))
        .collect()
    )
    rows = tuple(
        (
            r["act_id"],
            r["started_at"] or words.UNKNOWN,
            r["ended_at"] or words.UNKNOWN,
            r["account"] or words.UNKNOWN,
            r["host"] or words.UNKNOWN,
            word(words.ROUTES, r["route"]),
            *(number(r[key]) for key in ("downloads", "rows", "confirmed", "probable", "possible")),
            r["media_serial"] or words.NONE,
        )
        for r in shown.iter_rows(named=True)
    )
    heads = columns(
        "番号|act|c", "始め|from|t", "終わり|to|t", "アカウント|account|c", "端末|host|c",
        "経路|route", "回数|downloads|n", "行数|rows|n", "確認|confirmed|n",
        "可能性高|probable|n", "可能性あり|possible|n", "媒体|device|c",
    )  # fmt: skip
    return Table(say("t_acts"), heads, rows, total, say("t_acts_rest"))


def conflicts(egress: Frame, zone: str) -> Table:
    """Explained downloads with evidence against them that still wait for a ruling."""
    frame = open_conflicts(egress).with_columns(local("at", zone)).sort("at", "event_id").collect()
    rows = tuple(
        (
            r["event_id"],
            r["at"] or words.UNKNOWN,
            r["account"] or words.UNKNOWN,
            r["host"] or words.UNKNOWN,
            r["party_id"] or words.UNKNOWN,
            r["list_id"] or words.UNKNOWN,
            r["work_id"] or words.NONE,
            joined(said for key, said in words.OBJECTIONS.items() if r[key]) or words.NONE,
            word(words.TIERS, r["conflict_tier"]),
            span(r["rows_low"], r["rows_high"]),
            f"{r['evidence_id'][:12]}:{number(r['line'])}",
        )
        for r in frame.head(MOST_CONFLICTS).iter_rows(named=True)
    )
    heads = columns(
        "事象|event|c", "時刻|at|t", "アカウント|account|c", "端末|host|c", "委託元|party|c",
        "リスト|list|c", "作業|work|c", "反する証拠|against it|l", "退けた場合|if rejected",
        "行数|rows|n", "証拠:行|evidence|c",
    )  # fmt: skip
    rest = all_in("breachscope review")
    return Table(say("t_conflicts"), heads, rows, frame.height, rest)


def open_conflicts(egress: Frame) -> pl.LazyFrame:
    """Downloads marked conflict on which nobody has ruled."""
    return egress.lazy().filter(pl.col("conflict"), pl.col("ruling").is_null())


def changes(rows: Sequence[ChangeRow]) -> Table:
    """What moved since the previous run, and why."""
    made = tuple(
        (r.party_id, r.name, number(r.before), number(r.after), f"{r.after - r.before:+,}",
         number(r.added), number(r.removed), joined(map(_why, r.reasons)) or words.UNKNOWN)
        for r in rows
    )  # fmt: skip
    heads = columns(
        "番号|id|c", "委託元|party", "前回|before|n", "今回|after|n", "差|difference|n",
        "追加|added|n", "取下げ|removed|n", "理由|reasons|l",
    )  # fmt: skip
    return Table(say("t_changes"), heads, made, len(made), empty=say("t_changes_empty"))


def _why(reason: str) -> Said:
    """`evidence: …` as `diff` says it."""
    kind, colon, what = reason.partition(": ")
    if not colon or kind not in words.CHANGE_KINDS:
        return of_the_run(reason)
    return say("reason_of", kind=words.CHANGE_KINDS[kind], what=of_the_run(what))


def all_in(command: str) -> Said:
    """Where a table stands whole."""
    return say("all_in", command=command)


def evidence(files: Sequence[EvidenceRow], zone: str) -> Table:
    """Every file as received, with its hash and what became of its rows."""
    times = pl.DataFrame({"at": [f.acquired_at for f in files]}, schema={"at": UTC_TIME})
    acquired = times.select(local("at", zone, "%Y-%m-%d"))["at"].to_list()
    rows = tuple(
        (f.evidence_id[:12], word(words.KINDS, f.kind), f.file, f.sha256, number(f.bytes),
         f.encoding or words.NONE, f.zone or words.NONE, when or say("t_undeclared"),
         *(number(n) for n in (f.rows_read, f.rows_taken, f.rows_quarantined, f.rows_skipped)))
        for f, when in list(zip(files, acquired, strict=True))[:MOST_FILES]
    )  # fmt: skip
    heads = columns(
        "番号|id|c", "種類|kind", "ファイル|file|c", "SHA-256|hash|h", "バイト|bytes|n",
        "文字|encoding|c", "時間帯|zone|c", "取得日|acquired|t", "読込|read|n", "採用|taken|n",
        "隔離|quarantined|n", "対象外|skipped|n",
    )  # fmt: skip
    rest = all_in("breachscope status --json")
    return Table(say("t_evidence"), heads, rows, len(files), rest)


def quarantine(files: Iterable[EvidenceRow]) -> Table:
    """The first lines of each file that could not be read, with place and reason."""
    files = list(files)
    lines = [(f, line) for f in files for line in f.quarantine]
    rows = tuple(
        (f.evidence_id[:12], f.file, line.member or words.NONE, number(line.line),
         line.column or words.NONE, of_the_run(line.reason))
        for f, line in lines[:MOST_LINES]
    )  # fmt: skip
    heads = columns(
        "番号|id|c", "ファイル|file|c", "内部名|member|c", "行|line|n", "列|column|c",
        "理由|reason|l",
    )  # fmt: skip
    total = sum(f.rows_quarantined for f in files)
    rest = all_in("breachscope show evidence --csv")
    return Table(say("t_quarantine"), heads, rows, total, rest)


def rules(settings: Settings) -> Table:
    """The tier rules in the order they are read."""
    rows = tuple(
        (str(i), word(words.TIERS, rule.tier), rule.when, of_the_run(rule.reason))
        for i, rule in enumerate(settings.rules, 1)
    )
    heads = columns("順|order|n", "区分|tier", "条件|condition|h", "理由|reason|l")
    return Table(say("t_rules"), heads, rows, len(rows))


def limits(settings: Settings) -> Table:
    """The numbers the rules depend on."""
    rows: list[tuple[str, ...]] = []
    for name, value in settings.limits:
        unit = words.UNITS.get(name, "")
        said = say("limit", value=f"{value:g}", unit=unit)
        rows.append((word(words.LIMITS, name), name, said))
    heads = columns("内容|meaning|l", "設定名|key|c", "値|value|n")
    return Table(say("t_limits"), heads, tuple(rows), len(rows))


def rungs(settings: Settings) -> Table:
    """Who is one person: the identity policy's rungs, strongest first."""
    rows = tuple(
        (str(i), r.name, word(words.POLICIES, r.policy),
         joined((word(words.KEYS, key) for key in r.agree), "＋", " + "),
         joined(word(words.KEYS, key) for key in r.unless_differ) or words.NONE,
         say("t_used" if r.across_parties else "t_unused"))
        for i, r in enumerate(settings.rungs, 1)
    )  # fmt: skip
    heads = columns(
        "段|rung|n", "名|name|c", "方針|policy", "すべて一致|agree on|l",
        "異なれば別人|unless differ",
        "委託元間|across parties",
    )  # fmt: skip
    return Table(say("t_rungs"), heads, rows, len(rows))
