"""How `show actors` looks on a terminal of 80 columns."""

from __future__ import annotations

from typing import Any, Final

from breachscope.cli.output import SHOWN, more, print_table

VERDICT_LETTER: Final = {"identified": "I", "narrowed": "N"}
WHO: Final = "who: I identified, N narrowed, – not attributable"


def actors(document: dict[str, Any]) -> None:
    """Acts with their verdict, then persons over all acts; never an id without its verdict."""
    rows = [
        [
            act["started_at"][:16].replace("T", " "),
            act["act_id"],
            VERDICT_LETTER.get(act["verdict"], "–"),
            _whom(act),
            "–" if act["log10_lr"] is None else f"{act['log10_lr']:.1f}",
        ]
        for act in document["acts"][:SHOWN]
    ]
    columns = ["started (UTC)", "act", "who", "possible", "LR"]
    print_table(columns, rows, right=["LR"], whole=["started (UTC)", "act", "possible"])
    print(WHO)
    more(len(document["acts"]))
    _people_over_acts(document["people"])
    print("?: someone unknown. LR: log10, the likeliest against the next, evidence alone.")
    print("evidence, line by line: breachscope why ACT; reliabilities, all: --json")


def _whom(act: dict[str, Any]) -> str:
    """The likeliest of the possible with the posterior, and how many more there are."""
    fits = [one for one in act["candidates"] if one["possible"]]
    if not fits:
        return "–"
    share = fits[0]["posterior"]
    told = f"{share:.2f}" if share < 0.995 else ">0.99"  # certainty is no finding
    first = f"{fits[0]['person_id'] or '?'} {told}"
    return f"{first} +{len(fits) - 1}" if len(fits) > 1 else first


def _people_over_acts(people: list[dict[str, Any]]) -> None:
    rows = [
        [
            one["person_id"],
            f"{one['acts_possible']} of {one['acts_candidate']}",
            one["acts_excluded"],
            one["acts_identified"],
            f"{one['acts_there']} of {one['acts_tested']}",
            "–" if one["there_expected"] is None else f"{one['there_expected']:.1f}",
            "–" if one["p_among"] is None else f"{one['p_among']:.2g}",
        ]
        for one in people
    ]
    columns = ["person", "possible for", "excl.", "ident.", "there", "by chance", "p"]
    print_table(columns, rows, right=columns[1:], whole=["person"])
    print("there: recorded at the place, of removals whose entry log worked; by chance:")
    print("someone innocent of the same shifts; p: as many or more, times persons tested.")
