"""Reports of magic-sized clusters and their families."""

import csv
import re
from collections import Counter
from pathlib import Path

import pytest

from aliquot.knowledge.base import Base
from aliquot.knowledge.records import Cluster, Family

ROOT = Path(__file__).parents[1]
SHARED = ROOT.parent / "shared"
CARDS = ROOT / "src/aliquot/knowledge/cards"
BASE = Base()
CLUSTERS: dict[str, Cluster] = dict(BASE.cards("clusters"))
FAMILIES: dict[str, Family] = dict(BASE.cards("families"))
EACH = pytest.mark.parametrize("cluster", CLUSTERS.values(), ids=CLUSTERS)
CHARGES = {"Cd": 2, "In": 3, "Se": -2, "Te": -2, "P": -3, "As": -3}
SEEDS = {"mech2023": "001", "tiwari2025": "004"}


def near(material, wavelength, tolerance):
    """Return the reports of a material with a first line near a wavelength [nm]."""
    return {
        cluster.id
        for cluster in CLUSTERS.values()
        if cluster.material == material
        and cluster.e1 is not None
        and cluster.e1.measure.overlaps(wavelength - tolerance, wavelength + tolerance)
    }


def charge(formula):
    """Return the formal charge of core and carboxylates; amines and phosphines carry none."""
    core, *ligands = re.split(r"(?=\()", formula.removeprefix("("))
    elements = re.findall(r"([A-Z][a-z]?)(\d*)", core.split(")")[0])
    factor = int(re.fullmatch(r".*\)(\d+)", core)[1]) if ")" in core else 1
    total = factor * sum(CHARGES[element] * int(number or 1) for element, number in elements)
    for ligand in ligands:
        name, number = re.fullmatch(r"\((.+)\)(\d+)", ligand).groups()
        assert name in {"O2CR", "O2CPh", "BuNH2", "PR'3"}
        total -= int(number) * name.startswith("O2C")
    return total


@pytest.fixture(scope="module")
def rows():
    table = SHARED / "knowledge" / "msc.csv"
    if not table.exists():
        pytest.skip("the shared folder is not beside this checkout")
    with table.open(encoding="utf-8", newline="") as file:
        return {row["id"]: row for row in csv.DictReader(file)}


def test_there_are_46_reports_in_21_families_and_none_is_empty():
    assert sorted(CLUSTERS) == [f"M{number:03d}" for number in range(1, 47)]
    assert len(FAMILIES) == 21
    assert {cluster.family for cluster in CLUSTERS.values()} == set(FAMILIES)


def test_reports_by_paper():
    counts = Counter(cluster.source for cluster in CLUSTERS.values())

    assert counts == {"gazis2023": 10, "tiwari2025": 10, "mech2023": 26}


@pytest.mark.parametrize("kind", ["clusters", "families"])
def test_the_careful_reader_finds_the_same_cards(kind, tmp_path):
    (tmp_path / kind).mkdir()
    for file in (CARDS / kind).glob("*.yaml"):
        (tmp_path / kind / file.name).write_bytes(file.read_bytes())

    assert dict(Base(tmp_path).cards(kind)) == dict(BASE.cards(kind))


@EACH
def test_a_report_lies_inside_the_bands_of_its_family(cluster):
    family = FAMILIES[cluster.family]

    assert family.material == cluster.material
    for line, band in ((cluster.e1, family.e1), (cluster.e2, family.e2)):
        if line is not None:
            assert band is not None
            assert band.measure.low <= line.measure.low <= line.measure.high <= band.measure.high


@pytest.mark.parametrize("family", FAMILIES.values(), ids=FAMILIES)
def test_a_band_is_no_wider_than_its_members(family):
    for name in ("e1", "e2"):
        lines = [
            line.measure
            for cluster in CLUSTERS.values()
            if cluster.family == family.id and (line := getattr(cluster, name))
        ]
        band = getattr(family, name)
        assert (band is None) == (not lines)
        if lines:
            assert band.measure.low == min(line.low for line in lines)
            assert band.measure.high == max(line.high for line in lines)


def test_no_two_families_share_a_name():
    names = Counter(name.casefold() for family in FAMILIES.values() for name in set(family.names))

    assert max(names.values()) == 1


def test_447_nm_of_CdTe_means_one_family():  # noqa: N802  a formula
    members = {cluster.id for cluster in CLUSTERS.values() if cluster.family == "CdTe-449"}

    assert near("CdTe", 447, 4) == members
    assert len(members) == 10
    assert near("Cd3P2", 447, 4) == {"M011", "M012"}
    assert near("InP", 447, 4) == {"M006", "M009"}


