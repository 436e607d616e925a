"""One stretch of time on the ladder with its slopes: the only compiled program of a fit.

Whatever a recipe does, between two kinks it is this: a profile of temperature, a feed, times at which it is
looked at. So one program serves every batch, every tube and every flask as stated, and nothing is compiled
again for another recipe, another constant or another observation.
"""

from functools import partial
from typing import Any, NamedTuple

import diffrax
import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from aliquot.inference.dual import Dual
from aliquot.kinetics.integrate import padded, trajectory
from aliquot.kinetics.ladder import Feed, Ladder, State
from aliquot.kinetics.trust import Tolerances
from aliquot.reactors.profile import Profile

Structure = Any
"""The tree of a chemistry without its constants (jax.tree.structure)."""


class Inside(NamedTuple):
    """What a vessel holds."""

    species: Dual
    """[mol m-3], shape (species,)."""
    rungs: Dual
    """[mol m-3], shape (N,)."""


class Drive(eqx.Module):
    """What is done to a vessel during a stretch.

    Attributes:
        profile: Temperature from its beginning.
        rate: Volume that flows in, per volume at the beginning [s-1].
        species: Concentrations in what flows in [mol m-3], shape (species,).
    """

    profile: Profile
    rate: Float[Array | np.ndarray, ""]
    species: Float[Array | np.ndarray, " species"]


class Passed(NamedTuple):
    """A stretch that has passed."""

    species: Dual
    """[mol m-3], shape (T, species)."""
    rungs: Dual
    """[mol m-3], shape (T, N)."""
    steps: int
    """Steps of the integrator."""
    done: bool
    """Whether it reached its end with finite numbers."""


def passed(
    structure: Structure,
    leaves: Dual,
    inside: Inside,
    drive: Drive,
    fed: Dual,
    times: Float[np.ndarray, " T"],
    tolerances: Tolerances,
) -> Passed:
    """Let a vessel react for a stretch, with slopes where its constants have them.

    Args:
        structure: Tree of the chemistry.
        leaves: Its constants, shape (leaves,).
        inside: What the vessel holds at the beginning.
        drive: What is done to it.
        fed: Particles in what flows in [mol m-3], shape (N,).
        times: Rising times from the beginning at which it is looked at [s].
        tolerances: How exactly to integrate.

    Returns:
        Concentrations at the times.
    """
    asked = padded(np.asarray(times, float))
    values = (leaves.value, inside.species.value, inside.rungs.value, fed.value)
    slopes: list[Float[np.ndarray, "..."]]
    if leaves.constants == 0:
        found, steps, done = _value(structure, values, drive, asked, tolerances)
        slopes = [np.zeros((*part.shape, 0)) for part in found]
    else:
        moves = (leaves.slope, inside.species.slope, inside.rungs.slope, fed.slope)
        found, moved, steps, done = _sloped(structure, values, moves, drive, asked, tolerances)
        slopes = [np.asarray(part) for part in moved]
    species, rungs = (
        Dual(np.asarray(value)[: times.size], slope[: times.size])
        for value, slope in zip(found, slopes, strict=True)
    )
    parts = (species.value, species.slope, rungs.value, rungs.slope)
    finite = all(bool(np.isfinite(part).all()) for part in parts)
    return Passed(species, rungs, int(steps), bool(done) and finite)


def _run(
    values: tuple[Array, ...],
    structure: Structure,
    drive: Drive,
    times: Array,
    tolerances: Tolerances,
) -> tuple[tuple[Array, Array], tuple[Array, Array]]:
    """Return species and rungs at the times; steps, and whether the end was reached."""
    leaves, species, rungs, fed = (jnp.asarray(value) for value in values)
    feed = Feed(jnp.asarray(drive.rate), jnp.asarray(drive.species), fed)
    ladder = Ladder(jax.tree.unflatten(structure, list(leaves)), drive.profile, feed)
    return followed(ladder, State(species, rungs), times, tolerances)


def followed(
    ladder: Ladder, start: State, times: Array, tolerances: Tolerances
) -> tuple[tuple[Array, Array], tuple[Array, Array]]:
    """Follow a ladder, to be differentiated forward.

    Args:
        ladder: Chemistry, temperature and feed.
        start: Concentrations at time 0 [mol m-3].
        times: When they are wanted [s], shape (T,).
        tolerances: How exactly.

    Returns:
        Concentrations of species and rungs at the times [mol m-3]; steps, and whether the end was reached.
    """
    found = trajectory(ladder, start, times, tolerances, derivative="forward")
    swelling = jnp.asarray(found.swelling)[:, None]
    done = jnp.asarray(found.result == diffrax.RESULTS.successful)
    seen = (jnp.asarray(found.species) / swelling, jnp.asarray(found.rungs) / swelling)
    return seen, (jnp.asarray(found.steps), done)


@eqx.filter_jit
def _value(
    structure: Structure,
    values: tuple[Any, ...],
    drive: Drive,
    times: Any,  # noqa: ANN401  NumPy's on entering, JAX's inside
    tolerances: Tolerances,
) -> tuple[tuple[Array, Array], Array, Array]:
    seen, (steps, done) = _run(values, structure, drive, times, tolerances)
    return seen, steps, done


@eqx.filter_jit
def _sloped(
    structure: Structure,
    values: tuple[Any, ...],
    moves: tuple[Any, ...],
    drive: Drive,
    times: Any,  # noqa: ANN401  NumPy's on entering, JAX's inside
    tolerances: Tolerances,
) -> tuple[tuple[Array, Array], tuple[Array, Array], Array, Array]:
    run = partial(_run, structure=structure, drive=drive, times=times, tolerances=tolerances)
    primals = tuple(jnp.asarray(value) for value in values)

    def along(*directions: Array) -> tuple[Any, Any, Any]:
        seen, slope, rest = jax.jvp(run, (primals,), (directions,), has_aux=True)
        return seen, slope, rest

    # One integration carries all directions: its values do not depend on them.
    seen, slope, (steps, done) = jax.vmap(along, in_axes=-1, out_axes=(None, -1, None))(*moves)
    return seen, slope, steps, done
