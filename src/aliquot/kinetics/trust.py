"""What a result has to satisfy before it is trusted, and how errors are weighed on the way to it."""

from dataclasses import dataclass
from typing import Any, TypeAlias

import diffrax
import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from aliquot.errors import InputError, SimulationError, TopRungError, Where
from aliquot.kinetics.ladder import State


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
    top_share: float = 1e-6
    """Largest share of the formula units that may stand at the top of the ladder in a result [1]."""
    hand_on: float = 1e-8
    """Share of the formula units at the top at which the run is handed on to a longer ladder [1]."""


DEFAULT = Tolerances()

NEGATIVE = 1e3
"""Tolerances below zero at which a concentration is wrong and not rounding [1]."""

Rungs: TypeAlias = Float[Array | np.ndarray, "*many N"]
Shares: TypeAlias = Float[Array | np.ndarray, "*many"]

_MEANINGS: Any = diffrax.RESULTS  # equinox's enumerations are indexable, which the checker does not know


class Knobs(eqx.Module):
    """Tolerances as compiled code takes them: another number is no other program.

    Attributes:
        relative: As of :class:`Tolerances`.
        absolute: As of :class:`Tolerances`.
        first_step: As of :class:`Tolerances`.
        hand_on: As of :class:`Tolerances`.
        max_steps: As of :class:`Tolerances`; it shapes the program.
    """

    relative: Float[Array, ""]
    absolute: Float[Array, ""]
    first_step: Float[Array, ""]
    hand_on: Float[Array, ""]
    max_steps: int = eqx.field(static=True)

    @classmethod
    def of(cls, tolerances: Tolerances, *, hand_on: float) -> "Knobs":
        """Return tolerances with another share at the top at which the run is handed on."""
        relative, absolute, first_step, handing_on = (
            jnp.asarray(number, float)
            for number in (tolerances.relative, tolerances.absolute, tolerances.first_step, hand_on)
        )
        return cls(relative, absolute, first_step, handing_on, tolerances.max_steps)


def norm(error: State) -> Float[Array, ""]:
    """Return the larger of the rungs' root mean square and of each species' and the monomer's own error.

    A plain root mean square over thousands of empty rungs would hide the monomer.
    """
    border = jnp.maximum(jnp.max(jnp.abs(error.species), initial=0.0), jnp.abs(error.rungs[0]))
    coat = jnp.max(jnp.abs(error.coat), initial=0.0)
    # A norm's derivative at zero is undefined; the controller never asks for it.
    mean = jnp.sqrt(jnp.mean(error.rungs**2))
    return jax.lax.stop_gradient(jnp.maximum(jnp.maximum(border, coat), mean))


def top_band(size: int, reach: int) -> int:
    """Return how many of the uppermost rungs have to be empty: long jumps hide below a naive check."""
    return min(max(size // 20, 3 * reach if reach > 1 else 1, 1), size // 2)


def top_share(rungs: Rungs, band: int, traces: float | Float[Array, ""]) -> Shares:
    """Return the share of formula units on the uppermost rungs [1], for one ladder or many.

    Args:
        rungs: Concentrations or amounts, the ladder along the last axis.
        band: How many rungs count as uppermost.
        traces: Amount of units that counts as nothing, so that noise is no population.
    """
    units = abs(rungs) * np.arange(1.0, rungs.shape[-1] + 1.0)
    shares: Shares = units[..., -band:].sum(axis=-1) / (units.sum(axis=-1) + traces)
    return shares


def check_times(times: Float[np.ndarray, " T"], where: Where | None) -> None:
    """Refuse times that do not rise from above 0 [s]; raises InputError."""
    if times.size > 0 and times[0] > 0 and bool(np.all(np.diff(times) > 0)):
        return
    raise InputError(
        given=f"times {np.array2string(times, threshold=6)} s",
        expected="rising times above 0 s",
        why="a simulation runs forward",
        remedy="Sort the times and drop repeated ones.",
        where=where,
    )


def check_start(start: State, where: Where | None) -> None:
    """Refuse concentrations [mol m-3] that are negative beyond rounding, or not finite; raises InputError."""
    concentrations = np.concatenate([np.asarray(part) for part in start])
    lowest = float(concentrations.min(initial=0.0))
    if lowest >= -NEGATIVE * DEFAULT.absolute and np.isfinite(concentrations).all():
        return
    raise InputError(
        given=f"a lowest starting concentration of {lowest:.3g} mol m-3",
        expected="finite concentrations of at least 0",
        why="nothing can be less than absent",
        remedy="Check the amounts of the recipe.",
        where=where,
    )


def last_words(result: Any) -> str:  # noqa: ANN401  an enumeration of equinox, untyped
    """Return what the solver said at the end, in one line."""
    said = " ".join(str(_MEANINGS[result]).split())
    return said or "a concentration is not finite"


def check_top(
    times: Float[np.ndarray, " T"],
    rungs: Float[np.ndarray, "T N"],
    reach: int,
    tolerances: Tolerances,
    where: Where | None,
) -> None:
    """Refuse a population that has reached the top of its ladder; raises TopRungError.

    Args:
        times: [s], shape (T,).
        rungs: Concentrations or amounts of each rung, shape (T, N).
        reach: Rungs that one event jumps at most.
        tolerances: How much may stand there.
        where: Sample or step of the recipe.
    """
    size = rungs.shape[1]
    band = top_band(size, reach)
    share = np.asarray(top_share(rungs, band, tolerances.absolute))
    if np.any(share > tolerances.top_share):
        late = int(np.argmax(share > tolerances.top_share))
        raise TopRungError(
            given=f"{share[late]:.1e} of all formula units on the top {band} of {size} rungs "
            f"at {float(times[late]):.4g} s",
            expected=f"less than {tolerances.top_share:.0e}",
            why="a closed top falsifies sizes and widths",
            remedy=f"Ask for more rungs, such as {2 * size}.",
            where=where,
        )


def check_lowest(lowest: float, tolerances: Tolerances, where: Where | None) -> None:
    """Refuse a lowest concentration [mol m-3] that is negative beyond rounding; raises SimulationError."""
    bound = -NEGATIVE * tolerances.absolute
    if lowest >= bound:
        return
    raise SimulationError(
        given=f"a concentration of {lowest:.2g} mol m-3",
        expected=f"none below {bound:.0e}",
        why="nothing can be less than absent, and clipping would destroy mass",
        remedy="Tighten the tolerances by a factor of ten.",
        where=where,
    )


def stopped(
    steps: int,
    end: float,
    result: Any,  # noqa: ANN401  an enumeration of equinox, untyped
    tolerances: Tolerances,
    where: Where | None,
) -> SimulationError:
    """Return the error of an integration that did not reach its end [s]."""
    return SimulationError(
        given=f"an integration that stopped after {steps} steps",
        expected=f"to reach {end:.4g} s",
        why=last_words(result),
        remedy=f"Allow more than max_steps={tolerances.max_steps}, or check the rate constants' size.",
        where=where,
    )
