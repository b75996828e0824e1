"""The data items of each version: what a column holds, as far as it decides duties."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

import polars as pl


class ItemClass(StrEnum):
    """What sort of data an item is."""

    IDENTITY = "identity"  # name, sex, birth date, customer number
    CONTACT = "contact"  # address, telephone, e-mail
    FINANCIAL = "financial"  # misuse may cost money: card number, account with its secret
    ACCOUNT = "account"  # user names, passwords of services
    MY_NUMBER = "my_number"
    OFFICIAL_NUMBER = "official_number"  # licence, passport, insurance card
    SPECIAL_CARE = "special_care"  # illness, check results, disability, crime, creed, …
    PURCHASE = "purchase"  # what was bought, contracted, used
    MONEY = "money"  # income, tax, arrears, benefits, bank account without its secret
    FAMILY = "family"
    WORK = "work"  # employer, occupation
    HANDLING = "handling"  # of the list itself: call results, remarks, line numbers
    OTHER = "other"  # nobody's rule knows it


ITEM_CLASS: Final = pl.Enum([word.value for word in ItemClass])

ITEMS: Final = pl.Schema(
    {
        "party_id": pl.String(),
        "list_id": pl.String(),
        "version_id": pl.String(),
        "place": pl.UInt16(),  # of the column in the file as stored; the list's title comes last
        "item": pl.String(),  # the column's own header; the list's title where it tells something
        "field": pl.String(),  # canonical column, null where the kind does not know it
        "item_class": ITEM_CLASS,
        "label": pl.String(),  # what to call it to readers, Japanese
        "sure": pl.Boolean(),  # false: waits for a ruling
        "by": pl.Enum(["header", "content", "header and content", "title", "inventory", "ruling"]),
        "rule": pl.String(),  # of the playbook
        "rows": pl.UInt32(),  # of the version; null where its content is lost
        "filled": pl.UInt32(),  # rows that hold something there
        "fitting": pl.UInt32(),  # of those, rows whose value fits the rule's pattern
        "why": pl.String(),
        "ground": pl.String(),  # digest of what the rules say of this column of the list
        "ruling": pl.String(),
    }
)
"""One row an item of a version and class it may be; never a value.

A column may stand in several rows: remarks may hold health words besides. In order of party,
list, version, place, class.
"""
