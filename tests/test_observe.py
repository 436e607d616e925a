"""From a population to an absorbance spectrum."""

from dataclasses import replace

import numpy as np
import pytest

from aliquot.errors import CardError, InputError, RangeError, SignalError
from aliquot.instruments.absorbance.clusters.forward import (
    BY_SIZE,
    Reading,
    absorbers,
    as_dots,
    between_clusters_and_dots,
)
from aliquot.instruments.absorbance.clusters.library import family
from aliquot.instruments.absorbance.clusters.line import column
from aliquot.instruments.absorbance.clusters.unmix import unmix
from aliquot.instruments.absorbance.intrinsic import intrinsic_absorption, refractive_index
from aliquot.instruments.absorbance.observe import Spectrometer, observe
from aliquot.knowledge import store
from aliquot.population import Population
from aliquot.recipe import read_recipe, recipe_book
from aliquot.synthesis import simulate
from aliquot.synthesis.observe import observe as observe_run
from aliquot.synthesis.run import Aliquot, Provenance, Run

INP = store.material("InP")
QUIET = Spectrometer(store.solvent("hexane"))


def dots(n: int = 281, volume_fraction: float = 2.0e-3) -> Population:
    rungs = np.zeros(600)
    rungs[n - 1] = volume_fraction / (n * 6.02214076e23 * 0.0503e-27)
    return Population("InP", 0.0503, rungs)


def seen(population: Population, spectrometer: Spectrometer = QUIET, seed: int | None = None) -> np.ndarray:
    return observe(population, INP, spectrometer, label="A1", seed=seed).values


def test_absorbance_is_linear_in_the_population():
    one, other = dots(205, 1e-3), dots(409, 5e-4)
    both = Population("InP", 0.0503, one.rungs + other.rungs)
    assert seen(both) == pytest.approx(seen(one) + seen(other), rel=1e-12)


def test_absorbance_grows_with_path_and_falls_with_dilution():
    reference = seen(dots())
    assert seen(dots(), replace(QUIET, path_mm=2.0)) == pytest.approx(2.0 * reference, rel=1e-9)
    assert seen(dots(), replace(QUIET, dilution=40.0)) == pytest.approx(0.5 * reference, rel=1e-9)


def test_a_crude_aliquot_of_wang2023_absorbs_as_computed_by_hand():
    # f = 2.01e-3 (66.3 mM InP), 1 mm, n_s 1.40: A(413 nm) = mu_i f L / ln 10 = 6.1; rung 281 is 3.00 nm
    expected = intrinsic_absorption(INP, 413.28, 1.385) * 2.01e-3 * 0.1 / np.log(10.0)
    found = 20.0 * seen(dots(281, 2.01e-3))[13]
    assert found == pytest.approx(expected, rel=0.01)
    assert 5.8 < found < 6.4


def test_noise_is_reproduced_by_its_seed_and_differs_between_seeds():
    assert np.array_equal(seen(dots(), seed=3), seen(dots(), seed=3))
    difference = seen(dots(), seed=3) - seen(dots(), seed=4)
    assert difference.std() == pytest.approx(np.sqrt(2.0) * 1e-3, rel=0.1)
    assert seen(dots(), replace(QUIET, noise=0.0), seed=3) == pytest.approx(seen(dots()), abs=1e-15)


def test_scatter_and_offset_add_to_the_absorbance():
    turbid = replace(QUIET, scatter=0.05, offset=-0.01)
    added = seen(dots(), turbid) - seen(dots())
    assert added[0] == pytest.approx(0.04, abs=1e-12)
    assert added[400] == pytest.approx(0.05 / 16.0 - 0.01, abs=1e-12)


def test_stray_light_bends_high_absorbance_only():
    strayed = replace(QUIET, stray_light=1e-3, dilution=3.0)
    ratio = seen(dots(), strayed) / seen(dots(), replace(QUIET, dilution=3.0))
    assert ratio[0] < 0.99
    assert ratio[150] > ratio[0]


def test_a_saturated_cuvette_is_refused_with_the_dilution_that_helps():
    with pytest.raises(SignalError, match=r"Dilute at least [3-5]-fold"):
        seen(dots(), replace(QUIET, dilution=1.0))


