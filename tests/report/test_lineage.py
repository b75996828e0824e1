from __future__ import annotations

from xml.etree import ElementTree as ET

import polars as pl
from report_cases import NAMES, at, download, egress, versions

from breachscope import schema
from breachscope.report import lineage, routes


def test_a_seized_file_leads_back_to_its_own_download_and_party() -> None:
    found = lineage.graph(egress(), versions(), NAMES)

    assert lineage.path_to(found, "file:F1") == [
        "party:P1", "list:L1", "version:L1@1", "download:D1", "file:F1"
    ]  # fmt: skip


def test_a_path_never_crosses_from_one_download_to_another_by_their_host() -> None:
    rows = [
        download("D1", at=at(1), party_id="P1"),
        download("D2", at=at(2), party_id="P2", list_id="L2", version_id="L2@1", file_id="F2",
                 media_serial="S"),
    ]  # fmt: skip
    found = lineage.graph(pl.DataFrame(rows, schema=schema.EGRESS), versions())

    assert lineage.path_to(found, "file:F2")[0] == "party:P2"
    assert lineage.path_to(found, "device:S")[0] == "party:P2"


def test_a_leaked_list_leads_back_to_the_download_it_came_from() -> None:
    rows = [
        download("D1", at=at(1), party_id="P1", leak_id="K1/1"),
        download("D2", at=at(2), party_id="P2", list_id="L2", version_id="L2@1"),
    ]
    found = lineage.graph(pl.DataFrame(rows, schema=schema.EGRESS), versions())

    assert lineage.path_to(found, "leak:K1/1")[-2:] == ["download:D1", "leak:K1/1"]
    assert found.nodes["leak:K1/1"]["layer"] > found.nodes["download:D1"]["layer"]


def test_downloads_of_uncounted_tiers_are_not_in_the_graph() -> None:
    found = lineage.graph(egress(), versions())

    assert "download:D5" not in found
    assert "download:D6" not in found


def test_an_unknown_node_has_no_path() -> None:
    assert lineage.path_to(lineage.graph(egress(), versions()), "party:P9") == []


def test_a_download_tied_to_no_list_begins_its_own_path() -> None:
    found = lineage.graph(egress(), versions())

    assert lineage.path_to(found, "download:D4") == ["download:D4"]


def test_graphml_is_xml_and_the_same_bytes_whatever_the_order_of_rows() -> None:
    one = lineage.graphml(lineage.graph(egress(), versions(), NAMES))
    two = lineage.graphml(lineage.graph(egress().reverse(), versions().reverse(), NAMES))

    assert one == two
    assert len(ET.fromstring(one)) > 1


def test_the_picture_keeps_every_row_in_every_column() -> None:
    found = lineage.aggregate(lineage.graph(egress(), versions(), NAMES))

    sums = [sum(b.rows for b in found.boxes if b.column == i) for i in range(6)]
    assert sums == [900 + 50 + 900 + 900] * 6


def test_small_parties_are_drawn_together_and_their_number_said() -> None:
    rows = [
        download(f"D{n:02d}", party_id=f"P{n:02d}", list_id=f"L{n}", version_id=f"V{n}",
                 rows=1000 - n)
        for n in range(30)
    ]  # fmt: skip
    graph = lineage.graph(pl.DataFrame(rows, schema=schema.EGRESS), versions())
    parties = [routes.named(b) for b in lineage.aggregate(graph).boxes if b.column == 0]

    assert parties[0] == "P00"
    assert len(parties) == 11
    assert parties[-1] == "その他 20件"


def test_two_parties_of_one_name_are_two_boxes() -> None:
    rows = [download("D1"), download("D2", party_id="P2", list_id="L2", version_id="L2@1")]
    graph = lineage.graph(pl.DataFrame(rows, schema=schema.EGRESS), versions(),
                          {"P1": "同名", "P2": "同名"})  # fmt: skip

    assert [b.name for b in lineage.aggregate(graph).boxes if b.column == 0] == ["同名", "同名"]


def test_nothing_counted_makes_an_empty_picture() -> None:
    nothing = pl.DataFrame(schema=schema.EGRESS)

    assert lineage.aggregate(lineage.graph(nothing, versions())).boxes == ()
