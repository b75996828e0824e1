"""The table of linkage as Markdown, from the figures kept in linkage.json."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from processes import QUIET

Cell = Mapping[str, Any]
Seen = Callable[[Cell], Any]
Judge = Callable[[Cell], bool | None]

PLENTY, FEW = "splink 1e7", "splink 1e6"
NEAR: Final = 0.01  # of the oracle's figure, where the stated one is beyond it
SLACK: Final = 0.002  # of the peer's recall
ROW: Final = {"precision": 0.9985, "pairs": 0.998}
HARD: Final = {"precision": 0.985, "recall": 0.84}
NORMALISED: Final = 60.0  # seconds for all keys
MEMORY: Final = 5.0  # GB
SHARE: Final = 0.4  # of the peer's time with plenty of random pairs
F1: Final = 0.9925
UNTIED: Final = 0.005
STRONG: Final = 0.97
TOP: Final = 0.95
COVERED: Final = 0.94


@dataclass(frozen=True, slots=True)
class Line:
    """One figure of a cell: what it must reach, ours, the peer's, and whether it does."""

    name: str
    wanted: str
    ours: Seen
    peer: Seen | None = None
    reached: Judge | None = None


def at(cell: Cell, *path: str) -> Any:
    """The value at the end of a path; None where it is not there yet."""
    value: Any = cell
    for name in path:
        if not isinstance(value, Mapping) or name not in value:
            return None
        value = value[name]
    return value


def seen(*path: str) -> Seen:
    return lambda cell: at(cell, *path)


def _quality(name: str, which: str = "ours") -> Seen:
    return seen(which, "quality", name)


def _least(figure: Seen, least: float) -> Judge:
    def judge(cell: Cell) -> bool | None:
        value = figure(cell)
        return None if value is None else value >= least

    return judge


def _most(figure: Seen, most: float) -> Judge:
    def judge(cell: Cell) -> bool | None:
        value = figure(cell)
        return None if value is None else value <= most

    return judge


def _beside_peer(cell: Cell) -> bool | None:
    """Against the better of the peer's two runs, where it was run twice."""
    mine = _quality("row_recall")(cell)
    theirs = [_quality("row_recall", peer)(cell) for peer in (FEW, PLENTY)]
    known = [recall for recall in theirs if recall is not None]
    return None if mine is None or not known else mine >= max(known) - SLACK


def _or_near_oracle(name: str, least: float) -> Judge:
    def judge(cell: Cell) -> bool | None:
        mine, best = _quality(name)(cell), _quality(name, "oracle")(cell)
        if mine is None:
            return None
        return mine >= least or (best is not None and mine >= best - NEAR)

    return judge


def _calibrated(cell: Cell) -> bool | None:
    """Stated and true within twice each other; without a wrong row, fewer than one is stated."""
    told = at(cell, "ours", "stated")
    if told is None:
        return None
    if not told["wrong"]:
        return bool(told["stated"] * told["rows"] <= 1.0)
    return bool(0.5 <= told["ratio"] <= 2.0)


def _default() -> tuple[Line, ...]:
    precision, pairs = _quality("row_precision"), _quality("pair_precision")
    return (
        Line("row precision", f"≥ {ROW['precision']}", precision,
             _quality("row_precision", FEW), _least(precision, ROW["precision"])),
        Line("row recall", f"≥ Splink's − {SLACK}", _quality("row_recall"),
             _quality("row_recall", FEW), _beside_peer),
        Line("pair precision", f"≥ {ROW['pairs']}", pairs,
             _quality("pair_precision", FEW), _least(pairs, ROW["pairs"])),
        *_stated(),
    )  # fmt: skip


def _hard() -> tuple[Line, ...]:
    return (
        Line("row precision", f"≥ {HARD['precision']}, or the oracle's − {NEAR}",
             _quality("row_precision"), _quality("row_precision", FEW),
             _or_near_oracle("row_precision", HARD["precision"])),
        Line("row recall", f"≥ {HARD['recall']}, or the oracle's − {NEAR}",
             _quality("row_recall"), _quality("row_recall", FEW),
             _or_near_oracle("row_recall", HARD["recall"])),
        *_stated(),
    )  # fmt: skip


def _stated() -> tuple[Line, ...]:
    return (
        Line(
            "peer with 1e7 random pairs: row precision",
            "–",
            seen("nothing"),
            _quality("row_precision", PLENTY),
        ),
        Line(
            "peer with 1e7 random pairs: row recall",
            "–",
            seen("nothing"),
            _quality("row_recall", PLENTY),
        ),
        Line("oracle: row precision", "–", _quality("row_precision", "oracle")),
        Line("oracle: row recall", "–", _quality("row_recall", "oracle")),
        Line("error stated", "–", seen("ours", "stated", "stated")),
        Line("error true", "–", seen("ours", "stated", "true")),
        Line("stated ÷ true", "0.5 to 2", seen("ours", "stated", "ratio"), None, _calibrated),
    )


def _named(part: str) -> Seen:
    """Parties named; – where none."""

    def named(cell: Cell) -> Any:
        draws = at(cell, part, "draws")
        return None if draws is None else " ".join(draws[0]["named"]) or "none"

    return named


