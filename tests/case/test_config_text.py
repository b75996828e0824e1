from __future__ import annotations

import tomllib
from datetime import date

from breachscope.case import config


def test_settings_written_and_read_back_are_the_same() -> None:
    about = {
        "ORG-X": {"sector": "private", "knew_on": date(2023, 7, 31)},
        "P1": {"jurisdictions": []},
    }
    settings = config.CaseSettings.model_validate({"name": "a", "organisations": about})
    read = config.CaseSettings.model_validate(tomllib.loads(config.text(settings)))
    assert read == settings
