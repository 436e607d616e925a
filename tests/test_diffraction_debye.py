"""Structures, Debye patterns and what is made of them, against exact sums and published counts."""

import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aliquot.errors import CardError, InputError, RangeError
from aliquot.instruments.diffraction.cif import read_cif
from aliquot.instruments.diffraction.debye import bulk_pairs, intensity, pairs, sphere_pairs
from aliquot.instruments.diffraction.factors import ELEMENTS, NUMBERS, form_factor
from aliquot.instruments.diffraction.lines import powder_lines
from aliquot.instruments.diffraction.model import sphere_table
from aliquot.instruments.diffraction.observe import observe, scattering
from aliquot.instruments.diffraction.pattern import CU_KA1_NM
from aliquot.instruments.diffraction.pdf import pair_distribution, read_gr, write_gr
from aliquot.instruments.diffraction.structure import cell_of, crystal, phases_of, sphere, tetrahedron
from aliquot.knowledge.base import base
from aliquot.population import Population

INP = crystal("InP-zinc-blende")
CARDS = tuple(base().cards("structures").values())


def exact(particle, q, b=0.0):
    """Return the intensity per atom by a double loop over all atoms."""
    f = [form_factor(particle.species[k], q) for k in particle.indices]
    damped = np.exp(-2.0 * b * (q / (4.0 * np.pi)) ** 2)
    total = np.zeros_like(q)
    for i in range(particle.atoms):
        for j in range(particle.atoms):
            r = float(np.linalg.norm(particle.positions[i] - particle.positions[j]))
            total += f[i] ** 2 if i == j else damped * f[i] * f[j] * np.sin(q * r) / (q * r)
    return total / particle.atoms


# --- structures ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("diameter", "atoms"), [(2.0, 166), (2.7, 384), (3.4, 822), (5.0, 2620), (7.0, 7154)]
)
def test_spheres_of_inp_hold_the_atoms_of_the_table(diameter, atoms):
    particle = sphere(INP, diameter)

    assert particle.atoms == atoms
    assert particle.diameter == pytest.approx(diameter, rel=0.025)


@pytest.mark.parametrize("card", CARDS, ids=lambda card: card.id)
def test_every_structure_is_bonded_as_its_kind_is(card):
    cell = cell_of(card)
    found = bulk_pairs(cell, 0.4)
    unlike = found.kinds.index((0, 1)) if len(found.species) > 1 else 0
    first = found.counts[unlike, found.distances < 1.05 * found.distances[found.counts[unlike] > 0][0]].sum()
    wanted = {"zinc blende": 4.0, "wurtzite": 4.0, "rock salt": 6.0, "tetragonal": 4.8, "metal": 4.0}

    assert len(cell.elements) == card.atoms_in_cell
    if card.phase == "metal":
        assert first in {4.0, 12.0}
    else:
        assert first == pytest.approx(wanted[card.phase])
        assert 0.17 < found.distances[0] < 0.34


def test_cd3p2_is_the_cell_of_the_basis():
    cell = crystal("Cd3P2-tetragonal")
    masses = {"Cd": 112.414, "P": 30.974}
    density = sum(masses[e] for e in cell.elements) / cell.volume / 602.214
    lines = powder_lines(cell, CU_KA1_NM, (10.0, 55.0))
    strong = [line.two_theta for line in lines if line.intensity > 0.5]
    first = bulk_pairs(cell, 0.28)

    assert density == pytest.approx(5.641, abs=0.002)
    assert first.distances[0] == pytest.approx(0.267, abs=0.0005)
    assert all(any(abs(angle - s) < 0.15 for s in strong) for angle in (41.2, 41.4))
    for weak in (12.4, 17.6, 21.5):
        assert any(abs(line.two_theta - weak) < 0.1 and line.intensity < 0.5 for line in lines)


def test_a_tetrahedron_has_the_volume_of_its_sphere():
    assert tetrahedron(INP, 4.0).diameter == pytest.approx(4.0, rel=0.03)


@pytest.mark.parametrize("diameter", [0.0, -1.0, 0.1, 1e3, float("nan")])
def test_impossible_particles_are_refused(diameter):
    with pytest.raises(RangeError):
        sphere(INP, diameter)


def test_an_unknown_structure_names_the_nearest():
    with pytest.raises(CardError, match="InP-zinc-blende"):
        crystal("InP-zincblende")


# --- form factors ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("element", ELEMENTS)
def test_a_neutral_atom_has_as_many_electrons_as_its_number(element):
    f = form_factor(element, np.linspace(0.0, 80.0, 50))

    assert f[0] == pytest.approx(NUMBERS[element], abs=0.02)
    assert np.all(np.diff(f) < 0.0)


def test_an_element_without_coefficients_is_refused():
    with pytest.raises(RangeError, match="Xx"):
        form_factor("Xx", np.array([10.0]))


# --- Debye -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["InP-zinc-blende", "CdSe-wurtzite", "Cd3P2-tetragonal"])
def test_the_histogram_is_the_double_loop(name):
    particle, q = sphere(crystal(name), 1.8), np.linspace(10.0, 60.0, 301)
    found, wanted = intensity(pairs(particle), q, 0.01), exact(particle, q, 0.01)

    assert np.corrcoef(found, wanted)[0, 1] > 0.999999
    assert np.abs(found / wanted - 1.0).max() < 1e-3


