"""A block of flasks on the ladder: the only compiled program of a map.

Flasks of a block are integrated one after the other in one call, and only the shares of the kinds come back.
So no time goes into handing over, every flask takes the steps that it needs, and what comes of one does not
depend on the company it was computed in. A flask whose dots near the top of its ladder stops there, and is
handed on as it stands. One in which all but dots and monomer is used up ends: without a source the
supersaturation only falls, so that dots stay and no cluster comes again.
"""

from threading import Lock
from typing import Any, NamedTuple

import diffrax
import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float, Int

from aliquot.inference.stretch import Structure
from aliquot.inference.zones.held import Held
from aliquot.kinetics.chemistry import Chemistry
from aliquot.kinetics.integrate import padded
from aliquot.kinetics.ladder import State
from aliquot.kinetics.rosenbrock import solver_of
from aliquot.kinetics.trust import Knobs, norm, top_band, top_share

SIZE = 32
"""Flasks of a block: a quarter of a second of work for CdTe over a day."""
FIRST = 1.0
"""First step of a flask that is tried [s]: long before anything is seen."""
ONWARD = 0.02
"""First step of a flask that was handed on, of the time that has passed [1]."""
PATIENCE = 4096
"""Steps after which a flask is given up."""


class Weights(NamedTuple):
    """How much of the limiting element counts as each kind, and how much there is."""

    rungs: Float[np.ndarray, "N kinds"]
    """In a particle of each rung [1]."""
    species: Float[np.ndarray, "species kinds"]
    """In each species [1]."""
    total: Float[np.ndarray, " species"]
    """In each species that was brought [1]."""
    late: Float[np.ndarray, " N"]
    """In a particle of each rung that is monomer or dot [1]."""


class Found(NamedTuple):
    """What flasks come to."""

    shares: Float[np.ndarray, "n times kinds"]
    """Share of the limiting element in each kind [1]; not a number where a flask came to no end."""
    top: Float[np.ndarray, " n"]
    """Largest share of the formula units at the top of the longest ladder [1]."""
    steps: Int[np.ndarray, " n"]
    """Steps of the integrator."""
    done: Bool[np.ndarray, " n"]
    """Whether the end was reached with finite numbers."""


class Standing(NamedTuple):
    """Flasks as they stand at some time."""

    leaves: Float[np.ndarray, "n leaves"]
    """Constants of each, which differ by solvent."""
    temperatures: Float[np.ndarray, " n"]
    """How warm each is [K]."""
    whole: Float[np.ndarray, " n"]
    """Limiting element in each [mol m-3]."""
    begins: Float[np.ndarray, " n"]
    """Time up to which each is known [s]."""
    species: Float[np.ndarray, "n species"]
    """[mol m-3]."""
    rungs: Float[np.ndarray, "n N"]
    """[mol m-3]."""

    def some(self, which: Any) -> "Standing":  # noqa: ANN401  whatever NumPy takes as an index
        """Return some of the flasks."""
        return Standing(*(part[which] for part in self))

    def longer(self, size: int) -> "Standing":
        """Return the same on ladders of ``size`` rungs."""
        missing = size - self.rungs.shape[1]
        return self._replace(rungs=np.pad(self.rungs, ((0, 0), (0, missing))))


class Passed(NamedTuple):
    """What a block comes to on one length of ladder."""

    shares: Float[np.ndarray, "n times kinds"]
    """Share of the limiting element in each kind [1]."""
    fresh: Bool[np.ndarray, "n times"]
    """Which of the times are told here."""
    top: Float[np.ndarray, " n"]
    """Largest share of the formula units at the top at these times [1]."""
    steps: Int[np.ndarray, " n"]
    """Steps of the integrator."""
    done: Bool[np.ndarray, " n"]
    """Whether the last time was reached, or nothing was left to change."""
    full: Bool[np.ndarray, " n"]
    """Whether it stopped because the top fills."""
    ends: Float[np.ndarray, " n"]
    """When it stopped [s]."""
    species: Float[np.ndarray, "n species"]
    """What was there then [mol m-3]."""
    rungs: Float[np.ndarray, "n N"]
    """What was there then [mol m-3]."""


def computed(
    structure: Structure,
    flasks: Standing,
    times: Float[np.ndarray, " times"],
    weights: Weights,
    tolerances: Knobs,
    settled: float,
) -> Passed:
    """Compute up to :data:`SIZE` flasks on one length of ladder.

    Args:
        structure: Tree of the chemistry without its constants.
        flasks: What each holds, and when.
        times: When they are looked at [s].
        weights: How shares are read from rungs and species.
        tolerances: How exactly to integrate, and from which share at the top on to stop.
        settled: Share of the limiting element outside of monomer and dots below which nothing changes any
            more [1].
    """
    count, asked = flasks.begins.size, padded(times)
    full, there = np.minimum(np.arange(SIZE), count - 1), np.arange(SIZE) < count
    given = flasks.some(full)
    # One shape is compiled: flasks at their end fill up the block, in which nothing is left to do.
    given = given._replace(begins=np.where(there, given.begins, 0.0), species=given.species * there[:, None])
    given = given._replace(rungs=given.rungs * there[:, None])
    key = (structure, weights.rungs.shape, asked.size)
    if key in _COMPILED:
        passed = _block(structure, given, asked, weights, tolerances, np.asarray(settled))
    else:
        with _COMPILING.setdefault(key, Lock()):  # two threads would else compile the same
            passed = _block(structure, given, asked, weights, tolerances, np.asarray(settled))
            _COMPILED.add(key)
    found = Passed(*(np.asarray(part)[:count] for part in passed))
    return found._replace(shares=found.shares[:, : times.size], fresh=found.fresh[:, : times.size])


