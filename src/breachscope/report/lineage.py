"""Where data went, as a graph: party, list, version, download, host, device, seized file, leak.

Nodes are `kind:id`, with `kind`, `name` and `layer`. An edge is `shared` where it joins two
things many downloads have in common (a host and a device): a path that must be true of one
download does not follow those. NetworkX is imported only when a graph is made.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from breachscope.schema import COUNTED_TIERS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import networkx as nx

    from breachscope.report.inputs import Frame

LAYERS: Final = ("party", "list", "version", "download", "host", "device", "file", "leak")

Row = dict[str, Any]


def counted(egress: Frame) -> pl.LazyFrame:
    """The downloads that carried rows out, as far as is known: those of a counted tier."""
    return egress.lazy().filter(pl.col("tier").cast(pl.String).is_in(COUNTED_TIERS))


def graph(egress: Frame, versions: Frame, names: Mapping[str, str] | None = None) -> nx.DiGraph:
    """The lineage of every counted download; `names` are the parties' names by party_id.

    Downloads tied to no version hang on nothing above them. Order is by time, then event.
    """
    import networkx as nx

    found = nx.DiGraph()
    titles = versions.lazy().select("version_id", "title")
    rows = (
        counted(egress)
        .join(titles, on="version_id", how="left", validate="m:1")
        .sort("at", "event_id")
        .with_columns(at=pl.col("at").dt.strftime("%Y-%m-%dT%H:%M:%SZ"))
        .collect()
    )
    for row in rows.iter_rows(named=True):
        _add(found, row, names or {})
    return found


def graphml(found: nx.DiGraph) -> bytes:
    """The graph as GraphML for other programs; the same bytes for the same graph."""
    import networkx as nx

    return ("\n".join(nx.generate_graphml(found)) + "\n").encode()


def path_to(found: nx.DiGraph, node: str) -> list[str]:
    """One true lineage from a party (or as high as is known) down to `node`; [] if unknown.

    Of several, the one through the earliest download.
    """
    if node not in found:
        return []
    path = [node]
    while above := _above(found, path[0]):
        path.insert(0, above)
    return path


def _above(found: nx.DiGraph, node: str) -> str | None:
    certain = [n for n in found.predecessors(node) if not found.edges[n, node]["shared"]]
    return certain[0] if certain else None


def _add(found: nx.DiGraph, row: Row, names: Mapping[str, str]) -> None:
    chain = [_node(found, kind, name, extra) for kind, name, extra in _chain(row, names)]
    above = [node for node in chain if node.split(":", 1)[0] in LAYERS[:4]]
    below = chain[len(above) :]
    for upper, lower in pairwise(above):
        _edge(found, upper, lower, row, shared=False)
    for node in below:
        _edge(found, above[-1], node, row, shared=False)
    for upper, lower in pairwise(below):
        _edge(found, upper, lower, row, shared=True)


def _chain(row: Row, names: Mapping[str, str]) -> Iterator[tuple[str, str, Row]]:
    if party := row["party_id"]:
        yield "party", party, {"name": names.get(party, party)}
    if row["list_id"]:
        yield "list", row["list_id"], {"name": row["title"] or row["list_id"]}
    if row["version_id"]:
        yield "version", row["version_id"], {}
    wanted = ("at", "tier", "rows", "account", "host", "route", "evidence_id", "line")
    yield "download", row["event_id"], {key: row[key] for key in wanted}
    if row["host"]:
        yield "host", row["host"], {}
    if row["route"] == "remote":
        yield "device", "remote", {"name": "remote session"}
    elif row["media_serial"]:
        yield "device", row["media_serial"], {}
    if row["file_id"]:
        yield "file", row["file_id"], {}
    if row["leak_id"]:
        yield "leak", row["leak_id"], {}


def _node(found: nx.DiGraph, kind: str, name: str, extra: Row) -> str:
    node = f"{kind}:{name}"
    if node not in found:
        facts = {"kind": kind, "name": name, "layer": LAYERS.index(kind), **extra}
        # GraphML has no null: what is not known is left out.
        found.add_node(node, **{key: value for key, value in facts.items() if value is not None})
    return node


def _edge(found: nx.DiGraph, upper: str, lower: str, row: Row, *, shared: bool) -> None:
    if not found.has_edge(upper, lower):
        found.add_edge(upper, lower, downloads=0, rows=0, shared=shared)
    found.edges[upper, lower]["downloads"] += 1
    found.edges[upper, lower]["rows"] += row["rows"] or 0


# ------------------------------------------------------------------ the picture's graph


@dataclass(frozen=True, slots=True)
class Box:
    """One box of the picture: so many downloads and rows went through it."""

    column: int
    name: str
    downloads: int
    rows: int
    lists: tuple[int, int] | None = None  # of a party: how many lists and versions


@dataclass(frozen=True, slots=True)
class Link:
    """One band between boxes of neighbouring columns, by their place in `Picture.boxes`."""

    start: int
    end: int
    downloads: int
    rows: int


@dataclass(frozen=True, slots=True)
class Picture:
    """The graph drawn together: columns from party to seized file."""

    boxes: tuple[Box, ...]
    links: tuple[Link, ...]


def aggregate(found: nx.DiGraph, most: int = 10) -> Picture:
    """Draw together what is alike: the `most` largest of each column, the rest as one.

    Columns: party, its lists, account@host, route, device, seized file.
    """
    trails = [_trail(found, n) for n, kind in found.nodes(data="kind") if kind == "download"]
    frame = pl.DataFrame(
        trails,
        schema={**{f"c{i}": pl.String() for i in range(6)}, "version": pl.String(),
                "list": pl.String(), "rows": pl.Int64()},
        orient="row",
    )  # fmt: skip
    for i in (0, 2, 4):
        frame = _gathered(frame, f"c{i}", most)
    frame = frame.with_columns(c1=pl.col("c0"))
    names = {n.removeprefix("party:"): str(name) for n, name in found.nodes(data="name")}
    boxes = _boxes(frame, names)
    return Picture(tuple(boxes.values()), tuple(_links(frame, {k: i for i, k in enumerate(boxes)})))


REST: Final = "\x00rest"
NOWHERE: Final = "\x00none"


def _trail(found: nx.DiGraph, node: str) -> tuple[object, ...]:
    facts = found.nodes[node]
    around = [*path_to(found, node)[:-1], *found.successors(node)]
    near = dict(other.split(":", 1) for other in around)
    where = f"{facts.get('account', '?')} @ {facts.get('host', '?')}"
    party, device = near.get("party", NOWHERE), near.get("device", NOWHERE)
    file = "file" if "file" in near else NOWHERE
    ends = near.get("version"), near.get("list"), facts.get("rows", 0)
    return (party, party, where, facts["route"], device, file, *ends)


def _gathered(frame: pl.DataFrame, column: str, most: int) -> pl.DataFrame:
    """The largest by rows keep their name; the others become one, with their number."""
    ranked = (
        frame.group_by(column).agg(pl.col("rows").sum()).sort(["rows", column],
                                                              descending=[True, False])
    )  # fmt: skip
    if ranked.height <= most + 1:
        return frame
    kept = ranked[column].head(most).to_list()
    rest = f"{REST}{ranked.height - most}"
    return frame.with_columns(
        pl.when(pl.col(column).is_in(kept)).then(column).otherwise(pl.lit(rest)).alias(column)
    )


def _boxes(frame: pl.DataFrame, names: Mapping[str, str]) -> dict[tuple[int, str], Box]:
    found: dict[tuple[int, str], Box] = {}
    for i in range(6):
        column = (
            frame.group_by(pl.col(f"c{i}").alias("name"))
            .agg(
                downloads=pl.len(),
                rows=pl.col("rows").sum(),
                lists=pl.col("list").n_unique(),
                versions=pl.col("version").n_unique(),
            )
            .sort(pl.col("name").str.starts_with("\x00"), -pl.col("rows"), "name")
        )
        for row in column.iter_rows(named=True):
            lists = (row["lists"], row["versions"]) if i == 1 else None
            name = names.get(row["name"], row["name"]) if i == 0 else row["name"]
            found[i, row["name"]] = Box(i, name, row["downloads"], row["rows"], lists)
    return found


def _links(frame: pl.DataFrame, place: Mapping[tuple[int, str], int]) -> Iterator[Link]:
    for i in range(5):
        pairs = (
            frame.group_by(pl.col(f"c{i}").alias("start"), pl.col(f"c{i + 1}").alias("end"))
            .agg(downloads=pl.len(), rows=pl.col("rows").sum())
            .sort("start", "end")
        )
        for row in pairs.iter_rows(named=True):
            ends = place[i, row["start"]], place[i + 1, row["end"]]
            yield Link(*ends, row["downloads"], row["rows"])
