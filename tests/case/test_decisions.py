from dataclasses import replace
from pathlib import Path

import pytest

from breachscope.case import canonical_json, decisions
from breachscope.case.decisions import Decision
from breachscope.errors import ConfigError

RULING = Decision(
    id="",
    at="2024-01-31T09:00:00+09:00",
    who="reviewer-1",
    action="accept",
    subject="E1:5",
    why="stands in the server's backup too",
)


def test_decisions_are_read_back_in_order_and_numbered(tmp_path: Path) -> None:
    path = tmp_path / "decisions.jsonl"
    decisions.append(path, RULING)
    decisions.append(path, replace(RULING, subject="D7", action="reclassify", tier="possible"))

    read = decisions.load(path)

    assert [(d.id, d.subject, d.tier) for d in read] == [
        ("D1", "E1:5", None),
        ("D2", "D7", "possible"),
    ]


def test_a_case_without_decisions_has_none(tmp_path: Path) -> None:
    assert decisions.load(tmp_path / "decisions.jsonl") == []


def test_the_latest_ruling_on_a_subject_is_in_force() -> None:
    given = [RULING, replace(RULING, subject="E2:1"), replace(RULING, action="reject")]

    found = decisions.latest_by_subject(given)

    assert {subject: d.action for subject, d in found.items()} == {
        "E1:5": "reject",
        "E2:1": "accept",
    }


def test_a_withdrawn_ruling_is_no_longer_in_force() -> None:
    assert decisions.latest_by_subject([RULING, replace(RULING, action="withdraw")]) == {}


def test_a_torn_last_line_is_left_out_and_then_put_aside(tmp_path: Path) -> None:
    path = tmp_path / "decisions.jsonl"
    decisions.append(path, RULING)
    with path.open("ab") as file:
        file.write(b'{"acti')

    assert len(decisions.load(path)) == 1
    assert decisions.append(path, RULING).id == "D2"
    assert (tmp_path / "decisions.torn-1").read_bytes() == b'{"acti'


def test_all_mistakes_are_told_at_once_by_line_and_without_values(tmp_path: Path) -> None:
    path = tmp_path / "decisions.jsonl"
    good = {
        "id": "D1", "at": RULING.at, "who": "reviewer-1", "action": "accept",
        "subject": "E1:5", "why": "seen", "tier": None,
    }  # fmt: skip
    lines = [
        canonical_json.dumps(good),
        canonical_json.dumps({**good, "id": "D2", "action": "山田太郎", "tier": "sure"}),
        b"{}",
        b"not json",
        canonical_json.dumps({**good, "id": "D9", "at": "2024-01-31"}),
    ]
    path.write_bytes(b"".join(line + b"\n" for line in lines))

    with pytest.raises(ConfigError) as caught:
        decisions.load(path)

    text = str(caught.value)
    assert [f"line {n}" in text for n in range(1, 6)] == [False, True, True, True, True]
    assert "action: wants one of" in text
    assert "at: wants a time with its offset" in text
    assert "id: is not D5" in text
    assert "山田太郎" not in text
    assert "sure" not in text


@pytest.mark.parametrize(
    "wrong",
    [
        replace(RULING, who=""),
        replace(RULING, why=""),
        replace(RULING, at="2024-01-31T09:00:00"),
        replace(RULING, action="maybe"),
        replace(RULING, action="reclassify"),
        replace(RULING, tier="possible"),
        replace(RULING, action="reclassify", tier="sure"),
    ],
)
def test_an_incomplete_ruling_is_not_recorded(tmp_path: Path, wrong: Decision) -> None:
    path = tmp_path / "decisions.jsonl"

    with pytest.raises(ConfigError, match="the decision has mistakes"):
        decisions.append(path, wrong)

    assert not path.exists()
