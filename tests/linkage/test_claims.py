import numpy as np
import polars as pl

from breachscope.linkage.claims import claims, spelt_name
from breachscope.linkage.deciding import POSTERIORS
from breachscope.linkage.inventory import values
from linkage.small_town import keys_of


class Two:
    """One person, as two parties hold them."""

    person = np.array([7, 7], dtype=np.uint32)
    people = pl.DataFrame(
        {
            "name": ["髙田 一男", "高田　一男"],
            "phone": ["03-1111-2222", "090-1234-5678"],
            "birth_date": ["1980-01-02", None],
        }
    )

    def values(self, records: np.ndarray) -> pl.DataFrame:
        return values(keys_of(self.people))[records]

    def spelt_names(self, records: np.ndarray) -> np.ndarray:
        return names_of(self.people)[records]

    def places(self, records: np.ndarray) -> pl.DataFrame:
        return pl.DataFrame(
            {"party_id": [f"P{record + 1}" for record in records], "distinct": [0] * records.size}
        )


def names_of(people: pl.DataFrame) -> np.ndarray:
    return people.lazy().select(name=spelt_name(people.lazy())).collect()["name"].to_numpy()


def claimed(leak: pl.DataFrame) -> pl.DataFrame:
    posteriors = pl.DataFrame(
        {"row": [0], "person": [7], "record": [0], "probability": [0.99]}, schema=POSTERIORS
    )
    return claims(posteriors, values(keys_of(leak)), names_of(leak), Two())


def test_a_claim_stands_for_every_party_that_holds_the_person() -> None:
    found = claimed(pl.DataFrame({"name": ["髙田一男"]}))

    assert found.select("leak_row", "party_id", "probability").rows() == [
        (1, "P1", 0.99),
        (1, "P2", 0.99),
    ]


def test_the_very_signs_of_a_name_tell_whose_spelling_it_is() -> None:
    found = claimed(pl.DataFrame({"name": ["髙田一男"]}))

    assert found["name_same"].to_list() == [True, False]


def test_a_telephone_is_compared_with_its_own_kind_only() -> None:
    found = claimed(pl.DataFrame({"name": ["高田一男"], "phone": ["0311112222"]}))

    assert found["phone_same"].to_list() == [True, None]


def test_what_one_side_lacks_tells_nothing() -> None:
    found = claimed(pl.DataFrame({"name": ["高田一男"], "birth_date": ["昭和55年1月2日"]}))

    assert found["birth_same"].to_list() == [True, None]
    assert found["email_same"].to_list() == [None, None]
