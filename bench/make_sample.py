"""Make samples/evidence and reports/sample anew: the golden case, and what it gives.

The evidence stands line by line in tests/golden/golden_case.py, where its numbers are worked.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from golden import golden_case  # noqa: E402  (from the tests' folder)
from golden.command import breachscope  # noqa: E402


def main() -> None:
    samples, reports = ROOT / "samples" / "evidence", ROOT / "reports" / "sample"
    for folder in (samples, reports):
        shutil.rmtree(folder, ignore_errors=True)
    golden_case.write_evidence(samples)
    with tempfile.TemporaryDirectory() as scratch:
        case = Path(scratch) / "sample"
        evidence = Path(scratch) / "evidence"
        shutil.copytree(samples, evidence)
        golden_case.done(breachscope("init", case, "--account", "opsadm"))
        golden_case.done(
            breachscope("add", "--manifest", evidence / "manifest.csv", "--case", case)
        )
        golden_case.done(breachscope("run", "--case", case))
        golden_case.done(breachscope("package", "--case", case))
        # `outgoing` holds the same packages once more, sealed where there are keys.
        made = case / "reports" / "0001"
        shutil.copytree(made, reports, ignore=shutil.ignore_patterns("outgoing"))
        for name, command in COMMANDS.items():
            done = golden_case.done(breachscope(*command, "--case", case))
            (reports / name).write_text(done.out, encoding="utf-8")


COMMANDS = {
    "scope.txt": ("show", "scope"),
    "scope.json": ("show", "scope", "--json"),
    "acts.txt": ("show", "acts"),
    "why-P1-probable.txt": ("why", "P1:probable"),
    "coverage.txt": ("show", "coverage"),
    "actors.txt": ("show", "actors"),
    "obligations.txt": ("show", "obligations", "--as-of", "2023-09-20"),
    "answer-P1.txt": ("answer", "--party", "P1", "--from", "2014-05-01", "--to", "2014-06-30"),
}

if __name__ == "__main__":
    main()
