"""Every download of a situation judged: the stages before coverage and counting, in order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from breachscope.errors import EvidenceError
from breachscope.schema import Kind
from breachscope.workflow import beside, counting, keying, leaks, reconstruction

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from breachscope.workflow.situation import Situation


@dataclass(frozen=True, slots=True)
class Judged:
    """Where the results lie: versions, persons of each party, leaks, downloads with their tier."""

    inventory: Path  # VERSIONS
    contents: Mapping[str, Sequence[keying.Content]]
    persons: Mapping[str, Path]
    labels: Path
    leaks: leaks.Found
    egress: Path  # folder of extractions, inquiry, acts and grounds


def judged(s: Situation) -> Judged:
    """Inventory, extraction, persons, leaks and egress of a situation.

    Raises:
        EvidenceError: the case has no downloads.

    """
    inventory = reconstruction.inventory_part(s)
    superseded = s.superseded(Kind.DOWNLOADS)
    extracted = [
        reconstruction.extraction_part(s, item, inventory, superseded)
        for item in s.of(Kind.DOWNLOADS)
    ]
    if not extracted:
        raise EvidenceError("the case has no downloads", hint="breachscope add --as downloads FILE")
    contents = keying.contents_by_party(s, inventory)
    persons = _persons(s, counting.party_ids(s, inventory), contents)
    labels = counting.over_part(s, persons)
    found = leaks.found(s, inventory, contents, persons, labels)
    egress = reconstruction.egress_part(s, inventory, extracted, found.sources)
    return Judged(inventory, contents, persons, labels, found, egress)


def _persons(
    s: Situation, parties: Sequence[str], contents: Mapping[str, Sequence[keying.Content]]
) -> dict[str, Path]:
    """The persons of each party, the largest begun first; their keys are made before."""
    keys = {
        party: keying.keys_parts(s, contents.get(party, []), ready)
        for lot, ready in keying.lots(s, parties, contents)
        for party in lot
    }
    rows = [keying.records_in(contents.get(party, [])) for party in parties]

    def one(apart: Situation, party: str) -> Path:
        return counting.identity_part(apart, party, contents.get(party, []), keys[party])

    largest_first = sorted(range(len(parties)), key=lambda at: -rows[at])
    return dict(zip(parties, beside.each(s, one, parties, largest_first), strict=True))
