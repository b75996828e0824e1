"""Any bytes through every registered reader: our own errors only, and an exact account."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from log_mutations import mutated, options
from log_samples import SEEDS, name_of, readers_and_kinds
from reader_checks import check

from breachscope.evidence.readers import READERS, reader_of
from breachscope.schema import Kind

BOTH = pytest.mark.parametrize(
    ("reader", "kind"),
    readers_and_kinds(),
    ids=[f"{name_of(reader)}-{kind}" for reader, kind in readers_and_kinds()],
)


@BOTH
@settings(max_examples=6)
@given(seed=st.integers(0, 2**32))
def test_logs_changed_at_random_are_accounted_for(reader, kind, seed):  # type: ignore[no-untyped-def]
    dice = random.Random(seed)
    data = mutated(dice)
    check(reader, kind, data, **options(dice, data))


@BOTH
@settings(max_examples=4)
@given(data=st.binary(max_size=300))
def test_any_bytes_are_accounted_for(reader, kind, data):  # type: ignore[no-untyped-def]
    check(reader, kind, data)


@BOTH
def test_logs_of_other_formats_are_accounted_for(reader, kind):  # type: ignore[no-untyped-def]
    for seed in SEEDS:
        check(reader, kind, seed)


@settings(max_examples=30)
@given(data=st.binary(max_size=300), seed=st.integers(0, 2**32))
def test_telling_a_format_never_fails(data: bytes, seed: int) -> None:
    for head in (data, mutated(random.Random(seed))):
        assert reader_of(head, Kind.DOWNLOADS) in (None, *READERS)
        assert {reader.matches(head) for reader in READERS} <= {True, False}
