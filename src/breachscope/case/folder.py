"""The case folder: where things are, who may work in it, and how files come to be whole.

Files are written under a temporary name in the folder they belong to and renamed when they
are complete, so a command killed at any moment leaves either the old state or the new one.
What a killed command left behind is removed by the next one that takes the lock.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from breachscope.case import config
from breachscope.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterator

TEMPORARY = ".tmp-"
PRIVATE_FOLDER = 0o700
PRIVATE_FILE = 0o600


@dataclass(frozen=True, slots=True)
class CaseFolder:
    """One case on disk."""

    root: Path

    @property
    def settings_file(self) -> Path:
        """`case.toml`."""
        return self.root / "case.toml"

    @property
    def ledger(self) -> Path:
        """The append-only ledger."""
        return self.root / "evidence" / "ledger.jsonl"

    @property
    def originals(self) -> Path:
        """Copies of evidence taken with `--copy`, by hash."""
        return self.root / "evidence" / "originals"

    @property
    def store(self) -> Path:
        """Results of stages, by the digest of what they were made from."""
        return self.root / "store"

    @property
    def decisions(self) -> Path:
        """People's rulings."""
        return self.root / "decisions.jsonl"

    @property
    def runs(self) -> Path:
        """Numbered runs."""
        return self.root / "runs"

    @property
    def reports(self) -> Path:
        """Reports and packages by run."""
        return self.root / "reports"

    def settings(self) -> config.CaseSettings:
        """`case.toml`, checked."""
        return config.read(self.settings_file)

    def run_numbers(self) -> list[int]:
        """Numbers of the finished runs, in order."""
        names = [path.name for path in self.runs.glob("[0-9]*")] if self.runs.is_dir() else []
        return sorted(int(name) for name in names if name.isdigit())

    def run(self, number: int) -> Path:
        """The folder of one run."""
        return self.runs / f"{number:04d}"

    def report(self, number: int) -> Path:
        """The folder of one run's report and packages."""
        return self.reports / f"{number:04d}"


def find(given: Path | None, start: Path | None = None) -> CaseFolder:
    """The case at `given`, else the nearest at or above the working directory.

    Raises:
        ConfigError: there is none.

    """
    if given is not None:
        if not (given / "case.toml").is_file():
            raise ConfigError(
                f"{given} is no case: it has no case.toml", hint="make one: breachscope init CASE"
            )
        return CaseFolder(given.resolve())
    here = (start or Path.cwd()).resolve()
    for folder in (here, *here.parents):
        if (folder / "case.toml").is_file():
            return CaseFolder(folder)
    raise ConfigError(
        "no case here or above",
        hint="go into one, give --case CASE, or make one: breachscope init CASE",
    )


def create(root: Path, settings: config.CaseSettings) -> CaseFolder:
    """Make a new case folder, readable by its owner alone.

    Raises:
        ConfigError: something is there already.

    """
    if root.exists() and any(root.iterdir()):
        raise ConfigError(f"{root} is there already and is not empty")
    root.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
    root.chmod(PRIVATE_FOLDER)
    case = CaseFolder(root.resolve())
    for folder in (case.ledger.parent, case.store, case.runs, case.reports):
        folder.mkdir(mode=PRIVATE_FOLDER)
    write_text(case.settings_file, config.text(settings))
    return case


@contextmanager
def exclusive(case: CaseFolder) -> Iterator[None]:
    """Hold the case alone, and clear away what a killed command left behind.

    Raises:
        ConfigError: another command holds it.

    """
    lock = os.open(case.root / ".lock", os.O_RDWR | os.O_CREAT, PRIVATE_FILE)
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise ConfigError(
                "another command is working in this case",
                hint="wait until it is done, then run again",
            ) from error
        remove_leftovers(case)
        yield
    finally:
        os.close(lock)


def remove_leftovers(case: CaseFolder) -> None:
    """Remove temporary files and folders of commands that did not end."""
    places = [case.root, case.ledger.parent, case.originals, case.store, case.runs, case.reports]
    places += [path for path in case.store.glob("*") if path.is_dir()]
    for place in places:
        for left in place.glob(f"{TEMPORARY}*"):
            remove(left)


def remove(path: Path) -> None:
    """Remove a file or a folder."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


@contextmanager
def whole(final: Path) -> Iterator[Path]:
    """A temporary name beside `final`, renamed to it if the block ends well.

    `final` may become a file or a folder; if it is there already (the same content under the
    same digest), the new one is dropped.
    """
    final.parent.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
    temporary = final.parent / f"{TEMPORARY}{final.name}-{os.getpid()}"
    try:
        yield temporary
        _protect(temporary)
        if final.is_dir():
            remove(temporary)
        else:
            temporary.replace(final)
    except BaseException:
        remove(temporary)
        raise


def _protect(path: Path) -> None:
    if path.is_dir():
        path.chmod(PRIVATE_FOLDER)
        for inner in path.iterdir():
            _protect(inner)
    elif path.exists() and path.stat().st_nlink == 1:
        path.chmod(PRIVATE_FILE)


def write_text(path: Path, content: str) -> None:
    """Write a text file as a whole."""
    with whole(path) as temporary:
        temporary.write_text(content, encoding="utf-8")


def write_json(path: Path, content: object) -> None:
    """Write JSON with sorted keys, one key a line."""
    write_text(
        path, json.dumps(content, ensure_ascii=False, sort_keys=True, indent=1, default=str) + "\n"
    )


def read_json(path: Path) -> Any:
    """Read a JSON file of ours."""
    return json.loads(path.read_text(encoding="utf-8"))


def link(source: Path, target: Path) -> None:
    """The same file under another name: linked where the disk allows, else copied."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)
