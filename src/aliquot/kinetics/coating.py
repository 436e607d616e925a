"""A coating: a second material that deposits on cores, while its own particles may also form beside them.

Cores are gathered in classes of size; each class carries the formula units that lie on it. A coated core
takes up monomer as a particle of the coating of equal outer size would, with the curvature of that size.
"""

import equinox as eqx
import jax.numpy as jnp
from jaxtyping import Array, Float

from aliquot.kinetics.attachment import Attachment
from aliquot.kinetics.landscape import Landscape


class Cores(eqx.Module):
    """Cores that wait for a shell.

    Attributes:
        amounts: Concentration of the cores of each class [mol m-3], shape (cores,).
        volumes: Volume of a core of each class [nm3], shape (cores,).
        wetting: How fast monomer joins a core, relative to a particle of its own material of that size [1].
    """

    amounts: Float[Array, " cores"]
    volumes: Float[Array, " cores"]
    wetting: Float[Array, ""]

    def sizes(self, coat: Float[Array, " cores"], unit_volume: float) -> Float[Array, " cores"]:
        """Return the outer size of each class in formula units of the coating, shape (cores,).

        Args:
            coat: Formula units on all cores of each class [mol m-3], shape (cores,).
            unit_volume: Volume of one formula unit of the coating [nm3].
        """
        held = self.amounts > 0.0
        units = jnp.where(held, coat / jnp.where(held, self.amounts, 1.0), 0.0)
        return self.volumes / unit_volume + units

    def uptake(
        self,
        coat: Float[Array, " cores"],
        attachment: Attachment,
        landscape: Landscape,
        temperature: Float[Array, ""],
    ) -> tuple[Float[Array, " cores"], Float[Array, " cores"]]:
        """Return rate of uptake per monomer [s-1], and c_n/c_inf in balance with each class [1]."""
        n = self.sizes(coat, landscape.unit_volume)
        speed = self.wetting * self.amounts * attachment(n, temperature)
        # Without a shell there is nothing to dissolve: the balance sets in over the first unit.
        covered = jnp.clip(coat / jnp.where(self.amounts > 0.0, self.amounts, 1.0), 0.0, 1.0)
        return speed, covered * jnp.exp(landscape.climb(n, temperature))
