"""Pairs that belong together become one label a group."""

import networkx as nx
import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from breachscope.resolve.components import Labels, alone, components, joined

PAIRS = st.lists(st.tuples(st.integers(0, 11), st.integers(0, 11)), max_size=20)


def column(pairs: list[tuple[int, int]], side: int) -> Labels:
    return np.array([pair[side] for pair in pairs], dtype=np.uint32)


def test_without_pairs_everyone_is_alone() -> None:
    assert list(components(column([], 0), column([], 1), 3)) == [0, 1, 2]


def test_a_label_is_the_smallest_node_of_its_group() -> None:
    pairs = [(4, 3), (3, 1), (2, 5)]

    assert list(components(column(pairs, 0), column(pairs, 1), 6)) == [0, 1, 2, 1, 1, 2]


def test_joining_keeps_what_was_joined_before() -> None:
    before = np.array([0, 0, 2, 2, 4], dtype=np.uint32)

    assert list(joined(before, column([(3, 1)], 0), column([(3, 1)], 1))) == [0, 0, 0, 0, 4]


@given(PAIRS)
def test_the_groups_are_the_graph_s_components(pairs: list[tuple[int, int]]) -> None:
    graph = nx.Graph(pairs)
    graph.add_nodes_from(range(12))
    expected = list(range(12))
    for group in nx.connected_components(graph):
        for node in group:
            expected[node] = min(group)

    assert list(components(column(pairs, 0), column(pairs, 1), 12)) == expected


@given(PAIRS, PAIRS)
def test_joining_in_two_steps_is_joining_at_once(
    first: list[tuple[int, int]], then: list[tuple[int, int]]
) -> None:
    at_once = components(column(first + then, 0), column(first + then, 1), 12)
    before = joined(alone(12), column(first, 0), column(first, 1))

    assert list(joined(before, column(then, 0), column(then, 1))) == list(at_once)
