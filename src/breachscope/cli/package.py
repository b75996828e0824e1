"""`package`: what each recipient gets."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from breachscope.cli import output
from breachscope.cli.options import CaseOption, Quiet, RunNumber, command_line

if TYPE_CHECKING:
    from breachscope.workflow.packaging import Packed


def package(
    party: Annotated[
        list[str] | None,
        typer.Argument(
            help="Parties; else all with anything to tell. With --check, a folder.",
            metavar="PARTY...",
        ),
    ] = None,
    case: CaseOption = None,
    run: RunNumber = None,
    check: Annotated[
        bool, typer.Option("--check", help="Hold packages against the run; exit 5 if one is wrong.")
    ] = False,
    issue: Annotated[
        bool, typer.Option("--issue", help="Record the packages as handed over.")
    ] = False,
    final: Annotated[
        bool, typer.Option("--final", help="Mark the documents final; else every page says draft.")
    ] = False,
    letters: Annotated[
        bool, typer.Option("--letters", help="All letters to be posted, as PDF.")
    ] = False,
    key: Annotated[
        Path | None, typer.Option(help="Private Ed25519 key to sign each manifest with.")
    ] = None,
    signers: Annotated[
        Path | None, typer.Option(help="With --check: one of these must have signed.")
    ] = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="Leave nothing unsealed; exit 6 if a key is lacking.")
    ] = False,
    quiet: Quiet = False,
) -> None:
    """Write each party's package, sealed for it: documents, counts, people, manifest."""
    named = party or []
    if check and issue:
        raise typer.BadParameter("--issue checks by itself")
    if check:
        _check(case, named, run, signers, quiet=quiet)
    elif issue:
        _issue(case, named, run, strict=strict, quiet=quiet)
    else:
        _write(case, named, run, key, final=final, letters=letters, strict=strict, quiet=quiet)


def _check(
    case: Path | None, named: list[str], run: int | None, signers: Path | None, *, quiet: bool
) -> None:
    from breachscope.workflow import checking

    if len(named) > 1:
        raise typer.BadParameter("--check takes one folder")
    told = checking.check(case, Path(named[0]) if named else None, run, signers)
    for problem in told.problems:
        print(problem)
    for note in told.notes:
        output.say(f"note: {note}", quiet=quiet)
    if told.problems:
        raise typer.Exit(5)
    output.say(
        f"{told.packages} packages are as run {told.run} gives them, each with its own persons "
        "alone",
        quiet=quiet,
    )


def _issue(
    case: Path | None, named: list[str], run: int | None, *, strict: bool, quiet: bool
) -> None:
    from breachscope.workflow import issuing

    done = issuing.issue(case, run, named, command=command_line(), strict=strict)
    for one in done:
        sealed = f"sealed for {len(one.keys)} keys" if one.sealed else "NOT SEALED"
        print(f"{one.party_id}: issue {one.issue}, {one.kind}, {one.listed:,} persons, {sealed}")
    if not done:
        output.say("nothing to record: every package was issued before", quiet=quiet)


def _write(
    case: Path | None,
    named: list[str],
    run: int | None,
    key: Path | None,
    *,
    final: bool,
    letters: bool,
    strict: bool,
    quiet: bool,
) -> None:
    from breachscope.workflow import packaging

    packed = packaging.package(
        case,
        run,
        named,
        command=command_line(),
        final=final,
        letters=letters,
        key=key,
        strict=strict,
        quiet=quiet,
    )
    for folder in packed.written:
        print(folder)
    for line in packed.unchanged:
        print(line)
    for note in packed.notes:
        output.say(f"note: {note}", quiet=quiet)
    _say_unsealed(packed, strict=strict, quiet=quiet)


def _say_unsealed(packed: Packed, *, strict: bool, quiet: bool) -> None:
    from breachscope.errors import OpenReviewError
    from breachscope.workflow.outgoing import GIVE_KEYS

    if not packed.without_key:
        return
    few = ", ".join(packed.without_key[:5]) + (" …" if len(packed.without_key) > 5 else "")
    told = f"{len(packed.without_key)} recipients have no key: {few}"
    if strict:
        raise OpenReviewError(told, hint=GIVE_KEYS)
    output.say(f"note: {told}; their packages lie open in outgoing/UNSEALED", quiet=quiet)
