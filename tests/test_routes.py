"""Routes and the lists of references: complete, sourced, as the papers print them where they are right."""

import csv
import re
from pathlib import Path

import pytest

from aliquot.knowledge.base import Base
from aliquot.knowledge.records import Route
from aliquot.knowledge.records.routes import Outcome, RouteClass

IDS = [f"R{number:03d}" for number in range(1, 111)]
SEEDS = {"gazis2023": "000", "mech2023": "001", "wang2023": "003", "tiwari2025": "004"}
LENGTHS = {"gazis2023": 123, "mech2023": 44, "wang2023": 40, "tiwari2025": 37}
METHODS = {
    *("heat-up", "hot injection", "continuous injection", "flow", "solvothermal", "gas bubbling"),
    *("gas over solid", "thermolysis", "alcoholysis", "co-reduction", "adduct and anneal", "SLS", "exchange"),
    *("high pressure", "post-synthesis", "general", "not given"),
}
TARGETS = {
    "III-V (any)": ("III-V",),
    "III-V (InP, InAs, GaAs family)": ("III-V",),
    "III-V (general)": ("III-V",),
    "III-N (general)": ("III-N",),
    "III-P (MP)": ("III-P",),
    "GaAs, InP, InAs (not itemised)": ("GaAs", "InP", "InAs"),
    "GaAs (ZnSe outer shell)": ("GaAs/ZnSe",),
    "InP/GaP": ("InP", "GaP"),
}
"""Targets of the table that are more than a formula."""
CORRECTED = {"R061": ("InAs",)}
"""Where the table names a target for which nothing is printed; the card's remark says what it rests on."""
MISPRINTS = ("P(NEt3)2", "P(SiEt)3", "P(SitBu)3", "InSb3", "LiEtBH3", "NaEtBH3", "Group V metals", "flame")

_BASE = Base()
ROUTES: dict[str, Route] = dict(_BASE.cards("routes"))
REFERENCES = _BASE.cards("references")


@pytest.fixture(scope="module")
def table(shared) -> dict[str, dict[str, str]]:
    with (shared / "knowledge" / "routes.csv").open(encoding="utf-8", newline="") as file:
        return {row["id"]: row for row in csv.DictReader(file)}


@pytest.fixture(scope="module")
def papers(shared) -> dict[str, list[str]]:
    return {source: seed_lines(shared, number) for source, number in SEEDS.items()}


def seed_lines(shared: Path, number: str) -> list[str]:
    """Return the lines of a paper's text, the first at index 1."""
    (file,) = (shared / "seeds").glob(f"{number}_*.txt")
    return ["", *file.read_text(encoding="utf-8").splitlines()]


def printed_at(route: Route, papers: dict[str, list[str]]) -> str:
    """Return the lines of the paper that the card names."""
    lines = papers[route.source]
    spans = re.findall(r"l\.(\d+)(?:-(\d+))?", route.place)
    return "\n".join("\n".join(lines[int(low) : int(high or low) + 1]) for low, high in spans)


def cited(text: str) -> set[str]:
    """Return the numbers of references that a text cites: superscripts of any form, and 'ref. 27'."""
    raised = r"[⁰¹²³⁴⁵⁶⁷⁸⁹⁻]+(?:[,–][⁰¹²³⁴⁵⁶⁷⁸⁹⁻]+)*|\^\{([\d,–-]+)\}|<sup>([\d,–]+)</sup>|ref\. (\d+)"
    plain = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻–", "0123456789--")
    found: set[str] = set()
    for match in re.finditer(raised, text):
        group = next((part for part in match.groups() if part), match[0]).translate(plain)
        for low, high in re.findall(r"(\d+)(?:-(\d+))?", group):
            found |= {str(number) for number in range(int(low), int(high or low) + 1)}
    return found


def without_remark(route: Route) -> str:
    """Return all that a card says as its own, without what it warns of."""
    return route.model_copy(update={"remark": None}).model_dump_json()


# The set


