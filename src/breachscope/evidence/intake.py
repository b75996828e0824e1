"""One evidence file in, its rows out: what it is, how it was read, what came of each line."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from breachscope.errors import EvidenceError
from breachscope.evidence import books, headers, objects, parquet, routing, tables
from breachscope.evidence.account import Account, Batch
from breachscope.evidence.containers import ARCHIVES, OLE, PARQUET, ZIP, Member, Source, Stream
from breachscope.evidence.numbering import Numbers
from breachscope.evidence.readers import hive, known_as, lacks_year, other_kinds, reader_of
from breachscope.evidence.readers.hive.opening import Hives
from breachscope.evidence.times import Zone
from breachscope.schema import ATTRIBUTE_PREFIX, KINDS, ColumnType, Kind

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

    import polars as pl

    from breachscope.evidence.headers import Layout
    from breachscope.evidence.spec import ReadSpec

Rows = Callable[..., Iterator[Batch]]

HEAD_BYTES: Final = 1 << 18
_BOOK_PART: Final = b"[Content_Types].xml"
_BOOK_NAMES: Final = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")


@dataclass(slots=True)
class Reading:
    """One file being read.

    The words about it are those of its first table; `members` names what has been read so
    far; `account` is whole when `batches` is exhausted.
    """

    path: Path
    format: str = ""
    encoding: str = ""
    zone_note: str = ""
    separator: str = ""
    members: list[str] = field(default_factory=list)
    columns_found: dict[str, str] = field(default_factory=dict)  # canonical: the file's
    attributes: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    account: Account = field(default_factory=Account)
    lacks_year: bool = False  # a log whose lines carry none: `ended_by` decided
    _kind: Kind = Kind.RECORDS
    _spec: ReadSpec | None = None
    _numbers: Numbers = field(default_factory=Numbers)
    _source: Source | None = None
    _tables: Iterator[Iterator[Batch]] = field(default_factory=lambda: iter(()))
    _first: Iterator[Batch] | None = None

    def batches(self) -> Generator[Batch, None, None]:
        """The rows, in file order; once. Afterwards the account is whole, hash included.

        Raises:
            EvidenceError: the file breaks off or is hostile; then nothing of it may be used.
        """
        assert self._source is not None
        try:
            table = self._first
            while table is not None:
                for found in table:
                    batch = self._numbers.numbered(found, self._kind)
                    if self._kind is Kind.TIMELINE:
                        batch = self._routed(batch)
                    self.account.add(batch)
                    yield batch
                table = next(self._tables, None)
            self.account.size = self._source.size
            self.account.sha256 = self._source.finish()
            if self._source.rubbish:
                self.note(f"{self._source.rubbish:,} bytes after the packed data were not read")
        except EvidenceError as error:
            if self.path.name in str(error):
                raise
            raise EvidenceError(f"{self.path.name}: {error}", hint=error.hint) from None
        finally:
            self._source.close()

    def _routed(self, batch: Batch) -> Batch:
        """The batch with what its events are evidence of."""
        assert self._spec is not None
        found = routing.routed(batch.taken, self._spec.routes, self._spec, Zone.of(self._spec))
        return replace(batch, taken=found.events, routed=found.rows)

    def note(self, text: str) -> None:
        """Say something of the file once."""
        if text not in self.notes:
            self.notes.append(text)


@dataclass(frozen=True, slots=True)
class Description:
    """What a file would be read as, without any of its values."""

    format: str
    encoding: str
    separator: str
    zone: str
    columns_found: dict[str, str]
    unknown: list[str]
    types: dict[str, str]  # canonical column or attribute: what its first cells are
    notes: list[str]


def read(path: Path, spec: ReadSpec) -> Reading:
    """Open a file and find out what it is.

    Raises:
        EvidenceError: it cannot be used as evidence of this kind; what is missing is named.
        ConfigError: an option or the mapping cannot be followed.
    """
    reading = Reading(path, _kind=spec.kind, _spec=spec, _source=Source(path))
    try:
        reading._tables = _tables(reading, spec)
        reading._first = next(reading._tables, None)
        if reading._first is None:
            raise EvidenceError(f"{path.name}: holds no table of {spec.kind}")
    except BaseException:
        if reading._source:
            reading._source.close()
        raise
    return reading


def describe(path: Path, spec: ReadSpec) -> Description:
    """What `read` would make of the file, from its first block; no values.

    Raises:
        EvidenceError: as `read`.
    """
    reading = read(path, spec)
    rows = reading.batches()
    batch = next(rows, None)
    if batch is not None and not reading.columns_found and not reading.attributes:
        _tell_log(reading, batch.taken)
    types = {} if batch is None else _types(batch.taken.head(1000), reading)
    rows.close()
    return Description(
        format=reading.format,
        encoding=reading.encoding,
        separator=reading.separator,
        zone=reading.zone_note,
        columns_found=dict(reading.columns_found),
        unknown=list(reading.attributes),
        types=types,
        notes=list(reading.notes),
    )


def _tell_log(reading: Reading, taken: pl.DataFrame) -> None:
    """Of a log, whose columns have no names: those its first rows fill."""
    filled = [name for name in taken.columns if taken[name].null_count() < taken.height]
    names = {column.name for column in KINDS[reading._kind]}
    reading.columns_found.update({n: "as the format has it" for n in filled if n in names})
    reading.attributes += [name for name in filled if name.startswith(ATTRIBUTE_PREFIX)]


def _tables(reading: Reading, spec: ReadSpec) -> Iterator[Iterator[Batch]]:
    """Each table of the file, as its rows."""
    source = reading._source
    assert source is not None
    where = source.name
    if source.head.startswith(PARQUET):
        yield _parquet(reading, spec, where)
        return
    hives = Hives()
    for member in source.members():
        if member.name is not None:
            if _is_litter(member.name):
                reading.note(f"{member.name}: made by the archiver, not read")
                continue
            where = f"{source.name}: {member.name}"
            reading.members.append(member.name)
        head = member.stream.peek(HEAD_BYTES)
        if not head and member.name is None:
            raise EvidenceError(f"{where}: is empty")
        if not head:
            reading.note(f"{member.name}: is empty")
        elif member.name is not None and hives.keep(member.name, head, member.stream):
            continue  # a hive waits for its transaction logs
        elif (
            source.is_book or head.startswith(OLE) or (head.startswith(ZIP) and _BOOK_PART in head)
        ):
            yield from _sheets(reading, spec, member, where)
        elif head.startswith(ARCHIVES):
            raise EvidenceError(
                f"{where}: is an archive inside an archive", hint="unpack it and add what is inside"
            )
        else:
            yield _text(reading, spec, member, head, where)
    yield from _hives(reading, spec, hives, source.name)


def _hives(reading: Reading, spec: ReadSpec, hives: Hives, file: str) -> Iterator[Iterator[Batch]]:
    """The hives of an archive, each with the logs that lie beside it."""
    for name, data, logs in hives.with_logs():
        where = f"{file}: {name}"
        if spec.kind not in hive.KINDS:
            raise EvidenceError(f"{where}: {other_kinds(data[:64])}, not {spec.kind}")
        member = Member(name, "zip", Stream(io.BytesIO(data).read))
        zone = Zone.of(spec, hive.STANDARD_ZONE)
        _tell(reading, _within(hive.NAME, member), zone, hive.ENCODING)
        yield hive.read(member.stream, spec, zone, name, reading.account, reading.note, logs)
    for name in hives.logs:
        reading.note(f"{name}: a transaction log, its hive is not beside it")


def _text(
    reading: Reading, spec: ReadSpec, member: Member, head: bytes, where: str
) -> Iterator[Batch]:
    """A log of a known format, JSON Lines, or delimited text."""
    if reader := reader_of(head, spec.kind):
        zone = Zone.of(spec, reader.STANDARD_ZONE)
        _tell(reading, _within(reader.NAME, member), zone, reader.ENCODING)
        reading.lacks_year |= lacks_year(head, spec.kind)
        return reader.read(member.stream, spec, zone, member.name, reading.account, reading.note)
    if other := other_kinds(head):
        raise EvidenceError(f"{where}: {other}, not {spec.kind}")
    try:
        return _table(reading, spec, member, head, where)
    except EvidenceError as error:
        if known := known_as(head):
            raise EvidenceError(f"{where}: {known}, not {spec.kind}") from error
        raise


def _table(
    reading: Reading, spec: ReadSpec, member: Member, head: bytes, where: str
) -> Iterator[Batch]:
    """JSON Lines, or delimited text."""
    zone = Zone.of(spec)
    encoding = tables.encoding_of(head, spec, where)
    told = f"{encoding.codec} ({encoding.how})"
    begin = head[encoding.mark :].decode(encoding.codec, errors="replace").lstrip()
    if begin.startswith("{"):
        layout = headers.layout(objects.names(head, encoding), spec, where)
        _tell(reading, _within("JSON Lines", member), zone, told)
        _tell_columns(reading, layout, spec, where)
        rows: Rows = objects.batches
    else:
        layout = tables.layout_of(head, encoding, spec, where)
        if spec.kind is Kind.TIMELINE and headers.is_timesketch(layout.cells):
            zone = Zone.of(spec, "UTC")
        _tell(reading, _within("delimited text", member), zone, told, tables.separator_name(layout))
        _tell_columns(reading, layout, spec, where)
        rows = tables.batches
    return rows(member.stream, encoding, layout, spec, zone, reading.account, member.name)


def _sheets(
    reading: Reading, spec: ReadSpec, member: Member, where: str
) -> Iterator[Iterator[Batch]]:
    """Every sheet that has what the kind requires; of the others it is said that they are there."""
    zone, lacking = Zone.of(spec), []
    _tell(reading, _within("Excel", member), zone, "")
    for name, sheet in books.sheets(_whole(member.stream), where):
        inside = name if member.name is None else f"{member.name}/{name}"
        layout = books.layout_of(sheet, spec, f"{where}: sheet {name}")
        if layout is None or headers.missing(layout.columns, spec):
            lacking.append((name, layout))
            continue
        reading.members.append(inside)
        _tell_columns(reading, layout, spec, where)
        yield iter((books.batch(sheet, layout, spec, zone, inside),))
    for name, layout in lacking:
        if not reading.columns_found and layout is not None:
            headers.refuse_missing(layout, spec, f"{where}: sheet {name}")
        reading.note(f"sheet {name}: not read, it lacks the columns of {spec.kind}")


def _parquet(reading: Reading, spec: ReadSpec, where: str) -> Iterator[Batch]:
    assert reading._source is not None
    file, zone = reading._source.held(), Zone.of(spec)
    layout = headers.layout(parquet.names(file, where), spec, where)
    _tell(reading, "Parquet", zone, "")
    _tell_columns(reading, layout, spec, where)
    return parquet.batches(file, layout, spec, zone, where)


def _whole(stream: Stream) -> bytes:
    pieces = []
    while piece := stream.read(1 << 24):
        pieces.append(piece)
    return b"".join(pieces)


def _within(format_: str, member: Member) -> str:
    return f"{format_} in {member.container}" if member.container else format_


def _tell(reading: Reading, format_: str, zone: Zone, encoding: str, separator: str = "") -> None:
    """Keep what the first table is; say it of a later one that differs."""
    if not reading.format:
        reading.format, reading.encoding = format_, encoding
        reading.separator, reading.zone_note = separator, zone.note
    elif (format_, encoding, separator) != (reading.format, reading.encoding, reading.separator):
        reading.note(f"{reading.members[-1]}: {format_}, {encoding}, {separator}")


def _tell_columns(reading: Reading, layout: Layout, spec: ReadSpec, where: str) -> None:
    headers.refuse_missing(layout, spec, where)
    reading._numbers.begin(layout, spec, reading.account)
    for text in (*layout.notes, headers.better_kind(layout.cells, spec)):
        if text:
            reading.note(text)
    if not reading.columns_found:
        reading.columns_found.update(layout.found)
    reading.attributes += [name for name in layout.attributes if name not in reading.attributes]


def _is_litter(name: str) -> bool:
    return name.startswith("__MACOSX/") or name.rsplit("/", 1)[-1] in (".DS_Store", "Thumbs.db")


def _types(rows: pl.DataFrame, reading: Reading) -> dict[str, str]:
    """What each column is: its type, or of text the shapes of its first cells."""
    declared = {column.name: column.type for column in KINDS[reading._kind]}
    names = [name for name in (*reading.columns_found, *reading.attributes) if name in rows]
    return {name: _shape_of(rows[name], declared.get(name, ColumnType.TEXT)) for name in names}


def _shape_of(column: pl.Series, declared: ColumnType) -> str:
    filled = column.drop_nulls()
    if not len(filled):
        return "empty"
    if declared is not ColumnType.TEXT:
        return declared.value
    shapes = {"digits": r"^[0-9]+$", "number": r"^[0-9.,+-]+$", "date": r"^[0-9]{4}[-/年.][0-9]"}
    for name, shape in shapes.items():
        if filled.str.contains(shape).all():
            return name
    return "text"
