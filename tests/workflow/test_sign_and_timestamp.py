"""The ledger to the outside: signed, stamped, and what `verify` says of it."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from golden import golden_case
from golden.command import Done, breachscope
from sealing import keys
from sealing.keys import Authority

if TYPE_CHECKING:
    from pathlib import Path

NAMESPACE = "breachscope-ledger"


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority") / "tsa").make()


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return keys.key(tmp_path_factory.mktemp("keys") / "office")


def verified(case: Path, *more: object) -> Done:
    return breachscope("verify", "--case", case, *more)


def outside(case: Path, suffix: str) -> Path:
    (found,) = (case / "evidence" / "outside").glob(f"*{suffix}")
    return found


def signed(case: Path, key: Path) -> Path:
    golden_case.done(breachscope("sign", "--case", case, "--key", key))
    return outside(case, ".sig")


def stamped(case: Path, authority: Authority, *more: object, chain: bool = False) -> Done:
    request, response = case.parent / "r.tsq", case.parent / "r.tsr"
    golden_case.done(breachscope("timestamp", "--case", case, "--request", request))
    authority.stamp(request, response, *(["-chain", str(authority.root)] if chain else []))
    return breachscope("timestamp", "--case", case, "--response", response, *more)


def test_a_ledger_nobody_signed_is_said_to_be_unsigned_and_not_timestamped(golden: Path) -> None:
    told = golden_case.done(verified(golden)).out.splitlines()
    assert "unsigned" in told
    assert "not timestamped" in told


def test_a_signed_ledger_is_accepted_by_ssh_keygen_over_the_head_it_keeps(
    golden_copy: Path, key: Path, tmp_path: Path
) -> None:
    head = (golden_copy / "evidence" / "ledger.head").read_bytes()
    signature = signed(golden_copy, key)
    known = keys.signers(tmp_path / "signers", office=key)
    assert outside(golden_copy, ".head").read_bytes() == head
    assert keys.ssh_verify(signature, head, known, "office", NAMESPACE)


def test_verify_names_the_key_and_up_to_where_it_signed(
    golden_copy: Path, key: Path, tmp_path: Path
) -> None:
    signed(golden_copy, key)
    (line,) = golden_case.done(verified(golden_copy, "--json")).json()["signed"]
    assert "SHA256:" in line
    assert "not covered" not in line
    golden_case.done(breachscope("run", "--case", golden_copy))
    known = keys.signers(tmp_path / "signers", office=key)
    told = golden_case.done(verified(golden_copy, "--signers", known)).out
    assert "(office) up to entry" in told
    assert "2 entries not covered" in told  # the run and its report
    assert "unsigned" not in told


def test_a_signer_who_is_expected_and_did_not_sign_is_a_problem(
    golden_copy: Path, key: Path, tmp_path: Path
) -> None:
    other = keys.signers(tmp_path / "signers", judge=keys.key(tmp_path / "judge"))
    assert verified(golden_copy, "--signers", other).code == 4
    signed(golden_copy, key)
    told = verified(golden_copy, "--signers", other)
    assert told.code == 4
    assert "nobody of --signers signed" in told.out


def test_a_ledger_written_anew_with_care_is_found_by_the_signature(
    golden_copy: Path, key: Path
) -> None:
    from breachscope.case import ledger

    signed(golden_copy, key)
    path = golden_copy / "evidence" / "ledger.jsonl"
    entries = ledger.entries(path)
    entries[1]["at"] = "2020-01-01T00:00:00Z"
    path.unlink()
    path.with_suffix(".head").unlink()
    for entry in entries:
        ledger.append(path, {k: v for k, v in entry.items() if k not in ("seq", "prev", "torn")})
    told = verified(golden_copy)
    assert told.code == 4
    assert "signs no head of this ledger" in told.out


@pytest.mark.parametrize("change", ["gone", "changed"])
def test_a_signature_the_ledger_tells_of_must_be_there_as_it_was(
    golden_copy: Path, key: Path, change: str
) -> None:
    signature = signed(golden_copy, key)
    if change == "gone":
        signature.unlink()
    else:
        signature.write_text(signature.read_text() + "\n")
    told = verified(golden_copy)
    assert told.code == 4
    assert "evidence/outside/" in told.out


def test_a_signature_made_by_ssh_keygen_is_taken_in_also_after_more_work(
    golden_copy: Path, key: Path, tmp_path: Path
) -> None:
    head = tmp_path / "head"
    golden_case.done(breachscope("sign", "--case", golden_copy, "--request", head))
    subprocess.run(
        ["ssh-keygen", "-q", "-Y", "sign", "-f", key, "-n", NAMESPACE, head],
        check=True,
        capture_output=True,
    )
    golden_case.done(breachscope("run", "--case", golden_copy))
    back = tmp_path / "head.sig"
    golden_case.done(breachscope("sign", "--case", golden_copy, "--response", back))
    assert "signed by SHA256:" in golden_case.done(verified(golden_copy)).out


def test_a_signature_over_something_else_is_refused(
    golden_copy: Path, key: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    other.write_text("1:" + "0" * 64 + "\n")
    subprocess.run(
        ["ssh-keygen", "-q", "-Y", "sign", "-f", key, "-n", NAMESPACE, other],
        check=True,
        capture_output=True,
    )
    back = tmp_path / "other.sig"
    assert breachscope("sign", "--case", golden_copy, "--response", back).code == 3
    assert not (golden_copy / "evidence" / "outside").exists()


def test_a_stamp_is_kept_as_it_came_and_its_time_is_told(
    golden_copy: Path, authority: Authority
) -> None:
    golden_case.done(stamped(golden_copy, authority, "--trust", authority.root))
    kept = outside(golden_copy, ".tsr")
    assert kept.read_bytes() == (golden_copy.parent / "r.tsr").read_bytes()
    assert keys.openssl_verifies(kept, outside(golden_copy, ".head"), authority.root)
    told = golden_case.done(verified(golden_copy, "--trust", authority.root)).out
    assert "by CN=Clock up to entry" in told
    assert "verified under --trust" in told
    assert "not timestamped" not in told


def test_a_stamp_whose_certificates_are_out_of_order_is_verified_all_the_same(
    golden_copy: Path, authority: Authority
) -> None:
    golden_case.done(stamped(golden_copy, authority, "--trust", authority.root, chain=True))
    assert "certificates kept in the case" in golden_case.done(verified(golden_copy)).out


def test_a_stamp_without_certificates_to_trust_is_said_to_be_not_verified(
    golden_copy: Path, authority: Authority
) -> None:
    told = golden_case.done(stamped(golden_copy, authority))
    assert "openssl ts -verify" in told.err
    assert "not verified: no --trust" in golden_case.done(verified(golden_copy)).out


def test_a_stamp_of_an_authority_nobody_trusts_is_refused_and_later_a_problem(
    golden_copy: Path, authority: Authority, tmp_path: Path
) -> None:
    other = Authority(tmp_path / "other").make().root
    assert stamped(golden_copy, authority, "--trust", other).code == 3
    response = golden_copy.parent / "r.tsr"
    golden_case.done(breachscope("timestamp", "--case", golden_copy, "--response", response))
    assert verified(golden_copy, "--trust", other).code == 4


def test_a_stamp_on_another_case_is_refused(
    golden_copy: Path, authority: Authority, tmp_path: Path
) -> None:
    golden_case.done(stamped(golden_copy, authority))
    response = golden_copy.parent / "r.tsr"
    breachscope("init", tmp_path / "second")
    refused = breachscope("timestamp", "--case", tmp_path / "second", "--response", response)
    assert refused.code == 3
    assert "no head" in refused.err or "not about a head" in refused.err


def test_a_stamp_this_program_cannot_read_is_kept_and_openssl_named(
    golden_copy: Path, authority: Authority
) -> None:
    golden_case.done(stamped(golden_copy, authority))
    response = golden_copy.parent / "r.tsr"
    cut = golden_copy.parent / "cut.tsr"
    cut.write_bytes(b"\x30\x03" + response.read_bytes())
    told = golden_case.done(breachscope("timestamp", "--case", golden_copy, "--response", cut))
    assert "cannot read it; check it outside: openssl ts -verify" in told.err
    assert "cannot be read here" in golden_case.done(verified(golden_copy)).out


def test_the_report_says_whether_the_ledger_was_signed(golden_copy: Path, key: Path) -> None:
    pages = golden_copy / "reports"
    assert "電子署名はない" in (pages / "0001" / "report.html").read_text("utf-8")
    signed(golden_copy, key)
    golden_case.done(breachscope("run", "--case", golden_copy))
    after = (pages / "0002" / "report.html").read_text("utf-8")
    assert "電子署名はない" not in after
    assert "時刻認証はない" in after


@pytest.mark.parametrize("words", [("sign",), ("timestamp",)])
def test_one_way_must_be_given(golden: Path, words: tuple[str, ...]) -> None:
    assert breachscope(*words, "--case", golden).code == 2


def test_a_request_is_never_written_over_a_file_or_into_the_case(golden: Path) -> None:
    inside = golden / "evidence" / "r.tsq"
    assert breachscope("timestamp", "--case", golden, "--request", inside).code == 2
    there = golden / "case.toml"
    assert breachscope("sign", "--case", golden, "--request", there).code == 2
    assert not inside.exists()
