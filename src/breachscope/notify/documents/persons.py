"""What persons read: the letter to one person, and the publication that may stand in for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from breachscope.notify.documents.views import head_of, stated_of

if TYPE_CHECKING:
    from breachscope.notify.documents.views import Head, Scope, Stated
    from breachscope.notify.documents.words import Words
    from breachscope.notify.package import Desk, Package, Recipient, Sender

SPECIMEN: Final = "〔見本〕"


@dataclass(frozen=True, slots=True)
class Addressee:
    """The person a letter goes to, as the source spells it."""

    name: str
    postal_code: str | None
    address: str | None


@dataclass(frozen=True, slots=True)
class PersonNotice:
    """Rule 10: items i, ii, iv, v and ix of Rule 8(1), of this person alone."""

    head: Head
    party: Recipient
    public: bool
    sender: Sender
    desk: Desk
    person: Addressee
    items: tuple[str, ...]  # what of this person's data left
    first: str | None
    last: str | None
    downloads: int | None
    stated: Stated
    specimen: bool


@dataclass(frozen=True, slots=True)
class Publication:
    """What is published where a person cannot be told directly."""

    head: Head
    party: Recipient
    sender: Sender
    desk: Desk
    stated: Stated
    scope: Scope


def notice_to(
    package: Package,
    words: Words,
    person: Addressee,
    items: tuple[str, ...],
    days: tuple[str | None, str | None],
    downloads: int | None,
    *,
    specimen: bool = False,
) -> PersonNotice:
    """The letter to one person; `days` are the first and last their data left."""
    return PersonNotice(
        head=head_of(package, words),
        party=package.recipient,
        public=package.recipient.sector in words.public,
        sender=package.sender,
        desk=package.desk,
        person=person,
        items=items,
        first=days[0],
        last=days[1],
        downloads=downloads,
        stated=stated_of(package.statements),
        specimen=specimen,
    )


def specimen(package: Package, scope: Scope, words: Words) -> PersonNotice:
    """The letter as it looks, about nobody: with the party's data items and dates."""
    nobody = Addressee(f"{SPECIMEN}氏名", f"{SPECIMEN}郵便番号", f"{SPECIMEN}住所")
    period = (scope.period.first, scope.period.last)
    return notice_to(package, words, nobody, scope.fields, period, scope.downloads, specimen=True)


def publication(package: Package, scope: Scope, words: Words) -> Publication:
    """The publication of one party."""
    return Publication(
        head=head_of(package, words),
        party=package.recipient,
        sender=package.sender,
        desk=package.desk,
        stated=stated_of(package.statements),
        scope=scope,
    )
