"""Fuzz the readers for a given time: samples changed at random, every account checked.

`make fuzz` (or `python bench/fuzz_readers.py --minutes 60 --seed 1`) prints each finding with the
seed that makes it again and leaves a summary in bench/work/fuzz.json. A case that takes more than
a minute of processor counts as a hang. Event logs and hives are changed with their format in
mind, from built ones; where BREACHSCOPE_REAL names a folder of real files, from these too. Where
atheris can be imported and `--guided` is given, it chooses the bytes by what they reach in the
code, and ends at its first failure.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import random
import signal
import sys
import time
import traceback
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
sys.path += [str(HERE.parent / "tests" / "evidence"), str(HERE.parent / "tests")]

GUIDED = "--guided" in sys.argv
with contextlib.ExitStack() as stack:
    if GUIDED:
        import atheris  # type: ignore[import-not-found]

        stack.enter_context(atheris.instrument_imports(include=["breachscope"]))
    import binary_mutations
    from log_mutations import mutated, options
    from log_samples import SEEDS, name_of, readers_and_kinds
    from reader_checks import check

    from breachscope.evidence.readers import reader_of
    from breachscope.schema import Kind

SECONDS_OF_A_HANG = 60
BINARY = {name: list(seeds) for name, seeds in binary_mutations.SEEDS_OF.items()}
if "BREACHSCOPE_REAL" in os.environ:
    for format_, seeds in binary_mutations.real_seeds(Path(os.environ["BREACHSCOPE_REAL"])).items():
        BINARY[format_] += seeds


@dataclass
class Found:
    """What a stretch of fuzzing came upon."""

    cases: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    findings: dict[str, dict[str, Any]] = field(default_factory=dict)

    def add(self, name: str, seed: int, error: BaseException) -> None:
        """Keep the first of each kind of failure, by where it was raised."""
        frame = traceback.extract_tb(error.__traceback__)[-1]
        mine = [f for f in traceback.extract_tb(error.__traceback__) if "breachscope" in f.filename]
        at = mine[-1] if mine else frame
        key = f"{name}: {type(error).__name__} at {Path(at.filename).name}:{at.lineno}"
        if key not in self.findings:
            self.findings[key] = {"seed": seed, "times": 0}
            print(f"{key} (seed {seed})", flush=True)
        self.findings[key]["times"] += 1


def one(seed: int, found: Found, only: set[str]) -> None:
    """One changed log through every reader it may meet."""
    dice = random.Random(seed)
    data = mutated(dice)
    how = options(dice, data)
    for reader, kind in readers_and_kinds():
        name = name_of(reader)
        if (only and name not in only) or (not only and dice.random() < 0.5):
            continue
        given, way = data, how
        if name in BINARY:
            given = binary_mutations.changed(name, dice, tuple(BINARY[name]))
            way = binary_mutations.how(name, dice, given)
        signal.setitimer(signal.ITIMER_PROF, SECONDS_OF_A_HANG)
        try:
            found.cases[name] += 1
            found.refused[name] += check(reader, kind, given, **way) is None
        except Exception as error:
            found.add(name, seed, error)
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
    try:
        for kind in Kind:
            reader_of(data, kind)
    except Exception as error:
        found.add("matches", seed, error)


def main() -> None:
    given = argparse.ArgumentParser(description=__doc__)
    given.add_argument("--minutes", type=float, default=60)
    given.add_argument("--seed", type=int, default=1)
    given.add_argument("--only", nargs="*", default=[], help="names of readers")
    given.add_argument("--guided", action="store_true", help="let atheris choose, if it is there")
    asked = given.parse_args()
    if asked.guided:
        guided(asked.minutes, asked.seed, set(asked.only))
    signal.signal(signal.SIGPROF, _hang)
    found, seed, began = Found(), asked.seed, time.monotonic()
    while time.monotonic() - began < asked.minutes * 60:
        one(seed, found, set(asked.only))
        seed += 1
    write(found, time.monotonic() - began, asked.seed, seed)


def write(found: Found, seconds: float, first: int, last: int) -> None:
    """Add this stretch to what earlier ones left."""
    place = HERE / "work" / "fuzz.json"
    place.parent.mkdir(exist_ok=True)
    stretches = json.loads(place.read_text()) if place.exists() else []
    stretches.append(
        {
            "seconds": round(seconds),
            "seeds": [first, last - 1],
            "cases": dict(sorted(found.cases.items())),
            "refused": dict(sorted(found.refused.items())),
            "findings": found.findings,
        }
    )
    place.write_text(json.dumps(stretches, indent=1))
    cases = sum(found.cases.values())
    print(f"{cases:,} cases in {seconds:.0f} s, {len(found.findings)} kinds of failure")


def guided(minutes: float, seed: int, only: set[str]) -> None:
    """Hand over to atheris, which begins with the samples and prints what it reaches."""
    chosen = [both for both in readers_and_kinds() if not only or name_of(both[0]) in only]
    corpus = HERE / "work" / "fuzz-corpus"
    corpus.mkdir(parents=True, exist_ok=True)
    for place in range(len(chosen)):
        for number, sample in enumerate(SEEDS):
            (corpus / f"{place}-{number}").write_bytes(bytes([place]) + sample)

    def target(data: bytes) -> None:
        if data:
            reader, kind = chosen[data[0] % len(chosen)]
            check(reader, kind, data[1:])

    limits = [f"-max_total_time={round(minutes * 60)}", f"-seed={seed}", "-timeout=60"]
    limits.append(f"-artifact_prefix={corpus.parent}/fuzz-")
    atheris.Setup([sys.argv[0], *limits, str(corpus)], target)
    atheris.Fuzz()


def _hang(*_: object) -> None:
    raise TimeoutError("a reader hangs")


if __name__ == "__main__":
    main()
