"""The cards of reagents: masses, structures, hazards and names that agree with each other."""

import csv
import re
from collections import Counter
from pathlib import Path

import pytest

from aliquot.knowledge.base import Base
from aliquot.knowledge.records import Reagent

ROOT = Path(__file__).parents[1]
TABLE = ROOT.parent / "shared" / "knowledge" / "reagents.csv"
FILES = sorted((ROOT / "src/aliquot/knowledge/cards/reagents").glob("*.yaml"))
CARDS: dict[str, Reagent] = dict(Base().cards("reagents"))
EACH = pytest.mark.parametrize("card", CARDS.values(), ids=CARDS)

WEIGHTS = {
    "H": 1.008, "Li": 6.94, "B": 10.81, "C": 12.011, "N": 14.007, "O": 15.999, "Na": 22.98977, "Al": 26.98154,
    "Si": 28.085, "P": 30.973762, "S": 32.06, "Cl": 35.45, "Ca": 40.078, "Zn": 65.38, "Ga": 69.723,
    "Ge": 72.630, "As": 74.921595, "Se": 78.971, "Br": 79.904, "Cd": 112.414, "In": 114.818, "Sb": 121.760,
    "Te": 127.60, "I": 126.90447,
}  # fmt: skip
"""Abridged standard atomic weights of the IUPAC."""

FLAGS = {
    "pyrophoric",
    "explosive",
    "toxic gas",
    "toxic",
    "carcinogen",
    "air-sensitive",
    "water-reactive",
    "light-sensitive",
    "flammable",
    "oxidiser",
    "corrosive",
    "sensitiser",
    "stench",
    "hygroscopic",
    "unstable",
}
ROLES = {
    "cation source",
    "anion source",
    "zinc source",
    "sulfur source",
    "reductant",
    "ligand",
    "amine",
    "acid",
    "phosphine",
    "solvent",
    "antisolvent",
    "additive",
    "by-product",
    "matrix",
    "gas",
}


def atoms(formula: str) -> Counter[str]:
    """Return the atoms of a formula without parentheses."""
    found: Counter[str] = Counter()
    for element, number in re.findall(r"([A-Z][a-z]?)(\d*)", formula):
        found[element] += int(number or 1)
    return found


def codes(card: Reagent) -> set[str]:
    """Return the hazard statements without the marks of doubt."""
    return {code.rstrip("?") for code in card.hazards.statements} if card.hazards else set()


def flags(card: Reagent) -> set[str]:
    """Return the words for its hazards."""
    return set(card.hazards.flags) if card.hazards else set()


@pytest.fixture(scope="module")
def rows():
    if not TABLE.exists():
        pytest.skip("the shared folder is not beside this checkout")
    with TABLE.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_shelf_is_complete():
    assert len(CARDS) == 81 + 17  # of the founding list, and more


def test_the_founding_list_and_what_was_added_stay_apart(rows):
    (file,) = (file for file in FILES if file.name == "more.yaml")
    more = re.findall(r"- id: (\w+)", file.read_text(encoding="utf-8"))

    assert len(more) == 17
    assert len(rows) == 81
    assert {Base().card("reagents", row["key"]).id for row in rows} == set(CARDS) - set(more)


def test_what_the_tables_of_the_literature_ask_for_often_has_a_card():
    tables = sorted((ROOT.parent / "shared" / "data" / "inp_cdse_synthesis_tables").glob("*.csv"))
    if not tables:
        pytest.skip("the shared folder is not beside this checkout")
    columns = ("in_source", "p_source", "sol", "acid", "amine", "zinc", "Metal_source", "Chalcogen_source")
    columns += ("Carboxylic_Acid", "Amines", "Phosphines", "Solvent I")
    asked: Counter[str] = Counter()
    for table in tables:
        with table.open(encoding="latin-1", newline="") as written:
            for row in csv.DictReader(written):
                asked.update(row[name].strip() for name in columns if row.get(name, "None") != "None")
    known = {name.casefold() for card in CARDS.values() for name in card.names}
    often = {name for name, count in asked.items() if count >= 8}

    assert len(often) > 20
    # Misspelt in the table, or no one substance.
    assert {name for name in often if name.casefold() not in known} == {"myrstic acid", "liquid parafin"}


