"""Search: what a query finds on cards that are written for it, and on all cards of the base."""

import subprocess
import sys
import time
from pathlib import Path

import pytest

from aliquot.errors import InputError
from aliquot.knowledge.base import KINDS, Base, base
from aliquot.knowledge.hazards import Presence, route_hazard
from aliquot.knowledge.index import strings
from aliquot.knowledge.records import Route
from aliquot.knowledge.search import fields, find

CARDS = """
cards:
  - {id: T1, source: wang2023, place: l.1, mark: seed, targets: [InP], class: dehalosilylation,
     method: hot injection into octadecene, methods: [hot injection],
     cation: {text: indium myristate, reagent: InMy3}, anion: {text: P(SiMe3)3, reagent: TMSP},
     temperatures: [180 degC, 250 degC], outcome: dots, result: red dots}
  - {id: T2, source: wang2023, place: l.2, mark: seed, targets: [InP/ZnS], class: aminopnictogen,
     method: premixed and pumped, methods: [flow, heat-up], cation: {text: InCl3, reagent: InCl3},
     anion: {text: P(NEt2)3, reagent: PDEA}, temperatures: [200 degC, 200 degC], outcome: dots,
     result: As good as the flask}
  - {id: T3, source: gazis2023, place: l.3, mark: seed, targets: [InAs], class: aminopnictogen,
     method: hot injection, methods: [hot injection], cation: null, anion: {text: As(NMe2)3, reagent: AsNMe2},
     medium: [{text: non-coordinating solvent}], outcome: negative, result: black dots of As and In}
  - {id: T4, source: gazis2023, place: l.4, mark: seed, targets: [InAs], class: aminopnictogen,
     method: heat-up, methods: [heat-up], cation: {text: InCl3, reagent: InCl3},
     anion: {text: As(NMe2)3, reagent: AsNMe2}, medium: [{text: non-coordinating solvent}], outcome: dots,
     result: dots}
"""

REAGENT = """
{id: DOUBT, name: doubtful, formula: P, state: solid,
 molar_mass: {value: 31 g/mol, because: told, mark: estimated},
 hazards: {statements: ["H250?", H225], because: told, mark: estimated}}
"""


@pytest.fixture(scope="module")
def own(tmp_path_factory):
    folder = tmp_path_factory.mktemp("cards")
    (folder / "routes").mkdir()
    (folder / "routes" / "told.yaml").write_text(CARDS, encoding="utf-8")
    (folder / "reagents").mkdir()
    (folder / "reagents" / "doubt.yaml").write_text(REAGENT.strip(), encoding="utf-8")
    return Base(folder)


def found(own, query):
    return [name for name in find(own, "routes", f"id:T1,T2,T3,T4 {query}").ids if name.startswith("T")]


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", ["T1", "T2", "T3", "T4"]),
        ("target:InP", ["T1"]),
        ("target:InP*", ["T1", "T2"]),
        ('target:"InP/ZnS"', ["T2"]),
        ("-target:InAs", ["T1", "T2"]),
        ("method:flow,heat-up", ["T2", "T4"]),
        ('"hot injection"', ["T3", "T1"]),
        ("injection -octadecene", ["T3"]),
        ("temperature:<200degC", ["T1"]),
        ("temperature:200degC", ["T1", "T2"]),
        ("temperature:>250degC", []),
        ("temperature:>=250degC", ["T1"]),
        ("temperature:*", ["T1", "T2"]),
        ("-temperature:*", ["T3", "T4"]),
        ("myrist*", ["T1"]),
        ("In", ["T3"]),
        ("As", ["T2", "T3"]),
        ("inp", ["T1", "T2"]),
        ("segets", ["T1", "T2"]),
        ("sort:temperature", ["T1", "T2", "T3", "T4"]),
        ("sort:-temperature", ["T2", "T1", "T3", "T4"]),
    ],
)
def test_a_query_finds_its_cards(own, query, names):
    assert sorted(found(own, query)) == sorted(names)
    if "sort" in query:
        assert found(own, query) == names


def test_a_word_that_nobody_has_is_read_as_the_nearest_and_told(own):
    answer = find(own, "routes", "dehalosilation id:T1")

    assert answer.ids == ("T1",)
    assert answer.respelt == (("dehalosilation", ("dehalosilylation",)),)
    assert answer.notes == ("'dehalosilation' is read as 'dehalosilylation'",)
    assert find(own, "routes", "class:dehalosilation id:T1").ids == ("T1",)


@pytest.mark.parametrize("word", ["CdSb", "E131", "InQ", "zzzzzz"])
def test_formulas_and_codes_are_never_read_as_others(own, word):
    answer = find(own, "routes", word)

    assert answer.ids == ()
    assert answer.notes == (f"'{word.casefold()}' is in none of the routes",)


def test_a_value_that_no_card_has_is_told_with_those_known(own):
    (note,) = find(own, "routes", "outcome:xylophone").notes

    assert "negative" in note
    assert "dots" in note


def test_an_unknown_field_is_refused_with_the_nearest(own):
    with pytest.raises(InputError, match="Did you mean 'target'") as refused:
        find(own, "routes", "targt:InP")
    assert refused.value.where.key == "query"
    with pytest.raises(InputError, match="'heat'"):
        find(own, "routes", "sort:heat")


