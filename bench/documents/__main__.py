"""`python -m bench.documents FOLDER`: write the templates as they are shipped."""

from __future__ import annotations

import sys
from pathlib import Path

from . import forms, letters, notices, reports

TEMPLATES = {
    "notice_entrusting_party": notices.entrusting,
    "regulator_private": forms.private,
    "regulator_public": forms.public,
    "notice_person": letters.person,
    "publication": letters.publication,
    "supplement": reports.supplement,
    "withdrawal": reports.withdrawal,
    "evidence_appendix": reports.appendix,
    "investigation_report": reports.investigation,
}


def main() -> None:
    target = Path(sys.argv[1])
    for name, made in TEMPLATES.items():
        made().save(target / f"{name}.docx")
        print(target / f"{name}.docx")


if __name__ == "__main__":
    main()
