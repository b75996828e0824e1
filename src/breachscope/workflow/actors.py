"""The stage that asks who was at the keyboard of each act."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from breachscope.case.fingerprint import Fingerprint, digest_of
from breachscope.reconstruct import actors
from breachscope.reconstruct.actors_given import Given
from breachscope.schema import (
    ACT_VERDICTS,
    ACTOR_CHECKS,
    ACTOR_MARKS,
    ACTOR_PEOPLE,
    ACTORS,
    Kind,
    conform,
)
from breachscope.workflow.situation import LOGS

if TYPE_CHECKING:
    from pathlib import Path

    from breachscope.workflow.situation import Situation

ACTORS_VERSION = 5

TABLES = ("actors", "act_verdicts", "actor_marks", "actor_people", "actor_checks")
"""Its tables, `runs/N/NAME.parquet`."""

KINDS = (
    Kind.PEOPLE,
    Kind.PRESENCE,
    Kind.ROSTER,
    Kind.HOSTS,
    Kind.LOGINS,
    Kind.REMOTE,
    Kind.WORK,
    Kind.FILES,
)
"""The evidence that can tell who was at a keyboard."""


def actors_part(s: Situation, judged: Path, silences: Path) -> Path:
    """ACTORS, ACT_VERDICTS, ACTOR_MARKS, ACTOR_PEOPLE and ACTOR_CHECKS of the case.

    Args:
        s: the evidence and the playbook.
        judged: the egress part.
        silences: SILENCES of every kind of log.

    """
    playbook, zone = s.context.playbook, s.context.settings.zone
    silent = pl.scan_parquet(silences).filter(pl.col("kind") == Kind.PRESENCE.value).collect()

    def make(target: Path) -> None:
        found = actors.attributed(
            Given(
                acts=pl.scan_parquet(judged / "acts.parquet"),
                downloads=pl.scan_parquet(judged / "inquiry.parquet"),
                **{kind.value: s.table(kind) for kind in KINDS},
                silences=silent.lazy(),
                zone=zone,
                domain_forms_are_one=playbook.rules.accounts.domain_forms_are_one,
            ),
            playbook.actors,
        )
        for name, frame, schema in (
            ("actors", found.actors, ACTORS),
            ("act_verdicts", found.verdicts, ACT_VERDICTS),
            ("actor_marks", found.marks, ACTOR_MARKS),
            ("actor_people", found.people, ACTOR_PEOPLE),
            ("actor_checks", found.checks, ACTOR_CHECKS),
        ):
            conform(frame.lazy(), schema).sink_parquet(target / f"{name}.parquet")

    copied = {kind.value: s.superseded(kind).parent.name for kind in KINDS if kind in LOGS}
    wanted = Fingerprint(
        "actors",
        "all",
        s.inputs(*KINDS)
        | {f"copies of {kind}": digest for kind, digest in copied.items()}
        | {"egress": judged.name},
        {
            "actors": playbook.actors.model_dump(mode="json"),
            "accounts": playbook.rules.accounts.model_dump(),
            "silences": digest_of(silent.write_csv()),
            "zone": zone,
            **s.moment.settings(),
        },
        ACTORS_VERSION,
    )
    return s.parts.get(wanted, make)
