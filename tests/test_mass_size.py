"""Mass and diameter: the pairs of tiwari2025, the table of ligand covers, and there and back."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aliquot.cli.app import run
from aliquot.errors import InputError
from aliquot.instruments.mass.blocks import block
from aliquot.instruments.mass.size import diameter_of, mass_of, material_unit_mass, size_of, weight_of
from aliquot.knowledge import store
from aliquot.units import to_float

CD3P2 = store.material("Cd3P2")
OLEATE = block("oleate").mass
X_RAY = 5.642
# ligands per nm2, diameters of 38 and 140 kDa [nm], formula units, made with another program
COVERS = [
    (0.0, 2.77, 4.29, 95, 351),
    (1.0, 2.62, 4.13, 80, 313),
    (2.0, 2.48, 3.98, 68, 281),
    (3.0, 2.36, 3.84, 58, 253),
    (4.0, 2.25, 3.71, 50, 228),
]


@pytest.mark.parametrize("density", [5.64, 5.65])
def test_masses_of_the_paper_are_bare_spheres(density):
    assert diameter_of(38e3, density) == pytest.approx(2.77, abs=0.006)
    assert diameter_of(140e3, density) == pytest.approx(4.28, abs=0.007)


@pytest.mark.parametrize(("cover", "small", "large", "few", "many"), COVERS)
def test_ligands_shrink_the_core(cover, small, large, few, many):
    for mass, diameter, units in ((38e3, small, few), (140e3, large, many)):
        found = diameter_of(mass, X_RAY, cover, OLEATE)
        assert found == pytest.approx(diameter, abs=0.0055)
        assert mass_of(found, X_RAY) / material_unit_mass(CD3P2) == pytest.approx(units, abs=0.51)


@given(st.floats(100.0, 1e7), st.floats(1.0, 15.0), st.floats(0.0, 10.0), st.floats(0.0, 1000.0))
def test_there_and_back(mass, density, cover, ligand):
    found = diameter_of(mass, density, cover, ligand)
    assert 0.0 < found <= diameter_of(mass, density) * (1 + 1e-12)
    assert mass_of(found, density, cover, ligand) == pytest.approx(mass, rel=1e-9)


@pytest.mark.parametrize("material", ["Cd3P2", "InP", "CdSe", "InAs", "PbS"])
def test_size_and_weight_are_inverse(material):
    card = store.material(material)
    size = size_of(60e3, card, "oleate")
    assert size.with_ligands is not None
    weight = weight_of(size.with_ligands.value.value, card, "oleate")
    assert weight.with_ligands.value.value == pytest.approx(60e3, rel=1e-9)
    assert weight.ligands == pytest.approx(size.ligands)
    assert weight.formula_units == pytest.approx(size.formula_units_covered)


def test_interval_holds_what_cover_and_density_may_be():
    size = size_of(38e3, CD3P2, "oleate", (1.0, 4.0))
    rng = np.random.default_rng(3)
    drawn = [
        diameter_of(38e3, 5.65 * (1.0 + 0.02 * z), cover, OLEATE)
        for z, cover in zip(rng.standard_normal(4000), rng.uniform(1.0, 4.0, 4000), strict=True)
    ]
    found = size.with_ligands.value
    assert 0.93 < np.mean((np.array(drawn) >= found.low) & (np.array(drawn) <= found.high)) < 0.995
    spread = np.hypot(*(size.with_ligands.budget[name] for name in ("cover", "density")))
    assert spread == pytest.approx(np.std(drawn), rel=0.1)


def test_one_cover_leaves_density_alone():
    budget = size_of(38e3, CD3P2, "oleate", (2.0, 2.0)).with_ligands.budget
    assert set(budget) == {"density"}


def test_an_error_of_the_mass_widens_the_interval():
    sure, unsure = size_of(38e3, CD3P2).bare, size_of(38e3, CD3P2, mass_sd=4e3).bare
    assert unsure.value.high - unsure.value.low > 2.0 * (sure.value.high - sure.value.low)
    assert unsure.budget["mass"] == pytest.approx(2.773 / 3 * 4 / 38, rel=0.01)


@pytest.mark.parametrize("bad", [0.0, -1.0, float("nan"), float("inf")])
def test_no_mass_no_size(bad):
    with pytest.raises(InputError):
        diameter_of(bad, 5.65)
    with pytest.raises(InputError):
        mass_of(2.0, bad)


@pytest.mark.parametrize("cover", [(-1.0, 2.0), (3.0, 1.0)])
def test_covers_that_can_not_be(cover):
    with pytest.raises(InputError):
        size_of(38e3, CD3P2, "oleate", cover)
    with pytest.raises(InputError):
        weight_of(2.8, CD3P2, "oleate", cover)


def test_daltons_are_units():
    assert to_float("38 kDa", "Da") == 38000.0
    assert to_float("1 Da", "g") == pytest.approx(1.66054e-24, rel=1e-5)


def called(capsys, *words, code=0):
    assert run([*words, "--json"]) == code
    return json.loads(capsys.readouterr().out)


def test_command_both_ways(capsys):
    size = called(capsys, "mass-size", "38", "kDa", "--material", "Cd3P2", "--ligand", "oleate")
    assert size["bare_nm"]["value"] == pytest.approx(2.77, abs=0.005)
    assert size["with_ligands_nm"]["low"] < 2.36 < size["with_ligands_nm"]["high"]
    assert size["bare_Da"] is None
    weight = called(
        capsys, "mass-size", "2.8 nm", "--material", "Cd3P2", "--cover", "2", "--ligand", "oleate"
    )
    assert weight["bare_Da"]["value"] == pytest.approx(39.1e3, rel=0.01)
    assert weight["mass_Da"] is None
    assert set(size) - set(weight) == set(weight) - set(size) == set()


def test_command_prints_a_table(capsys):
    assert run(["mass-size", "140 kDa", "--material", "Cd3P2", "--density", "5.8 g/cm3"]) == 0
    assert "4.25 [" in capsys.readouterr().out


@pytest.mark.parametrize(
    "words",
    [
        ("38", "mL", "--material", "Cd3P2"),
        ("38", "--material", "Cd3P2"),
        ("38 kDa", "--material", "Kryptonite"),
        ("38 kDa", "--material", "Cd3P2", "--ligand", "slime"),
        ("38 kDa", "--material", "Cd3P2", "--cover", "many"),
    ],
)
def test_command_refuses(words, capsys):
    assert "error" in called(capsys, "mass-size", *words, code=2)
