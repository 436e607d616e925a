"""The second stage: a shell grows on cores, while its material may also form particles of its own."""

from dataclasses import dataclass

import jax.numpy as jnp
import numpy as np
from jaxtyping import Float

from aliquot.kinetics.coating import Cores
from aliquot.population import Population, SizeDistribution, Weighting
from aliquot.reactors.content import Content


@dataclass(frozen=True, slots=True)
class CoreShell:
    """Cores with what has grown on them.

    Attributes:
        cores: The cores, diluted by what joined them.
        shell: Particles of the shell's own material beside them, and what is dissolved.
        coat: Formula units of the shell on the cores of each rung [mol m-3], shape (N,).
    """

    cores: Population
    shell: Population
    coat: Float[np.ndarray, " N"]

    @property
    def outer_diameters(self) -> Float[np.ndarray, " N"]:
        """Diameter of a coated core of each rung [nm], shape (N,); of the bare core where there is none."""
        held = self.cores.rungs > 0.0
        units = np.where(held, self.coat / np.where(held, self.cores.rungs, 1.0), 0.0)
        volume = self.cores.unit_volume * self.cores.n + self.shell.unit_volume * np.maximum(units, 0.0)
        return np.asarray(np.cbrt(6.0 * volume / np.pi))

    @property
    def thickness_nm(self) -> float:
        """Mean thickness of the shell, by number of cores [nm]."""
        counted = self.cores.rungs[self.cores.dot_from - 1 :]
        grown = 0.5 * (self.outer_diameters - self.cores.diameters)[self.cores.dot_from - 1 :]
        return float(counted @ grown / counted.sum())

    @property
    def on_cores(self) -> float:
        """Share of the solid shell material that lies on cores; the rest are particles of its own [1]."""
        lying = float(self.coat.sum())
        beside = self.shell.dot_units
        return lying / (lying + beside) if lying + beside > 0.0 else 1.0

    def sizes(self, weighting: Weighting | str) -> SizeDistribution:
        """Return the distribution of outer diameters.

        Args:
            weighting: By number or by volume.

        Raises:
            InputError: If there are no cores.
        """
        first = self.cores.dot_from - 1
        diameters = self.outer_diameters[first:]
        order = np.argsort(diameters, kind="stable")
        diameters, amounts = diameters[order], self.cores.rungs[first:][order]
        apart = np.concatenate([[True], np.diff(diameters) > 0.0])
        counted = amounts * diameters**3 if Weighting(weighting) is Weighting.VOLUME else amounts
        return SizeDistribution.of(diameters[apart], counted[apart], weighting)


def waiting(cores: Population, wetting: float = 1.0) -> Cores:
    """Return the cores of a population, ready to be coated; one class for each rung of dots.

    Args:
        cores: What the first stage made, diluted by what joins it.
        wetting: How fast monomer joins a core, relative to a particle of its own material [1].
    """
    counted = np.where(cores.n >= cores.dot_from, np.maximum(cores.rungs, 0.0), 0.0)
    # A class whose dots are fewer than the integrator can tell from nothing would only stiffen the step.
    counted = np.where(counted > 1e-12 * counted.sum(), counted, 0.0)
    return Cores(jnp.asarray(counted), jnp.asarray(cores.unit_volume * cores.n), jnp.asarray(wetting, float))


def bare(content: Content, cores: Cores) -> Content:
    """Return a content whose cores carry nothing yet."""
    return Content(
        content.volume, content.temperature, content.species, content.rungs, np.zeros(cores.amounts.shape[0])
    )
