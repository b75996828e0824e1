"""The chain of entrustment: who handles whose data, through however many hands."""

from __future__ import annotations

from typing import TYPE_CHECKING

import networkx as nx

from breachscope.notify.duties.facts import Affected

if TYPE_CHECKING:
    from collections.abc import Sequence

    from breachscope.notify.duties.facts import Edge, Facts


class Chain:
    """The entrustments of a case as a directed graph, entruster to entrustee."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.graph = nx.DiGraph()
        self.graph.add_nodes_from(facts.parties)
        for edge in facts.edges:
            if edge.entruster != edge.entrustee:
                self.graph.add_edge(edge.entruster, edge.entrustee, edge=edge)

    def entrustees(self) -> list[str]:
        """Everyone who handles data for another, by id."""
        return sorted(node for node in self.graph if self.graph.in_degree(node))

    def to(self, entrustee: str) -> list[Edge]:
        """The edges by which data came to it, by entruster."""
        return [
            self.graph.edges[who, entrustee]["edge"]
            for who in sorted(self.graph.predecessors(entrustee))
        ]

    def whose(self, who: str) -> list[str]:
        """The parties whose data it handles, by id: its own, and what was entrusted to it."""
        reached = {who, *nx.ancestors(self.graph, who)} & self.facts.parties.keys()
        return sorted(party for party in reached if party in self.facts.affected)

    def in_a_circle(self, who: str) -> bool:
        """Its data come back to it: the entrustments contradict one another."""
        return any(who in nx.descendants(self.graph, n) for n in self.graph.successors(who))

    def affected(self, parties: Sequence[str]) -> Affected:
        """What left of these parties' data, taken together."""
        touched = {p for p, found in self.facts.affected.items() if not found.nothing}
        if len(parties) == 1:
            return self.facts.affected[parties[0]]
        if touched and touched <= set(parties):
            return self.facts.together
        return added([self.facts.affected[party] for party in parties])


def added(found: Sequence[Affected]) -> Affected:
    """Several parties together: their persons may be the same people, so bounds only."""
    if not found:
        return Affected(0, 0, 0)
    touched = [each for each in found if not each.nothing]
    if len(touched) == 1:
        return touched[0]
    highs = [each.high for each in found]
    high = None if None in highs else sum(h for h in highs if h is not None)
    firsts = [each.first_on for each in found if each.first_on]
    lasts = [each.last_on for each in found if each.last_on]
    return Affected(
        count=None if touched else 0,
        low=max(each.low for each in found),
        high=high,
        first_on=min(firsts, default=None),
        last_on=max(lasts, default=None),
        sure=frozenset().union(*(each.sure for each in found)),
        unsure=frozenset().union(*(each.unsure for each in found)),
        unknown_items=sum(each.unknown_items for each in found),
        blind=tuple(dict.fromkeys(why for each in found for why in each.blind)),
    )
