"""Three nested answers to "who is one person": strict within standard within loose.

Each policy starts from the labels of the stricter one and climbs its own rungs, strongest
first. What a rung has found is used by the next: a record without a birth date that was
joined to one with a birth date counts as having it. A group that holds two values of a
`never_differ` key all the same goes back to the stricter policy's labels; under the loose
policy it is parted into as few people as its values allow, since loose is the low bound.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from breachscope.playbook import Identity, Rung
from breachscope.resolve.components import Labels, alone, joined
from breachscope.resolve.rungs import Edges, Hashes, Keys, holding, mixed, rung_edges, telling
from breachscope.schema import POLICIES

_NONE = np.uint64(0)


@dataclass(frozen=True, slots=True)
class Resolved:
    """The person of each record under each policy."""

    labels: Mapping[str, Labels]
    """policy -> label of each record: the smallest record of the same person."""
    rung: npt.NDArray[np.int16]
    """The strongest strict or standard rung (its place in the policy) that joined the record
    to another; -1 if none did."""
    certain: npt.NDArray[np.bool_]
    """The record holds all that some strict rung asks for: rows of equal values are one person.
    Of others, as of a name alone, each row of a version may be someone else."""


def resolved(
    keys: Keys,
    identity: Identity,
    bases: Mapping[str, Labels] | None = None,
    outside: Mapping[str, npt.NDArray[np.bool_]] = MappingProxyType({}),
) -> Resolved:
    """Join records under all three policies.

    Args:
        keys: hashes of the records' values, one array a key column, 0 where there is none.
        identity: the rungs.
        bases: labels found elsewhere (within each party) that stay joined in each policy.
        outside: name of a rung -> the records it does not join.
    """
    told = telling(keys, identity.common_value_limit)
    size = told["name_key"].size
    labels, rung = alone(size), np.full(size, -1, dtype=np.int16)
    rejected: list[tuple[Labels, Labels]] = []
    found: dict[str, Labels] = {}
    for policy in POLICIES:
        floor = labels if bases is None else bases[policy]
        climb = _Climb(told, identity, joined(labels, alone(size), floor))
        for place in _places(identity.rungs, policy):
            rung_here = identity.rungs[place]
            edges = climb.step(rung_here, outside.get(rung_here.name))
            rejected.append((edges.doubtful_left, edges.doubtful_right))
            if policy != "loose":
                _mark(rung, edges, place)
        if policy == "loose":
            labels = _parted(climb.with_all(rejected), floor, told, identity.never_differ)
        else:
            labels = _clean(climb.labels, floor, told, identity.never_differ)
            rejected.append(_undone(climb.labels, labels))
        found[policy] = labels
    rung[~_in_company(found["standard"])] = -1
    return Resolved(found, rung, _certain(told, identity))


class _Climb:
    """The labels of one policy while its rungs are climbed, and what is known by now."""

    __slots__ = ("_keys", "_known", "labels")

    def __init__(self, keys: Keys, identity: Identity, labels: Labels) -> None:
        self._keys, self.labels = keys, labels
        used = {field for rung in identity.rungs for field in rung.unless_differ}
        own = {field: keys["phone_key" if field == "any_phone" else field] for field in used}
        self._known = {field: known_of_person(values, labels) for field, values in own.items()}

    def step(self, rung: Rung, outside: npt.NDArray[np.bool_] | None = None) -> Edges:
        edges = rung_edges(rung, self._keys, self._known, self.labels, outside)
        before = self.labels
        self.labels = joined(before, edges.left, edges.right)
        changed = self.labels != before
        if changed.any():
            self._learn(changed)
        return edges

    def with_all(self, pairs: Iterable[tuple[Labels, Labels]]) -> Labels:
        """The labels with these pairs joined too."""
        labels = self.labels
        for left, right in pairs:
            labels = joined(labels, left, right)
        return labels

    def _learn(self, changed: npt.NDArray[np.bool_]) -> None:
        touched = np.zeros(self.labels.size, dtype=np.bool_)
        touched[self.labels[changed]] = True
        rows = np.flatnonzero(touched[self.labels])
        people = self.labels[rows]
        for values in self._known.values():
            values[rows] = known_of_person(values[rows], people, self.labels.size)


def known_of_person(values: Hashes, labels: Labels, size: int | None = None) -> Hashes:
    """Each record's value; where it has none, its person's, if that person has but one."""
    held = values != _NONE
    people, theirs = labels[held], values[held]
    one = np.zeros(labels.size if size is None else size, dtype=np.uint64)
    one[people] = theirs
    one[people[one[people] != theirs]] = _NONE
    return np.where(held, values, one[labels])


def _certain(keys: Keys, identity: Identity) -> npt.NDArray[np.bool_]:
    certain = np.zeros(keys["name_key"].size, dtype=np.bool_)
    for place in _places(identity.rungs, "strict"):
        certain |= holding(identity.rungs[place], keys)
    return certain


def _places(rungs: Sequence[Rung], policy: str) -> list[int]:
    return [place for place, rung in enumerate(rungs) if rung.policy == policy]


def _undone(before: Labels, after: Labels) -> tuple[Labels, Labels]:
    """Pairs that were joined and are no longer."""
    rows = np.flatnonzero(before != after).astype(np.uint32)
    return rows, before[rows]


def _mark(rung: npt.NDArray[np.int16], edges: Edges, place: int) -> None:
    for rows in (edges.left, edges.right):
        new = rows[rung[rows] < 0]
        rung[new] = place


def _in_company(labels: Labels) -> npt.NDArray[np.bool_]:
    """The record's person has another record."""
    company = np.not_equal(labels, alone(labels.size))
    company[labels[company]] = True
    return company


def _at_odds(labels: Labels, values: Hashes) -> npt.NDArray[np.bool_]:
    """The record's group holds two values."""
    held = values != _NONE
    people, theirs = labels[held], values[held]
    one = np.zeros(labels.size, dtype=np.uint64)
    one[people] = theirs
    torn = np.zeros(labels.size, dtype=np.bool_)
    torn[people[one[people] != theirs]] = True
    odds: npt.NDArray[np.bool_] = torn[labels]
    return odds


def _clean(labels: Labels, floor: Labels, keys: Keys, never_differ: Sequence[str]) -> Labels:
    """Labels, those of groups with two values of a key taken back to the floor's."""
    for column in never_differ:
        labels = np.where(_at_odds(labels, keys[column]), floor, labels)
    return labels


def _parted(labels: Labels, floor: Labels, keys: Keys, never_differ: Sequence[str]) -> Labels:
    """Labels, groups with two values of a key parted into one person a value.

    Whoever has no value goes with the least: fewer people than this there cannot be.
    """
    for column in never_differ:
        rows = np.flatnonzero(_at_odds(labels, keys[column])).astype(np.uint32)
        if rows.size:
            known = known_of_person(keys[column], floor)[rows]
            labels = labels.copy()
            labels[rows] = _one_a_value(rows, labels[rows], known)
    return labels


def _one_a_value(rows: Labels, groups: Labels, known: Hashes) -> Labels:
    """Of ascending rows: the smallest row of the same group and value."""
    _, group = np.unique(groups, return_inverse=True)
    most = np.iinfo(np.uint64).max
    least = np.full(int(group.max()) + 1, most, dtype=np.uint64)
    np.minimum.at(least, group, np.where(known == _NONE, most, known))
    value = np.where(known == _NONE, least[group], known)
    _, first, part = np.unique(
        mixed(group.astype(np.uint64), value), return_index=True, return_inverse=True
    )
    smallest: Labels = rows[first][part]
    return smallest