_COMPILED: set[tuple[Any, ...]] = set()
_COMPILING: dict[tuple[Any, ...], Lock] = {}


@eqx.filter_jit
def _block(
    structure: Structure,
    flasks: Standing,
    times: Any,  # noqa: ANN401  NumPy's on entering, JAX's inside
    weights: Weights,
    tolerances: Knobs,
    settled: Any,  # noqa: ANN401
) -> Passed:
    def one(flask: Any) -> Any:  # noqa: ANN401
        chemistry: Chemistry = jax.tree.unflatten(structure, list(flask.leaves))
        return _flask(chemistry, flask, times, weights, tolerances, settled)

    found: Passed = jax.lax.map(one, jax.tree.map(jnp.asarray, flasks))
    return found


def _flask(
    chemistry: Chemistry,
    flask: Any,  # noqa: ANN401  Standing of one, traced
    times: Array,
    weights: Weights,
    tolerances: Knobs,
    settled: Array,
) -> Any:  # noqa: ANN401  Passed of one, traced
    """Integrate one flask from where it stands to its end, to rest, or to where the top fills.

    Args:
        chemistry: Constants of the ladder in its solvent.
        flask: Standing of the one: temperature [K], time [s], species (species,) and rungs (N,) [mol m-3].
        times: When it is looked at [s], shape (times,).
        weights: How shares are read from rungs and species.
        tolerances: How exactly to integrate, and from which share at the top on to stop.
        settled: Share of the limiting element outside of monomer and dots at which it rests [1].

    Returns:
        Passed of the one: without the axis of flasks.
    """
    ladder = Held.at(chemistry, flask.temperatures)
    band = top_band(flask.rungs.shape[0], chemistry.reach)
    solution: Any = diffrax.diffeqsolve(
        ladder,
        solver_of(ladder),
        t0=flask.begins,
        t1=times[-1],
        dt0=jnp.maximum(tolerances.first_step, ONWARD * flask.begins),
        y0=State(flask.species, flask.rungs, jnp.zeros(0)),
        saveat=diffrax.SaveAt(
            subs=[diffrax.SubSaveAt(ts=jnp.maximum(times, flask.begins)), diffrax.SubSaveAt(t1=True)]
        ),
        stepsize_controller=diffrax.PIDController(
            rtol=tolerances.relative, atol=tolerances.absolute, norm=norm
        ),
        adjoint=diffrax.ForwardMode(),
        max_steps=tolerances.max_steps,
        event=_ends(flask, weights, tolerances, settled, band),
        throw=False,
    )
    return _passed(solution, flask, times, weights, band, tolerances.absolute)


def _ends(
    flask: Any,  # noqa: ANN401
    weights: Weights,
    tolerances: Knobs,
    settled: Array,
    band: int,
) -> diffrax.Event:
    """Return what ends a flask early: that its top fills, that it rests; arguments as of :func:`_flask`."""

    def fills(t: Any, y: State, args: Any, **kwargs: Any) -> Bool[Array, ""]:  # noqa: ANN401, ARG001
        return jnp.asarray(top_share(y.rungs, band, tolerances.absolute) > tolerances.hand_on)

    def rests(t: Any, y: State, args: Any, **kwargs: Any) -> Bool[Array, ""]:  # noqa: ANN401, ARG001
        rest = flask.whole - y.rungs @ weights.late
        return jnp.asarray((settled > 0.0) & (rest < settled * flask.whole))  # at 0 errors would end it

    return diffrax.Event([fills, rests])


def _passed(
    solution: Any,  # noqa: ANN401  of diffrax
    flask: Any,  # noqa: ANN401
    times: Array,
    weights: Weights,
    band: int,
    traces: Array,
) -> Any:  # noqa: ANN401
    """Read what one flask came to.

    Args:
        solution: Of diffrax: states at the times that were reached, and the last.
        flask: Standing of the one, where it began.
        times: When it is looked at [s], shape (times,).
        weights: How shares are read from rungs and species.
        band: Rungs that count as the top.
        traces: Formula units that count as nothing [mol m-3].

    Returns:
        Passed of the one: without the axis of flasks.
    """
    seen, last = solution.ys
    end, last = solution.ts[1][0], jax.tree.map(lambda part: part[0], last)
    full, rested = solution.event_mask
    over = (times > end) & rested & ~full  # what is seen from then on
    fresh = (times <= end) & ((times > flask.begins) | (flask.begins == 0.0))
    top = jnp.where(fresh, top_share(seen.rungs, band, traces), 0.0)
    parts: Any = (
        jnp.where(over[:, None], _shares(last, flask, weights), _shares(seen, flask, weights)),
        fresh | over,
        jnp.maximum(jnp.max(top), top_share(last.rungs, band, traces)),
        solution.stats["num_steps"],
        (solution.result == diffrax.RESULTS.successful) | rested,
        full,
        end,
        last.species,
        last.rungs,
    )
    return Passed(*parts)


def _shares(y: State, flask: Any, weights: Weights) -> Array:  # noqa: ANN401
    """Return the share of the limiting element in each kind [1]."""
    shares: Array = (y.rungs @ weights.rungs + y.species @ weights.species) / flask.whole
    return shares