def test_there_are_110_routes_without_a_gap():
    assert sorted(ROUTES) == IDS


def test_every_class_of_chemistry_has_a_route():
    assert {route.class_ for route in ROUTES.values()} == set(RouteClass)


def test_every_outcome_occurs_but_clusters_which_have_cards_of_their_own():
    assert {route.outcome for route in ROUTES.values()} == set(Outcome) - {Outcome.CLUSTERS}


@pytest.mark.parametrize("name", IDS)
def test_a_route_is_complete_and_sound(name):
    route = ROUTES[name]

    assert route.source in SEEDS
    assert re.search(r"l\.\d+", route.place)
    assert route.cation is not None
    assert route.methods
    assert set(route.methods) <= METHODS
    assert route.remark
    if route.temperatures is not None:
        low, high = (limit.value for limit in route.temperatures)
        assert 273.15 < low <= high < 1000
    if route.as_route is not None:
        assert route.as_route in ROUTES
        assert IDS.index(route.as_route) < IDS.index(name)


def test_what_a_source_does_not_name_has_no_reagent():
    silent = [part for route in ROUTES.values() for part in route.species if part.text == "not given"]

    assert len(silent) > 50
    assert all(part.reagent is None for part in silent)


@pytest.mark.parametrize("name", ["R002", "R023", "R024", "R025", "R026", "R027", "R032", "R033", "R069"])
def test_negative_results_are_kept(name):
    assert ROUTES[name].outcome is Outcome.NEGATIVE


def test_no_other_result_is_called_negative():
    assert sum(route.outcome is Outcome.NEGATIVE for route in ROUTES.values()) == 9


# What the cards point at


@pytest.mark.parametrize("name", IDS)
def test_every_reference_of_a_route_has_a_card(name):
    route = ROUTES[name]

    assert route.references
    if route.references != ("this work",):
        missing = [number for number in route.references if f"{route.source}:{number}" not in REFERENCES]
        assert not missing


def test_every_reagent_of_a_route_has_a_card():
    reagents = _BASE.cards("reagents")
    named = {part.reagent for route in ROUTES.values() for part in route.species if part.reagent}

    assert named - set(reagents) == set()


def test_every_erratum_in_a_remark_is_of_the_same_paper():
    errata = _BASE.cards("errata")
    told = [
        (route, key) for route in ROUTES.values() for key in re.findall(r"\bE\d{3}\b", route.remark or "")
    ]

    assert len(told) > 40
    assert [route.id for route, key in told if errata[key].source != route.source] == []


def test_every_route_and_reference_that_an_erratum_touches_exists():
    touched = [target.split(":", 1) for card in _BASE.cards("errata").values() for target in card.touches]
    known = {"routes": ROUTES, "references": REFERENCES}
    named = [(kind, name) for kind, name in touched if kind in known]

    assert len(named) > 40
    assert [name for kind, name in named if name not in known[kind]] == []


# Printed errors


@pytest.mark.parametrize(
    ("name", "printed", "correct", "erratum"),
    [
        ("R004", "triethylphosphine", "trioctylphosphine", "E001"),
        ("R028", "P(SiEt)3", "P(SiEt3)3", "E004"),
        ("R035", "InSb3", '"InSb"', "E005"),
        ("R048", "P(NEt3)2", "P(NEt2)3", "E010"),
        ("R061", "Group V metals", "group III metal", "E014"),
        ("R067", "GaAs", '"InP"', "E016"),
        ("R085", "QDs", '"bulk"', "E018"),
    ],
)
def test_a_printed_error_stands_in_the_remark_only(name, printed, correct, erratum):
    route = ROUTES[name]

    assert printed in route.remark
    assert erratum in route.remark
    assert printed not in without_remark(route)
    assert correct in without_remark(route)


@pytest.mark.parametrize("misprint", MISPRINTS)
def test_no_card_repeats_a_misprint_as_its_own(misprint):
    assert [name for name, route in ROUTES.items() if misprint in without_remark(route)] == []
    assert any(misprint in route.remark for route in ROUTES.values())


