"""The free-energy landscape on which clusters and dots climb and fall."""

import equinox as eqx
import jax.numpy as jnp
from jaxtyping import Array, Float

from aliquot.units import BOLTZMANN_EV


class Landscape(eqx.Module):
    """Free energy of a particle of n formula units in the capillary picture.

    g_n = theta (n^(2/3) - 1) in units of kT, with theta = gamma (36 pi v^2)^(1/3) / kT: the surface of a
    sphere of n units times its surface energy, counted from the monomer (becker1935). Valid
    where one surface energy describes all facets and sizes; wells of closed shells are not in it.

    Attributes:
        surface_energy: gamma [eV nm-2].
        unit_volume: v, volume of one formula unit [nm3].

    Example:
        >>> landscape = Landscape(jnp.asarray(0.75), 0.0503)
        >>> round(float(landscape.theta(jnp.asarray(473.15))), 1)
        12.1
    """

    surface_energy: Float[Array, ""]
    unit_volume: float = eqx.field(static=True)

    def theta(self, temperature: Float[Array, ""]) -> Float[Array, ""]:
        """Return the surface term [kT] of one formula unit at a temperature [K]."""
        area = (36.0 * jnp.pi * self.unit_volume**2) ** (1.0 / 3.0)
        return jnp.asarray(self.surface_energy * area / (BOLTZMANN_EV * temperature))

    def energy(self, n: Float[Array, " N"], temperature: Float[Array, ""]) -> Float[Array, " N"]:
        """Return g_n [kT] of particles of n units at a temperature [K], shape (N,)."""
        return self.theta(temperature) * (n ** (2.0 / 3.0) - 1.0)

    def climb(self, n: Float[Array, " N"], temperature: Float[Array, ""]) -> Float[Array, " N"]:
        """Return g_(n+1) - g_n [kT] at a temperature [K], shape (N,)."""
        return self.theta(temperature) * ((n + 1.0) ** (2.0 / 3.0) - n ** (2.0 / 3.0))
