"""From pairs that belong together to one label a group.

Nodes are 0-based and dense. A label is the smallest node of its group, so that labels do
not depend on the order in which pairs were found.
"""

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Labels: TypeAlias = npt.NDArray[np.uint32]


def alone(size: int) -> Labels:
    """Labels of `size` nodes none of which is joined to another."""
    return np.arange(size, dtype=np.uint32)


def components(left: Labels, right: Labels, size: int) -> Labels:
    """Label `size` nodes, where left[i] and right[i] belong together."""
    return joined(alone(size), left, right)


def joined(labels: Labels, left: Labels, right: Labels) -> Labels:
    """Labels after left[i] and right[i] are joined too; the given labels are kept as they are.

    Only nodes that some pair really changes enter the graph: late pairs are few.
    """
    ends = np.stack([labels[left], labels[right]])
    ends = ends[:, ends[0] != ends[1]]
    if ends.shape[1] == 0:
        return labels
    nodes, place = _compact(ends, labels.size)
    group = _group_of(place[ends], nodes.size)
    root = alone(labels.size)
    root[nodes] = _smallest(nodes, group)[group]
    return root[labels]


def how_many(labels: Labels) -> int:
    """How many different ones: small numbers all, and marking each beats sorting or hashing."""
    seen = np.zeros(int(labels.max(initial=0)) + 1, bool)
    seen[labels] = True
    return int(np.count_nonzero(seen))


def _compact(ends: Labels, size: int) -> tuple[Labels, Labels]:
    """The nodes in use, ascending, and the place of each node among them."""
    used = np.zeros(size, dtype=np.bool_)
    used[ends[0]] = True
    used[ends[1]] = True
    nodes = np.flatnonzero(used).astype(np.uint32)
    place = np.empty(size, dtype=np.uint32)
    place[nodes] = alone(nodes.size)
    return nodes, place


def _group_of(ends: Labels, size: int) -> npt.NDArray[np.int32]:
    from scipy.sparse import coo_array  # slow to import, and most commands join nothing
    from scipy.sparse.csgraph import connected_components

    weight = np.ones(ends.shape[1], dtype=np.int8)
    graph = coo_array((weight, (ends[0].astype(np.int32), ends[1].astype(np.int32))), (size, size))
    group: npt.NDArray[np.int32] = connected_components(graph, directed=False)[1]
    return group


def _smallest(nodes: Labels, group: npt.NDArray[np.int32]) -> Labels:
    """Of each group its smallest node; written from the back, the first node wins."""
    first = np.empty(int(group.max()) + 1, dtype=np.uint32)
    first[group[::-1]] = nodes[::-1]
    return first
