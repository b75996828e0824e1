"""`package --check`: packages held against their run from the outside."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from breachscope import __version__
from breachscope.case import folder, stated
from breachscope.errors import BreachscopeError, ConfigError
from breachscope.notify import changes, seal
from breachscope.notify import packages as writing
from breachscope.notify.cells import HEADINGS, LONGEST, as_text, people_columns
from breachscope.notify.checking import figures, strangers
from breachscope.notify.checking.texts import columns_of, text_of
from breachscope.notify.documents import changes as documents
from breachscope.notify.documents.press import Press
from breachscope.notify.sheets import CUT
from breachscope.schema import COUNTED_TIERS, RECORD_FIELDS, Kind
from breachscope.sealing import bags, signers, sshsig
from breachscope.workflow import frames, outgoing, packaging
from breachscope.workflow.affected import affected_people, records_that_left
from breachscope.workflow.context import opened
from breachscope.workflow.reached_items import reached, sureness
from breachscope.workflow.tables import rows_of_version
from breachscope.workflow.workshop import CREATED, Workshop, told_outgoing, workshop

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from breachscope.notify.package import Change

LISTS: Final = ("affected_people.csv", "affected_people.xlsx")


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check found; nothing wrong means `problems` is empty."""

    run: int
    packages: int
    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def check(
    case: Path | None, at: Path | None, number: int | None, trusted: Path | None = None
) -> Checked:
    """Hold packages against a run: their files, persons, numbers and sums.

    Args:
        case: the case.
        at: a package, or a folder of packages; else those of the run itself, all of them.
        number: the run; else the last.
        trusted: an allowed-signers file; then one of its people must have signed each.

    Raises:
        ConfigError: there is no package, or no such run.

    """
    known = signers.read(trusted) if trusted else None
    with folder.exclusive(folder.find(case)):
        work = workshop(opened(case), number)
        found, loose = _packages(at or work.target)
        if not found and not loose and (at or not work.seals):
            raise ConfigError(
                f"{at or f'run {work.number}'}: has no packages", hint="breachscope package"
            )
        told = Checked(work.number, len(found))
        told.problems.extend(f"{path.name}: is no package" for path in loose)
        _ledger(work, found, told, whole=at is None)
        texts: list[strangers.Said] = []
        public = _public(work)
        with Press(work.templates, CREATED) as press:
            again = _Again(work, press)
            for place in found:
                problems, said = _one(work, place, known, told.notes, again, public)
                told.problems.extend(f"{place.name}: {problem}" for problem in problems)
                texts.extend(said)
        told.problems.extend(_strangers(work, texts, public))
        _outgoing(work, told, whole=at is None)
    return told


@dataclass(frozen=True, slots=True)
class _Again:
    """Packages made once more, each once: what they say they are, and their files' digests."""

    work: Workshop
    press: Press
    kept: dict[tuple[str, bool, bool], tuple[dict[str, Any], dict[str, str]]] = field(
        default_factory=dict
    )

    def made(
        self, party: str, *, draft: bool, letters: bool
    ) -> tuple[dict[str, Any], dict[str, str]]:
        """Facts and digests of a party's package as the run gives it now."""
        key = party, draft, letters
        if key not in self.kept:
            wanted = self.work.package(party, final=not draft, letters=letters)
            reports = self.work.context.case.reports
            with tempfile.TemporaryDirectory(prefix=folder.TEMPORARY, dir=reports) as scratch:
                place = Path(scratch) / "package"
                writing.write_package(place, wanted, self.work.templates, press=self.press)
                self.kept[key] = seal.facts(place), _digests(place / bags.PAYLOAD)
        return self.kept[key]


def _packages(at: Path) -> tuple[list[Path], list[Path]]:
    """The packages in a folder, and whatever else lies there."""
    if not at.is_dir():
        return [], []
    if (at / bags.SUMS).is_file() or (at / bags.PAYLOAD).is_dir():
        return [at], []
    inside = sorted(path for path in at.iterdir() if not path.name.startswith("."))
    return [p for p in inside if p.is_dir()], [p for p in inside if not p.is_dir()]


