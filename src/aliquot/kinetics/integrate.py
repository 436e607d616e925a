"""Integrating a ladder in time, and refusing results that can not be trusted."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import diffrax
import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int

from aliquot.errors import InputError, SimulationError, TopRungError, Where
from aliquot.kinetics.ladder import Ladder, State
from aliquot.kinetics.rosenbrock import Rodas4

Derivative = Literal["none", "forward", "reverse"]
"""How the result will be differentiated: forward is cheaper up to about three constants, reverse beyond."""

TOP_SHARE = 1e-6
"""Largest share of the formula units that may stand on the uppermost twentieth of the rungs [1]."""


@dataclass(frozen=True, slots=True)
class Tolerances:
    """How exactly to integrate.

    The defaults give diameters to 2e-5 nm and RSDs to 3e-6 in some 150 steps for half an hour of InP.
    Relaxing ``absolute`` above 1e-8 spoils widths: the front of a peak stands at a millionth of the dots.
    """

    relative: float = 1e-4
    """Local error relative to each concentration [1]."""
    absolute: float = 1e-9
    """Local error allowed near zero [mol m-3]."""
    max_steps: int = 4096
    """Steps, taken and rejected, after which to give up."""
    first_step: float = 1e-6
    """First step [s]."""


DEFAULT = Tolerances()

_MEANINGS: Any = diffrax.RESULTS  # equinox's enumerations are indexable, which the checker does not know


class Trajectory(eqx.Module):
    """States of a ladder at the times that were asked for.

    Attributes:
        times: [s], shape (T,).
        species: [mol m-3], shape (T, species).
        rungs: [mol m-3], shape (T, N).
        steps: Steps taken and rejected.
        result: How the integration ended.
    """

    times: Float[Array, " T"]
    species: Float[Array, "T species"]
    rungs: Float[Array, "T N"]
    steps: Int[Array, ""]
    result: diffrax.RESULTS


def trajectory(
    ladder: Ladder,
    start: State,
    times: Float[Array, " T"],
    tolerances: Tolerances = DEFAULT,
    *,
    jumps: Float[Array, " jumps"] | None = None,
    derivative: Derivative = "none",
) -> Trajectory:
    """Integrate a ladder from time 0; pure, so that it can be compiled, batched and differentiated.

    Nothing is checked here: :func:`integrate` is the same with its result examined.

    Args:
        ladder: Constants and temperature.
        start: Concentrations at time 0 [mol m-3].
        times: Rising times at which the state is wanted [s], shape (T,).
        tolerances: How exactly.
        jumps: Times at which the temperature has a kink [s]; steps end there.
        derivative: How the result will be differentiated.

    Returns:
        The states at ``times``.
    """
    controller: diffrax.AbstractStepSizeController[Any, Any] = diffrax.PIDController(
        rtol=tolerances.relative, atol=tolerances.absolute, norm=_norm
    )
    if jumps is not None and jumps.shape[0]:
        controller = diffrax.ClipStepSizeController(controller, jump_ts=jumps)
    adjoint: diffrax.AbstractAdjoint = diffrax.ForwardMode()
    if derivative == "reverse":
        adjoint = diffrax.RecursiveCheckpointAdjoint(checkpoints=min(tolerances.max_steps, 512))
    solution = diffrax.diffeqsolve(
        ladder,
        Rodas4(),
        t0=0.0,
        t1=times[-1],
        dt0=tolerances.first_step,
        y0=start,
        saveat=diffrax.SaveAt(ts=times),
        stepsize_controller=controller,
        adjoint=adjoint,
        max_steps=tolerances.max_steps,
        throw=False,
    )
    return Trajectory(
        times, solution.ys.species, solution.ys.rungs, solution.stats["num_steps"], solution.result
    )


_compiled = eqx.filter_jit(trajectory)


def integrate(
    ladder: Ladder,
    start: State,
    times: Sequence[float] | Float[np.ndarray, " T"],
    tolerances: Tolerances = DEFAULT,
    *,
    jumps: Sequence[float] | Float[np.ndarray, " jumps"] = (),
    where: Where | None = None,
) -> Trajectory:
    """Integrate a ladder from time 0 and make sure that the result can be trusted.

    Args:
        ladder: Constants and temperature.
        start: Concentrations at time 0 [mol m-3].
        times: Rising, positive times at which the state is wanted [s].
        tolerances: How exactly.
        jumps: Times at which the temperature has a kink [s].
        where: Sample or step of the recipe, for errors.

    Returns:
        The states at ``times``.

    Raises:
        InputError: If the times do not rise, or a starting concentration is negative or not finite.
        TopRungError: If the population reached the top of the ladder.
        SimulationError: If the integrator gave up, or left negative concentrations behind.
    """
    wanted = np.asarray(times, float)
    _check_input(wanted, start, where)
    kinks = jnp.asarray(np.asarray(jumps, float))
    result = _compiled(ladder, start, jnp.asarray(wanted), tolerances, jumps=kinks)
    _check_result(result, tolerances, where)
    return result


def _norm(error: State) -> Float[Array, ""]:
    """Return the larger of the rungs' root mean square and of each species' and the monomer's own error.

    A plain root mean square over thousands of empty rungs would hide the monomer.
    """
    border = jnp.maximum(jnp.max(jnp.abs(error.species), initial=0.0), jnp.abs(error.rungs[0]))
    # A norm's derivative at zero is undefined; the controller never asks for it.
    return jax.lax.stop_gradient(jnp.maximum(border, jnp.sqrt(jnp.mean(error.rungs**2))))


def _check_input(times: Float[np.ndarray, " T"], start: State, where: Where | None) -> None:
    rising = times.size > 0 and times[0] > 0 and bool(np.all(np.diff(times) > 0))
    if not rising:
        raise InputError(
            given=f"times {np.array2string(times, threshold=6)} s",
            expected="rising times above 0 s",
            why="a simulation runs forward",
            remedy="Sort the times and drop repeated ones.",
            where=where,
        )
    concentrations = np.concatenate([np.asarray(part) for part in start])
    lowest = float(concentrations.min(initial=0.0))
    if not (lowest >= 0 and np.isfinite(concentrations).all()):
        raise InputError(
            given=f"a lowest starting concentration of {lowest:.3g} mol m-3",
            expected="finite concentrations of at least 0",
            why="nothing can be less than absent",
            remedy="Check the amounts of the recipe.",
            where=where,
        )


def _last_words(result: Any) -> str:  # noqa: ANN401  an enumeration of equinox, untyped
    """Return what the solver said at the end, in one line."""
    said = " ".join(str(_MEANINGS[result]).split())
    return said or "a concentration is not finite"


def _check_result(result: Trajectory, tolerances: Tolerances, where: Where | None) -> None:
    rungs = np.asarray(result.rungs)
    if result.result != diffrax.RESULTS.successful or not np.isfinite(rungs).all():
        raise SimulationError(
            given=f"an integration that stopped after {int(result.steps)} steps",
            expected=f"to reach {float(result.times[-1]):.4g} s",
            why=_last_words(result.result),
            remedy=f"Allow more than max_steps={tolerances.max_steps}, or check the rate constants' size.",
            where=where,
        )
    size = rungs.shape[1]
    units = rungs * np.arange(1.0, size + 1.0)
    total = np.abs(units).sum(axis=1)
    top = np.abs(units[:, -max(size // 20, 1) :]).sum(axis=1)
    if np.any(top > TOP_SHARE * np.maximum(total, tolerances.absolute)):
        late = int(np.argmax(top > TOP_SHARE * total))
        raise TopRungError(
            given=f"{top[late] / total[late]:.1e} of all formula units on the top twentieth of {size} rungs "
            f"at {float(result.times[late]):.4g} s",
            expected=f"less than {TOP_SHARE:.0e}",
            why="a closed top falsifies sizes and widths",
            remedy=f"Ask for more rungs, such as {2 * size}.",
            where=where,
        )
    lowest = float(min(rungs.min(), np.asarray(result.species).min(initial=0.0)))
    if lowest < -1e3 * tolerances.absolute:
        raise SimulationError(
            given=f"a concentration of {lowest:.2g} mol m-3",
            expected=f"none below {-1e3 * tolerances.absolute:.0e}",
            why="nothing can be less than absent, and clipping would destroy mass",
            remedy="Tighten the tolerances by a factor of ten.",
            where=where,
        )
