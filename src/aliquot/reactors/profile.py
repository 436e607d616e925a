"""Temperature of a stretch of time: held, ramped, or drawn to a set point."""

from typing import TypeAlias

import equinox as eqx
import jax.numpy as jnp
from jaxtyping import Array, Float

from aliquot.kinetics.ladder import Scalar

Number: TypeAlias = float | Float[Array, ""]
"""A setting, which a derivative may be taken by."""


class Profile(eqx.Module):
    """T(t) = base + slope t + offset exp(-t/lag).

    One record for all that happens between two kinks, so that every stretch of every recipe has one shape and
    is compiled once.

    Attributes:
        base: Where it ends up without a slope [K].
        slope: Rate of a linear ramp [K s-1].
        offset: Distance from the set point at the start [K].
        lag: Time constant of the approach [s].

    Example:
        >>> shot = Profile.towards(488.15, start=467.0, lag=60.0)
        >>> [round(float(shot(t)), 1) for t in (0.0, 60.0, 600.0)]
        [467.0, 480.4, 488.1]
    """

    base: Float[Array, ""]
    slope: Float[Array, ""]
    offset: Float[Array, ""]
    lag: Float[Array, ""]

    @classmethod
    def towards(cls, target: Number, *, start: Number | None = None, lag: float = 0.0) -> "Profile":
        """Return a set point [K], approached from ``start`` [K] with a time constant [s]; 0 is at once."""
        offset = 0.0 if start is None or lag == 0.0 else start - target
        return cls._of(target, 0.0, offset, lag if lag > 0.0 else 1.0)

    @classmethod
    def ramp(cls, start: Number, rate: Number) -> "Profile":
        """Return a linear ramp from ``start`` [K] at a rate [K s-1]."""
        return cls._of(start, rate, 0.0, 1.0)

    @classmethod
    def _of(cls, *values: Number) -> "Profile":
        base, slope, offset, lag = (jnp.asarray(value, float) for value in values)
        return cls(base, slope, offset, lag)

    def __call__(self, t: Scalar) -> Float[Array, ""]:
        """Return the temperature [K] at a time [s] from the beginning of the stretch."""
        t = jnp.asarray(t, float)
        drawn = self.offset * jnp.exp(-t / self.lag)
        # Within a microkelvin it has arrived: while the temperature is one number, rate constants are kept.
        drawn = jnp.where(jnp.abs(drawn) < 1e-6, 0.0, drawn)
        return self.base + self.slope * t + drawn