def _ledger(work: Workshop, found: Sequence[Path], told: Checked, *, whole: bool) -> None:
    """Packages that are gone, that are other than those written, that nobody wrote."""
    there = {_party(place) or "": place for place in found}
    for party, digest in sorted(work.seals.items()):
        place = there.get(party)
        if place is None and whole and _still_wanted(work, party):
            told.problems.append(
                f"{work.names[party]}: the ledger tells of this package, and it is not there"
            )
        elif place is None and not whole and len(found) > 1:
            told.notes.append(f"{work.names[party]}: the run has this package, and it is not here")
        elif place is not None and packaging.package_digest(place) != digest:
            told.problems.append(f"{place.name}: {seal.SUMS} is not the one the ledger tells of")
    for party, place in there.items():
        if party not in work.seals or (whole and work.names.get(party) != place.name):
            told.problems.append(f"{place.name}: the ledger does not tell of this package")


def _still_wanted(work: Workshop, party: str) -> bool:
    """One that was replaced by "nothing new" need not be there."""
    return bool(work.issued_here(party)) or work.has_news(party)


def _party(place: Path) -> str | None:
    try:
        return str(seal.facts(place)["party_id"])
    except (ValueError, KeyError):
        return None


def _one(
    work: Workshop,
    place: Path,
    known: Sequence[signers.Signer] | None,
    notes: list[str],
    again: _Again,
    public: str,
) -> tuple[list[str], list[strangers.Said]]:
    """Problems of one package, and its texts for the search for strangers."""
    found = seal.check(place, pl.scan_parquet(work.place / "scope.parquet"))
    found += _signature(place, known, notes)
    try:
        facts = seal.facts(place)
        party = str(facts["party_id"])
    except (ValueError, KeyError):
        return found, []
    if party not in work.names:
        return [*found, "is of a party the run does not know"], []
    if (facts.get("run"), facts.get("run_digest")) != (work.number, work.run_digest):
        found.append(f"is of run {facts.get('run')}, not of run {work.number} as the ledger has it")
        return found, []
    data = place / bags.PAYLOAD
    change = work.change(party)
    found += figures.problems(data, _truth(work, party, change, public))
    found += _changes(data, change)
    found += _people(work, party, data)
    found += _rebuilt(work, party, place, facts, notes, again)
    return found, list(_texts(party, place, found))


def _signature(
    place: Path, known: Sequence[signers.Signer] | None, notes: list[str]
) -> Iterator[str]:
    path = place / bags.SIGNATURE
    if not path.is_file():
        if known is not None:
            yield "unsigned, and --signers was given"
        else:
            notes.append(f"{place.name}: unsigned")
        return
    try:
        signature = sshsig.read(path.read_bytes().decode("ascii", "replace"))
        holds = signature.holds((place / bags.SUMS).read_bytes(), seal.NAMESPACE)
    except (OSError, ValueError):
        yield f"{bags.SIGNATURE}: is no signature"
        return
    if not holds:
        yield f"{bags.SIGNATURE}: is not over this manifest"
        return
    who = signers.who_signed(signature, known) if known is not None else None
    if known is not None and who is None:
        yield f"signed by {signature.fingerprint}, nobody of --signers"
    notes.append(f"{place.name}: signed by {signature.fingerprint}{f' ({who})' if who else ''}")


def _truth(work: Workshop, party: str, change: Change | None, public: str) -> figures.Truth:
    counts = work.counts.row(by_predicate=pl.col("party_id") == party, named=True)
    tiers = dict(
        pl.scan_parquet(work.place / "scope.parquet")
        .filter(pl.col("party_id") == party)
        .group_by(pl.col("tier").cast(pl.String))
        .len()
        .collect()
        .iter_rows()
    )
    lists = dict(
        pl.scan_parquet(work.place / "inquiry.parquet")
        .filter((pl.col("party_id") == party) & pl.col("tier").is_in(COUNTED_TIERS))
        .group_by("list_id")
        .len()
        .collect()
        .iter_rows()
    )
    words = _words(work, party, change, public)
    return figures.Truth(counts, tiers, lists, words, _items(work, party))


