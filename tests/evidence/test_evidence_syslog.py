from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from evidence_files import Taken, file, spec, take
from hypothesis import given, settings
from hypothesis import strategies as st

from breachscope.errors import EvidenceError
from breachscope.schema import Kind

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

ACCEPTED = "Accepted password for adm from 10.0.0.5 port 4000 ssh2"
FAILED = "Failed password for adm from 10.0.0.5 port 4000 ssh2"


def logins(folder: Path, *lines: str, **options: object) -> Taken:
    how = spec(Kind.LOGINS, **{"ended_by": "2022-06-30", **options})
    return take(file(folder, "\n".join([*lines, ""]), name="auth.log"), how)


def days(taken: Taken) -> list[str]:
    """Dates in Tokyo."""
    return taken.rows["at"].dt.convert_time_zone("Asia/Tokyo").dt.date().cast(str).to_list()


def told(taken: Taken) -> list[tuple[object, ...]]:
    return taken.rows.select("line", "action", "account", "source_ip", "session_id").rows()


def why(taken: Taken) -> dict[int, str]:
    return dict(taken.skipped.select("line", "reason").rows())


def test_a_login_told_by_several_lines_is_one_event_with_one_end(tmp_path: Path) -> None:
    taken = logins(
        tmp_path,
        "Mar  1 09:00:00 web1 sshd[100]: Server listening on 0.0.0.0 port 22.",
        f"Mar  1 09:00:01 web1 sshd[200]: {ACCEPTED}",
        "Mar  1 09:00:01 web1 sshd[200]: pam_unix(sshd:session): session opened for user "
        "adm(uid=1001) by (uid=0)",
        "Mar  1 09:30:00 web1 sshd[201]: Received disconnect from 10.0.0.5 port 4000:11: bye",
        "Mar  1 09:30:00 web1 sshd[201]: Disconnected from user adm 10.0.0.5 port 4000",
        "Mar  1 09:30:00 web1 sshd[200]: pam_unix(sshd:session): session closed for user adm",
        "Mar  1 09:31:00 web1 CRON[7]: pam_unix(cron:session): session opened for user root",
    )

    assert told(taken) == [
        (2, "login", "adm", "10.0.0.5", "200"),
        (5, "logout", "adm", "10.0.0.5", "200"),
    ]
    again = "tells a login or its end again"
    assert why(taken) == {
        1: "no login event",
        3: again,
        4: "no login event",
        6: again,
        7: "no login event",
    }


def test_without_an_accepted_line_the_session_itself_is_the_login(tmp_path: Path) -> None:
    opened = "pam_unix(sshd:session): session opened for user adm by (uid=0)"
    taken = logins(
        tmp_path,
        f"Mar  1 09:00:01 web1 sshd[200]: {opened}",
        "Mar  1 09:30:00 web1 sshd[200]: pam_unix(sshd:session): session closed for user adm",
        f"Mar  1 10:00:00 web1 sshd[200]: {opened}",
    )

    assert [row[1] for row in told(taken)] == ["login", "logout", "login"]


def test_a_user_name_that_imitates_an_address_does_not_choose_it(tmp_path: Path) -> None:
    name = "x from 10.9.9.9 port 22"
    taken = logins(
        tmp_path,
        f"Mar  1 09:00:01 web1 sshd[2]: Failed password for invalid user {name} from 10.0.0.66 "
        "port 5000 ssh2",
    )

    assert told(taken) == [(1, "fail", name, "10.0.0.66", "2")]


def test_attempts_before_login_end_no_session(tmp_path: Path) -> None:
    taken = logins(
        tmp_path,
        "Mar  1 09:00:01 web1 sshd[2]: Invalid user bob from 10.0.0.6 port 5000",
        "Mar  1 09:00:02 web1 sshd[2]: Connection closed by invalid user bob 10.0.0.6 port 5000 "
        "[preauth]",
        "Mar  1 09:00:03 web1 sshd[2]: Connection closed by 10.0.0.6 port 5000",
    )

    assert taken.rows.is_empty()
    assert set(why(taken).values()) == {"no login event"}


def test_the_year_is_the_last_in_which_the_log_had_ended_by_the_day_given(tmp_path: Path) -> None:
    line = f"Jul  1 09:00:00 web1 sshd[2]: {ACCEPTED}"

    assert days(logins(tmp_path, line, ended_by="2022-06-30")) == ["2022-07-01"]  # a day of grace
    assert days(logins(tmp_path, line, ended_by="2022-06-29")) == ["2021-07-01"]
    assert days(logins(tmp_path, line, ended_by="2022-12-31")) == ["2022-07-01"]


