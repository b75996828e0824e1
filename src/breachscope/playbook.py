"""Playbooks: the rules, words and limits that users copy and change, read from TOML.

A playbook is a folder: `playbook.toml` (limits, accounts, tier rules), `columns.toml`
(column names and coded words found in real files), `identity.toml` (who is one person),
`items.toml` (what the columns of a list hold), `actors.toml` (how often a source errs about
who used an account; optional), `routes.toml` (what events of a timeline are evidence of;
optional), `controls.toml` (kinds of check; optional) and `templates/`. All mistakes of all
files are reported at once, with file and key.
"""

from __future__ import annotations

import hashlib
import tomllib
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Literal, TypeVar, cast

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from breachscope.checks import CHECKS, Checks
from breachscope.errors import ConfigError
from breachscope.reliabilities import Actors
from breachscope.routes import Routes
from breachscope.schema import KEY_COLUMNS, KINDS, NAME_SIGNS, RECORD_FIELDS, ItemClass, Kind

DEFAULT = "insider-list-theft"

M = TypeVar("M", bound=BaseModel)


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Limits(_Strict):
    """Numbers the rules depend on; each is shown in the report."""

    act_gap_minutes: Annotated[float, Field(gt=0)] = 30
    device_window_minutes: Annotated[float, Field(ge=0)] = 60
    missing_disconnect_hours: Annotated[float, Field(gt=0)] = 24
    file_before_seconds: Annotated[float, Field(ge=0)] = 2
    file_after_minutes: Annotated[float, Field(ge=0)] = 120
    silence_events: Annotated[float, Field(gt=0)] = 20
    copy_share: Annotated[float, Field(gt=0, le=1)] = 0.9


class Accounts(_Strict):
    """How account names are compared."""

    domain_forms_are_one: bool = False  # CORP\x, x@corp and x


class Rule(_Strict):
    """One tier rule: a Polars SQL condition over the frame of `docs/method.md`."""

    tier: Literal["confirmed", "probable", "possible", "explained", "failed", "outside_focus"]
    when: str
    reason: str


class Expected(_Strict):
    """A source that should exist in a case of this sort, and what its absence hides."""

    kind: Kind
    why: str


class Rules(_Strict):
    """`playbook.toml`."""

    name: str
    version: int
    title: str
    limits: Limits = Limits()
    accounts: Accounts = Accounts()
    rules: list[Rule]
    improper_purpose: Literal["yes", "no", "review"] = "review"
    """Is what stays unexplained suspected of an improper purpose?"""
    conflict: str  # SQL: an explained download with evidence against it
    expected: list[Expected] = []

    @model_validator(mode="after")
    def _every_download_gets_a_tier(self) -> Rules:
        if not self.rules or self.rules[-1].when.strip().lower() != "true":
            raise ValueError('the last rule must be `when = "true"`, so that every download falls')
        return self


class Columns(_Strict):
    """`columns.toml`: names of columns and coded words, Japanese and English."""

    columns: dict[Kind, dict[str, list[str]]]
    values: dict[str, dict[str, list[str]]]  # canonical column -> canonical word -> words

    @model_validator(mode="after")
    def _names_are_known(self) -> Columns:
        for kind, aliases in self.columns.items():
            known = {column.name for column in KINDS[kind]}
            if unknown := sorted(set(aliases) - known):
                raise ValueError(f"columns.{kind}: no such column: {', '.join(unknown)}")
        return self


class Rung(_Strict):
    """Two records that agree on all of `agree` (none empty) are one person.

    Unless both hold a value in one of `unless_differ` and the values differ; or, where the rung
    is for a changed family name, two of the names begin with one sign.
    """

    name: str
    policy: Literal["strict", "standard", "loose"]
    agree: list[str]
    unless_differ: list[str] = []
    family_changed: bool = False
    across_parties: bool = True

    @model_validator(mode="after")
    def _keys_are_known(self) -> Rung:
        known = {*KEY_COLUMNS, *NAME_SIGNS, "any_phone"}
        if unknown := sorted({*self.agree, *self.unless_differ} - known):
            raise ValueError(f"no such key: {', '.join(unknown)}")
        return self


class Identity(_Strict):
    """`identity.toml`: the rungs of the policy, strongest first."""

    rungs: list[Rung]
    never_differ: list[str] = ["birth_date"]  # no person may hold two values of these
    common_value_limit: int = 50  # a telephone or address more people share tells nothing


class FieldItem(_Strict):
    """What a canonical column of a record is."""

    item_class: ItemClass = Field(alias="class")
    label: str


class HeaderItem(_Strict):
    """What a column is whose own name holds one of `words`."""

    id: str
    item_class: ItemClass = Field(alias="class")
    label: str
    words: Annotated[list[str], Field(min_length=1)]
    sure: bool
    check: Literal["my_number", "card"] | None = None  # what of its values would settle it


