"""Agglomeration: particles that join whole. Number and mass are exact, the top of the ladder is a lid.

Two particles whose sum would stand above the top do not join; that the top stays empty is checked by whoever
integrates. Encounters are second order: a channel's rate is k c_i c_j.
"""

from abc import abstractmethod

import equinox as eqx
import jax.numpy as jnp
from jaxtyping import Array, Float

from aliquot.errors import InputError
from aliquot.kinetics.laws import Arrhenius
from aliquot.units import AVOGADRO, BOLTZMANN_EV

Vector = Float[Array, " N"]
GAS = BOLTZMANN_EV * 1.602176634e-19 * AVOGADRO
"""Gas constant [J mol-1 K-1]."""


def encounter_limit(temperature: float, viscosity: float) -> float:
    """Return Smoluchowski's rate constant of equal spheres, 8RT / 3 eta [m3 mol-1 s-1].

    No activated rate can be larger: it counts every encounter as a reaction.

    Args:
        temperature: [K].
        viscosity: eta of the liquid [Pa s].

    Example:
        >>> f"{encounter_limit(373.15, 0.27e-3):.1e}"                      # toluene at 100 degC
        '3.1e+07'
    """
    return 8.0 * GAS * temperature / (3.0 * viscosity)


class Kernel(eqx.Module):
    """How the rate constant of two particles depends on their sizes and on temperature."""

    @abstractmethod
    def parts(self, n: Vector) -> tuple[tuple[Vector, Vector], ...]:
        """Return (u, v) such that the kernel is k(T) sum u(i) v(j), symmetric in i and j; each shape (N,)."""

    @abstractmethod
    def scale(self, temperature: Float[Array, ""]) -> Float[Array, ""]:
        """Return k(T) [m3 mol-1 s-1]."""

    def weight(self, i: int, j: Vector) -> Vector:
        """Return what multiplies k(T) for one rung i and many j, shape (N,)."""
        own = jnp.full(1, float(i))
        parts = zip(self.parts(own), self.parts(j), strict=True)
        return sum((u * v for (u, _), (_, v) in parts), start=jnp.zeros(j.shape))


class Activated(Kernel):
    """k(T) (j/n0)^p: an activated step, far below the limit of encounters; j is the larger partner.

    Attributes:
        rate: k(T) [m3 mol-1 s-1].
        exponent: p of the sticking: -1 makes large dots sluggish, 0 is size-independent [1].
        reference: n0 [formula units].
    """

    rate: Arrhenius
    exponent: float = eqx.field(static=True, default=0.0)
    reference: float = eqx.field(static=True, default=1.0)

    def parts(self, n: Vector) -> tuple[tuple[Vector, Vector], ...]:
        """Return 1 and (j/n0)^p; between all pairs only p = 0 is symmetric."""
        return ((jnp.ones(n.shape), (n / self.reference) ** self.exponent),)

    def scale(self, temperature: Float[Array, ""]) -> Float[Array, ""]:
        """Return k(T)."""
        return self.rate(temperature)


class Additive(Kernel):
    """k(T) (i + j): the sum kernel, of which the exact solution is known.

    Attributes:
        rate: k(T) [m3 mol-1 s-1].
    """

    rate: Arrhenius

    def parts(self, n: Vector) -> tuple[tuple[Vector, Vector], ...]:
        """Return i times 1, and 1 times j."""
        one = jnp.ones(n.shape)
        return (n, one), (one, n)

    def scale(self, temperature: Float[Array, ""]) -> Float[Array, ""]:
        """Return k(T)."""
        return self.rate(temperature)


class Encounter(Kernel):
    """(2RT / 3 eta) (d_i + d_j)^2 / (d_i d_j) times a sticking probability: Smoluchowski's kernel.

    Attributes:
        viscosity: eta [Pa s].
        sticking: Share of encounters that join [1].
    """

    viscosity: Float[Array, ""]
    sticking: Arrhenius

    def parts(self, n: Vector) -> tuple[tuple[Vector, Vector], ...]:
        """Return the three products of (i^1/3 + j^1/3)(i^-1/3 + j^-1/3)."""
        d, one = jnp.cbrt(n), jnp.ones(n.shape)
        return (2.0 * one, one), (d, 1.0 / d), (1.0 / d, d)

    def scale(self, temperature: Float[Array, ""]) -> Float[Array, ""]:
        """Return 2RT / 3 eta times the sticking probability."""
        return self.sticking(temperature) * (2.0 * GAS / 3.0) * temperature / self.viscosity


