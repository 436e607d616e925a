"""Coarse rungs: what they keep exactly, how far they are off, and what they refuse."""

from dataclasses import replace

import equinox as eqx
import jax.numpy as jnp
import numpy as np
import pytest
from jaxtyping import Array, Float

from aliquot.errors import InputError, SimulationError, TopRungError
from aliquot.kinetics.agglomeration import Activated, Pair, Sweep
from aliquot.kinetics.attachment import Attachment, Edge
from aliquot.kinetics.coarse import CoarseLadder
from aliquot.kinetics.coarse_run import integrate_coarse, narrowest
from aliquot.kinetics.integrate import Tolerances, Trajectory, integrate, trajectory
from aliquot.kinetics.ladder import Feed, Ladder, State
from aliquot.kinetics.landscape import Feature
from aliquot.kinetics.pivots import Grid
from aliquot.population.distribution import Weighting
from ladders import REFERENCE, VOLUME, Held, Ramp, chemistry, held, law

FEED = (90.0, 360.0)
SEEDS = 1e-7
"""Seeds per monomer: so few that growing does not use the monomer up."""
compiled = eqx.filter_jit(trajectory)


class NoDimers(Attachment):
    """Growth without nucleation."""

    def __call__(self, n: Float[Array, " N"], temperature: Float[Array, ""]) -> Float[Array, " N"]:
        return jnp.where(n < 1.5, 0.0, super().__call__(n, temperature))


def growing(kind: str, supersaturation: float) -> Ladder:
    """Seeds in a monomer that stays, at theta 8; the rate falls with size where diffusion limits."""
    made = chemistry(k=0.0, c_inf=1.0 / supersaturation, theta=8.0, energies=(0.0, 0.0, 0.0))
    exponent = jnp.asarray({"reaction": 0.0, "diffusion": 1.0}[kind])
    return Ladder(replace(made, attachment=NoDimers(law(1.0), exponent, 1.0)), Held(jnp.asarray(REFERENCE)))


def lasting(kind: str, supersaturation: float, begin: float = 8.0, end: float = 14.0) -> float:
    """Time [s] in which n^(1/3) grows from begin to end."""
    x = np.linspace(begin, end, 4001)
    rate = {"reaction": 1.0, "diffusion": 1.0 / x}[kind]
    return float(np.trapezoid(3.0 / (rate * (1.0 - np.exp(16.0 / (3.0 * x)) / supersaturation)), x))


def seeded(size: int, rsd: float) -> State:
    n = np.arange(1.0, size + 1.0)
    rungs = np.exp(-0.5 * ((np.cbrt(n) - 8.0) / (rsd * 8.0)) ** 2) * n ** (-2 / 3) * (n >= 50)
    rungs *= SEEDS / rungs.sum()
    rungs[0] = 1.0
    return State(jnp.zeros(2), jnp.asarray(rungs))


def spread_of(n: np.ndarray, rungs: Array) -> tuple[float, float]:
    """Mean and RSD in percent of n^(1/3)."""
    dots = n >= 30
    x, c = np.cbrt(n[dots]), np.asarray(rungs)[dots]
    mean = float(c @ x / c.sum())
    return mean, 100.0 * float(np.sqrt(c @ (x - mean) ** 2 / c.sum())) / mean


@pytest.mark.parametrize(("spacing", "neighbours"), [(0.05, 5), (0.2, 5), (0.2, 3)])
def test_moments_of_one_event_are_exact(spacing: float, neighbours: int) -> None:
    grid = Grid(6000, spacing)
    spread, n, half = grid.spread(neighbours), grid.pivots, neighbours // 2
    for i in range(5, n.size - half):
        near = n[i - half : i + half + 1] - n[i]
        scale = np.abs(near).max()
        for weights, step in ((spread.up[i], 1.0), (spread.down[i], -1.0)):
            for order in range(neighbours):
                kept = weights @ (near / scale) ** order
                assert kept == pytest.approx((step / scale) ** order - (order == 0), abs=1e-13)


def test_exact_rungs_are_the_exact_ladder() -> None:
    grid = Grid(6000)
    spread = grid.spread(5)
    np.testing.assert_array_equal(grid.pivots[:100], np.arange(1.0, 101.0))
    np.testing.assert_allclose(spread.up[2:98], np.tile([0, 0, -1, 1, 0], (96, 1)), atol=1e-14)
    np.testing.assert_allclose(spread.down[2:98], np.tile([0, 1, -1, 0, 0], (96, 1)), atol=1e-14)
    y = State(jnp.array(FEED), jnp.zeros(grid.pivots.size).at[:90].set(1.0 / jnp.arange(1.0, 91.0)))
    whole = held()
    coarse = CoarseLadder(whole.chemistry, whole.temperature, grid=grid)
    found, exact = coarse.vf(0.0, y), whole.vf(0.0, y)
    scale = float(jnp.abs(exact.rungs).max())
    np.testing.assert_allclose(found.rungs[:90], exact.rungs[:90], rtol=1e-12, atol=1e-14 * scale)
    np.testing.assert_allclose(found.species, exact.species)


