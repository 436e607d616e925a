"""Ripening against Lifshitz, Slyozov and Wagner: slopes and widths of the self-similar state.

They take the Gibbs-Thomson law to first order in 1/r, and so does the landscape of this test. Seeds stand on
their density from the start: from elsewhere it is reached only slowly, with slopes 11 to 18 % high till then.
"""

import jax.numpy as jnp
import numpy as np
import pytest
from jaxtyping import Array, Float
from scipy.optimize import brentq

from aliquot.kinetics.attachment import Attachment
from aliquot.kinetics.chemistry import Agglomeration, Chemistry, Solubility
from aliquot.kinetics.ladder import Ladder, State
from aliquot.kinetics.landscape import Landscape
from battery import march
from ladders import REFERENCE, VOLUME, Held, law, surface_energy

THETA = 100.0
"""Surface term: so large that the one-by-one noise is nothing beside the curvature."""
SMALLEST = 8
"""Units from which on a particle counts: below, the density's tail of the dissolving ends in monomers."""


class FirstOrder(Landscape):
    """b_(n+1)/(a_n c_inf) = 1 + 2 theta / (3 n^(1/3)), the first terms of exp(dg/dn)."""

    def climb(self, n: Float[Array, " N"], temperature: Float[Array, ""]) -> Float[Array, " N"]:
        return jnp.log1p(2.0 * self.theta(temperature) / (3.0 * jnp.cbrt(n)))


def reaction(u: np.ndarray) -> np.ndarray:
    """Wagner's density of u = r/r_c."""
    v = np.where(u < 2.0, u, 0.0)
    return np.where(u < 2.0, 0.75 * v * (2.0 / (2.0 - v)) ** 5 * np.exp(-3.0 * v / (2.0 - v)), 0.0)


def diffusion(u: np.ndarray) -> np.ndarray:
    """Lifshitz and Slyozov's density of u = r/r_c."""
    v = np.where(u < 1.5, u, 0.0)
    shape = v**2 * np.exp(-1.0 / (1.0 - v / 1.5)) / ((v + 3.0) ** (7 / 3) * (1.5 - v) ** (11 / 3))
    return np.where(u < 1.5, 81.0 * np.e / 2.0 ** (5 / 3) * shape, 0.0)


def moments(rungs: np.ndarray) -> tuple[float, float]:
    """Mean of n^(1/3) and its spread over the mean, by number."""
    n = np.arange(1.0, rungs.size + 1.0)[SMALLEST - 1 :]
    c, x = rungs[SMALLEST - 1 :], n ** (1 / 3)
    mean = c @ x / c.sum()
    return mean, float(np.sqrt(c @ (x - mean) ** 2 / c.sum())) / mean


def cut(density, x_c: float) -> tuple[float, float]:
    """Mean of u and its spread over the mean in theory, for what is larger than the cut."""
    u = np.linspace((SMALLEST - 0.5) ** (1 / 3) / x_c, 2.0, 200_001)
    g = density(u)
    mean = g @ u / g.sum()
    return mean, float(np.sqrt(g @ (u - mean) ** 2 / g.sum())) / mean


@pytest.mark.parametrize(
    ("density", "exponent", "power", "slope", "spread", "size"),
    [(reaction, 0.0, 2, 0.5, 0.3536, 20_000), (diffusion, 1.0, 3, 4.0 / 9.0, 0.2151, 12_000)],
    ids=["reaction", "diffusion"],
)
def test_ripening_goes_as_lsw_say(density, exponent, power, slope, spread, size) -> None:
    """d r_c^p / dt = slope K, with K = 2 theta k c_inf / 9, and the spread of the density."""
    c_inf, attach, x_c = 1e-3, 1.0, 13.0
    made = Chemistry(
        (),
        Attachment(law(attach), jnp.asarray(exponent), 1.0),
        Solubility(law(c_inf)),
        FirstOrder(jnp.asarray(surface_energy(THETA)), VOLUME),
        Agglomeration(),
        (),
    )
    ladder = Ladder(made, Held(jnp.asarray(REFERENCE)))
    n = np.arange(1.0, size + 1.0)
    seeds = density(np.cbrt(n) / x_c) * n ** (-2.0 / 3.0)
    seeds *= 1e3 / (n @ seeds)  # so much that what is dissolved is nothing beside it
    seeds[:1] = c_inf * (1.0 + 2.0 * THETA / (3.0 * x_c))
    k = 2.0 * THETA * attach * c_inf / 9.0
    end = (16.0**power - x_c**power) / (slope * k)
    times = np.linspace(0.0, end, 9)[1:]
    states = march(ladder, State(jnp.zeros(0), jnp.asarray(seeds)), times.tolist(), 1e-5, 1e-12)
    found = np.array([moments(np.asarray(y.rungs)) for y in states])
    critical = [brentq(lambda x, m=m: cut(density, x)[0] * x - m, 5.0, 40.0) for m in found[:, 0]]
    observed = np.polyfit(times, np.array(critical) ** power, 1)[0]
    assert observed == pytest.approx(slope * k, rel=5e-3)
    expected = [cut(density, x)[1] for x in critical]
    np.testing.assert_allclose(found[:, 1], expected, rtol=0.02)
    assert cut(density, 1e6)[1] == pytest.approx(spread, rel=1e-3)
    assert np.abs(n @ np.asarray(states[-1].rungs) / (n @ seeds) - 1.0) < 1e-12
