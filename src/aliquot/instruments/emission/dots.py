"""How one dot emits: a Gaussian line below its first exciton, by energy.

    G(E; d),  centre E1(d) - D_st,  standard deviation sigma_PL

Neither constant is on the card of a material. They are assumptions that a caller may replace, with grounds.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from aliquot.errors import InputError, Where
from aliquot.instruments.absorbance.kernel import first_exciton, lineshape_of
from aliquot.knowledge.records import Material
from aliquot.units import BOLTZMANN_EV, to_float

_ROOM_K = 295.0


Yield = Callable[[Float[np.ndarray, " sizes"]], Float[np.ndarray, " sizes"]]
"""Quantum yield [1] by diameter [nm]."""


@dataclass(frozen=True, slots=True)
class DotLine:
    """Emission of one dot.

    Raises:
        InputError: If a shift is negative, or a width not above 0.

    Example:
        >>> from aliquot.knowledge import store
        >>> line = DotLine.of(store.material("InP"))
        >>> round(1e3 * line.stokes_ev), round(1e3 * line.sd_ev)
        (63, 40)
    """

    stokes_ev: float
    """D_st: first exciton less centre of the emission of the same dot [eV]."""
    sd_ev: float
    """sigma_PL: standard deviation of the emission of one dot [eV]."""
    grounds: str
    """Why these, in a sentence."""
    quantum_yield: "Yield | float" = 1.0
    """phi: the same for all sizes, or by diameter [1]."""

    def __post_init__(self) -> None:
        """Refuse what no dot does."""
        if not (self.stokes_ev >= 0.0 and self.sd_ev > 0.0):
            raise InputError(
                given=f"a Stokes shift of {self.stokes_ev:g} eV and a width of {self.sd_ev:g} eV",
                expected="a shift of at least 0 and a width above 0",
                why="a dot emits at or below its first exciton, and never sharply",
                remedy="Correct the two constants.",
                where=Where(key="line"),
            )

    @classmethod
    def of(cls, material: Material) -> "DotLine":
        """Return the line that follows from the width at which the same dots absorb.

        Raises:
            CardError: If the card has no lineshape.
        """
        sd = to_float(lineshape_of(material).transitions[0].width, "eV")
        told = (
            f"assumed: as wide as the first exciton of {material.id}, and below it by sd^2 / kT, as linear "
            "coupling to vibrations has it in the classical limit"
        )
        return cls(sd**2 / (BOLTZMANN_EV * _ROOM_K), sd, told)

    def yields(self, diameters: Float[np.ndarray, " sizes"]) -> Float[np.ndarray, " sizes"]:
        """Return the quantum yield of dots of each size [1].

        Raises:
            InputError: If one lies outside 0 to 1.
        """
        phi = self.quantum_yield
        found = np.full(diameters.size, phi) if isinstance(phi, float) else phi(diameters)
        if not (np.all(found >= 0.0) and np.all(found <= 1.0)):
            raise InputError(
                given=f"quantum yields from {found.min():.3g} to {found.max():.3g}",
                expected="yields from 0 to 1",
                why="no dot emits more photons than it absorbs",
                remedy="Correct the yield by size.",
                where=Where(key="quantum_yield"),
            )
        return np.asarray(found)

    def at(
        self,
        material: Material,
        energies: Float[np.ndarray, " energies"],
        diameters: Float[np.ndarray, " sizes"],
    ) -> Float[np.ndarray, "energies sizes"]:
        """Return the emission of dots of each size, of unit area, at photon energies [eV-1]."""
        centres = first_exciton(material, diameters) - self.stokes_ev
        x = (energies[:, None] - centres) / self.sd_ev
        return np.asarray(np.exp(-0.5 * x * x) / (self.sd_ev * np.sqrt(2.0 * np.pi)))
