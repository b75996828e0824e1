"""The documents of one entrusting party."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from breachscope.notify.documents import changes, evidence, forms, persons, views

if TYPE_CHECKING:
    from collections.abc import Iterator

    import polars as pl

    from breachscope.notify.documents.press import Made, Press
    from breachscope.notify.package import Change, Package


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
    change = package.change
    if change is not None:
        yield _changed(package, change, press)
    if change is None or not change.withdrawn_wholly:
        yield from _told(package, counts, extractions, listed, press)


def _told(
    package: Package, counts: dict[str, Any], extractions: pl.DataFrame, listed: int, press: Press
) -> Iterator[Made]:
    """What tells a party and its persons that data left."""
    words = press.words
    scope = views.scope_of(counts, extractions, listed, package.zone, words, package.items)
    notice = views.entrusting_notice(package, scope, words)
    yield press.made("notice_entrusting_party", "通知書", "委託元への通知", notice)
    yield from _forms(package, scope, press)
    letter = persons.specimen(package, scope, words)
    yield press.made("notice_person", "本人通知_見本", "本人への通知（見本）", letter)
    published = persons.publication(package, scope, words)
    yield press.made("publication", "公表文", "公表文", published)
    appendix = evidence.appendix(package, extractions, words)
    yield press.made("evidence_appendix", "証拠別紙", "証拠別紙", appendix)


def _forms(package: Package, scope: views.Scope, press: Press) -> Iterator[Made]:
    public = package.recipient.sector in press.words.public
    template = "regulator_public" if public else "regulator_private"
    for report, name in forms.NAMES.items():
        view = forms.party_report(package, scope, press.words, report)
        yield press.made(template, name, name, view)


def _changed(package: Package, change: Change, press: Press) -> Made:
    """What tells how the notice issued before no longer holds."""
    view = changes.notice_of(package, change, press.words)
    if view.withdrawal:
        return press.made("withdrawal", "通知の撤回", "通知の撤回", view)
    return press.made("supplement", "追完", "追完", view)
