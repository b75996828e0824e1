"""The tables that pass between stages: every column name, type and word, nowhere else.

Times are UTC, microseconds. Byte offsets count from 0 in the file as received (inside
the member, for archives); lines are physical and count from 1; row numbers count from 1.
"""

from __future__ import annotations

import hashlib
from functools import cache

import polars as pl

from breachscope.errors import EvidenceError
from breachscope.schema.actors import *
from breachscope.schema.answers import *
from breachscope.schema.columns import *
from breachscope.schema.controls import *
from breachscope.schema.evidence import *
from breachscope.schema.evidence import Kind, canonical
from breachscope.schema.items import *
from breachscope.schema.leaks import *
from breachscope.schema.letters import *
from breachscope.schema.obligations import *
from breachscope.schema.people import *
from breachscope.schema.reconstruction import *
from breachscope.schema.review import *
from breachscope.schema.sensitivity import *


def conform(frame: pl.LazyFrame, schema: pl.Schema) -> pl.LazyFrame:
    """Hold a frame to a schema: these columns, these types, this order.

    Only the plan is read, never a row, so the message cannot repeat anyone's data.

    Raises:
        EvidenceError: a column is missing or of another type.
    """
    found = frame.collect_schema()
    wrong = [
        f"{name}: wants {wanted}, has {found.get(name, 'nothing')}"
        for name, wanted in schema.items()
        if found.get(name) != wanted
    ]
    if wrong:
        raise EvidenceError("columns do not fit:\n  " + "\n  ".join(wrong))
    return frame.select(schema.names())


@cache
def digest() -> str:
    """A short name for all tables of this module: parts made under other tables are not reused."""
    tables = {name: value for name, value in globals().items() if isinstance(value, pl.Schema)}
    told = [f"{name}: {dict(table)}" for name, table in sorted(tables.items())]
    told += [f"{kind}: {dict(canonical(kind))}" for kind in Kind]
    return hashlib.sha256("\n".join(told).encode()).hexdigest()[:16]


def empty(schema: pl.Schema) -> pl.LazyFrame:
    """A frame of this schema without rows."""
    return pl.LazyFrame(schema=schema)
