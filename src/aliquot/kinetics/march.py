"""Marching stirred tanks in time: to given times or to rest, on ladders that grow with their dots."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import diffrax
import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float

from aliquot.errors import TopRungError, Where
from aliquot.kinetics.integrate import fitting, padded
from aliquot.kinetics.ladder import State
from aliquot.kinetics.rosenbrock import solver_of
from aliquot.kinetics.tanks import Tanks, inside
from aliquot.kinetics.trust import Knobs, Tolerances, check_lowest, norm, stopped, top_band, top_share

EARLY = 0.1
"""Share at the top that hands tanks on, over the largest in a result [1]; because ages in a stirred tank, and
so sizes, tail off exponentially: a share of 1e-10 asks for a much longer ladder than one of 1e-7."""


@dataclass(frozen=True)
class Marched:
    """What tanks in series come to.

    Attributes:
        states: At each time, one row for each tank and one for the receiver; at rest the last one only.
        time: When the march ended [s].
        unrest: How far each tank then was from rest [1], shape (tanks,).
        steps: Steps taken and rejected.
    """

    states: tuple[State, ...]
    time: float
    unrest: Float[np.ndarray, " tanks"]
    steps: int


def march(
    tanks: Tanks,
    start: State,
    times: Sequence[float],
    tolerances: Tolerances,
    *,
    most: int,
    rest: float | None = None,
    where: Where | None = None,
) -> Marched:
    """Integrate tanks in series from time 0, and hand them on to longer ladders as their dots grow.

    Args:
        tanks: Constants, temperatures, flow and feed, on the rungs of ``start``.
        start: Concentrations at time 0 [mol m-3], a row for each tank and an empty one for the receiver.
        times: Rising, positive times at which the state is wanted [s].
        tolerances: How exactly; its shares at the top are those of the tank that is worst.
        most: Length up to which the ladders may grow.
        rest: Unrest of every tank below which the march ends [1]; None to go on to the last time.
        where: Place, for errors.

    Returns:
        The states at ``times``, or the state at rest (or at the last time, if they did not come to rest).

    Raises:
        TopRungError: If dots reached the top of the longest ladder.
        SimulationError: If the integrator gave up, or left negative concentrations behind.
    """
    wanted = np.asarray(times, float)
    asked = padded(wanted)
    handing_on = max(tolerances.hand_on, EARLY * tolerances.top_share)
    begin, steps, found = 0.0, 0, []
    while True:
        size = start.rungs.shape[1]
        patience = Knobs.of(tolerances, hand_on=handing_on if size < most else np.inf)
        end = _stretch(
            tanks, start, jnp.asarray(begin), jnp.asarray(np.maximum(asked, begin)), patience, rest
        )
        steps, stop = steps + int(end.steps), float(end.stop)
        fresh = np.flatnonzero((wanted <= stop) & ((wanted > begin) | (begin == 0.0)))
        found += [jax.tree.map(lambda part, i=i: np.asarray(part[i]), end.saved) for i in fresh]
        if not bool(end.full):
            break
        begin = stop
        size = fitting(size + 1, most)
        start, tanks = _longer(end.last, size), replace(tanks, inlet=_longer(tanks.inlet, size))
    last: State = jax.tree.map(np.asarray, end.last)
    if rest is not None:
        found = [last]
    marched = Marched(tuple(found), stop, np.asarray(end.unrest), steps)
    reached = rest is not None or len(found) == wanted.size
    if not reached or not np.isfinite(last.rungs).all():
        raise stopped(steps, float(wanted[-1]), end.result, tolerances, where)
    _check(marched, tanks.chemistry.reach, tolerances, where)
    return marched


class _End(eqx.Module):
    """How a stretch on one length of ladder ended."""

    saved: State
    last: State
    stop: Float[Array, ""]
    unrest: Float[Array, " tanks"]
    full: Bool[Array, ""]
    steps: Array
    result: diffrax.RESULTS


@eqx.filter_jit
def _stretch(
    tanks: Tanks,
    start: State,
    begin: Float[Array, ""],
    times: Float[Array, " T"],
    tolerances: Knobs,
    rest: float | None,
) -> _End:
    band = top_band(start.rungs.shape[1], tanks.chemistry.reach)

    def full(t: Any, y: State, args: Any, **kwargs: Any) -> Bool[Array, ""]:  # noqa: ANN401, ARG001
        return jnp.max(top_share(inside(y).rungs, band, tolerances.absolute)) > tolerances.hand_on

    def rested(t: Any, y: State, args: Any, **kwargs: Any) -> Bool[Array, ""]:  # noqa: ANN401, ARG001
        return jnp.max(tanks.unrest(y)) < (0.0 if rest is None else rest)

    saves = diffrax.SaveAt(subs=[diffrax.SubSaveAt(ts=times), diffrax.SubSaveAt(t1=True)])
    controller: diffrax.AbstractStepSizeController[Any, Any] = diffrax.PIDController(
        rtol=tolerances.relative, atol=tolerances.absolute, norm=_worst
    )
    solution: Any = diffrax.diffeqsolve(
        tanks,
        solver_of(tanks),
        t0=begin,
        t1=times[-1],
        dt0=tolerances.first_step,
        y0=State(*(jnp.asarray(part, float) for part in start)),
        saveat=saves,
        stepsize_controller=controller,
        adjoint=diffrax.ForwardMode(),
        max_steps=tolerances.max_steps,
        event=diffrax.Event([full] if rest is None else [full, rested]),
        throw=False,
    )
    saved, last = solution.ys
    last = jax.tree.map(lambda part: part[0], last)
    return _End(
        saved,
        last,
        solution.ts[1][0],
        tanks.unrest(last),
        solution.event_mask[0],
        solution.stats["num_steps"],
        solution.result,
    )


def _worst(error: State) -> Float[Array, ""]:
    """Return the error of the worst tank; the receiver only adds up what comes."""
    return jnp.max(jax.vmap(norm)(inside(error)))


def _longer(y: State, size: int) -> State:
    """Return the same on ladders of ``size`` rungs."""
    rungs = jnp.asarray(y.rungs)
    missing = size - rungs.shape[-1]
    return y._replace(rungs=jnp.pad(rungs, [(0, 0)] * (rungs.ndim - 1) + [(0, missing)]))


def _check(marched: Marched, reach: int, tolerances: Tolerances, where: Where | None) -> None:
    """Refuse states that can not be trusted."""
    lowest = 0.0
    for state in marched.states:
        size = state.rungs.shape[1]
        band = top_band(size, reach)
        share = float(np.max(top_share(state.rungs[:-1], band, tolerances.absolute)))
        if share > tolerances.top_share:
            raise TopRungError(
                given=f"{share:.1e} of a tank's formula units on the top {band} of {size} rungs",
                expected=f"less than {tolerances.top_share:.0e}",
                why="a closed top falsifies sizes and widths, and a stirred tank has a long tail",
                remedy=f"Ask for more rungs, such as {2 * size}.",
                where=where,
            )
        lowest = min(lowest, float(state.rungs.min()), float(state.species.min(initial=0.0)))
    check_lowest(lowest, tolerances, where)
