"""The command line: read the options, call the workflow, print, choose the exit code."""

from __future__ import annotations

import errno
import os
import sys

import typer

from breachscope.cli import (
    add,
    answer,
    case_commands,
    controls,
    decide,
    demo,
    diff,
    exercise,
    export,
    lookup,
    package,
    review,
    run,
    sensitivity,
    show,
    sign,
    why,
)

INTERRUPTED = 130
BROKEN_PIPE = 141
NO_SPACE = f"(os error {errno.ENOSPC})"

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,  # a traceback may hold a person's data
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Work out which records left with an insider, whose they were, and who must be told.",
)
app.command("init")(case_commands.init)
app.command("add")(add.add)
app.command("verify")(case_commands.verify)
app.command("plan")(run.plan)
app.command("run")(run.run)
app.command("status")(case_commands.status)
app.command("show")(show.show)
app.command("why")(why.why)
app.command("answer")(answer.answer)
app.command("controls")(controls.controls)
app.command("sensitivity")(sensitivity.sensitivity)
app.command("decide")(decide.decide)
app.command("review")(review.review)
app.command("diff")(diff.diff)
app.command("package")(package.package)
app.command("sign")(sign.sign)
app.command("timestamp")(sign.timestamp)
app.command("lookup")(lookup.lookup)
app.command("export")(export.export)
app.command("exercise")(exercise.exercise)
app.command("demo")(demo.demo)


def _version(value: bool) -> None:
    if value:
        from breachscope import __version__

        print(f"breachscope {__version__}")
        raise typer.Exit


@app.callback()
def root(
    version: bool = typer.Option(
        False, "--version", callback=_version, is_eager=True, help="Print the version."
    ),
) -> None:
    """Work out which records left with an insider, whose they were, and who must be told."""


def main() -> None:
    """Run the app; an error becomes a line, a hint and an exit code, never a traceback."""
    from breachscope.errors import BreachscopeError

    os.umask(0o077)  # a case is its owner's alone
    try:
        _run_app()
    except BreachscopeError as error:
        _fail(f"error: {error}", error.hint, error.exit_code)
    except KeyboardInterrupt:
        _fail("interrupted; run the command again, nothing is half-written", None, INTERRUPTED)
    except BrokenPipeError:
        # Whoever read us has enough; nothing more may be written, not even at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(BROKEN_PIPE)
    except Exception as error:
        if isinstance(error, OSError) and error.strerror:
            _fail(f"error: {error.strerror}: {error.filename or ''}", None, 1)
        if NO_SPACE in str(error):  # Polars has no number of its own for a full disk
            _fail(f"error: {os.strerror(errno.ENOSPC)}", "make room and run it again", 1)
        if isinstance(error, OSError):
            _fail(f"error: the system refused: {error.filename or ''}", None, 1)
        if os.environ.get("BREACHSCOPE_DEBUG"):
            raise
        hint = "run again with BREACHSCOPE_DEBUG=1 for the traceback; it may print case data"
        _fail(f"internal error: {type(error).__name__}", hint, 1)


def _run_app() -> None:
    """Run the app and see its output through.

    Raises:
        BrokenPipeError: the reader has gone; Typer makes it an exit with 1, which says nothing.

    """
    try:
        app()
    except SystemExit as end:
        if isinstance(end.__context__, BrokenPipeError):
            raise end.__context__ from None
        raise
    finally:
        sys.stdout.flush()  # found out here, and not when Python ends


def _fail(message: str, hint: str | None, code: int) -> None:
    print(message, file=sys.stderr)
    if hint:
        print(f"hint: {hint}", file=sys.stderr)
    sys.exit(code)
