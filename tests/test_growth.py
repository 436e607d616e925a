"""Pure growth of a held monomer against closed forms: Yule's a_n = n and Poisson's a_n = const."""

from math import lgamma

import jax.numpy as jnp
import numpy as np
import pytest
from scipy.special import gammainc

from aliquot.kinetics.attachment import Attachment
from aliquot.kinetics.chemistry import Agglomeration, Chemistry, Solubility
from aliquot.kinetics.ladder import Ladder, State
from aliquot.kinetics.landscape import Landscape
from aliquot.kinetics.laws import Arrhenius, Order, Reaction
from aliquot.kinetics.rosenbrock import Rosenbrock
from aliquot.kinetics.tableau import TABLEAUS
from battery import march
from ladders import REFERENCE, VOLUME, Held, law

POOL = 1e13
"""Moles per volume of a species that holds the monomer [mol m-3]: none of what happens can be felt there."""
BACK = 1e14
"""How fast the monomer goes back to it [s-1]: it stands at its balance to 1e-10."""
SEEDS = 3.0


def ladder(exponent: float) -> Ladder:
    """a_n = n^(2/3 - m/3), no way down, and a monomer that stays at 1 mol m-3."""
    out = Reaction(law(BACK / POOL), (Order(0),), (-1.0, 1.0))
    back = Reaction(law(BACK), (Order(1),), (1.0, -1.0))
    none = Arrhenius(jnp.asarray(-jnp.inf), jnp.asarray(0.0), REFERENCE)
    made = Chemistry(
        (out, back),
        Attachment(law(1.0), jnp.asarray(exponent), 1.0),
        Solubility(none),
        Landscape(jnp.asarray(0.0), VOLUME),
        Agglomeration(),
        ("pool",),
    )
    return Ladder(made, Held(jnp.asarray(REFERENCE)))


def yule(n: np.ndarray, t: float) -> np.ndarray:
    """From seeds of two units, and from monomers that pair all the while."""
    u = 1.0 - np.exp(-t)
    seeds = (n - 1.0) * np.exp(-2.0 * t) * u ** (n - 2.0)
    return SEEDS * seeds + u ** (n - 1.0) - (n - 1.0) / n * u**n


def poisson(n: np.ndarray, t: float) -> np.ndarray:
    k = n - 2.0
    seeds = np.exp(k * np.log(t) - t - np.array([lgamma(j + 1.0) for j in k]))
    return SEEDS * seeds + gammainc(n - 1.0, t)


@pytest.mark.parametrize("method", TABLEAUS)
@pytest.mark.parametrize(
    ("exponent", "exact", "seconds"), [(-1.0, yule, 1.5), (2.0, poisson, 30.0)], ids=["yule", "poisson"]
)
def test_pure_growth_is_the_closed_form(exponent: float, exact, seconds: float, method: str) -> None:
    size = 120
    start = State(jnp.array([POOL]), jnp.zeros(size).at[0].set(1.0).at[1].set(SEEDS))
    (end,) = march(ladder(exponent), start, [seconds], 1e-9, 1e-10, Rosenbrock(TABLEAUS[method]))
    n = np.arange(2.0, size)  # the top has no way up
    expected, found = exact(n, seconds), np.asarray(end.rungs[1:-1])
    assert float(end.rungs[0]) == pytest.approx(1.0, rel=1e-10)
    assert np.abs(found - expected).max() < 1e-8 * expected.max()