def test_a_signal_knows_how_it_was_measured():
    signal = observe(dots(), INP, QUIET, label="A1", time_s=720.0, seed=1)
    assert (signal.path_mm, signal.dilution, signal.medium, signal.time_s) == (1.0, 20.0, "hexane", 720.0)


def test_a_window_has_its_wavelengths():
    assert np.array_equal(QUIET.wavelengths, np.arange(400.0, 901.0))
    fine = replace(QUIET, window_nm=(400.0, 700.0), step_nm=0.3).wavelengths
    assert fine[-1] == pytest.approx(700.0)
    assert fine.size == 1001


def test_impossible_spectrometers_are_refused():
    for change in ({"path_mm": 0.0}, {"dilution": 0.5}, {"noise": -1e-3}, {"window_nm": (900.0, 400.0)},
                   {"stray_light": 1.0}, {"scatter": -0.1}, {"step_nm": 0.0}):  # fmt: skip
        with pytest.raises(InputError, match="impossible"):
            replace(QUIET, **change)


def test_population_and_card_must_be_of_one_material():
    stranger = replace(dots(), material="CdTe")
    with pytest.raises(InputError, match="CdTe and the card of InP"):
        seen(stranger)


def test_a_window_in_the_deep_ultraviolet_is_refused():
    with pytest.raises(RangeError, match="begins above"):
        seen(dots(), replace(QUIET, window_nm=(240.0, 900.0)))


CDTE = store.material("CdTe")
TOLUENE = Spectrometer(store.solvent("toluene"), (350.0, 700.0), path_mm=10.0, dilution=100.0)
LINES = absorbers(CDTE, {"449": 34, "469": 68}, {"X": 1.0, "Te": 0.0})


def clusters(small=0.0, double=0.0, waiting=0.0, dots=0.0, size=400) -> Population:
    """Formula units in clusters of 34 and 68, in the complex and in dots on rung 170 [mol m-3]."""
    rungs = np.zeros(size)
    rungs[33], rungs[67], rungs[169] = small / 34.0, double / 68.0, dots / 170.0
    return Population("CdTe", CDTE.unit_volume, rungs, {"X": waiting, "Te": 5.0}, dot_from=98)


def seen_in_toluene(population: Population, reading: Reading) -> np.ndarray:
    return observe(population, CDTE, TOLUENE, label="A1", seed=None, reading=reading).values


def test_a_cluster_absorbs_by_its_line_and_not_as_a_dot():
    by_line = seen_in_toluene(clusters(small=10.0), Reading(LINES))
    as_dot = seen_in_toluene(clusters(small=10.0), BY_SIZE)
    at = TOLUENE.wavelengths
    assert by_line == pytest.approx(by_line[99] * column(family("CdTe", "449").absorption, at), abs=1e-12)
    assert at[75:][by_line[75:].argmax()] == 449.0
    assert as_dot[99] < 0.02 * by_line[99]  # by size a dot of 34 units would show at 359 nm


def test_a_volume_of_clusters_absorbs_at_the_anchor_as_the_bulk_formula_says():
    fraction = 10.0 * CDTE.unit_volume * 6.02214076e-4
    expected = (
        intrinsic_absorption(CDTE, 350.0, refractive_index(TOLUENE.medium))
        * fraction
        * 1.0
        / np.log(10.0)
        / 100.0
    )
    for population in (clusters(small=10.0), clusters(double=10.0), clusters(waiting=10.0)):
        assert seen_in_toluene(population, Reading(LINES))[0] == pytest.approx(expected, rel=0.01)


def test_clusters_complex_and_dots_add_up():
    parts = [clusters(small=2.0), clusters(double=3.0), clusters(waiting=1.0), clusters(dots=4.0)]
    whole = clusters(2.0, 3.0, 1.0, 4.0)
    how = Reading(LINES, 17.0)
    assert seen_in_toluene(whole, how) == pytest.approx(
        sum(seen_in_toluene(part, how) for part in parts), rel=1e-9
    )


def test_a_population_that_ends_below_its_cluster_holds_none_of_it():
    short = Population("CdTe", CDTE.unit_volume, np.zeros(20), {}, dot_from=98)
    assert not seen_in_toluene(short, Reading(LINES)).any()


