import numpy as np
import polars as pl

from breachscope.linkage.claims import claims
from breachscope.linkage.deciding import POSTERIORS
from breachscope.linkage.inventory import values
from linkage.small_town import keys_of


class One:
    """One person's record, whose telephone is a landline."""

    person = np.array([7], dtype=np.uint32)

    def values(self, records: np.ndarray) -> pl.DataFrame:
        people = pl.DataFrame({"name": ["高田 一男"], "phone": ["03-1111-2222"]})
        return values(keys_of(people))[records]

    def spelt_names(self, records: np.ndarray) -> np.ndarray:
        return np.zeros(records.size, np.uint64)

    def places(self, records: np.ndarray) -> pl.DataFrame:
        return pl.DataFrame({"party_id": ["P1"] * records.size, "distinct": [0] * records.size})


def phone_same(phone: str) -> bool | None:
    leak = pl.DataFrame({"name": ["高田 一男"], "phone": [phone]})
    posteriors = pl.DataFrame(
        {"row": [0], "person": [7], "record": [0], "probability": [0.99]}, schema=POSTERIORS
    )
    names = np.zeros(1, np.uint64)
    return claims(posteriors, values(keys_of(leak)), names, One())["phone_same"][0]


def test_the_same_landline_agrees() -> None:
    assert phone_same("03-1111-2222") is True


def test_a_mobile_tells_nothing_about_a_landline() -> None:
    assert phone_same("090-1111-2222") is None


def test_another_landline_does_not_agree() -> None:
    assert phone_same("03-9999-8888") is False
