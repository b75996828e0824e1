"""The documents of one entrusting party."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from breachscope.notify.documents import views

if TYPE_CHECKING:
    from collections.abc import Iterator

    import polars as pl

    from breachscope.notify.documents.press import Made, Press
    from breachscope.notify.package import Package


def documents(
    package: Package, counts: dict[str, Any], extractions: pl.DataFrame, listed: int, press: Press
) -> Iterator[Made]:
    """Every document of a package.

    Args:
        package: what the package is made from.
        counts: the party's row of COUNTS.
        extractions: its counted rows of EGRESS.
        listed: the persons in its list of people.
        press: the playbook's templates.
    """
    scope = views.scope_of(counts, extractions, listed, package.zone, press.words)
    notice = views.entrusting_notice(package, scope, press.words)
    yield press.made("notice_entrusting_party", "通知書", "委託元への通知", notice)
