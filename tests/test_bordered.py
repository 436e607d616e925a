"""The bordered solve against dense linear algebra."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aliquot.kinetics.bordered import BorderedTridiagonal


def matrix(seed: int, border: int, rungs: int, coat: int) -> BorderedTridiagonal:
    """A column-dominant matrix, as 1/(gamma h) - J is."""
    rng = np.random.default_rng(seed)
    lower, upper = -rng.random(rungs), -rng.random(rungs)
    lower[0] = upper[-1] = 0.0
    return BorderedTridiagonal(
        corner=jnp.asarray(rng.standard_normal((border, border)) + 50.0 * np.eye(border)),
        row=jnp.asarray(rng.standard_normal(rungs)),
        column=jnp.asarray(rng.standard_normal(rungs)),
        lower=jnp.asarray(lower),
        diagonal=jnp.asarray(3.0 + rng.random(rungs)),
        upper=jnp.asarray(upper),
        coat=jnp.asarray(-rng.random(coat)),
        shift=jnp.asarray(3.0),
    )


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 2**31),
    border=st.sampled_from([1, 3, 5]),
    rungs=st.sampled_from([2, 17, 60]),
    coat=st.sampled_from([0, 4]),
)
def test_solves_as_dense_algebra_does(seed: int, border: int, rungs: int, coat: int) -> None:
    w = matrix(seed, border, rungs, coat)
    rng = np.random.default_rng(seed + 1)
    dense = np.asarray(w.dense())
    eliminated = None
    for _ in range(2):  # the first right-hand side goes with the elimination, further ones follow
        f = rng.standard_normal(border + rungs + coat)
        parts = tuple(jnp.asarray(part) for part in np.split(f, [border, border + rungs]))
        if eliminated is None:
            eliminated, x = w.eliminate(*parts)
        else:
            x = eliminated.solve(*parts)
        np.testing.assert_allclose(np.concatenate(x), np.linalg.solve(dense, f), rtol=1e-10, atol=1e-12)


def test_its_derivative_is_that_of_the_inverse() -> None:
    w = matrix(3, 2, 12, 3)
    f = (jnp.ones(2), jnp.linspace(-1.0, 1.0, 12), jnp.ones(3))

    def answer(scale: jax.Array) -> jax.Array:
        scaled = jax.tree.map(
            lambda part: part * (1.0 + scale * (1.0 + jnp.arange(part.size).reshape(part.shape))), w
        )
        return jnp.concatenate(scaled.eliminate(*f)[1])

    step = 1e-6
    difference = (answer(jnp.asarray(step)) - answer(jnp.asarray(-step))) / (2 * step)
    _, tangent = jax.jvp(answer, (jnp.asarray(0.0),), (jnp.asarray(1.0),))
    assert jnp.max(jnp.abs(tangent - difference)) == pytest.approx(0.0, abs=1e-7)
