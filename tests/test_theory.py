"""The two-band model: its limits, its misses against what was measured, and that it stays apart."""

from dataclasses import replace

import numpy as np
import pytest

from aliquot.errors import RangeError
from aliquot.finding import Finding, Interval
from aliquot.instruments.absorbance.sizing import curves_that_hold, size_from_edge, wavelength
from aliquot.instruments.absorbance.theory import (
    ATTRACTION,
    COULOMB,
    DEFINITION,
    HALF_HBAR2_M0,
    TwoBand,
    theory_size,
    two_band,
)
from aliquot.knowledge import store
from aliquot.units import EV_NM

WITH = [name for name in store.names("materials") if store.material(name).theory is not None]
# Curves that were measured, with the smallest diameter over which they are compared.
MEASURED = [
    ("CdSe", "yu2003", 2.0),
    ("CdSe", "jasieniak2009", 2.0),
    ("CdTe", "yu2003", 2.34),
    ("CdS", "yu2003", 2.0),
    ("ZnSe", "toufanian2021-saxs", 2.0),
    ("InP", "wang2023-sphere", 2.6),
]
INP = TwoBand(gap=1.35, electron_mass=0.08, hole_mass=0.6, permittivity=12.5, wall=4.0)


def model_of(name):
    """The model of a card that need not have a theory curve."""
    card = store.material(name)
    constants = (card.gap.to("eV"), card.electron_mass.to("1"), card.hole_mass.to("1"))
    return TwoBand(*constants, card.permittivity_static.to("1"), 4.0)


def e1_at(nm, sd=1.0):
    return Finding("E1", "nm", Interval.normal(nm, sd), budget={"noise": sd})


def test_it_is_for_three_five_materials_without_a_measured_curve():
    assert WITH == ["GaAs", "GaN", "GaP", "GaSb", "InAs", "InN", "InSb"]
    assert not any(store.material(name).sizing for name in WITH)


# Limits


@pytest.mark.parametrize("name", WITH)
def test_a_large_dot_is_the_bulk(name):
    model = two_band(store.material(name))
    assert model.energies(np.array([1e6]))[0] == pytest.approx(model.gap, abs=1e-5)


def test_with_a_high_wall_and_a_wide_gap_it_is_the_parabolic_box():
    model = replace(INP, gap=1e9, wall=np.inf)
    radius = 3.0
    box = np.pi**2 * HALF_HBAR2_M0 / radius**2 * (1.0 / 0.08 + 1.0 / 0.6)
    expected = box - ATTRACTION * COULOMB / (12.5 * radius)
    assert model.energies(np.array([2.0 * radius]))[0] - 1e9 == pytest.approx(expected, rel=1e-6)


def test_without_a_wall_the_electron_is_kanes():
    model = replace(INP, hole_mass=1e9, permittivity=1e9, wall=np.inf)
    k2 = (np.pi / 1.35) ** 2
    kane = 0.5 * 1.35 * (np.sqrt(1.0 + 4.0 * HALF_HBAR2_M0 * k2 / 0.08 / 1.35) - 1.0)
    assert model.energies(np.array([2.7]))[0] == pytest.approx(1.35 + kane, abs=1e-6)


def test_the_state_in_a_finite_wall_solves_its_equation():
    model = replace(INP, gap=1e9, electron_mass=0.2, hole_mass=1e12, permittivity=1e12, wall=2.0)
    radius = 1.5
    energy = float(model.energies(np.array([2.0 * radius]))[0] - 1e9)
    k, out = (np.sqrt(0.2 * e / HALF_HBAR2_M0) for e in (energy, 2.0 - energy))
    assert k / np.tan(k * radius) == pytest.approx(-out, rel=1e-4)
    assert 0.5 * np.pi < k * radius < np.pi


@pytest.mark.parametrize("name", WITH)
def test_energies_fall_with_size_over_the_range_and_come_back(name):
    card = store.material(name)
    low, high = (bound.value for bound in card.theory.range)
    model = two_band(card)
    sizes = np.linspace(low + 1e-3, high - 1e-3, 60)
    energies = model.energies(sizes)
    assert np.all(np.diff(energies) < 0.0)
    back = [model.diameter(float(energy), low, high) for energy in energies]
    np.testing.assert_allclose(back, sizes, atol=2e-3)


def test_a_sphere_too_small_to_bind_is_refused():
    with pytest.raises(RangeError, match="below a wall"):
        INP.energies(np.array([0.3]))


# Against what was measured


@pytest.mark.parametrize(("name", "curve", "smallest"), MEASURED)
def test_its_misses_are_those_that_are_told(name, curve, smallest):
    measured = store.material(name).curve(curve)
    sizes = np.linspace(smallest, measured.range[1].value, 25)
    nm = wavelength(measured, sizes)
    model = model_of(name)
    miss = np.array([model.diameter(EV_NM / w, 1.2, 25.0) for w in nm]) / sizes - 1.0
    # The module says 30 % too small to 36 % too large, and up to 57 % without a wall.
    assert miss.min() > -0.305
    assert miss.max() < 0.365
    bare = replace(model, wall=np.inf)
    assert np.max([bare.diameter(EV_NM / w, 1.2, 25.0) for w in nm] / sizes - 1.0) < 0.575