# Against the ground


def test_cards_agree_with_the_table(table):
    assert sorted(table) == IDS
    for name, row in table.items():
        route = ROUTES[name]
        targets = CORRECTED.get(name) or TARGETS.get(row["target"]) or (row["target"],)
        assert route.targets == targets, name
        assert SEEDS[route.source] == row["seed"], name
        assert set(re.findall(r"\d+", row["location"].split("l.")[1])) & set(
            re.findall(r"\d+", route.place)
        ), name
        if row["anion_or_group_V_precursor"] == "same molecule":
            assert route.anion is None, name


def test_temperatures_agree_with_the_table(table):
    for name, row in table.items():
        written, route = row["temperature_C"], ROUTES[name]
        match = re.match(r"(\d+)(?:(?: then |-)(\d+))?", written)
        if match is None:  # nothing, or a limit without its other end: then the conditions tell it
            assert route.temperatures is None, name
            assert not written or written.strip("<=>") in route.conditions, name
            continue
        expected = float(match[1]), float(match[2] or match[1])
        assert [limit.value - 273.15 for limit in route.temperatures] == pytest.approx(expected), name


def test_reagents_are_keys_of_the_table(shared):
    with (shared / "knowledge" / "reagents.csv").open(encoding="utf-8", newline="") as file:
        keys = {"PDEA" if row["key"] == "PNEt2" else row["key"] for row in csv.DictReader(file)}
    named = {part.reagent for route in ROUTES.values() for part in route.species if part.reagent}

    assert named <= keys


@pytest.mark.parametrize("name", IDS)
def test_temperatures_are_printed_on_the_lines_that_the_card_names(name, papers):
    route = ROUTES[name]
    text = printed_at(route, papers)

    assert text.strip()
    if route.temperatures is not None:
        for limit in route.temperatures:
            assert re.search(rf"(?<!\d){limit.value - 273.15:.0f}(?!\d)", text)


@pytest.mark.parametrize("name", IDS)
def test_references_are_cited_on_the_lines_that_the_card_names(name, papers):
    route = ROUTES[name]

    if route.references != ("this work",):
        assert set(route.references) <= cited(printed_at(route, papers))


# The lists of references


@pytest.mark.parametrize("source", LENGTHS)
def test_the_list_of_a_paper_is_complete(source):
    numbers = [card.number for card in REFERENCES.values() if card.source == source]

    assert {int(number.rstrip("abcdefg")) for number in numbers} == set(range(1, LENGTHS[source] + 1))
    assert len(numbers) == LENGTHS[source] + (9 if source == "gazis2023" else 0)  # 5a to 5g, 16a to 16d


@pytest.mark.parametrize("name", sorted(REFERENCES))
def test_a_reference_is_named_for_its_paper_and_number(name):
    card = REFERENCES[name]

    assert name == f"{card.source}:{card.number}"
    assert 1980 < card.year < 2026
    assert (card.title is not None) == (card.source == "tiwari2025")
    assert "*" not in f"{card.authors}{card.container}{card.pages}"


def test_a_reference_is_as_its_list_prints_it(papers):
    mended = {"gazis2023:109", "mech2023:5", "wang2023:32"}
    for name, card in REFERENCES.items():
        lines = papers[card.source]
        start = max(number for number, line in enumerate(lines) if "eferences" in line[:25])
        entries = [line.removeprefix("- ") for line in lines[start + 1 :] if " " in line]
        entries = [entry for entry in entries if not entry.startswith("Nanoscale")]
        number = int(card.number.rstrip("abcdefg"))
        entry = re.sub(r"\s*[–—]\s*", "-", entries[number - 1].replace("*", ""))
        if name in mended:
            assert card.because
            continue
        assert card.authors in entry, name
        assert card.container in entry, name
        for part in (str(card.year), card.volume, card.pages):
            assert part is None or part in entry, name
