"""Access logs of Apache and nginx: every request is a download, unless patterns say.

Common, combined and with the virtual host before them, mixed in one file; and one JSON object
a request. A download is a GET answered with 200 to 299; 206 is `partial`; every other request
is `failed`. What a redirection or an error of the client was answered with is no part of a
list and has no bytes; of 499, where the client went away, the bytes sent are kept.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import polars as pl

from breachscope.evidence import jsonlines, loglines, urls
from breachscope.evidence.loglines import Read
from breachscope.schema import ATTRIBUTE_PREFIX, Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from breachscope.evidence.account import Account, Batch
    from breachscope.evidence.containers import Stream
    from breachscope.evidence.spec import ReadSpec
    from breachscope.evidence.times import Zone

NAME: Final = "access log (Apache, nginx)"
ENCODING: Final = loglines.ENCODING
KINDS: Final = (Kind.DOWNLOADS,)
STANDARD_ZONE: Final = None

_IP: Final = r"(?:[0-9]{1,3}\.){3}[0-9]{1,3}|[0-9A-Fa-f]*:[0-9A-Fa-f:.]+"
_LINE: Final = (
    rf"(?s)^(?:(?<vhost>[\w.*-]+:[0-9]{{1,5}}) (?<ip1>\S+)|(?<vhost2>[\w.*-]+) (?<ip2>{_IP})"
    r"|(?<ip3>\S+)) (?<ident>\S+) (?<user>.+?) \[(?<at>[^\]]*[0-9]:[0-9]{2}[^\]]*)\] "
    r'"(?<request>.*?)" (?<code>[0-9]{3}|-) (?<bytes>[0-9]+|-)'
    r'(?: "(?<referer>.*?)" "(?<agent>.*?)"(?: (?<more>.*))?| (?<rest>[^"].*)?)?$'
)
_BYTES: Final = re.compile(rb'^\S+ .*\[[^\]]*\d:\d\d[^\]]*\] ".*" (?:\d{3}|-) (?:\d+|-)(?: |$)')
_REQUEST: Final = r"(?s)^(?<method>[A-Za-z_-]+) (?<target>.*?)(?: (?:HTTP|SPDY)/[0-9.]+)?$"
_KEPT: Final = ("vhost", "method", "code", "referer", "agent", "more")
_ENOUGH: Final = 0.5
_LONGEST: Final = 4096  # of a line, to know the format by

_JSON: Final = {
    "at": ("time_iso8601", "time_local", "time", "@timestamp", "timestamp", "StartUTC", "ts",
           "datetime", "date", "msec"),
    "ip": ("remote_addr", "remote_ip", "client_ip", "clientip", "ClientHost", "remoteIP",
           "request.remote_ip", "request.client_ip", "remote_host", "client"),
    "user": ("remote_user", "user_id", "user", "ClientUsername", "auth", "userid"),
    "request": ("request", "request_line"),
    "method": ("request_method", "method", "RequestMethod", "verb", "request.method"),
    "target": ("request_uri", "uri", "RequestPath", "url", "request_url", "request.uri", "path"),
    "query": ("args", "query_string", "query"),
    "code": ("status", "status_code", "OriginStatus", "DownstreamStatus", "response", "code"),
    "bytes": ("body_bytes_sent", "bytes_sent", "size", "bytes", "response_size",
              "DownstreamContentSize", "body_bytes"),
    "referer": ("http_referer", "referer", "referrer"),
    "agent": ("http_user_agent", "user_agent", "agent", "userAgent"),
    "vhost": ("server_name", "http_host", "vhost", "host", "request.host", "RequestHost"),
}  # fmt: skip


def matches(head: bytes) -> bool:
    """Half the first lines or more are requests of one of the forms."""
    return loglines.share(head, _fits) >= _ENOUGH


def _fits(line: bytes) -> bool:
    if line.lstrip().startswith(b"{"):
        found = jsonlines.flat(line.decode("latin-1"))
        return found is not None and _is_request(found)
    return _BYTES.match(line[:_LONGEST]) is not None


def _is_request(found: dict[str, str]) -> bool:
    has = {name for name, keys in _JSON.items() if any(key in found for key in keys)}
    asks = "request" in has or {"method", "target"} <= has
    return asks and {"at", "ip", "code"} <= has


def read(
    stream: Stream,
    spec: ReadSpec,
    zone: Zone,
    member: str | None,
    account: Account,
    note: Callable[[str], None],
) -> Iterator[Batch]:
    """The requests of a log, as `downloads`; blank lines and comments are skipped."""
    return loglines.batches(stream, Read(spec, zone, member, account), _downloads)


def _downloads(lines: pl.DataFrame) -> pl.DataFrame:
    """Requests as downloads."""
    is_json = lines["text"].str.strip_chars_start(" \t").str.starts_with("{")
    parts = [_plain(lines.filter(~is_json)), _objects(lines.filter(is_json))]
    found = pl.concat([part for part in parts if part.height])
    asked = pl.col("request").str.extract_groups(_REQUEST)
    found = found.with_columns(
        method=pl.coalesce(asked.struct.field("method"), "method"),
        target=pl.coalesce(asked.struct.field("target"), "target", "request"),
    )
    return _requests(found).sort("line")


def _plain(lines: pl.DataFrame) -> pl.DataFrame:
    """Lines of the common and combined forms."""
    parts = lines["text"].str.extract_groups(_LINE).struct.unnest()
    known = parts["at"].is_not_null()
    cells = {name: urls.unslashed(parts[name]) for name in ("request", "referer", "agent", "user")}
    nothing = pl.lit(None, pl.String)
    return lines.with_columns(
        pl.when(known).then(pl.col("bad")).otherwise(pl.lit(loglines.NOT_THE_FORMAT)).alias("bad"),
        at=parts["at"],
        ip=pl.Series(parts.select(pl.coalesce("ip1", "ip2", "ip3")).to_series()),
        vhost=pl.Series(parts.select(pl.coalesce("vhost", "vhost2")).to_series()),
        code=parts["code"],
        bytes=parts["bytes"],
        more=parts.select(pl.coalesce("more", "rest")).to_series(),
        method=nothing,
        target=nothing,
        **cells,
    ).select(_COLUMNS)


def _objects(lines: pl.DataFrame) -> pl.DataFrame:
    """Lines that are one JSON object each."""
    found = [jsonlines.flat(text) for text in lines["text"].to_list()]
    wrong = [_why(one) for one in found]
    cells = {
        name: pl.Series([jsonlines.first(one, keys) for one in found], dtype=pl.String)
        for name, keys in _JSON.items()
    }
    query = cells.pop("query")
    whole = cells["target"].str.contains("?", literal=True) | query.is_null()
    both = cells["target"] + "?" + query
    cells["target"] = cells["target"].zip_with(whole.fill_null(value=True), both)
    return lines.with_columns(
        bad=pl.Series(wrong, dtype=pl.String), more=pl.lit(None, pl.String), **cells
    ).select(_COLUMNS)


def _why(found: dict[str, str] | None) -> str | None:
    """Why an object is no request; None where it is one."""
    if found is None:
        return jsonlines.NOT_AN_OBJECT
    return None if _is_request(found) else loglines.NOT_THE_FORMAT


def _requests(found: pl.DataFrame) -> pl.DataFrame:
    """The canonical columns and the attributes of requests."""
    filled = [pl.when(~pl.col(n).is_in(["-", ""])).then(pl.col(n)).alias(n) for n in _FOUND]
    found = urls.with_target(found.with_columns(filled), pl.col("target"))
    kept = {ATTRIBUTE_PREFIX + name: pl.col(name) for name in _KEPT}
    return found.with_columns(
        account=loglines.named(pl.col("user")),
        source_ip=pl.col("ip").str.replace(r"(?i)^::ffff:", ""),
        status=http_status(pl.col("method"), pl.col("code")),
        bytes=pl.when(sends_content(pl.col("code"))).then(pl.col("bytes")),
        **kept,
    )


def http_status(method: pl.Expr, code: pl.Expr) -> pl.Expr:
    """What came of a request: a GET answered with 200 to 299 fetched something."""
    fetched = (method == "GET") & code.str.starts_with("2")
    return (
        pl.when(code.is_null())
        .then(None)
        .when(~fetched.fill_null(value=False))
        .then(pl.lit("failed"))
        .when(code == "206")
        .then(pl.lit("partial"))
        .otherwise(pl.lit("ok"))
    )


def sends_content(code: pl.Expr) -> pl.Expr:
    """The bytes of the answer may be of what was asked for."""
    return ~(code.str.contains("^[34]") & (code != "499")).fill_null(value=False)


_FOUND: Final = ("at", "ip", "user", "request", "method", "target", "code", "bytes", "referer",
                 "agent", "vhost", "more")  # fmt: skip
_COLUMNS: Final = ("text", "line", "byte", "byte_end", "bad", "skip", *_FOUND)
