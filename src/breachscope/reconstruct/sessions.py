"""From a file read in a session to the address the session came from.

Windows names a session in each event of it (its logon id), and its client's address only where
the session begins or is taken up again. Pure functions.
"""

from __future__ import annotations

import polars as pl


def with_addresses(extractions: pl.LazyFrame, logins: pl.LazyFrame) -> pl.LazyFrame:
    """The extractions with `source_ip` filled in from their session where they lack it.

    The address is that of the session's last login at or before the download; none where a
    logout lies between, or the login names no address.

    Args:
        extractions: EXTRACTIONS.
        logins: canonical logins.

    Returns:
        EXTRACTIONS, in no order.

    """
    told = (
        logins.filter(pl.col("action") != "fail")
        .select(
            "session_id",
            session_at="at",
            client=pl.when(pl.col("action") == "login").then("source_ip"),
            place=pl.struct("evidence_id", "line"),
        )
        .drop_nulls(["session_id", "session_at"])
        .sort("session_at", "place")
        .drop("place")
    )
    return (
        extractions.sort("at")
        .join_asof(
            told,
            left_on="at",
            right_on="session_at",
            by="session_id",
            strategy="backward",
            check_sortedness=False,
        )
        .with_columns(source_ip=pl.coalesce("source_ip", "client"))
        .drop("client", "session_at", strict=False)
    )
