"""Typst in a process of its own, which can be stopped and cannot take the machine's memory.

Run as a module it reads requests from stdin and writes answers to stdout, each a length and
a JSON head, then the bytes. Nothing of it reaches the network: packages are refused.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import struct
import subprocess
import sys
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final, Self

from breachscope.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping

SECONDS: Final = 120.0
"""So long one compile may take; the largest of the program's own takes 12."""
PROCESSES: Final = 2
MEMORY: Final = 6 << 30
_LENGTH: Final = struct.Struct("<Q")


class Typesetter:
    """Sets PDFs from a layout and data, in up to so many processes, one a core at most.

    Closing it ends the processes.
    """

    def __init__(
        self, layout: Path, fonts: Path, *, seconds: float = SECONDS, processes: int = PROCESSES
    ) -> None:
        self.layout, self.fonts, self.seconds = layout, fonts, seconds
        self.threads = ThreadPoolExecutor(min(processes, os.cpu_count() or 1))
        self.own = threading.local()  # each thread speaks with a process of its own
        self.processes: list[subprocess.Popen[bytes]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.threads.shutdown(cancel_futures=True)
        for process in self.processes:
            _ended(process)

    def submit(self, data: Mapping[str, Any], timestamp: int) -> Future[bytes]:
        """The PDF of the data, when it is ready; the same data gives the same bytes.

        The future raises ConfigError where the layout asks for what is not there, is wrong, or
        has no end.
        """
        request = {
            "layout": str(self.layout),
            "fonts": str(self.fonts),
            "timestamp": timestamp,
            "data": json.dumps(data, ensure_ascii=False, separators=(",", ":")),
        }
        return self.threads.submit(self._set, json.dumps(request).encode())

    def _set(self, request: bytes) -> bytes:
        process = self._process()
        watch = _Watch(process, self.seconds)
        try:
            head, content = _exchanged(process, request)
        except (EOFError, OSError):
            self.own.process = None
            if watch.fired:
                told = f"was stopped after {self.seconds:g} seconds; has it an end?"
                raise ConfigError(f"{self.layout.name}: {told}") from None
            raise ConfigError(
                f"{self.layout.name}: the typesetter broke off",
                hint="the layout may have no end, or memory ran out",
            ) from None
        finally:
            watch.timer.cancel()
        if "error" in head:
            raise ConfigError(f"{self.layout.name}: {head['error']}")
        return content

    def _process(self) -> subprocess.Popen[bytes]:
        process: subprocess.Popen[bytes] | None = getattr(self.own, "process", None)
        if process is None:
            self.own.process = process = _started()
            self.processes.append(process)
        return process


class _Watch:
    """Kills a process that takes too long over one request."""

    def __init__(self, process: subprocess.Popen[bytes], seconds: float) -> None:
        self.process, self.fired = process, False
        self.timer = threading.Timer(seconds, self._kill)
        self.timer.start()

    def _kill(self) -> None:
        self.fired = True
        self.process.kill()


def _started() -> subprocess.Popen[bytes]:
    source = str(Path(__file__).resolve().parents[3])
    paths = os.pathsep.join(filter(None, [source, os.environ.get("PYTHONPATH")]))
    return subprocess.Popen(
        [sys.executable, "-m", __name__],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,  # a message of its own may quote the data
        env={**os.environ, "PYTHONPATH": paths},
    )


def _exchanged(process: subprocess.Popen[bytes], request: bytes) -> tuple[dict[str, Any], bytes]:
    assert process.stdin is not None
    assert process.stdout is not None
    _send(process.stdin, request)
    head = json.loads(_received(process.stdout))
    return head, _received(process.stdout)


def _ended(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait()
    for stream in (process.stdin, process.stdout):
        if stream is not None:
            with contextlib.suppress(OSError):
                stream.close()


def _send(stream: IO[bytes], content: bytes) -> None:
    stream.write(_LENGTH.pack(len(content)))
    stream.write(content)
    stream.flush()


def _received(stream: IO[bytes]) -> bytes:
    head = stream.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        raise EOFError
    (length,) = _LENGTH.unpack(head)
    content = stream.read(length)
    if len(content) < length:
        raise EOFError
    return content


def _serve(requests: IO[bytes], answers: IO[bytes]) -> None:
    """Compile what is asked for until nobody asks any more."""
    import typst

    compilers: dict[str, typst.Compiler] = {}
    while True:
        try:
            request = json.loads(_received(requests))
        except EOFError:
            return
        layout = request["layout"]
        try:
            if "@" in Path(layout).read_text(encoding="utf-8"):
                raise ValueError("may not name packages, and labels are made with label()")
            if layout not in compilers:
                compilers[layout] = typst.Compiler(
                    layout, root=str(Path(layout).parent), font_paths=[request["fonts"]],
                    ignore_system_fonts=True,
                )  # fmt: skip
            data = request["data"]
            made = compilers[layout].compile(
                sys_inputs={"data": data}, timestamp=request["timestamp"], pdf_tags=len(data) < MANY
            )
            content = made if isinstance(made, bytes) else b"".join(made or ())
            _answer(answers, {}, content)
        except (typst.TypstError, ValueError, OSError) as error:
            _answer(answers, {"error": _told(error)}, b"")


def _told(error: Exception) -> str:
    """What is wrong and in which line of the layout; the layout's own words alone."""
    place = re.search(r"\.typ:(\d+):", str(getattr(error, "diagnostic", "")))
    line = f"line {place[1]}: " if place else ""
    return line + str(getattr(error, "message", error))


MANY: Final = 2_000_000
"""Of so much data (thousands of letters) no tags are made: they would double time and size."""


def _answer(stream: IO[bytes], head: dict[str, str], content: bytes) -> None:
    _send(stream, json.dumps(head).encode())
    _send(stream, content)


def _bounded() -> None:
    """An endless layout ends this process, and not the machine."""
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


if __name__ == "__main__":
    _bounded()
    _serve(sys.stdin.buffer, sys.stdout.buffer)