def test_a_year_boundary_is_followed_and_said(tmp_path: Path) -> None:
    taken = logins(
        tmp_path,
        f"Dec 30 23:00:00 web1 sshd[2]: {ACCEPTED}",
        "Dec 31 23:59:59 web1 kernel: nothing",
        f"Jan  1 00:00:01 web1 sshd[3]: {ACCEPTED}",
        f"Dec 31 23:59:58 web1 sshd[4]: {FAILED}",
        f"Jan  1 00:00:02 web1 sshd[5]: {FAILED}",
        f"Mar  1 09:00:00 web1 sshd[6]: {FAILED}",
    )

    assert days(taken) == ["2021-12-30", "2022-01-01", "2021-12-31", "2022-01-01", "2022-03-01"]
    assert taken.rows["at_raw"][1] == "Jan  1 00:00:01"
    assert taken.reading.notes[0] == (
        "6 lines carry no year: taken as 2021 to 2022, so that the log had ended by 2022-06-30"
    )
    assert taken.reading.notes[1].startswith("the year changes at line 3, 5;")


def test_a_leap_day_moves_the_years_to_where_it_existed(tmp_path: Path) -> None:
    lines = [f"Feb 29 09:00:00 web1 sshd[2]: {ACCEPTED}", f"Mar  2 09:00:00 web1 sshd[3]: {FAILED}"]

    assert days(logins(tmp_path, *lines)) == ["2020-02-29", "2020-03-02"]


def test_a_line_that_carries_its_year_settles_the_others(tmp_path: Path) -> None:
    taken = logins(
        tmp_path,
        f"Dec 31 09:00:00 web1 sshd[2]: {ACCEPTED}",
        f"2015-01-02T09:00:00.5+09:00 web1 sshd[3]: {FAILED}",
        ended_by=None,
    )

    assert days(taken) == ["2014-12-31", "2015-01-02"]
    assert taken.rows["zone_from"].to_list() == ["option", "value"]
    assert "carry their year" in taken.reading.notes[0]


def test_without_year_or_end_the_log_is_refused_and_the_option_named(tmp_path: Path) -> None:
    with pytest.raises(EvidenceError, match="carry no year") as caught:
        logins(tmp_path, f"Jul  1 09:00:00 web1 sshd[2]: {ACCEPTED}", ended_by=None)

    assert "--ended-by" in (caught.value.hint or "")


def test_rfc_5424_with_structured_data_and_a_mark_before_the_message(tmp_path: Path) -> None:
    data = r'[origin ip="10.1.1.1"][x y="a \] b"]'
    taken = logins(
        tmp_path,
        f"<86>1 2022-10-01T12:00:00.123456Z web1 sshd 12 - {data} \ufeff{ACCEPTED}",
        f"<86>1 2022-10-01T21:00:01+09:00 web1 sshd 12 - - {FAILED}",
        "<86>1 2022-10-01T21:00:02+09:00 web1 app - - -",
        ended_by=None,
    )

    assert [str(at) for at in taken.rows["at"]] == [
        "2022-10-01 12:00:00.123456+00:00",
        "2022-10-01 12:00:01+00:00",
    ]
    assert taken.rows["session_id"].to_list() == ["12", "12"]
    assert not taken.reading.lacks_year


def test_broken_lines_cost_themselves_alone(tmp_path: Path) -> None:
    taken = logins(
        tmp_path,
        f"Mar  1 09:00:01 web1 sshd[200]: {ACCEPTED}",
        f"Feb 30 09:00:01 web1 sshd[200]: {ACCEPTED}",
        "a wrapped line",
        "Mar  1 09:00:02 web1 sshd[200]: Failed\0 password for adm",
        "",
        f"Mar  1 09:00:03 web1 sshd[201]: message repeated 2 times: [ {FAILED}]",
    )

    assert taken.quarantined.select("line", "reason").rows() == [
        (2, "no such day"),
        (3, "begins with no syslog stamp"),
        (4, "zero byte"),
    ]
    assert told(taken)[-1][:2] == (6, "fail")
    assert taken.rows["attr:repeated"].to_list() == [None, "2"]
    assert taken.reading.account.rows_read == 6


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                f"Mar  1 09:00:01 web1 sshd[20]: {ACCEPTED}",
                f"Jan  1 09:00:01 web1 sshd[20]: {FAILED}",
                "Dec 31 09:00:01 web1 sshd[20]: pam_unix(sshd:session): session closed for user a",
                "Feb 29 09:00:01 web1 sshd[20]: Disconnected from user a 10.0.0.5 port 4000",
                "<86>1 2022-10-01T12:00:00Z web1 sshd 12 - - x",
                "Xyz  1 09:00:01 web1 sshd[20]: Failed",
                "",
                "\ufffd" * 5,
            ]
        ),
        max_size=30,
    )
)
def test_every_line_comes_to_one_end(
    tmp_path_factory: pytest.TempPathFactory, lines: Sequence[str]
) -> None:
    folder = tmp_path_factory.mktemp("syslog")
    start = [f"Mar  1 09:00:01 web1 sshd[20]: {ACCEPTED}"] * (len(lines) + 1)
    taken = logins(folder, *start, *lines)

    account = taken.reading.account
    assert account.rows_read == len(start) + len(lines)
    assert account.rows_read == account.taken + account.quarantined + account.skipped
    places = [*taken.rows["line"], *taken.quarantined["line"], *taken.skipped["line"]]
    assert sorted(places) == list(range(1, account.rows_read + 1))
