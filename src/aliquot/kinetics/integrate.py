"""Integrating a ladder in time, and refusing results that can not be trusted."""

from collections.abc import Sequence
from typing import Any, Literal

import diffrax
import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float, Int

from aliquot.errors import Where
from aliquot.kinetics.ladder import Ladder, State
from aliquot.kinetics.rosenbrock import Rosenbrock, solver_of
from aliquot.kinetics.trust import (
    DEFAULT,
    Knobs,
    Tolerances,
    check_lowest,
    check_start,
    check_times,
    check_top,
    norm,
    stopped,
    top_band,
    top_share,
)

Derivative = Literal["none", "forward", "reverse"]
"""How the result will be differentiated: forward is cheaper up to about three constants, reverse beyond."""

SIZES = (600, 3000, 12_000, 40_000)
"""Lengths of ladders: few, for each is compiled. A run starts short and is handed on."""


class Trajectory(eqx.Module):
    """States of a ladder at the times that were asked for.

    Attributes:
        times: [s], shape (T,).
        species: Amount per volume at the start [mol m-3], shape (T, species).
        rungs: Amount per volume at the start [mol m-3], shape (T, N).
        coat: Formula units on cores, per volume at the start [mol m-3], shape (T, cores).
        swelling: Volume over that at the start [1], shape (T,); concentrations are amounts over it.
        temperatures: [K], shape (T,).
        steps: Steps taken and rejected.
        result: How the integration ended.
    """

    times: Float[Array | np.ndarray, " T"]
    species: Float[Array | np.ndarray, "T species"]
    rungs: Float[Array | np.ndarray, "T N"]
    coat: Float[Array | np.ndarray, "T cores"]
    swelling: Float[Array | np.ndarray, " T"]
    temperatures: Float[Array | np.ndarray, " T"]
    steps: Int[Array | np.ndarray, ""]
    result: diffrax.RESULTS

    def state(self, i: int) -> State:
        """Return the concentrations at time number ``i`` [mol m-3]."""
        parts: Any = (self.species, self.rungs, self.coat)  # NumPy's where they have been looked at
        return State(*(part[i] / self.swelling[i] for part in parts))


def trajectory(
    ladder: Ladder,
    start: State,
    times: Float[Array, " T"],
    tolerances: Tolerances = DEFAULT,
    *,
    derivative: Derivative = "none",
    solver: Rosenbrock | None = None,
) -> Trajectory:
    """Integrate a ladder from time 0; pure, so that it can be compiled, batched and differentiated.

    Nothing is checked here: :func:`integrate` is the same with its result examined.

    Args:
        ladder: Constants, temperature and feed.
        start: Concentrations at time 0 [mol m-3].
        times: Rising times at which the state is wanted [s], shape (T,).
        tolerances: How exactly.
        derivative: How the result will be differentiated.
        solver: The method; the one that fits the ladder unless given.

    Returns:
        The states at ``times``.
    """
    solution = _solved(ladder, start, 0.0, times, tolerances, derivative=derivative, solver=solver)
    saved: Any = solution.ys
    return _gathered(ladder, times, saved, solution)


def _solved(  # noqa: PLR0913  one call of diffrax for all ways to ask
    ladder: Ladder,
    start: State,
    begin: float | Float[Array, ""],
    times: Float[Array, " T"],
    tolerances: Tolerances | Knobs,
    *,
    derivative: Derivative = "none",
    solver: Rosenbrock | None = None,
    guarded: bool = False,
) -> diffrax.Solution:
    """Run diffrax; guarded, it also stops where the top fills, and tells the state at which it stopped."""
    controller: diffrax.AbstractStepSizeController[Any, Any] = diffrax.PIDController(
        rtol=tolerances.relative, atol=tolerances.absolute, norm=norm
    )
    adjoint: diffrax.AbstractAdjoint = diffrax.ForwardMode()
    if derivative == "reverse":
        adjoint = diffrax.RecursiveCheckpointAdjoint(checkpoints=min(tolerances.max_steps, 512))
    saves, event = diffrax.SaveAt(ts=times), None
    if guarded:
        saves = diffrax.SaveAt(subs=[diffrax.SubSaveAt(ts=times), diffrax.SubSaveAt(t1=True)])
        band = top_band(start.rungs.shape[0], ladder.chemistry.reach)

        def full(t: Any, y: State, args: Any, **kwargs: Any) -> Bool[Array, ""]:  # noqa: ANN401, ARG001
            return jnp.asarray(top_share(y.rungs, band, tolerances.absolute) > tolerances.hand_on)

        event = diffrax.Event(full)
    solution: diffrax.Solution = diffrax.diffeqsolve(
        ladder,
        solver if solver is not None else solver_of(ladder),
        t0=begin,
        t1=times[-1],
        dt0=tolerances.first_step,
        y0=State(*(jnp.asarray(part, float) for part in start)),
        saveat=saves,
        stepsize_controller=controller,
        adjoint=adjoint,
        max_steps=tolerances.max_steps,
        event=event,
        throw=False,
    )
    return solution


def _gathered(ladder: Ladder, times: Float[Array, " T"], y: State, solution: diffrax.Solution) -> Trajectory:
    return Trajectory(
        times,
        y.species,
        y.rungs,
        jnp.asarray(y.coat),
        jax.vmap(ladder.swelling)(times),
        jax.vmap(ladder.temperature)(times),
        solution.stats["num_steps"],
        solution.result,
    )