def test_its_interval_holds_measured_sizes_nine_times_in_ten():
    spread = store.material("InAs").theory.spread
    held = []
    for name, curve, smallest in MEASURED:
        measured = store.material(name).curve(curve)
        sizes = np.linspace(smallest, measured.range[1].value, 25)
        theory = np.array(
            [model_of(name).diameter(EV_NM / w, 1.2, 25.0) for w in wavelength(measured, sizes)]
        )
        held.append(np.abs(sizes / theory - 1.0) <= spread)
    assert 0.9 <= np.mean(held) < 1.0  # large CdS lies just outside


def test_the_anchor_of_inas_is_missed_by_a_quarter_and_held():
    size = theory_size(store.material("InAs"), e1_at(1600.0))
    assert size.value.value == pytest.approx(7.74, abs=0.02)
    assert size.value.low < 10.0 < size.value.high


def test_radii_of_inas_dots_of_the_literature_lie_in_its_range():
    # yu2005: radii from 1.6 to 3.45 nm; only the sizes were printed, so that only the range can be held
    low, high = (bound.value for bound in store.material("InAs").theory.range)
    assert low < 2 * 1.6 < 2 * 3.45 < high
    nm = EV_NM / two_band(store.material("InAs")).energies(np.array([3.2, 6.9]))
    assert 700.0 < nm[0] < nm[1] < 1600.0


def test_tetrahedra_of_inp_are_far_from_its_spheres():
    # almeida2023: the module says 1.6 to 2.6 times smaller as spheres of equal volume
    rows = [row for row in store.material("InP").rows if row.source == "almeida2023"]
    edges = np.array([row.size.value for row in rows])
    spheres = (edges**3 / np.sqrt(72.0) * 6.0 / np.pi) ** (1 / 3)
    theory = np.array([INP.diameter(EV_NM / row.e1.value, 1.2, 20.0) for row in rows])
    assert ((theory / spheres).min(), (theory / spheres).max()) == pytest.approx((1.6, 2.65), abs=0.05)


def test_a_higher_wall_moves_a_diameter_by_a_few_per_cent():
    for name in WITH:
        model = two_band(store.material(name))
        nm = EV_NM / model.energies(np.array([4.0]))[0]
        higher = replace(model, wall=6.0).diameter(EV_NM / nm, 1.0, 20.0)
        assert 1.0 < higher / 4.0 < 1.045


# Apart from measured curves


@pytest.mark.parametrize(
    ("name", "nm"),
    {
        "InAs": 1000.0,
        "InSb": 1300.0,
        "GaAs": 650.0,
        "GaSb": 900.0,
        "InN": 1000.0,
        "GaN": 330.0,
        "GaP": 510.0,
    }.items(),
)
def test_a_size_by_theory_is_labelled_and_wide(name, nm):
    card = store.material(name)
    size = size_from_edge(card, e1_at(nm))
    assert size.definition == DEFINITION
    assert "theory" in size.definition
    assert (size.value.high - size.value.low) / size.value.value > 0.8
    assert "is by theory" in size.flags[0]
    assert size.budget["two-band model"] > size.budget["noise"] > 0.0
    assert size.sources == ("gazis2023",) if name != "GaN" else size.sources == ()
    assert curves_that_hold(card, nm) == ("theory",)


def test_an_indirect_gap_is_told():
    assert "indirect" in size_from_edge(store.material("GaP"), e1_at(510.0)).flags[1]


def test_outside_its_range_there_is_a_reason_and_no_size():
    size = size_from_edge(store.material("InSb"), e1_at(500.0))
    assert size.value is None
    assert size.flags == (
        "500 nm is not a first exciton from 548 to 2947 nm: the two-band model is used for 2 to 12 nm only.",
    )
    assert curves_that_hold(store.material("InSb"), 500.0) == ()


def test_it_never_stands_beside_a_measured_curve():
    card = store.material("CdSe").model_copy(update={"theory": store.material("InAs").theory})
    size = size_from_edge(card, e1_at(520.0))
    assert "two-band model" not in size.budget
    assert curves_that_hold(card, 520.0) == ("yu2003", "jasieniak2009")


def test_without_an_exciton_or_a_constant_there_is_none():
    nothing = Finding("E1", "nm", None, flags=("Saturated.",))
    assert theory_size(store.material("InAs"), nothing).flags[-1] == "Saturated."
    with pytest.raises(RangeError, match="no theory curve"):
        two_band(store.material("InP"))
    with pytest.raises(RangeError, match="no hole_mass"):
        two_band(store.material("InAs").model_copy(update={"hole_mass": None}))
