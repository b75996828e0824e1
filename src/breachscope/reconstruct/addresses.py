"""Which host stands behind an address, where a log names the address alone.

Web server logs know no terminal names. If every other line of evidence that has both names
one host for an address, that host is taken, and flagged; an address that was ever another
host's, or was handed out to remote sessions, tells nothing. Pure functions.
"""

from __future__ import annotations

import polars as pl


def hosts_by_address(*logs: pl.LazyFrame) -> pl.LazyFrame:
    """Addresses that belonged to one host in all the evidence.

    Args:
        logs: frames with source_ip, host and host_key.

    Returns:
        source_ip, known_host, known_key; one row an address, sorted.

    """
    seen = [
        log.select("source_ip", "host", "host_key").drop_nulls(["source_ip", "host_key"])
        for log in logs
    ]
    return (
        pl.concat(seen)
        .group_by("source_ip")
        .agg(
            known_host=pl.col("host").min(),
            known_key=pl.col("host_key").min(),
            hosts=pl.col("host_key").n_unique(),
        )
        .filter(pl.col("hosts") == 1)
        .select("source_ip", "known_host", "known_key")
        .sort("source_ip")
    )


def with_hosts(
    extractions: pl.LazyFrame, by_address: pl.LazyFrame, remote: pl.LazyFrame
) -> pl.LazyFrame:
    """The extractions with `host` and `host_key` filled in from the address where they lack.

    Args:
        extractions: EXTRACTIONS.
        by_address: `hosts_by_address`.
        remote: canonical remote sessions; an address they were assigned is left out.

    Returns:
        EXTRACTIONS; `host_inferred` is true where the host comes from the address.

    """
    pool = remote.select(source_ip="assigned_ip").drop_nulls().unique()
    own = by_address.join(pool, on="source_ip", how="anti")
    lacks = pl.col("host_key").is_null() & pl.col("known_key").is_not_null()
    return (
        extractions.join(own, on="source_ip", how="left", validate="m:1")
        .with_columns(
            host_inferred=lacks,
            host=pl.coalesce("host", "known_host"),
            host_key=pl.coalesce("host_key", "known_key"),
        )
        .drop("known_host", "known_key")
    )
