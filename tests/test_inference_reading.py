"""What is read from a condition: as populations tell it, with slopes that are derivatives."""

import numpy as np
import pytest

from aliquot.errors import InputError, RangeError, SignalError, Where
from aliquot.inference.dual import Dual
from aliquot.inference.exciton import absorptions, first_exciton_of
from aliquot.inference.forward import Seen
from aliquot.inference.modes import populations
from aliquot.inference.plan import Look
from aliquot.inference.reading import Reading
from aliquot.inference.terms import ahead, course, value
from aliquot.instruments.absorbance.edge import find_edge
from aliquot.instruments.absorbance.kernel import absorption
from aliquot.instruments.signal import Signal, SignalKind
from aliquot.knowledge import store
from aliquot.knowledge.records.observations import Term
from aliquot.population import Population

HOURS = np.array([0.5, 1.0, 2.0, 4.0])
HERE = Where("a test")


def looks(brought: np.ndarray) -> tuple[Look, ...]:
    return tuple(Look(3600.0 * hour, 0, i, brought, 0.0, 373.15) for i, hour in enumerate(HOURS))


def cdte(share: np.ndarray, constants: int = 0) -> Reading:
    """Clusters of 34 units with these shares of the tellurium, the rest unreacted."""
    rungs = np.zeros((HOURS.size, 600))
    rungs[:, 33] = 20.0 * share / 34.0
    species = np.tile([20.0, 24.0, 424.0, 748.0, 0.0], (HOURS.size, 1))
    species[:, 0] -= 20.0 * share
    card = store.chemistry("cdte_mech2023")
    seen = Seen(
        looks(np.array([20.0, 24.0, 424.0, 748.0, 0.0])),
        Dual.still(species, constants),
        _moved(rungs, constants),
        0,
    )
    return Reading(seen, card, store.material("CdTe").unit_volume, 34)


def _moved(rungs: np.ndarray, constants: int) -> Dual:
    """Rungs of which each constant moves one look."""
    slope = np.zeros((*rungs.shape, constants))
    for i in range(min(constants, rungs.shape[0])):
        slope[i, :, i] = rungs[i]
    return Dual(rungs, slope)


def inp(shift: float = 0.0, spread: float = 0.25, centre: float = 3.0, size: int = 800) -> Reading:
    """Dots of about 3 nm; the only constant is the shift of their diameters [nm]."""
    n = np.arange(1.0, size + 1.0)
    volume = store.material("InP").unit_volume
    d = np.cbrt(6.0 * volume * n / np.pi)
    means = centre + shift + 0.1 * np.arange(HOURS.size)
    bell = np.exp(-0.5 * ((d - means[:, None]) / spread) ** 2) * (n >= 30)
    slope = bell * (d - means[:, None]) / spread**2
    species = np.tile([10.0, 100.0, 0.0], (HOURS.size, 1))
    seen = Seen(looks(np.array([90.0, 360.0, 0.0])), Dual.still(species, 1), Dual(bell, slope[..., None]), 0)
    return Reading(seen, store.chemistry("inp_wang2023"), volume, 1)


def population(reading: Reading, i: int) -> Population:
    return Population("InP", reading.unit_volume, reading.seen.rungs.value[i], dot_from=30)


@pytest.mark.parametrize("weighting", ["volume", "number"])
def test_sizes_are_those_of_the_population(weighting: str) -> None:
    reading = inp()
    for i in range(HOURS.size):
        sizes = population(reading, i).sizes(weighting)
        assert reading.mean(weighting).value[i] == pytest.approx(sizes.mean, rel=1e-12)
        assert reading.rsd(weighting).value[i] == pytest.approx(100.0 * sizes.rsd, rel=1e-9)
        assert reading.mean_volume().value[i] == pytest.approx(
            population(reading, i).sizes("number").moment(3.0) ** (1 / 3)
        )


@pytest.mark.parametrize("quantity", ["diameter", "RSD", "mean-volume diameter", "E1"])
def test_slopes_of_readings_are_derivatives(quantity: str) -> None:
    term = Term(quantity=quantity, condition="x", at="2 h")
    found = value(term, {"x": inp()}, HERE)
    up, down = (float(value(term, {"x": inp(side * 1e-4)}, HERE).value) for side in (1, -1))
    assert float(found.slope[0]) == pytest.approx((up - down) / 2e-4, rel=1e-3, abs=1e-5)


def test_the_exciton_is_the_one_that_an_instrument_reads() -> None:
    reading, material = inp(), store.material("InP")
    nm = np.arange(400.0, 750.0)
    for i, here in enumerate(first_exciton_of(reading, HERE).value):
        seen = absorption(population(reading, i), material, nm, 1.40)
        np.testing.assert_allclose(absorptions(reading, material, nm, 1.40, HERE).value[i], seen, rtol=1e-9)
        e1 = find_edge(Signal(SignalKind.ABSORBANCE, nm, seen / seen.max(), "x")).e1.value
        assert e1 is not None
        assert here == pytest.approx(e1.value, abs=4.0)