def test_smoothing_a_comb_keeps_volume_and_mean_and_leaves_no_lines():
    rungs = np.zeros(600)
    rungs[101:600:34] = np.exp(-0.5 * ((np.arange(101, 600, 34) - 250.0) / 80.0) ** 2)
    comb = Population("CdTe", CDTE.unit_volume, rungs, dot_from=98)
    smooth = as_dots(comb, Reading(comb=17.0))
    assert smooth.units == pytest.approx(comb.units, rel=1e-12)
    means = [(p.n * p.n * p.rungs).sum() / (p.n * p.rungs).sum() for p in (comb, smooth)]
    assert means[1] == pytest.approx(means[0], rel=1e-3)
    inside = (smooth.n * smooth.rungs)[180:320]
    assert np.abs(np.diff(inside, 2)).max() < 0.01 * inside.max()


def test_what_stands_between_clusters_and_dots_is_counted():
    population = clusters(small=9.0)
    population.rungs[49] = 1.0 / 50.0
    assert between_clusters_and_dots(population, LINES, 1.4) == pytest.approx(0.1)
    assert between_clusters_and_dots(clusters(small=9.0), LINES, 1.4) == 0.0


def test_a_cluster_of_no_family_is_refused():
    with pytest.raises(CardError, match="'512' of CdTe"):
        absorbers(CDTE, {"512": 40})


def run_of(population: Population, **change) -> Run:
    recipe = read_recipe(recipe_book("cdte_mech2023_ode"))
    sample = Aliquot("4 h", 14400.0, 373.15, population=population, clusters={"449": 1.0, "469": 1.0})
    run = Run(Provenance.SIMULATED, (sample,), recipe, "cdte_mech2023/1")
    return replace(run, **change)


def test_a_run_with_clusters_is_seen_with_their_lines_and_told_apart_again():
    contents = ((1.0, 0.5), (4.0, 2.0), (2.0, 5.0))
    runs = [run_of(clusters(small, double, dots=2.0)) for small, double in contents]
    signals = [
        replace(observe_run(run, seed=k).aliquots[0].signals[0], time_s=3600.0 * (k + 1))
        for k, run in enumerate(runs)
    ]
    assert signals[0].wavelengths[0] == 350.0
    found = unmix(signals, CDTE, families=["449", "469"])
    unit = CDTE.unit_volume * 6.02214076e-4
    for spectrum, (small, double) in zip(found.spectra, contents, strict=True):
        for name, units in (("CdTe-449", small), ("CdTe-469", double)):
            fraction = spectrum.of(name).volume_fraction.value
            assert fraction.value == pytest.approx(units * unit, rel=0.05, abs=0.1 * unit)
            assert fraction.low <= units * unit <= fraction.high


def test_a_run_says_what_no_measurement_supports():
    population = clusters(small=9.0)
    population.rungs[49] = 1.0 / 50.0
    (seen_one,) = observe_run(run_of(population), seed=1).aliquots
    assert any("10 % of the material stands between clusters and dots" in flag for flag in seen_one.flags)


def test_a_run_of_another_version_of_its_card_needs_that_card():
    run = run_of(clusters(1.0), chemistry="cdte_mech2023/99")
    with pytest.raises(CardError, match="cdte_mech2023/99"):
        observe_run(run, seed=1)
    card = store.chemistry("cdte_mech2023")
    assert observe_run(run, seed=1, chemistry=card).aliquots[0].signals


def test_a_recipe_that_does_not_say_how_it_was_seen_is_asked():
    run = run_of(clusters(1.0))
    with pytest.raises(InputError, match="'observe'"):
        observe_run(replace(run, recipe=replace(run.recipe, observe=None)), seed=1)


@pytest.mark.slow
def test_the_reaction_in_octadecene_is_seen_as_the_paper_draws_it():
    """The axis of figure 2B ends at 0.20; what is simulated, by the bulk formula, is within a factor of 2."""
    run = observe_run(simulate(read_recipe(recipe_book("cdte_mech2023_ode"))), seed=1)
    at_449 = [aliquot.signals[0].values[99] for aliquot in run.aliquots]
    assert at_449[0] < 0.01
    assert 0.10 < max(at_449) < 0.40
    found = unmix([aliquot.signals[0] for aliquot in run.aliquots], CDTE, families=["449", "469"])
    assert found.spectra[3].of("CdTe-449").seen