@eqx.filter_jit
def _stretch(
    ladder: Ladder,
    start: State,
    begin: Float[Array, ""],
    times: Float[Array, " T"],
    tolerances: Knobs,
) -> tuple[Trajectory, Float[Array, ""], State]:
    """Integrate on one length of ladder; return also where it stopped, and the state there."""
    solution = _solved(ladder, start, begin, times, tolerances, guarded=True)
    ends: Any = solution
    saved, last = ends.ys
    stopped: State = jax.tree.map(lambda part: part[0], last)
    return _gathered(ladder, times, saved, solution), ends.ts[1][0], stopped


def integrate(
    ladder: Ladder,
    start: State,
    times: Sequence[float] | Float[np.ndarray, " T"],
    tolerances: Tolerances = DEFAULT,
    *,
    most: int | None = None,
    where: Where | None = None,
) -> Trajectory:
    """Integrate a ladder from time 0 and make sure that the result can be trusted.

    Where the population nears the top, the run is handed on to a longer ladder of :data:`SIZES`; what
    is left behind stands nowhere near the dots, so nothing is lost by having started short.

    Args:
        ladder: Constants, temperature and feed.
        start: Concentrations at time 0 [mol m-3]; its rungs are the ladder to begin with.
        times: Rising, positive times at which the state is wanted [s].
        tolerances: How exactly.
        most: Length up to which the ladder may grow; it keeps that of ``start`` unless given.
        where: Sample or step of the recipe, for errors.

    Returns:
        The states at ``times``, on as many rungs as it took in the end.

    Raises:
        InputError: If the times do not rise, or a starting concentration is negative or not finite.
        TopRungError: If the population reached the top of the longest ladder.
        SimulationError: If the integrator gave up, or left negative concentrations behind.
    """
    wanted = np.asarray(times, float)
    check_times(wanted, where)
    check_start(start, where)
    size = start.rungs.shape[0]
    most = size if most is None else most
    asked = padded(wanted)
    begin, steps = 0.0, 0
    found: list[tuple[np.ndarray, ...]] = []
    while True:
        patience = Knobs.of(tolerances, hand_on=tolerances.hand_on if size < most else np.inf)
        result, stop, state = _stretch(
            ladder, start, jnp.asarray(begin), jnp.asarray(np.maximum(asked, begin)), patience
        )
        steps += int(result.steps)
        reached = np.asarray(result.times[: wanted.size]) <= float(stop)
        fresh = reached & (wanted > begin) if found else reached
        found.append(_picked(result, np.flatnonzero(fresh)))
        if size >= most or bool(reached.all()) or not _handed_on(result):
            break
        begin = float(stop)
        size = fitting(size + 1, most)
        longer = np.pad(np.asarray(state.rungs), (0, size - state.rungs.shape[0]))
        start = state._replace(rungs=jnp.asarray(longer))
    result = _joined(wanted, found, result, steps)
    _check_result(result, ladder.chemistry.reach, tolerances, where)
    return result


def fitting(size: int, most: int) -> int:
    """Return the shortest known ladder that holds ``size`` rungs, at most ``most``.

    Example:
        >>> fitting(409, 2500), fitting(409, 500)
        (600, 500)
    """
    return next((known for known in SIZES if size <= known < most), most)


def padded(times: Float[np.ndarray, " T"]) -> Float[np.ndarray, " padded"]:
    """Return times filled up by the last of them, so that few shapes are compiled.

    Example:
        >>> padded(np.array([1.0, 2.0])).tolist()
        [1.0, 2.0, 2.0, 2.0, 2.0, 2.0, 2.0, 2.0]
    """
    count = max(8, 1 << (times.size - 1).bit_length())
    return np.pad(times, (0, count - times.size), mode="edge")


def _handed_on(result: Trajectory) -> bool:
    """Return whether an integration stopped because the top filled."""
    return bool(result.result == diffrax.RESULTS.event_occurred)


def _picked(result: Trajectory, places: Int[np.ndarray, " kept"]) -> tuple[np.ndarray, ...]:
    """Return what is known at some of the times, in the order of the record."""
    parts = (result.species, result.rungs, result.coat, result.swelling, result.temperatures)
    return tuple(np.asarray(part)[places] for part in parts)


def _joined(
    wanted: Float[np.ndarray, " T"], found: list[tuple[np.ndarray, ...]], last: Trajectory, steps: int
) -> Trajectory:
    """Join what was found on ladders of several lengths to one result on the longest.

    By NumPy: each operation of JAX outside of a compiled program would be compiled for itself.
    """
    size = last.rungs.shape[1]
    species, rungs, *others = (list(part) for part in zip(*found, strict=True))
    rungs = [np.pad(part, ((0, 0), (0, size - part.shape[1]))) for part in rungs]
    missing = wanted.size - sum(part.shape[0] for part in rungs)

    def filled(parts: list[np.ndarray]) -> np.ndarray:
        whole = np.concatenate(parts)
        return np.pad(whole, [(0, missing)] + [(0, 0)] * (whole.ndim - 1), constant_values=np.nan)

    coat, swelling, temperatures = (filled(part) for part in others)
    return Trajectory(
        wanted, filled(species), filled(rungs), coat, swelling, temperatures, np.asarray(steps), last.result
    )


def _check_result(result: Trajectory, reach: int, tolerances: Tolerances, where: Where | None) -> None:
    rungs, species = np.asarray(result.rungs), np.asarray(result.species)
    if not np.isfinite(rungs).all():
        raise stopped(int(result.steps), float(result.times[-1]), result.result, tolerances, where)
    check_top(np.asarray(result.times), rungs, reach, tolerances, where)
    check_lowest(float(min(rungs.min(), species.min(initial=0.0))), tolerances, where)
