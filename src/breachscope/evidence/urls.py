r"""What list a web request asked for: the path, the title in it, and a list id in the query.

Text is as in `loglines`: each character one byte. Escapes (`%8C`, `\x8C`) become bytes here,
and bytes become names when the values are decoded. No character is taken to be impossible.
"""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import unquote_to_bytes

import polars as pl

from breachscope.evidence import encodings

_LIST_KEYS: Final = ("list", "list_id", "listid")
_FILE_KEYS: Final = ("file", "filename", "file_name", "path")
_TELLING: Final = r"(?i)list|file|path|%[0-9a-f]{2}[^=&]*="
_ORIGIN: Final = r"^[A-Za-z][A-Za-z0-9+.-]*://[^/?]*"
_CP932: Final = re.compile(rb"[\x81-\x9f\xe0-\xfc][\x40-\xfc]|\\")
_BACKSLASHED: Final = re.compile(r"\\(?:x([0-9A-Fa-f]{2})|([\\\"]))")


def with_list(frame: pl.DataFrame, stem: pl.Expr, query: pl.Expr) -> pl.DataFrame:
    """The lines with `path`, `title` and `list_id`, of each distinct path and query once.

    Args:
        frame: lines.
        stem: the path as it stands in the request, without the query; null where there is none.
        query: what follows the question mark; null where nothing does.

    Returns:
        The same lines in their order. `title` is the name of the file without its ending: of
        the one named in the query (`file=`, `path=`, …), else of the last part of the path.
    """
    frame = frame.with_columns(_stem=stem, _query=pl.when(query.str.contains(_TELLING)).then(query))
    paths = _paths(frame["_stem"].drop_nulls().unique())
    queries = _queries(frame["_query"].drop_nulls().unique())
    frame = frame.drop("path", "title", "list_id", strict=False)
    frame = frame.join(paths, on="_stem", how="left", maintain_order="left").join(
        queries, on="_query", how="left", maintain_order="left"
    )
    return frame.with_columns(title=pl.coalesce("_file_title", "title")).drop(
        "_stem", "_query", "_file_title"
    )


def with_target(frame: pl.DataFrame, target: pl.Expr) -> pl.DataFrame:
    """As `with_list`, of a whole request target: `/path?query`, or with scheme and host."""
    bare = target.str.replace(_ORIGIN, "")
    cut = bare.str.splitn("?", 2)
    stem = cut.struct.field("field_0")
    return with_list(frame, pl.when(stem != "").then(stem), cut.struct.field("field_1"))


def titles(paths: pl.Series) -> pl.Series:
    """The last part of each path, without its ending; null where there is none."""
    name = _slashed(paths).str.strip_chars_end("/")
    name = name.str.extract(r"(?s)([^/]*)$", 1)
    bare = name.str.replace(r"(?s)^(.+)\.[^.]+$", "$1")
    return bare.set(bare == "", None)


def _slashed(paths: pl.Series) -> pl.Series:
    """Backslashes as slashes; each path that has one once."""
    marked = paths.str.contains("\\", literal=True)
    if not marked.any():
        return paths
    table = {path: _with_slashes(path) for path in paths.filter(marked).unique().to_list()}
    return paths.replace(list(table), list(table.values()))


def _with_slashes(path: str) -> str:
    """A path with slashes; a backslash that is half of a character of CP932 (予, 表) is none."""
    if path.isascii() or max(path) > "\xff":
        return path.replace("\\", "/")
    data = path.encode("latin-1")
    if encodings.is_utf8(data) or encodings.is_rather_euc(data):
        return path.replace("\\", "/")
    return _CP932.sub(lambda m: b"/" if m[0] == b"\\" else m[0], data).decode("latin-1")


def unescaped(values: pl.Series) -> pl.Series:
    """`%8C` to the byte it stands for; each of these values once."""
    escaped = values.str.contains("%", literal=True)
    if not escaped.any():
        return values
    table = {value: _bytes_of(value) for value in values.filter(escaped).unique().to_list()}
    return values.replace(list(table), list(table.values()))


def unslashed(values: pl.Series) -> pl.Series:
    r"""`\x8C`, `\"` and `\\`, as web servers write them, to bytes.

    A server that writes them writes no byte above ASCII as it is: a value that has one is
    left alone, for a backslash is half of a character of CP932.
    """
    escaped = values.str.contains("\\", literal=True) & ~values.str.contains(r"[^\x00-\x7f]")
    if not escaped.any():
        return values
    table = {v: _BACKSLASHED.sub(_byte, v) for v in values.filter(escaped).unique().to_list()}
    return values.replace(list(table), list(table.values()))


def _paths(stems: pl.Series) -> pl.DataFrame:
    path = unescaped(stems)
    return pl.DataFrame({"_stem": stems, "path": path, "title": titles(path)})


def _queries(queries: pl.Series) -> pl.DataFrame:
    found = [_keyed(query) for query in queries.to_list()]
    files = pl.Series([file for file, _ in found], dtype=pl.String)
    return pl.DataFrame(
        {
            "_query": queries,
            "_file_title": titles(files),
            "list_id": pl.Series([name for _, name in found], dtype=pl.String),
        }
    )


def _keyed(query: str) -> tuple[str | None, str | None]:
    """The file and the list id a query names."""
    values: dict[str, str] = {}
    for part in query.split("&"):
        key, is_set, value = part.partition("=")
        if is_set:
            values[_bytes_of(key).lower()] = _bytes_of(value.replace("+", " "))
    file = next((values[key] for key in _FILE_KEYS if values.get(key)), None)
    return file, next((values[key] for key in _LIST_KEYS if values.get(key)), None)


def _bytes_of(value: str) -> str:
    return unquote_to_bytes(value.encode("latin-1")).decode("latin-1")


def _byte(match: re.Match[str]) -> str:
    return chr(int(match[1], 16)) if match[1] else match[2]
