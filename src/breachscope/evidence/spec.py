"""How one file is to be read: what the command line, the mapping and the case say of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from breachscope.errors import ConfigError

if TYPE_CHECKING:
    from pathlib import Path

    from breachscope.evidence.mapping import Mapping
    from breachscope.playbook import Columns
    from breachscope.routes import Route
    from breachscope.schema import Kind


@dataclass(frozen=True, slots=True)
class ReadSpec:
    """Everything but the file itself.

    `zone` and `encoding` are the user's; `default_zone` is the case's. `clock_offset` is
    in seconds, added to every instant. `version_id`, `party_id` and `host` fill those
    columns where the file has none. `ended_by` is a day (ISO 8601) by which a log without
    years had ended. `routes` say what events of a timeline are evidence of. The last three
    bound the memory a reading takes.
    """

    kind: Kind
    columns: Columns
    mapping: Mapping | None = None
    zone: str | None = None
    encoding: str | None = None
    clock_offset: float = 0.0
    version_id: str | None = None
    party_id: str | None = None
    default_zone: str | None = None
    host: str | None = None
    ended_by: str | None = None
    routes: tuple[Route, ...] = ()
    block_bytes: int = 8 << 20
    longest_line: int = 16 << 20
    scratch: Path | None = None  # where a library that reads paths alone may be handed a file
    longest_record: int = 1 << 20  # of several lines, in quotes

    def __post_init__(self) -> None:
        if self.mapping and self.mapping.kind is not self.kind:
            raise ConfigError(
                f"the mapping is for {self.mapping.kind}, the file is added as {self.kind}"
            )

    @property
    def declared_zone(self) -> str | None:
        """The zone the user gave: by option, else in the mapping."""
        return self.zone or (self.mapping.zone if self.mapping else None)

    @property
    def declared_encoding(self) -> str | None:
        """The encoding the user gave: by option, else in the mapping."""
        return self.encoding or (self.mapping.encoding if self.mapping else None)

    @property
    def filled(self) -> dict[str, str]:
        """Columns given for the whole file, by option."""
        given = {"version_id": self.version_id, "party_id": self.party_id, "host": self.host}
        return {name: value for name, value in given.items() if value is not None}
