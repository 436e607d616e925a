"""One stretch on the ladder with its slopes by the knobs: contents, temperature, feed and times move."""

from functools import partial
from typing import Any, NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from aliquot.inference.dual import Dual
from aliquot.inference.stretch import Inside, Passed, Structure, followed
from aliquot.kinetics.integrate import padded
from aliquot.kinetics.ladder import Feed, Ladder, State
from aliquot.kinetics.trust import Tolerances
from aliquot.reactors.profile import Profile


class Driven(NamedTuple):
    """What is done to a vessel during a stretch, with slopes."""

    base: Dual
    """Temperature at which it ends without a slope [K], as of :class:`~aliquot.reactors.profile.Profile`."""
    slope: Dual
    """Rate of a linear ramp [K s-1]."""
    offset: Dual
    """Distance from the set point at the beginning [K]."""
    lag: Dual
    """Time constant of the approach [s]."""
    rate: Dual
    """Volume that flows in, per volume at the beginning [s-1]."""
    species: Dual
    """Concentrations in what flows in [mol m-3], shape (species,)."""
    rungs: Dual
    """Particles in what flows in [mol m-3], shape (N,)."""
    times: Dual
    """Rising times from the beginning at which it is looked at [s], shape (T,)."""


def driven(
    structure: Structure,
    leaves: Float[np.ndarray, " leaves"],
    inside: Inside,
    drive: Driven,
    tolerances: Tolerances,
) -> Passed:
    """Let a vessel react for a stretch, with slopes by all that is done to it.

    Args:
        structure: Tree of the chemistry.
        leaves: Its constants, which stay.
        inside: What the vessel holds at the beginning.
        drive: What is done to it.
        tolerances: How exactly to integrate.

    Returns:
        Concentrations at the times.
    """
    count = drive.times.value.size
    parts = [*inside, *drive[:-1], _filled(drive.times)]
    found, moved, steps, done = _sloped(
        structure,
        leaves,
        tuple(part.value for part in parts),
        tuple(part.slope for part in parts),
        tolerances,
    )
    species, rungs = (
        Dual(np.asarray(value)[:count], np.asarray(slope)[:count])
        for value, slope in zip(found, moved, strict=True)
    )
    told = (species.value, species.slope, rungs.value, rungs.slope)
    finite = all(bool(np.isfinite(part).all()) for part in told)
    return Passed(species, rungs, int(steps), bool(done) and finite)


def _filled(times: Dual) -> Dual:
    """Return times filled up by the last of them, so that few shapes are compiled."""
    value = padded(times.value)
    more = value.size - times.value.size
    return Dual(value, np.pad(times.slope, ((0, more), (0, 0)), mode="edge"))


def _run(
    values: tuple[Array, ...],
    structure: Structure,
    leaves: Any,  # noqa: ANN401  NumPy's or JAX's
    tolerances: Tolerances,
) -> tuple[tuple[Array, Array], tuple[Array, Array]]:
    """Return species and rungs at the times; steps, and whether the end was reached."""
    species, rungs, base, slope, offset, lag, rate, fed, fed_rungs, times = values
    chemistry = jax.tree.unflatten(structure, list(jnp.asarray(leaves)))
    ladder = Ladder(chemistry, Profile(base, slope, offset, lag), Feed(rate, fed, fed_rungs))
    return followed(ladder, State(species, rungs), times, tolerances)


@eqx.filter_jit
def _sloped(
    structure: Structure,
    leaves: Any,  # noqa: ANN401  NumPy's on entering, JAX's inside
    values: tuple[Any, ...],
    moves: tuple[Any, ...],
    tolerances: Tolerances,
) -> tuple[tuple[Array, Array], tuple[Array, Array], Array, Array]:
    run = partial(_run, structure=structure, leaves=leaves, tolerances=tolerances)
    primals = tuple(jnp.asarray(value) for value in values)

    def along(*directions: Array) -> tuple[Any, Any, Any]:
        seen, slope, rest = jax.jvp(run, (primals,), (directions,), has_aux=True)
        return seen, slope, rest

    seen, slope, (steps, done) = jax.vmap(along, in_axes=-1, out_axes=(None, -1, None))(*moves)
    return seen, slope, steps, done