def test_a_field_of_words_takes_no_sign_for_a_range(own):
    assert found(own, "target:>1nm") == []


def test_why_a_card_was_found_is_told(own):
    (hit,) = find(own, "routes", "target:InP octadecene id:T1").hits

    assert hit.why == ("target: InP", "method: octadecene", "id: T1")
    assert hit.score > 0


def test_the_nearer_to_the_name_the_better():
    assert find(base(), "reagents", "octylamine").ids[0] == "OctA"


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_card_is_found_by_its_name_and_every_search_repeats(kind):
    cards = base().cards(kind)

    assert find(base(), kind).ids == tuple(cards)
    for name in list(cards)[:5]:
        again = [find(Base(), kind, f'id:"{name}"').ids for _ in range(2)]
        assert name in again[0]
        assert again[0] == again[1]


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_field_can_be_asked_for(kind):
    for field, unit in fields(base(), kind).items():
        reported = find(base(), kind, f"{field}:*").ids
        assert set(reported) <= set(base().cards(kind))
        if unit:
            assert reported, field
            assert find(base(), kind, f'{field}:">-1e9 {unit}"'.replace(" 1", "")).ids == reported


def test_every_text_of_a_card_is_indexed():
    card = base().card("errata", "E031")

    assert {text for _, text in strings(card)} >= {card.printed, card.correction, card.place, card.source}


# --- hazards ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "hazard", "presence"),
    [
        ("T1", "pyrophoric", Presence.CONTAINS),
        ("T1", "H250", Presence.CONTAINS),
        ("T1", "PH3", Presence.CONTAINS),
        ("T1", "TMSP", Presence.CONTAINS),
        ("T2", "pyrophoric", Presence.FREE),
        ("T3", "pyrophoric", Presence.UNKNOWN),  # its metal is not named
        ("T4", "pyrophoric", Presence.FREE),  # its solvent is a class, and no doubt
        ("T4", "carcinogen", Presence.UNKNOWN),  # here it is one
        ("T4", "toxic", Presence.CONTAINS),
    ],
)
def test_a_route_contains_a_hazard_or_is_free_or_can_not_be_judged(own, name, hazard, presence):
    assert route_hazard(own, own.card("routes", name), hazard).presence is presence


def test_a_statement_is_what_its_flag_says(own):
    """'pyrophoric' is H250 even where the card doubts the statement; 'water-reactive' may be H260 or H261."""
    whole = own.card("routes", "T2").model_dump(by_alias=True)

    def presence(reagent, hazard):
        route = Route.model_validate({**whole, "anion": {"text": reagent, "reagent": reagent}})
        return route_hazard(own, route, hazard).presence

    flagged = [
        card
        for card in own.cards("reagents").values()
        if card.hazards and "pyrophoric" in card.hazards.flags and "H250" not in card.hazards.statements
    ]
    assert len(flagged) > 3
    assert {presence(card.id, "H250") for card in flagged} == {Presence.CONTAINS}
    assert presence("CdMe2", "H350") is Presence.CONTAINS
    assert presence("PBr3", "H260") is Presence.UNKNOWN  # flagged, and its card names neither statement
    assert presence("LAH", "H260") is Presence.CONTAINS
    assert presence("LAH", "H350") is Presence.FREE


def test_what_can_not_be_judged_says_why(own):
    assert route_hazard(own, own.card("routes", "T3"), "pyrophoric").because == (
        "precursor of the metal not given",
    )


def test_a_misspelt_hazard_calls_nothing_free(own):
    with pytest.raises(InputError, match="pyrophoric"):
        route_hazard(own, own.card("routes", "T2"), "pyroforic")


def test_a_doubted_statement_is_a_doubt(own):
    whole = own.card("routes", "T2").model_dump(by_alias=True)
    route = Route.model_validate({**whole, "anion": {"text": "doubtful", "reagent": "DOUBT"}})

    assert route_hazard(own, route, "pyrophoric").presence is Presence.UNKNOWN
    assert route_hazard(own, route, "pyrophoric").because == ("doubtful (its card doubts it)",)
    assert route_hazard(own, route, "H2").presence is Presence.FREE  # a gas, and no beginning of 'H225'


# --- speed -----------------------------------------------------------------------------------------------


def test_a_query_needs_no_physics_and_little_time():
    code = (
        "import sys; from aliquot.knowledge.base import base; from aliquot.knowledge.search import find;"
        "find(base(), 'errata', 'formula'); print(sorted(m.split('.')[0] for m in sys.modules))"
    )
    start = time.perf_counter()
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)  # noqa: S603

    assert time.perf_counter() - start < 5.0  # a machine under load; alone it is a third of a second
    assert not {"jax", "diffrax", "matplotlib", "rich", "rapidfuzz"} & set(eval(done.stdout))  # noqa: S307


def test_a_user_folder_is_searched_too(own):
    assert Path(own.folder, "routes", "told.yaml").exists()
    assert "T1" in find(own, "routes", "source:wang2023").ids
