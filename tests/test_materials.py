"""The sixteen materials: constants against each other and against the papers they are from."""

import re
from pathlib import Path

import numpy as np
import pytest

from aliquot.errors import RangeError
from aliquot.instruments.absorbance.sizing import wavelength
from aliquot.knowledge import store
from aliquot.units import AVOGADRO

NAMES = store.names("materials")
SEEDS = Path(__file__).parents[1].parent / "shared" / "seeds"
FORMULA_UNITS = {"zinc blende": 4, "rock salt": 4, "wurtzite": 2, "tetragonal P42/nmc": 8}
# IUPAC, abridged
WEIGHTS = {
    "In": 114.818, "Ga": 69.723, "Cd": 112.414, "Pb": 207.2, "Zn": 65.38,
    "N": 14.007, "P": 30.974, "As": 74.922, "Sb": 121.760, "S": 32.06, "Se": 78.971, "Te": 127.60,
}  # fmt: skip


def test_there_are_sixteen():
    assert set(NAMES) == {
        *("InP", "InAs", "InSb", "GaAs", "GaP", "GaSb", "InN", "GaN"),
        *("CdTe", "CdSe", "CdS", "Cd3P2", "PbS", "PbSe", "ZnS", "ZnSe"),
    }


@pytest.mark.parametrize("name", NAMES)
def test_molar_masses_follow_from_the_formula(name):
    parts = re.findall(r"([A-Z][a-z]?)(\d?)", name)
    mass = sum(WEIGHTS[element] * int(count or 1) for element, count in parts)
    assert store.material(name).molar_mass.to("g/mol") == pytest.approx(mass, abs=0.01)


@pytest.mark.parametrize("name", NAMES)
def test_densities_are_those_of_the_lattice(name):
    card = store.material(name)
    crystal = card.crystal
    a = float(crystal.a.removesuffix(" nm"))
    c = a if crystal.c is None else float(crystal.c.removesuffix(" nm"))
    cell = a * a * c * (np.sqrt(3.0) / 2.0 if crystal.phase == "wurtzite" else 1.0)
    mass = FORMULA_UNITS[crystal.phase] * card.molar_mass.to("g/mol") / AVOGADRO
    # the handbook density of CdSe, 5.82, is 2.8 % above that of its wurtzite lattice; its card says so
    tolerance = 0.03 if name == "CdSe" else 0.015
    assert card.density.to("g/cm3") == pytest.approx(mass / (cell * 1e-21), rel=tolerance)


@pytest.mark.parametrize("name", NAMES)
def test_constants_have_their_dimension_and_order(name):
    card = store.material(name)
    assert 0.15 < card.gap.to("eV") < 4.0
    assert 2.0 < card.bohr_radius.to("nm") < 70.0
    for mass in (card.electron_mass, card.hole_mass):
        assert mass is None or 0.01 < mass.to("1") < 2.0
    assert card.phonon is None or 0.01 < card.phonon.to("eV") < 0.1
    if card.permittivity_static is not None:
        assert card.permittivity_static.to("1") > card.permittivity_optical.to("1") > 1.0
    assert all(store.source(key).id == key for key in card.sources)
    assert card.gap_kind == ("indirect" if name == "GaP" else "direct")


def test_gaps_and_bohr_radii_are_those_printed_by_gazis2023():
    files = sorted(SEEDS.glob("000*.txt"))
    if not files:
        pytest.skip("the shared folder is not beside this checkout")
    lines = files[0].read_text(encoding="utf-8").splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith("Compound\tBand gap"))
    rows = [line.split("\t") for line in lines[start + 1 : start + 9]]
    assert len(rows) == 8
    for name, gap, radius, _ in rows:
        card = store.material(name)
        assert card.gap.to("eV") == float(gap)
        assert card.bohr_radius.to("nm") == float(radius.lstrip("~"))
        assert card.bohr_radius.source == "gazis2023"


@pytest.mark.parametrize("name", NAMES)
def test_every_curve_is_finite_and_monotonic_over_its_range(name):
    for curve in store.material(name).sizing:
        low, high = (bound.value for bound in curve.range)
        nm = wavelength(curve, np.linspace(low, high, 500))
        assert np.all(np.isfinite(nm))
        assert np.all(np.diff(nm) > 0)
        assert 0.0 < curve.spread.value < 0.5


@pytest.mark.parametrize("name", NAMES)
def test_every_refused_curve_has_a_reason_and_gives_no_size(name):
    card = store.material(name)
    ids = [curve.id for curve in (*card.sizing, *card.refused)]
    assert len(ids) == len(set(ids))
    for curve in card.refused:
        assert len(curve.refused) > 15
        with pytest.raises(RangeError) as raised:
            card.curve(curve.id)
        assert raised.value.why == curve.refused


def test_curves_from_memory_have_no_coefficients():
    for name, curve in (("CdSe", "capek2010"), ("CdTe", "kamal2012")):
        refused = next(entry for entry in store.material(name).refused if entry.id == curve)
        assert refused.law is None
        assert refused.refused == "coefficients from memory, not checked"


def test_infinite_walls_put_small_dots_of_inp_and_inas_far_too_high():
    # hbar^2 pi^2 / (2 mu R^2) - 1.786 e^2 / (4 pi eps eps0 R), with h^2 / (8 m_e) = 0.376 eV nm2
    for name, expected in (("InP", 3.57), ("InAs", 7.9)):
        card = store.material(name)
        reduced = 1 / (1 / card.electron_mass.to("1") + 1 / card.hole_mass.to("1"))
        radius = 1.5
        kinetic = 0.376030 / radius**2 / reduced
        attraction = 1.786 * 1.439964 / (card.permittivity_static.to("1") * radius)
        assert card.gap.to("eV") + kinetic - attraction == pytest.approx(expected, rel=0.02)
        assert f"{expected:g} eV at 3 nm" in next(c.refused for c in card.refused if c.id == "brus")


@pytest.mark.parametrize(("kilodalton", "nm"), [(38, 2.77), (140, 4.28)])
def test_masses_of_cd3p2_give_the_sizes_that_its_card_states(kilodalton, nm):
    density = store.material("Cd3P2").density.to("g/nm^3")
    volume = kilodalton * 1e3 / AVOGADRO / density
    assert (6.0 * volume / np.pi) ** (1 / 3) == pytest.approx(nm, abs=0.006)


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("galena", "PbS"),
        ("indium phosphide", "InP"),
        ("cadmium sulphide", "CdS"),
        ("CADMIUM PHOSPHIDE", "Cd3P2"),
    ],
)
def test_a_material_is_found_by_its_english_name(name, meant):
    assert store.material(name).id == meant


@pytest.mark.parametrize(
    ("name", "meant"), [("ODE", "octadecene"), ("1-octadecene", "octadecene"), ("n-octane", "octane")]
)
def test_solvents_are_found_by_their_names(name, meant):
    solvent = store.solvent(name)
    assert solvent.id == meant
    assert 1.3 < solvent.refractive_index.to("1") < 1.6
    assert 0.6 < solvent.density.to("g/mL") < 1.0
