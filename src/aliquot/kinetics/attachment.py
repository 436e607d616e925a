"""Attachment of monomer to particles: surface, diffusion, slow edges and what gates them."""

import equinox as eqx
import jax.numpy as jnp
from jaxtyping import Array, Float

from aliquot.kinetics.laws import Arrhenius, Factor


class Edge(eqx.Module):
    """A slow edge: above a closed shell the next layer has to begin, and monomer steps are rarer.

    Both directions of a step are slowed alike, so that equilibrium is untouched.

    Attributes:
        above: Rung from which on steps are slowed [formula units].
        factor: kappa, by which they are [1].
    """

    above: int = eqx.field(static=True)
    factor: Float[Array, ""]

    def __call__(self, n: Float[Array, " N"]) -> Float[Array, " N"]:
        """Return the factor of the steps n -> n+1, shape (N,)."""
        return jnp.where(n >= self.above, self.factor, 1.0)


class Attachment(eqx.Module):
    """Rate constant of monomer attachment to rung n: surface and diffusion in series, times slow edges.

    At the surface k(T) n^(2/3) (n0/n)^(m/3): the area n^(2/3) times a surface rate that falls with the radius
    as k(r) = k0 (r0/r)^m. Through the liquid k_D(T) n^(1/3), the Smoluchowski rate 4 pi D r. In series
    1/a = 1/a_surface + 1/a_liquid (docs/explanation/ladder.md).

    Attributes:
        rate: k [m3 mol-1 s-1].
        size_exponent: m [1].
        reference_rung: n0 [1].
        diffusion: k_D [m3 mol-1 s-1], None where the liquid never limits.
        edges: Slow edges.
        gates: What species do to attachment and detachment alike.
    """

    rate: Arrhenius
    size_exponent: Float[Array, ""]
    reference_rung: float = eqx.field(static=True)
    diffusion: Arrhenius | None = None
    edges: tuple[Edge, ...] = ()
    gates: tuple[Factor, ...] = ()

    def __call__(self, n: Float[Array, " N"], temperature: Float[Array, ""]) -> Float[Array, " N"]:
        """Return a_n [m3 mol-1 s-1] for particles of n units at a temperature [K], shape (N,)."""
        bend = (self.reference_rung / n) ** (self.size_exponent / 3.0)
        a = self.rate(temperature) * n ** (2.0 / 3.0) * bend
        if self.diffusion is not None:
            a = a / (1.0 + a / (self.diffusion(temperature) * jnp.cbrt(n)))
        for edge in self.edges:
            a = a * edge(n)
        return a