def _items(work: Workshop, party: str) -> figures.ItemTruth | None:
    held = reached(work.place, party)
    if held is None:
        return None
    return figures.ItemTruth(sureness(held), held.unknown_versions)


def _words(work: Workshop, party: str, change: Change | None, public: str) -> str:
    """Every text besides figures that documents of a party may hold numbers of."""
    made = work.head(party, final=False)
    words = [public, __version__, made.playbook_digest, str(made.run), str(made.issue)]
    words += [made.case, str(made.recipient), *made.limits, made.created.isoformat()]
    words += [name for pair in HEADINGS.items() for name in pair]
    counts = work.counts.row(by_predicate=pl.col("party_id") == party, named=True)
    times = pl.Series([counts["first_at"], counts["last_at"]])
    if times.dtype.is_temporal():
        words += [str(t) for t in times.dt.convert_time_zone(made.zone).to_list()]
    if change:
        words += [str(change.previous_issue), str(change.previous_run), *change.reasons]
        words += [str(n) for n in (change.added, change.withdrawn, change.moved)]
        words += [str(n) for f in change.figures for n in (f.before, f.after)]
        words += ["people_changes.csv", *(i.column for i in change.items)]
        words += [o.before + o.after for o in documents.others(change, made.zone, work.words)]
    return " ".join(words)


def _public(work: Workshop) -> str:
    """What anybody may read: templates, what people state, who the parties are."""
    texts = [
        text_of(path) or ""
        for path in sorted(work.templates.rglob("*"))
        if path.suffix in (".docx", ".txt", ".html")
    ]
    texts += [
        path.read_text(encoding="utf-8")
        for path in sorted(work.templates.rglob("*"))
        if path.suffix in (".j2", ".toml")
    ]
    stating = work.context.case.root / stated.FILE
    texts += [stating.read_text(encoding="utf-8")] if stating.is_file() else []
    items = work.basis.items
    parties = frames.table(work.context.case, items, Kind.PARTIES)
    told = parties.select("name", "contact").collect()
    texts += [value for column in told for value in column if value]
    texts += [work.context.settings.name, *(item.file for item in items)]
    return "\n".join(texts)


def _changes(data: Path, change: Change | None) -> Iterator[str]:
    """What a supplement says of the one before is what was issued, and why."""
    path = data / changes.DOCUMENT
    if change is None:
        if path.is_file():
            yield f"{path.name}: nothing was issued before"
        return
    try:
        told = folder.read_json(path)
        pairs = [(f["figure"], f["tier"], f["measure"], f["before"], f["after"])
                 for f in told["figures"]]  # fmt: skip
        previous = (told["kind"], told["previous_issue"], told["previous_package"])
        persons, period = told["persons"], told["period"]
        items = [(i["column"], i["item_class"], i["before"], i["after"]) for i in told["items"]]
    except (OSError, ValueError, KeyError, TypeError):
        yield f"{path.name}: missing or not readable"
        return
    right = [(f.figure, f.tier, f.measure, f.before, f.after) for f in change.figures]
    if pairs != right:
        yield f"{path.name}: figures are not those issued before and those of the run"
    if previous != (change.kind.value, change.previous_issue, change.previous_package):
        yield f"{path.name}: is not against the package issued last"
    if items != [(i.column, i.item_class, i.before, i.after) for i in change.items]:
        yield f"{path.name}: data items are not those issued before and those of the run"
    if period != {"before": list(change.period_before), "after": list(change.period_after)}:
        yield f"{path.name}: the period is not the one issued before and that of the run"
    if persons != {"added": change.added, "withdrawn": change.withdrawn, "moved": change.moved}:
        yield f"{path.name}: persons added, withdrawn or moved are not the run's"


