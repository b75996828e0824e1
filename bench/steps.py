"""Steps of a measured case that no command does alone: `init` from a mandate, and the score."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from breachscope.exercise import ExercisePaths
from breachscope.workflow import demonstrating, start


def main() -> None:
    os.umask(0o077)
    action, exercise, case = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    if action == "init":
        mandate = demonstrating.mandate(exercise / "mandate.toml")
        start.init(case, **mandate, command=["bench"])
        return
    evidence = exercise / "evidence"
    paths = ExercisePaths(
        exercise,
        evidence,
        evidence / "manifest.csv",
        exercise / "mandate.toml",
        exercise / "truth",
    )
    print("\n".join(demonstrating.scored(case, paths)))


if __name__ == "__main__":
    main()
