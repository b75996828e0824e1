"""What this evidence cannot tell, with figures: said before any detail.

Every point is always listed, so that a reader sees what was looked for and not found.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl

from breachscope.report import words
from breachscope.report.lineage import counted
from breachscope.report.tables import open_conflicts
from breachscope.report.words import number, span, word

if TYPE_CHECKING:
    from collections.abc import Iterator

    from breachscope.report.inputs import ReportInputs

Facts = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Unknown:
    """One thing the evidence cannot tell: a figure, and what it means for the answer."""

    title: str
    english: str
    figure: str
    text: str
    found: bool


def unknowns(inputs: ReportInputs) -> tuple[Unknown, ...]:
    """Every limit of the evidence; what was found comes first."""
    every = [
        *_downloads(inputs),
        *_actors(inputs),
        *_coverage(inputs),
        *_files(inputs),
        *_custody(inputs),
    ]
    return tuple(sorted(every, key=lambda point: not point.found))


def _downloads(inputs: ReportInputs) -> Iterator[Unknown]:
    facts = _egress_facts(inputs)
    yield _point(
        "行を特定できない持出し", "Which rows, unknown", facts["count_scope"], "回",
        f"件数しか分からないダウンロード。行数は{span(facts['count_low'], facts['count_high'])}。"
        "誰の行かは決められず、上限には版の全員が入る。",
    )  # fmt: skip
    yield _point(
        "内容が残っていない名簿", "Lost contents", facts["lost_versions"], "版",
        f"ダウンロード{number(facts['lost'])}回、記録上{number(facts['lost_rows'])}行。"
        "本人を数えられず、下限には入らない。上限に行数を加えた。",
    )  # fmt: skip
    yield _point(
        "上限のない持出し", "No upper bound", facts["endless"], "回",
        "版の行数も送信量も残っていないダウンロード。上限の数字に入っておらず、上限はその分だけ足りない。",
    )  # fmt: skip
    yield _point(
        "要確認（裁定待ち）", "Conflicts waiting for a ruling", facts["conflicts"], "回",
        "正当業務で説明できるが、反する証拠もあるダウンロード。裁定があるまで上限にのみ入る。",
    )  # fmt: skip
    yield _point(
        "リストに結び付かないダウンロード", "Tied to no list", facts["unbound"], "回",
        "どの委託元のどの版か分からず、どの人数にも入っていない。",
    )  # fmt: skip
    yield _point(
        "版の有効期間外のダウンロード", "Outside every version's interval", facts["outside"], "回",
        "最も近い版に結び付け、区分は「可能性あり」までとした。",
    )  # fmt: skip
    yield _point(
        "行数とバイト数が矛盾する記録", "Rows and bytes contradict", facts["contradicted"], "回",
        "0行から版の全行までの幅として扱った。",
    )  # fmt: skip
    yield _point(
        "調査対象外のダウンロード", "Outside the focus", facts["elsewhere"], "回",
        "調査対象のアカウント・端末・期間ではない。数えて示すが、本人の数には入れていない。",
    )  # fmt: skip


def _actors(inputs: ReportInputs) -> Iterator[Unknown]:
    """Acts of which nobody can be named, and those whose entry log was silent."""
    if inputs.actors is None:
        return
    told = inputs.actors.verdicts
    open_acts = told.filter(pl.col("verdict") != "identified")
    silent = told.filter(pl.col("presence") == "silent").height
    narrowed = told.filter(pl.col("verdict") == "narrowed").height
    yield _point(
        "操作した者を特定できない行為", "Nobody can be named", open_acts.height, "件",
        f"共用アカウントを使った者が一人に定まらない。うち{number(narrowed)}件は候補が絞られる。"
        f"入退室記録が空白の時間の行為は{number(silent)}件で、そこでは誰も除外していない。",
    )  # fmt: skip


def _egress_facts(inputs: ReportInputs) -> Facts:
    """Figures over the counted downloads, then over the others."""
    rough, lost = pl.col("row_scope") == "count", pl.col("content") == "lost"
    ours = (
        counted(inputs.egress)
        .select(
            count_scope=rough.sum(),
            count_low=pl.col("rows_low").filter(rough).sum(),
            count_high=pl.col("rows_high").filter(rough).sum(),
            lost=lost.sum(),
            lost_versions=pl.col("version_id").filter(lost).n_unique(),
            endless=(pl.col("version_id").is_not_null() & pl.col("rows_high").is_null()).sum(),
            unbound=pl.col("version_id").is_null().sum(),
            outside=pl.col("outside_interval").fill_null(value=False).sum(),
            contradicted=pl.col("contradicted").fill_null(value=False).sum(),
        )
        .collect()
    )
    versions = counted(inputs.egress).filter(lost).group_by("version_id")
    lost_rows = versions.agg(rows=pl.col("version_rows").max()).select(pl.col("rows").sum())
    tier = pl.col("tier").cast(pl.String)
    elsewhere = inputs.egress.lazy().select((tier == "outside_focus").sum()).collect().item()
    return ours.row(0, named=True) | {
        "lost_rows": lost_rows.collect().item(),
        "conflicts": open_conflicts(inputs.egress).select(pl.len()).collect().item(),
        "elsewhere": elsewhere + inputs.outside_focus,
    }


def _coverage(inputs: ReportInputs) -> Iterator[Unknown]:
    silences = inputs.silences.lazy().select(
        "kind", hours=(pl.col("to") - pl.col("from")).dt.total_minutes() / 60
    )
    hours = silences.collect()
    kinds = [word(words.KINDS, kind) for kind in sorted(set(hours["kind"]))]
    days = [h / 24 for h in hours["hours"]]
    yield _point(
        "記録の空白", "Silences", hours.height, "箇所",
        f"{'、'.join(kinds)}。合わせて{number(round(sum(days), 1))}日、最長"
        f"{number(round(max(days, default=0), 1))}日。この間の持出しは見えない。",
    )  # fmt: skip
    yield _copies(inputs)
    back = inputs.backward_steps.lazy().select(n=pl.len(), most=pl.col("seconds").max())
    n, most = back.collect().row(0)
    yield _point(
        "時計の逆行", "Backward clock steps", n, "箇所",
        f"最大{number(most)}秒。直さずに印を付けた。前後関係はその幅で不確かである。",
    )  # fmt: skip
    yield _point(
        "提出されていない証拠", "Sources never given", len(inputs.missing), "種類",
        "".join(f"{word(words.KINDS, m.kind)}（{m.why}）。" for m in inputs.missing),
    )  # fmt: skip


def _copies(inputs: ReportInputs) -> Unknown:
    changes = inputs.copy_lines.lazy().group_by(pl.col("change").cast(pl.String)).agg(n=pl.len())
    found = dict(changes.collect().iter_rows())
    told = "、".join(f"{said}{number(found.get(c, 0))}行" for c, said in words.CHANGES.items())
    return _point(
        "写しと食い違う記録", "Copies of one log that differ", sum(found.values()), "行",
        f"同じログの二つの写しの間で{told}。一方が改変されたおそれがある。",
    )  # fmt: skip


def _files(inputs: ReportInputs) -> Iterator[Unknown]:
    with_some = sum(file.rows_quarantined > 0 for file in inputs.evidence)
    yield _point(
        "読めずに隔離した行", "Quarantined lines", sum(f.rows_quarantined for f in inputs.evidence),
        "行", f"{number(with_some)}ファイル。どの人数にも入っていない。",
    )  # fmt: skip
    undated = sum(file.acquired_at is None for file in inputs.evidence)
    yield _point(
        "取得日の分からない証拠", "Unknown date of acquisition", undated, "件",
        "いつ誰から受け取ったか申告がない。",
    )  # fmt: skip


def _custody(inputs: ReportInputs) -> Iterator[Unknown]:
    settings = inputs.settings
    absent = [
        said
        for said, there in (("電子署名", settings.signed), ("時刻認証", settings.timestamped))
        if not there
    ]
    yield Unknown(
        "署名・時刻認証", "Signature, timestamp",
        "なし" if absent else "あり",
        f"{'と'.join(absent)}がない。ハッシュ値は内容の一致だけを示す。" if absent else "",
        found=bool(absent),
    )  # fmt: skip


def _point(title: str, english: str, n: int, unit: str, text: str) -> Unknown:
    return Unknown(title, english, f"{number(n)}{unit}", text, found=n > 0)