def _people(work: Workshop, party: str, data: Path) -> Iterator[str]:
    """The lists of people hold exactly the run's persons, value by value."""
    items, left = work.basis.items, records_that_left(work.place, party)
    right = [
        as_text(frame.select(people_columns(frame.columns)), work.context.settings.zone)
        for frame in affected_people(work.context, items, work.place, party, left)
    ]
    wanted = pl.concat(right) if right else None
    try:
        found = pl.read_csv(data / LISTS[0], infer_schema=False).fill_null("")
    except (OSError, pl.exceptions.PolarsError):
        yield f"{LISTS[0]}: missing or not readable"
        return
    yield from _differing(LISTS[0], found, wanted)
    yield from _differing(LISTS[1], _book(data / LISTS[1], found.columns), _cut(found))
    yield from _keys_elsewhere(work, party, data)


def _differing(name: str, found: pl.DataFrame | None, wanted: pl.DataFrame | None) -> Iterator[str]:
    if found is None:
        yield f"{name}: missing or not readable"
        return
    if wanted is None:
        if found.height:
            yield f"{name}: {found.height} persons too many"
        return
    if found.columns != wanted.columns:
        yield f"{name}: its columns are not the run's"
        return
    one, other = (f.group_by(f.columns).len() for f in (found, wanted))
    on = [*wanted.columns, "len"]
    strange = one.join(other, on=on, how="anti", nulls_equal=True).height
    lacking = other.join(one, on=on, how="anti", nulls_equal=True).height
    if strange or lacking:
        yield f"{name}: {strange} rows are not the run's, {lacking} of the run's are not there"


def _cut(people: pl.DataFrame) -> pl.DataFrame:
    """Cells as a book can hold them."""
    long = pl.all().str.len_chars() > LONGEST
    return people.select(
        pl.when(long).then(pl.all().str.slice(0, LONGEST) + CUT).otherwise(pl.all())
    )


def _book(path: Path, columns: list[str]) -> pl.DataFrame | None:
    """All rows of a book's sheets of people as text; none if it cannot be read."""
    import fastexcel

    try:
        book = fastexcel.read_excel(str(path))
        sheets = [
            book.load_sheet(name, dtypes="string").to_polars() for name in book.sheet_names[1:]
        ]
        named = [
            sheet.rename(dict(zip(sheet.columns, columns, strict=True))).with_columns(
                pl.all().cast(pl.String).fill_null("")
            )
            for sheet in sheets
        ]
    except (OSError, ValueError, fastexcel.FastExcelError):
        return None
    return pl.concat(named) if named else None


def _keys_elsewhere(work: Workshop, party: str, data: Path) -> Iterator[str]:
    """Person keys of any other table are the party's own, now or as issued before."""
    runs = {work.place, *(work.context.case.run(i.run) for i in work.history.get(party, []))}
    own = pl.concat(
        [
            pl.scan_parquet(place / "scope.parquet")
            .filter(pl.col("party_id") == party)
            .select("person_key")
            for place in sorted(runs)
            if (place / "scope.parquet").is_file()
        ]
    )
    for path in sorted(data.glob("*.csv")):
        if path.name in LISTS or "person_key" not in columns_of(path):
            continue
        table = pl.scan_csv(path, infer_schema=False, glob=False).select("person_key")
        named = table.filter(pl.col("person_key") != "")  # a hold may fit nobody
        strange = named.join(own, on="person_key", how="anti").collect().height
        if strange:
            yield f"{path.name}: {strange} persons are not this party's"


