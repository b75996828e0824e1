"""Every error breachscope raises on purpose, and the exit code of each.

    BreachscopeError          1
    |-- ConfigError           2   case.toml, playbook, mapping or option (as Typer's usage errors)
    |-- EvidenceError         3   unreadable, wrong columns, wrong encoding, nothing to take
    |   `-- TamperedEvidence  4   evidence or ledger is not what was recorded
    |-- ReconciliationError   5   totals that must be equal are not; nothing is written
    |-- OpenReviewError       6   --strict, and something still waits for a person
    `-- RunDue                7   plan --exit-code: something would be computed

A message names file, row and column, never a cell's value: it may be a person's.
"""

from typing import ClassVar


class BreachscopeError(Exception):
    """Base class: the message is for the investigator, `hint` says what to do next."""

    exit_code: ClassVar[int] = 1

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.hint = hint


class ConfigError(BreachscopeError):
    """The case, the playbook, a mapping or an option is wrong."""

    exit_code = 2


class EvidenceError(BreachscopeError):
    """An evidence file cannot be used as it stands."""

    exit_code = 3


class TamperedEvidence(EvidenceError):
    """Evidence or ledger is not what was recorded."""

    exit_code = 4


class ReconciliationError(BreachscopeError):
    """Two totals that must be equal are not."""

    exit_code = 5


class OpenReviewError(BreachscopeError):
    """Something still waits for a person's ruling."""

    exit_code = 6


class RunDue(BreachscopeError):
    """The last run does not answer to the evidence as it stands."""

    exit_code = 7