def _nobody(part: str) -> Judge:
    def judge(cell: Cell) -> bool | None:
        draws = at(cell, part, "draws")
        return None if draws is None else not draws[0]["named"]

    return judge


def _draws(rows: int, *names: str) -> tuple[Line, ...]:
    lines = {
        "draws": Line(f"{rows} rows: draws", "–", seen(f"draws {rows}", "found", "draws")),
        "top": Line(f"{rows} rows: likeliest party is the source", f"≥ {TOP}",
                    seen(f"draws {rows}", "found", "top_right"), None,
                    _least(seen(f"draws {rows}", "found", "top_right"), TOP)),
        "strong": Line(f"{rows} rows: the source is named, nobody else", f"≥ {STRONG}",
                       seen(f"draws {rows}", "found", "strong_right"), None,
                       _least(seen(f"draws {rows}", "found", "strong_right"), STRONG)),
        "wrong": Line(f"{rows} rows: draws that name another", "0",
                      seen(f"draws {rows}", "found", "strong_wrong"), None,
                      _most(seen(f"draws {rows}", "found", "strong_wrong"), 0)),
        "likely": Line(f"{rows} rows: the source leads by 10^4", "–",
                       seen(f"draws {rows}", "found", "likely_right")),
        "abstained": Line(f"{rows} rows: nobody named", "–",
                          seen(f"draws {rows}", "found", "abstained")),
        "dated": Line(f"{rows} rows: true version in the 95 % set, of parts named", f"≥ {COVERED}",
                      seen(f"draws {rows}", "found", "covered_named"), None,
                      _least(seen(f"draws {rows}", "found", "covered_named"), COVERED)),
        "size": Line(f"{rows} rows: size of that set", "–",
                     seen(f"draws {rows}", "found", "set_size_named")),
        "unasked": Line(f"{rows} rows: the same, whether or not named", f"≥ {COVERED}",
                        seen(f"draws {rows}", "found", "covered_whoever"), None,
                        _least(seen(f"draws {rows}", "found", "covered_whoever"), COVERED)),
        "unasked size": Line(f"{rows} rows: size of that set, named or not", "–",
                             seen(f"draws {rows}", "found", "set_size_whoever")),
    }  # fmt: skip
    return tuple(lines[name] for name in names)


def _covered_together(cell: Cell) -> Any:
    """Of all draws of 10, 30 and 100 rows: the true version lies in the set."""
    told = [
        (at(cell, part, "found", "covered_whoever"), at(cell, part, "found", "draws"))
        for part in ("draws 10", "draws 30", "draws 100")
    ]
    if any(share is None or not draws for share, draws in told):
        return None
    return round(sum(s * d for s, d in told) / sum(d for _, d in told), 4)


_SMALL: Final = ("wrong", "abstained", "dated", "size", "unasked", "unasked size")
_WALL: Final = seen("ours", "took", "wall")


def _faster(than: str, share: float) -> Judge:
    def judge(cell: Cell) -> bool | None:
        mine, theirs = _WALL(cell), at(cell, than, "took", "wall")
        return None if mine is None or theirs is None else mine <= share * theirs

    return judge


