"""How often a source errs about who used an account: the playbook's `actors.toml`."""

from __future__ import annotations

import math
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


Share = Annotated[float, Field(gt=0, lt=1)]


class ActorLimits(_Strict):
    """Where the verdicts on who was at the keyboard begin, and how near is near."""

    identified_log10_lr: Annotated[float, Field(gt=0)] = 2.0
    exclusion: Share = 0.001
    needs_removal: bool = True
    clock_minutes: Annotated[float, Field(ge=0)] = 5
    stay_hours: Annotated[float, Field(gt=0)] = 16
    alive_hours: Annotated[float, Field(gt=0)] = 24
    base_days: Annotated[int, Field(ge=1, le=400)] = 60
    line_sessions: Annotated[int, Field(ge=1)] = 3


class ActorRates(_Strict):
    """How often a source is wrong about a person: stated, not fitted; see `actors.toml`."""

    not_yet_employed: Share = 0.0001
    left_on_site: Share = 0.001
    left_remote: Share = 0.05
    not_holder: Share = 0.05
    missed_entry: Share = 0.005
    false_stay: Share = 0.001
    roster_wrong: Share = 0.1
    other_host: Share = 0.1
    other_account: Share = 0.3
    lent_account: Share = 0.01
    other_line: Share = 0.005
    line_with_account: Share = 0.1
    not_own_line: Share = 0.2
    login_lent: Share = 0.05
    unattended: Share = 0.1
    work_wrong: Share = 0.25

    def doubled(self) -> ActorRates:
        """Every source twice as often wrong, at most as often as not."""
        return ActorRates(**{name: min(2 * rate, 0.5) for name, rate in self.model_dump().items()})


class ActorPrior(_Strict):
    """What is held before any evidence; the rest is shared alike by those named."""

    unknown: Share = 0.1


Lack = Literal["no_presence", "several_there", "no_session", "unknown_line", "no_removal"]


class Settles(_Strict):
    """A further source that could name one person where an act lacks something."""

    source: str
    when: Lack
    error: Share | None = None  # how often it is wrong; none: it tells something else than who
    why: str

    @property
    def gain(self) -> float:
        """The log10 likelihood ratio it can give one person at the most."""
        return math.inf if self.error is None else math.log10((1 - self.error) / self.error)


class Actors(_Strict):
    """`actors.toml`: reliabilities of the evidence about who used the account."""

    limits: ActorLimits = ActorLimits()
    prior: ActorPrior = ActorPrior()
    rates: ActorRates = ActorRates()
    settles: list[Settles] = []
