import numpy as np
import pytest

from aliquot.errors import CardError, RangeError
from aliquot.finding import Finding, Interval
from aliquot.instruments.absorbance.sizing import (
    curves_that_hold,
    diameter,
    energy,
    size_from_edge,
    wavelength,
)
from aliquot.knowledge import store

CURVES = [curve for name in ("CdSe", "InP") for curve in store.material(name).sizing]
PUBLISHED = {
    # optics.md 1.3
    ("CdSe", "yu2003"): {480: 2.17, 520: 2.56, 550: 3.04, 600: 4.58},
    ("CdSe", "jasieniak2009"): {480: 2.21, 520: 2.69, 550: 3.19, 600: 4.63},
    # wang2023, and our own curve through two of its pairs
    ("InP", "wang2023-sphere"): {518: 2.70, 549: 2.98, 590: 3.40},
}


def e1_at(nm, noise=0.5, **parts):
    budget = {"noise": noise, **parts}
    return Finding("E1", "nm", Interval.normal(nm, np.hypot(*[*budget.values(), 0.0][:2])), budget=budget)


@pytest.mark.parametrize(
    ("material", "curve", "nm", "expected"),
    [(*key, nm, size) for key, sizes in PUBLISHED.items() for nm, size in sizes.items()],
)
def test_published_pairs(material, curve, nm, expected):
    assert diameter(store.material(material).curve(curve), float(nm)) == pytest.approx(expected, abs=0.006)


@pytest.mark.parametrize("curve", CURVES, ids=lambda curve: curve.id)
def test_size_rises_with_wavelength_over_the_whole_range_and_back(curve):
    low, high = (bound.value for bound in curve.range)
    sizes = np.linspace(low + 1e-6, high - 1e-6, 200)
    nm = wavelength(curve, sizes)
    assert np.all(np.diff(nm) > 0)
    np.testing.assert_allclose([diameter(curve, float(value)) for value in nm], sizes, atol=1e-4)
    np.testing.assert_allclose(energy(curve, sizes) * nm, 1239.841984, rtol=1e-9)


@pytest.mark.parametrize("curve", CURVES, ids=lambda curve: curve.id)
def test_curves_are_never_extrapolated(curve):
    bounds = np.array([bound.value for bound in curve.range])
    low, high = wavelength(curve, bounds)
    for nm in (low - 1.0, high + 1.0, 1.0, 1e5):
        with pytest.raises(RangeError, match="means nothing beyond"):
            diameter(curve, float(nm))
    for size in bounds * [0.99, 1.01]:
        with pytest.raises(RangeError, match="means nothing beyond"):
            wavelength(curve, np.array([size]))


def test_a_power_law_gives_lines_of_any_size_for_the_kernel():
    curve = store.material("InP").curve("wang2023-sphere")
    assert np.all(np.diff(energy(curve, np.linspace(0.5, 20.0, 50))) < 0)
    with pytest.raises(RangeError, match="above 0"):
        energy(curve, np.array([3.0, 0.0]))


def test_a_curve_that_is_not_monotonic_is_a_fault_of_the_card():
    curve = store.material("CdSe").curve("yu2003")
    wavy = np.polynomial.Polynomial([4.0, -1.2, 0.0, 2.0])(np.polynomial.Polynomial([-5.0, 0.01]))
    law = curve.law.model_copy(update={"coefficients": tuple(wavy.coef.tolist())})
    crooked = curve.model_copy(update={"law": law, "id": "crooked"})
    with pytest.raises(CardError, match="rises with the wavelength"):
        diameter(crooked, 500.0)


def test_the_ensemble_carries_its_budget():
    size = size_from_edge(store.material("CdSe"), e1_at(520.0, noise=0.5))
    assert size.value.value == pytest.approx((2.562 + 2.690) / 2, abs=2e-3)
    assert size.budget["noise"] == pytest.approx(0.5 * 0.0125, rel=0.1)
    # half a hundredth between two curves, a tenth within each
    assert size.budget["sizing curve"] == pytest.approx(np.hypot(0.128 / np.sqrt(2), 0.10), abs=1e-3)
    assert size.budget["absorbance against TEM"] == pytest.approx(0.31 * np.sqrt(np.pi / 2))
    assert size.definition == "diameter seen by TEM (projected)"
    assert size.sources == ("yu2003", "jasieniak2009", "nguyen2022")
    total = (size.value.high - size.value.low) / 2 / 1.959964
    assert total == pytest.approx(np.sqrt(sum(part**2 for part in size.budget.values())))


def test_only_curves_that_hold_are_used():
    size = size_from_edge(store.material("CdSe"), e1_at(440.0))
    assert curves_that_hold(store.material("CdSe"), 440.0) == ("yu2003",)
    assert "jasieniak2009" in size.flags[0]
    assert size.sources == ("yu2003", "nguyen2022")


def test_out_of_range_of_all_there_is_no_value():
    size = size_from_edge(store.material("InP"), e1_at(450.0))
    assert size.value is None
    assert size.flags == ("450.0 nm is outside the range of the curve wang2023-sphere, 506 to 599 nm.",)


def test_without_an_exciton_or_a_curve_there_is_no_value():
    nothing = Finding("E1", "nm", None, flags=("Saturated.",))
    assert size_from_edge(store.material("InP"), nothing).flags[-1] == "Saturated."
    bare = store.material("InP").model_copy(update={"sizing": ()})
    assert size_from_edge(bare, e1_at(520.0)).value is None
