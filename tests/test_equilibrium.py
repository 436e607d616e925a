"""Detailed balance and steady nucleation through every option of a landscape and of attachment."""

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from aliquot.kinetics.ladder import Ladder, State
from battery import SIZE, landscape, march, regulated
from ladders import REFERENCE, Held

CLOSED = {"k": 0.0, "attach": 1e3, "c_inf": 1e-3, "theta": 3.0}
EXACT = {
    "smooth": {},
    "well": {"well": -0.1},
    "barrier": {"well": 0.1},
    "bell": {"bell": -0.05},
    "softening": {"softening": 1e-4},
    "slow edges": {"edge": 0.01},
    "diffusion": {"diffusion": 10.0},
    "all": {"well": -0.1, "bell": 0.05, "softening": 1e-4, "edge": 0.01, "diffusion": 10.0},
}
REGULATED = {"gate": {"half": 200.0, "acid": 1e12}, "acid": {"half": 1e-3, "acid": 50.0}}
BOX = {name: landscape(**CLOSED, **options) for name, options in EXACT.items()}
BOX |= {name: regulated(**CLOSED, **options) for name, options in REGULATED.items()}
HELD = jnp.array([20.0, 30.0])
WARM = 460.0  # off the reference, so that a softening and energies are seen


def balance(name: str, monomer: float) -> np.ndarray:
    """c_n = c_1 S^(n-1) exp(-g_n), with the solubility that acid raises."""
    made, n = BOX[name], np.arange(1.0, SIZE + 1.0)
    acid = 1.0 + 20.0 / REGULATED[name]["acid"] if name in REGULATED else 1.0
    s = monomer / (float(made.solubility.rate(jnp.asarray(WARM))) * acid)
    energy = np.asarray(made.landscape.energy(jnp.asarray(n), jnp.asarray(WARM)))
    return monomer * np.exp((n - 1) * np.log(s) - energy)


@pytest.mark.parametrize("name", BOX)
def test_a_closed_box_comes_to_equilibrium_on_every_rung(name: str) -> None:
    ladder, total = Ladder(BOX[name], Held(jnp.asarray(WARM))), 1.5e-3
    start = State(HELD, jnp.zeros(SIZE).at[0].set(total))
    (end,) = march(ladder, start, [1e14], 1e-8, 1e-22)
    c = np.asarray(end.rungs)
    np.testing.assert_allclose(c, balance(name, c[0]), rtol=1e-10, atol=1e-250)
    assert np.arange(1.0, SIZE + 1.0) @ c == pytest.approx(total, rel=1e-12)


@eqx.filter_jit
def slope(ladder: Ladder, y: State) -> State:
    return ladder.vf(jnp.asarray(0.0), y)


@pytest.mark.parametrize("name", BOX)
def test_equilibrium_stays(name: str) -> None:
    ladder, c = Ladder(BOX[name], Held(jnp.asarray(WARM))), balance(name, 5e-4)
    change = slope(ladder, State(HELD, jnp.asarray(c)))
    up = ladder.rates(jnp.asarray(WARM), SIZE).up
    assert np.abs(change.rungs).max() < 1e-12 * float((up * c[0] * c).max())
    assert (np.asarray(change.species) == 0.0).all()


def test_options_change_what_they_should() -> None:
    """Edges, diffusion and gates leave the balance alone; wells, bells, softening and acid do not."""
    plain = balance("smooth", 5e-4)
    moved = {name: np.abs(balance(name, 5e-4) / plain - 1.0).max() for name in BOX}
    assert all(moved[name] < 1e-8 for name in ("slow edges", "diffusion", "gate"))
    assert all(moved[name] > 0.05 for name in ("well", "barrier", "bell", "softening", "acid", "all"))


@pytest.mark.parametrize(
    ("well", "bell", "edge", "seconds"),
    [(-0.12, 0.0, 1.0, 0.5), (0.0, 0.08, 1.0, 0.5), (-0.12, 0.08, 0.1, 5.0)],  # slow edges settle later
)
def test_steady_nucleation_through_well_and_barrier_goes_at_the_exact_rate(
    well: float, bell: float, edge: float, seconds: float
) -> None:
    """1/J = sum_n 1/(a_n c_1 c_n^eq), by Becker and Doering, at the monomer that is left."""
    c_inf, attach = 1e-2, 1e3
    made = landscape(14.0, well=well, bell=bell, edge=edge, k=0.0, attach=attach, c_inf=c_inf, m=0.0)
    ladder = Ladder(made, Held(jnp.asarray(REFERENCE)))
    start = State(HELD, jnp.zeros(SIZE).at[0].set(30.0 * c_inf))
    (end,) = march(ladder, start, [seconds], 1e-9, 1e-24)
    c = np.asarray(end.rungs)
    n, t = jnp.arange(1.0, SIZE + 1.0), jnp.asarray(REFERENCE)
    a = np.asarray(made.attachment(n, t))
    logs = np.log(c[0]) + (n - 1) * np.log(c[0] / c_inf) - np.asarray(made.landscape.energy(n, t))
    exact = 1.0 / np.exp(-np.log(a * c[0])[:100] - logs[:100]).sum()
    b = a[:-1] * c_inf * np.exp(np.asarray(made.landscape.climb(n[:-1], t)))
    flux = a[:-1] * c[0] * c[:-1] - b * c[1:]
    np.testing.assert_allclose(flux[28:40] / exact, 1.0, atol=1e-6)


def test_a_landscape_s_climb_is_the_difference_of_its_energies() -> None:
    n, t = jnp.arange(1.0, 200.0), jnp.asarray(WARM)
    for made in BOX.values():
        energy = made.landscape.energy(jnp.arange(1.0, 201.0), t)
        climb = made.landscape.climb(n, t)
        assert float(jnp.abs(jnp.diff(energy) - climb).max()) < 1e-12
        assert abs(float(energy[0])) < 1e-12


def test_attachment_in_series_is_bounded_by_both() -> None:
    n, t = jnp.arange(1.0, 200.0), jnp.asarray(REFERENCE)
    both = landscape(**CLOSED, diffusion=500.0).attachment(n, t)
    surface = landscape(**CLOSED).attachment(n, t)
    np.testing.assert_allclose(1.0 / both, 1.0 / surface + 1.0 / (500.0 * jnp.cbrt(n)), rtol=1e-9)
    slowed = jax.tree.map(float, landscape(**CLOSED, edge=0.25).attachment.edges)
    assert [float(edge.factor) for edge in slowed] == [0.25, 0.25]
    ratio = landscape(**CLOSED, edge=0.25).attachment(n, t) / surface
    assert np.unique(np.round(ratio, 12)).tolist() == [0.0625, 0.25, 1.0]