def test_neither_rates_nor_matrix_make_or_lose_atoms() -> None:
    grid, whole = Grid(6000), held()
    coarse = CoarseLadder(whole.chemistry, whole.temperature, grid=grid)
    size, rng = grid.pivots.size, np.random.default_rng(3)
    y = State(jnp.asarray(rng.uniform(1, 90, 2)), jnp.asarray(rng.uniform(0, 1e-2, size)))
    atoms = np.concatenate([[1.0, 0.0], grid.pivots])
    change = coarse.vf(0.0, y)
    rate = np.concatenate([change.species, change.rungs])
    assert abs(atoms @ rate) < 1e-13 * np.abs(atoms * rate).sum()
    rates = coarse.rates(jnp.asarray(REFERENCE), size)
    jacobian = np.asarray(-coarse.shifted(rates, y, jnp.asarray(0.0)).dense())
    assert (np.abs(atoms @ jacobian) < 1e-12 * (atoms @ np.abs(jacobian))).all()


def test_detailed_balance_holds_on_exact_rungs() -> None:
    whole = held(k=0.0, attach=1e3, c_inf=1e-3, theta=3.0)
    grid = Grid(3000, exact=60)
    n = grid.pivots
    rungs = 8e-4 * 0.8 ** (n - 1) * np.exp(-3.0 * (n ** (2 / 3) - 1)) * grid.widths
    coarse = CoarseLadder(whole.chemistry, whole.temperature, grid=grid)
    change = coarse.vf(0.0, State(jnp.zeros(2), jnp.asarray(rungs)))
    assert np.abs(change.rungs[:58]).max() < 5e-14 * 1e3 * rungs[0] ** 2


def test_gathering_and_expanding_keep_number_mass_and_width() -> None:
    grid, n = Grid(6000), np.arange(1.0, 3001.0)
    rungs = np.exp(-0.5 * ((np.cbrt(n) - 11.0) / 0.5) ** 2) + 1e3 * np.exp(-n)
    gathered = grid.gathered(rungs)
    expanded = grid.expanded(gathered, 3000)
    for order in range(5):
        assert gathered @ grid.pivots**order == pytest.approx(rungs @ n**order, rel=1e-12)
    for order in range(3):
        assert expanded @ n**order == pytest.approx(rungs @ n**order, rel=1e-12)
    assert np.abs(expanded - rungs)[50:].max() < 0.01
    np.testing.assert_array_equal(expanded[:97], rungs[:97])
    np.testing.assert_allclose(grid.expanded(gathered, 40), rungs[:40])


ROWS = {"reaction": 3.0549, "diffusion": 1.8112, "diffusion, narrow": 0.9982, "reaction, S 2.5": 6.395}
"""RSD [%] of the exact ladder in seeded growth from 3.7 to 6.4 nm."""
STATED = {0.05: 0.0006, 0.1: 0.0021, 0.2: 0.0024}


@pytest.fixture(scope="module")
def exact_rows() -> dict[str, tuple[Ladder, State, float, Trajectory]]:
    found = {}
    for row in ROWS:
        kind, supersaturation = row.split(",")[0], 2.5 if "2.5" in row else 50.0
        ladder, start = growing(kind, supersaturation), seeded(6500, 0.02 if "narrow" in row else 0.05)
        end = lasting(kind, supersaturation)
        run = compiled(ladder, start, jnp.array([end]), Tolerances(1e-5, 1e-6 * SEEDS, 20_000))
        found[row] = ladder, start, end, run
    return found


@pytest.mark.slow
@pytest.mark.parametrize("row", ROWS)
@pytest.mark.parametrize("spacing", STATED)
def test_seeded_growth_is_within_the_stated_error(exact_rows: dict, row: str, spacing: float) -> None:
    ladder, start, end, run = exact_rows[row]
    n = np.arange(1.0, 6501.0)
    mean, rsd = spread_of(n, run.rungs[0])
    assert rsd == pytest.approx(ROWS[row], abs=2e-3)
    grid = Grid(6500, spacing, 150)
    coarse = CoarseLadder(ladder.chemistry, ladder.temperature, grid=grid)
    rungs = grid.gathered(np.asarray(start.rungs))
    begin = start._replace(rungs=jnp.asarray(rungs))
    reached = compiled(coarse, begin, jnp.array([end]), Tolerances(1e-4, 1e-5 * SEEDS, 20_000)).rungs[0]
    coarse_mean, coarse_rsd = spread_of(grid.pivots, reached)
    assert coarse_mean == pytest.approx(mean, rel=2e-5)
    assert abs(coarse_rsd - rsd) < STATED[spacing]
    assert reached @ grid.pivots == pytest.approx(rungs @ grid.pivots, rel=1e-12)
    assert float(reached[1:].sum()) == pytest.approx(rungs[1:].sum(), rel=1e-12)


