"""Intake: evidence files in, batches of rows out, with an account of every line.

Nothing here writes: `read` yields batches, the caller stores them.
"""

from breachscope.evidence.account import Account, Batch
from breachscope.evidence.intake import Description, Reading, describe, read
from breachscope.evidence.mapping import Mapping, load_mapping
from breachscope.evidence.spec import ReadSpec

__all__ = [
    "Account",
    "Batch",
    "Description",
    "Mapping",
    "ReadSpec",
    "Reading",
    "describe",
    "load_mapping",
    "read",
]
