from __future__ import annotations

import gzip
import io
import zipfile
from typing import TYPE_CHECKING

import pytest
import zstandard
from evidence_files import NAME, PHONE, file, spec, take

from breachscope.errors import BreachscopeError, ConfigError, EvidenceError
from breachscope.evidence import containers, describe, load_mapping
from breachscope.schema import Kind

if TYPE_CHECKING:
    from pathlib import Path

ROWS = f"氏名,電話番号\n{NAME},{PHONE}\n"
MANY = "氏名,電話番号\n" + "".join(f"{NAME}{i * 7919 % 10007},{PHONE}\n" for i in range(3000))


def zipped(**members: bytes) -> bytes:
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return whole.getvalue()


BAD = {
    "is empty": b"",
    "not text in a known encoding": b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20,
    "cut short": gzip.compress(MANY.encode())[:-20],
    "data is cut short": zstandard.compress(MANY.encode())[:-20],
    "data is damaged": gzip.compress(MANY.encode())[:-8] + bytes(8),
    "cut short or damaged": zipped(**{"a.csv": MANY.encode()})[:-40],
    "outside the archive": zipped(**{"../a.csv": ROWS.encode()}),
    "path outside": zipped(**{"/etc/a.csv": ROWS.encode()}),
    "archive inside an archive": gzip.compress(gzip.compress(ROWS.encode())),
    "100 times its size": gzip.compress(ROWS.encode() + b"\n" * (17 << 20)),
    "the archive is empty": zipped(),
    "both stand for name": f"氏名,お名前,電話番号\n{NAME},x,{PHONE}\n".encode(),
    "names two known columns": f"{NAME},{PHONE}\n".encode(),
    "Parquet file is cut short": b"PAR1" + ROWS.encode() * 20,
    "the book is damaged": containers.OLE + ROWS.encode() * 20,
}


@pytest.mark.parametrize("reason", BAD)
def test_a_bad_file_is_refused_without_its_values(tmp_path: Path, reason: str) -> None:
    path = file(tmp_path, BAD[reason], name="evidence.dat")

    with pytest.raises(EvidenceError, match=reason) as caught:
        take(path, spec())

    said = f"{caught.value} {caught.value.hint}"
    assert "evidence.dat" in said
    assert NAME not in said
    assert PHONE not in said
    assert "5678" not in said


def test_a_missing_column_is_named_with_what_was_found(tmp_path: Path) -> None:
    path = file(tmp_path, "日時,端末,件数\n2014-05-01 00:00:00,PC1,3\n")

    with pytest.raises(EvidenceError) as caught:
        take(path, spec(Kind.DOWNLOADS))

    assert "account: known as account, アカウント" in str(caught.value)
    assert "version_id or list_id or path or title" in str(caught.value)
    assert "found: 日時, 端末, 件数" in str(caught.value)
    assert "PC1" not in str(caught.value)


def test_records_without_a_version_are_refused(tmp_path: Path) -> None:
    with pytest.raises(EvidenceError) as caught:
        take(file(tmp_path, ROWS), spec(version_id=None))

    assert caught.value.hint is not None
    assert "--version" in caught.value.hint


def test_too_many_members_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(containers, "MOST_MEMBERS", 2)
    path = file(tmp_path, zipped(a=b"1", b=b"2", c=b"3"))

    with pytest.raises(EvidenceError, match="more than 2 members"):
        take(path, spec())


def test_times_without_a_zone_are_refused(tmp_path: Path) -> None:
    path = file(tmp_path, "日時,利用者ID,リストID\n2014-05-01 10:00:00,a,L\n")

    with pytest.raises(EvidenceError, match=r"file\.csv: at: times carry no offset") as caught:
        take(path, spec(Kind.DOWNLOADS, zone=None))

    assert "--zone" in (caught.value.hint or "")


def test_an_unknown_encoding_is_a_mistake_of_the_user(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="klingon"):
        take(file(tmp_path, ROWS), spec(encoding="klingon"))


def test_a_description_holds_no_values(tmp_path: Path) -> None:
    told = describe(file(tmp_path, ROWS.replace("\n", ",メモ\n")), spec())

    assert told.columns_found == {"name": "氏名", "phone": "電話番号"}
    assert told.types == {"name": "text", "phone": "number", "attr:メモ": "text"}
    assert NAME not in str(told)
    assert PHONE not in str(told)


def test_all_mistakes_of_a_mapping_are_told_at_once(tmp_path: Path) -> None:
    path = file(
        tmp_path,
        """kind = "downloads"
zone = "Asia/Tokio"
[columns]
when = "日時"
[formats]
rows = "%Y"
[values.status]
"正常" = "fine"
[patterns]
list_id = { column = "URL", regex = "/x/([a-z]+)" }
path = { column = "URL", regex = "/(?<path>" }
""",
        name="mapping.toml",
    )

    with pytest.raises(ConfigError) as caught:
        load_mapping(path)

    said = str(caught.value)
    for part in (
        "zone",
        "when: downloads has no such column",
        "rows: is neither",
        "fine: not one",
        "list_id: the regex has no group",
        "path: the regex does not compile",
    ):
        assert part in said


def test_a_mapping_for_another_kind_is_refused(tmp_path: Path) -> None:
    mapping = load_mapping(file(tmp_path, 'kind = "media"\n', name="m.toml"))

    with pytest.raises(BreachscopeError, match="media"):
        spec(Kind.DOWNLOADS, mapping=mapping)
