"""The course of a batch as one pure function: for gradients, for many recipes at once, for fits.

:class:`~aliquot.reactors.batch.Flask` looks at every stretch, lengthens ladders and refuses what can not be
trusted; it is what a simulation calls. Here nothing is looked at: the ladder has one length, the stretches
are arrays, and all of it can be compiled, batched and differentiated by constants, temperatures and amounts.
"""

from collections.abc import Sequence

import equinox as eqx
import jax.numpy as jnp
from jaxtyping import Array, Float

from aliquot.kinetics.chemistry import Chemistry
from aliquot.kinetics.integrate import Derivative, trajectory
from aliquot.kinetics.ladder import Feed, Ladder, State
from aliquot.kinetics.trust import DEFAULT, Tolerances
from aliquot.reactors.profile import Profile


class Part(eqx.Module):
    """A stretch of time, and what joins at once before it.

    Attributes:
        profile: Temperature from its beginning.
        times: Rising times at which the state is wanted, the last its end [s], shape (T,).
        feed: What flows in meanwhile; of rate 0 where nothing does.
        share: Volume after the joining over that before, 1 where nothing joins [1].
        joined: Concentrations of the species in what joins [mol m-3], shape (species,).
    """

    profile: Profile
    times: Float[Array, " T"]
    feed: Feed
    share: Float[Array, ""]
    joined: Float[Array, " species"]


def part(
    profile: Profile,
    times: Sequence[float] | Float[Array, " T"],
    *,
    feed: Feed | None = None,
    share: float | Float[Array, ""] = 1.0,
    joined: Float[Array, " species"] | None = None,
    species: int,
) -> Part:
    """Return a stretch, with nothing flowing in and nothing joining unless told.

    Args:
        profile: Temperature from its beginning.
        times: Rising times at which the state is wanted [s].
        feed: What flows in.
        share: Volume after the joining over that before [1].
        joined: Concentrations in what joins [mol m-3], shape (species,).
        species: Number of species of the chemistry.
    """
    nothing = jnp.zeros(species)
    return Part(
        profile,
        jnp.asarray(times, float),
        Feed(jnp.zeros(()), nothing) if feed is None else feed,
        jnp.asarray(share, float),
        nothing if joined is None else joined,
    )


def course(
    chemistry: Chemistry,
    start: State,
    parts: Sequence[Part],
    tolerances: Tolerances = DEFAULT,
    derivative: Derivative = "none",
) -> list[State]:
    """Follow a batch through its stretches.

    Args:
        chemistry: Constants.
        start: Concentrations at the beginning [mol m-3]; the length of its rungs is that of the ladder.
        parts: Stretches in order.
        tolerances: How exactly to integrate.
        derivative: How the result will be differentiated.

    Returns:
        For each stretch the concentrations [mol m-3] at its times, with a leading axis of times.

    Example:
        >>> from aliquot.kinetics.cards import from_card
        >>> from aliquot.knowledge.store import chemistry, material
        >>> constants = from_card(chemistry("inp_wang2023"), material("InP").unit_volume)
        >>> cold = State(jnp.array([90.0, 360.0, 0.0]), jnp.zeros(300))
        >>> heating = part(Profile.ramp(298.15, 1.0), [175.0], species=3)
        >>> holding = part(Profile.towards(473.15), [60.0, 120.0], species=3)
        >>> warm, hot = course(constants, cold, [heating, holding])
        >>> hot.rungs.shape
        (2, 300)
    """
    state, found = start, []
    for stretch in parts:
        old, new = 1.0 / stretch.share, 1.0 - 1.0 / stretch.share
        begun = State(
            old * jnp.asarray(state.species) + new * stretch.joined,
            old * jnp.asarray(state.rungs),
            state.coat,
        )
        ladder = Ladder(chemistry, stretch.profile, stretch.feed)
        passed = trajectory(ladder, begun, stretch.times, tolerances, derivative=derivative)
        swelling = passed.swelling[:, None]
        seen = State(
            jnp.asarray(passed.species / swelling),
            jnp.asarray(passed.rungs / swelling),
            jnp.asarray(passed.coat),
        )
        found.append(seen)
        state = State(seen.species[-1], seen.rungs[-1], seen.coat[-1])
    return found