@pytest.mark.slow
@pytest.mark.parametrize("m", [0.3, 1.0])
def test_nucleation_and_growth_come_out_as_on_the_exact_ladder(m: float) -> None:
    ladder, start, times = held(m=m), State(jnp.asarray(FEED), jnp.zeros(1200)), [540.0, 2160.0]
    exact = integrate(ladder, start, times)
    found = integrate_coarse(ladder, start, times)
    n = np.arange(1.0, found.trajectory.rungs.shape[1] + 1.0)
    for i in range(2):
        mean, rsd = spread_of(np.arange(1.0, 1201.0), exact.rungs[i])
        for size, rungs in ((found.grid.pivots, found.on_pivots.rungs[i]), (n, found.trajectory.rungs[i])):
            assert spread_of(size, rungs) == pytest.approx((mean, rsd), abs=1e-3, rel=0.0)
            units = float(found.trajectory.species[i, 0] + rungs @ size)
            assert units == pytest.approx(FEED[0], rel=1e-12)
        shape = np.asarray(found.trajectory.rungs[i] - exact.rungs[i])[29:]
        assert np.abs(shape).max() < 3e-3 * float(exact.rungs[i, 29:].max())
    sizes = found.sizes(1, Weighting.NUMBER, VOLUME)
    assert 100.0 * sizes.rsd == pytest.approx(rsd, abs=1e-3)
    assert found.resolved
    assert found.rsd_error == 2.4e-5
    assert "RSD to 0.0024 points" in found.stated_error


@pytest.mark.slow
def test_a_ramp_and_a_feed_keep_every_atom() -> None:
    inflow = Feed(jnp.asarray(1e-3), jnp.asarray(FEED))
    ladder = Ladder(chemistry(), Ramp(jnp.asarray(450.0), jnp.asarray(0.05)), inflow)
    found = integrate_coarse(ladder, State(jnp.asarray(FEED), jnp.zeros(300)), [300.0, 1000.0])
    units = found.on_pivots.species[:, 0] + found.on_pivots.rungs @ found.grid.pivots
    np.testing.assert_allclose(units, FEED[0] * np.array([1.3, 2.0]), rtol=1e-12)


@pytest.mark.slow
def test_a_narrow_peak_is_refused_with_a_way_out() -> None:
    ladder, start = growing("diffusion", 50.0), seeded(1200, 0.02)
    with pytest.raises(SimulationError, match=r"pivots wide, undershoots .* Set spacing=0\.\d+"):
        integrate_coarse(ladder, start, [20.0], Tolerances(1e-3, 1e-4 * SEEDS))


@pytest.mark.slow
def test_a_full_top_is_refused() -> None:
    n = np.arange(1.0, 40_001.0)
    start = State(jnp.zeros(2), jnp.asarray(np.exp(-0.5 * ((np.cbrt(n) - 34.0) / 0.5) ** 2) * SEEDS))
    with pytest.raises(TopRungError, match="top pivots"):
        integrate_coarse(growing("diffusion", 50.0), start, [1e-3], Tolerances(1e-3, 1e-4 * SEEDS))


def test_the_narrowest_peak_is_found_beside_a_wide_one() -> None:
    grid = Grid(40_000)
    place = np.arange(grid.pivots.size)
    two = np.exp(-0.5 * ((place - 170.4) / 9.0) ** 2) + 0.5 * np.exp(-0.5 * ((place - 230.2) / 1.2) ** 2)
    assert narrowest(grid, two) == pytest.approx(1.2, rel=1e-6)
    assert narrowest(grid, np.zeros(place.size)) == np.inf


STICKING = Activated(law(1.0))
REFUSED = {
    "feature at rung 150": {"features": (Feature(jnp.asarray(-0.1), jnp.asarray(150.0)),)},
    "slow edge above 100": {"edges": (Edge(100, jnp.asarray(0.1)),)},
    r"channel 68 \+ 68": {"channels": (Pair(STICKING, jnp.asarray(1.0), 68, 68),)},
    "without an upper end": {"channels": (Sweep(STICKING, jnp.asarray(1.0), 34, 98),)},
}


@pytest.mark.parametrize("what", REFUSED)
def test_clusters_above_the_exact_rungs_are_refused(what: str) -> None:
    start = State(jnp.asarray(FEED), jnp.zeros(300))
    with pytest.raises(InputError, match=what):
        integrate_coarse(held(**REFUSED[what]), start, [1.0])


def test_an_unknown_error_and_no_room_are_refused() -> None:
    start = State(jnp.asarray(FEED), jnp.zeros(300))
    with pytest.raises(InputError, match="error is not known"):
        integrate_coarse(held(), start, [1.0], spacing=0.3)
    with pytest.raises(InputError, match="at least 10 exact rungs"):
        Grid(3000, exact=5)


def test_clusters_on_exact_rungs_join_there() -> None:
    ladder = held(channels=(Pair(STICKING, jnp.asarray(1.0), 34, 34),))
    y = State(jnp.asarray(FEED), jnp.zeros(Grid(6000).pivots.size).at[33].set(2.0))
    change = CoarseLadder(ladder.chemistry, ladder.temperature, grid=Grid(6000)).vf(0.0, y)
    assert float(change.rungs[67]) == pytest.approx(4.0)