def test_the_careful_reader_finds_the_same_cards(tmp_path):
    """A user who copies the shipped files gets what was shipped: theirs are read with care, ours fast."""
    (tmp_path / "reagents").mkdir()
    for file in FILES:
        (tmp_path / "reagents" / file.name).write_bytes(file.read_bytes())
    own = Base(tmp_path)

    assert dict(own.cards("reagents")) == CARDS
    assert len(own.shadows) == len(CARDS)


def test_no_two_reagents_share_a_name_whatever_its_case():
    names = Counter(name for card in CARDS.values() for name in {name.casefold() for name in card.names})

    assert [name for name, count in names.items() if count > 1] == []


@pytest.mark.parametrize(
    ("alias", "key"),
    [
        ("PNEt2", "PDEA"),
        ("oleylamine", "OAM"),
        ("hexane", "HEX"),
        ("ethanol", "EtOH"),
        ("dodecanethiol", "DDT"),
        ("indium chloride", "InCl3"),
        ("P(SiMe3)3", "TMSP"),
        ("Cd(oleate)2", "CdOA2"),
        ("superhydride", "LiEt3BH"),
        ("2-NPG", "NPG"),
        ("Se powder", "Se"),
        ("phenyl ether", "Ph2O"),
        ("isopropanol", "iPrOH"),
        ("cadmium acetate", "CdOAc2"),
        ("cadmium acetate dihydrate", "CdOAc2H2O"),
    ],
)
def test_names_of_recipes_lead_to_a_card(alias, key):
    base = Base()

    assert base.card("reagents", alias) is base.card("reagents", alias.swapcase())
    assert base.card("reagents", alias).id == key


@EACH
def test_the_molar_mass_follows_from_the_formula(card):
    assert re.fullmatch(r"([A-Z][a-z]?\d*)+", card.formula)
    mass = sum(WEIGHTS[element] * number for element, number in atoms(card.formula).items())

    assert card.molar_mass.to("g/mol") == pytest.approx(mass, rel=2e-4)


@EACH
def test_the_structure_has_this_formula_mass_and_key(card):
    chem = pytest.importorskip("rdkit.Chem", reason="RDKit is not installed")
    weight = pytest.importorskip("rdkit.Chem.Descriptors").MolWt
    formula = pytest.importorskip("rdkit.Chem.rdMolDescriptors").CalcMolFormula

    molecule = chem.MolFromSmiles(card.structure.smiles)

    assert chem.MolToInchiKey(molecule) == card.structure.inchikey
    assert atoms(formula(molecule)) == atoms(card.formula)
    assert card.molar_mass.to("g/mol") == pytest.approx(weight(molecule), rel=3e-4)


def test_no_two_reagents_are_one_molecule():
    keys = [card.structure.inchikey for card in CARDS.values()]

    assert len(set(keys)) == len(keys)


@EACH
def test_densities_are_those_of_matter(card):
    assert card.density is None or 0.5 < card.density.to("g/mL") < 9
    assert card.density is None or card.state != "gas"


@EACH
def test_the_state_is_that_between_melting_and_boiling(card):
    room, tolerance = 298.15, 1.0  # oleylamine melts between 18 and 26 degC

    if card.melting is not None:
        low, high = card.melting.between("K")
        assert card.state == "solid" or low < room
        assert card.state != "solid" or high > room - tolerance
    if card.boiling is not None and card.boiling.pressure is None:
        assert (card.boiling.to("K") < room) == (card.state == "gas")


@EACH
def test_ranges_enclose_the_value_in_their_middle(card):
    for constant, unit in ((card.density, "g/mL"), (card.melting, "K"), (card.boiling, "K")):
        if constant is not None:
            low, high = constant.between(unit)
            assert low <= high
            assert constant.to(unit) == pytest.approx((low + high) / 2)


@EACH
def test_hazards_are_said_in_controlled_words_and_codes(card):
    pattern = r"(H\d{3}[A-Za-z]{0,2}(\+H\d{3})*|EUH\d{3})"

    assert flags(card) <= FLAGS
    assert all(re.fullmatch(pattern, code) for code in codes(card))
    assert set(card.roles) <= ROLES
    assert card.roles