def test_the_average_over_all_cuts_is_the_smooth_sphere():
    q, places = np.linspace(12.0, 45.0, 200), np.random.default_rng(0).random((24, 3))
    cuts = [intensity(pairs(sphere(INP, 3.0, tuple(map(float, at)))), q) for at in places]
    smooth = intensity(sphere_pairs(bulk_pairs(INP, 3.0), 3.0), q)

    assert np.corrcoef(np.mean(cuts, axis=0), smooth)[0, 1] > 0.9999


def test_a_pattern_of_5_nm_takes_less_than_a_fifth_of_a_second():
    particle, q = sphere(INP, 5.0), np.linspace(12.0, 45.0, 1000)
    times = []
    for _ in range(3):
        began = time.perf_counter()
        intensity(pairs(particle), q)
        times.append(time.perf_counter() - began)

    assert min(times) <= 0.2


@settings(max_examples=15, deadline=None)
@given(diameter=st.floats(1.2, 10.0), strain=st.floats(-0.03, 0.03))
def test_the_table_is_the_sum(diameter, strain):
    q = np.linspace(15.0, 40.0, 120)
    bulk = bulk_pairs(INP, 10.5)
    bulk.distances[:] *= 1.0 + strain
    wanted = intensity(sphere_pairs(bulk, diameter), q)

    assert (
        np.abs(sphere_table(INP, 15.0, 40.0).intensity(q, diameter, strain) - wanted).max()
        < 2e-3 * wanted.max()
    )


# --- observation -----------------------------------------------------------------------------------------


def population(*rungs, scale=1.0):
    held = np.zeros(1200)
    for n in rungs:
        held[n - 1] = scale * 1e-3
    return Population("InP", 0.0503, held)


@settings(max_examples=8, deadline=None)
@given(a=st.floats(0.1, 10.0), b=st.floats(0.1, 10.0))
def test_the_pattern_is_linear_in_the_population(a, b):
    angles = np.linspace(20.0, 55.0, 150)
    one, other = population(200, scale=a), population(900, scale=b)
    both = Population("InP", 0.0503, one.rungs + other.rungs)
    apart = scattering(one, INP, angles) + scattering(other, INP, angles)

    np.testing.assert_allclose(scattering(both, INP, angles), apart, rtol=1e-9)


def test_dots_count_by_their_volume():
    angles = np.linspace(20.0, 55.0, 300)
    small, large = (scattering(population(n), INP, angles) for n in (200, 800))

    assert large.sum() / small.sum() == pytest.approx(4.0, rel=0.05)


def test_an_observation_repeats_with_its_seed_and_needs_dots():
    angles = np.linspace(20.0, 55.0, 300)
    one, again, other = (observe(population(400), INP, angles, label="A", seed=s) for s in (3, 3, 4))

    assert np.array_equal(one.intensities, again.intensities)
    assert not np.array_equal(one.intensities, other.intensities)
    with pytest.raises(InputError, match="dots"):
        observe(population(), INP, angles, label="A", seed=1)


# --- pair distribution functions -------------------------------------------------------------------------


@pytest.mark.parametrize("sample", ["bulk", "1", "2", "3", "4"])
def test_measured_cdse_has_the_distances_of_its_cell(shared, sample):
    folder = shared / "data" / "pdf_cdse"
    cell = read_cif(folder / "CdSe-Wurtzite.cif")
    r, g = read_gr(folder / f"CdSe-{sample}.gr")
    peaks = [float(r[w][g[w].argmax()]) for w in ((r > 0.22) & (r < 0.30), (r > 0.38) & (r < 0.46))]
    bond, second = (
        bulk_pairs(cell, 0.46).distances[k] for k in (0, bulk_pairs(cell, 0.46).counts[0].argmax())
    )
    near = (r > 0.2) & (r < 1.5)
    ours = pair_distribution(cell, r[near], 50.0 if sample == "bulk" else 4.0)

    assert 0.2595 <= peaks[0] <= 0.2635
    assert 0.4245 <= peaks[1] <= 0.4305
    assert bond == pytest.approx(peaks[0], abs=0.003)
    assert second == pytest.approx(peaks[1], abs=0.006)
    assert np.corrcoef(ours, g[near])[0, 1] > (0.8 if sample == "bulk" else 0.4)


def test_the_cells_of_cdse_come_out_of_their_files(shared):
    wurtzite, blende = (
        read_cif(shared / "data" / "pdf_cdse" / f"CdSe-{name}.cif") for name in ("Wurtzite", "Zincblende")
    )

    assert (wurtzite.edge, len(wurtzite.elements)) == (pytest.approx(0.430), 4)
    assert (blende.edge, len(blende.elements)) == (pytest.approx(0.610), 8)


def test_a_function_written_is_read_again(tmp_path):
    r = np.arange(0.2, 1.0, 0.001)
    g = pair_distribution(crystal("CdSe-wurtzite"), r, 3.0)
    again = read_gr(write_gr(tmp_path / "a.gr", r, g, "CdSe"))

    np.testing.assert_allclose(again[0], r, atol=1e-6)
    np.testing.assert_allclose(again[1], g, atol=1e-5)


def test_phases_of_a_material_are_found_whatever_the_case():
    assert [cell.phase for cell in phases_of("inp")] == ["InP wurtzite", "InP zinc blende"]
