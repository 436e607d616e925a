"""A whole batch as one pure function: equal to the flask, differentiable, batched."""

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from aliquot.kinetics.integrate import Tolerances
from aliquot.kinetics.ladder import Feed, State
from aliquot.reactors.advance import Numerics, advance
from aliquot.reactors.content import Content
from aliquot.reactors.course import course, part
from aliquot.reactors.profile import Profile
from ladders import chemistry

SIZE = 300
TIGHT = Tolerances(1e-8, 1e-13)
SHOT = jnp.array([0.0, 1500.0])


def parts(setting: jax.Array, rate: jax.Array) -> list:
    """Heating; then a cold shot of phosphine, recovery, and a slow feed meanwhile."""
    fed = Feed(rate, jnp.array([60.0, 240.0]))
    recovery = Profile.towards(setting, start=455.0, lag=20.0)
    return [
        part(Profile.ramp(450.0, 0.5), [20.0, 40.0], species=2),
        part(recovery, [40.0, 80.0], feed=fed, share=1.25, joined=SHOT, species=2),
    ]


def mean_units(values: jax.Array, derivative: str = "none") -> jax.Array:
    """Mean size at the end, by attachment, surface energy, set point, dose and speed of the feed."""
    log_a, gamma, setting, dose, rate = values
    base = chemistry(k=2e-5, attach=2.0)
    tuned = eqx.tree_at(lambda c: (c.attachment.rate.log_k, c.landscape.surface_energy), base, (log_a, gamma))
    start = State(jnp.stack([dose, jnp.zeros(())]), jnp.zeros(SIZE))
    end = course(tuned, start, parts(setting, rate), TIGHT, derivative)[-1].rungs[-1]
    n = jnp.arange(1.0, SIZE + 1.0)
    return (n**2 @ end) / (n @ end)


VALUES = jnp.array([np.log(2.0), 0.75, 490.0, 90.0, 4e-3])


@pytest.mark.parametrize(
    "derivative", ["forward", pytest.param("reverse", marks=pytest.mark.slow)]
)  # reverse takes long to compile
def test_gradients_pass_through_ramps_shots_and_feeds(derivative: str) -> None:
    mode = jax.jacfwd if derivative == "forward" else jax.grad
    gradient = jax.jit(mode(lambda v: mean_units(v, derivative)))(VALUES)
    value = jax.jit(mean_units)
    for i, size in enumerate([1e-4, 1e-4, 1e-2, 1e-2, 1e-6]):
        step = jnp.zeros(5).at[i].set(size)
        difference = (value(VALUES + step) - value(VALUES - step)) / (2 * size)
        assert float(gradient[i]) == pytest.approx(float(difference), rel=1e-5)


@pytest.mark.slow
def test_many_batches_at_once_are_each_batch_alone() -> None:
    several = VALUES + jnp.outer(jnp.arange(3.0), jnp.array([0.1, 0.0, 5.0, 2.0, 1e-4]))
    together = jax.jit(jax.vmap(mean_units))(several)
    alone = jax.jit(mean_units)
    np.testing.assert_allclose(together, [float(alone(values)) for values in several], rtol=1e-7)


def test_it_is_what_the_flask_does() -> None:
    constants = chemistry(k=2e-5, attach=2.0)
    numerics = Numerics(TIGHT, most=SIZE)
    flask = Content(1e-5, 450.0, np.array([90.0, 0.0]), np.zeros(SIZE))
    warm = advance(constants, flask, Profile.ramp(450.0, 0.5), [20.0, 40.0], numerics=numerics).contents[-1]
    both = warm.joined(Content(0.25e-5, 298.0, np.asarray(SHOT), np.zeros(0)))
    feed = Content(both.volume * 4e-3 * 80.0, 298.0, np.array([60.0, 240.0]), np.zeros(0))
    profile = Profile.towards(490.0, start=455.0, lag=20.0)
    fed = advance(constants, both, profile, [40.0, 80.0], feed=feed, numerics=numerics).contents[-1]
    start = State(jnp.array([90.0, 0.0]), jnp.zeros(SIZE))
    pure = course(constants, start, parts(VALUES[2], VALUES[4]), TIGHT)[-1]
    np.testing.assert_allclose(pure.rungs[-1], fed.rungs, rtol=1e-6, atol=1e-12)
    np.testing.assert_allclose(pure.species[-1], fed.species, rtol=1e-8, atol=1e-12)