class ContentItem(_Strict):
    """What a column is by its values: by a check digit, or by words in them."""

    id: str
    item_class: ItemClass = Field(alias="class")
    label: str
    check: Literal["my_number", "card"] | None = None
    words: list[str] = []
    settles_share: Annotated[float, Field(gt=0, le=1)] = 1
    settles_count: Annotated[int, Field(gt=0)] = 1
    settles_alone: bool = False  # without a name that says so
    asks_count: Annotated[int, Field(gt=0)] = 1

    @model_validator(mode="after")
    def _one_test(self) -> ContentItem:
        if (self.check is None) == (not self.words):
            raise ValueError("give either check or words")
        return self


class TitleItem(_Strict):
    """What it tells to stand in a list whose title holds one of `words`."""

    id: str
    item_class: ItemClass = Field(alias="class")
    label: str
    words: Annotated[list[str], Field(min_length=1)]
    sure: bool = False


class Items(_Strict):
    """`items.toml`: what the columns of a list hold, as far as it decides duties."""

    fields: dict[str, FieldItem]
    headers: list[HeaderItem]
    contents: list[ContentItem]
    titles: list[TitleItem] = []

    @model_validator(mode="after")
    def _fields_are_known(self) -> Items:
        if unknown := sorted(set(self.fields) - set(RECORD_FIELDS)):
            raise ValueError(f"fields: no such column: {', '.join(unknown)}")
        if missing := sorted(set(RECORD_FIELDS) - set(self.fields)):
            raise ValueError(f"fields: say what these are: {', '.join(missing)}")
        return self


class Playbook(_Strict):
    """A whole playbook, and the digest of its files."""

    rules: Rules
    columns: Columns
    identity: Identity
    items: Items
    actors: Actors
    routes: Routes
    checks: Checks
    folder: Path
    digest: str


def shipped() -> Path:
    """The folder of the playbooks that come with breachscope."""
    here = Path(__file__).resolve().parent
    packed = here / "_playbooks"
    return packed if packed.is_dir() else here.parent.parent / "playbooks"


def load(name: str, near: Path | None = None) -> Playbook:
    """Read a playbook by name, or by path (taken from the case's folder).

    Raises:
        ConfigError: it is not there, or is wrong; all mistakes at once.

    """
    own = (near / name) if near else Path(name)
    folder = own if (own / "playbook.toml").is_file() else shipped() / name
    if not (folder / "playbook.toml").is_file():
        there = ", ".join(sorted(path.parent.name for path in shipped().glob("*/playbook.toml")))
        raise ConfigError(f"no playbook called {name}", hint=f"there are: {there}")
    wrong: list[str] = []
    rules = read_toml(folder / "playbook.toml", Rules, wrong)
    columns = read_toml(folder / "columns.toml", Columns, wrong)
    identity = read_toml(folder / "identity.toml", Identity, wrong)
    items = read_toml(folder / "items.toml", Items, wrong)
    stated = folder / "actors.toml"
    actors = read_toml(stated, Actors, wrong) if stated.is_file() else Actors()
    routed = folder / "routes.toml"
    routes = read_toml(routed, Routes, wrong) if routed.is_file() else Routes()
    kinds = folder / CHECKS
    checks = read_toml(kinds, Checks, wrong) if kinds.is_file() else Checks()
    if not (rules and columns and identity and items and actors and routes and checks):
        raise ConfigError("the playbook has mistakes:\n  " + "\n  ".join(wrong))
    return Playbook(
        rules=rules,
        columns=columns,
        identity=identity,
        items=items,
        actors=actors,
        routes=routes,
        checks=checks,
        folder=folder,
        digest=_digest(folder),
    )


def mistakes(error: ValidationError, file: str) -> list[str]:
    """Say each mistake of a TOML file on a line of its own: file, key, what is wrong."""
    return [
        f"{file}: {'.'.join(str(part) for part in item['loc']) or '(file)'}: {item['msg']}"
        for item in error.errors(include_url=False, include_input=False)
    ]


def read_toml(path: Path, model: type[M], wrong: list[str]) -> M | None:
    """Read a TOML file into a model; its mistakes are put to `wrong`, and nothing comes back."""
    try:
        return cast("M", _read(model, path.read_bytes()))
    except FileNotFoundError:
        wrong.append(f"{path.name}: is missing")
    except tomllib.TOMLDecodeError as error:
        wrong.append(f"{path.name}: {error}")
    except ValidationError as error:
        wrong.extend(mistakes(error, path.name))
    return None


@lru_cache(maxsize=64)
def _read(model: type[BaseModel], content: bytes) -> BaseModel:
    """The same content is read once a process; a model cannot be changed."""
    return model.model_validate(tomllib.loads(content.decode()))


def _digest(folder: Path) -> str:
    whole = hashlib.sha256()
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        inside = path.relative_to(folder).as_posix()
        whole.update(f"{inside}\0{hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
    return whole.hexdigest()
