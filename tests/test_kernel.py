"""Absorption per volume: the bulk formula, and the lineshape of one dot."""

import time
from dataclasses import replace

import numpy as np
import pytest

from aliquot.errors import CardError, InputError, RangeError
from aliquot.instruments.absorbance.constants import freedom_of
from aliquot.instruments.absorbance.intrinsic import intrinsic_absorption, local_field, refractive_index
from aliquot.instruments.absorbance.kernel import absorption, first_exciton, kernel, scene_of
from aliquot.instruments.absorbance.lines import first_width
from aliquot.knowledge import store
from aliquot.knowledge.records import Solvent
from aliquot.population import Population
from aliquot.units import EV_NM

INP = store.material("InP")
WINDOW = np.arange(400.0, 901.0)
# refractiveindex.info Aspnes, computed independently: (n_s, mu_i in 1e5 cm-1, tolerance)
MU_413 = [(1.40, 0.703, 0.01), (1.53, 0.865, 0.01)]


@pytest.mark.parametrize(("n_s", "expected", "tolerance"), MU_413)
def test_intrinsic_absorption_of_inp_at_413_nm_is_the_tabulated_one(n_s, expected, tolerance):
    assert intrinsic_absorption(INP, 413.28, n_s) / 1e5 == pytest.approx(expected, abs=tolerance)


def test_screening_is_that_of_a_small_sphere():
    assert local_field(1.96 + 0j, 1.40) == pytest.approx(1.0)
    # far more polarisable than its medium, a sphere keeps the outside field out
    assert local_field(1e6 + 0j, 1.40) < 1e-9


def test_intrinsic_absorption_is_refused_where_the_card_has_no_refraction():
    with pytest.raises(RangeError, match=r"413\.28 nm"):
        intrinsic_absorption(INP, 900.0, 1.40)
    with pytest.raises(RangeError, match="none"):
        intrinsic_absorption(store.material("Cd3P2"), 413.28, 1.40)


def test_a_medium_must_have_a_possible_index():
    with pytest.raises(InputError, match=r"0\.5"):
        intrinsic_absorption(INP, 413.28, 0.5)
    with pytest.raises(RangeError, match="refractive index"):
        refractive_index(Solvent(id="tar", name="tar", density=INP.density))


def test_first_excitons_are_those_of_wang2023():
    pairs = {2.70: 518.0, 3.0: 552.0, 3.40: 590.0}
    computed = EV_NM / first_exciton(INP, np.array(list(pairs)))
    assert computed == pytest.approx(np.array(list(pairs.values())), abs=1.0)


def test_a_dot_of_3_nm_absorbs_at_the_anchor_as_the_bulk_formula_says():
    for n_s in (1.375, 1.53):
        mu = kernel(INP, np.array([413.0]), np.array([3.0]), n_s).values[0, 0]
        assert mu == pytest.approx(intrinsic_absorption(INP, 413.0, n_s), rel=1e-12)


def test_sizes_absorb_alike_in_the_band_where_they_should():
    sizes = np.array([2.2, 2.7, 3.0, 4.0, 6.0])
    # the mean is taken over photon energies, as in the kernel
    band = EV_NM / np.linspace(EV_NM / 370.0, EV_NM / 340.0, 31)
    means = kernel(INP, band, sizes, 1.40).values.mean(axis=0)
    assert means == pytest.approx(np.full(5, means[0]), rel=1e-9)


def test_no_small_dot_has_a_stronger_first_line_than_a_dot_of_3_nm():
    sizes = np.linspace(1.3, 3.0, 60)
    at_peak = np.array([kernel(INP, np.array([EV_NM / first_exciton(INP, d)[0]]), d, 1.4).values[0, 0]
                        for d in sizes[:, None]])  # fmt: skip
    per_particle = at_peak * sizes**3
    assert per_particle.max() <= 1.001 * per_particle[-1]


def test_the_first_line_stands_at_the_first_exciton():
    for size in (2.5, 3.0, 3.6):
        peak = EV_NM / first_exciton(INP, np.array([size]))[0]
        near = np.arange(peak - 15.0, peak + 15.0, 0.1)
        values = kernel(INP, near, np.array([size]), 1.40).values[:, 0]
        assert near[values.argmax()] == pytest.approx(peak, abs=2.0)