SECTIONS: Final[dict[str, tuple[str, tuple[Line, ...]]]] = {
    "default": ("1 million records, 50,000 leaked rows", _default()),
    "hard": ("The same, hard: no births, several sources, more strangers", (
        *_hard(),
        *_draws(10, "draws", "top", *_SMALL),
        *_draws(30, "draws", *_SMALL),
        *_draws(100, "draws", *_SMALL),
        Line("10 to 100 rows together: true version in the 95 % set, named or not", f"≥ {COVERED}",
             _covered_together, None, _least(_covered_together, COVERED)),
    )),
    "default, clerk": ("A second model of error (validation only)", _default()),
    "hard, clerk": ("A second model of error, hard (validation only)", _hard()),
    "nap": ("Name, address, telephone alone", (
        Line("tied to no party, of rows in retained content: name and a contact are a record's",
             f"≤ {UNTIED:.1%}", seen("whole", "untied", "no_party_as_retained"), None,
             _most(seen("whole", "untied", "no_party_as_retained"), UNTIED)),
        Line("tied to no party, of rows about people of retained lists, however changed",
             "–", seen("whole", "untied", "no_party_held")),
        Line("tied to no party, of all rows", "–", seen("whole", "untied", "no_party_all")),
        Line("of rows tied to a party, those that do not come from it", "–",
             seen("whole", "untied", "astray")),
        Line("given no person, of rows about people of retained lists", "–",
             seen("whole", "untied", "untied_held")),
        Line("given no person, of rows whose name and a contact are a record's", "–",
             seen("whole", "untied", "untied_as_retained")),
        Line("given no person, of all rows", "–", seen("whole", "untied", "untied_all")),
        Line("parts of a party that is no source", "0", seen("whole", "found", "strong_wrong"),
             None, _most(seen("whole", "found", "strong_wrong"), 0)),
        Line("error true, of tied rows", "–", seen("whole", "stated", "true")),
        Line("row precision at the peer's .9", "–", seen(), _quality("row_precision", FEW)),
        Line("row recall at the peer's .9", "–", seen(), _quality("row_recall", FEW)),
    )),
    "null": ("A leak with no source", (
        Line("parties named", "none", _named("whole"), None, _nobody("whole")),
        Line("rows given a person, all of them wrong", "–", seen("whole", "stated", "rows"),
             _quality("wrong_rows", FEW)),
    )),
    "shared": ("A list that shares customers with two parties", (
        Line("its own party not in the case: parties named", "none", _named("without"), None,
             _nobody("without")),
        Line("its own party (P04) in the case: parties named", "–", _named("whole")),
    )),
    "nested": ("95 % of the source's people are another's too", _draws(
        50, "draws", "strong", "wrong", "likely", "abstained", "unasked", "unasked size")),
    "febrl4": ("febrl4, without the number", (
        Line("F1", f"≥ {F1}", seen("ours", "best", "f1"), seen("splink", "example", "best", "f1"),
             _least(seen("ours", "best", "f1"), F1)),
        Line("F1, peer given the address too", "–", seen("ours", "best", "f1"),
             seen("splink", "address too", "best", "f1")),
        Line("precision", "–", seen("ours", "best", "precision"),
             seen("splink", "example", "best", "precision")),
        Line("recall", "–", seen("ours", "best", "recall"),
             seen("splink", "example", "best", "recall")),
    )),
    "full": ("9.3 million records, 69 parties, 50,000 leaked rows", (
        Line("link, s (peer: 1e7 random pairs)", f"≤ {SHARE} × Splink's", _WALL,
             seen(PLENTY, "took", "wall"), _faster(PLENTY, SHARE)),
        Line("link, s (peer: 1e6 random pairs)", "< Splink's", _WALL,
             seen(FEW, "took", "wall"), _faster(FEW, 1.0)),
        Line("link, processor s (peer: 1e7)", "–", seen("ours", "took", "cpu"),
             seen(PLENTY, "took", "cpu")),
        Line("link, processor s (peer: 1e6)", "–", seen("ours", "took", "cpu"),
             seen(FEW, "took", "cpu")),
        Line("peak, GB", f"≤ {MEMORY:.0f}", seen("ours", "took", "peak_gb"),
             seen(PLENTY, "took", "peak_gb"), _most(seen("ours", "took", "peak_gb"), MEMORY)),
        Line("normalise, s", f"≤ {NORMALISED:.0f}", seen("prepare", "seconds by step", "normalise"),
             None, _most(seen("prepare", "seconds by step", "normalise"), NORMALISED)),
        Line("row precision", "–", _quality("row_precision"), _quality("row_precision", PLENTY)),
        Line("row recall", "–", _quality("row_recall"), _quality("row_recall", PLENTY)),
        Line("processors taken by other programs: link", f"≤ {QUIET}",
             seen("ours", "took", "others"), seen(PLENTY, "took", "others")),
        Line("processors taken by other programs: normalise", f"≤ {QUIET}",
             seen("prepare", "others")),
    )),
}  # fmt: skip


def page(found: Mapping[str, Any]) -> str:
    """All sections whose figures are there."""
    told = found["machine"]
    lines = [
        f"{told['processors']} processors, Python {told['python']}, Polars {told['polars']}, "
        f"breachscope {told['breachscope']}; a match counts from a probability of .9 on. "
        "Seeds are parted by a stroke. A time holds only where other programs took next to nothing "
        "meanwhile: what they took stands below.",
    ]
    for name, (title, figures) in SECTIONS.items():
        cells = found["cells"].get(name)
        if cells:
            lines += ["", f"### {title}", "", *_section(cells, figures)]
    return "\n".join(lines) + "\n"


def _section(cells: Mapping[str, Cell], figures: tuple[Line, ...]) -> Iterator[str]:
    seeds = sorted(cells)
    yield f"Seeds {', '.join(seeds)}." if seeds != ["all"] else "One set, no seed."
    yield ""
    yield "| | must reach | ours | Splink | reached |"
    yield "|---|---|---:|---:|---|"
    for line in figures:
        ours = _values(cells, seeds, line.ours)
        peer = _values(cells, seeds, line.peer) if line.peer else "–"
        verdicts = [line.reached(cells[seed]) for seed in seeds] if line.reached else []
        yield f"| {line.name} | {line.wanted} | {ours} | {peer} | {_verdict(verdicts)} |"


def _values(cells: Mapping[str, Cell], seeds: list[str], figure: Seen) -> str:
    return " / ".join(_told(figure(cells[seed])) for seed in seeds)


def _told(value: Any) -> str:
    if value is None or isinstance(value, Mapping):
        return "–"
    if isinstance(value, float):
        return f"{value:.1f}" if abs(value) >= 10 else f"{value:.4f}"
    return str(value)


def _verdict(verdicts: list[bool | None]) -> str:
    """yes, no, or how many of those measured."""
    known = [one for one in verdicts if one is not None]
    if not known:
        return "–"
    if all(known):
        return "yes"
    return f"{sum(known)} of {len(known)}" if any(known) else "no"
