"""`sign` and `timestamp`: the ledger's head, to people and authorities outside."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from breachscope.cli import output
from breachscope.cli.options import CaseOption, Quiet, command_line


def sign(
    case: CaseOption = None,
    key: Annotated[
        Path | None, typer.Option(help="Private Ed25519 key, as ssh-keygen writes it.")
    ] = None,
    request: Annotated[
        Path | None, typer.Option(help="Write the head here, for another to sign.")
    ] = None,
    response: Annotated[
        Path | None, typer.Option(help="Take in a signature ssh-keygen -Y sign made.")
    ] = None,
    quiet: Quiet = False,
) -> None:
    """Sign the ledger's head, so that nobody can write the ledger anew unseen."""
    from breachscope.workflow import attesting

    _one_of(key, request, response, "--key, --request or --response")
    if request:
        head, how = attesting.write_head(case, request)
        output.say(f"head {head} is in {request}; sign it: {how}", quiet=quiet)
        return
    if key:
        kept, head = attesting.sign(case, key, command=command_line())
    else:
        assert response is not None
        kept, head = attesting.take_signature(case, response, command=command_line())
    output.say(f"entries 1 to {head.seq} are signed", quiet=quiet)
    print(kept)


def timestamp(
    case: CaseOption = None,
    request: Annotated[
        Path | None, typer.Option(help="Write a request for a time authority (RFC 3161) here.")
    ] = None,
    response: Annotated[Path | None, typer.Option(help="Take in the authority's response.")] = None,
    trust: Annotated[
        Path | None, typer.Option(help="Certificates (PEM) the response must hold under.")
    ] = None,
    quiet: Quiet = False,
) -> None:
    """Have a time authority prove when the ledger stood as it stands; nothing is sent."""
    from breachscope.workflow import attesting

    _one_of(request, response, None, "--request or --response")
    if request:
        head = attesting.write_request(case, request)
        output.say(f"{request} asks about head {head}; bring it to the authority", quiet=quiet)
        return
    assert response is not None
    kept, head, at, notes = attesting.take_stamp(case, response, trust, command=command_line())
    when = f"{at:%Y-%m-%dT%H:%M:%SZ}" if at else "a time that cannot be read here"
    output.say(f"entries 1 to {head.seq} stood at {when}", quiet=quiet)
    for note in notes:
        output.say(note, quiet=quiet)
    print(kept)


def _one_of(one: Path | None, two: Path | None, three: Path | None, names: str) -> None:
    if sum(given is not None for given in (one, two, three)) != 1:
        raise typer.BadParameter(f"give one of {names}")