KERNELS: dict[str, type[Kernel]] = {"activated": Activated, "additive": Additive, "encounter": Encounter}
"""The catalogue, by the words of the cards."""


class Channel(eqx.Module):
    """Who joins whom, and how fast.

    Attributes:
        kernel: The rate constant by size.
        factor: What the solvent does to it [1].
    """

    kernel: Kernel
    factor: Float[Array, ""]

    @property
    @abstractmethod
    def reach(self) -> int:
        """Rungs that one event jumps at most, 0 where any jump is possible."""

    @abstractmethod
    def change(self, k: Float[Array, ""], c: Vector) -> Vector:
        """Return dc/dt [mol m-3 s-1] for a rate constant [m3 mol-1 s-1] and rungs [mol m-3], shape (N,)."""


class Pair(Channel):
    """Two named rungs: i + j -> i + j; two of one kind are both lost, v = k c_i^2.

    Attributes:
        first: i [formula units].
        second: j [formula units].
    """

    first: int = eqx.field(static=True)
    second: int = eqx.field(static=True)

    @property
    def reach(self) -> int:
        """Rungs that one event jumps at most."""
        return max(self.first, self.second)

    def change(self, k: Float[Array, ""], c: Vector) -> Vector:
        """Return dc/dt."""
        change = jnp.zeros(c.shape)
        i, j = self.first - 1, self.second - 1
        if i + j + 1 >= c.shape[0]:
            return change
        speed = k * self.kernel.weight(self.first, jnp.full(1, float(self.second)))[0] * c[i] * c[j]
        return change.at[i].add(-speed).at[j].add(-speed).at[i + j + 1].add(speed)


class Sweep(Channel):
    """One named rung with every particle from a size on: i + j -> i + j for all j >= start.

    Attributes:
        first: i [formula units].
        start: Smallest j, above i [formula units].
    """

    first: int = eqx.field(static=True)
    start: int = eqx.field(static=True)

    @property
    def reach(self) -> int:
        """Rungs that one event jumps at most."""
        return self.first

    def change(self, k: Float[Array, ""], c: Vector) -> Vector:
        """Return dc/dt."""
        i, low, high = self.first, self.start - 1, c.shape[0] - self.first
        change = jnp.zeros(c.shape)
        if high <= low:
            return change
        n = jnp.arange(self.start, high + 1.0)
        speed = k * self.kernel.weight(i, n) * c[i - 1] * c[low:high]
        change = change.at[i - 1].add(-speed.sum())
        return change.at[low:high].add(-speed).at[low + i : high + i].add(speed)


class Everything(Channel):
    """All pairs of particles: Smoluchowski's equation, gains by convolution, O(N^2).

    Attributes:
        start: Smallest particle that takes part [formula units].
    """

    start: int = eqx.field(static=True, default=1)

    def __check_init__(self) -> None:
        """Refuse a kernel that knows a larger partner: between all pairs it would not keep mass."""
        if isinstance(self.kernel, Activated) and self.kernel.exponent != 0.0:
            raise InputError(
                given=f"an exponent of {self.kernel.exponent:g} between all pairs",
                expected="0",
                why="(j/n0)^p speaks of the larger partner of a named rung; between all pairs it makes mass",
                remedy="Name one partner by 'first', or take the kernel 'additive' or 'encounter'.",
            )

    @property
    def reach(self) -> int:
        """Any jump is possible."""
        return 0

    def change(self, k: Float[Array, ""], c: Vector) -> Vector:
        """Return dc/dt."""
        size = c.shape[0]
        n = jnp.arange(1.0, size + 1.0)
        taking = jnp.where(n >= self.start, c, 0.0)
        change = jnp.zeros(size)
        for u, v in self.kernel.parts(n):
            gain = 0.5 * jnp.convolve(u * taking, v * taking)[: size - 1]
            partners = jnp.concatenate([jnp.zeros(1), jnp.cumsum(v * taking)[:-1]])[::-1]  # j <= N - i
            change = change.at[1:].add(gain) - u * taking * partners
        return k * change


CHANNELS: dict[str, type[Channel]] = {"pair": Pair, "sweep": Sweep, "everything": Everything}
"""Every kind of channel."""
