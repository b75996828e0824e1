"""Every download of a situation judged: the stages before coverage and counting, in order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from breachscope.errors import EvidenceError
from breachscope.schema import Kind
from breachscope.workflow import counting, keying, leaks, reconstruction

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
    persons = {
        party: counting.identity_part(s, party, contents.get(party, []), ready)
        for lot, ready in keying.lots(s, counting.party_ids(s, inventory), contents)
        for party in lot
    }
    labels = counting.over_part(s, persons)
    found = leaks.found(s, inventory, contents, persons, labels)
    egress = reconstruction.egress_part(s, inventory, extracted, found.sources)
    return Judged(inventory, contents, persons, labels, found, egress)