def test_the_kernel_is_positive_smooth_in_size_and_fades_below_the_edge():
    values = kernel(INP, WINDOW, np.arange(1.2, 7.0, 0.002), 1.40).values
    assert (values > 0.0).all()
    # E_1 of the smallest dots that show moves by 4 meV per 0.002 nm, a tenth of a line
    assert np.abs(np.diff(values, axis=1)).max() < 0.05 * values.max()
    assert values[-1].max() < 0.02 * values.max()


def test_sizes_outside_the_lineshape_are_refused():
    for size in (1.1, 7.1, np.nan):
        with pytest.raises(RangeError, match="diameters from"):
            kernel(INP, WINDOW, np.array([3.0, size]), 1.40)


def test_a_material_without_lineshape_is_refused():
    with pytest.raises(CardError, match="lineshape"):
        kernel(store.material("CdSe"), WINDOW, np.array([3.0]), 1.40)


def test_a_kernel_of_a_whole_ladder_takes_less_than_a_third_of_a_second():
    begin = time.process_time()
    kernel(INP, np.linspace(400.0, 900.0, 501), np.linspace(1.2, 6.9, 2000), 1.40)
    assert time.process_time() - begin < 0.3


def test_a_kernel_can_not_be_changed_by_those_who_share_it():
    shared = kernel(INP, WINDOW, np.array([3.0]), 1.40)
    with pytest.raises(ValueError, match="read-only"):
        shared.values[0, 0] = 1.0


def _population(n: int, concentration: float, size: int) -> Population:
    rungs = np.zeros(size)
    rungs[n - 1] = concentration
    return Population("InP", 0.0503, rungs)


def test_monomer_and_small_clusters_do_not_absorb_in_the_window():
    assert np.array_equal(absorption(_population(1, 100.0, 400), INP, WINDOW, 1.40), np.zeros(501))
    assert np.array_equal(absorption(_population(10, 1.0, 12), INP, WINDOW, 1.40), np.zeros(501))


def test_a_window_that_shows_particles_without_lineshape_is_refused():
    with pytest.raises(RangeError, match="266 nm"):
        absorption(_population(205, 1e-3, 400), INP, np.arange(250.0, 900.0), 1.40)


def test_dots_too_large_for_the_lineshape_are_refused_where_they_matter():
    with pytest.raises(RangeError, match="above 7 nm"):
        absorption(_population(3700, 1e-3, 4000), INP, WINDOW, 1.40)
    mixed = _population(205, 1.0, 4000)
    mixed.rungs[3699] = 1e-9
    assert absorption(mixed, INP, WINDOW, 1.40)[0] > 0.0


def test_derivatives_to_the_constants_are_those_of_differences():
    freedom = freedom_of(INP.lineshape)
    scene = scene_of(INP, np.linspace(1.4, 3.1, 60), np.array([1.4, 2.0, 2.7, 3.0, 3.6, 5.9]))
    # far enough from the card that the width of large dots is held at its least
    z = np.array([0.5, 2.6, -0.3, 0.7, 0.2, -0.3, 0.4, 0.8, -0.6])
    value, slopes = scene.with_slopes(freedom.at(z))
    assert value == pytest.approx(scene.kernel(freedom.at(z)), rel=1e-12)
    gains = freedom.gains(z)
    for k, step in enumerate(1e-5 * np.eye(freedom.size)):
        difference = (scene.kernel(freedom.at(z + step)) - scene.kernel(freedom.at(z - step))) / 2e-5
        assert slopes[k] * gains[k] == pytest.approx(
            difference, rel=1e-4, abs=1e-8 * np.abs(difference).max()
        )


def test_a_width_never_falls_to_nothing():
    constants = replace(freedom_of(INP.lineshape).centre, slope=0.05)
    widths = first_width(constants, np.array([2.0, 3.0, 3.5, 6.0]))
    assert widths == pytest.approx([0.090, 0.040, 0.015, 0.008])