def test_what_no_spectrum_can_tell_is_refused() -> None:
    with pytest.raises(RangeError, match="not believed beyond that size"):
        first_exciton_of(inp(centre=8.4, spread=0.05, size=8000), HERE)
    full = inp()
    empty = Reading(
        Seen(full.seen.looks, full.seen.species, full.seen.rungs * 0.0, 0), full.card, full.unit_volume, 1
    )
    with pytest.raises(SignalError, match="an exciton"):
        first_exciton_of(empty, HERE)


def test_shares_are_of_the_limiting_element() -> None:
    share = np.array([0.1, 0.4, 0.7, 0.5])
    reading = cdte(share)
    np.testing.assert_allclose(reading.share("449", HERE).value, share)
    np.testing.assert_allclose(reading.share("449 + Te", HERE).value, np.ones(4))
    np.testing.assert_allclose(reading.conversion().value, 100.0 * share)
    for name in ("dots", "others", "469", "CdTe", "X"):
        np.testing.assert_array_equal(reading.share(name, HERE).value, np.zeros(4))
    with pytest.raises(InputError, match="Did you mean 'dots'"):
        reading.share("dotts", HERE)


def test_two_atoms_in_a_unit_count_twice() -> None:
    card = store.chemistry("cd3p2_tiwari2025")
    species = list(card.species)
    brought = np.zeros(len(species))
    name = next(e for e in card.species[card.limiting].holds if e in {"Cd", "P"})
    brought[species.index(card.limiting)] = 2.0
    rungs = np.zeros((HOURS.size, 300))
    rungs[:, 99] = 0.001
    seen = Seen(looks(brought), Dual.still(np.tile(brought, (4, 1)), 0), Dual.still(rungs, 0), 0)
    count = {"Cd": 3, "P": 2}[name]
    found = Reading(seen, card, 0.1184, 1).share("dots", HERE).value[0]
    assert found == pytest.approx(0.1 * count / (2.0 * card.species[card.limiting].holds[name]))


def test_the_time_of_a_maximum_lies_between_looks() -> None:
    term = Term(quantity="time of maximum", of="449", condition="x")
    found = value(term, {"x": cdte(np.array([0.1, 0.5, 0.7, 0.2]), 4)}, HERE)
    assert 1.0 < float(found.value) < 4.0
    bumps = [np.array([0.1, 0.5, 0.7, 0.2]) for _ in range(2)]
    for i in range(4):  # each constant multiplies the share at one look
        pair = []
        for side in (1, -1):
            share = bumps[0].copy()
            share[i] *= 1.0 + side * 1e-5
            pair.append(float(value(term, {"x": cdte(share)}, HERE).value))
        assert float(found.slope[i]) == pytest.approx((pair[0] - pair[1]) / 2e-5, rel=1e-4, abs=1e-6)
    last = value(term, {"x": cdte(np.array([0.1, 0.2, 0.3, 0.4]), 4)}, HERE)
    assert float(last.value) == 4.0
    assert not last.slope.any()


@pytest.mark.parametrize(
    ("share", "sign"),
    [((0.1, 0.5, 0.7, 0.2), 1.0), ((0.1, 0.7, 0.5, 0.2), -1.0), ((0.1, 0.5, 0.5, 0.2), 0.0)],
)
def test_a_maximum_stands_out_or_does_not(share: tuple, sign: float) -> None:
    term = Term(quantity="time of maximum", of="449", condition="x")
    found = ahead(term, cdte(np.array(share)), 1.5, 3.0, HERE)
    assert np.sign(round(float(found.value), 9)) == sign
    with pytest.raises(InputError, match="some between 5 and 6 h"):
        ahead(term, cdte(np.array(share)), 5.0, 6.0, HERE)


def test_largest_values_are_found_over_times_and_conditions() -> None:
    several = {"a": cdte(np.array([0.1, 0.5, 0.2, 0.1])), "b": cdte(np.array([0.1, 0.2, 0.6, 0.3]))}
    over = Term(quantity="share", of="449", condition="a", at="maximum")
    everywhere = Term(quantity="share", of="449", condition="*")
    assert float(value(over, several, HERE).value) == pytest.approx(0.5)
    assert float(value(everywhere, several, HERE).value) == pytest.approx(0.6)
    late = Term(quantity="share", of="449", condition="b", at="4 h")
    assert float(value(late, several, HERE).value) == pytest.approx(0.3)


def test_populations_are_humps() -> None:
    one, two = inp(), inp()
    np.testing.assert_array_equal(populations(one).value, np.ones(4))
    rungs = inp(centre=2.4, spread=0.12).seen.rungs.value + inp(centre=3.4, spread=0.12).seen.rungs.value
    both = Reading(
        Seen(two.seen.looks, two.seen.species, Dual.still(rungs, 1), 0), two.card, two.unit_volume, 1
    )
    np.testing.assert_array_equal(populations(both).value, 2.0 * np.ones(4))


def test_a_quantity_of_no_run_is_refused() -> None:
    with pytest.raises(InputError, match="is read from a run"):
        course(Term(quantity="shell thickness", condition="x"), inp(), HERE)
