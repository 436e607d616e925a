"""The free-energy landscape on which clusters and dots climb and fall."""

import equinox as eqx
import jax.numpy as jnp
from jaxtyping import Array, Float

from aliquot.units import BOLTZMANN_EV


class Feature(eqx.Module):
    """A well (negative energy) or a barrier (positive) of the landscape at a named rung.

    Attributes:
        energy: Height above the smooth landscape [eV].
        rung: Its place [formula units]; with a width it may lie between rungs, and be fitted.
        width: Standard deviation of its bell [formula units]; 0 for that rung alone, which is then whole.

    Example:
        >>> well = Feature(jnp.asarray(-0.75), jnp.asarray(34.0))
        >>> well(jnp.array([33.0, 34.0, 35.0])).tolist()
        [0.0, -0.75, 0.0]
    """

    energy: Float[Array, ""]
    rung: Float[Array, ""]
    width: float = eqx.field(static=True, default=0.0)

    def __call__(self, n: Float[Array, " N"]) -> Float[Array, " N"]:
        """Return its energy [eV] at rungs n, shape (N,)."""
        if self.width == 0.0:
            return jnp.where(n == self.rung, self.energy, 0.0)
        return self.energy * jnp.exp(-0.5 * ((n - self.rung) / self.width) ** 2)


class Landscape(eqx.Module):
    """Free energy of a particle of n formula units: the capillary picture, and the features of shells.

    g_n = theta (n^(2/3) - 1) + sum of features / kT in units of kT, with
    theta = gamma (36 pi v^2)^(1/3) / kT: the surface of a sphere of n units times its surface energy, counted
    from the monomer (becker1935).
    Energies, not their ratios to kT, are held: a well of 23.5 kT at 100 degC has 20.7 kT at 150 degC.

    Attributes:
        surface_energy: gamma at the reference temperature [eV nm-2].
        unit_volume: v, volume of one formula unit [nm3].
        features: Wells and barriers.
        softening: -d gamma/dT [eV nm-2 K-1]; 0 where gamma does not depend on temperature.
        reference: Temperature at which gamma is meant [K].

    Example:
        >>> landscape = Landscape(jnp.asarray(0.75), 0.0503)
        >>> round(float(landscape.theta(jnp.asarray(473.15))), 1)
        12.1
    """

    surface_energy: Float[Array, ""]
    unit_volume: float = eqx.field(static=True)
    features: tuple[Feature, ...] = ()
    softening: float | Float[Array, ""] = 0.0
    reference: float = eqx.field(static=True, default=298.15)

    def theta(self, temperature: Float[Array, ""]) -> Float[Array, ""]:
        """Return the surface term [kT] of one formula unit at a temperature [K]."""
        area = (36.0 * jnp.pi * self.unit_volume**2) ** (1.0 / 3.0)
        gamma = self.surface_energy - self.softening * (temperature - self.reference)
        return jnp.asarray(gamma * area / (BOLTZMANN_EV * temperature))

    def energy(self, n: Float[Array, " N"], temperature: Float[Array, ""]) -> Float[Array, " N"]:
        """Return g_n [kT] of particles of n units at a temperature [K], shape (N,), with g_1 = 0."""
        smooth = self.theta(temperature) * (n ** (2.0 / 3.0) - 1.0)
        return smooth + self._features(n, temperature) - self._features(jnp.ones(1), temperature)

    def climb(self, n: Float[Array, " N"], temperature: Float[Array, ""]) -> Float[Array, " N"]:
        """Return g_(n+1) - g_n [kT] at a temperature [K], shape (N,)."""
        smooth = self.theta(temperature) * ((n + 1.0) ** (2.0 / 3.0) - n ** (2.0 / 3.0))
        if not self.features:
            return smooth
        return smooth + self._features(n + 1.0, temperature) - self._features(n, temperature)

    def _features(self, n: Float[Array, " N"], temperature: Float[Array, ""]) -> Float[Array, " N"]:
        """Return what wells and barriers add [kT]."""
        total = jnp.zeros(n.shape)
        for feature in self.features:
            total = total + feature(n)
        return total / (BOLTZMANN_EV * temperature)
