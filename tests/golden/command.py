"""The command line from a test: in this process where it can be, in its own where it must."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from unittest import mock

from breachscope.cli import main

if TYPE_CHECKING:
    from pathlib import Path

START = "from breachscope.cli import main; main()"
ENVIRONMENT = {"POLARS_MAX_THREADS": "2", "COLUMNS": "200"}


@dataclass(frozen=True, slots=True)
class Done:
    """What a command left behind."""

    code: int
    out: str
    err: str

    @property
    def said(self) -> str:
        return self.out + self.err

    def json(self) -> Any:
        assert self.code == 0, self.err
        return json.loads(self.out)


def breachscope(*words: object) -> Done:
    """Run one command in this process."""
    told = ["breachscope", *(str(word) for word in words)]
    out, err, before = io.StringIO(), io.StringIO(), os.umask(0o077)
    try:
        with (
            mock.patch.object(sys, "argv", told),
            mock.patch.dict(os.environ, ENVIRONMENT),
            redirect_stdout(out),
            redirect_stderr(err),
        ):
            os.environ.pop("BREACHSCOPE_DEBUG", None)
            code = _code_of_main()
    finally:
        os.umask(before)
    return Done(code, out.getvalue(), err.getvalue())


def _code_of_main() -> int:
    try:
        main()
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(bool(end.code))
    return 0


def started(*words: object, **options: Any) -> subprocess.Popen[str]:
    """Start one command in a process of its own."""
    told = [sys.executable, "-c", START, *(str(word) for word in words)]
    environment = {k: v for k, v in os.environ.items() if not k.startswith("BREACHSCOPE")}
    given = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True} | options
    return subprocess.Popen(told, env=environment | ENVIRONMENT, **given)


def apart(*words: object, **options: Any) -> Done:
    """Run one command in a process of its own."""
    with started(*words, **options) as process:
        out, err = process.communicate(timeout=60)
    return Done(process.returncode, out or "", err or "")


def written(path: Path, text: str, encoding: str = "cp932") -> Path:
    """A text file, by default as a Japanese Windows machine writes it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.replace("\n", "\r\n").encode(encoding))
    return path