@EACH
def test_words_and_codes_of_hazards_agree(card):
    """Every code has its word; fire in air and cancer are said in both or in neither."""
    toxic = {"H300", "H301", "H310", "H311", "H330", "H331"}
    needed = {
        "toxic gas" if card.state == "gas" else "toxic": toxic,
        "flammable": {"H220", "H221", "H224", "H225", "H226", "H228"},
        "corrosive": {"H314"},
        "oxidiser": {"H270", "H271", "H272"},
        "water-reactive": {"H260", "H261", "EUH014"},
        "sensitiser": {"H317", "H334"},
    }

    assert bool(codes(card) & {"H250", "H232"}) == ("pyrophoric" in flags(card))
    assert ("H350" in codes(card)) == ("carcinogen" in flags(card))
    assert {word for word, statements in needed.items() if statements & codes(card)} <= flags(card)


@EACH
def test_a_doubtful_number_says_so(card):
    numbers = (card.density, card.melting, card.boiling)
    estimated = [number for number in numbers if number is not None and number.mark == "estimated"]
    marked = [code for code in (card.hazards.statements if card.hazards else ()) if code.endswith("?")]

    assert not (estimated or marked or (card.cas or "").endswith("?")) or card.uncertain
    assert all(number is None or number.mark != "verified" for number in numbers)


@EACH
def test_what_can_become_part_of_a_dot_is_in_the_formula(card):
    assert set(card.oxidation) <= set(atoms(card.formula))
    assert bool(card.oxidation) <= bool({"anion source", "cation source", "reductant"} & set(card.roles))
    assert bool(card.donates) <= ("reductant" in card.roles)
    assert all(name in CARDS for name in card.holds)


def test_phosphorus_of_ligands_becomes_no_part_of_a_dot():
    assert all(CARDS[name].oxidation == {} for name in ("TOP", "TOPO", "TEP", "Ph2PTMS"))
    assert {name: CARDS[name].oxidation for name in ("TOPTe", "TOPS")} == {
        "TOPTe": {"Te": 0},
        "TOPS": {"S": 0},
    }


def test_six_electrons_make_phosphide_of_an_aminophosphine():
    """InX3 + 4 P(NR2)3 -> InP + 3 [P(NR2)4]X: three more phosphines bring the six electrons."""
    phosphine = CARDS["PDEA"]

    assert 3 * phosphine.donates == phosphine.oxidation["P"] - CARDS["TMSP"].oxidation["P"]


def test_every_silyl_phosphine_is_said_to_free_phosphine():
    silylated = [
        card for card in CARDS.values() if {"P", "Si"} <= set(atoms(card.formula)) and card.oxidation
    ]

    assert len(silylated) == 6
    assert all("PH3" in card.hazards.evolves for card in silylated)
    assert "PH3" in CARDS["PDEA"].facets()["evolves"]


def test_every_row_of_the_ground_is_on_a_card(rows):
    for row in rows:
        card = Base().card("reagents", row["key"])
        assert (card.cas or "") == row["cas"]
        assert card.structure.inchikey == row["inchikey"]
        assert card.formula == row["formula"]
        assert card.molar_mass.to("g/mol") == float(row["molar_mass_g_mol"])
        assert set(filter(None, row["ghs_h_codes"].split(";"))) <= set(
            card.hazards.statements if card.hazards else ()
        )


def test_names_of_the_ground_lead_to_their_card(rows):
    base = Base()
    for row in rows:
        for name in filter(
            None, (row["key"], row["name"].split(" (cis")[0], *row["abbreviations"].split(";"))
        ):
            assert base.card("reagents", name).structure.inchikey == row["inchikey"]


def test_densities_of_the_ground_are_kept_but_where_they_are_those_of_solutions(rows):
    missing = []
    for row in rows:
        card = Base().card("reagents", row["key"])
        written = row["density_g_per_mL_25C"].rstrip("?")
        if card.density is None:
            missing += [card.id] if written else []
        else:
            ends = [float(end) for end in written.split("-")]
            assert card.density.to("g/mL") == pytest.approx(sum(ends) / len(ends))

    assert missing == ["InCl3", "ZnCl2", "LiEt3BH", "NaEt3BH"]