def _rebuilt(
    work: Workshop,
    party: str,
    place: Path,
    facts: dict[str, Any],
    notes: list[str],
    again: _Again,
) -> Iterator[str]:
    """The package made once more from the run: every file must come out the same."""
    draft, letters = bool(facts.get("draft", True)), bool(facts.get("letters_printed"))
    wanted = work.head(party, final=not draft)
    same = {
        "program_version": wanted.program_version,
        "playbook_digest": wanted.playbook_digest,
        "stated_digest": wanted.stated_digest,
    }
    if other := [name for name, value in same.items() if facts.get(name) != value]:
        notes.append(
            f"{place.name}: was made under another {', '.join(other)}: it was not made once more, "
            "and what its PDF files print was not compared"
        )
        return
    try:
        right, sums = again.made(party, draft=draft, letters=letters)
    except BreachscopeError as error:
        yield f"cannot be made once more from the run: {error}"
        return
    found = _digests(place / bags.PAYLOAD)
    if {**facts, "files": None} != {**right, "files": None}:
        yield f"{seal.MANIFEST}: is not what the run gives"
    for name in sorted((found.keys() | sums.keys()) - {seal.MANIFEST}):
        if name not in sums:
            yield f"{name}: the run makes no such file"
        elif name not in found:
            yield f"{name}: the run makes this file, and it is not there"
        elif found[name] != sums[name]:
            yield f"{name}: is not what the run gives"


def _digests(data: Path) -> dict[str, str]:
    return {path.relative_to(data).as_posix(): bags.sha256(path) for path in bags.files_in(data)}


def _texts(party: str, place: Path, problems: list[str]) -> Iterator[strangers.Said]:
    """Every text of a package that is not a list of people, which is compared as such."""
    for path in bags.files_in(place / bags.PAYLOAD):
        name = path.relative_to(place / bags.PAYLOAD).as_posix()
        if path.is_symlink() or name in LISTS or "person_key" in columns_of(path):
            continue
        try:
            text = text_of(path)
        except ValueError:
            problems.append(f"{name}: cannot be read")
            continue
        if text:
            yield strangers.said(party, place.name, name, text)


def _strangers(work: Workshop, texts: Sequence[strangers.Said], public: str) -> Iterator[str]:
    """Persons of other parties in the texts of all packages, in one reading of the records."""
    wanted = strangers.candidates(texts)
    if wanted.is_empty():
        return
    owners: dict[tuple[str, str], set[str]] = {}
    for party, kind, value in _owners(work, wanted):
        owners.setdefault((kind, value), set()).add(party)
    for package, problem in strangers.problems(texts, owners, public):
        yield f"{package}: {problem}"


def _owners(work: Workshop, wanted: pl.DataFrame) -> Iterator[tuple[str, str, str]]:
    """Party, kind, value of everything wanted that records or keys of the run hold."""
    versions = dict(
        pl.read_parquet(work.place / "versions.parquet")
        .select("version_id", "party_id")
        .drop_nulls()
        .iter_rows()
    )
    keys = (
        pl.scan_parquet(work.place / "people.parquet")
        .select("party_id", kind=pl.lit("person key"), value=pl.col("person_key"))
        .unique()
    )
    scans = [keys]
    for item in work.basis.items:
        if item.kind is not Kind.RECORDS:
            continue
        for version in item.versions:
            if version not in versions:
                continue
            rows = rows_of_version(work.context, item, version)
            fields = [name for name in RECORD_FIELDS if name in rows.collect_schema()]
            of_party = pl.lit(versions[version]).alias("party_id")
            scans.append(strangers.values(rows.select(fields)).select(of_party, "kind", "value"))
    for scan in scans:
        met = scan.join(wanted.lazy(), on=["kind", "value"], how="semi").unique().collect()
        yield from met.sort(met.columns).iter_rows()


def _outgoing(work: Workshop, told: Checked, *, whole: bool) -> None:
    """The encrypted files are those that were made, of the packages as they stand."""
    report = work.target.parent
    for party, one in sorted(told_outgoing(work.entries, work.number).items()):
        if one.sha256 is None or not whole:
            continue
        if not outgoing.stands(report, one):
            told.problems.append(f"{outgoing.OUTGOING}/{one.file}: is gone or changed")
        elif one.package != work.seals.get(party):
            told.problems.append(f"{outgoing.OUTGOING}/{one.file}: is of an older package")