def test_partner_lines_are_those_of_mech2023():
    """The distance of 405 and 449 nm, and of 427 and 469 nm, is what marks the two species."""
    partners = {family.id: family.e2.measure for family in FAMILIES.values() if family.e2}

    assert set(partners) == {"CdTe-449", "CdTe-469"}
    assert (partners["CdTe-449"].low, partners["CdTe-449"].high) == (405, 405)
    assert CLUSTERS["M023"].e2.measure.low == 427


@EACH
def test_partner_lines_are_bluer_and_emission_is_redder(cluster):
    if cluster.e2 is not None:
        assert cluster.e2.measure.high < cluster.e1.measure.low
    if cluster.emission is not None:
        assert cluster.emission.measure.low > cluster.e1.measure.low


@pytest.mark.parametrize(
    "cluster", [c for c in CLUSTERS.values() if c.formula], ids=lambda cluster: cluster.id
)
def test_every_formula_is_neutral_and_has_its_cores(cluster):
    """A formula in brackets, such as (CdTe)34, counts its pairs; ligands are not told."""
    metal, other = cluster.cores
    core = re.match(r"\(?([A-Z][a-z]?)(\d*)([A-Z][a-z]?)(\d*)\)?(\d*)", cluster.formula)
    pairs = int(core[5] or 1) if cluster.formula.startswith("(") else 1

    assert charge(cluster.formula) == 0
    assert (metal, other) == (int(core[2] or 1) * pairs, int(core[4] or 1) * pairs)


def test_a_formula_by_analogy_says_so():
    assert all("analogy" in CLUSTERS[name].remark for name in ("M042", "M043"))
    assert BASE.card("families", "(CdTe)34").id == "CdTe-449"
    assert "analogy" in FAMILIES["CdTe-449"].because


def test_contradictions_of_the_print_are_told():
    cluster = CLUSTERS["M011"]

    assert [limit.to("degC") for limit in cluster.temperatures] == [110, 110]  # no range: one of two is wrong
    assert all(printed in cluster.conditions for printed in ("110 degC", "150 degC"))
    assert "E051" in cluster.remark
    assert {erratum.id for erratum in BASE.errata_of("clusters", "M011")} >= {"E051", "E054"}


@EACH
def test_the_emission_of_dots_is_none_of_the_cluster(cluster):
    beside = "dots beside it" in (cluster.emission_note or "")
    assert cluster.emission is None or not beside or "weak against" in cluster.emission_note


def test_open_limits_of_temperature_are_told_in_the_conditions():
    for name in ("M033", "M034", "M035", "M036"):
        assert CLUSTERS[name].temperatures is None
        assert "200 degC" in CLUSTERS[name].conditions
        assert "lower limit" in CLUSTERS[name].remark


@EACH
def test_temperatures_rise_and_references_are_in_the_list_of_the_paper(cluster):
    if cluster.temperatures is not None:
        low, high = (limit.value for limit in cluster.temperatures)
        assert 273 < low <= high < 573
    for number in cluster.references:
        assert number == "this work" or f"{cluster.source}:{number}" in BASE.cards("references")


@EACH
def test_a_report_says_what_the_ground_says(cluster, rows):
    row = rows[cluster.id]
    numbers = [int(number) for number in re.findall(r"\d{3}", row["E1_nm"])]

    assert (cluster.e1 is None) == (not numbers)
    if cluster.e1 is not None and cluster.id != "M029":
        assert [cluster.e1.measure.low, cluster.e1.measure.high] == [min(numbers), max(numbers)]
    if cluster.e2 is not None:
        assert cluster.e2.measure.low == float(row["E2_nm"])
    if "this work" in row["seed_reference_numbers"]:
        assert cluster.references == ("this work",)
    else:
        written = re.findall(
            r"\d+", row["seed_reference_numbers"].replace("32-34", "32,33,34").replace("33-35", "33,34,35")
        )
        assert list(cluster.references) == written


@pytest.mark.parametrize(
    "cluster", [c for c in CLUSTERS.values() if c.source in SEEDS and c.e1], ids=lambda cluster: cluster.id
)
def test_every_line_is_printed_where_the_report_says(cluster):
    """The wavelengths of CdTe and Cd3P2 stand in the lines of the paper that are named as their place."""
    texts = sorted((SHARED / "seeds").glob(f"{SEEDS[cluster.source]}_*.txt"))
    if not texts:
        pytest.skip("the shared folder is not beside this checkout")
    lines = texts[0].read_text(encoding="utf-8").splitlines()
    place = cluster.place.split("l.", 1)[1]
    named = set()
    for first, last in re.findall(r"(\d+)(?:-(\d+))?", place):
        named |= set(range(int(first), int(last or first) + 1))
    text = " ".join(lines[number - 1] for number in named)

    for line in (cluster.e1, cluster.e2, cluster.emission):
        for number in {line.measure.low, line.measure.high} if line else ():
            assert f"{number:.0f}" in text
