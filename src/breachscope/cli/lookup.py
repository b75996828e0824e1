"""`lookup`: the contact desk's question, answered without the list."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from breachscope.cli import output
from breachscope.cli.options import AsJson, CaseOption, RunNumber, command_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


def lookup(
    file: Annotated[Path, typer.Argument(help="The look-up file.", metavar="FILE")],
    code: Annotated[
        Path | None, typer.Option(help="File with the access code; else it is asked for.")
    ] = None,
    make: Annotated[
        bool, typer.Option("--make", help="Make the file from a run; prints its access code.")
    ] = False,
    party: Annotated[
        list[str] | None, typer.Option(help="With --make: of this party; may be repeated.")
    ] = None,
    case: CaseOption = None,
    run: RunNumber = None,
    as_json: AsJson = False,
) -> None:
    """Ask whether a person is affected: two of name, reading, telephone, birth date on stdin."""
    from breachscope.workflow import lookups

    if make:
        print(lookups.make(case, file, run, party or [], command=command_line()))
        output.say("keep this code apart from the file: whoever has both can ask")
        return
    for said in lookups.ask(file, _code(code), _questions(sys.stdin)):
        if as_json:
            output.print_json(
                {"schema": "breachscope/answer-of-lookup/1", "answer": said.answer, "why": said.why}
            )
        else:
            print(f"{said.answer}: {said.why}" if said.why else said.answer, flush=True)


def _code(path: Path | None) -> str:
    from getpass import getpass

    from breachscope.errors import ConfigError

    if path is not None:
        try:
            return path.read_text(encoding="ascii").strip()
        except (OSError, UnicodeDecodeError):
            raise ConfigError(f"{path}: cannot be read as an access code") from None
    if sys.stdin.isatty():
        return getpass("access code: ")
    raise ConfigError("no access code", hint="give the file it is in: --code FILE")


def _questions(stream: Iterable[str]) -> Iterator[dict[str, str]]:
    """One question a blank-line-parted group of `detail: value`; asked for at a terminal."""
    if sys.stdin.isatty():
        yield from _asked_for()
        return
    found: dict[str, str] = {}
    for line in stream:
        detail, colon, value = line.partition(":")
        if colon:
            found[detail.strip()] = value.strip()
        elif found and not line.strip():
            yield found
            found = {}
    if found:
        yield found


def _asked_for() -> Iterator[dict[str, str]]:
    details = {
        "name": "name (氏名)",
        "kana": "reading (フリガナ)",
        "phone": "telephone (電話番号)",
        "birth_date": "birth date (生年月日)",
    }
    output.say("empty where not known; an empty question ends")
    while True:
        answers = {key: input(f"{said}: ").strip() for key, said in details.items()}
        if not any(answers.values()):
            return
        yield answers
